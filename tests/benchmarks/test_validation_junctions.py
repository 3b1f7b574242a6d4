"""The experiments on single junctions that the constants of the simulator come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.validation import junctions
from benchmarks.validation.junction_experiments import EXPERIMENTS, Experiment, measured

pytestmark = pytest.mark.sumo


def test_names_are_unique() -> None:
    assert len({one.question for one in EXPERIMENTS}) == len(EXPERIMENTS)


@pytest.mark.parametrize(
    "one",
    [
        Experiment("green of 27 s, straight", "SN", cycle_s=60),
        Experiment("crosses 600 veh/h", "SN", (("WE", 600.0),)),
        Experiment("waits inside", "SW", (("NS", 300.0),), 60, waits_m=8.0),
    ],
    ids=["green", "gap", "left"],
)
def test_the_simulator_is_near_sumo(one: Experiment, tmp_path: Path) -> None:
    sumo, sim = measured(one, tmp_path)
    assert sumo > 100
    assert sim == pytest.approx(sumo, rel=0.12)


def test_the_place_to_wait_is_where_it_is_asked_for(tmp_path: Path) -> None:
    measured(Experiment("", "SW", (("NS", 300.0),), 60, waits_m=8.0), tmp_path)
    assert 'length="8.00"' in (tmp_path / "cross.net.xml").read_text()


def test_the_command_prints_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert junctions.main(["--only", "green of 17 s, straight"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("green of 17 s, straight")
    assert lines[-1].endswith("over 1 experiments")


def test_an_unknown_experiment_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert junctions.main(["--only", "nothing"]) == 2
    assert 'no experiment is called "nothing"' in capsys.readouterr().err
