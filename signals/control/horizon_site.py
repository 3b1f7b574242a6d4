"""Turns a network into what the rolling-horizon kernels want to see."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from signals.kernels import approach_state, horizon_values
from signals.model.feeders import feeders
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import Aspect, BoolArray, FloatArray, IntArray, Snapshot

__all__ = ["Queues", "group_mask", "memory", "one_waiting_everywhere", "queues", "site", "streets", "work"]


class Queues(NamedTuple):
    """What is served at every intersection: its approaches, then its pedestrian groups.

    Attributes
    ----------
    offset
        int32 [nI + 1] queues of each intersection.
    approach
        int32 [nQ] the approach; -1 for pedestrians.
    group
        int32 [nQ] the local group of a pedestrian queue; -1 for approaches.
    """

    offset: IntArray
    approach: IntArray
    group: IntArray


def queues(network: Network) -> Queues:
    """List the queues of a network."""
    arrays = network.arrays
    offset, approach, group = [0], [], []
    for i, intersection in enumerate(network.intersections):
        lanes = range(int(arrays.approach_offset[i]), int(arrays.approach_offset[i + 1]))
        walks = [g for g, one in enumerate(intersection.groups) if one.user is User.PEDESTRIAN]
        approach += [*lanes, *(-1 for _ in walks)]
        group += [*(-1 for _ in lanes), *walks]
        offset.append(len(approach))
    return Queues(np.array(offset, np.int32), np.array(approach, np.int32), np.array(group, np.int32))


def group_mask(network: Network) -> BoolArray:
    """Return bool [nI, Gmax]: where `stage_green` has a group at all; selects groups in network-wide order."""
    counts = np.diff(network.arrays.group_offset)
    return np.arange(network.arrays.stage_green.shape[1])[None, :] < counts[:, None]


def site(network: Network, served: Queues) -> horizon_values.Site:
    """Build the search's view of the network."""
    arrays = network.arrays
    return horizon_values.Site(
        arrays.group_offset,
        arrays.stage_offset,
        served.offset,
        arrays.group_user,
        (arrays.min_green_ds * 0.1).astype(np.float32),
        arrays.matrix_offset,
        np.where(arrays.intergreen_ds < 0, -1.0, arrays.intergreen_ds * 0.1).astype(np.float32),
        arrays.stage_green,
        served.approach,
        served.group,
        arrays.link_offset,
        arrays.link_group,
        arrays.link_to_lane,
        arrays.link_permissive,
        _opposing(network, served),
    )


def _opposing(network: Network, served: Queues) -> np.ndarray[tuple[int, int], np.dtype[np.uint64]]:
    """Which queues have priority over which, per stage: one bit a queue."""
    arrays = network.arrays
    # One bit a queue: beyond 64 queues at one intersection the last ones are taken not to yield.
    widest = min(max(int(np.diff(served.offset).max(initial=1)), 1), 64)
    bits = np.zeros((len(arrays.stage_green), widest), np.uint64)
    for i in range(len(network.intersections)):
        first_approach, last_approach = int(arrays.approach_offset[i]), int(arrays.approach_offset[i + 1])
        owner = {
            k: a - first_approach
            for a in range(first_approach, last_approach)
            for k in range(int(arrays.link_offset[a]), int(arrays.link_offset[a + 1]))
        }
        for s in range(int(arrays.stage_offset[i]), int(arrays.stage_offset[i + 1])):
            green = arrays.stage_green[s]
            first_group = int(arrays.group_offset[i])
            for k, q in owner.items():
                if q >= widest or not arrays.link_permissive[k] or not green[arrays.link_group[k] - first_group]:
                    continue
                for other in arrays.yield_link[arrays.yield_offset[k] : arrays.yield_offset[k + 1]]:
                    p = owner[int(other)]
                    if p != q and p < widest and green[arrays.link_group[other] - first_group]:
                        bits[s, q] |= np.uint64(1 << p)
    return bits


def streets(network: Network, served: Queues, range_m: float) -> approach_state.Streets:
    """Build the observer's view of the network."""
    arrays = network.arrays
    return approach_state.Streets(
        arrays.group_offset,
        arrays.stage_offset,
        served.offset,
        served.approach,
        served.group,
        arrays.group_user,
        arrays.min_green_ds,
        arrays.stage_green,
        arrays.link_offset,
        arrays.link_group,
        arrays.link_to_lane,
        arrays.link_permissive,
        _sight(network, range_m),
        arrays.lane_speed_mps[arrays.approach_lane],
    )


def _sight(network: Network, range_m: float) -> FloatArray:
    """Length of road before each stop line over which vehicles are seen, m."""
    reach = feeders(network, range_m)
    sight = np.zeros(len(network.arrays.approach_lane), np.float32)
    for lane in range(len(network.lanes)):
        for row in range(int(reach.lane_offset[lane]), int(reach.lane_offset[lane + 1])):
            far = min(float(reach.distance_m[row]) + network.lanes[lane].length_m, range_m)
            sight[reach.approach[row]] = max(sight[reach.approach[row]], far)
    return sight


def memory(network: Network, served: Queues) -> approach_state.Memory:
    """Make an empty memory."""
    arrays = network.arrays
    approaches, links = len(arrays.approach_lane), len(arrays.link_group)
    return approach_state.Memory(
        np.zeros(approaches, np.int64),
        np.zeros(approaches, np.float32),
        np.ones(links, np.float32),
        np.zeros(approaches, np.float32),
        np.zeros(len(network.intersections), np.float32),
        np.zeros(len(arrays.group_user), np.float32),
        np.ones(links, np.float32),
        np.zeros(approaches, np.float32),
        np.full(len(served.approach), -1.0, np.float32),
        np.zeros(len(network.intersections), np.bool_),
    )


def work(network: Network, served: Queues, horizon_s: int, most_arrivals: int) -> horizon_values.Work:
    """Allocate the scratch memory of the search."""
    wide = max(int(np.diff(served.offset).max(initial=1)), 1)
    deep = max(int(np.diff(network.arrays.stage_offset).max(initial=1)), 1)
    times = horizon_s + 1

    def floats(*shape: int) -> FloatArray:
        return np.zeros(shape, np.float32)

    def whole(*shape: int) -> IntArray:
        return np.zeros(shape, np.int32)

    return horizon_values.Work(
        arrivals=floats(wide, most_arrivals, 4),
        total=whole(wide),
        sums=floats(wide, most_arrivals + 1, 4),
        arrived=whole(wide, times),
        factors=floats(deep, wide, 4),
        start_s=floats(deep, deep, wide),
        land_s=whole(deep, deep),
        worth=floats(times, deep, 2),
        first=whole(times, deep),
        position=whole(times, deep, wide),
        label=floats(times, deep, wide, 2),
        trial_position=whole(wide),
        trial=floats(wide, 2),
    )


def one_waiting_everywhere(network: Network) -> Snapshot:
    """Return a snapshot in which one vehicle stands at every stop line, so that the kernels have something to do."""
    arrays = network.arrays
    groups, approaches, lanes = len(arrays.group_user), len(arrays.approach_lane), len(network.lanes)
    return Snapshot(
        time_s=0.0,
        aspect=np.full(groups, Aspect.RED, np.int8),
        age_ds=np.full(groups, 10, np.int32),
        demand=np.ones(groups, np.bool_),
        queue_veh=np.ones(approaches, np.float32),
        count_veh=np.ones(approaches, np.float32),
        wait_s=np.zeros(approaches, np.float32),
        gap_s=np.zeros(approaches, np.float32),
        lane_veh=np.zeros(lanes, np.float32),
        lane_free_m=arrays.lane_length_m.copy(),
        arrival_offset=np.arange(approaches + 1, dtype=np.int32),
        arrival_distance_m=np.ones(approaches, np.float32),
        arrival_speed_mps=np.zeros(approaches, np.float32),
        arrival_weight=np.ones(approaches, np.float32),
        arrival_handle=np.arange(approaches, dtype=np.int64),
        link_share=np.ones(len(arrays.link_group), np.float32),
    )
