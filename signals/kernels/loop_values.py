"""The values that the kernels of the loop estimator work on; see `signals.kernels.loops`."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = [
    "NEVER_S",
    "NOBODY_KNOWN",
    "ON_AVERAGE",
    "ON_LANE",
    "SPACE_M",
    "Bools",
    "Bytes",
    "Columns",
    "Counters",
    "Doubles",
    "Floats",
    "Handles",
    "Health",
    "Ints",
    "LoopBeliefs",
    "LoopPlaces",
    "Reported",
    "Tracks",
    "Turns",
]

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.int8]
Handles = npt.NDArray[np.int64]
Columns = tuple[Any, ...]
"""The arrays of a NamedTuple as a plain tuple, which costs a quarter of the time to hand to a compiled function."""

SPACE_M = 7.5
"""Length of road that a queueing vehicle takes, before any queue was measured."""
NEVER_S = 3600.0
NOBODY_KNOWN = -1
"""Instead of the number of a vehicle: one that nobody had told of."""
ON_AVERAGE, ON_LANE = -1, -2
"""Instead of the row by which a vehicle came: it is only expected on average, or was first counted on its own lane."""


class LoopPlaces(NamedTuple):
    """What does not change.

    Attributes
    ----------
    stop_loop
        int32 [nA] the detector at the stop line, -1 where there is none.
    post_offset, post_loop, post_distance_m, post_row
        int32 [nA + 1], int32, float32, int32: the detectors that count in, the farthest first: those of the approach
        lane, or where it has none those on the lanes that feed it; how far it is from each to the stop line, and of
        the latter the row that says how probably a vehicle comes (-1 = surely).
    row_offset, row_link, row_approach, row_distance_m, row_prior
        int32 [nA + 1], int32, int32, float32, float32 [nR]: where vehicles go that leave a stop line: the link that
        they take, the next approach, how far it is to its stop line, and the probability, given the link. The rows of
        feeding lanes come after all these.
    speed_mps, sight_m
        float32 [nA] how fast vehicles may come, and the length of road before the stop line that is of interest.
    lane, lane_length_m
        int32, float32 [nA] the approach lane.
    beside_offset, beside
        int32 [nA + 1], int32: the other approaches of the same road.
    """

    stop_loop: Ints
    post_offset: Ints
    post_loop: Ints
    post_distance_m: Floats
    post_row: Ints
    row_offset: Ints
    row_link: Ints
    row_approach: Ints
    row_distance_m: Floats
    row_prior: Floats
    speed_mps: Floats
    sight_m: Floats
    lane: Ints
    lane_length_m: Floats
    beside_offset: Ints
    beside: Ints


class Health(NamedTuple):
    """What is known of each loop.

    Attributes
    ----------
    state
        int8 [nD] see `signals.kernels.loop_health`.
    missing_s
        float64 [nD] for how long it has had no valid reading.
    covered_s, still_s
        float64 [nD] for how long it has been occupied without pause, and without counting anybody either.
    unseen_share
        float64 [nD] vehicles counted by others on its lane since it counted one, as a share of those that prove that
        it does not count.
    liar
        bool [nD] occupied while the road ahead was seen to be empty; until it is free again.
    """

    state: Bytes
    missing_s: Doubles
    covered_s: Doubles
    still_s: Doubles
    unseen_share: Doubles
    liar: Bools


class Turns(NamedTuple):
    """What is known of the links of each approach.

    Attributes
    ----------
    offset
        int32 [nA + 1]; group int32, permissive int8, prior float32 [nK].
    dark_s, lit_s
        float64 [nK] for how long it has not been green, and for how long it has.
    likelihood
        float64 [nK] how well it explains what the vehicle at the stop line does.
    counted_veh, known_veh, share
        float64, float32, float32 [nK] vehicles that took it: as the stop line tells, and connected ones; and its share.
    taken
        float32 [nK] the chances of the one counted out last.
    """

    offset: Ints
    group: Ints
    permissive: Bytes
    prior: Floats
    dark_s: Doubles
    lit_s: Doubles
    likelihood: Doubles
    counted_veh: Doubles
    known_veh: Floats
    share: Floats
    taken: Floats


class Tracks(NamedTuple):
    """The vehicles bound for each approach, the nearest first.

    Attributes
    ----------
    number
        int32 [nA] how many there are.
    distance_m, speed_mps, weight
        float32 [nA, m] from the stop line, how fast, and how probably it is there at all.
    seen_m
        float32 [nA, m] where the loop lay that told of it last, from the stop line.
    since_s
        float64 [nA, m] since when it has been standing; NaN while it moves.
    row
        int32 [nA, m] the row of `LoopPlaces` by which it came, `ON_AVERAGE` or `ON_LANE`.
    handle
        int64 [nA, m] its number, > 0 and unique within the approach.
    known
        int64 [nA, m] of a connected vehicle, which says itself where it is: its handle in the world + 1; 0 for all
        others.
    last_handle
        int64 [1] the last number given.
    """

    number: Ints
    distance_m: Floats
    speed_mps: Floats
    weight: Floats
    seen_m: Floats
    since_s: Doubles
    row: Ints
    handle: Handles
    known: Handles
    last_handle: Handles


class Counters(NamedTuple):
    """What is kept from tick to tick beside the vehicles.

    Attributes
    ----------
    waiting, counted
        bool [nA] whether one that has not left stands on the stop-line loop, and whether he has been counted out
        nevertheless, as he came in green.
    announced
        bool [nA] whether a loop that works tells of who comes.
    filled
        bool [nA] whether the queue was believed to reach a covered loop since the stop line was last free at green.
    through, rest
        bool [nA] whether the queue has reached over the last loop of the lane during all of this green, and whether it
        did so when the last one ended (see `signals.kernels.loop_rest`).
    vacant_s, red_s, green_s, ghost_s
        float64 [nA] for how long the stop line has been free, no signal green (0 while one is), one green (0 while none
        is), and somebody expected on the stop-line loop who is not there.
    clear_s
        float64 [nA] for how long the last loop of the lane has been free.
    last_out
        int64 [nA] who was counted out last, if the stop-line loop has not been free since; 0 = it has, or he reports
        himself; `NOBODY_KNOWN` = somebody who was not expected.
    rate_veh_s, told_veh_s, credit_veh
        float64 [nA] mean arrivals, the part of them that was counted elsewhere before, and how much of a vehicle is
        due that nobody told of.
    lane_in_veh, lane_out_veh
        float64 [nA] vehicles counted at the last loop of the approach lane and at its stop line, of the last few
        hundred (see `signals.kernels.loop_lanes`).
    crossed_veh, fresh_veh
        float64 [nA] connected vehicles that left over the stop line and were not counted there yet, and those that are
        new in this tick; the latter is -1 where no vehicle is connected.
    penetration
        float64 [2] vehicles of which it is known whether they are connected: those that are, and all.
    space, pace
        float64 [2] metres of queues and the vehicles in them; float64 [nA] the share of the speed limit at which
        vehicles come (see `signals.kernels.loop_habits`).
    age_s
        float64 [1] for how long there have been readings.
    row_weight, row_count, row_sent, row_missed
        float32, float64, float64, float64 [nR] present probability of each row, vehicles that came and that were sent,
        and those who were given up a while ago.
    """

    waiting: Bools
    counted: Bools
    announced: Bools
    filled: Bools
    through: Bools
    rest: Bools
    vacant_s: Doubles
    red_s: Doubles
    green_s: Doubles
    ghost_s: Doubles
    clear_s: Doubles
    last_out: Handles
    rate_veh_s: Doubles
    told_veh_s: Doubles
    credit_veh: Doubles
    lane_in_veh: Doubles
    lane_out_veh: Doubles
    crossed_veh: Doubles
    fresh_veh: Doubles
    penetration: Doubles
    space: Doubles
    pace: Doubles
    age_s: Doubles
    row_weight: Floats
    row_count: Doubles
    row_sent: Doubles
    row_missed: Doubles


class Reported(NamedTuple):
    """What connected vehicles report in a tick.

    Attributes
    ----------
    on
        bool [1] whether there are any such vehicles at all.
    offset, distance_m, speed_mps, weight, handle
        int32 [nA + 1], float32 [n], int64 [n]: those bound for each approach, the nearest first, as in
        `signals.model.values.Snapshot`.
    vehicle_class
        int8 [n] what they are; empty where that is not known.
    """

    on: Bools
    offset: Ints
    distance_m: Floats
    speed_mps: Floats
    weight: Floats
    handle: Handles
    vehicle_class: Bytes


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
    arrival_handle: Handles
    arrival_class: Bytes
