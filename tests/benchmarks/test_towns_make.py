"""The synthetic scenarios are what their maker makes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.towns import make as maker
from benchmarks.towns.make import PLACES, ROOT, build, make, without_header

pytestmark = pytest.mark.sumo

BY_HAND = {"scenario.toml", "SOURCE.md"}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", PLACES)
def test_what_is_committed_is_what_is_made(tmp_path: Path, name: str) -> None:
    """Make them anew with: python benchmarks/towns/make.py."""
    make(name, tmp_path)
    committed = {path: text for path, text in contents(ROOT / name).items() if path not in BY_HAND}
    made = contents(tmp_path)
    assert set(made) == set(committed)
    assert [path for path in sorted(made) if made[path] != committed[path]] == []


@pytest.mark.parametrize("name", PLACES)
def test_the_plain_files_alone_make_the_network(tmp_path: Path, name: str) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    for path in (ROOT / name / "plain").iterdir():
        (plain / path.name).write_bytes(path.read_bytes())
    assert build(name, tmp_path).read_bytes() == (ROOT / name / f"{name}.net.xml").read_bytes()


def test_the_comment_with_the_day_is_left_out_and_nothing_else() -> None:
    assert without_header('<?xml?>\n\n<!-- generated on 2026\n<x/>\n-->\n\n<net version="1">') == (
        '<?xml?>\n\n<net version="1">'
    )


def test_what_netconvert_complains_about_is_said(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "x.netccfg").write_text('<configuration><node-files value="none.xml"/></configuration>')
    with pytest.raises(RuntimeError, match=r"netconvert: .*none\.xml"):
        build("x", tmp_path)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["make.py", "flemish_junction", "--out", str(tmp_path)])
    maker.main()
    assert capsys.readouterr().out.startswith("flemish_junction J: cycle ")
    assert (tmp_path / "flemish_junction.net.xml").is_file()


@pytest.mark.parametrize(("words", "said"), [([], "one scenario"), (["smal_town"], 'there is no "smal_town"')])
def test_what_cannot_be_meant_is_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    monkeypatch.setattr(sys, "argv", ["make.py", *words, "--out", str(tmp_path)])
    with pytest.raises(SystemExit):
        maker.main()
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
