"""Turns a network into what the rolling-horizon kernels want to see."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from signals.control import horizon_exits
from signals.control.red_bound import red_bound_s
from signals.kernels import approach_state, discharge, horizon_values, longest_wait, outflow, transitions
from signals.kernels.horizon_tables import BITS
from signals.model.feeders import feeders
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.stage_choices import own_stages
from signals.model.values import Aspect, BoolArray, FloatArray, IntArray, Snapshot

__all__ = [
    "Queues",
    "changes",
    "choice",
    "discharges",
    "group_mask",
    "interstages",
    "lists",
    "memory",
    "one_waiting_everywhere",
    "outflows",
    "queues",
    "site",
    "streets",
    "ways",
    "work",
    "worth",
]


SHORT_M = 15.0
"""Lanes that fan out nearer to the stop line than this are served one vehicle at a time, as the lane before them."""
LEAST_SIGHT_S = 5.0
FAR_M = 1500.0
"""Neighbours farther away than this are not told what is released."""


class Queues(NamedTuple):
    """What is served at every intersection: its approaches, then its pedestrian groups.

    Attributes
    ----------
    offset
        int32 [nI + 1] queues of each intersection.
    approach
        int32 [nQ] the (first) approach; -1 for pedestrians.
    beyond
        int32 [nQ] one more than the last approach: several where one lane fans out just before the stop line.
    group
        int32 [nQ] the local group of a pedestrian queue; -1 for approaches.
    """

    offset: IntArray
    approach: IntArray
    beyond: IntArray
    group: IntArray


def queues(network: Network) -> Queues:
    """List the queues of a network."""
    arrays = network.arrays
    source = _sources(network)
    offset, approach, beyond, group = [0], list[int](), list[int](), list[int]()
    for i, intersection in enumerate(network.intersections):
        for a in range(int(arrays.approach_offset[i]), int(arrays.approach_offset[i + 1])):
            if len(approach) > offset[-1] and source[a] == source[a - 1]:
                beyond[-1] = a + 1
            else:
                approach.append(a)
                beyond.append(a + 1)
        walks = [g for g, one in enumerate(intersection.groups) if one.user is User.PEDESTRIAN]
        group += [*(-1 for _ in approach[len(group) :]), *walks]
        approach += [-1 for _ in walks]
        beyond += [-1 for _ in walks]
        offset.append(len(approach))
    return Queues(*(np.array(column, np.int32) for column in (offset, approach, beyond, group)))


def _sources(network: Network) -> list[int]:
    """Return for each approach the lane on which its queue stands: its own, or the one that fans out just before it."""
    entering: dict[int, set[int]] = {}
    for movement in network.movements:
        entering.setdefault(movement.to_lane, set()).add(movement.from_lane)
    controlled = {int(lane) for lane in network.arrays.approach_lane}
    found = []
    for lane in (int(lane) for lane in network.arrays.approach_lane):
        here, left_m = lane, SHORT_M
        while network.lanes[here].length_m < left_m and len(entering.get(here, ())) == 1:
            (before,) = entering[here]
            if before in controlled:
                break
            left_m -= network.lanes[here].length_m
            here = before
        found.append(here)
    return found


def group_mask(network: Network) -> BoolArray:
    """Return bool [nI, Gmax]: where `stage_green` has a group at all; selects groups in network-wide order."""
    counts = np.diff(network.arrays.group_offset)
    return np.arange(network.arrays.stage_green.shape[1])[None, :] < counts[:, None]


def worth(network: Network, served: Queues, worths: FloatArray) -> FloatArray:
    """Return float32 [nQ] what a second of delay counts in each queue: as on the lane where it stands.

    Parameters
    ----------
    network, served
        What is controlled, and its queues.
    worths
        float32 [one per `User`] what it counts for each class.
    """
    users = np.array([network.lanes[lane].user for lane in _sources(network)], np.int32)
    return worths[[users[a] if a >= 0 else User.PEDESTRIAN for a in served.approach]]


def site(network: Network, served: Queues, *, heed_red: bool = True) -> horizon_values.Site:
    """Build the search's view of the network."""
    arrays = network.arrays
    return horizon_values.Site(
        arrays.group_offset,
        arrays.stage_offset,
        served.offset,
        own_stages(network),
        arrays.group_user,
        (arrays.min_green_ds * 0.1).astype(np.float32),
        red_bound_s(network) if heed_red else np.full(len(arrays.group_user), longest_wait.NOBODY_S),
        arrays.matrix_offset,
        horizon_exits.intergreen_s(network),
        arrays.stage_green,
        served.approach,
        served.beyond,
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
    # One bit a queue: beyond 64 queues at one intersection nobody is taken to yield to the last ones.
    bits = np.zeros((len(arrays.stage_green), max(int(np.diff(served.offset).max(initial=1)), 1)), np.uint64)
    for i in range(len(network.intersections)):
        owner = {
            k: q - int(served.offset[i])
            for q in range(int(served.offset[i]), int(served.offset[i + 1]))
            if served.approach[q] >= 0
            for k in range(int(arrays.link_offset[served.approach[q]]), int(arrays.link_offset[served.beyond[q]]))
        }
        for s in range(int(arrays.stage_offset[i]), int(arrays.stage_offset[i + 1])):
            green = arrays.stage_green[s]
            first_group = int(arrays.group_offset[i])
            for k, q in owner.items():
                if not arrays.link_permissive[k] or not green[arrays.link_group[k] - first_group]:
                    continue
                for other in arrays.yield_link[arrays.yield_offset[k] : arrays.yield_offset[k + 1]]:
                    p = owner[int(other)]
                    if p != q and p < BITS and green[arrays.link_group[other] - first_group]:
                        bits[s, q] |= np.uint64(1 << p)
    return bits


def streets(network: Network, served: Queues, range_m: float) -> approach_state.Streets:
    """Build the observer's view of the network."""
    arrays, exits = network.arrays, horizon_exits.exits(network)
    return approach_state.Streets(
        arrays.group_offset,
        arrays.stage_offset,
        served.offset,
        served.approach,
        served.beyond,
        served.group,
        arrays.group_user,
        arrays.min_green_ds,
        arrays.stage_green,
        arrays.link_offset,
        arrays.link_group,
        arrays.link_permissive,
        *exits,
        arrays.lane_length_m,
        horizon_exits.exit_approaches(network, exits),
        *horizon_exits.insides(network),
        _sight(network, range_m),
        arrays.lane_speed_mps[arrays.approach_lane],
    )


def _sight(network: Network, range_m: float) -> FloatArray:
    """Length of road before each stop line over which vehicles are seen, m."""
    reach, sight = feeders(network, range_m), np.zeros(len(network.arrays.approach_lane), np.float32)
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
        np.zeros(approaches, np.float32),
        np.zeros(len(network.intersections), np.float32),
        np.zeros(len(arrays.group_user), np.float32),
        np.ones(links, np.float32),
        np.zeros(approaches, np.float32),
        np.full(len(served.approach), -1.0, np.float32),
        np.zeros(len(network.intersections), np.bool_),
    )


def changes(network: Network) -> transitions.Changes:
    """Build the view of the time between two stages."""
    arrays = network.arrays
    return transitions.Changes(
        arrays.group_offset,
        arrays.group_user,
        (np.maximum(arrays.amber_ds, arrays.clearance_ds) * 0.1).astype(np.float32),
        arrays.matrix_offset,
        horizon_exits.intergreen_s(network),
    )


def lists(network: Network, served: Queues, horizon_s: int, most_arrivals: int) -> horizon_values.Lists:
    """Allocate the lists of arrivals."""
    count = len(served.approach)
    return horizon_values.Lists(
        arrivals=np.zeros((count, most_arrivals, 4), np.float32),
        total=np.zeros(count, np.int32),
        sums=np.zeros((count, most_arrivals + 1, 4), np.float32),
        arrived=np.zeros((count, horizon_s + 1), np.int32),
        weight_veh=np.zeros(len(network.intersections), np.float32),
        mix=np.ones(len(network.arrays.approach_lane), np.float32),
        head_mix=np.ones(len(network.arrays.approach_lane), np.float32),
    )


def interstages(network: Network, served: Queues) -> horizon_values.Changes:
    """Allocate what the search keeps of the changes between stages."""
    arrays = network.arrays
    offset = np.cumsum([0, *np.diff(arrays.stage_offset) ** 2]).astype(np.int32)
    rows, wide = int(offset[-1]), max(int(np.diff(served.offset).max(initial=1)), 1)
    return horizon_values.Changes(
        offset=offset,
        start_s=np.zeros((rows, wide), np.float32),
        land_s=np.zeros(rows, np.int32),
        stay_s=np.zeros((rows, 2), np.float32),
        change_s=np.zeros(len(network.intersections), np.float32),
        known=np.zeros(len(network.intersections), np.bool_),
        call=np.zeros(len(arrays.group_user), np.bool_),
        walking=np.zeros(len(arrays.group_user), np.bool_),
    )


def work(network: Network, served: Queues, horizon_s: int) -> horizon_values.Work:
    """Allocate the scratch memory of the search."""
    wide = max(int(np.diff(served.offset).max(initial=1)), 1)
    deep, times = max(int(np.diff(network.arrays.stage_offset).max(initial=1)), 1), horizon_s + 1
    return horizon_values.Work(
        factors=_floats(deep, wide, 4),
        start_s=_floats(deep, deep, wide),
        land_s=_whole(deep, deep),
        stay_s=_floats(deep, deep, 2),
        change_s=_floats(1),
        left_s=_floats(1),
        ready_s=_floats(deep, 2),
        allowed=np.zeros(deep, np.int8),
        come=_floats(times, wide, 5),
        moves=np.zeros((deep, wide), np.bool_),
        served=np.zeros((deep, wide), np.uint16),
        tally=_whole(deep, 4),
        better=np.zeros((deep, deep, wide), np.uint16),
        better_count=_whole(deep, deep),
        better_bits=np.zeros((deep, deep), np.uint64),
        worth=_floats(times, deep, 2),
        best=_floats(times),
        first=_whole(times, deep),
        parent=_whole(times, deep, 2),
        label=_floats(times, deep, wide, 4),
        trial=_floats(wide, 4),
        gone=_floats(wide, 4),
        still=_floats(wide, 4),
    )


def _floats(*shape: int) -> FloatArray:
    return np.zeros(shape, np.float32)


def _whole(*shape: int) -> IntArray:
    return np.zeros(shape, np.int32)


def choice(network: Network, remembered: approach_state.Memory, horizon_s: int) -> horizon_values.Choice:
    """Make the choices: the first stage everywhere, -1 where there is none."""
    count = len(network.intersections)
    return horizon_values.Choice(
        stage=np.where(np.diff(network.arrays.stage_offset) > 0, 0, -1).astype(np.int32),
        age_s=remembered.green_age_s,
        mature=remembered.mature,
        planned=np.zeros(count, np.bool_),
        cost_s=np.zeros(count, np.float32),
        course=np.full((count, horizon_s), -1, np.int16),
        late_s=np.zeros(count, np.float32),
    )


def ways(network: Network, seen: approach_state.Streets) -> outflow.Ways:
    """Find where the links of all approaches lead, up to the next controlled stop lines."""
    arrays = network.arrays
    sight_s = np.maximum(seen.sight_m / np.maximum(seen.limit_mps, 1.0), LEAST_SIGHT_S)
    reach = feeders(network, FAR_M)
    offset, approach, time_s, probability = [0], [], [], []
    for k, index in enumerate(arrays.link_movement):
        movement = network.movements[index]
        inside_s = sum(_drive_s(network, lane) for lane in movement.via)
        to = int(arrays.link_to_lane[k])
        for row in range(int(reach.lane_offset[to]), int(reach.lane_offset[to + 1])):
            approach.append(int(reach.approach[row]))
            beyond_s = float(reach.distance_m[row]) / max(network.lanes[to].speed_mps, 1.0)
            time_s.append(inside_s + _drive_s(network, to) + beyond_s)
            probability.append(float(reach.probability[row]))
        offset.append(len(approach))
    return outflow.Ways(
        np.array(offset, np.int32),
        np.array(approach, np.int32),
        np.array(time_s, np.float32),
        np.array(probability, np.float32),
        arrays.link_offset,
        sight_s.astype(np.float32),
    )


def outflows(network: Network, horizon_s: int) -> outflow.Outflows:
    """Allocate what neighbours tell each other."""
    approaches = len(network.arrays.approach_lane)
    return outflow.Outflows(
        near=np.zeros((approaches, outflow.NEAR), np.int64),
        left_veh=np.zeros(approaches, np.float32),
        under_way=np.zeros((approaches, outflow.RING_S), np.float32),
        planned=np.zeros((approaches, horizon_s), np.float32),
        planned_s=np.zeros(len(network.intersections)),
        told_veh_s=np.zeros(approaches, np.float32),
        inflow=np.zeros((approaches, horizon_s), np.float32),
        last=np.zeros(1, np.int64),
    )


def _drive_s(network: Network, lane: int) -> float:
    return network.lanes[lane].length_m / max(network.lanes[lane].speed_mps, 1.0)


def discharges(served: Queues) -> discharge.Discharge:
    """Begin to learn how fast queues leave."""
    count = len(served.approach)
    return discharge.Discharge(
        np.zeros((count, 2, 2), np.float32), np.ones((count, 2), np.float32), np.zeros(4, np.float32)
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
