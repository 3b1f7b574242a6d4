"""What an adapter may report, and what becomes of everything else."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from signals.model.crossroads import crossroads
from signals.model.values import Readings
from signals.safety.intake import FROZEN_DS, MALFORMED, Intake
from signals.safety.ladder import BACK_OFF_DS, TRIAL_DS

SITE = crossroads()
GROUPS, LOOPS = 12, len(SITE.detectors)


def told(time_s: Any = 1.0, vehicles: int = 0, **values: Any) -> Readings:
    """Everything red, nobody on the loops, and vehicles that drive along the first lane."""
    usual = {
        "time_s": time_s,
        "aspect": np.zeros(GROUPS, np.int8),
        "call": np.zeros(GROUPS, np.bool_),
        "vehicle_lane": np.zeros(vehicles, np.int32),
        "vehicle_position_m": np.arange(1, vehicles + 1, dtype=np.float32),
        "vehicle_speed_mps": np.full(vehicles, 10, np.float32),
        "vehicle_handle": np.arange(vehicles),
        "detector_count": np.zeros(LOOPS, np.int32),
        "detector_occupied": np.zeros(LOOPS, np.float32),
    }
    return Readings(**usual | values)


def at(index: int, value: Any, usual: np.ndarray) -> np.ndarray:
    row = usual.copy()
    row[index] = value
    return row


def test_what_can_be_is_passed_on_as_it_is() -> None:
    intake = Intake(SITE, 10)
    draw = np.random.default_rng(1)
    preempt = draw.integers(0, 4, GROUPS).astype(np.int8)
    given = told(
        7.0,
        40,
        aspect=draw.integers(-1, 5, GROUPS).astype(np.int8),
        call=draw.random(GROUPS) < 0.5,
        vehicle_lane=draw.integers(0, len(SITE.lanes), 40).astype(np.int32),
        vehicle_position_m=draw.random(40, np.float32),
        detector_count=draw.integers(-1, 3, LOOPS).astype(np.int32),
        detector_occupied=np.where(draw.random(LOOPS) < 0.3, np.nan, draw.random(LOOPS)).astype(np.float32),
        preempt=preempt,
        vehicle_class=draw.integers(0, 5, 40).astype(np.int8),
    )
    assert intake.take(given) is None
    *where, vehicle_class = intake.vehicles
    mine = (intake.aspect, intake.call, *where, intake.count, intake.occupied, intake.preempt, vehicle_class)
    for one, other in zip(mine, given[1:], strict=True):
        np.testing.assert_array_equal(one, other)
        assert not np.shares_memory(one, other)
    assert intake.time_s == 7.0
    assert (intake.rejected, intake.strange.any(), intake.quarantined.any()) == (0, False, False)


def test_nobody_calls_where_no_calls_are_reported() -> None:
    intake = Intake(SITE, 10)
    intake.take(told(1.0, preempt=np.ones(GROUPS, np.int8)))
    assert intake.preempt.all()
    intake.take(told(2.0))
    assert not intake.preempt.any()


MALFORMED_READINGS = {
    "none": None,
    "a tuple": tuple(told()),
    "aspects of another type": told(aspect=np.zeros(GROUPS)),
    "too few aspects": told(aspect=np.zeros(GROUPS - 1, np.int8)),
    "no aspects": told(aspect=None),
    "calls": told(call=np.zeros(GROUPS, np.int8)),
    "emergency calls": told(preempt=np.zeros(GROUPS, np.int64)),
    "counts": told(detector_count=np.full(LOOPS, math.nan)),
    "occupancy": told(detector_occupied=np.zeros((LOOPS, 1), np.float32)),
    "lanes of another type": told(vehicle_lane=np.zeros(0)),
    "more lanes than positions": told(vehicle_lane=np.zeros(3, np.int32)),
    "more speeds than lanes": told(vehicle_speed_mps=np.zeros(3, np.float32)),
    "handles": told(vehicle_handle=np.zeros(0, np.int32)),
    "classes": told(vehicle_class=np.zeros(0, np.int32)),
    "more classes than vehicles": told(vehicle_class=np.zeros(1, np.int8)),
}


@pytest.mark.parametrize("given", MALFORMED_READINGS.values(), ids=MALFORMED_READINGS)
def test_what_are_no_readings(given: object) -> None:
    intake = Intake(SITE, 10)
    assert intake.take(told(0.0, 5, preempt=np.ones(GROUPS, np.int8), call=np.ones(GROUPS, np.bool_))) is None
    trouble = intake.take(given)
    assert trouble is not None
    assert trouble.code == MALFORMED
    assert (intake.aspect == -1).all()
    assert (intake.count == -1).all()
    assert np.isnan(intake.occupied).all()
    assert not intake.call.any()
    assert not intake.preempt.any()
    assert [len(column) for column in intake.vehicles] == [0] * 5
    assert intake.take(told(2.0)) is None


@pytest.mark.parametrize("given", [told("noon"), told(vehicle_lane=None), told(vehicle_lane=7)])
def test_what_is_nothing_like_readings_may_raise(given: Readings) -> None:
    with pytest.raises(TypeError):
        Intake(SITE, 10).take(given)


@pytest.mark.parametrize("aspect", [5, 99, -2, -128])
def test_what_is_no_aspect_is_unknown_and_its_intersection_doubtful(aspect: int) -> None:
    intake = Intake(SITE, 10)
    assert intake.take(told(aspect=at(3, aspect, np.full(GROUPS, 2, np.int8)))) is None
    assert intake.aspect.tolist() == [2, 2, 2, -1, *[2] * 8]
    assert intake.strange.tolist() == [True]
    assert intake.rejected == 1
    intake.take(told(2.0))
    assert not intake.strange.any()


def test_an_emergency_call_that_cannot_be_is_none() -> None:
    intake = Intake(SITE, 10)
    assert intake.take(told(preempt=at(2, -3, np.ones(GROUPS, np.int8)))) is None
    assert intake.preempt.tolist() == [1, 1, 0, *[1] * 9]
    assert intake.rejected == 1


IMPOSSIBLE_LOOPS: list[dict[str, Any]] = [
    {"detector_count": -2},
    {"detector_count": -1_000_000_000},
    {"detector_count": 4},
    {"detector_count": 2**31 - 1},
    {"detector_occupied": -0.01},
    {"detector_occupied": 2.0},
    {"detector_occupied": math.inf},
    {"detector_occupied": -math.inf},
]


@pytest.mark.parametrize("values", IMPOSSIBLE_LOOPS, ids=str)
def test_a_detector_that_says_what_cannot_be_is_not_listened_to_for_a_while(values: dict[str, Any]) -> None:
    intake = Intake(SITE, 10)
    ((name, value),) = values.items()
    assert intake.take(told(0.0)) is None
    assert intake.take(told(1.0, **{name: at(1, value, getattr(told(), name))})) is None
    assert intake.rejected == 1
    for tick in range(2, 2 + (BACK_OFF_DS[0] + TRIAL_DS) // 10):
        assert intake.quarantined.tolist() == [k == 1 for k in range(LOOPS)]
        assert intake.count.tolist() == [-1 if k == 1 else 0 for k in range(LOOPS)]
        assert np.isnan(intake.occupied).tolist() == [k == 1 for k in range(LOOPS)]
        assert intake.take(told(float(tick))) is None
    assert not intake.quarantined.any()
    assert intake.count.tolist() == [0] * LOOPS


def test_a_detector_that_says_itself_that_it_has_nothing_is_believed() -> None:
    intake = Intake(SITE, 10)
    for tick in range(10):
        given = told(float(tick), detector_count=np.full(LOOPS, -1, np.int32))
        assert intake.take(given._replace(detector_occupied=np.full(LOOPS, np.nan, np.float32))) is None
    assert not intake.quarantined.any()
    assert intake.rejected == 0


@pytest.mark.parametrize(("tick_ds", "most"), [(1, 2), (10, 3), (50, 9)])
def test_three_times_saturation_flow_is_too_much(tick_ds: int, most: int) -> None:
    for count in (most, most + 1):
        intake = Intake(SITE, tick_ds)
        intake.take(told(detector_count=np.full(LOOPS, count, np.int32)))
        assert intake.quarantined.all() == (count > most)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("vehicle_lane", [-1, 10**6, -(2**31), 2**31 - 1]),
        ("vehicle_position_m", [-0.1, 302.0, math.nan, math.inf, 1e30]),
        ("vehicle_speed_mps", [-0.1, 100.0, math.nan, math.inf, -math.inf]),
        ("vehicle_handle", [-1, -(2**63)]),
    ],
)
def test_a_vehicle_that_cannot_exist_is_left_out(name: str, values: list[float]) -> None:
    for value in values:
        intake = Intake(SITE, 10)
        usual = told(1.0, 3)
        assert intake.take(usual._replace(**{name: at(1, value, getattr(usual, name))})) is None
        assert intake.vehicles.handle.tolist() == [0, 2]
        assert intake.rejected == 1


def test_a_class_that_is_none_is_unknown_and_its_vehicle_stays() -> None:
    intake = Intake(SITE, 10)
    assert intake.take(told(1.0, 4, vehicle_class=np.array([3, -1, 5, 4], np.int8))) is None
    assert intake.vehicles.vehicle_class.tolist() == [3, 0, 0, 4]
    assert intake.vehicles.handle.tolist() == [0, 1, 2, 3]
    assert intake.rejected == 2
    assert intake.take(told(2.0, 2)) is None
    assert intake.vehicles.vehicle_class.tolist() == [0, 0]
    assert intake.rejected == 2


def test_readings_may_be_repeated_once_but_not_twice() -> None:
    intake = Intake(SITE, 10)
    given = told(5.0, 2, detector_count=np.ones(LOOPS, np.int32), detector_occupied=np.full(LOOPS, 0.5, np.float32))
    assert intake.take(given) is None
    assert intake.take(given) is None
    assert (intake.aspect == -1).all()  # the display may have changed since
    assert len(intake.vehicles.handle) == 2
    assert (intake.count == 0).all()  # they have been counted
    assert (intake.occupied == 0.5).all()
    trouble = intake.take(given)
    assert trouble is not None
    assert trouble.code == "readings-stale"
    assert (intake.count == -1).all()
    assert len(intake.vehicles.handle) == 0
    assert intake.take(told(8.0)) is None  # it has caught up
    assert intake.take(told(8.0)) is None


@pytest.mark.parametrize("stamp", [math.nan, math.inf])
def test_no_time_is_no_news(stamp: float) -> None:
    intake = Intake(SITE, 10)
    intake.take(told(5.0))
    assert intake.take(told(stamp)) is None
    trouble = intake.take(told(stamp))
    assert trouble is not None
    assert trouble.code == "readings-stale"


@pytest.mark.parametrize("step_s", [3600.0, -3600.0, 3.0, -3.0])
def test_a_clock_that_is_set_makes_one_tick_doubtful(step_s: float) -> None:
    intake = Intake(SITE, 10)
    assert not any(intake.take(told(float(tick))) for tick in range(10))
    trouble = intake.take(told(10 + step_s, aspect=np.full(GROUPS, 2, np.int8), call=np.ones(GROUPS, np.bool_)))
    assert trouble is not None
    assert trouble.code == "clock-stepped"
    assert trouble.detail == f"it says {10 + step_s:.1f} s, expected were 10.0 s"
    assert (intake.aspect == -1).all()
    assert intake.call.all()
    assert not any(intake.take(told(tick + step_s)) for tick in range(11, 30))


def test_another_clock_may_be_expected() -> None:
    intake = Intake(SITE, 10)
    assert not any(intake.take(told(float(tick))) for tick in range(10))
    intake.restart()
    assert intake.take(told(0.0)) is None


def test_vehicles_that_drive_and_stay_where_they_are() -> None:
    intake, ticks = Intake(SITE, 10), FROZEN_DS // 10
    codes = [intake.take(told(float(tick), 3)) for tick in range(ticks + 3)]
    assert codes[:ticks] == [None] * ticks
    assert all(trouble is not None and trouble.code == "readings-frozen" for trouble in codes[ticks:])
    assert (intake.aspect == -1).all()
    assert intake.take(told(ticks + 3.0, 4)) is None
    assert (intake.aspect == 0).all()


@pytest.mark.parametrize(
    "values",
    [
        {"vehicles": 0},
        {"vehicles": 2, "vehicle_speed_mps": np.zeros(2, np.float32)},
        {"vehicles": 2, "vehicle_position_m": "moving"},
        {"vehicles": 2, "detector_count": "moving"},
        {"vehicles": 2, "detector_occupied": "moving"},
    ],
    ids=str,
)
def test_where_nobody_drives_or_something_changes_nothing_is_frozen(values: dict[str, Any]) -> None:
    intake = Intake(SITE, 10)
    for tick in range(30):
        now = {name: getattr(told(), name) for name in values if name.startswith("detector")}
        moved = {
            "vehicle_position_m": np.array([1.0, 2.0 + tick], np.float32),
            "detector_count": np.full(LOOPS, tick % 2, np.int32),
            "detector_occupied": np.full(LOOPS, tick / 30, np.float32),
        }
        fresh = {name: moved[name] if isinstance(value, str) else value for name, value in values.items()}
        assert intake.take(told(float(tick), **now | fresh)) is None
