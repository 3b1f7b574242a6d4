from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from signals.control import horizon_site
from signals.control.rolling_horizon import RollingHorizon
from signals.kernels.horizon_arrivals import gather
from signals.model.crossroads import crossroads
from signals.model.vehicle_classes import VehicleClass

NETWORK = crossroads(pedestrians=False)
TIME, WEIGHT, COST, MOVING = range(4)
LIMIT_MPS = float(NETWORK.lanes[int(NETWORK.arrays.approach_lane[0])].speed_mps)


class Bench:
    """The lists of one crossroads."""

    def __init__(self) -> None:
        self.controller = RollingHorizon(NETWORK)
        self.seen = horizon_site.one_waiting_everywhere(NETWORK)
        self.inflow = np.zeros((8, 60), np.float32)
        self.lists = self.controller._lists
        self.worth = np.ones(len(self.lists.total), np.float32)
        self.class_worth = np.ones(len(VehicleClass), np.float32)

    def see(self, *vehicles: tuple[float, float, float]) -> None:
        """Let the first approach have these vehicles: distance, speed, weight."""
        columns = np.array(vehicles, np.float32).reshape(-1, 3).T
        offset = np.full(9, len(vehicles), np.int32)
        offset[0] = 0
        self.seen = self.seen._replace(
            arrival_offset=offset, arrival_distance_m=columns[0].copy(), arrival_speed_mps=columns[1].copy(),
            arrival_weight=columns[2].copy(), arrival_handle=np.arange(len(vehicles), dtype=np.int64),
        )  # fmt: skip

    def listed(self, column: int) -> list[float]:
        """Gather, and return what the first queue holds."""
        controller: Any = self.controller
        gather(
            0,
            1,
            controller._site,
            controller._arrivals(self.seen),
            self.inflow,
            self.worth,
            self.class_worth,
            controller._rules,
            self.lists,
        )
        found: list[float] = self.lists.arrivals[0, : self.lists.total[0], column].tolist()
        return found


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.see()
    return made


def test_vehicles_come_after_accelerating_to_the_limit(bench: Bench) -> None:
    bench.see((1.3, 0.0, 1.0), (139.0, LIMIT_MPS, 1.0))
    assert bench.listed(TIME) == pytest.approx([1.0, 139.0 / LIMIT_MPS], rel=1e-3)
    assert bench.listed(MOVING) == [0.0, 1.0]
    assert bench.listed(WEIGHT) == [1.0, 1.0]


def test_they_are_listed_by_time_whatever_their_distance(bench: Bench) -> None:
    bench.see((20.0, 0.0, 1.0), (25.0, 13.0, 0.5))
    assert bench.listed(WEIGHT) == [0.5, 1.0]


def test_improbable_ones_and_those_beyond_the_horizon_are_left_out(bench: Bench) -> None:
    bench.see((5.0, 0.0, 0.04), (1000.0, 10.0, 1.0))
    assert bench.listed(TIME) == []
    assert bench.lists.weight_veh[0] == 0.0


def test_what_is_expected_comes_in_clumps_of_half_a_vehicle_or_of_five_seconds(bench: Bench) -> None:
    bench.inflow[0, 10:20] = 0.02
    bench.inflow[0, 30:33] = 0.4
    assert bench.listed(WEIGHT) == pytest.approx([0.1, 0.1, 0.8, 0.4], abs=1e-5)
    assert bench.listed(TIME) == pytest.approx([12.5, 17.5, 31.0, 32.5], abs=0.6)
    assert bench.lists.weight_veh[0] == pytest.approx(1.4)


def test_those_behind_the_last_one_that_is_seen_wait_like_it(bench: Bench) -> None:
    bench.see((195.0, 0.0, 1.0))
    bench.controller._memory.hidden_veh[0] = 2.5
    times, weights = bench.listed(TIME), bench.listed(WEIGHT)
    assert weights == [1.0, 1.0, 1.0, 0.5]
    assert times == [times[0]] * 4


def test_long_waits_weigh_with_their_cube(bench: Bench) -> None:
    bench.see((5.0, 0.0, 1.0), (12.0, 0.0, 1.0))
    bench.controller._memory.wait_s[0] = 2 * bench.controller.settings.fair_wait_s
    assert bench.listed(COST) == [9.0, 1.0]


def test_a_class_counts_what_it_is_worth(bench: Bench) -> None:
    bench.see((5.0, 0.0, 1.0), (12.0, 0.0, 0.5))
    bench.worth[0] = 3.0
    assert bench.listed(COST) == [3.0, 1.5]
    assert bench.listed(WEIGHT) == [1.0, 0.5]
    assert bench.lists.sums[0, :3, 0].tolist() == [0.0, 3.0, 4.5]
    assert bench.lists.weight_veh[0] == 1.5


def test_a_vehicle_counts_by_its_own_class_where_that_is_known(bench: Bench) -> None:
    bench.worth[0], bench.class_worth[:] = 3.0, [99.0, 2.0, 1.0, 25.0, 60.0]
    # The bus drives and overtakes the bicycle, which is nearer and stands: what it counts for goes with it.
    bench.see((1.3, 0.0, 1.0), (20.0, 0.0, 1.0), (25.0, 13.0, 0.5), (60.0, 13.0, 1.0))
    classes = [VehicleClass.MOTOR, VehicleClass.BICYCLE, VehicleClass.BUS, VehicleClass.UNKNOWN]
    bench.seen = bench.seen._replace(arrival_class=np.array(classes, np.int8))
    bench.controller._memory.hidden_veh[0] = 1.0
    bench.inflow[0, 30] = 1.0
    assert bench.listed(WEIGHT) == [1.0, 0.5, 1.0, 1.0, 1.0, 1.0]
    assert bench.listed(COST) == [2.0, 12.5, 1.0, 3.0, 3.0, 3.0]  # hidden and expected ones count as their lane does
    assert bench.lists.sums[0, :7, 0].tolist() == [0.0, 2.0, 14.5, 15.5, 18.5, 21.5, 24.5]
    assert bench.lists.weight_veh[0] == 5.5


@pytest.mark.parametrize("classes", [None, [], [-3, 5], [127, 0]])
def test_what_is_no_class_counts_as_the_lane_does(bench: Bench, classes: list[int] | None) -> None:
    bench.worth[0], bench.class_worth[:] = 3.0, 7.0
    bench.see((5.0, 0.0, 1.0), (12.0, 0.0, 1.0))
    told = None if classes is None else np.array(classes, np.int8)
    bench.seen = bench.seen._replace(arrival_class=told)
    assert bench.listed(COST) == [3.0, 3.0]


def test_what_exceeds_the_memory_is_the_farthest(bench: Bench) -> None:
    room = bench.lists.arrivals.shape[1]
    bench.see(*((float(place), 10.0, 1.0) for place in range(room + 5)))
    assert len(bench.listed(TIME)) == room


def test_sums_count_up_to_each_arrival_and_second(bench: Bench) -> None:
    bench.see((1.3, 0.0, 1.0), (139.0, LIMIT_MPS, 0.5))
    bench.listed(TIME)
    assert bench.lists.sums[0, :3, 1].tolist() == [0.0, 1.0, 1.5]
    arrived: Sequence[int] = bench.lists.arrived[0].tolist()
    assert (arrived[0], arrived[1], arrived[30], arrived[60]) == (0, 1, 2, 2)


def test_a_queue_of_several_approaches_is_mixed_as_its_vehicles_are(bench: Bench) -> None:
    site = bench.controller._site
    offset = np.array([0, 2, 5, 5, 5, 5, 5, 5, 5], np.int32)
    bench.seen = bench.seen._replace(
        arrival_offset=offset,
        arrival_distance_m=np.array([20.0, 60.0, 4.0, 20.0, 40.0], np.float32),
        arrival_speed_mps=np.zeros(5, np.float32),
        arrival_weight=np.array([0.4, 1.0, 1.0, 0.6, 1.0], np.float32),
    )
    joined = site._replace(queue_beyond=np.array([2, 1, *range(3, 9)], np.int32))
    bench.controller._site = joined
    assert len(bench.listed(TIME)) == 5
    assert bench.lists.mix[:2].tolist() == pytest.approx([1.5 / 4.2, 2.7 / 4.2], rel=1e-4)
    assert bench.lists.head_mix[:2].tolist() == [0.0, 1.0]  # the first one is on the second approach
    assert bench.lists.mix[2] == bench.lists.head_mix[2] == 1.0
    bench.see()
    bench.listed(TIME)
    assert bench.lists.head_mix[:2].tolist() == bench.lists.mix[:2].tolist() == [0.5, 0.5]
