"""Small intersections for the tests of the safety layer: by hand, and drawn by Hypothesis."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from hypothesis import strategies as st

from signals.model.intersections import Intersection, SignalGroup
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import Readings


def network(*intersections: Intersection) -> Network:
    return Network("test", (), (), intersections)


def intersection(
    groups: Sequence[SignalGroup], between: Mapping[tuple[int, int], int], name: str = "x"
) -> Intersection:
    """Build an intersection from ordered pairs with their intergreens; a pair given one way holds both ways."""
    size = range(len(groups))
    cells = {(j, i): time for (i, j), time in between.items()} | dict(between)
    return Intersection(name, tuple(groups), tuple(tuple(cells.get((i, j)) for j in size) for i in size), ())


def cross(**times: int) -> Network:
    """Two streets that cross, the first with a crossing beside it that conflicts with the second."""
    cars = {"min_green_ds": 50, "amber_ds": 30, "red_amber_ds": 10, "max_green_ds": 300, "max_red_ds": 900} | times
    walk = SignalGroup("walk", User.PEDESTRIAN, (2,), min_green_ds=60, amber_ds=0, clearance_ds=80, max_green_ds=300)
    groups = [SignalGroup("one", User.VEHICLE, (0,), **cars), SignalGroup("two", User.VEHICLE, (1,), **cars), walk]
    return network(intersection(groups, {(0, 1): 60, (1, 0): 50, (2, 1): 90, (1, 2): 70}))


def readings(time_s: float, aspect: np.ndarray | Sequence[int], preempt: np.ndarray | None = None) -> Readings:
    empty = {name: np.zeros(0, np.float32) for name in Readings._fields}
    return Readings(**empty | {"time_s": time_s, "aspect": np.array(aspect, np.int8), "preempt": preempt})


def random_intersection(rng: random.Random, most: int = 6, name: str = "x") -> Intersection:
    """Draw a layout without taste: any conflicts, any times, most of them multiples of a second."""
    unit = rng.choice((1, 5, 10, 10, 10, 10))

    def ds(low: int, high: int) -> int:
        return rng.randint(low * 10 // unit, high * 10 // unit) * unit

    groups = []
    for number in range(rng.randint(1, most)):
        least = max(ds(1, 8), 1)
        walk = rng.random() < 0.3
        amber, clearance = (ds(0, 4), 0) if not walk else (rng.choice((0, 0, ds(0, 2))), ds(0, 8))
        groups.append(
            SignalGroup(
                f"g{number}",
                User.PEDESTRIAN if walk else User.VEHICLE,
                (number,),
                min_green_ds=least,
                max_green_ds=least + ds(0, 40),
                amber_ds=amber,
                clearance_ds=clearance,
                red_amber_ds=rng.choice((0, 0, ds(0, 3))),
                max_red_ds=max(ds(1, 150), 1),
            )
        )
    dense, size = rng.choice((0.2, 0.5, 0.8, 1.0)), range(len(groups))
    between = {}
    for i in size:
        for j in range(i):
            if rng.random() < dense:
                between[i, j], between[j, i] = ds(0, 9), ds(0, 9)
    return intersection(groups, between, name)


def draw_network(rng: random.Random) -> tuple[Network, list[slice]]:
    """Draw three intersections, and say which groups are whose."""
    what = network(*[random_intersection(rng, 6, name) for name in "abc"])
    offset = what.arrays.group_offset.tolist()
    return what, [slice(first, last) for first, last in pairwise(offset)]


layouts = st.builds(lambda seed: random_intersection(random.Random(seed)), st.integers(0, 2**32))
