from __future__ import annotations

import numpy as np
import pytest

from signals.control import horizon_exits
from signals.kernels import box
from signals.kernels.box import CREEPING_S, HALTED_S, MOST_S, STOOD_S
from signals.model.crossroads import crossroads
from signals.model.lanes import User
from signals.model.values import Aspect, BoolArray

NETWORK = crossroads(pedestrians=False)
NORTH, NORTH_LEFT, EAST, SOUTH = 0, 1, 2, 4
GROUPS = len(NETWORK.arrays.group_user)


class Junction:
    """The crossroads with one lane inside for each link, and somebody on it."""

    def __init__(self, *, all_yield: bool = True) -> None:
        links = len(NETWORK.arrays.link_group)
        found, _ = horizon_exits.boxes(NETWORK)
        self.box = found._replace(
            link_permissive=np.full(links, all_yield, np.int8),
            via_offset=np.arange(links + 1, dtype=np.int32),
            via_lane=np.arange(links, dtype=np.int32),
        )
        floats, flags = np.zeros((4, links), np.float32), np.zeros(links, np.bool_)
        self.inside = box.Inside(*floats, flags, flags.copy(), np.zeros(GROUPS, np.bool_), np.zeros(1, np.float32))
        self.lane_veh, self.free_m = np.zeros(links, np.float32), np.full(links, 12.0, np.float32)

    def via(self, group: int) -> int:
        return NETWORK.arrays.link_group.tolist().index(group)

    def watch(self, ticks: int = 1) -> BoolArray:
        for _ in range(ticks):
            box.watch(1.0, self.lane_veh, self.free_m, self.box, self.inside)
        return self.inside.stands.copy()

    def stand(self, group: int, ticks: int = 10) -> None:
        self.lane_veh[self.via(group)], self.free_m[self.via(group)] = 1.0, 3.0
        self.watch(ticks)

    def hold(self, *wanted: int, green: tuple[int, ...] = ()) -> list[int]:
        aspect = np.full(GROUPS, Aspect.RED, np.int8)
        aspect[list(green)] = Aspect.GREEN
        want = np.zeros(GROUPS, np.bool_)
        want[list(wanted)] = True
        box.hold(1.0, aspect, self.box, self.inside, want)
        return [int(g) for g in want.nonzero()[0]]


def test_who_does_not_move_for_a_while_stands() -> None:
    junction = Junction()
    junction.stand(EAST, ticks=int(STOOD_S))
    assert not junction.inside.stands.any()
    junction.watch()
    assert junction.inside.stands.nonzero()[0].tolist() == [EAST]


@pytest.mark.parametrize("change", ["moves", "leaves", "another"])
def test_who_moves_or_leaves_does_not(change: str) -> None:
    junction = Junction()
    junction.stand(EAST)
    lane = junction.via(EAST)
    if change == "moves":
        junction.free_m[lane] += 2.0
    elif change == "leaves":
        junction.lane_veh[lane] = 0.0
    else:
        junction.lane_veh[lane] = 2.0
    assert not junction.watch().any()


def test_one_who_crawls_away_is_gone_but_two_are_a_jam_until_they_have_left() -> None:
    junction = Junction()
    junction.stand(EAST)
    junction.free_m[junction.via(EAST)] += 2.0
    assert not junction.watch().any()
    junction.stand(EAST)
    junction.stand(NORTH)
    junction.free_m[[junction.via(EAST), junction.via(NORTH)]] += 2.0
    assert junction.watch().nonzero()[0].tolist() == [NORTH, EAST]
    junction.lane_veh[junction.via(NORTH)] = 0.0
    junction.free_m[junction.via(EAST)] += 2.0
    assert not junction.watch().any()


def test_who_need_not_yield_and_hardly_moves_is_in_the_way_at_once() -> None:
    for all_yield in (True, False):
        junction = Junction(all_yield=all_yield)
        junction.lane_veh[junction.via(EAST)], junction.free_m[junction.via(EAST)] = 2.0, 3.0
        junction.watch()
        for tick in range(int(CREEPING_S)):
            junction.lane_veh[junction.via(EAST)] = 2.0 - tick  # who is before him leaves
            junction.free_m[junction.via(EAST)] += 1.5
            junction.watch()
        assert junction.inside.stands.nonzero()[0].tolist() == ([] if all_yield else [EAST])
        junction.free_m[junction.via(EAST)] += 2.5
        assert not junction.watch().any()


def test_who_need_not_yield_and_has_stood_is_in_the_way_until_he_has_left() -> None:
    for all_yield in (True, False):
        junction = Junction(all_yield=all_yield)
        lane = junction.via(EAST)
        junction.stand(EAST, ticks=1 + int(HALTED_S))
        standing = junction.free_m[lane]
        for room_m in (12.0, standing + 1.5, 12.0):  # he moves up: nobody stands, then he stands farther on
            junction.free_m[lane] = room_m
            assert junction.watch().nonzero()[0].tolist() == ([] if all_yield else [EAST])
        junction.lane_veh[lane] = 0.0
        assert not junction.watch().any()


def test_who_drives_or_has_just_come_is_not_in_the_way() -> None:
    junction = Junction(all_yield=False)
    junction.lane_veh[junction.via(EAST)], junction.free_m[junction.via(EAST)] = 1.0, 8.0
    for _ in range(5):
        junction.free_m[junction.via(EAST)] -= 1.0  # each second another one, whose tail is where he has come from
        assert not junction.watch().any()
    for _ in range(5):
        junction.free_m[junction.via(EAST)] += 2.5
        assert not junction.watch().any()


def test_lanes_that_nobody_sees_hold_nobody() -> None:
    junction = Junction()
    junction.lane_veh[:] = np.nan
    junction.free_m[:] = np.nan
    assert not junction.watch(20).any()


def test_conflicting_groups_wait_and_others_do_not() -> None:
    junction = Junction()
    junction.stand(EAST)
    assert junction.hold(NORTH, SOUTH, EAST) == [EAST]
    assert junction.inside.held_s.tolist() == [1.0]


def test_who_is_green_stays_and_a_green_stream_is_nobody_in_the_way() -> None:
    junction = Junction()
    junction.stand(EAST)
    assert junction.hold(NORTH, green=(NORTH,)) == [NORTH]
    assert junction.hold(NORTH, green=(EAST,)) == [NORTH]
    assert junction.inside.held_s.tolist() == [0.0]


def test_nobody_is_held_where_people_cross() -> None:
    junction = Junction()
    junction.stand(EAST)
    user = junction.box.group_user.copy()
    user[GROUPS - 1] = User.PEDESTRIAN
    junction.box = junction.box._replace(group_user=user)
    assert junction.hold(NORTH) == [NORTH]


def test_patience_ends_and_begins_anew() -> None:
    junction = Junction()
    junction.stand(EAST)
    for _ in range(int(MOST_S)):
        assert junction.hold(NORTH) == []
    assert junction.hold(NORTH) == [NORTH]
    assert junction.hold(NORTH) == [NORTH]
    junction.lane_veh[:] = 0.0
    junction.watch()
    assert junction.hold(NORTH) == [NORTH]
    junction.stand(EAST)
    assert junction.hold(NORTH) == []


def test_patience_begins_anew_when_one_of_them_leaves() -> None:
    junction = Junction()
    junction.stand(SOUTH)
    junction.stand(EAST)
    for _ in range(int(MOST_S)):
        assert junction.hold(NORTH) == []
    junction.lane_veh[junction.via(SOUTH)] = 0.0
    junction.watch()
    for _ in range(int(MOST_S)):
        assert junction.hold(NORTH) == []
    assert junction.hold(NORTH) == [NORTH]


def test_who_drives_through_does_not_make_anybody_wait_longer() -> None:
    junction = Junction()
    junction.stand(EAST)
    junction.lane_veh[junction.via(SOUTH)] = 1.0
    junction.watch()
    for _ in range(int(MOST_S)):
        assert junction.hold(NORTH) == []
    junction.lane_veh[junction.via(SOUTH)] = 0.0
    junction.watch()
    assert junction.hold(NORTH) == [NORTH]
