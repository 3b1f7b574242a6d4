from __future__ import annotations

import numpy as np
import pytest

from signals.control import horizon_site
from signals.control.rolling_horizon import _seen
from signals.kernels import approach_state
from signals.model.crossroads import crossroads
from signals.model.network import Network
from signals.model.values import Aspect, Snapshot


class Bench:
    """One crossroads, its memory, and a snapshot to change."""

    def __init__(self) -> None:
        self.network: Network = crossroads()
        self.served = horizon_site.queues(self.network)
        self.streets = horizon_site.streets(self.network, self.served, 200.0)
        self.memory = horizon_site.memory(self.network, self.served)
        self.running = np.zeros(1, np.int32)
        self.left_veh = np.zeros(len(self.network.arrays.approach_lane), np.float32)
        seen = horizon_site.one_waiting_everywhere(self.network)
        share = np.where(np.arange(len(seen.link_share)) % 3 == 0, 0.7, 0.3).astype(np.float32)
        self.seen: Snapshot = seen._replace(link_share=share, demand=np.zeros(len(seen.aspect), np.bool_))

    def green(self, *groups: int, age_ds: int = 200) -> None:
        aspect = np.full(len(self.seen.aspect), Aspect.RED, np.int8)
        aspect[list(groups)] = Aspect.GREEN
        self.seen = self.seen._replace(aspect=aspect, age_ds=np.full(len(aspect), age_ds, np.int32))

    def tick(self, times: int = 1) -> None:
        for _ in range(times):
            approach_state.observe(
                self.streets, _seen(self.seen), self.running, self.left_veh, 1.0, 8.0, 45.0, self.memory
            )


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_head_that_stands_at_a_partial_green_is_taken_to_want_the_red_movement(bench: Bench) -> None:
    bench.seen = bench.seen._replace(link_share=np.ones_like(bench.seen.link_share))
    bench.green(0, 4)
    bench.tick(5)
    # north_in_0 has two links of one green group: the yielding one fades slowly, the protected one fast
    assert bench.memory.head_likelihood[0] == pytest.approx(0.6**5, rel=1e-4)
    assert bench.memory.head_likelihood[1] == pytest.approx(0.97**5, rel=1e-4)
    assert bench.memory.head_share[0] < bench.memory.head_share[1]


def test_a_new_head_starts_without_suspicion(bench: Bench) -> None:
    bench.green(0, 4)
    bench.tick(5)
    bench.seen = bench.seen._replace(arrival_handle=bench.seen.arrival_handle + 100)
    bench.tick()
    assert bench.memory.head_standing_s[0] == 1.0
    assert bench.memory.head_likelihood[0] == pytest.approx(0.6)


def test_a_moving_head_is_not_standing(bench: Bench) -> None:
    bench.green(0, 4)
    bench.tick(3)
    bench.seen = bench.seen._replace(arrival_speed_mps=np.full_like(bench.seen.arrival_speed_mps, 5.0))
    bench.tick()
    assert bench.memory.head_standing_s[0] == 0.0


def test_an_approach_is_blocked_when_most_of_its_exits_are_full(bench: Bench) -> None:
    free = bench.seen.lane_free_m.copy()
    free[bench.network.lane_index["south_out_0"]] = 3.0
    bench.seen = bench.seen._replace(lane_free_m=free)
    bench.tick()
    lanes = [bench.network.lanes[lane].id for lane in bench.network.arrays.approach_lane]
    # North straight on (share 0.7) and east left (share 0.3) lead south; only the first is more than half.
    assert [lane for lane, rest in zip(lanes, bench.memory.blocked_s, strict=True) if rest > 0] == ["north_in_0"]


def test_an_approach_is_blocked_when_its_head_does_not_use_a_protected_green(bench: Bench) -> None:
    bench.green(1, 5)
    bench.tick(3)
    blocked = [int(a) for a in np.flatnonzero(bench.memory.blocked_s)]
    lanes = {bench.network.lanes[bench.network.arrays.approach_lane[a]].id for a in blocked}
    assert lanes == {"north_in_1", "south_in_1"}


def test_mean_arrivals_follow_the_flow(bench: Bench) -> None:
    # one vehicle every 50 m at the limit: 13.89 / 50 veh/s
    count = len(bench.seen.queue_veh)
    distance = np.tile(np.array([25, 75, 125, 175], np.float32), count)
    bench.seen = bench.seen._replace(
        arrival_offset=(np.arange(count + 1) * 4).astype(np.int32),
        arrival_distance_m=distance,
        arrival_speed_mps=np.full(len(distance), 13.89, np.float32),
        arrival_weight=np.ones(len(distance), np.float32),
        arrival_handle=np.arange(1, len(distance) + 1, dtype=np.int64),
    )
    bench.tick(3000)
    assert bench.memory.rate_veh_s == pytest.approx(np.full(count, 13.89 / 50), rel=0.01)


def test_maturity_needs_every_wanted_green_and_its_minimum(bench: Bench) -> None:
    bench.green(0, 4, age_ds=50)
    bench.tick()
    assert bench.memory.mature[0]
    bench.green(0, 4, age_ds=40)
    bench.tick()
    assert not bench.memory.mature[0]
    bench.green(0)
    bench.tick()
    assert not bench.memory.mature[0]


def test_patience_ends_the_wait_for_a_green_that_never_comes(bench: Bench) -> None:
    bench.green(0)
    bench.tick(44)
    assert not bench.memory.mature[0]
    bench.tick(2)
    assert bench.memory.mature[0]


def test_an_intersection_without_a_stage_never_matures(bench: Bench) -> None:
    bench.running[0] = -1
    bench.tick(100)
    assert not bench.memory.mature[0]


def test_waits_grow_with_demand_and_end_with_green_only(bench: Bench) -> None:
    demand = bench.seen.demand.copy()
    demand[[2, 3]] = True
    bench.seen = bench.seen._replace(demand=demand)
    bench.tick(5)
    bench.seen = bench.seen._replace(demand=np.zeros_like(demand))
    bench.tick(5)
    assert np.flatnonzero(bench.memory.wait_s).tolist() == [2, 3]
    assert bench.memory.wait_s[2] == 5.0
    bench.green(2)
    bench.tick()
    assert np.flatnonzero(bench.memory.wait_s).tolist() == [3]


def test_a_short_exit_is_full_only_where_somebody_stands_behind_it() -> None:
    bench = Bench()
    lane = bench.network.lane_index["south_out_0"]
    beyond = bench.network.lane_index["west_out_0"]  # as if the short exit led on there
    streets = bench.streets
    lanes = [[int(streets.exit_lane[row])] for row in streets.exit_offset[:-1]]
    lanes = [[lane, beyond] if row == [lane] else row for row in lanes]
    length_m = streets.lane_length_m.copy()
    length_m[lane] = 3.0
    bench.streets = streets._replace(
        exit_offset=np.cumsum([0, *map(len, lanes)]).astype(np.int32),
        exit_lane=np.array([one for row in lanes for one in row], np.int32),
        lane_length_m=length_m,
    )
    assert [lane, beyond] in lanes
    for free_m, full in ((length_m[beyond], False), (9.0, False), (4.0, True)):
        free = bench.seen.lane_free_m.copy()
        free[lane], free[beyond] = 3.0, free_m
        bench.seen = bench.seen._replace(lane_free_m=free)
        bench.tick()
        assert bool(bench.memory.blocked_s.any()) == full


@pytest.mark.parametrize(
    ("length_m", "on_exit", "inside", "flows", "full"),
    [
        (12.0, 1, 0, False, True),  # one waits there, or will: a second has no room
        (12.0, 0, 1, False, True),  # one is on its way there
        (12.0, 0, 0, False, False),
        (12.0, 1, 0, True, False),  # they go on
        (30.0, 2, 1, False, False),
        (30.0, 3, 1, False, True),
        (60.0, 9, 1, False, False),  # not short: who stands there tells
    ],
)
def test_a_short_exit_before_a_red_holds_only_so_many(
    length_m: float, on_exit: int, inside: int, flows: bool, full: bool
) -> None:
    bench = Bench()
    streets = bench.streets
    lane, via, beyond, links = int(streets.exit_lane[0]), 0, 5, len(streets.link_group)
    lanes_m = streets.lane_length_m.copy()
    lanes_m[lane] = length_m
    behind = np.where(streets.exit_lane == lane, beyond, -1)  # the exits here are one lane each
    bench.streets = streets._replace(
        lane_length_m=lanes_m,
        exit_approach=behind.astype(np.int32),
        via_offset=np.arange(links + 1, dtype=np.int32),
        via_lane=np.full(links, via, np.int32),
    )
    veh = bench.seen.lane_veh.copy()
    veh[lane], veh[via] = on_exit, inside
    bench.seen = bench.seen._replace(lane_veh=veh, lane_free_m=lanes_m)
    bench.green(
        *(int(g) for g in streets.link_group[streets.link_offset[beyond] : streets.link_offset[beyond + 1]] if flows)
    )
    bench.tick()
    assert bool(bench.memory.blocked_s.any()) == full


def test_as_many_as_usual_join_a_queue_whose_end_cannot_be_seen(bench: Bench) -> None:
    bench.memory.rate_veh_s[0] = 0.2
    bench.left_veh[:] = 0.0
    far = bench.seen.arrival_distance_m.copy()
    far[0] = 190.0
    bench.seen = bench.seen._replace(arrival_distance_m=far)
    bench.tick(10)
    assert bench.memory.hidden_veh[0] == pytest.approx(2.0)
    assert bench.memory.rate_veh_s[0] == pytest.approx(0.2)  # not learned from a standing queue
    bench.left_veh[0] = 1.0
    bench.tick()
    assert bench.memory.hidden_veh[0] == pytest.approx(1.2)
    bench.left_veh[0] = 0.0
    bench.tick(1000)
    assert bench.memory.hidden_veh[0] == 30.0
    far[0] = 50.0
    bench.tick()
    assert bench.memory.hidden_veh[0] == 0.0
