from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from signals.control import horizon_exits, horizon_site
from signals.control.rolling_horizon import RollingHorizon
from signals.model.crossroads import crossroads
from signals.model.network import Network
from tests.control.test_horizon_site import in_a_row

NETWORK = crossroads(pedestrians=False)


def test_lanes_inside_are_those_of_the_movements() -> None:
    movement = replace(NETWORK.movements[0], via=(5, 6))
    found, inside = horizon_exits.boxes(replace(NETWORK, movements=(movement, *NETWORK.movements[1:])))
    link = found.link_group.tolist().index(0)
    assert found.via_lane[found.via_offset[link] : found.via_offset[link + 1]].tolist() == [5, 6]
    assert len(inside.stood_s) == len(NETWORK.lanes)


def test_it_is_known_who_may_have_to_yield() -> None:
    network = crossroads()  # right turns give way to people
    found, _ = horizon_exits.boxes(network)
    assert 0 < found.link_permissive.sum() < len(found.link_permissive)
    assert found.link_permissive.tolist() == network.arrays.link_permissive.tolist()


def test_an_exit_that_is_an_approach_again_is_known() -> None:
    arrays = NETWORK.arrays
    found = horizon_exits.exits(NETWORK)
    assert (horizon_exits.exit_approaches(NETWORK, found) == -1).all()  # they lead out of town
    offset, lanes = found
    again = lanes.copy()
    again[offset[1] - 1] = arrays.approach_lane[3]
    assert horizon_exits.exit_approaches(NETWORK, (offset, again))[0] == 3


def test_exits_are_followed_as_far_as_they_are_short() -> None:
    network = in_a_row()
    offset, lanes = horizon_exits.exits(network)
    assert lanes.tolist() == network.arrays.link_to_lane.tolist()
    assert offset.tolist() == list(range(len(lanes) + 1))
    east = network.lane_index["east_out_0"]
    short = replace(
        network,
        lanes=tuple(replace(lane, length_m=4.0) if k == east else lane for k, lane in enumerate(network.lanes)),
    )
    offset, lanes = horizon_exits.exits(short)
    for k, to in enumerate(short.arrays.link_to_lane):
        found = lanes[offset[k] : offset[k + 1]].tolist()
        assert found == ([east, short.lane_index["b:west_in_0"]] if to == east else [to])


def test_intergreens_are_seconds_and_negative_where_compatible() -> None:
    seconds = horizon_exits.intergreen_s(NETWORK)
    ds = NETWORK.arrays.intergreen_ds
    assert (seconds[ds < 0] == -1.0).all()
    assert (seconds[ds >= 0] == (ds[ds >= 0] / 10).astype("float32")).all()


def facing_each_other(length_m: float) -> Network:
    """Two crossroads that are joined both ways by links of a length."""
    network = in_a_row()
    named = network.lane_index
    back = replace(network.movements[-1], id="back", from_lane=named["b:west_out_0"], to_lane=named["east_in_0"])
    between = {"east_out_0", "b:west_in_0", "b:west_out_0", "east_in_0"}
    lanes = (replace(lane, length_m=length_m / 2) if lane.id in between else lane for lane in network.lanes)
    # Each movement passes a lane inside the junction of its own; any lane will do.
    inside = (replace(m, via=(number % len(network.lanes),)) for number, m in enumerate(network.movements[:-1]))
    return replace(network, lanes=tuple(lanes), movements=(*inside, network.movements[-1], back))


def test_junctions_with_little_room_between_them_face_each_other() -> None:
    network = facing_each_other(12.0)
    arrays, found = network.arrays, horizon_exits.facing(network)
    assert len(found.held_s) == 1
    for way, (entered, left) in enumerate((("east_out_0", "b:west_in_0"), ("b:west_out_0", "east_in_0"))):
        into = found.into_group[found.into_offset[way] : found.into_offset[way + 1]].tolist()
        leads = arrays.link_to_lane == network.lane_index[entered]
        assert into == sorted(set(arrays.link_group[leads].tolist()))
        before = found.before_lane[found.before_offset[way] : found.before_offset[way + 1]].tolist()
        assert before == vias(network, leads.nonzero()[0])
        behind = found.behind_lane[found.behind_offset[way] : found.behind_offset[way + 1]].tolist()
        (approach,) = (arrays.approach_lane == network.lane_index[left]).nonzero()[0]
        links = range(arrays.link_offset[approach], arrays.link_offset[approach + 1])
        assert behind == vias(network, links)
        out = found.out_group[found.out_offset[way] : found.out_offset[way + 1]].tolist()
        assert out == sorted({int(arrays.link_group[k]) for k in links})
        against = found.against_group[found.against_offset[way] : found.against_offset[way + 1]].tolist()
        assert against == conflicting(network, out)
        first = found.first_lane[found.first_offset[way] : found.first_offset[way + 1]].tolist()
        assert first == [network.lane_index[entered]]
        assert len(before) == leads.sum() > 0
        assert len(behind) == len(links) > 0


def test_of_those_who_leave_only_who_may_go_at_a_time_are_let_out() -> None:
    network = facing_each_other(12.0)
    place = 0
    first, beyond = (int(k) for k in network.arrays.group_offset[place : place + 2])
    groups = set(range(first, beyond))
    together = horizon_exits.together(network, place, groups)
    matrix = network.intersections[place].intergreen_ds
    assert all(matrix[g - first][h - first] is None for g in together for h in together)
    assert all(any(matrix[g - first][h - first] is not None for h in together) for g in groups - together)
    assert min(groups) in together


def conflicting(network: Network, groups: list[int]) -> list[int]:
    """Return the groups that conflict with one of some groups of one intersection, and are none of them."""
    (place,) = {i for i in range(len(network.intersections)) for g in groups if is_of(network, i, g)}
    first = int(network.arrays.group_offset[place])
    matrix = network.intersections[place].intergreen_ds
    count = len(matrix)
    found = (h for h in range(count) if any(matrix[g - first][h] is not None for g in groups))
    return [first + h for h in found if first + h not in groups]


def is_of(network: Network, intersection: int, group: int) -> bool:
    """Whether a group is one of an intersection's."""
    offset = network.arrays.group_offset
    return bool(offset[intersection] <= group < offset[intersection + 1])


def vias(network: Network, links: Iterable[int]) -> list[int]:
    """Return the lanes of some links inside the junction."""
    return sorted(lane for k in links for lane in network.movements[network.arrays.link_movement[k]].via)


def test_far_from_each_other_or_one_way_only_they_do_not() -> None:
    for network in (facing_each_other(40.0), in_a_row(12.0), NETWORK):
        assert len(horizon_exits.facing(network).held_s) == 0


def test_the_optimiser_lets_nobody_in_between_them_unless_it_is_told_to() -> None:
    network = facing_each_other(12.0)
    entering = set(horizon_exits.facing(network).into_group.tolist())
    snapshot = horizon_site.one_waiting_everywhere(network)._replace(
        lane_veh=np.ones(len(network.lanes), np.float32), lane_free_m=np.zeros(len(network.lanes), np.float32)
    )  # everybody stands, inside the junctions, too
    wanted = {}
    for clear in (True, False):
        mind = RollingHorizon(network, clear_short_links=clear, clear_box=False)
        seen = [mind.decide(snapshot._replace(time_s=float(tick))).want.nonzero()[0] for tick in range(20)]
        wanted[clear] = {int(group) for groups in seen[3:] for group in groups}
    assert not wanted[True] & entering
    assert wanted[False] & entering
