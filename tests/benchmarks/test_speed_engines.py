"""One measurement of one simulator: a small grid through each of them."""

from __future__ import annotations

import math
import subprocess
from pathlib import Path

import pytest

from benchmarks.speed.courses import Course, Grid, made
from benchmarks.speed.engines import DELAYS, has_uxsim, measure, measured, without_outputs

VEHICLES = 60


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return made("grid2x2", tmp_path_factory.mktemp("grid"), Grid(2, VEHICLES, 300.0))


def test_outputs_are_left_out_of_the_command_line() -> None:
    words = [
        "--net-file", "a", "--tripinfo-output", "b", "--tripinfo-output.write-unfinished", "true",
        "--statistic-output", "c", "--log", "d", "--no-step-log", "true", "--seed", "1",
    ]  # fmt: skip
    assert without_outputs(words) == ["--net-file", "a", "--no-step-log", "true", "--seed", "1"]


@pytest.mark.sumo
@pytest.mark.parametrize("engine", ["bare", "meso"])
def test_sumo_is_timed_without_outputs_and_told_the_delay_untimed(engine: str, course: Course) -> None:
    timed, told = measured(engine, course), measured(DELAYS[engine], course)
    assert timed.cpu_s > 0.0
    assert math.isnan(timed.delay_s)
    assert math.isnan(told.cpu_s)
    assert told.vehicles == VEHICLES
    assert 1.0 < told.delay_s < 100.0


@pytest.mark.sumo
def test_ours_drives_the_same_vehicles_about_as_well(course: Course) -> None:
    ours, sumo = measure("signals", course), measured(DELAYS["bare"], course)
    assert 0.0 < ours.cpu_s < 0.5
    assert ours.vehicles == sumo.vehicles == VEHICLES
    assert ours.delay_s == pytest.approx(sumo.delay_s, rel=0.25)


@pytest.mark.sumo
def test_uxsim_drives_the_same_vehicles(course: Course) -> None:
    if not has_uxsim():
        pytest.skip("uxsim is not installed")
    found = measured("uxsim", course)
    assert found.cpu_s > 0.0
    assert found.vehicles == VEHICLES
    assert 1.0 < found.delay_s < 100.0


@pytest.mark.sumo
def test_a_measurement_in_a_process_of_its_own_says_the_same(course: Course) -> None:
    assert measured("signals", course)[1:] == measure("signals", course)[1:]


def test_a_child_that_fails_is_an_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        measured("signals", Course("x", str(tmp_path / "no.net.xml"), "no.rou.xml", 0.0, 1.0))
    assert "no.net.xml" in capfd.readouterr().err
