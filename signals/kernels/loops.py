"""From induction loops to the state of every approach: vehicles are counted in upstream and out at the stop line.

Input-output counting drifts, so the stop line corrects it (Sharma, Bullock and Bonneson, 2007): nobody on the stop-line
loop for a while means that nobody who was expected is left; somebody on it while nobody is expected means that one was
missed. A loop upstream that stays occupied means that the queue reaches it (Liu, Wu, Ma and Hu, 2009). Between
junctions, who has been counted out at one stop line is expected at the next, in shares that are learned.
"""

from __future__ import annotations

from signals.kernels.compile import kernel
from signals.kernels.loop_connected import class_of, contradict, join_queue, penetration, take_reports
from signals.kernels.loop_counts import count_in, count_out
from signals.kernels.loop_habits import learn_pace, space_m
from signals.kernels.loop_health import COVERED, FAILED, WORKS, accuse, judge, state_of
from signals.kernels.loop_lanes import balance
from signals.kernels.loop_rest import watch_rest
from signals.kernels.loop_rows import forgive
from signals.kernels.loop_stop_line import COMING_M, LINE_M, certain_head, correct_head, passed
from signals.kernels.loop_tracks import STANDING_MPS, move, sort
from signals.kernels.loop_turns import watch_head
from signals.kernels.loop_values import (
    NEVER_S,
    ON_AVERAGE,
    Bytes,
    Columns,
    Counters,
    Floats,
    Health,
    Ints,
    LoopBeliefs,
    LoopPlaces,
    Reported,
    Tracks,
    Turns,
)

__all__ = ["believe"]

GREEN = 2
PROBABLE = 0.3
"""A vehicle makes a demand on an approach that it is this probably bound for."""
STANDING_S = 1.0
NEAR_S = 2.0


@kernel
def _drive(
    a: int, time_s: float, elapsed_s: float, places: LoopPlaces, health: Health, kept: Counters, turns: Turns,
    aspect: Bytes, reported: Reported, tracks: Tracks,
) -> None:  # fmt: skip
    """Let the vehicles of an approach drive; who passes a stop line that nobody watches has left."""
    green = False
    for k in range(turns.offset[a], turns.offset[a + 1]):
        green = green or aspect[turns.group[k]] == GREEN
    kept.red_s[a] = 0.0 if green else min(kept.red_s[a] + elapsed_s, NEVER_S)
    kept.green_s[a] = kept.green_s[a] + elapsed_s if green else 0.0
    move(a, time_s, elapsed_s, int(green), kept.pace[a] * float(places.speed_mps[a]), space_m(kept), tracks)
    take_reports(a, time_s, elapsed_s, reported, kept, tracks)
    state = state_of(places.stop_loop[a], health)
    if state == FAILED:
        while tracks.number[a] > 0 and tracks.distance_m[a, 0] < 0.0 and tracks.known[a, 0] == 0:
            count_out(a, elapsed_s, float(tracks.weight[a, 0]), places, kept, turns, tracks)
    for j in range(tracks.number[a]):
        held = green and state == WORKS and tracks.known[a, j] == 0 and (j > 0 or not kept.waiting[a])
        tracks.distance_m[a, j] = max(float(tracks.distance_m[a, j]), LINE_M if held else 0.0)
    sort(a, tracks)


@kernel
def _watch(
    a: int, time_s: float, elapsed_s: float, aspect: Bytes, count: Ints, occupied: Floats, places: LoopPlaces,
    health: Health, kept: Counters, turns: Turns, tracks: Tracks,
) -> None:  # fmt: skip
    """Take one tick of one approach."""
    balance(a, count, places, health, kept)
    watch_rest(a, elapsed_s, count, occupied, places, health, kept)
    counted_in = count_in(a, elapsed_s, count, places, health, kept, tracks)
    stop = places.stop_loop[a]
    state = state_of(stop, health)
    stands = state == WORKS and occupied[stop] >= COVERED and health.still_s[stop] >= STANDING_S
    watch_head(a, elapsed_s, int(stands), aspect, turns)
    if state == WORKS:
        gone = passed(a, elapsed_s, count[stop], occupied[stop], kept)
        if gone > 0 and kept.red_s[a] == 0.0 and not kept.counted[a]:
            learn_pace(a, LINE_M, places, kept, tracks)
        for _ in range(gone):
            count_out(a, elapsed_s, 1.0, places, kept, turns, tracks)
        correct_head(a, time_s, elapsed_s, occupied[stop], health.still_s[stop], places, kept, tracks)
    elif state == FAILED:
        kept.waiting[a] = kept.counted[a] = False
        near = tracks.number[a] > 0 and tracks.distance_m[a, 0] <= NEAR_S * places.speed_mps[a]
        kept.vacant_s[a] = 0.0 if near else min(kept.vacant_s[a] + elapsed_s, NEVER_S)
        unseen = 1.0
        if kept.fresh_veh[a] >= 0.0:
            unseen = (1.0 - penetration(kept)) * kept.rate_veh_s[a] * kept.red_s[a]
        if not counted_in and kept.red_s[a] > 0.0 and unseen >= PROBABLE:  # somebody may wait whom nobody sees
            certain_head(a, time_s, COMING_M, 0, 0, places, kept, tracks)
    if kept.fresh_veh[a] >= 0.0:
        contradict(a, places, kept, tracks)
        join_queue(a, time_s, elapsed_s, kept.green_s[a], int(state == WORKS), places, kept, tracks)
    accuse(a, count, places, kept, health)


@kernel
def _fill(
    a: int, time_s: float, places: LoopPlaces, reported: Reported, tracks: Tracks, kept: Counters, beliefs: LoopBeliefs
) -> None:
    """Say what is believed of an approach."""
    queue = count = wait = 0.0
    row, lane, demand = beliefs.arrival_offset[a], places.lane[a], False
    free_m = float(places.lane_length_m[a])
    for j in range(tracks.number[a]):
        weight, distance = float(tracks.weight[a, j]), max(float(tracks.distance_m[a, j]), 0.0)
        if distance > places.sight_m[a]:
            break
        beliefs.arrival_distance_m[row] = distance
        beliefs.arrival_speed_mps[row] = tracks.speed_mps[a, j]
        beliefs.arrival_weight[row] = weight
        beliefs.arrival_handle[row] = tracks.handle[a, j]
        beliefs.arrival_class[row] = class_of(a, j, reported, tracks)
        row += 1
        stands = tracks.speed_mps[a, j] < STANDING_MPS
        if tracks.row[a, j] == ON_AVERAGE and not stands:
            continue
        count += weight
        queue += weight if stands else 0.0
        demand = demand or (weight >= PROBABLE and tracks.row[a, j] != ON_AVERAGE)
        if stands:
            wait = max(wait, time_s - tracks.since_s[a, j])
            free_m = min(free_m, float(places.lane_length_m[a]) - distance - space_m(kept) * weight)
    beliefs.demand[a] = demand
    beliefs.queue_veh[a], beliefs.count_veh[a], beliefs.wait_s[a] = queue, count, wait
    beliefs.gap_s[a] = kept.vacant_s[a]
    beliefs.lane_veh[lane] = count
    beliefs.lane_free_m[lane] = max(free_m, 0.0)
    beliefs.arrival_offset[a + 1] = row


@kernel
def believe(
    time_s: float,
    elapsed_s: float,
    aspect: Bytes,
    count: Ints,
    occupied: Floats,
    places: Columns,
    health: Columns,
    counters: Columns,
    turns: Columns,
    reported: Columns,
    tracks: Columns,
    beliefs: Columns,
) -> None:
    """Turn one tick of detector readings into the state of approaches.

    Parameters
    ----------
    time_s, elapsed_s
        Now, and the time since the last tick.
    aspect
        int8 [nG] what is shown.
    count, occupied
        int32, float32 [nD] as in `signals.model.values.Readings`; a value that cannot be is a loop that failed.
    places, reported
        Input: the arrays of a `LoopPlaces` and of a `Reported`.
    health, counters, turns, tracks
        In and out: the arrays of a `Health`, a `Counters`, a `Turns` and a `Tracks`.
    beliefs
        Out: the arrays of a `LoopBeliefs`.
    """
    streets, sound, kept, ways = LoopPlaces(*places), Health(*health), Counters(*counters), Turns(*turns)
    cars, out, told = Tracks(*tracks), LoopBeliefs(*beliefs), Reported(*reported)
    judge(elapsed_s, count, occupied, sound)
    forgive(elapsed_s, kept)
    kept.age_s[0] += elapsed_s
    for a in range(len(streets.lane)):
        _drive(a, time_s, elapsed_s, streets, sound, kept, ways, aspect, told, cars)
    for a in range(len(streets.lane)):
        _watch(a, time_s, elapsed_s, aspect, count, occupied, streets, sound, kept, ways, cars)
    out.arrival_offset[0] = 0
    for a in range(len(streets.lane)):
        _fill(a, time_s, streets, told, cars, kept, out)
