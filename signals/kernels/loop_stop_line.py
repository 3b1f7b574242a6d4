"""The stop line: who leaves, who stands there, and who was expected there in vain."""

from __future__ import annotations

import numpy as np

from signals.kernels.compile import kernel
from signals.kernels.loop_habits import space_m
from signals.kernels.loop_health import COVERED
from signals.kernels.loop_recognition import FAR_M, STOP_LINE_M, recognise, unseen_veh_s
from signals.kernels.loop_rows import settle
from signals.kernels.loop_tracks import STAND_M, drop, insert
from signals.kernels.loop_values import NEVER_S, ON_LANE, Counters, LoopPlaces, Tracks

__all__ = ["COMING_M", "LINE_M", "certain_head", "correct_head", "passed"]

ON_LOOP = 0.5
LINE_M, AT_LINE_M = 3.0, 4.0
"""Who should be on the loop of an open stop line and is not is still behind it."""
GHOST_S = 3.0
"""Who is expected at the stop line is given up this long after he should have been on its loop; twice in red."""
HALT_S = 2.0
STOPPED_M, COMING_M = 8.0, 30.0
"""Who stands on the loop is the first one expected, if that is no farther away than this in green and at red."""
MOST_VEH = 8


@kernel
def passed(a: int, elapsed_s: float, count: int, occupied: float, kept: Counters) -> int:
    """Say how many have passed the stop line in a tick of its loop.

    A vehicle that comes during green is out at once, one that comes during red when it has left the loop again.
    """
    green = kept.red_s[a] == 0.0
    present = count > 0 or occupied > 0.0
    kept.vacant_s[a] = 0.0 if present else min(kept.vacant_s[a] + elapsed_s, NEVER_S)
    if green:
        gone = kept.waiting[a] and (count > 0 or occupied < ON_LOOP)
        out = count + int(gone)
        kept.waiting[a] = kept.waiting[a] and not gone
    else:
        gone = kept.waiting[a] and not present
        out = max(count - 1 + int(kept.waiting[a]), 0) + int(gone)
        kept.waiting[a] = present and (kept.waiting[a] or count > 0)
    return min(out, MOST_VEH)


@kernel
def _give_up(a: int, places: LoopPlaces, kept: Counters, tracks: Tracks) -> None:
    """Drop those who should be standing at the stop line, where nobody is."""
    while tracks.number[a] > 0 and tracks.distance_m[a, 0] <= AT_LINE_M and tracks.known[a, 0] == 0:
        settle(tracks.row[a, 0], float(tracks.weight[a, 0]), 0.0, places, kept)
        drop(a, 0, tracks)


@kernel
def certain_head(a: int, time_s: float, within_m: float, handle: int, learn: int, places: LoopPlaces, kept: Counters,
    tracks: Tracks,
) -> None:  # fmt: skip
    """Believe that somebody stands at the stop line, whatever was expected.

    Parameters
    ----------
    a, time_s, places, kept, tracks
        The approach, now; input; in and out; in and out.
    within_m
        He is the first of the approach, if that is no farther away than this; improbable ones together make one.
    handle
        His number if nobody was expected; 0 = any.
    learn
        1 if he has been seen, so that those who were expected have come; 0 if he is only taken to be there.
    """
    expected = tracks.number[a] > 0 and tracks.distance_m[a, 0] <= within_m
    if expected and tracks.known[a, 0] != 0:
        if tracks.distance_m[a, 0] <= AT_LINE_M:
            return  # he says so himself
        expected = False
    if not expected or tracks.row[a, 0] != ON_LANE or tracks.weight[a, 0] < 1.0:
        place_m, since_s = 1.0, np.nan
        if expected:
            place_m, since_s = min(float(tracks.distance_m[a, 0]), place_m), tracks.since_s[a, 0]
            unseen = unseen_veh_s(a, int(kept.announced[a]), kept)
            handle = recognise(a, 1.0, STOP_LINE_M, -FAR_M, within_m, unseen, learn, places, kept, tracks)
        insert(a, -1.0, 0.0, 1.0, ON_LANE, handle, tracks)  # before all others
        tracks.distance_m[a, 0], tracks.since_s[a, 0] = place_m, since_s
    tracks.seen_m[a, 0] = 0.0
    tracks.distance_m[a, 0] = min(float(tracks.distance_m[a, 0]), 1.0)
    tracks.speed_mps[a, 0] = 0.0
    if np.isnan(tracks.since_s[a, 0]):
        tracks.since_s[a, 0] = time_s


@kernel
def _return(a: int, time_s: float, kept: Counters, tracks: Tracks) -> None:
    """Put back who was counted out and stands on the loop; those who were believed in his place are behind him."""
    if tracks.number[a] > 0 and tracks.known[a, 0] != 0 and tracks.distance_m[a, 0] <= AT_LINE_M:
        return  # he says so himself
    insert(a, -1.0, 0.0, 1.0, ON_LANE, max(int(kept.last_out[a]), 0), tracks)  # before all others
    tracks.distance_m[a, 0], tracks.seen_m[a, 0], tracks.since_s[a, 0] = STAND_M, 0.0, time_s
    end_m = STAND_M
    for j in range(1, tracks.number[a]):
        end_m += space_m(kept) * float(tracks.weight[a, j - 1])
        if tracks.distance_m[a, j] >= end_m or tracks.known[a, j] != 0:
            return
        tracks.distance_m[a, j] = end_m


@kernel
def correct_head(
    a: int, time_s: float, elapsed_s: float, occupied: float, still_s: float, places: LoopPlaces, kept: Counters,
    tracks: Tracks,
) -> None:  # fmt: skip
    """Make the first vehicles agree with the stop-line loop, which counted nobody for `still_s` while occupied.

    Whoever comes onto the loop is counted. So who stands there, if it has not been free since, is who was counted last:
    where that was in green he is out already, and returns. Nobody behind him is taken for him.
    """
    green = kept.red_s[a] == 0.0
    head = tracks.number[a] > 0 and tracks.distance_m[a, 0] <= AT_LINE_M and tracks.known[a, 0] == 0
    if kept.vacant_s[a] == 0.0:
        kept.ghost_s[a] = 0.0
    else:
        kept.last_out[a] = 0
        if head:
            kept.ghost_s[a] += elapsed_s  # those who come after him need not be waited for as long
    if kept.ghost_s[a] >= (GHOST_S if green else 2.0 * GHOST_S):
        _give_up(a, places, kept, tracks)
    if kept.waiting[a] or (occupied >= COVERED and still_s >= HALT_S):
        returns = not kept.waiting[a] and kept.last_out[a] != 0
        kept.counted[a] = kept.counted[a] or returns or (green and not kept.waiting[a])
        kept.waiting[a] = True
        if returns:
            _return(a, time_s, kept, tracks)
        else:
            certain_head(a, time_s, STOPPED_M if green else COMING_M, 0, 1, places, kept, tracks)
