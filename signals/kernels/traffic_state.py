"""The arrays of the queue simulator: rows of few wide arrays, since handing over many costs more than the work itself.

nL lanes that somebody drives on, nM movements, nV vehicles, nK kinds, nE edges, nP people.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = [
    "AMBER", "GO", "NOBODY_STOPPED", "RED", "STOP", "WAITING", "WAVE_S", "YIELD", "People", "Roads", "State",
    "Travellers",
]  # fmt: skip

Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.int8]
Longs = npt.NDArray[np.int64]

RED, STOP, YIELD, GO, AMBER = 0, 1, 2, 3, 4
"""What a movement is shown: `State.lit`."""
NOBODY_STOPPED = 99
"""Place in the queue of who did not have to stop."""
WAVE_S = 1.2
"""The gap that a leaving vehicle opens moves back by one vehicle in this time."""
WAITING = 3
"""At most so many wait inside a junction for one movement."""


class Roads(NamedTuple):
    """What does not change.

    Attributes
    ----------
    lane
        float64 [nL, 3] length in m, speed limit in m/s, room for standing vehicles in m.
    lane_ring
        int32 [nL, 3] first row in `State.ring`, number of rows, places for standing vehicles.
    move
        float64 [nM, 4] length in m, time at its speed in s, its speed in m/s, way to the place to wait inside in m.
    move_row
        int32 [nM, 6] lane it leaves, and lane it leads to (-1: nobody drives there); first and end row in
        `yield_move`; whether it has a place to wait inside the junction; whether it is a crossing.
    yield_move
        int32 movements that have priority.
    hop_first
        int32 [hops + 1] rows of `option` of each hop (an edge, and the edge that follows).
    option
        int32 [n, 2] lane of the edge, and the movement that leaves it; -1 at the end of a route.
    step_hop
        int32 the hops of every route.
    kind
        float64 [nK, 14] space in m; headway without the space in s; top speed in m/s; acceleration less dawdling in
        m/s²; dawdling in m/s; deceleration in m/s²; acceleration in m/s²; then the speed at the stop line of the first
        seven of a queue in m/s.
    """

    lane: Doubles
    lane_ring: Ints
    move: Doubles
    move_row: Ints
    yield_move: Ints
    hop_first: Ints
    option: Ints
    step_hop: Ints
    kind: Doubles


class Travellers(NamedTuple):
    """Who wants to travel in vehicles, in order of departure.

    Attributes
    ----------
    depart
        float64 [nV, 2] departure in s, driver's share of the speed limit.
    row
        int32 [nV, 3] first row in `Roads.step_hop`, kind, edge of origin.
    by_origin
        int32 [nV] vehicles by edge of origin, each in order of departure.
    origin_end
        int32 [nE] end of each origin's rows in `by_origin`.
    """

    depart: Doubles
    row: Ints
    by_origin: Ints
    origin_end: Ints


class State(NamedTuple):
    """What changes.

    Attributes
    ----------
    wake
        float64 [nL] when the first vehicle of a lane needs attention; infinite if none is there or it stands at red.
    lane
        float64 [nL, 4] earliest next crossing, earliest next insertion, when the last queue began to move, all in s;
        length taken in m.
    lane_count
        int32 [nL, 7] vehicles on it, entered so far, left so far, place in the queue of the next to leave
        (`NOBODY_STOPPED`), whether the first is kept by a full lane, whether it is closed to those who would enter, how
        many tails of those who wait inside the junction stand on it.
    ring
        int32 vehicles of each lane in order of arrival.
    seat
        float64 [ring, 3] of each vehicle in the ring: when it can be at the stop line, when it came onto the lane, in
        s; length of road that it takes in m.
    exit_s
        float64 when those left that were there before.
    move
        float64 [nM, 3] last crossing (of a crossing: until when somebody is on it), since when it shows what it shows,
        when the last one has left the junction.
    lit
        int8 [nM] what it shows: 0 red, 1 red where one may turn after a stop, 2 green that yields, 3 green, 4 amber.
    slot
        int32 [nM, 1 + WAITING] how many wait inside the junction, and which, in order.
    waiting
        int32 [nM + 1] how many movements have one, and which.
    trip
        float64 [nV, 7] of each vehicle: when it can be at the stop line, when it came onto the lane, when it would
        be at the stop line without any loss, inserted, left (NaN: not yet), time stood, longest time stood; all in s.
    trip_row
        int32 [nV, 4] row in `Roads.step_hop`, movement (-1: leaves), stops, kind.
    origin_next
        int32 [nE] next row in `Travellers.by_origin`.
    open_origin
        int32 [1 + 2 nE] how many origins have somebody waiting, which, and of each whether it is one of them.
    counter
        int64 [2] vehicles that were due so far, steps so far.
    """

    wake: Doubles
    lane: Doubles
    lane_count: Ints
    ring: Ints
    seat: Doubles
    exit_s: Doubles
    move: Doubles
    lit: Bytes
    slot: Ints
    waiting: Ints
    trip: Doubles
    trip_row: Ints
    origin_next: Ints
    open_origin: Ints
    counter: Longs


class People(NamedTuple):
    """People on foot, in order of departure.

    Attributes
    ----------
    leg_first
        int32 [walks + 1] rows of the crossings of each walk.
    leg_move
        int32 the crossing.
    leg_before_m
        float64 distance before it.
    after_m
        float64 [walks] distance after the last.
    walk
        int32 [nP].
    speed_mps
        float64 [nP].
    depart_s
        float64 [nP].
    leg
        int32 [nP] next row of `leg_move`, -1 before the departure, -2 when arrived.
    ready_s
        float64 [nP] when each is at the kerb of it, or arrived.
    waited_s
        float64 [nP] time stood.
    """

    leg_first: Ints
    leg_move: Ints
    leg_before_m: Doubles
    after_m: Doubles
    walk: Ints
    speed_mps: Doubles
    depart_s: Doubles
    leg: Ints
    ready_s: Doubles
    waited_s: Doubles
