"""What a mutant of the bounds of waiting is held against: the same sums, done slowly and per intersection."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from benchmarks.safety.mutation.kernel_checks import draw_site
from signals.model.network import Network
from tests.safety.naive_bounds import kernel_bounds, monitor_bounds


class Promise(NamedTuple):
    """A site, and what is promised to its groups."""

    name: str
    site: Network
    tick_ds: int
    patience_ds: list[int]
    guarantee_ds: list[int]
    most_ds: list[int]
    """The longest waits that the monitor accepts."""


def promises(seed: int, count: int) -> Iterator[Promise]:
    """Draw sites, and work out what is promised there."""
    for number in range(count):
        what, _, tick_ds, _ = draw_site(random.Random(f"{seed} {number}"))
        kernel = [row for place in what.intersections for row in kernel_bounds(place, tick_ds)]
        most_ds = [wait for place in what.intersections for wait in monitor_bounds(place, tick_ds)]
        yield Promise(f"{seed}.{number}", what, tick_ds, [p for p, _ in kernel], [g for _, g in kernel], most_ds)


def unlike_bounds(names: dict[str, Any], case: Promise) -> str:
    """Ask for the bounds of the kernel, and say where they differ."""
    patience_ds, guarantee_ds = names["waiting_bounds"](case.site.arrays, case.tick_ds)
    if patience_ds.tolist() != case.patience_ds:
        return f"patience at {case.name}"
    if guarantee_ds.tolist() != case.guarantee_ds:
        return f"guarantee at {case.name}"
    return "" if patience_ds.dtype == guarantee_ds.dtype == np.int32 else "dtype"


def unlike_limits(names: dict[str, Any], case: Promise) -> str:
    """Ask for the longest waits of the monitor, and say where they differ or are shorter than the kernel's promise."""
    most_ds = names["_card"](case.site, case.tick_ds, 0).max_wait_ds.tolist()
    if most_ds != case.most_ds:
        return f"the longest wait at {case.name}"
    short = any(most < promised for most, promised in zip(most_ds, case.guarantee_ds, strict=True))
    return f"a wait is longer than the promise at {case.name}" if short else ""
