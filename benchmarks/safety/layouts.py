"""Small intersections drawn from a seed: every shape that real ones have, with times of a few ticks.

The times are short so that everything that can happen does happen soon; nothing in the rules knows what a long time is.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from signals.model.intersections import Intersection, SignalGroup
from signals.model.lanes import User

__all__ = ["OUT_OF_REACH", "SHAPES", "Times", "draw_layout", "intersection"]

Pairs = set[tuple[int, int]]
"""Groups that conflict, the lower number first."""


@dataclass(frozen=True)
class Times:
    """How long the intervals may be.

    Parameters
    ----------
    unit_ds
        Everything is a multiple of this.
    longest
        The longest interval, in units.
    wait
        The longest maximum red and maximum green, in units; 0 puts both out of reach.
    more
        How much longer an intergreen may be, in units.
    """

    unit_ds: int = 10
    longest: int = 3
    wait: int = 0
    more: int = 2


OUT_OF_REACH: Final = 10_000
"""A maximum in tenths of a second that no small layout comes near."""


def draw_layout(
    rng: random.Random, groups: int, times: Times | None = None, name: str = "x", shapes: Collection[str] = ()
) -> Intersection:
    """Draw an intersection.

    Parameters
    ----------
    rng
        Where chance comes from; the same state gives the same intersection.
    groups
        How many signal groups it has, 1 or more.
    times
        How long its intervals may be; up to 3 s by default.
    name
        Its id.
    shapes
        Which of `SHAPES` it may have; any, if there are none.
    """
    times = times or Times()
    shape = rng.choice([shape for shape, sizes in SIZES.items() if groups in sizes and shape in (shapes or SIZES)])
    pairs = SHAPES[shape](rng, groups)
    on_foot = set() if groups == 1 else _walks(rng, groups, pairs)
    members = [_group(rng, number, times, on_foot=number in on_foot) for number in range(groups)]
    return intersection(name, members, {pair: _between(rng, times) for pair in pairs})


def intersection(name: str, groups: list[SignalGroup], between: dict[tuple[int, int], tuple[int, int]]) -> Intersection:
    """Build an intersection from its groups and, for each pair that conflicts, the intergreens there and back."""
    cells = {(j, i): back for (i, j), (_, back) in between.items()} | {
        pair: there for pair, (there, _) in between.items()
    }
    size = range(len(groups))
    return Intersection(name, tuple(groups), tuple(tuple(cells.get((i, j)) for j in size) for i in size), ())


def _group(rng: random.Random, number: int, times: Times, *, on_foot: bool) -> SignalGroup:
    """Draw the user of a group and times that suit it."""
    user = User.PEDESTRIAN if on_foot else rng.choice((User.VEHICLE, User.VEHICLE, User.BICYCLE, User.TRANSIT))
    least = _ds(rng, times, 1)
    amber = _ds(rng, times, 1) if not on_foot else 0
    red_amber = rng.choice((0, 0, _ds(rng, times, 1))) if not on_foot else 0
    clears = on_foot or (user is User.BICYCLE and rng.random() < 0.5)
    most = rng.randint(1, times.wait) * times.unit_ds if times.wait else OUT_OF_REACH
    patience = rng.randint(1, times.wait) * times.unit_ds if times.wait else OUT_OF_REACH
    return SignalGroup(
        f"{user.name.lower()} {number}",
        user,
        (number,),
        min_green_ds=least,
        max_green_ds=max(least, most),
        amber_ds=amber,
        red_amber_ds=red_amber,
        clearance_ds=_ds(rng, times, 1) if clears else 0,
        max_red_ds=patience,
    )


def _ds(rng: random.Random, times: Times, least: int) -> int:
    return rng.randint(least, times.longest) * times.unit_ds


def _between(rng: random.Random, times: Times) -> tuple[int, int]:
    """Draw intergreens there and back, as often alike as not."""
    there, back = (rng.randint(0, times.longest + times.more) * times.unit_ds for _ in range(2))
    return there, rng.choice((there, back))


def _walks(rng: random.Random, groups: int, pairs: Pairs) -> set[int]:
    """Choose who is on foot; people on foot never conflict with each other."""
    walks: set[int] = set()
    for group in rng.sample(range(groups), rng.choice((0, 1, 1, groups // 2))):
        if not any((min(group, other), max(group, other)) in pairs for other in walks):
            walks.add(group)
    return walks


def _any(rng: random.Random, groups: int) -> Pairs:
    dense = rng.choice((0.3, 0.6, 0.9))
    return {pair for pair in combinations(range(groups), 2) if rng.random() < dense}


def _complete(_rng: random.Random, groups: int) -> Pairs:
    return set(combinations(range(groups), 2))


def _star(_rng: random.Random, groups: int) -> Pairs:
    return {(0, other) for other in range(1, groups)}


def _ring(_rng: random.Random, groups: int) -> Pairs:
    """Each conflicts with its neighbours."""
    return {(min(pair), max(pair)) for pair in ((g, (g + 1) % groups) for g in range(groups)) if pair[0] != pair[1]}


def _streets(rng: random.Random, groups: int) -> Pairs:
    """Two streets that cross: everybody on one conflicts with everybody on the other."""
    first = rng.randint(1, groups - 1)
    return {(one, other) for one in range(first) for other in range(first, groups)}


def _dual_ring(_rng: random.Random, groups: int) -> Pairs:
    """NEMA's eight phases, of which four may be left out.

    Phases 1 to 4 are one ring and 5 to 8 the other, with barriers after 2 and 6 and after 4 and 8: only two phases of
    different rings on the same side of the barriers go together.
    """
    ring = groups // 2
    return {
        (one, other)
        for one, other in combinations(range(groups), 2)
        if one // ring == other // ring or one % ring // (ring // 2) != other % ring // (ring // 2)
    }


SHAPES: Final[dict[str, Callable[[random.Random, int], Pairs]]] = {
    "any": _any,
    "complete": _complete,
    "star": _star,
    "ring": _ring,
    "streets": _streets,
    "dual ring": _dual_ring,
}
"""Who conflicts with whom, by the name of the shape."""

SIZES: Final[dict[str, range | tuple[int, ...]]] = {
    "any": range(1, 9),
    "complete": range(2, 9),
    "star": range(3, 9),
    "ring": range(3, 9),
    "streets": range(3, 9),
    "dual ring": (4, 8),
}
"""How many groups each shape may have."""
