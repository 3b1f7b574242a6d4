"""From induction loops to the state of every approach: vehicles are counted in upstream and out at the stop line.

Input-output counting drifts, so the stop line corrects it (Sharma, Bullock and Bonneson, 2007): nobody on the stop-line
loop during green for 3 s means that nobody who was expected is left; somebody on it while nobody is expected means that
one was missed. A loop upstream that stays occupied for 3 s means that the queue reaches it (Liu, Wu, Ma and Hu, 2009).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import kernel

__all__ = ["Expected", "LoopBeliefs", "LoopPlaces", "believe"]

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
Columns = tuple[Any, ...]
"""The arrays of a NamedTuple as a plain tuple, which costs a quarter of the time to hand to a compiled function."""

SPACE_M = 7.0
"""Length of road that a queueing vehicle takes."""
COVERED = 0.95
COVERED_S = 3.0
VACANT_S = 3.0
LATE_S = 3.0
"""Who is expected is given up this long after he should have come."""
ON_LOOP = 0.5
HEADWAY_S = 2.0
"""Where no stop-line loop works, vehicles are taken to leave at this interval during green."""
NEAR_S = 2.0
NEVER_S = 3600.0


class LoopPlaces(NamedTuple):
    """What does not change.

    Attributes
    ----------
    stop_loop
        int32 [nA] the detector at the stop line, -1 where there is none.
    loop_offset, loop, loop_distance_m, loop_weight
        int32 [nA + 1], int32, float32, float32: the detectors upstream of each approach, how far it is from each to
        the stop line, and the probability that a vehicle goes there.
    speed_mps
        float32 [nA] speed limit.
    lane, lane_length_m
        int32, float32 [nA] the approach lane.
    """

    stop_loop: Ints
    loop_offset: Ints
    loop: Ints
    loop_distance_m: Floats
    loop_weight: Floats
    speed_mps: Floats
    lane: Ints
    lane_length_m: Floats


class Expected(NamedTuple):
    """What is kept from tick to tick.

    Attributes
    ----------
    number
        int32 [nA] vehicles expected at each stop line.
    due_s, weight
        float64, float32 [nA, m] when each reaches, or reached, it, and how probably it comes at all; the first first.
    waiting
        bool [nA] whether one that has not been counted out stands on the stop-line loop.
    vacant_s, red_s, credit_veh
        float64 [nA] for how long the stop line has been free and no signal green (0 while one is), and the vehicles
        that may leave an approach without a stop-line loop.
    covered_s
        float64 [nR] for how long each upstream loop has been occupied without pause.
    """

    number: Ints
    due_s: Doubles
    weight: Floats
    waiting: Bools
    vacant_s: Doubles
    red_s: Doubles
    credit_veh: Doubles
    covered_s: Doubles


class LoopBeliefs(NamedTuple):
    """What comes out: fields of `signals.model.values.Snapshot`, and bool [nA] whether an approach is demanded."""

    demand: Bools
    queue_veh: Floats
    count_veh: Floats
    wait_s: Floats
    gap_s: Floats
    lane_veh: Floats
    lane_free_m: Floats
    arrival_offset: Ints
    arrival_distance_m: Floats
    arrival_speed_mps: Floats
    arrival_weight: Floats


@kernel
def _works(loop: int, count: Ints, occupied: Floats) -> bool:
    return bool(loop >= 0 and count[loop] >= 0 and 0.0 <= occupied[loop] <= 1.0)


@kernel
def _expect(a: int, due_s: float, weight: float, expected: Expected) -> None:
    """Add a vehicle in order of time; who finds no room is left out (the list is longer than any queue seen)."""
    j = expected.number[a]
    if j == expected.due_s.shape[1]:
        return
    while j > 0 and expected.due_s[a, j - 1] > due_s:
        expected.due_s[a, j], expected.weight[a, j] = expected.due_s[a, j - 1], expected.weight[a, j - 1]
        j -= 1
    expected.due_s[a, j], expected.weight[a, j] = due_s, weight
    expected.number[a] += 1


@kernel
def _drop_first(a: int, expected: Expected) -> None:
    for j in range(1, expected.number[a]):
        expected.due_s[a, j - 1], expected.weight[a, j - 1] = expected.due_s[a, j], expected.weight[a, j]
    expected.number[a] -= 1


@kernel
def _count_out(a: int, vehicles: int, expected: Expected) -> None:
    """Take out vehicles that passed the stop line; improbable ones together make one."""
    rest = float(vehicles)
    while rest > 0.0 and expected.number[a] > 0:
        if expected.weight[a, 0] > rest:
            expected.weight[a, 0] -= rest
            return
        rest -= expected.weight[a, 0]
        _drop_first(a, expected)


@kernel
def _note_upstream(
    a: int, time_s: float, elapsed_s: float, places: LoopPlaces, count: Ints, occupied: Floats, expected: Expected
) -> bool:
    """Count in at the upstream loops; tell whether one works."""
    works = False
    for row in range(places.loop_offset[a], places.loop_offset[a + 1]):
        loop = places.loop[row]
        if not _works(loop, count, occupied):
            expected.covered_s[row] = 0.0
            continue
        works = True
        drive_s = places.loop_distance_m[row] / places.speed_mps[a]
        for _ in range(min(count[loop], expected.due_s.shape[1])):
            _expect(a, time_s - 0.5 * elapsed_s + drive_s, places.loop_weight[row], expected)
        expected.covered_s[row] = expected.covered_s[row] + elapsed_s if occupied[loop] >= COVERED else 0.0
        if expected.covered_s[row] >= COVERED_S:
            for j in range(expected.number[a]):
                expected.due_s[a, j] = min(expected.due_s[a, j], time_s)
            while expected.number[a] < min(places.loop_distance_m[row] / SPACE_M, expected.due_s.shape[1]):
                _expect(a, time_s, 1.0, expected)
    return works


@kernel
def _note_stop_line(a: int, time_s: float, elapsed_s: float, count: int, occupied: float, expected: Expected) -> None:
    """Count out at the stop line, and correct what was expected.

    A vehicle that comes during green is out at once, one that comes during red when it has left the loop again.
    """
    green = expected.red_s[a] == 0.0
    present = count > 0 or occupied > 0.0
    expected.vacant_s[a] = 0.0 if present else min(expected.vacant_s[a] + elapsed_s, NEVER_S)
    if green:
        gone = expected.waiting[a] and (count > 0 or occupied < ON_LOOP)
        _count_out(a, count + gone, expected)
        expected.waiting[a] = expected.waiting[a] and not gone
    else:
        gone = expected.waiting[a] and not present
        _count_out(a, max(count - 1 + expected.waiting[a], 0) + gone, expected)
        expected.waiting[a] = present and (expected.waiting[a] or count > 0)
    while green and expected.vacant_s[a] >= VACANT_S and expected.number[a] > 0:
        if expected.due_s[a, 0] > time_s - LATE_S:
            break
        _drop_first(a, expected)
    missed = occupied >= ON_LOOP and (count == 0 or not green)  # who comes during green has just been counted out
    if missed and expected.number[a] == 0:
        _expect(a, time_s, 1.0, expected)
        expected.waiting[a] = True


@kernel
def _let_leave(a: int, time_s: float, elapsed_s: float, expected: Expected) -> None:
    """Count out at saturation flow where no stop-line loop works."""
    green = expected.red_s[a] == 0.0
    expected.credit_veh[a] = expected.credit_veh[a] + elapsed_s / HEADWAY_S if green else 0.0
    while expected.credit_veh[a] >= 1.0:
        if expected.number[a] == 0 or expected.due_s[a, 0] > time_s:
            expected.credit_veh[a] = 1.0
            break
        _count_out(a, 1, expected)
        expected.credit_veh[a] -= 1.0
    near = expected.number[a] > 0 and expected.due_s[a, 0] <= time_s + NEAR_S
    expected.vacant_s[a] = 0.0 if near else min(expected.vacant_s[a] + elapsed_s, NEVER_S)


@kernel
def _fill(a: int, time_s: float, places: LoopPlaces, expected: Expected, beliefs: LoopBeliefs) -> None:
    """Place those expected on the road: on their way as time has it, behind those who queue at most."""
    queue = count = wait = 0.0
    row, queued = beliefs.arrival_offset[a], 0
    for j in range(expected.number[a]):
        free_m = places.speed_mps[a] * (expected.due_s[a, j] - time_s)
        stands = free_m <= SPACE_M * queued and queued == j
        if stands:
            queued += 1
            queue += expected.weight[a, j]
        count += expected.weight[a, j]
        beliefs.arrival_distance_m[row] = SPACE_M * j if stands else max(free_m, SPACE_M * j)
        beliefs.arrival_speed_mps[row] = 0.0 if stands else places.speed_mps[a]
        beliefs.arrival_weight[row] = expected.weight[a, j]
        row += 1
    if queued > 0:
        wait = max(time_s - expected.due_s[a, 0], 0.0)
    lane = places.lane[a]
    beliefs.demand[a] = count > 0.0
    beliefs.queue_veh[a], beliefs.count_veh[a], beliefs.wait_s[a] = queue, count, wait
    beliefs.gap_s[a] = expected.vacant_s[a]
    beliefs.lane_veh[lane] = count
    beliefs.lane_free_m[lane] = max(places.lane_length_m[a] - SPACE_M * queued, 0.0)
    beliefs.arrival_offset[a + 1] = row


@kernel
def _recall(a: int, places: LoopPlaces, expected: Expected, beliefs: LoopBeliefs) -> None:
    """Believe that one vehicle waits, for as long as the signal is not green: nobody can know better."""
    expected.number[a] = 0
    expected.waiting[a] = False
    row, lane = beliefs.arrival_offset[a], places.lane[a]
    beliefs.arrival_distance_m[row], beliefs.arrival_speed_mps[row], beliefs.arrival_weight[row] = 0.0, 0.0, 1.0
    beliefs.demand[a] = True
    beliefs.queue_veh[a] = beliefs.count_veh[a] = 1.0
    beliefs.wait_s[a], beliefs.gap_s[a] = expected.red_s[a], 0.0
    beliefs.lane_veh[lane] = beliefs.lane_free_m[lane] = np.nan
    beliefs.arrival_offset[a + 1] = row + 1


@kernel
def believe(
    time_s: float,
    elapsed_s: float,
    green: Bools,
    count: Ints,
    occupied: Floats,
    places: Columns,
    expected: Columns,
    beliefs: Columns,
) -> None:
    """Turn one tick of detector readings into the state of approaches.

    Parameters
    ----------
    time_s, elapsed_s
        Now, and the time since the last tick.
    green
        bool [nA] whether any signal of the approach is green.
    count, occupied
        int32, float32 [nD] as in `signals.model.values.Readings`; a value that cannot be is a loop that failed.
    places
        Input: the arrays of a `LoopPlaces`.
    expected
        In and out: the arrays of an `Expected`.
    beliefs
        Out: the arrays of a `LoopBeliefs`.
    """
    streets, kept, out = LoopPlaces(*places), Expected(*expected), LoopBeliefs(*beliefs)
    out.arrival_offset[0] = 0
    for a in range(len(green)):
        kept.red_s[a] = 0.0 if green[a] else min(kept.red_s[a] + elapsed_s, NEVER_S)
        upstream = _note_upstream(a, time_s, elapsed_s, streets, count, occupied, kept)
        stop = streets.stop_loop[a]
        if _works(stop, count, occupied):
            _note_stop_line(a, time_s, elapsed_s, count[stop], occupied[stop], kept)
        elif upstream:
            kept.waiting[a] = False
            _let_leave(a, time_s, elapsed_s, kept)
        else:
            _recall(a, streets, kept, out)
            continue
        _fill(a, time_s, streets, kept, out)
