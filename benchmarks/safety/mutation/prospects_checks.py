"""What a mutant of the prospects is held against: the naive twin, on memories that are drawn."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from benchmarks.safety.mutation.kernel_checks import Memory, draw_site, remember
from signals.safety.guard import _site
from signals.safety.interstage import IN_CHARGE, Site, State
from tests.safety.layouts import cross
from tests.safety.naive_prospects import UNKNOWN, Stand, prospects
from tests.safety.planted import views


class Outlook(NamedTuple):
    """A site, what is remembered of it, who waits, and what is promised."""

    name: str
    site: Site
    state: State
    demand: np.ndarray
    earliest_ds: list[int]
    latest_ds: list[int]


def outlooks(seed: int, count: int) -> Iterator[Outlook]:
    """Draw memories, and work out what is promised."""
    for number in range(count):
        yield _drawn(random.Random(f"{seed} {number}"), f"{seed}.{number}")


def _drawn(rng: random.Random, name: str) -> Outlook:
    what, rows, tick_ds, emergency_ds = draw_site(rng)
    site = _site(what, tick_ds)._replace(emergency_ds=emergency_ds)
    state = Memory(len(rows), rows[-1].stop).state
    remember(rng, state, site, rng.choice((30, 300)) if tick_ds > 3 else 12)
    state.startup_ds[:] = [rng.choice((0, -tick_ds // 2, 3, 40)) for _ in rows]  # a start-up ends below 0
    state.charge[:] = [rng.choice((IN_CHARGE, IN_CHARGE, IN_CHARGE, 0, 2)) for _ in rows]
    demand = np.array([rng.random() < 0.3 for _ in range(rows[-1].stop)])
    promised: list[tuple[int, int]] = []
    for i, (place, own) in enumerate(zip(what.intersections, rows, strict=True)):
        columns = (state.aspect, state.age_ds, state.ended_ds, state.wait_ds, site.patience_ds, demand)
        stands = [Stand(*row) for row in zip(*[column[own].tolist() for column in columns], strict=True)]
        known = state.charge[i] == IN_CHARGE
        promised += prospects(place, tick_ds, int(state.startup_ds[i]), stands) if known else [UNKNOWN] * len(stands)
    earliest_ds, latest_ds = zip(*promised, strict=True)
    return Outlook(name, site, state, demand, list(earliest_ds), list(latest_ds))


def unlike_promises(names: dict[str, Any], case: Outlook) -> str:
    """Ask a kernel what is promised, twice, and say where that differs; what was said before must not matter."""
    groups = len(case.demand)
    for before in (7, -9):
        found = [np.full(groups, before, np.int32), np.full(groups, before, np.int32)]
        names["foresee"](views(case.site), views(case.state), case.demand.data, *views(found))
        for name, one, other in zip(("earliest", "latest"), found, (case.earliest_ds, case.latest_ds), strict=True):
            if one.tolist() != other:
                return f"the {name} moments of {case.name}"
    return ""


def unlike_looks(names: dict[str, Any]) -> str:
    """Look ahead from a memory that goes on: at once, and again after each change, in the same arrays."""
    site, state = _site(cross(), 10), Memory(1, 3).state
    ahead = names["Prospects"](site, state, np.zeros(3, np.bool_))
    first = ahead.look()
    if set(first.earliest_ds.tolist()) != {-1} or set(first.latest_ds.tolist()) != {-1}:
        return "something is promised where nothing is written"
    state.charge[:], state.aspect[0], state.out[0] = IN_CHARGE, 3, 3
    second = ahead.look()
    if second.earliest_ds[0] != site.amber_ds[0] or second.latest_ds[0] != site.amber_ds[0]:
        return "what has changed since is not seen"
    return "" if second.aspect[0] == 3 else "what is to be shown is not said"
