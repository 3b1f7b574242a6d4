"""Vehicles that loops have told of, on their way to a stop line: one row each, the nearest first.

They move as drivers do who keep a safe distance (Krauß, 1998, equation 3.9: the speed from which one can still stop
behind whoever drives ahead, after a second of reaction), so that queues form, last and dissolve where nobody looks.
"""

from __future__ import annotations

import numpy as np

from signals.kernels.compile import kernel
from signals.kernels.loop_values import Tracks

__all__ = ["STANDING_MPS", "STAND_M", "drop", "insert", "move", "safe_mps", "sort"]

STANDING_MPS = 1.0
"""Slower than this is standing."""
ACCELERATION_MPS2 = 2.6
BRAKING_MPS2 = 4.5
REACTION_S = 1.0
STAND_M = 1.0
"""As far from the stop line the first one stops."""
LONGEST_S = 60.0
"""After as long without a reading everybody who could has arrived."""


@kernel
def _copy(a: int, source: int, target: int, tracks: Tracks) -> None:
    tracks.distance_m[a, target] = tracks.distance_m[a, source]
    tracks.speed_mps[a, target] = tracks.speed_mps[a, source]
    tracks.weight[a, target] = tracks.weight[a, source]
    tracks.seen_m[a, target] = tracks.seen_m[a, source]
    tracks.since_s[a, target] = tracks.since_s[a, source]
    tracks.row[a, target] = tracks.row[a, source]
    tracks.handle[a, target] = tracks.handle[a, source]
    tracks.known[a, target] = tracks.known[a, source]


@kernel
def insert(a: int, distance_m: float, speed_mps: float, weight: float, row: int, handle: int, tracks: Tracks) -> None:
    """Add a vehicle in order of distance; where there is no room the farthest is left out.

    Parameters
    ----------
    a, distance_m, speed_mps, weight, row
        See `Tracks`; it counts as seen where it is.
    handle
        Its number; 0 = a new one.
    tracks
        In and out.
    """
    room = tracks.distance_m.shape[1]
    j = tracks.number[a]
    if j == room:
        j -= 1
        if tracks.distance_m[a, j] <= distance_m:
            return
    else:
        tracks.number[a] += 1
    while j > 0 and tracks.distance_m[a, j - 1] > distance_m:
        _copy(a, j - 1, j, tracks)
        j -= 1
    if handle == 0:
        tracks.last_handle[0] += 1
        handle = tracks.last_handle[0]
    tracks.distance_m[a, j], tracks.speed_mps[a, j], tracks.weight[a, j] = distance_m, speed_mps, weight
    tracks.seen_m[a, j], tracks.since_s[a, j] = distance_m, np.nan
    tracks.row[a, j], tracks.handle[a, j], tracks.known[a, j] = row, handle, 0


@kernel
def drop(a: int, j: int, tracks: Tracks) -> None:
    """Take out the vehicle at place j of approach a."""
    for other in range(j + 1, tracks.number[a]):
        _copy(a, other, other - 1, tracks)
    tracks.number[a] -= 1


@kernel
def sort(a: int, tracks: Tracks) -> None:
    """Put the vehicles of an approach in order of distance again."""
    room = tracks.distance_m.shape[1]
    for j in range(1, tracks.number[a]):
        place = j
        while place > 0 and tracks.distance_m[a, place - 1] > tracks.distance_m[a, j]:
            place -= 1
        if place < j and tracks.number[a] < room:
            spare = tracks.number[a]
            _copy(a, j, spare, tracks)
            for other in range(j, place, -1):
                _copy(a, other - 1, other, tracks)
            _copy(a, spare, place, tracks)


@kernel
def safe_mps(gap_m: float, ahead_mps: float, share: float) -> float:
    """Return how fast one may drive behind another, of whose distance the improbable need no more than their share.

    They may come in one stream with others.
    """
    braking = BRAKING_MPS2 * REACTION_S * share
    return float(np.sqrt(braking * braking + ahead_mps * ahead_mps + 2.0 * BRAKING_MPS2 * gap_m) - braking)


@kernel
def move(
    a: int, time_s: float, elapsed_s: float, open_line: int, limit_mps: float, space_m: float, tracks: Tracks
) -> None:  # fmt: skip
    """Let the vehicles of an approach drive.

    Parameters
    ----------
    a
        The approach.
    time_s, elapsed_s
        Now, and for how long they drive.
    open_line
        1 if the first may pass the stop line, on to negative distances; 0 if not.
    limit_mps, space_m
        How fast they drive, and the length of road that one takes in a queue.
    tracks
        In and out.
    """
    driven_s = min(elapsed_s, LONGEST_S)
    steps = max(int(np.ceil(driven_s - 1e-6)), 1)
    step_s = driven_s / steps
    for _ in range(steps):
        end_m, ahead_mps = STAND_M, 0.0  # of whoever drives ahead, before this step
        for j in range(tracks.number[a]):
            here_m, before_mps = float(tracks.distance_m[a, j]), float(tracks.speed_mps[a, j])
            speed = min(before_mps + ACCELERATION_MPS2 * step_s, limit_mps)
            if j > 0 or not open_line:
                gap = max(here_m - end_m, 0.0)
                speed = min(speed, safe_mps(gap, ahead_mps, min(float(tracks.weight[a, j]), 1.0)))
            tracks.speed_mps[a, j] = speed
            tracks.distance_m[a, j] = here_m - speed * step_s
            if j > 0:  # nobody overtakes, not even where somebody slow was inserted just ahead
                tracks.distance_m[a, j] = max(tracks.distance_m[a, j], tracks.distance_m[a, j - 1])
            end_m, ahead_mps = here_m + space_m * float(tracks.weight[a, j]), before_mps
    for j in range(tracks.number[a]):
        if tracks.speed_mps[a, j] >= STANDING_MPS:
            tracks.since_s[a, j] = np.nan
        elif np.isnan(tracks.since_s[a, j]):
            tracks.since_s[a, j] = time_s
