"""Counting in: who passes a loop upstream, who was expected there, and who is expected without having been counted."""

from __future__ import annotations

from signals.kernels.compile import kernel
from signals.kernels.loop_connected import explain_out, explained_in, penetration
from signals.kernels.loop_habits import learn_space, space_m
from signals.kernels.loop_health import BRIEF, FAILED, VACANT_S, WORKS, state_of
from signals.kernels.loop_lanes import change_lanes, staying
from signals.kernels.loop_recognition import EARLY_S, FAR_M, STOP_LINE_M, comes_over, recognise, unseen_veh_s
from signals.kernels.loop_rest import uncounted
from signals.kernels.loop_rows import settle
from signals.kernels.loop_tracks import STANDING_MPS, drop, insert
from signals.kernels.loop_turns import count_turn, follow_known
from signals.kernels.loop_values import (
    NOBODY_KNOWN,
    ON_AVERAGE,
    ON_LANE,
    Counters,
    Health,
    Ints,
    LoopPlaces,
    Tracks,
    Turns,
)

__all__ = ["count_in", "count_out"]

COVERED_S = 3.0
"""A loop that is occupied for as long is covered by a queue (Liu, Wu, Ma and Hu, 2009)."""
LATE_S, LATE_SHARE = 3.0, 0.6
"""Who is counted at a loop may be as late, or have driven this share of the way on."""
NEAR_M = 40.0
"""Who is counted out is looked for as far from the stop line."""
CREEPING = 0.3
"""Who leaves a loop that a queue has covered drives at this share of the speed limit."""
MOST_VEH = 8
"""More vehicles than this do not pass a loop in one tick, whatever it says."""
MEAN_S = 300.0
FIRST_S = 60.0
"""Rates are means of five minutes; in the beginning, of all the time, as if a minute had passed before."""
CLUMP_VEH, CLUMP_S = 0.25, 2.0
"""Who is only expected on average comes in portions of this size, and no more often than this."""
MOST_DUE_VEH = 2.0
LEAST_WEIGHT = 0.02


@kernel
def _forget_missed(a: int, post_m: float, vouched: int, places: LoopPlaces, kept: Counters, tracks: Tracks) -> None:
    """Give up who should have been counted at a loop and was not, unless the loop could not count just now."""
    limit = float(places.speed_mps[a])
    late_m = min(LATE_S * limit, LATE_SHARE * post_m)
    j = 0
    while j < tracks.number[a] and tracks.distance_m[a, j] < post_m:
        if comes_over(a, j, post_m, places, tracks):
            if vouched:
                tracks.seen_m[a, j] = post_m
            elif tracks.distance_m[a, j] < post_m - late_m or tracks.speed_mps[a, j] < STANDING_MPS:
                settle(tracks.row[a, j], float(tracks.weight[a, j]), 0.0, places, kept)
                drop(a, j, tracks)
                continue
        j += 1


@kernel
def _fill_up(a: int, post_m: float, share: float, space: float, tracks: Tracks) -> None:
    """Believe in a queue from the stop line to a loop that is covered; a share of it is the approach's own."""
    queued, whole, j = 0.0, share * post_m / space, 0
    while queued < whole:
        end_m = queued * space / share
        if j < tracks.number[a] and tracks.known[a, j] != 0 and tracks.distance_m[a, j] <= end_m + space:
            queued = max(float(tracks.distance_m[a, j]) * share / space, queued)
        elif j < tracks.number[a] and tracks.known[a, j] == 0 and tracks.distance_m[a, j] <= max(end_m, post_m):
            tracks.distance_m[a, j] = min(float(tracks.distance_m[a, j]), end_m)
            tracks.speed_mps[a, j] = 0.0
        elif tracks.number[a] == tracks.distance_m.shape[1]:
            return
        else:
            insert(a, end_m, 0.0, min(max(whole - queued, 0.1), 1.0), ON_LANE, 0, tracks)
        tracks.seen_m[a, j] = min(float(tracks.seen_m[a, j]), post_m)
        queued += float(tracks.weight[a, j])
        j += 1


@kernel
def count_in(
    a: int, elapsed_s: float, count: Ints, places: LoopPlaces, health: Health, kept: Counters, tracks: Tracks
) -> bool:  # fmt: skip
    """Take one tick of the loops that count in for an approach, the farthest first.

    Returns
    -------
    bool
        Whether one of them is to be trusted.
    """
    any_works, counted = False, -1.0
    kept.filled[a] = kept.filled[a] and (kept.red_s[a] > 0.0 or kept.vacant_s[a] < VACANT_S)
    limit = float(places.speed_mps[a])
    unseen = unseen_veh_s(a, 0, kept)
    for post in range(places.post_offset[a], places.post_offset[a + 1]):
        loop, post_m, row = places.post_loop[post], float(places.post_distance_m[post]), places.post_row[post]
        state = state_of(loop, health)
        if state == FAILED:
            continue
        if state == WORKS:
            speed = kept.pace[a] * limit if health.covered_s[loop] == 0.0 else CREEPING * limit
            ahead_m = post_m - min(LATE_S * limit, LATE_SHARE * post_m)
            passed = min(count[loop], MOST_VEH)
            for _ in range(passed - explained_in(a, post_m, passed, tracks)):
                share = min(float(kept.row_weight[row]), 1.0) if row >= 0 else 1.0
                handle = recognise(a, share, post_m, ahead_m, post_m + EARLY_S * limit, unseen, 1, places, kept, tracks)
                away_m, origin = max(post_m - 0.5 * elapsed_s * speed, 0.0), row if row >= 0 else ON_LANE
                if row < 0 and post == places.post_offset[a + 1] - 1:
                    share = staying(a, places, kept)
                    change_lanes(a, away_m, speed, places, kept, tracks)
                if share >= LEAST_WEIGHT:
                    insert(a, away_m, speed, share, origin, handle, tracks)
            if health.still_s[loop] >= COVERED_S and kept.red_s[a] > 0.0:
                if row < 0 and not kept.filled[a]:
                    learn_space(a, post_m, kept, tracks)
                share = min(float(kept.row_weight[row]), 1.0) if row >= 0 else 1.0
                _fill_up(a, post_m, share, space_m(kept), tracks)
                kept.filled[a] = True
        if row < 0 or post == places.post_offset[a + 1] - 1:
            _forget_missed(a, post_m, int(state == BRIEF), places, kept, tracks)
        if row < 0 and state == WORKS:
            counted = float(count[loop]) if counted < 0.0 else counted
        any_works = True
    stop = places.stop_loop[a]
    if counted < 0.0 and state_of(stop, health) == WORKS:
        counted = float(count[stop])
    if counted < 0.0 and kept.fresh_veh[a] >= 0.0:
        counted = kept.fresh_veh[a] / penetration(kept)
    _note_rate(a, elapsed_s, counted, places, kept, tracks)
    kept.announced[a] = any_works
    return any_works


@kernel
def _note_rate(a: int, elapsed_s: float, counted: float, places: LoopPlaces, kept: Counters, tracks: Tracks) -> None:
    """Learn the mean arrivals, and expect those that nobody tells of."""
    share = max(elapsed_s / MEAN_S, elapsed_s / (kept.age_s[0] + FIRST_S))
    share = min(share, 1.0)
    if counted >= 0.0 and elapsed_s > 0.0:
        kept.rate_veh_s[a] += (counted / elapsed_s - kept.rate_veh_s[a]) * share
    kept.told_veh_s[a] -= kept.told_veh_s[a] * min(elapsed_s / MEAN_S, 1.0)
    untold = max(kept.rate_veh_s[a] - kept.told_veh_s[a], 0.0) * uncounted(a, places, kept, tracks)
    if kept.fresh_veh[a] >= 0.0:  # of connected vehicles all are told of, by themselves
        untold = min(untold, (1.0 - penetration(kept)) * kept.rate_veh_s[a])
    kept.credit_veh[a] = min(kept.credit_veh[a] + untold * elapsed_s, MOST_DUE_VEH)
    if kept.credit_veh[a] >= max(CLUMP_VEH, CLUMP_S * untold):
        insert(
            a, float(places.sight_m[a]), float(places.speed_mps[a]), min(kept.credit_veh[a], 1.0), ON_AVERAGE, 0, tracks
        )
        kept.credit_veh[a] = 0.0


@kernel
def count_out(
    a: int, elapsed_s: float, weight: float, places: LoopPlaces, kept: Counters, turns: Turns, tracks: Tracks
) -> None:  # fmt: skip
    """Count a vehicle out at a stop line, and expect it wherever it may go next, unless that was done when it came."""
    if weight >= 1.0 and explain_out(a, kept, tracks):
        kept.counted[a], kept.last_out[a] = False, 0
        follow_known(a, turns)
        return
    kept.last_out[a] = tracks.handle[a, 0] if tracks.number[a] > 0 else NOBODY_KNOWN
    unseen = unseen_veh_s(a, int(kept.announced[a]), kept)
    recognise(a, weight, STOP_LINE_M, -FAR_M, NEAR_M, unseen, 1, places, kept, tracks)
    if kept.counted[a]:
        kept.counted[a] = False
        return
    count_turn(a, turns)
    for row in range(places.row_offset[a], places.row_offset[a + 1]):
        b = places.row_approach[row]
        sent = weight * float(turns.taken[places.row_link[row]])
        chance = sent * float(kept.row_weight[row])
        if chance >= LEAST_WEIGHT:
            limit = float(places.speed_mps[b])
            away_m = max(float(places.row_distance_m[row]) - 0.5 * elapsed_s * limit, 0.0)
            insert(b, away_m, limit, min(chance, 1.0), row, 0, tracks)
            kept.told_veh_s[b] += chance / MEAN_S
