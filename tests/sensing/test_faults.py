"""Every fault, alone and together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from signals.errors import InputError
from signals.model.crossroads import crossroads
from signals.model.values import Aspect, Readings
from signals.sensing.faults import Distortion, Faults

NETWORK = crossroads()
DETECTORS, GROUPS = len(NETWORK.detectors), len(NETWORK.arrays.group_user)


def readings(tick: int, vehicles: int = 40) -> Readings:
    rng = np.random.default_rng(tick)
    lane = rng.integers(0, len(NETWORK.lanes), vehicles).astype(np.int32)
    return Readings(
        float(tick),
        rng.integers(0, 5, GROUPS).astype(np.int8),
        rng.random(GROUPS) < 0.5,
        lane,
        (rng.random(vehicles) * NETWORK.arrays.lane_length_m[lane]).astype(np.float32),
        rng.uniform(0, 14, vehicles).astype(np.float32),
        np.arange(vehicles, dtype=np.int64) + 100 * tick,
        rng.integers(0, 5, DETECTORS).astype(np.int32),
        rng.random(DETECTORS).astype(np.float32),
        np.ones(GROUPS, np.int8),
        rng.integers(0, 5, vehicles).astype(np.int8),
    )


def distorted(ticks: int = 50, seed: int = 1, **faults: Any) -> tuple[Distortion, list[Readings], list[Readings]]:
    """Return what was reported and what arrived."""
    distortion = Distortion(NETWORK, Faults(**faults), seed, 10)
    reported = [readings(tick) for tick in range(ticks)]
    return distortion, reported, [distortion.distort(now) for now in reported]


def same(one: Readings, two: Readings, *but: str) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(two, name)) for name in Readings._fields if name not in but)


LOOPS = ("detector_count", "detector_occupied")
VEHICLES = ("vehicle_lane", "vehicle_position_m", "vehicle_speed_mps", "vehicle_handle", "vehicle_class")


def test_without_faults_nothing_changes() -> None:
    _, reported, arrived = distorted()
    assert all(same(one, two) for one, two in zip(reported, arrived, strict=True))


@pytest.mark.parametrize(
    ("fault", "count", "occupied"), [("dead", -1, np.nan), ("stuck_on", 0, 1.0), ("stuck_off", 0, 0.0)]
)
def test_broken_detectors_always_say_the_same_and_the_others_the_truth(fault: str, count: int, occupied: float) -> None:
    distortion, reported, arrived = distorted(**{fault: 0.25})
    broken = list(distortion.detectors(fault))
    assert len(broken) == DETECTORS / 4
    sound = np.setdiff1d(np.arange(DETECTORS), broken)
    for one, two in zip(reported, arrived, strict=True):
        assert same(one, two, *LOOPS)
        assert (two.detector_count[broken] == count).all()
        np.testing.assert_array_equal(two.detector_occupied[broken], np.float32(occupied))
        assert (two.detector_count[sound] == one.detector_count[sound]).all()
        assert (two.detector_occupied[sound] == one.detector_occupied[sound]).all()


def test_noisy_detectors_miss_some_and_count_others_twice() -> None:
    distortion, reported, arrived = distorted(ticks=400, noisy=1.0, noise=0.1)
    assert len(distortion.detectors("noisy")) == DETECTORS
    true = np.array([row.detector_count for row in reported])
    found = np.array([row.detector_count for row in arrived])
    assert (found < true).any()
    assert (found > true).any()
    assert found.min() >= 0
    assert (found == true).mean() > 0.6
    assert found.sum() == pytest.approx(true.sum(), rel=0.02)
    silent = (true > 0) & (found == 0)
    assert silent.any()
    assert (np.array([row.detector_occupied for row in arrived])[silent] == 0).all()


def test_a_noisy_detector_without_reading_stays_without() -> None:
    distortion = Distortion(NETWORK, Faults(noisy=1.0, noise=1.0), 1, 10)
    now = readings(1)
    now.detector_count[:], now.detector_occupied[:] = -1, np.nan
    assert same_nan(distortion.distort(now), now)


def same_nan(one: Readings, two: Readings) -> bool:
    np.testing.assert_array_equal(one.detector_occupied, two.detector_occupied)
    return same(one, two, "detector_occupied")


@pytest.mark.parametrize(("late_s", "tick_ds", "ticks"), [(5, 10, 5), (5, 5, 10), (0, 10, 0)])
def test_late_detectors_say_what_was_true_then(late_s: float, tick_ds: int, ticks: int) -> None:
    distortion = Distortion(NETWORK, Faults(late=0.5, late_s=late_s), 1, tick_ds)
    late = list(distortion.detectors("late"))
    reported = [readings(tick) for tick in range(30)]
    arrived = [distortion.distort(now) for now in reported]
    for tick, now in enumerate(arrived):
        if tick < ticks:
            assert (now.detector_count[late] == -1).all()
            assert np.isnan(now.detector_occupied[late]).all()
        else:
            assert (now.detector_count[late] == reported[tick - ticks].detector_count[late]).all()
            assert (now.detector_occupied[late] == reported[tick - ticks].detector_occupied[late]).all()


def test_a_lost_report_says_nothing_but_the_time() -> None:
    _, reported, arrived = distorted(ticks=200, lost=0.3)
    lost = [tick for tick, now in enumerate(arrived) if (now.aspect == Aspect.UNKNOWN).all()]
    assert 30 < len(lost) < 90
    for tick, (one, two) in enumerate(zip(reported, arrived, strict=True)):
        assert two.time_s == one.time_s
        if tick not in lost:
            assert same(one, two)
            continue
        assert not two.call.any()
        assert (two.detector_count == -1).all()
        assert np.isnan(two.detector_occupied).all()
        assert two.preempt is None
        known = [past for past in range(tick) if past not in lost]
        for name in VEHICLES:
            before = getattr(reported[known[-1]], name) if known else getattr(one, name)[:0]
            np.testing.assert_array_equal(getattr(two, name), before)


def test_what_was_seen_before_is_kept_in_arrays_of_its_own() -> None:
    distortion = Distortion(NETWORK, Faults(lost=0.5), 3, 10)
    buffer, last, lost = readings(0), None, 0
    for tick in range(50):
        buffer.vehicle_handle[:] = tick  # as an adapter does that reports in the same arrays again
        arrived = distortion.distort(buffer)
        if arrived.preempt is not None:
            last = tick
        elif last is not None:
            lost += 1
            assert set(arrived.vehicle_handle.tolist()) == {last}
            arrived.vehicle_handle[:] = -1  # as a user may do with what is new every time
    assert lost > 10


def test_some_vehicles_are_not_seen() -> None:
    _, reported, arrived = distorted(ticks=100, unseen=0.25)
    seen = 0
    for one, two in zip(reported, arrived, strict=True):
        rows = np.searchsorted(one.vehicle_handle, two.vehicle_handle)
        for name in VEHICLES:
            assert (getattr(one, name)[rows] == getattr(two, name)).all()
        seen += len(rows)
    assert seen == pytest.approx(0.75 * 4000, rel=0.05)


def test_vehicles_are_seen_where_they_are_not_but_could_be() -> None:
    _, reported, arrived = distorted(ticks=100, position_sd_m=10.0, speed_sd_mps=2.0)
    for column, sd in (("vehicle_position_m", 10.0), ("vehicle_speed_mps", 2.0)):
        error = np.concatenate(
            [getattr(two, column) - getattr(one, column) for one, two in zip(reported, arrived, strict=True)]
        )
        assert error.std() == pytest.approx(sd, rel=0.3)  # less at the ends of lanes
    for now in arrived:
        assert (now.vehicle_position_m >= 0).all()
        assert (now.vehicle_position_m <= NETWORK.arrays.lane_length_m[now.vehicle_lane]).all()
        assert (now.vehicle_speed_mps >= 0).all()


ALL = {
    "dead": 0.2, "stuck_on": 0.2, "stuck_off": 0.2, "noisy": 0.2, "late": 0.2,
    "lost": 0.1, "unseen": 0.1, "position_sd_m": 1.0, "speed_sd_mps": 1.0,
}  # fmt: skip


def test_every_detector_has_one_fault_at_most() -> None:
    distortion, *_ = distorted(ticks=1, **ALL)
    broken = [d for name in ("dead", "stuck_on", "stuck_off", "noisy", "late") for d in distortion.detectors(name)]
    assert sorted(broken) == list(range(DETECTORS))


def test_types_and_shapes_stay_and_what_was_reported_is_not_changed() -> None:
    distortion = Distortion(NETWORK, Faults(**ALL), 1, 10)
    for tick in range(50):
        now, before = readings(tick), readings(tick)
        arrived = distortion.distort(now)
        assert same(now, before)
        for name in {*Readings._fields[1:]} - {"preempt"}:
            assert getattr(arrived, name).dtype == getattr(now, name).dtype
        assert len({len(getattr(arrived, name)) for name in VEHICLES}) == 1


def test_of_vehicles_whose_class_is_not_reported_none_is_known() -> None:
    distortion = Distortion(NETWORK, Faults(lost=0.5, unseen=0.2), 1, 10)
    for tick in range(30):
        assert distortion.distort(readings(tick)._replace(vehicle_class=None)).vehicle_class is None


def test_the_same_seed_breaks_the_same() -> None:
    runs = [distorted(seed=seed, **ALL)[2] for seed in (1, 1, 2)]
    packed = [
        b"".join(np.asarray(part).tobytes() for now in run for part in now._replace(preempt=None)) for run in runs
    ]
    assert packed[0] == packed[1] != packed[2]


def test_a_network_without_detectors_can_still_lose_reports() -> None:
    bare = replace(NETWORK, detectors=())
    now = readings(0)._replace(detector_count=np.zeros(0, np.int32), detector_occupied=np.zeros(0, np.float32))
    arrived = Distortion(bare, Faults(**ALL | {"lost": 1.0}), 1, 10).distort(now)
    assert len(arrived.detector_count) == 0
    assert (arrived.aspect == Aspect.UNKNOWN).all()


@pytest.mark.parametrize(
    ("faults", "sentence"),
    [
        ({"dead": -0.1}, "dead must be between 0 and 1, got -0.1"),
        ({"unseen": 1.1}, "unseen must be between 0 and 1"),
        ({"lost": float("nan")}, "lost must be between 0 and 1"),
        ({"late_s": -1}, "late_s must be a number >= 0"),
        ({"speed_sd_mps": float("inf")}, "speed_sd_mps must be a number >= 0"),
        ({"dead": 0.6, "late": 0.5}, "shares of all detectors"),
    ],
)
def test_what_cannot_be_is_an_error(faults: dict[str, float], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        Faults(**faults)
