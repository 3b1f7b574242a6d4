"""How drivers of a place drive, learned from its loops: the room that they take in a queue, and how fast they come."""

from __future__ import annotations

from signals.kernels.compile import kernel
from signals.kernels.loop_values import ON_AVERAGE, SPACE_M, Counters, LoopPlaces, Tracks

__all__ = ["learn_pace", "learn_space", "space_m"]

SPACE_PRIOR_VEH = 20.0
LEAST_SPACE_M, MOST_SPACE_M = 4.5, 12.0
SPACE_MEMORY_VEH = 400.0
"""Sums are halved when they reach this."""
ENDS_M = 4.0
"""The first of a queue stands a metre before its line, the last one over the middle of the loop that it covers."""
QUEUE_VEH = 2.5
"""Shorter queues tell too little of the room that each of them takes."""
LEAST_WAY_M = 15.0
SURE = 0.9
PACE_SHARE = 0.05
"""Part that each vehicle has in the pace of its approach: the last twenty or so count."""
SLOWEST, FASTEST = 0.5, 1.2


@kernel
def space_m(kept: Counters) -> float:
    """Return the length of road that a vehicle takes in a queue."""
    known_m = SPACE_PRIOR_VEH * SPACE_M + kept.space[0]
    return float(min(max(known_m / (SPACE_PRIOR_VEH + kept.space[1]), LEAST_SPACE_M), MOST_SPACE_M))


@kernel
def learn_space(a: int, post_m: float, kept: Counters, tracks: Tracks) -> None:
    """Learn from a queue that has just covered a loop how many vehicles it takes to do so."""
    queued = 0.0
    for j in range(tracks.number[a]):
        if tracks.distance_m[a, j] <= post_m and tracks.row[a, j] != ON_AVERAGE:
            queued += float(tracks.weight[a, j])
    if queued < QUEUE_VEH:
        return
    kept.space[0] += post_m - ENDS_M
    kept.space[1] += queued - 1.0
    if kept.space[1] >= SPACE_MEMORY_VEH:
        kept.space[0] *= 0.5
        kept.space[1] *= 0.5


@kernel
def learn_pace(a: int, line_m: float, places: LoopPlaces, kept: Counters, tracks: Tracks) -> None:
    """Learn from one who is counted at an open stop line whether he was believed to be there too early or too late.

    Parameters
    ----------
    a, places, kept, tracks
        The approach, input, in and out, and the vehicles, of whom the first is the one.
    line_m
        Where vehicles are held that should be on the loop and are not, for `Counters.ghost_s`.
    """
    if tracks.number[a] == 0 or tracks.weight[a, 0] < SURE or tracks.seen_m[a, 0] < LEAST_WAY_M:
        return
    limit = float(places.speed_mps[a])
    if tracks.speed_mps[a, 0] < SURE * kept.pace[a] * limit:
        return  # he comes out of a queue
    late_s = kept.ghost_s[a]
    if tracks.distance_m[a, 0] > line_m:
        late_s = -(float(tracks.distance_m[a, 0]) - line_m) / float(tracks.speed_mps[a, 0])
    needed_s = max(float(tracks.seen_m[a, 0]) / (kept.pace[a] * limit) + late_s, 0.1)
    found = min(max(float(tracks.seen_m[a, 0]) / (needed_s * limit), SLOWEST), FASTEST)
    kept.pace[a] += PACE_SHARE * (found - kept.pace[a])
