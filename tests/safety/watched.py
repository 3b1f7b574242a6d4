"""A monitor that is told by hand what was commanded and shown, in letters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from signals.model.intersections import SignalGroup
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import Violation
from signals.safety.monitor import Monitor
from tests.safety.layouts import cross, intersection, network

LETTERS = "rRGac"
CAR = "rR" + "G" * 5 + "aaar"
WALK = "r" + "G" * 6 + "c" * 8 + "r"
ODD = {"-": -1, "<": -2}

Faults = list[tuple[str, int, int]]
"""Rule, group, other group."""


def aspects(row: str) -> np.ndarray:
    """Read letters, digits for aspects that do not exist, and a dash for what is unknown."""
    return np.array([ODD.get(a, int(a) if a.isdigit() else LETTERS.find(a)) for a in row], np.int8)


def rows(*columns: str) -> list[str]:
    """Turn what each group shows into what is shown tick by tick; a group goes on as it ends, and "" is red."""
    ticks = max(map(len, columns))
    return ["".join(row) for row in zip(*(column.ljust(ticks, (column or "r")[-1]) for column in columns), strict=True)]


def pair(**times: int) -> Network:
    """Two groups that conflict and are red or green, if `times` say nothing else."""
    times = {"min_green_ds": 10, "amber_ds": 0} | times
    groups = [SignalGroup(name, User.VEHICLE, (number,), **times) for number, name in enumerate("ab")]
    return network(intersection(groups, {(0, 1): 60, (1, 0): 45}))


class Watched:
    """A monitor, what it is told tick by tick, and what it finds."""

    def __init__(self, what: Network | None = None, *, tick_ds: int = 10, **settings: int) -> None:
        what = what or cross()
        self.monitor = Monitor(what, tick_ds=tick_ds, **settings)
        self.sizes = [len(site.groups) for site in what.intersections]
        self.groups = sum(self.sizes)
        self.ours, self.ticks = np.ones(len(what.intersections), np.bool_), 0
        self.found: list[Violation] = []
        self.bounds_ds: list[int] = self.monitor._card.max_wait_ds.tolist()

    def check(self, command: str, shown: str = "", *, calls: str = "", demand: Sequence[int] = ()) -> Faults:
        preempt = np.array([ODD.get(a) or int(a) for a in calls or "0" * self.groups], np.int8)
        waiting = np.isin(np.arange(self.groups), demand)
        display = aspects(shown or "-" * self.groups)
        found = self.monitor.check(self.ticks, waiting, preempt, display, aspects(command), self.ours)
        self.ticks += 1
        self.found += found
        return [(violation.rule, violation.group, violation.other) for violation in found]

    def details(self) -> list[str]:
        return [violation.detail for violation in self.found]

    def run(
        self,
        commands: Sequence[str],
        shown: Sequence[str] = (),
        calls: Sequence[str] = (),
        demand: Sequence[int] = (),
    ) -> Faults:
        """Watch commands, the calls of their ticks, and displays that follow a tick later."""
        found: Faults = []
        for tick, command in enumerate(commands):
            display = shown[tick - 1] if 0 < tick <= len(shown) else ""
            call = calls[tick] if tick < len(calls) else ""
            found += self.check(command, display, calls=call, demand=demand)
        return found


def as_command(commands: Sequence[str], what: Network | None = None, **settings: int) -> Faults:
    return Watched(what, **settings).run(commands)


def as_display(shown: Sequence[str], what: Network | None = None, **settings: int) -> Faults:
    """Show it where it was not long ago that nothing was commanded, so that no display can differ."""
    commands = ["r" * len(shown[0])] * (len(shown) + 1)
    return Watched(what, max_lag_ticks=99, **settings).run(commands, shown)
