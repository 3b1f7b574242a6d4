"""What a rolling-horizon controller must know beyond the snapshot: heads of queues, full exits, mean arrivals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import kernel

__all__ = ["Memory", "Seen", "Streets", "observe"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.int8]
Bools = npt.NDArray[np.bool_]
Handles = npt.NDArray[np.int64]

GREEN = 2
PEDESTRIAN = 1
HEAD_ZONE_M = 8.0
STANDING_MPS = 0.3
EXIT_FULL_M = 8.0
SHORT_EXIT_M = np.float32(40.0)
SPACE_M = np.float32(7.0)
MEAN_S = 300.0
FULL_M, FULL_MPS = 15.0, 3.0
MOST_HIDDEN_VEH = 30.0
"""Arrivals are averaged over about five minutes."""


class Streets(NamedTuple):
    """What does not change.

    Attributes
    ----------
    group_offset, stage_offset, queue_offset
        int32 [nI + 1]; queue_approach, queue_beyond, queue_group int32 [nQ] as in `rolling_horizon.Site`.
    group_user
        int8 [nG]; min_green_ds int32 [nG]; stage_green int8 [nS, Gmax].
    link_offset
        int32 [nA + 1]; link_group int32 [nK]; link_permissive int8 [nK].
    exit_offset
        int32 [nK + 1] lanes behind the junction, `exit_lane` int32 [n]: the first one, and those after it while they
        are short; lane_length_m float32 [nL].
    exit_approach
        int32 [nK] the approach that begins with the last of them; -1 = none.
    via_offset, via_lane
        int32 [nK + 1], int32 [n] the lanes of each link inside the junction.
    sight_m
        float32 [nA] length of road over which vehicles are seen; limit_mps float32 [nA] the speed limit there.
    """

    group_offset: Ints
    stage_offset: Ints
    queue_offset: Ints
    queue_approach: Ints
    queue_beyond: Ints
    queue_group: Ints
    group_user: Bytes
    min_green_ds: Ints
    stage_green: Bytes
    link_offset: Ints
    link_group: Ints
    link_permissive: Bytes
    exit_offset: Ints
    exit_lane: Ints
    lane_length_m: Floats
    exit_approach: Ints
    via_offset: Ints
    via_lane: Ints
    sight_m: Floats
    limit_mps: Floats


class Seen(NamedTuple):
    """The fields of a Snapshot that are used here, under their own names."""

    aspect: Bytes
    age_ds: Ints
    demand: Bools
    lane_veh: Floats
    lane_free_m: Floats
    arrival_offset: Ints
    arrival_distance_m: Floats
    arrival_speed_mps: Floats
    arrival_weight: Floats
    arrival_handle: Handles
    link_share: Floats


class Memory(NamedTuple):
    """What is kept from tick to tick, and what comes out.

    Attributes
    ----------
    head_handle
        int64 [nA] the vehicle at the stop line; 0 = none or unknown.
    head_standing_s
        float32 [nA] for how long it has been standing.
    head_likelihood
        float32 [nK] how well each link explains that it stands or goes.
    rate_veh_s
        float32 [nA] mean arrivals.
    hidden_veh
        float32 [nA] vehicles that probably stand behind the last one that can be seen.
    waited_s
        float32 [nI] since the wanted stage was changed.
    wait_s
        float32 [nG] for how long each group has been demanded without green; forgotten with green only.
    head_share
        float32 [nK] out: turn shares of the first vehicle, not normalised.
    blocked_s
        float32 [nA] out: no departure before this, seconds from now.
    green_age_s
        float32 [nQ] out: age of green; negative without.
    mature
        bool [nI] out: whether the stage may be left.
    """

    head_handle: Handles
    head_standing_s: Floats
    head_likelihood: Floats
    rate_veh_s: Floats
    hidden_veh: Floats
    waited_s: Floats
    wait_s: Floats
    head_share: Floats
    blocked_s: Floats
    green_age_s: Floats
    mature: Bools


@kernel
def _green_age(a: int, streets: Streets, seen: Seen) -> np.float32:
    """Age of the longest-lasting green of an approach (s); -1 without."""
    age = np.float32(-1.0)
    for k in range(streets.link_offset[a], streets.link_offset[a + 1]):
        g = streets.link_group[k]
        if seen.aspect[g] == GREEN:
            age = max(age, np.float32(seen.age_ds[g]) * np.float32(0.1))
    return age


@kernel
def _watch_head(a: int, green_age_s: np.float32, tick_s: float, streets: Streets, seen: Seen, memory: Memory) -> None:
    """Infer from a head that stands at a green which way it does not want to go."""
    first, last = streets.link_offset[a], streets.link_offset[a + 1]
    n = seen.arrival_offset[a]
    at_line = (
        n < seen.arrival_offset[a + 1] and seen.arrival_distance_m[n] < HEAD_ZONE_M and seen.arrival_weight[n] > 0.5
    )
    handle = seen.arrival_handle[n] + 1 if at_line else 0
    if handle != memory.head_handle[a]:
        memory.head_handle[a] = handle
        memory.head_standing_s[a] = 0.0
        for k in range(first, last):
            memory.head_likelihood[k] = 1.0
    if at_line and seen.arrival_speed_mps[n] < STANDING_MPS:
        memory.head_standing_s[a] += tick_s
        if green_age_s >= 3.0:
            for k in range(first, last):
                if seen.aspect[streets.link_group[k]] == GREEN:
                    fade = 0.97 if streets.link_permissive[k] else 0.6
                    memory.head_likelihood[k] = max(memory.head_likelihood[k] * fade**tick_s, 1e-3)
    else:
        memory.head_standing_s[a] = 0.0
    for k in range(first, last):
        memory.head_share[k] = seen.link_share[k] * memory.head_likelihood[k]


@kernel
def _is_full(k: int, streets: Streets, seen: Seen) -> bool:
    """Whether no vehicle of this link has room behind the junction.

    Where somebody stands there, that tells; where the exit is short and does not flow, all count who are on their way.
    """
    room_m, whole_m, veh = np.float32(0.0), np.float32(0.0), np.float32(0.0)
    for row in range(streets.exit_offset[k], streets.exit_offset[k + 1]):
        lane = streets.exit_lane[row]
        room_m += seen.lane_free_m[lane]
        if seen.lane_free_m[lane] < streets.lane_length_m[lane] - np.float32(0.5):
            return bool(room_m < EXIT_FULL_M)
        whole_m += streets.lane_length_m[lane]
        veh += seen.lane_veh[lane]
    approach = streets.exit_approach[k]
    if approach < 0 or whole_m > SHORT_EXIT_M or _green_age(approach, streets, seen) >= 0:
        return False
    for row in range(streets.via_offset[k], streets.via_offset[k + 1]):
        veh += seen.lane_veh[streets.via_lane[row]]
    return bool(veh >= 1.0 and whole_m < (veh + np.float32(1.0)) * SPACE_M)


@kernel
def _blocked(a: int, green_age_s: np.float32, rest_s: float, streets: Streets, seen: Seen, memory: Memory) -> float:
    """How long nothing will leave an approach because its exits are full (s)."""
    full, all_protected = np.float32(0.0), True
    for k in range(streets.link_offset[a], streets.link_offset[a + 1]):
        if _is_full(k, streets, seen):
            full += seen.link_share[k]
        green = seen.aspect[streets.link_group[k]] == GREEN
        all_protected = all_protected and green and not streets.link_permissive[k]
    if full > 0.5 or (all_protected and green_age_s >= 4.0 and memory.head_standing_s[a] >= 2.0):
        return rest_s
    return 0.0


@kernel
def _mean_arrivals(a: int, tick_s: float, left_veh: np.float32, streets: Streets, seen: Seen, memory: Memory) -> None:
    """Update the mean arrivals from the far half of what is seen, where queues seldom reach (Little's law).

    Where a queue reaches to the end of what is seen, as many as usual keep joining it unseen.
    """
    near = streets.sight_m[a] * np.float32(0.5)
    weight, last_m, last_mps = np.float32(0.0), np.float32(0.0), np.float32(99.0)
    for n in range(seen.arrival_offset[a], seen.arrival_offset[a + 1]):
        if seen.arrival_distance_m[n] >= near and seen.arrival_speed_mps[n] > 1.0:
            weight += seen.arrival_weight[n]
        if seen.arrival_distance_m[n] > last_m:
            last_m, last_mps = seen.arrival_distance_m[n], seen.arrival_speed_mps[n]
    if last_m > streets.sight_m[a] - FULL_M and last_mps < FULL_MPS:
        more = memory.rate_veh_s[a] * np.float32(tick_s) - left_veh
        memory.hidden_veh[a] = min(max(memory.hidden_veh[a] + more, np.float32(0.0)), np.float32(MOST_HIDDEN_VEH))
        return
    memory.hidden_veh[a] = 0.0
    rate = weight * streets.limit_mps[a] / max(streets.sight_m[a] - near, np.float32(1.0))
    memory.rate_veh_s[a] += (rate - memory.rate_veh_s[a]) * np.float32(tick_s / MEAN_S)


@kernel
def _mature(i: int, running: int, patience_s: float, streets: Streets, seen: Seen, memory: Memory) -> bool:
    """Whether every group of the running stage is green and has had its minimum."""
    if running < 0:
        return False
    first = streets.group_offset[i]
    stage = streets.stage_offset[i] + running
    for g in range(streets.group_offset[i + 1] - first):
        green = seen.aspect[first + g] == GREEN
        if green and seen.age_ds[first + g] < streets.min_green_ds[first + g]:
            return False
        wanted = streets.stage_green[stage, g] and streets.group_user[first + g] != PEDESTRIAN
        if wanted and not green and memory.waited_s[i] < patience_s:
            return False
    return True


@kernel
def observe(
    streets: Streets, seen: Seen, running: Ints, left_veh: Floats, tick_s: float, rest_s: float, patience_s: float,
    memory: Memory,
) -> None:  # fmt: skip
    """Update the memory with one tick.

    Parameters
    ----------
    streets, seen
        What is there, what is believed.
    running
        int32 [nI] the stage that is wanted now; -1 = none.
    left_veh
        float32 [nA] vehicles that crossed the stop line since the last call.
    tick_s
        Time since the last call.
    rest_s
        For how long a blocked approach is taken to stay blocked.
    patience_s
        After this long a stage counts as mature although one of its groups never became green.
    memory
        In and out.
    """
    for g in range(len(memory.wait_s)):
        if seen.aspect[g] == GREEN:
            memory.wait_s[g] = 0.0
        elif seen.demand[g]:
            memory.wait_s[g] += tick_s
    for i in range(len(running)):
        memory.waited_s[i] += tick_s
        memory.mature[i] = _mature(i, running[i], patience_s, streets, seen, memory)
        for q in range(streets.queue_offset[i], streets.queue_offset[i + 1]):
            a = streets.queue_approach[q]
            if a < 0:
                g = streets.group_offset[i] + streets.queue_group[q]
                memory.green_age_s[q] = (
                    seen.age_ds[g] * np.float32(0.1) if seen.aspect[g] == GREEN else np.float32(-1.0)
                )
                continue
            memory.green_age_s[q] = -1.0
            for b in range(a, streets.queue_beyond[q]):
                age = _green_age(b, streets, seen)
                memory.green_age_s[q] = max(memory.green_age_s[q], age)
                _watch_head(b, age, tick_s, streets, seen, memory)
                memory.blocked_s[b] = _blocked(b, age, rest_s, streets, seen, memory)
                _mean_arrivals(b, tick_s, left_veh[b], streets, seen, memory)
