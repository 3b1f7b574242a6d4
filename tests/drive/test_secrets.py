"""Secrets come from where only their owner can read them, and are shown nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from signals.drive.secrets import read_secrets, redacted
from signals.errors import FileError, ScenarioError

CANARY = "canary-7391"


def secret_file(folder: Path, text: str = f'password = "{CANARY}"\n', mode: int = 0o600) -> str:
    path = folder / "secrets.toml"
    path.write_text(text)
    path.chmod(mode)
    return path.name


def test_from_the_environment_and_a_file(tmp_path: Path) -> None:
    found = read_secrets({"code": "CODE"}, secret_file(tmp_path), tmp_path, {"CODE": "1111"}, "x")
    assert found == {"password": CANARY, "code": "1111"}


def test_the_environment_goes_first(tmp_path: Path) -> None:
    assert read_secrets({"password": "P"}, secret_file(tmp_path), tmp_path, {"P": "new"}, "x") == {"password": "new"}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(FileError, match=r"others may read .*: chmod 600"):
        read_secrets({}, secret_file(tmp_path, mode=mode), tmp_path, {}, "x")


def test_what_is_missing_is_named_but_not_shown(tmp_path: Path) -> None:
    with pytest.raises(
        ScenarioError, match=r'cabinet: the environment variable "P" for the secret "password" is not set'
    ):
        read_secrets({"password": "P"}, "", tmp_path, {}, "cabinet")
    with pytest.raises(FileError, match="No such file"):
        read_secrets({}, "nowhere.toml", tmp_path, {}, "x")
    with pytest.raises(ScenarioError, match='secret "password" in') as caught:
        read_secrets({}, secret_file(tmp_path, "password = 7391\n"), tmp_path, {}, "x")
    assert "7391" not in str(caught.value)


def test_an_empty_secret_is_none(tmp_path: Path) -> None:
    with pytest.raises(
        ScenarioError, match=r'cabinet: the environment variable "P" for the secret "password" is empty'
    ):
        read_secrets({"password": "P"}, "", tmp_path, {"P": ""}, "cabinet")
    with pytest.raises(ScenarioError, match=r'secret "password" in .* must be a text, and not empty'):
        read_secrets({}, secret_file(tmp_path, 'password = ""\n'), tmp_path, {}, "x")


@pytest.mark.parametrize("variable", [CANARY, "7391", "canary7391", 7391])
def test_a_secret_in_the_place_of_its_variable_is_not_shown(tmp_path: Path, variable: object) -> None:
    with pytest.raises(ScenarioError, match=r'cabinet: secrets_env, "code": expected the name of') as caught:
        read_secrets({"code": variable}, "", tmp_path, {}, "cabinet")
    assert "7391" not in str(caught.value)


def test_a_variable_may_be_called_as_one_likes(tmp_path: Path) -> None:
    assert read_secrets({"code": "j_code"}, "", tmp_path, {"j_code": "1111"}, "x") == {"code": "1111"}


def test_texts_lose_their_secrets_the_longest_first() -> None:
    secrets = {"a": "public", "b": "public-key", "c": "1"}
    assert redacted("public-key of public 1", secrets) == "*** of *** 1"
