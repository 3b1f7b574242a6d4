"""Recognition: which of those who are expected at a loop was counted there."""

from __future__ import annotations

from signals.kernels.compile import kernel
from signals.kernels.loop_rows import excuse, settle
from signals.kernels.loop_tracks import drop
from signals.kernels.loop_values import Counters, LoopPlaces, Tracks

__all__ = ["EARLY_S", "FAR_M", "STOP_LINE_M", "comes_over", "recognise", "unseen_veh_s"]

EARLY_S = 4.0
"""Who is counted at a loop may be as early."""
STOP_LINE_M, FAR_M = -2.0, 1e9
"""Who has been seen on the stop line is still behind this."""
UNSEEN_SHARE = 0.1
"""Where loops tell of who comes, so many come to the next one nevertheless of whom none has told."""


@kernel
def comes_over(a: int, j: int, post_m: float, places: LoopPlaces, tracks: Tracks) -> bool:
    """Whether a vehicle has a loop still to pass: one that was counted on a feeding lane passes that of no other.

    Connected vehicles are followed by what they report.
    """
    fed = tracks.row[a, j] >= places.row_offset[len(places.lane)]
    told = tracks.seen_m[a, j] > post_m + 1.0 and tracks.known[a, j] == 0
    return bool(told and not (fed and post_m > STOP_LINE_M))


@kernel
def unseen_veh_s(a: int, announced: int, kept: Counters) -> float:
    """Return how many come to a loop of whom none has told, vehicles a second; `announced`: others see all come."""
    share = UNSEEN_SHARE * kept.rate_veh_s[a]
    return float(share if announced else max(kept.rate_veh_s[a] - kept.told_veh_s[a], share))


@kernel
def recognise(
    a: int, vehicles: float, post_m: float, ahead_m: float, behind_m: float, unseen: float, learn: int,
    places: LoopPlaces, kept: Counters, tracks: Tracks,
) -> int:  # fmt: skip
    """Find among those expected at a loop who is there; take him out and return his number, 0 = unknown.

    Those nearest to the junction are taken first; improbable ones together make one. Where they came from is counted,
    for as much as they explain better than somebody of whom none has told.

    Parameters
    ----------
    a, vehicles
        The approach, and how many there are.
    post_m, ahead_m, behind_m
        How far the loop is from the stop line, and between which distances they are looked for.
    unseen
        See `unseen_veh_s`.
    learn
        1 if he is there, 0 if he is only taken to be.
    places, kept, tracks
        Input; in and out; in and out.
    """
    explained, handle = 0.0, 0
    for j in range(tracks.number[a]):
        if tracks.distance_m[a, j] > behind_m:
            break
        if tracks.distance_m[a, j] >= ahead_m and comes_over(a, j, post_m, places, tracks):
            explained += float(tracks.weight[a, j])
    explained = min(explained, vehicles) + unseen * EARLY_S + 1e-6
    rest, j = vehicles, 0
    while rest > 1e-6 and j < tracks.number[a] and tracks.distance_m[a, j] <= behind_m:
        if tracks.distance_m[a, j] < ahead_m or not comes_over(a, j, post_m, places, tracks):
            j += 1
            continue
        weight, row = min(float(tracks.weight[a, j]), rest), tracks.row[a, j]
        if learn:
            settle(row, weight, vehicles * weight / explained, places, kept)
        rest -= weight
        tracks.weight[a, j] -= weight
        if tracks.weight[a, j] > 1e-6:
            j += 1
            continue
        if handle == 0 and weight > 0.5:
            handle = int(tracks.handle[a, j])
        drop(a, j, tracks)
    if learn and rest > 1e-6:
        # Who was counted on a feeding lane has passed its loop, so that he cannot be the one who is there now.
        rows = len(places.row_approach) if post_m <= STOP_LINE_M else int(places.row_offset[len(places.lane)])
        excuse(a, rest, rows, places, kept)
    return handle
