"""People on foot who cross roads at signals."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import kernel
from signals.kernels.traffic_state import People, Roads, State

__all__ = ["calls", "walk"]

Columns = tuple[Any, ...]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int32]

GO = 3
NOT_YET, ARRIVED = -1, -2


@kernel
def _start(person: int, people: People) -> None:
    """Send somebody off to the first crossing of the walk."""
    leg = people.leg_first[people.walk[person]]
    people.leg[person] = leg
    people.ready_s[person] = people.depart_s[person] + _way_m(person, leg, people) / people.speed_mps[person]


@kernel
def _way_m(person: int, leg: int, people: People) -> float:
    """Return the distance to a crossing, or to the end."""
    walk = people.walk[person]
    return float(people.leg_before_m[leg] if leg < people.leg_first[walk + 1] else people.after_m[walk])


@kernel
def walk(end_s: float, roads: Columns, state: Columns, people: Columns) -> None:
    """Let people walk up to a time; whoever comes to a crossing that is green, or turns green, starts at once.

    Parameters
    ----------
    end_s
        Until when.
    roads
        Input: the arrays of a `Roads`.
    state
        In and out: the arrays of a `State`; crossings learn until when somebody is on them.
    people
        In and out: the arrays of a `People`.
    """
    fixed, now, all_people = Roads(*roads), State(*state), People(*people)
    for person in range(len(all_people.walk)):
        if all_people.depart_s[person] >= end_s:
            return
        if all_people.leg[person] == NOT_YET:
            _start(person, all_people)
        end = all_people.leg_first[all_people.walk[person] + 1]
        while all_people.leg[person] >= 0 and all_people.ready_s[person] < end_s:
            leg = all_people.leg[person]
            if leg == end:
                all_people.leg[person] = ARRIVED
                break
            move = all_people.leg_move[leg]
            if now.lit[move] != GO:
                break
            begin_s = max(all_people.ready_s[person], now.move[move, 1])
            over_s = begin_s + fixed.move[move, 0] / all_people.speed_mps[person]
            now.move[move, 0] = max(now.move[move, 0], over_s)
            all_people.waited_s[person] += begin_s - all_people.ready_s[person]
            all_people.leg[person] = leg + 1
            all_people.ready_s[person] = over_s + _way_m(person, leg + 1, all_people) / all_people.speed_mps[person]


@kernel
def calls(time_s: float, group_of: Ints, people: Columns, call: Bools) -> None:
    """Say at which signals people wait.

    Parameters
    ----------
    time_s
        Now.
    group_of
        Input, int32 [nM]: network-wide group of each movement, -1 = none.
    people
        Input: the arrays of a `People`.
    call
        Out, bool [nG].
    """
    all_people = People(*people)
    call[:] = False
    for person in range(len(all_people.walk)):
        if all_people.depart_s[person] >= time_s:
            return
        leg = all_people.leg[person]
        if 0 <= leg < all_people.leg_first[all_people.walk[person] + 1] and all_people.ready_s[person] <= time_s:
            group = group_of[all_people.leg_move[leg]]
            if group >= 0:
                call[group] = True
