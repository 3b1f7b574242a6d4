from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from signals import cli, trial
from signals.scenario import load


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two minutes."""
    where: Path = tmp_path_factory.mktemp("run")
    trial.run(load("crossroads", end_s=120.0), "rolling_horizon", seed=1, out=where / "mine")
    return where / "mine"


def test_explain(folder: Path) -> None:
    said = CliRunner().invoke(cli.app, ["explain", str(folder), "--at", "00:02:00"])
    assert said.exit_code == 0
    assert "centre" in said.output
    assert "asked for" in said.output
    assert "green in it" in said.output


def test_explain_for_programs(folder: Path) -> None:
    said = CliRunner().invoke(cli.app, ["explain", str(folder), "--at", "120", "--intersection", "centre", "--json"])
    row = json.loads(said.stdout)
    costs_s = [one["cost_s"] for one in row["weighed"]]
    assert row["intersection"] == "centre"
    assert row["time_s"] <= 120
    assert costs_s == sorted(costs_s)
    (stage,) = [one for one in load("crossroads").network.intersections[0].stages if one.id == "ahead_ns"]
    names = [group.id for group in load("crossroads").network.intersections[0].groups]
    (ahead,) = [one["groups"] for one in row["weighed"] if one["stage"] == "ahead_ns"]
    assert ahead == [names[group] for group in stage.groups]
    assert [one["chosen"] for one in row["weighed"]].count(True) == 1


def test_before_the_first_change_nothing_is_explained(folder: Path) -> None:
    said = CliRunner().invoke(cli.app, ["explain", str(folder), "--at", "0"])
    assert said.output == "nothing was changed by 0\n"


def test_wrong_input_is_said_in_one_line(folder: Path, tmp_path: Path) -> None:
    for words in (
        [str(tmp_path), "--at", "9"],
        [str(folder), "--at", "noon"],
        [str(folder), "--at", "9", "--intersection", "x"],
    ):
        said = CliRunner().invoke(cli.app, ["explain", *words])
        assert said.exit_code == 2
        assert said.stdout == ""


def test_a_network_of_another_run_is_said_in_one_line(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    text = (copy / "network.toml").read_text()
    assert '"ahead_ns"' in text
    (copy / "network.toml").write_text(text.replace('"ahead_ns"', '"other"'))
    said = CliRunner().invoke(cli.app, ["explain", str(copy), "--at", "120"])
    assert said.exit_code == 2
    assert 'has no stage "ahead_ns" of intersection "centre"' in said.stderr
    assert len(said.stderr.splitlines()) == 1
