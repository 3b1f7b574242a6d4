from __future__ import annotations

from dataclasses import replace

from signals.control import horizon_exits
from signals.model.crossroads import crossroads
from tests.control.test_horizon_site import in_a_row

NETWORK = crossroads(pedestrians=False)


def test_lanes_inside_are_those_of_the_movements() -> None:
    movement = replace(NETWORK.movements[0], via=(5, 6))
    found, inside = horizon_exits.boxes(replace(NETWORK, movements=(movement, *NETWORK.movements[1:])))
    link = found.link_group.tolist().index(0)
    assert found.via_lane[found.via_offset[link] : found.via_offset[link + 1]].tolist() == [5, 6]
    assert len(inside.stood_s) == len(NETWORK.lanes)


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
