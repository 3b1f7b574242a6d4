"""The interlock of a virtual cabinet: lamps that can be wished for anything and never show what is not legal.

It stands for the part of a street controller that nobody can talk out of its times, and is written from the
description of an intersection alone: it shares no code with `signals.safety`, which is held against it in the tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from signals.model.intersections import Intersection, SignalGroup
from signals.model.values import Aspect

__all__ = ["ANY", "Lamps"]

RED, RED_AMBER, GREEN, AMBER, CLEARANCE = (int(aspect) for aspect in tuple(Aspect)[:5])

ANY: Final = -1
"""Stands for no request: the group stays, and moves on only from what is timed."""

LONGEST: Final = 2
"""How many times its length red-amber, amber or clearance may last before it ends by itself."""


class Lamps:
    """The signal groups of one intersection.

    Parameters
    ----------
    intersection
        Its groups and intergreens.
    tick_ds
        Length of a tick, > 0. What is shown changes only where a tick begins.

    Attributes
    ----------
    aspect
        [nG] what each group shows, as numbers of `Aspect`.
    now_ds
        When the running tick began.
    since_ds
        [nG] when each group began to show it.
    rivals
        [nG] who conflicts with each group.
    changed
        Whether `follow`, `obey` or `darken` changed anything since it was last set to False.
    """

    def __init__(self, intersection: Intersection, tick_ds: int) -> None:
        groups = intersection.groups
        self._tick_ds, self._count = tick_ds, len(groups)
        self._after = [_cycle(group) for group in groups]
        self._least_ds = [(0, g.red_amber_ds, g.min_green_ds, g.amber_ds, g.clearance_ds) for g in groups]
        # Red-amber ends where a tick does, so that green may begin later than its length says.
        self._lead_ds = [-(-group.red_amber_ds // tick_ds) * tick_ds for group in groups]
        self._rivals = [
            [(i, between) for i, between in enumerate(column) if between is not None]
            for column in zip(*intersection.intergreen_ds, strict=True)
        ]
        self.rivals = [frozenset(rival for rival, _ in rows) for rows in self._rivals]
        self.now_ds = 0
        self.aspect = [RED] * self._count
        self.since_ds = [0] * self._count
        self._ended_ds = [0] * self._count
        self.changed = True

    def tick(self) -> None:
        """Begin the next tick."""
        self.now_ds += self._tick_ds

    def darken(self) -> None:
        """Forget everything: red now, and for every group as if its green had just ended."""
        self.aspect = [RED] * self._count
        self.since_ds = [self.now_ds] * self._count
        self._ended_ds = [self.now_ds] * self._count
        self.changed = True

    def follow(self, wanted: Sequence[bool], order: Sequence[int] | None = None) -> None:
        """Show the groups green that are wanted, and end the others, as soon as each is legal.

        Parameters
        ----------
        wanted
            [nG] whether it shall be green.
        order
            Who starts first where wanted groups conflict; ascending by default.
        """
        red = [shown == RED for shown in self.aspect]  # whoever turns red now is red for a tick at least
        for g, shown in enumerate(self.aspect):
            if not red[g] and not (shown == GREEN and wanted[g]) and self._is_over(g):
                self._advance(g)
        for g in range(self._count) if order is None else order:
            if wanted[g] and red[g] and self.may_start(g):
                self._advance(g)

    def obey(self, requested: Sequence[int]) -> list[tuple[int, str]]:
        """Show exactly what is requested where that is legal, and leave a group as it is where it is not.

        A requested red stands for clearance, too, which may have no lamp of its own. A group that is red already may
        still be asked for the end of its way there, for as long as that may last: nobody is shown less than was asked.

        Parameters
        ----------
        requested
            [nG] aspects; `ANY` for no request.

        Returns
        -------
        list of (int, str)
            Groups whose request is illegal, and why.
        """
        refused = []
        red = [g for g, shown in enumerate(self.aspect) if shown == RED and not self._is_as_good(g, requested[g])]
        for g, shown in enumerate(self.aspect):
            if shown != RED and (why := self._obey_lit(g, shown, requested[g])):
                refused.append((g, why))
        for g in red:
            if requested[g] != self._after[g][RED]:
                refused.append((g, "red is followed by something else"))
            elif self.may_start(g):
                self._advance(g)
            else:
                refused.append((g, "a conflicting group is not red, or not long enough"))
        return refused

    def may_start(self, group: int) -> bool:
        """Whether a red group may leave red now."""
        green_ds = self.now_ds + self._lead_ds[group]
        for rival, between_ds in self._rivals[group]:
            if self.aspect[rival] != RED or green_ds - self._ended_ds[rival] < between_ds:
                return False
        return True

    def _is_as_good(self, group: int, wish: int) -> bool:
        """Whether red is what is requested, or comes from there."""
        if wish not in (AMBER, CLEARANCE):
            return wish in (RED, ANY)
        return 0 <= self.now_ds - self._ended_ds[group] <= LONGEST * sum(self._least_ds[group][AMBER:])

    def _obey_lit(self, group: int, shown: int, wish: int) -> str:
        """Move a group that is not red; say why not where it may not move as it should."""
        after, age_ds = self._after[group][shown], self.now_ds - self.since_ds[group]
        if shown != GREEN and age_ds >= self._least_ds[group][shown] * (1 if wish == ANY else LONGEST):
            self._advance(group)
            return "" if wish in (ANY, after) else "it does not wait any longer"
        if wish in (shown, ANY):
            return ""
        if wish != after and not (wish == RED and after == CLEARANCE):
            return "it is followed by something else"
        if self._is_over(group):
            self._advance(group)
        elif shown != CLEARANCE:  # which is red, as far as whoever asks can see
            return "what is shown was too short"
        return ""

    def _is_over(self, group: int) -> bool:
        return self.now_ds - self.since_ds[group] >= self._least_ds[group][self.aspect[group]]

    def _advance(self, group: int) -> None:
        shown = self.aspect[group]
        if shown == GREEN:
            self._ended_ds[group] = self.now_ds
        self.aspect[group] = self._after[group][shown]
        self.since_ds[group] = self.now_ds
        self.changed = True


def _cycle(group: SignalGroup) -> dict[int, int]:
    """Say which aspect comes after each that the group uses."""
    ring = [RED, *[RED_AMBER] * (group.red_amber_ds > 0), GREEN]
    ring += [*[AMBER] * (group.amber_ds > 0), *[CLEARANCE] * (group.clearance_ds > 0), RED]
    return dict(pairwise(ring))
