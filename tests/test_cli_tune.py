from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from signals import cli
from signals.record.run_folder import read_run


def test_plans_are_tuned_and_then_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(cli.app, ["tune", "crossroads", "--tries", "8", "--seeds", "901", "--out", "mine.toml"])
    assert said.exit_code == 0, said.output
    assert "tried" in said.output
    words = ["run", "crossroads", "--controller", "fixed_time", "--set", "plan_file=mine.toml", "--end", "60"]
    said = CliRunner().invoke(cli.app, [*words, "--out", "mine"])
    assert said.exit_code == 0, said.output
    assert read_run(Path("mine")).settings["controller_settings"] == {"plan_file": "mine.toml"}


def test_what_cannot_be_tuned_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (["nowhere"], ["crossroads", "--seeds", "all"]):
        said = CliRunner().invoke(cli.app, ["tune", *words])
        assert said.exit_code == 2
        assert said.stdout == ""
    assert not list(tmp_path.iterdir())
