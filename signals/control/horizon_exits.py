"""What lies behind the stop lines of a network: the inside of its junctions, and the lanes on which they are left."""

from __future__ import annotations

import numpy as np

from signals.kernels import box
from signals.model.network import Network
from signals.model.values import FloatArray, IntArray

__all__ = ["boxes", "exit_approaches", "exits", "insides", "intergreen_s"]

_SHORT_M = 15.0
"""Lanes shorter than this hold too few vehicles to be looked at alone."""


def exits(network: Network) -> tuple[IntArray, IntArray]:
    """Return the lanes behind the junction of each link: as many as it takes to hold a few vehicles."""
    leaving: dict[int, set[int]] = {}
    for movement in network.movements:
        leaving.setdefault(movement.from_lane, set()).add(movement.to_lane)
    controlled = {int(lane) for lane in network.arrays.approach_lane}
    offset, lanes = [0], []
    for first in network.arrays.link_to_lane:
        lane, left_m = int(first), _SHORT_M
        lanes.append(lane)
        while network.lanes[lane].length_m < left_m and len(leaving.get(lane, ())) == 1 and lane not in controlled:
            left_m -= network.lanes[lane].length_m
            (lane,) = leaving[lane]
            lanes.append(lane)
        offset.append(len(lanes))
    return np.array(offset, np.int32), np.array(lanes, np.int32)


def exit_approaches(network: Network, found: tuple[IntArray, IntArray]) -> IntArray:
    """Return for each link the approach that the last of its exit lanes is; -1 = none."""
    approach = {int(lane): a for a, lane in enumerate(network.arrays.approach_lane)}
    offset, lanes = found
    return np.array([approach.get(int(lanes[last - 1]), -1) for last in offset[1:]], np.int32)


def insides(network: Network) -> tuple[IntArray, IntArray]:
    """Return the lanes of each link inside the junction."""
    vias = [network.movements[index].via for index in network.arrays.link_movement]
    offset = np.cumsum([0, *(len(via) for via in vias)]).astype(np.int32)
    return offset, np.array([lane for via in vias for lane in via], np.int32)


def boxes(network: Network) -> tuple[box.Box, box.Inside]:
    """Build the view of what is inside the junctions, and an empty memory of it."""
    arrays = network.arrays
    return box.Box(
        arrays.group_offset,
        arrays.group_user,
        arrays.matrix_offset,
        intergreen_s(network),
        arrays.link_offset[arrays.approach_offset],
        arrays.link_group,
        *insides(network),
    ), box.Inside(
        np.zeros(len(network.lanes), np.float32),
        np.zeros(len(network.lanes), np.float32),
        np.zeros(len(network.lanes), np.float32),
        np.zeros(len(network.lanes), np.bool_),
        np.zeros(len(arrays.group_user), np.bool_),
        np.zeros(len(network.intersections), np.float32),
    )


def intergreen_s(network: Network) -> FloatArray:
    """Return the intergreens in seconds; negative = compatible."""
    ds = network.arrays.intergreen_ds
    return np.where(ds < 0, -1.0, ds * 0.1).astype(np.float32)
