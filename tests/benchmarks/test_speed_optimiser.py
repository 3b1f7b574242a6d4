"""The speed of the optimiser: the grids are what they are said to be, the table says what was measured."""

from __future__ import annotations

import math

import pytest

from benchmarks.speed import optimiser
from benchmarks.speed.optimiser import PASSING_VEH_H, Thought, grid, main, power, six_stages, town_of
from benchmarks.speed.town import network_of, travel_of


def made(intersections: int, ms: float, single_ms: float = math.nan) -> list[float]:
    return list(Thought(intersections, ms, ms, ms, ms, single_ms, 10.0))


def test_as_many_pass_a_crossing_in_a_small_town_as_in_a_large_one() -> None:
    for side in (3, 12):
        passing = sum(len(route) for route in travel_of(town_of(side, 3600.0)).routes)
        assert passing / side**2 == pytest.approx(PASSING_VEH_H, rel=0.1)


def test_with_six_stages_every_arm_has_green_with_its_opposite_and_alone() -> None:
    town = network_of(3)
    place = six_stages(town).intersections[4]
    assert [stage.groups for stage in place.stages] == [(0, 2), (1, 3), (0,), (1,), (2,), (3,)]
    assert sorted(link for group in place.groups for link in group.links) == list(range(16))
    assert place.intergreen_ds[0][2] is None
    assert place.intergreen_ds[0][1] == town.intersections[4].intergreen_ds[0][1]


@pytest.mark.parametrize("stages", [2, 6])
def test_it_thinks_in_a_grid(stages: int) -> None:
    one = grid(2, stages, threads=1, end_s=60.0)
    assert one.intersections == 4
    assert 0 < one.mean_ms <= one.worst_ms
    assert one.cpu_ms > 0
    assert math.isnan(one.single_ms)
    assert one.delay_s > 0


def test_the_power_tells_linear_from_quadratic() -> None:
    assert power([Thought(*made(n, 5.0 * n)) for n in (10, 100, 1000)]) == pytest.approx(1.0)
    assert power([Thought(*made(n, 5.0 * n * n)) for n in (10, 100, 1000)]) == pytest.approx(2.0)


def test_the_table(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    measured = {"grid": made(16, 1.6), "resco": made(8, 0.8, 1.5), "hour": [3.0, 3.5]}
    monkeypatch.setattr(optimiser, "_child", lambda what, *_: measured[what])
    assert main(["--sides", "4", "--maps", "cologne8", "--hour"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:24].strip() for line in lines[1:4]] == ["grid 4x4, 2 stages", "grid 4x4, 6 stages", "cologne8"]
    assert lines[1].split()[4:] == ["16", "1.60", "1.60", "1.60", "1.60", "100.0", "100.0", "10.0"]
    assert lines[3].endswith("1.50")
    assert lines[4:] == ["an hour of cologne8 in SUMO: 3.50 s by the clock, 3.00 CPU s", "all targets met"]


def test_what_is_missed_is_said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    measured = {"grid": made(1024, 101.0), "resco": made(8, 0.8, 2.5), "hour": [3.0, 4.5]}
    monkeypatch.setattr(optimiser, "_child", lambda what, *_: measured[what])
    assert main(["--sides", "32", "--maps", "cologne8", "--hour"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert all(line.endswith("  MISSED") for line in lines[1:5])
    assert lines[-1] == "4 missed"
