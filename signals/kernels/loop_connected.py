"""Connected vehicles: some say themselves where they are and how fast, and with that where others are and are not.

Whoever is known is taken at his word, and nobody else for him: not at a loop, not at the stop line. Who stands far from
the line stands behind others, with those between that he hides (Comert and Cetin, 2009); who drives freely has nobody
standing right before him. How many are connected is learned where everybody is counted, and elsewhere from queues: of
those before a connected one, as many are connected as of all (Zhao and others, 2018, arXiv 1810.09237).
"""

from __future__ import annotations

import numpy as np

from signals.kernels.compile import kernel
from signals.kernels.loop_habits import space_m
from signals.kernels.loop_rows import settle
from signals.kernels.loop_tracks import STAND_M, STANDING_MPS, drop, insert, safe_mps, sort
from signals.kernels.loop_values import ON_LANE, Counters, LoopPlaces, Reported, Tracks

__all__ = [
    "COUNTED_M",
    "class_of",
    "contradict",
    "explain_out",
    "explained_in",
    "join_queue",
    "penetration",
    "take_reports",
]

PRIOR_SHARE, PRIOR_VEH = 0.1, 5.0
"""Penetration rate before anything is known, and how many vehicles that is worth."""
MEMORY_VEH = 500.0
MEAN_S = 300.0
NEAR_M, NEAR_S = 10.0, 3.0
"""Who says for the first time where he is was expected no farther from there."""
LEFT_M = 8.0
"""Who has been no farther from the stop line has left over it when he is seen no more on its approach."""
COUNTED_M = -1.0
"""Instead of where a loop told of him last: a connected vehicle that was counted out and is not quite away."""
LATE_S = 3.0
"""The stop-line loop counts who leaves within this."""
REACH_M = 6.0
SURE = 0.5
"""Who goes to an approach less probably tells nothing of the others there."""
IN_QUEUE = 0.95
"""Most of those who stand before a red signal stand in its queue."""
LEAST_WEIGHT = 0.05
WAVE_MPS = 4.5
"""As fast a queue starts at green, from the stop line backwards, and as fast the rest of it closes up at red."""
MARGIN_MPS = 3.0
"""Somebody who drives faster by more than this than he could behind a standing vehicle has none before him."""
FEW_VEH = 0.5
HALT_S = 2.0
"""Who stands for less may only have braked."""


@kernel
def penetration(kept: Counters) -> float:
    """Return the share of the vehicles that are connected, as learned so far; 0 where none ever are."""
    if kept.fresh_veh[0] < 0.0:
        return 0.0
    return float((PRIOR_SHARE * PRIOR_VEH + kept.penetration[0]) / (PRIOR_VEH + kept.penetration[1]))


@kernel
def _note(connected: float, everybody: float, kept: Counters) -> None:
    kept.penetration[0] += connected
    kept.penetration[1] += everybody
    if kept.penetration[1] >= MEMORY_VEH:
        kept.penetration[0] *= 0.5
        kept.penetration[1] *= 0.5


@kernel
def _absorb(a: int, r: int, reported: Reported, tracks: Tracks) -> None:
    """Take out of the others the one who now says himself where he is."""
    here_m, rest = float(reported.distance_m[r]), float(reported.weight[r])
    within_m = max(NEAR_M, NEAR_S * float(reported.speed_mps[r]))
    while rest > 1e-6:
        best, best_m = -1, within_m
        for j in range(tracks.number[a]):
            off_m = abs(float(tracks.distance_m[a, j]) - here_m)
            if tracks.known[a, j] == 0 and off_m <= best_m:
                best, best_m = j, off_m
        if best < 0:
            return
        weight = min(float(tracks.weight[a, best]), rest)
        rest -= weight
        tracks.weight[a, best] -= weight
        if tracks.weight[a, best] <= 1e-6:
            drop(a, best, tracks)


@kernel
def _follow(a: int, reported: Reported, kept: Counters, tracks: Tracks) -> None:
    """Move those who were known before to where they are now; who is not there any more has left."""
    j = 0
    while j < tracks.number[a]:
        if tracks.known[a, j] == 0:
            j += 1
            continue
        found = -1
        for r in range(reported.offset[a], reported.offset[a + 1]):
            if reported.handle[r] + 1 == tracks.known[a, j]:
                found = r
        if found < 0:
            if tracks.distance_m[a, j] <= LEFT_M and tracks.seen_m[a, j] != COUNTED_M and tracks.weight[a, j] >= SURE:
                kept.crossed_veh[a] += 1.0
            drop(a, j, tracks)
            continue
        tracks.distance_m[a, j] = reported.distance_m[found]
        tracks.speed_mps[a, j] = reported.speed_mps[found]
        tracks.weight[a, j] = reported.weight[found]
        j += 1


@kernel
def take_reports(
    a: int, time_s: float, elapsed_s: float, reported: Reported, kept: Counters, tracks: Tracks
) -> None:  # fmt: skip
    """Put the connected vehicles of an approach where they say that they are.

    Parameters
    ----------
    a, time_s, elapsed_s
        The approach, now, and the time since the last tick.
    reported
        Input.
    kept, tracks
        In and out.
    """
    if not reported.on[0]:
        kept.fresh_veh[a] = -1.0
        return
    kept.fresh_veh[a] = 0.0
    kept.crossed_veh[a] = max(kept.crossed_veh[a] - elapsed_s / LATE_S, 0.0)
    _follow(a, reported, kept, tracks)
    sort(a, tracks)
    for r in range(reported.offset[a], reported.offset[a + 1]):
        j = 0
        while j < tracks.number[a] and tracks.known[a, j] != reported.handle[r] + 1:
            j += 1
        if j < tracks.number[a]:
            continue
        _absorb(a, r, reported, tracks)
        weight, here_m = float(reported.weight[r]), float(reported.distance_m[r])
        kept.fresh_veh[a] += weight
        kept.told_veh_s[a] += weight / MEAN_S
        insert(a, here_m, float(reported.speed_mps[r]), weight, ON_LANE, 0, tracks)
        for place in range(tracks.number[a]):
            if tracks.handle[a, place] == tracks.last_handle[0]:
                tracks.known[a, place] = reported.handle[r] + 1
    for j in range(tracks.number[a]):
        if tracks.known[a, j] != 0:
            if tracks.speed_mps[a, j] >= STANDING_MPS:
                tracks.since_s[a, j] = np.nan
            elif np.isnan(tracks.since_s[a, j]):
                tracks.since_s[a, j] = time_s


@kernel
def class_of(a: int, j: int, reported: Reported, tracks: Tracks) -> int:
    """Return what a vehicle of an approach says that it is; 0 where it says nothing."""
    if tracks.known[a, j] != 0 and len(reported.vehicle_class) > 0:
        for r in range(reported.offset[a], reported.offset[a + 1]):
            if reported.handle[r] + 1 == tracks.known[a, j]:
                return int(reported.vehicle_class[r])
    return 0


@kernel
def explained_in(a: int, post_m: float, count: int, tracks: Tracks) -> int:
    """Return how many of those counted at a loop upstream are connected vehicles, which need not be believed twice."""
    explained = 0
    for j in range(tracks.number[a]):
        passed = tracks.known[a, j] != 0 and tracks.distance_m[a, j] <= post_m + 1.0
        if passed and tracks.seen_m[a, j] > post_m + 0.5 and explained < count:
            tracks.seen_m[a, j] = post_m
            explained += 1
    return explained


@kernel
def explain_out(a: int, kept: Counters, tracks: Tracks) -> bool:
    """Whether the one counted out at the stop line is a connected vehicle, which neighbours see themselves."""
    known = False
    if kept.crossed_veh[a] > 1e-6:
        kept.crossed_veh[a] = max(kept.crossed_veh[a] - 1.0, 0.0)
        known = True
    for j in range(tracks.number[a]):
        if known or tracks.distance_m[a, j] > REACH_M:
            break
        if tracks.known[a, j] != 0 and tracks.seen_m[a, j] != COUNTED_M and tracks.weight[a, j] >= SURE:
            tracks.seen_m[a, j] = COUNTED_M
            known = True
    if kept.fresh_veh[a] >= 0.0:
        _note(1.0 if known else 0.0, 1.0, kept)
    return known


@kernel
def contradict(a: int, places: LoopPlaces, kept: Counters, tracks: Tracks) -> None:
    """Give up those who cannot stand where they are believed to, since somebody drives freely up to them."""
    j = 0
    while j < tracks.number[a]:
        if tracks.known[a, j] == 0 and tracks.speed_mps[a, j] < STANDING_MPS:
            refuted = False
            for other in range(j + 1, tracks.number[a]):
                if tracks.known[a, other] != 0 and tracks.weight[a, other] >= SURE:
                    gap_m = max(float(tracks.distance_m[a, other] - tracks.distance_m[a, j]) - space_m(kept), 0.0)
                    safe = safe_mps(gap_m, 0.0, 1.0)
                    refuted = refuted or tracks.speed_mps[a, other] > safe + MARGIN_MPS
            if refuted:
                settle(tracks.row[a, j], float(tracks.weight[a, j]), 0.0, places, kept)
                drop(a, j, tracks)
                continue
        j += 1


@kernel
def join_queue(
    a: int, time_s: float, elapsed_s: float, green_s: float, counted: int, places: LoopPlaces, kept: Counters,
    tracks: Tracks,
) -> None:  # fmt: skip
    """Believe in a queue as far as the last connected vehicle that stands in it.

    Parameters
    ----------
    a, time_s, elapsed_s
        The approach, now, and the time since the last tick.
    green_s
        For how long its signal has been green; 0 at red.
    counted
        1 where the stop line is counted, so that the penetration rate need not be learned from queues.
    places, kept, tracks
        Input; in and out; in and out.
    """
    last = -1
    for j in range(tracks.number[a]):
        stands = tracks.known[a, j] != 0 and tracks.weight[a, j] >= SURE and time_s - tracks.since_s[a, j] >= HALT_S
        if stands and tracks.distance_m[a, j] <= places.lane_length_m[a]:
            last = j
    if last < 0 or tracks.distance_m[a, last] <= WAVE_MPS * green_s:
        return
    if green_s == 0.0 and tracks.distance_m[a, last] > WAVE_MPS * kept.red_s[a]:
        return  # those who started at green have not closed up yet
    here_m, space, ahead, known = float(tracks.distance_m[a, last]), space_m(kept), 0.0, 0.0
    for j in range(last):
        ahead += float(tracks.weight[a, j])
        known += float(tracks.weight[a, j]) if tracks.known[a, j] != 0 else 0.0
    whole = max((here_m - STAND_M - WAVE_MPS * green_s) / space, 0.0)
    if not counted and green_s == 0.0 and time_s - tracks.since_s[a, last] < HALT_S + elapsed_s:
        _note(min(known, whole), whole, kept)
    missing = int(np.floor(whole - ahead + FEW_VEH))
    hidden = IN_QUEUE * (1.0 - penetration(kept)) ** missing
    weight = hidden / (hidden + 1.0 - IN_QUEUE)
    if weight < LEAST_WEIGHT:
        return
    for k in range(missing):
        if tracks.number[a] < tracks.distance_m.shape[1]:
            insert(a, max(here_m - (k + 1) * space, STAND_M), 0.0, weight, ON_LANE, 0, tracks)
