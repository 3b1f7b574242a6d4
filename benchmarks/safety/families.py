"""What is proved: families of layouts, and how the adversary may treat them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from benchmarks.safety.choices import driving, holding, taking_over
from benchmarks.safety.fleet import Fleet
from benchmarks.safety.layouts import OUT_OF_REACH, Times, draw_layout
from benchmarks.safety.machine import Machine, Step
from benchmarks.safety.search import Moves
from signals.model.intersections import Intersection
from signals.model.network import Network
from signals.safety import interstage
from signals.safety.bounds import waiting_bounds
from signals.safety.guard import EMERGENCY_DS

__all__ = ["FAMILIES", "Family", "Task", "drawn"]

SCALES: Final = ((10, 10), (10, 7), (5, 3), (8, 5))
"""Length of a tick, and what all times are multiples of: most do not end with a tick."""


@dataclass(frozen=True)
class Family:
    """Layouts with equally many groups that are tried in one way.

    Parameters
    ----------
    name
        What it is called.
    groups
        How many groups each layout has.
    share
        How many of a thousand layouts are of this family.
    longest_ticks, more_ticks
        The longest interval; how much longer an intergreen may be.
    wait_ticks
        The longest maximum green, and the longest wait from which on a group is urgent. 0: nobody waits, and safety is
        what is tried.
    calls
        How many groups emergency vehicles call at most at the same time.
    wished
        How many groups are wished at most at the same time, or all; `None`: any.
    shapes
        Which shapes the layouts have; any, if there are none.
    at_once
        How many layouts one search takes.
    most_rows
        A layout with more rows is given up.
    """

    name: str
    groups: int
    share: int
    longest_ticks: int
    more_ticks: int = 2
    wait_ticks: int = 0
    calls: int = 0
    wished: int | None = None
    shapes: tuple[str, ...] = ()
    at_once: int = 30
    most_rows: int = 100_000


DENSE: Final = ("any", "complete", "ring")

FAMILIES: Final = (
    Family("safety of 2 groups", 2, 100, longest_ticks=4, calls=2),
    Family("safety of 3 groups", 3, 300, longest_ticks=3, calls=3),
    Family("safety of 4 groups", 4, 290, longest_ticks=3, calls=1),
    Family("safety of 5 groups", 5, 40, longest_ticks=2, more_ticks=1, calls=1, at_once=4),
    Family("safety of 6 groups", 6, 26, longest_ticks=1, more_ticks=0, shapes=DENSE, at_once=4),
    Family("safety of 7 groups", 7, 5, longest_ticks=1, more_ticks=0, shapes=("ring",), at_once=2),
    Family("safety of 8 groups", 8, 2, longest_ticks=1, more_ticks=0, shapes=("ring",), at_once=1),
    Family(
        "safety of a dual ring of 8",
        *(8, 4),
        longest_ticks=1,
        more_ticks=0,
        wished=2,
        shapes=("dual ring",),
        at_once=1,
        most_rows=400_000,
    ),
    Family("waiting of 2 groups", 2, 90, longest_ticks=3, wait_ticks=5, calls=2, at_once=12),
    Family("waiting of 3 groups", 3, 90, longest_ticks=2, wait_ticks=4, at_once=15),
    Family("waiting of 3 groups, and calls", 3, 8, longest_ticks=1, more_ticks=1, wait_ticks=3, calls=1, at_once=1),
    Family("waiting of 4 groups", 4, 8, longest_ticks=1, more_ticks=1, wait_ticks=3, at_once=2),
)
"""What is drawn at random."""


@dataclass(frozen=True)
class Task:
    """One search.

    Parameters
    ----------
    name
        The family it belongs to.
    layouts
        What is searched.
    tick_ds
        Length of a tick.
    seed
        Of the walks beside it.
    emergency_ds
        The longest call of an emergency vehicle.
    waiting
        Whether waits are tried, or safety.
    calls, wished, most_rows
        As for `Family`.
    """

    name: str
    layouts: tuple[Intersection, ...]
    tick_ds: int
    seed: int
    emergency_ds: int = EMERGENCY_DS
    waiting: bool = False
    calls: int = 0
    wished: int | None = None
    most_rows: int = 100_000

    def machine(self, step: Step = interstage.step) -> Machine:
        """Return what moves it, with the kernel or with another."""
        return Machine(Fleet(self.layouts, self.tick_ds, self.emergency_ds), waiting=self.waiting, step=step)

    def moves(self) -> Moves:
        """Return what the adversary may do."""
        groups = len(self.layouts[0].groups)
        return Moves(
            driving(groups, waiting=self.waiting, calls=self.calls, wished=self.wished),
            taking_over(groups, waiting=self.waiting),
            holding(groups, waiting=self.waiting),
        )


def drawn(family: Family, seed: int, layouts: int) -> Iterator[Task]:
    """Draw so many different layouts of a family; every search has another scale of times."""
    seen: set[object] = set()
    for number, first in enumerate(range(0, layouts, family.at_once)):
        tick_ds, unit_ds = SCALES[(number + family.groups) % len(SCALES)]
        rng = random.Random(f"{seed}/{family.name}/{number}")
        units = [ticks * tick_ds // unit_ds for ticks in (family.longest_ticks, family.wait_ticks, family.more_ticks)]
        names = range(first, min(first + family.at_once, layouts))
        yield Task(
            family.name,
            tuple(_different(rng, family, Times(unit_ds, *units), tick_ds, f"layout {name}", seen) for name in names),
            tick_ds,
            rng.getrandbits(32),
            emergency_ds=rng.randint(1, 3) * unit_ds if family.wait_ticks else EMERGENCY_DS,
            waiting=bool(family.wait_ticks),
            calls=family.calls,
            wished=family.wished,
            most_rows=family.most_rows,
        )


def _different(
    rng: random.Random, family: Family, times: Times, tick_ds: int, name: str, seen: set[object]
) -> Intersection:
    """Draw a layout until it is none that was seen."""
    while True:
        layout = draw_layout(rng, family.groups, times, name, family.shapes)
        if times.wait:
            layout = _patient(rng, layout, times, tick_ds)
        key = repr(layout.groups), layout.intergreen_ds, times
        if key not in seen:
            seen.add(key)
            return layout


def _patient(rng: random.Random, layout: Intersection, times: Times, tick_ds: int) -> Intersection:
    """Give every group a maximum red that leaves it some patience: a short one leaves none."""
    groups = [replace(group, max_red_ds=OUT_OF_REACH) for group in layout.groups]
    waits = Network("layout", (), (), (replace(layout, groups=tuple(groups)),)).arrays
    leads_ds = (OUT_OF_REACH - waiting_bounds(waits, tick_ds)[0]).tolist()
    patience_ds = [rng.randint(1, times.wait) * times.unit_ds for _ in groups]
    groups = [replace(g, max_red_ds=lead + wait) for g, lead, wait in zip(groups, leads_ds, patience_ds, strict=True)]
    return replace(layout, groups=tuple(groups))
