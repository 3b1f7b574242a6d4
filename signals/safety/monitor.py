"""An independent witness: checks every command before it is shown, and everything that was really shown.

It shares nothing with the interstage kernel but the network, and from that it takes the intersections themselves, not
their array twin. It keeps two records, of commands and of displays, and holds both against the same rules:

==================== ============================================================================================
conflict             two conflicting groups are not red together
intergreen           a group turned green before the intergreen since the end of a conflicting green was over
short-green          a green ended before its minimum
skipped-amber        a green ended without amber
short-amber          an amber was cut
clearance-cut        a pedestrian clearance was cut or left out
short-red-amber      red-amber was cut or left out
illegal-transition   any other change that is not the next step of the group's cycle
unknown-aspect       a value that is no aspect
long-green           a green goes on after its maximum although a conflicting group waits (commands only)
max-red              a group waited longer than if every other group of its intersection goes first (commands only)
display              what is shown is not what was commanded, not even a little late (displays only)
==================== ============================================================================================

Clearance may be shown by a red lamp: red read back where clearance was commanded counts as clearance. What cannot be
read back counts as commanded. Time is counted in ticks, so that no clock can change an interval.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from signals.model.values import Aspect, BoolArray, ByteArray, IntArray, Violation
from signals.safety.watch import COLUMNS, DISPLAYS, FAR_DS, RULES, Card, Record, forget, watch

if TYPE_CHECKING:
    from signals.model.intersections import Intersection, SignalGroup
    from signals.model.network import Network

__all__ = ["RULES", "Monitor"]


class Monitor:
    """The witness of a whole network.

    Parameters
    ----------
    network
        What is watched.
    tick_ds
        Length of a tick, > 0.
    max_lag_ticks
        How many ticks late a display may follow its command.

    Attributes
    ----------
    latched
        bool [nI] intersections that have violated a rule and were not `reset` by a person since.
    """

    def __init__(self, network: Network, *, tick_ds: int, max_lag_ticks: int = 0) -> None:
        self._network = network
        self._card = _card(network, tick_ds)
        self._record = _empty_record(self._card, max_lag_ticks)
        groups, intersections = len(self._card.max_green_ds), len(network.intersections)
        self.latched: BoolArray = np.zeros(intersections, np.bool_)
        # Compile now, not in the first tick.
        dark = np.zeros(groups, np.int8)
        watch(self._card, self._record, dark > 0, dark, dark, np.zeros(intersections, np.bool_))

    def check(
        self, time_s: float, demand: BoolArray, shown: ByteArray, command: ByteArray, write: BoolArray
    ) -> tuple[Violation, ...]:
        """Hold one tick against the rules, and latch the intersections that violate them.

        Parameters
        ----------
        time_s
            The world's time.
        demand
            bool [nG] somebody waits.
        shown
            int8 [nG] what was really shown during the tick that ends now; -1 where that is unknown.
        command
            int8 [nG] what shall be shown during the tick that begins.
        write
            bool [nI] whether the intersection is ours; the others are forgotten.
        """
        count = watch(self._card, self._record, demand, shown, command, write)
        if not count:
            return ()
        rows = self._record.rows[:count]
        self.latched[rows[:, 0]] = True
        return tuple(self._violation(time_s, row) for row in rows.tolist())

    def reset(self, intersection: int) -> None:
        """Trust an intersection again and begin anew; only a person may decide this."""
        self.latched[intersection] = False
        forget(self._card, self._record, intersection)

    def _violation(self, time_s: float, row: list[int]) -> Violation:
        number, rule, group, other, kind, seen, expected = row
        intersection, first = self._network.intersections[number], int(self._card.first[number])
        names = f'signal group "{intersection.groups[group - first].id}"'
        if other >= 0:
            names += f' and "{intersection.groups[other - first].id}"'
        what = "display" if kind == DISPLAYS else "command"
        text = f'{what} of intersection "{intersection.id}", {names}: {_words(RULES[rule], seen, expected)}'
        return Violation(time_s, number, RULES[rule], group, other, text)


def _words(rule: str, seen: int, expected: int) -> str:
    """Say what was seen and expected: aspects or times, as the rule has it."""
    match rule:
        case "conflict":
            return f"{_name(seen)} and {_name(expected)} together"
        case "long-green" | "max-red":
            return f"{seen / 10:.1f} s, at most {expected / 10:.1f} s are allowed"
        case "intergreen" | "short-green" | "short-amber":
            return f"only {seen / 10:.1f} s of {expected / 10:.1f} s"
        case "clearance-cut" | "short-red-amber":
            return "left out or cut"
        case _:
            return f"{_name(seen)} instead of {_name(expected)}"


def _name(aspect: int) -> str:
    return Aspect(aspect).name.lower().replace("_", "-") if aspect in set(Aspect) else f"aspect {aspect}"


def _empty_record(card: Card, max_lag_ticks: int) -> Record:
    groups, sizes = len(card.max_green_ds), np.diff(card.first)
    # At most, for each group and record: its aspect or two faults of a transition, a lag or a wait; for each pair and
    # record: an intergreen and a long green each way and a conflict.
    most = int((8 * sizes + 5 * sizes**2).sum())
    return Record(
        seen=np.full((2, groups), Aspect.UNKNOWN, np.int8),
        for_ds=np.zeros((2, groups), np.int32),
        ended_ds=np.full((2, groups), FAR_DS, np.int32),
        wait_ds=np.zeros(groups, np.int32),
        asked=np.full((1 + max_lag_ticks, groups), Aspect.UNKNOWN, np.int8),
        apart=np.zeros(groups, np.bool_),
        display=np.zeros(groups, np.int8),
        rows=np.empty((most, COLUMNS), np.int32),
        found=np.zeros(1, np.int32),
    )


def _card(network: Network, tick_ds: int) -> Card:
    intersections = network.intersections
    groups = [group for intersection in intersections for group in intersection.groups]
    cells = [cell for intersection in intersections for row in intersection.intergreen_ds for cell in row]
    waits = [wait for intersection in intersections for wait in _longest_waits_ds(intersection, tick_ds)]
    return Card(
        first=_starts(len(intersection.groups) for intersection in intersections),
        cell=_starts(len(intersection.groups) ** 2 for intersection in intersections),
        between_ds=np.array([-1 if cell is None else cell for cell in cells], np.int32),
        least_ds=np.array([[0, g.red_amber_ds, g.min_green_ds, g.amber_ds, g.clearance_ds] for g in groups], np.int32),
        follows=np.array([_cycle(group) for group in groups], np.int8),
        max_green_ds=np.array([group.max_green_ds for group in groups], np.int32),
        max_wait_ds=np.array(waits, np.int32),
        tick_ds=tick_ds,
    )


def _starts(sizes: Iterable[int]) -> IntArray:
    return np.array([0, *np.cumsum(list(sizes))], np.int32)


def _cycle(group: SignalGroup) -> list[int]:
    """Say which aspect must come after each."""
    red_amber = [Aspect.RED_AMBER] if group.red_amber_ds else []
    amber = [Aspect.AMBER] if group.amber_ds else []
    clearance = [Aspect.CLEARANCE] if group.clearance_ds else []
    after = dict(pairwise([Aspect.RED, *red_amber, Aspect.GREEN, *amber, *clearance, Aspect.RED]))
    # An interval that the group does not use may be met once, when its display is taken over.
    unused = {Aspect.RED_AMBER: Aspect.GREEN, Aspect.AMBER: (*clearance, Aspect.RED)[0], Aspect.CLEARANCE: Aspect.RED}
    return [(unused | after)[Aspect(aspect)] for aspect in range(5)]


def _longest_waits_ds(intersection: Intersection, tick_ds: int) -> list[int]:
    """Bound the wait of each group: its maximum red, and after that a turn of every other group.

    A turn is the red-amber and minimum green of a conflicting group that has just started, its way to red or its
    intergreen, and the group's own red-amber; looser than, and not taken from, `signals.safety.bounds`.
    """

    def up(time_ds: int) -> int:
        return -(-time_ds // tick_ds) * tick_ds

    turns = []
    for j, group in enumerate(intersection.groups):
        ways = [up(group.amber_ds) + up(group.clearance_ds) + tick_ds]
        for i, other in enumerate(intersection.groups):
            between = intersection.intergreen_ds[i][j]
            if between is not None:
                way = max(up(between), up(other.amber_ds) + up(other.clearance_ds))
                ways.append(up(other.red_amber_ds) + up(other.min_green_ds) + way)
        turns.append(max(ways) + up(group.red_amber_ds) + tick_ds)
    startup = max(up(cell or 0) for row in intersection.intergreen_ds for cell in row)
    return [
        max(group.max_red_ds, turn + tick_ds) + sum(turns) - turn + startup + tick_ds
        for group, turn in zip(intersection.groups, turns, strict=True)
    ]
