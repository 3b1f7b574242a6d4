"""How cost grows: the arithmetic by hand, the measurements in towns of a few crossings."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.speed import scaling
from benchmarks.speed.scaling import Drive, city, drive, fitted, linearity, power, replicas, scaled
from benchmarks.speed.town import Town

TINY = Town(3, 60, 120.0)


def made(lanes: int, running_veh: float, step_ns: float) -> Drive:
    return Drive(
        lanes=lanes, vehicles=1, running_veh=running_veh, steps=100, cpu_s=100 * step_ns * 1e-9,
        prepared_s=(0.0,) * 4, bytes_each=(0.0,) * 3, peak_mb=0.0, inserted=1, arrived=1, delay_s=0.0,
    )  # fmt: skip


def test_the_fit_finds_what_a_lane_and_a_vehicle_cost() -> None:
    drives = [made(lanes, veh, 2.0 * lanes + 30.0 * veh) for lanes, veh in ((100, 10), (100, 50), (900, 200))]
    assert fitted(drives) == pytest.approx((2.0, 30.0, 0.0), abs=1e-6)
    assert fitted([*drives, made(100, 10, 1000.0)])[2] > 0.2


def test_the_power_tells_linear_from_quadratic() -> None:
    assert power([made(n, n, 5.0 * n) for n in (10, 100, 1000)]) == pytest.approx(1.0)
    assert power([made(n, n, 5.0 * n * n) for n in (10, 100, 1000)]) == pytest.approx(2.0)


def test_a_drive_accounts_for_everybody() -> None:
    one = drive(TINY, 1)
    assert (one.vehicles, one.steps) == (60, 120)
    assert 0 < one.arrived < one.inserted <= 60
    assert 0.0 < one.running_veh < one.inserted
    assert one.cpu_s > 0.0
    assert one.delay_s > 0.0
    assert len(one.prepared_s) == 4


def test_a_vehicle_takes_at_most_200_bytes_without_its_route() -> None:
    lane_bytes, vehicle_bytes, route_bytes = drive(TINY, 1).bytes_each
    assert 16.0 < vehicle_bytes <= 200.0
    assert 4.0 <= route_bytes < 100.0
    assert lane_bytes > 36.0 * 20  # a ring of 200 m has more than 20 seats of 36 bytes


def test_replicas_say_the_same_however_many_run_at_a_time() -> None:
    one, two = scaled(3, 1, TINY), scaled(3, 2, TINY)
    assert one.delay_s == two.delay_s > 0.0
    assert min(one.wall_s, one.cpu_s, two.wall_s, two.cpu_s) > 0.0


def test_the_table_of_the_city() -> None:
    lines = list(city(TINY))
    assert lines[0].startswith("9 signals, ")
    assert lines[0].endswith(" lanes, 60 vehicles in 120 s, one core")
    rows = {line[:26].strip(): line[26:].strip() for line in lines[1:]}
    assert float(rows["run, CPU s"]) >= 0.0
    assert rows["bytes a vehicle"].split(",")[0] == f"{drive(TINY, 1).bytes_each[1]:.0f}"


def test_the_table_of_linearity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaling, "LINEAR_S", 60.0)
    lines = list(linearity((2, 3), (2,)))
    assert len(lines) == 5
    assert [line.split()[0] for line in lines[1:3]] == ["4", "9"]
    assert lines[3].startswith("a step costs ")
    assert np.isfinite(float(lines[4].split("power of ")[1].split(";")[0]))


def test_the_lines_of_the_replicas() -> None:
    lines = list(replicas(2, 1, TINY))
    assert lines[0] == "2 replicas of 9 signals and 60 vehicles, 120 s each"
    assert [line.split(":")[0].strip() for line in lines[1:3]] == ["1 at a time", "2 at a time"]


def test_replicas_that_differ_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaling, "_child", lambda *words: [1.0, 1.0, float(words[-1])])
    with pytest.raises(SystemExit, match="different delays"):
        list(replicas(2, 1, TINY))
