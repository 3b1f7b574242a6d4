"""An independent witness: checks every command before it is shown, and everything that was really shown.

It shares nothing with the interstage kernel but the network, and from that it takes the intersections themselves, not
their array twin. It keeps two records, of commands and of displays, and holds both against the same rules:

==================== ============================================================================================
conflict             a group is not red any more while a conflicting group is not red
intergreen           a group turned green before the intergreen since the end of a conflicting green was over
short-green          a green ended before its minimum; not that of pedestrians who conflict with a called group
skipped-amber        a green ended without amber
short-amber          an amber was cut
clearance-cut        a pedestrian clearance was cut or left out
short-red-amber      red-amber was cut or left out
illegal-transition   any other change that is not the next step of the group's cycle
unknown-aspect       a value that is no aspect
long-green           a green that is not called goes on after its maximum although a conflicting group waits
                     (commands only)
max-red              a group waited longer than if every other group of its intersection goes first; `emergency_ds`
                     longer if an emergency vehicle called there meanwhile (commands only)
display              what is shown is not what was commanded, not even a little late (displays only)
==================== ============================================================================================

Clearance may be shown by a red lamp: red read back where clearance was commanded counts as clearance, for as long as
that lasts. What cannot be read back counts as commanded; where a display may be late it is out of sight, and an
interval that began there is taken to be long enough. Time is counted in ticks, so that no clock can change an interval.

A group is called while an emergency vehicle calls it, but not for longer than `emergency_ds`: from then on the call
is taken for a stuck input until it ends. Which of two calls goes first is no question of safety, and not asked here.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from signals.kernels.compile import quick
from signals.model.lanes import User
from signals.model.values import Aspect, BoolArray, ByteArray, IntArray, Violation
from signals.safety.watch import (
    ASPECTS,
    COLUMNS,
    COMMANDS,
    DISPLAYS,
    NEVER_DS,
    RULES,
    UNSEEN,
    Card,
    Diary,
    Record,
    forget,
    watch,
)

if TYPE_CHECKING:
    from signals.model.intersections import Intersection, SignalGroup
    from signals.model.network import Network

__all__ = ["RULES", "Monitor"]


KINDS: Final = ("display", "command")


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
    unseen_ticks
        By how many ticks a display may have lasted longer than it was seen. Something with a clock of its own is
        looked at once a tick: what lasts for three ticks there is seen two times, where the first look came a little
        early and the last one a little late.
    emergency_ds
        For how long the call of an emergency vehicle counts.

    Attributes
    ----------
    latched
        bool [nI] intersections that have violated a rule and were not `reset` by a person since. Set from outside, too,
        for what was latched before a restart.
    """

    def __init__(
        self,
        network: Network,
        *,
        tick_ds: int,
        max_lag_ticks: int = 0,
        unseen_ticks: int = 0,
        emergency_ds: int = 1_800,
    ) -> None:
        self._network = network
        groups, intersections = sum(len(i.groups) for i in network.intersections), len(network.intersections)
        self._card = _card(network, tick_ds, emergency_ds)
        self._owner = np.repeat(np.arange(intersections), np.diff(self._card.first))
        self._diary = _diary(self._card)
        self._commands = _record(COMMANDS, groups, 0)
        self._displays = _record(DISPLAYS, groups, (1 + max_lag_ticks) * tick_ds)._replace(
            unseen_ds=unseen_ticks * tick_ds
        )
        self._kept: tuple[Any, ...] = tuple(map(quick, (self._card, self._commands, self._displays, self._diary)))
        self.latched: BoolArray = np.zeros(intersections, np.bool_)
        # Compile now, not in the first tick. Nothing is ours yet, so nothing is remembered.
        dark = np.zeros(groups, np.int8)
        self.check(0.0, dark.view(np.bool_), dark, dark, dark, np.zeros(intersections, np.bool_))

    def check(
        self,
        time_s: float,
        demand: BoolArray,
        preempt: ByteArray,
        shown: ByteArray,
        command: ByteArray,
        write: BoolArray,
    ) -> tuple[Violation, ...]:
        """Hold one tick against the rules, and latch the intersections that violate them.

        Parameters
        ----------
        time_s
            The world's time.
        demand
            bool [nG] somebody waits.
        preempt
            int8 [nG] the number with which an emergency vehicle calls a group, 1 first; 0 or less: nobody calls it.
        shown
            int8 [nG] what was really shown during the tick that ends now; -1 where that is unknown.
        command
            int8 [nG] what shall be shown during the tick that begins.
        write
            bool [nI] whether the intersection is ours; the others are forgotten.
        """
        return self.found(time_s, watch(*self._kept, *quick((demand, preempt, shown, command, write))))

    @property
    def columns(self) -> tuple[Any, ...]:
        """The arrays of a `Card`, of commands and displays (`Record`) and of a `Diary`, for `watch`; not copies."""
        return self._kept

    def found(self, time_s: float, count: int) -> tuple[Violation, ...]:
        """Put into words how many rows `watch` left behind, and latch the intersections that they are about."""
        if not count:
            return ()
        rows = self._diary.rows[: count * COLUMNS].reshape(count, COLUMNS)
        self.latched[self._owner[rows[:, 1]]] = True
        return tuple(self._violation(time_s, row) for row in rows.tolist())

    def reset(self, intersection: int) -> None:
        """Trust an intersection again and begin anew; only a person may decide this."""
        self.latched[intersection] = False
        first = self._card.first
        forget(int(first[intersection]), int(first[intersection + 1]), *self._kept[1:])

    def _violation(self, time_s: float, row: list[int]) -> Violation:
        rule, group, other, kind, seen, expected = row
        number = int(self._owner[group])
        intersection, first = self._network.intersections[number], int(self._card.first[number])
        names = f'signal group "{intersection.groups[group - first].id}"'
        if other >= 0:
            names += f' and "{intersection.groups[other - first].id}"'
        text = f'{KINDS[kind]} of intersection "{intersection.id}", {names}: {_words(RULES[rule], seen, expected)}'
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


def _record(kind: int, groups: int, late_ds: int) -> Record:
    seen = np.full(groups, UNSEEN, np.int8)
    return Record(kind, late_ds, seen, np.full(groups, NEVER_DS, np.int64), np.full(groups, NEVER_DS, np.int64))


def _diary(card: Card) -> Diary:
    groups, rivals = len(card.max_green_ds), len(card.rival)
    # At most: for each group a display and a wait, and for each record two faults of a change; for each ordered pair
    # and record an intergreen and a conflict (a long green excludes both).
    most = 6 * groups + 4 * rivals
    apart, called, call_began, heard = np.full((4, groups), NEVER_DS, np.int64)
    wait, grace, before = np.zeros((3, groups), np.int64)
    return Diary(
        counter=np.zeros(3, np.int64),
        asked_ds=np.full(groups * (1 + ASPECTS), NEVER_DS, np.int64),
        apart_ds=apart,
        called_ds=called,
        call_began_ds=call_began,
        heard_ds=heard,
        wait_ds=wait,
        grace_ds=grace,
        changed=np.zeros(groups, np.int32),
        before=np.zeros(groups, np.int8),
        before_ds=before,
        rows=np.zeros(most * COLUMNS, np.int64),
    )


def _card(network: Network, tick_ds: int, emergency_ds: int) -> Card:
    intersections = network.intersections
    groups = [group for intersection in intersections for group in intersection.groups]
    first = _starts(len(intersection.groups) for intersection in intersections)
    rivals = [rows for start, site in zip(first[:-1], intersections, strict=True) for rows in _rivals(site, int(start))]
    waits = [wait for intersection in intersections for wait in _longest_waits_ds(intersection, tick_ds)]
    least = [(0, g.red_amber_ds, g.min_green_ds, g.amber_ds, g.clearance_ds) for g in groups]
    return Card(
        first=first,
        rival_first=_starts(map(len, rivals)),
        rival=np.array([rival for rows in rivals for rival, _ in rows], np.int32),
        between_ds=np.array([between for rows in rivals for _, between in rows], np.int32),
        least_ds=np.array(least, np.int32).ravel(),
        follows=np.array([_cycle(group) for group in groups], np.int8).ravel(),
        on_foot=np.array([group.user is User.PEDESTRIAN for group in groups], np.bool_),
        max_green_ds=np.array([group.max_green_ds for group in groups], np.int32),
        max_wait_ds=np.array(waits, np.int32),
        emergency_ds=emergency_ds,
        tick_ds=tick_ds,
    )


def _rivals(intersection: Intersection, start: int) -> list[list[tuple[int, int]]]:
    """List for each group who conflicts with it, and the time from the end of that green to its own."""
    return [
        [(start + i, between) for i, between in enumerate(column) if between is not None]
        for column in zip(*intersection.intergreen_ds, strict=True)
    ]


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
    return [(unused | after)[Aspect(aspect)] for aspect in range(ASPECTS)]


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
