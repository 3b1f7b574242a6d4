"""Drives a guard through wishes and keeps what it showed; and an endless supply of wishes that are legal."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from signals.model.intersections import Intersection
from signals.model.network import Network
from signals.model.values import Aspect, Decision
from signals.safety import interstage
from signals.safety.guard import DO_NOT_WRITE, Guard
from tests.safety.layouts import readings

LETTERS = "rRGac"
"""Red, Red-amber, Green, amber, clearance: in the order of `Aspect`."""


class Run:
    """One intersection, tick by tick, with what it showed as one string per group."""

    def __init__(self, what: Network, *, shown: str = "", guard: Guard | None = None, **settings: Any) -> None:
        self.guard = guard or Guard(what, **settings)
        self.groups = len(what.intersections[0].groups)
        self.tick_ds: int = settings.get("tick_ds", 10)
        self.shown = np.array([LETTERS.index(letter) for letter in shown] or [-1] * self.groups, np.int8)
        self.history: list[str] = []
        self.reasons: list[list[str]] = []
        self.violations: list[str] = []
        self.write = True

    def wish(
        self, *groups: int, ticks: int = 1, demand: Sequence[int] = (), calls: Mapping[int, int] | None = None
    ) -> Run:
        """Wish groups for some ticks; `calls` maps groups to the numbers with which emergency vehicles call them."""
        want, waiting = np.zeros((2, self.groups), np.bool_)
        preempt = np.zeros(self.groups, np.int8)
        for group, number in (calls or {}).items():
            preempt[group] = number
        want[list(groups)] = True
        waiting[list(demand)] = True
        stage = np.array([-1 if self.write else DO_NOT_WRITE], np.int32)
        for _ in range(ticks):
            now = readings(len(self.history) * self.tick_ds / 10, self.shown, preempt)
            verdict = self.guard.permit(Decision(want, stage), now, waiting)
            self.shown = verdict.command.aspect.copy()
            self.history.append("".join(LETTERS[a] for a in self.shown))
            self.reasons.append([interstage.REASONS[r] for r in verdict.reason])
            self.violations += [v.detail for v in verdict.violations]
        return self

    def column(self, group: int) -> str:
        return "".join(row[group] for row in self.history)

    def reason(self, group: int) -> list[str]:
        return [row[group] for row in self.reasons]


def legal_displays(what: Intersection, tick_ds: int, rng: random.Random, ticks: int) -> Iterator[list[Aspect]]:
    """Draw a display that keeps every rule, tick after tick, beginning with red that has been there for ever."""
    size = range(len(what.groups))
    shows, since, ended = [Aspect.RED] * len(size), [-(10**6)] * len(size), [-(10**6)] * len(size)
    busy = rng.choice((0.05, 0.3, 1.0))
    for t in range(ticks):
        for g in rng.sample(size, len(size)):
            group, shown_ds = what.groups[g], (t - since[g]) * tick_ds
            now = shows[g]
            foes = [j for j in size if what.intergreen_ds[j][g] is not None]
            if now == Aspect.GREEN and shown_ds >= group.min_green_ds and rng.random() < busy:
                now = Aspect.AMBER if group.amber_ds else Aspect.CLEARANCE if group.clearance_ds else Aspect.RED
                ended[g] = t
            elif now == Aspect.AMBER and shown_ds >= group.amber_ds:
                now = Aspect.CLEARANCE if group.clearance_ds else Aspect.RED
            elif now == Aspect.CLEARANCE and shown_ds >= group.clearance_ds:
                now = Aspect.RED
            elif now == Aspect.RED_AMBER and shown_ds >= group.red_amber_ds:
                now = Aspect.GREEN
            elif now == Aspect.RED and rng.random() < busy and all(shows[j] == Aspect.RED for j in foes):
                green = t - (-group.red_amber_ds // tick_ds)
                if all((green - ended[j]) * tick_ds >= what.intergreen_ds[j][g] for j in foes):
                    now = Aspect.RED_AMBER if group.red_amber_ds else Aspect.GREEN
            if now != shows[g]:
                shows[g], since[g] = now, t
        yield list(shows)
