from __future__ import annotations

from dataclasses import replace

import numpy as np

from signals.control import horizon_site
from signals.model.crossroads import crossroads
from signals.model.intersections import Intersection, SignalGroup
from signals.model.lanes import User
from signals.model.movements import Movement
from signals.model.network import Network


def permissive_crossroads() -> Network:
    """The crossroads with lefts that yield to the opposite direction in the stage of straight on."""
    network = crossroads(pedestrians=False)
    movements = list(network.movements)
    for arm in range(4):
        left, facing = arm * 3 + 2, (arm + 2) % 4 * 3
        movements[left] = replace(movements[left], yields_to=(facing, facing + 1))
    site = network.intersections[0]
    groups = tuple(
        replace(group, permissive_links=group.links) if group.id.endswith("left") else group for group in site.groups
    )
    matrix = [list(row) for row in site.intergreen_ds]
    for left, facing in ((1, 4), (5, 0), (3, 6), (7, 2)):
        matrix[left][facing] = matrix[facing][left] = None
    stages = (
        replace(site.stages[0], groups=(0, 1, 4, 5)),
        replace(site.stages[1], id="protected", groups=(1, 5)),
        replace(site.stages[2], groups=(2, 3, 6, 7)),
    )
    site = replace(site, groups=groups, intergreen_ds=tuple(tuple(row) for row in matrix), stages=stages, plans=())
    return replace(network, movements=tuple(movements), intersections=(site,))


def test_queues_are_the_approaches_then_the_crossings() -> None:
    served = horizon_site.queues(crossroads())
    assert served.offset.tolist() == [0, 12]
    assert served.approach.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, -1, -1, -1, -1]
    assert served.group.tolist() == [-1] * 8 + [8, 9, 10, 11]


def test_the_mask_selects_groups_in_network_order() -> None:
    network = crossroads()
    mask = horizon_site.group_mask(network)
    assert mask.shape == (1, 12)
    assert mask.all()
    small = replace(network.intersections[0], id="small", groups=(SignalGroup("one", network.intersections[0].groups[0].user, (0,)),),
                    intergreen_ds=((None,),), stages=(), plans=())  # fmt: skip
    two = replace(network, intersections=(*network.intersections, small))
    assert horizon_site.group_mask(two).sum(axis=1).tolist() == [12, 1]


def test_yielding_queues_know_who_has_priority_in_each_stage() -> None:
    network = permissive_crossroads()
    bits = horizon_site.site(network, horizon_site.queues(network)).opposing
    north_left, south_ahead = 1, 4
    assert bits[0, north_left] == 1 << south_ahead
    assert bits[1, north_left] == 0  # alone in the protected stage
    assert bits[2, north_left] == 0  # red
    assert bits[0, south_ahead] == 0


def test_right_turns_that_yield_to_people_only_have_no_opposing_queue() -> None:
    network = crossroads()
    assert not horizon_site.site(network, horizon_site.queues(network)).opposing.any()


def test_sight_is_bounded_by_range_and_by_the_road() -> None:
    served = horizon_site.queues(crossroads())
    assert horizon_site.streets(crossroads(), served, 200.0).sight_m.tolist() == [200.0] * 8
    short = crossroads(length_m=90.0)
    assert horizon_site.streets(short, served, 200.0).sight_m.tolist() == [90.0] * 8


def test_the_search_sees_seconds_and_negative_for_compatible() -> None:
    network = crossroads()
    site = horizon_site.site(network, horizon_site.queues(network))
    assert site.min_green_s[:2].tolist() == [5.0, 5.0]
    assert site.intergreen_s[0] == -1.0
    assert site.intergreen_s[1] == -1.0
    assert site.intergreen_s[2] == 5.0


def test_scratch_memory_fits_the_widest_intersection() -> None:
    network = crossroads()
    work = horizon_site.work(network, horizon_site.queues(network), 30)
    assert horizon_site.lists(network, horizon_site.queues(network), 30, 16).arrivals.shape == (12, 16, 4)
    assert work.start_s.shape == (4, 4, 12)
    assert work.label.shape == (31, 4, 12, 4)


def test_the_waking_snapshot_has_one_vehicle_a_stop_line() -> None:
    network = crossroads()
    snapshot = horizon_site.one_waiting_everywhere(network)
    assert np.diff(snapshot.arrival_offset).tolist() == [1] * 8
    assert not snapshot.arrival_speed_mps.any()


def in_a_row(length_m: float = 150.0) -> Network:
    """Two crossroads without pedestrians: who leaves the first one eastwards drives to the second one from the west."""
    one = crossroads(pedestrians=False, length_m=length_m)
    lanes, movements = len(one.lanes), len(one.movements)
    joined = {"west_in_0": "east_out_0"}
    names = [f"b:{lane.id}" for lane in one.lanes]
    first_west = one.lane_index["west_in_0"]
    moved = tuple(
        replace(m, id=f"b:{m.id}", from_lane=m.from_lane + lanes, to_lane=m.to_lane + lanes, yields_to=(), foes=())
        for m in one.movements
    )
    bridge = Movement(
        id="bridge",
        from_lane=one.lane_index[joined["west_in_0"]],
        to_lane=first_west + lanes,
        via=(),
        length_m=0.0,
        speed_mps=13.89,
    )
    (place,) = one.intersections
    groups = tuple(replace(g, movements=tuple(k + movements for k in g.movements)) for g in place.groups)
    return Network(
        "in a row",
        one.lanes
        + tuple(replace(lane, id=name, edge=f"b:{lane.edge}") for lane, name in zip(one.lanes, names, strict=True)),
        (*one.movements, *moved, bridge),
        (place, replace(place, id="b:centre", groups=groups)),
        (),
    )


def test_ways_lead_from_a_stop_line_to_the_next_one() -> None:
    network = in_a_row()
    arrays = network.arrays
    ways = horizon_site.ways(network, horizon_site.streets(network, horizon_site.queues(network), 200.0))
    east = network.lane_index["east_out_0"]
    reached = {network.lanes[arrays.approach_lane[a]].id for a in ways.approach}
    assert "b:west_in_0" in reached
    for k, to in enumerate(arrays.link_to_lane):
        rows = range(ways.offset[k], ways.offset[k + 1])
        assert (len(rows) > 0) == (to == east)
        for row in rows:
            alone_s = (150.0 + 150.0) / 13.89
            assert alone_s <= ways.time_s[row] <= alone_s + 5.0  # and the junction itself


def fanned_out(length_m: float) -> Network:
    """The crossroads whose northern lanes are that short, and come from one lane."""
    one = crossroads(pedestrians=False)
    north = [index for index, lane in enumerate(one.lanes) if lane.id.startswith("north_in")]
    lanes = [replace(lane, length_m=length_m) if index in north else lane for index, lane in enumerate(one.lanes)]
    lanes.append(replace(one.lanes[north[0]], id="before_0", edge="before", length_m=100.0))
    ways = [
        Movement(id=f"fan{k}", from_lane=len(lanes) - 1, to_lane=lane, via=(), length_m=0.0, speed_mps=13.89)
        for k, lane in enumerate(north)
    ]
    return replace(one, lanes=tuple(lanes), movements=(*one.movements, *ways))


def test_lanes_that_fan_out_just_before_the_stop_line_are_one_queue() -> None:
    served = horizon_site.queues(fanned_out(8.0))
    assert served.approach.tolist() == [0, 2, 3, 4, 5, 6, 7]
    assert served.beyond.tolist() == [2, 3, 4, 5, 6, 7, 8]
    assert horizon_site.queues(fanned_out(40.0)).approach.tolist() == list(range(8))


def test_a_stop_line_just_before_keeps_their_queues_apart() -> None:
    network = fanned_out(8.0)
    fan = tuple(k for k, movement in enumerate(network.movements) if movement.id.startswith("fan"))
    gate = Intersection("gate", (SignalGroup("gate", User.VEHICLE, (0, 1), fan),), ((None,),), ())
    served = horizon_site.queues(replace(network, intersections=(*network.intersections, gate)))
    assert served.offset.tolist() == [0, 8, 9]
    assert served.approach.tolist() == list(range(9))
    assert served.beyond.tolist() == list(range(1, 10))


def test_queues_count_as_the_lane_where_they_stand() -> None:
    network = crossroads()
    lanes = list(network.lanes)
    track, bus = (int(network.arrays.approach_lane[a]) for a in (2, 5))
    lanes[track], lanes[bus] = replace(lanes[track], user=User.BICYCLE), replace(lanes[bus], user=User.TRANSIT)
    network = replace(network, lanes=tuple(lanes))
    worths = np.array([1.0, 4.0, 2.0, 3.0], np.float32)  # vehicles, people on foot, bicycles, public transport
    found = horizon_site.worth(network, horizon_site.queues(network), worths)
    assert found.tolist() == [1.0, 1.0, 2.0, 1.0, 1.0, 3.0, 1.0, 1.0, 4.0, 4.0, 4.0, 4.0]
