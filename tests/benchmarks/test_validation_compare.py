"""The whole command, for a minute of a small network."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.validation import campaign, compare
from benchmarks.validation.campaign import cases_of
from benchmarks.validation.cases import Case
from signals.errors import FileError
from signals.scenario import Scenario, load
from tests.adapters.sumo_pair import pair_inputs

pytestmark = pytest.mark.sumo

ROOT = Path(__file__).parents[2]


@pytest.fixture
def _short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every network is the small one, for two minutes."""
    inputs = pair_inputs(tmp_path)

    def scenario_of(name: str, cache: Path) -> Scenario:
        if name == "cologne8":
            raise FileError("there is no cologne8")
        return load(inputs.net, [inputs.routes[0].path], begin_s=0.0, end_s=120.0)

    monkeypatch.setattr(campaign, "scenario_of", scenario_of)


def words(cache: Path, *more: str) -> list[str]:
    return ["--cache", str(cache), "--networks", "cologne1", "--controllers", "net,greedy", "--seeds", "1", *more]


@pytest.mark.usefixtures("_short")
def test_it_runs_keeps_and_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cache = tmp_path / "cache"
    compare.main(words(cache, "--worlds", "sumo,half-step,meso"))
    said = capsys.readouterr()
    assert said.out.splitlines()[0].split() == [
        "network",
        "controller",
        "seeds",
        "SUMO,",
        "s",
        "half-step,",
        "s",
        "error",
        "meso,",
        "s",
        "error",
    ]
    assert said.out.splitlines()[1].startswith("cologne1  net")
    assert "[5/5] cologne1 meso net seed 1: delay" in said.err
    paths = list((cache / "results").rglob("*.json"))
    assert len(paths) == 5
    rows = [json.loads(path.read_text()) for path in paths]
    assert {row["metrics"]["scheduled_veh"] for row in rows} == {29.0}  # the same vehicles in every world
    assert len(list((cache / "demand").iterdir())) == 1
    assert compare.main(words(cache, "--worlds", "sumo,half-step,meso")) == compare.ALL_MET
    again = capsys.readouterr()
    assert again.out == said.out
    assert again.err == ""


@pytest.mark.usefixtures("_short")
def test_the_simulator_beside_sumo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = compare.main(words(tmp_path / "cache", "--worlds", "sumo,sim", "--markdown"))
    said = capsys.readouterr()
    assert code in {compare.ALL_MET, compare.TARGET_MISSED, compare.NOT_WHOLE}
    assert "| cologne1 | greedy | 1 | " in said.out
    assert r"| mean \|error\| of the first group <= 5 % | " in said.out
    assert "over 2 of 2 cases" in said.out


@pytest.mark.usefixtures("_short")
def test_show_runs_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare.main(words(tmp_path / "cache", "--show")) == compare.NOT_WHOLE
    assert "its routes are not recorded yet: cologne1 sumo net" in capsys.readouterr().err
    assert not (tmp_path / "cache" / "results").exists()


@pytest.mark.usefixtures("_short")
def test_what_fails_is_said_and_the_others_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = words(tmp_path / "cache", "--worlds", "sumo")
    asked[asked.index("cologne1")] = "cologne8,cologne1"
    asked[asked.index("net,greedy")] = "net,rolling_horizon"
    code = compare.main(asked)
    said = capsys.readouterr()
    assert code == compare.NOT_WHOLE
    assert "there is no cologne8: cologne8 sumo net, cologne8 sumo rolling_horizon" in said.err
    lines = [line.split() for line in said.out.splitlines()[1:3]]
    assert lines[0] == ["cologne8", "net", "0", "-"]
    assert "[2/2] cologne1 sumo rolling_horizon" in said.err


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--networks", "cologne9", 'unknown network "cologne9"'),
        ("--worlds", "sumo,micro", 'unknown world "micro"'),
        ("--controllers", "gredy", 'unknown controller "gredy"'),
        ("--controllers", ",", "no controller is given"),
        ("--seeds", "x", 'seeds "x"'),
    ],
)
def test_wrong_options(option: str, value: str, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare.main([option, value, "--show"]) == compare.NOT_WHOLE
    assert sentence in capsys.readouterr().err


def test_meso_runs_with_the_fixed_plan_only() -> None:
    found = cases_of(["cologne1"], ["sumo", "meso"], ["net", "greedy"], [1, 2])
    assert len(found) == 6
    assert [case for case in found if case.world == "meso"] == [
        Case("cologne1", "meso", "net", seed) for seed in (1, 2)
    ]


def test_ctrl_c_stops_it_and_what_is_finished_is_kept(tmp_path: Path) -> None:
    command = [sys.executable, "benchmarks/validation/compare.py", "--cache", str(tmp_path), "--worlds", "sumo"]
    options = ["--networks", "grid3x3", "--controllers", "net", "--seeds", "50"]
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive"}
    with subprocess.Popen(
        [*command, *options], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        deadline_s = time.monotonic() + 90
        while not list((tmp_path).rglob("sumo-net-*.json")):
            assert time.monotonic() < deadline_s
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.splitlines()[-1] == "interrupted; what is finished is kept"
    kept = list(tmp_path.rglob("sumo-net-*.json"))
    assert 1 <= len(kept) < 50
    assert all(json.loads(path.read_text())["metrics"]["delay_s"] > 0 for path in kept)
