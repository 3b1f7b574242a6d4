"""What the adversary may do in a tick: every wish, every call, every demand, letting go, and every display."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from signals.model.values import BoolArray, ByteArray

__all__ = ["FEW", "Choices", "driving", "holding", "taking_over"]

UNKNOWN, ASPECTS, NONSENSE = -1, 5, 5
FEW = 3
"""Up to so many groups everything is tried together."""


class Choices(NamedTuple):
    """Moves of the adversary, a row each.

    Attributes
    ----------
    want, demand
        bool [choice, group].
    call
        int8 [choice, group] the numbers of emergency calls.
    shown
        int8 [choice, group] what is displayed before a take-over; later on displays follow commands.
    write
        bool [choice] whether the intersection is ours.
    """

    want: BoolArray
    demand: BoolArray
    call: ByteArray
    shown: ByteArray
    write: BoolArray

    @property
    def moves(self) -> int:
        """How many there are."""
        return len(self.write)


def driving(groups: int, *, waiting: bool, calls: int = 0, wished: int | None = None) -> Choices:
    """Return what may be done to an intersection that is ours: every wish with every call, and letting go.

    Parameters
    ----------
    groups
        How many groups there are.
    waiting
        Whether there is demand: then, all wishes with all demands with all calls.
    calls
        How many groups are called at most at the same time.
    wished
        How many groups are wished at most at the same time, or all; by default any.
    """
    wishes = subsets(groups)
    if wished is not None:
        wishes = wishes[(wishes.sum(axis=1) <= wished) | wishes.all(axis=1)]
    demands = subsets(groups) if waiting else np.zeros((1, groups), np.bool_)
    return _every(wishes, demands, calling(groups, calls, 1 + waiting), np.zeros((1, groups), np.int8))


def taking_over(groups: int, *, waiting: bool) -> Choices:
    """Return what may be done to one that is not ours: every display with every wish, and not taking it over.

    Of more than three groups at most two show anything but red, or all show green, amber or nothing; wishes are then
    none, one, or all. No display that cannot be adopted differs in its effect from another.
    """
    wishes = subsets(groups) if groups <= FEW else _few(groups)
    demands = np.stack([np.zeros(groups, np.bool_), np.ones(groups, np.bool_)])[: 1 + waiting]
    return _every(wishes, demands, np.zeros((1, groups), np.int8), _displays(groups))


def holding(groups: int, *, waiting: bool) -> Choices:
    """Return the wishes of one group each, which is demanded where there is demand."""
    one = np.eye(groups, dtype=np.bool_)
    none = np.zeros((groups, groups), np.int8)
    return Choices(one, one & waiting, none, none, np.ones(groups, np.bool_))


def subsets(groups: int) -> BoolArray:
    """Return all sets of groups, bool [2 ** groups, group]."""
    return np.array(list(product((False, True), repeat=groups)), np.bool_)


def calling(groups: int, most: int, numbers: int) -> ByteArray:
    """Return all ways to call up to so many groups with so many numbers."""
    rows = [np.zeros(groups, np.int8)]
    for count in range(1, most + 1):
        for who in combinations(range(groups), count):
            for given in product(range(1, 1 + numbers), repeat=count):
                if min(given) == 1:
                    rows.append(np.zeros(groups, np.int8))
                    rows[-1][list(who)] = given
    return np.array(rows)


def _few(groups: int) -> BoolArray:
    return np.concatenate([np.zeros((1, groups)), np.eye(groups), np.ones((1, groups))]).astype(np.bool_)


def _displays(groups: int) -> ByteArray:
    if groups <= FEW:
        return np.array(list(product(range(UNKNOWN, NONSENSE + 1), repeat=groups)), np.int8)
    rows = [np.full(groups, aspect, np.int8) for aspect in range(UNKNOWN, NONSENSE + 1)]
    for pair in combinations(range(groups), 2):
        for aspects in product(range(UNKNOWN, NONSENSE + 1), repeat=2):
            rows.append(np.zeros(groups, np.int8))
            rows[-1][list(pair)] = aspects
    rows += [green * aspect for green in subsets(groups).astype(np.int8) for aspect in (2, 3)]
    return np.unique(np.array(rows), axis=0)


def _every(want: BoolArray, demand: BoolArray, call: ByteArray, shown: ByteArray) -> Choices:
    """Combine everything with everything, and add letting go."""
    index = np.array(list(product(*map(range, map(len, (want, demand, call, shown))))))
    rows: list[npt.NDArray[Any]] = [
        np.concatenate([table[index[:, column]], np.zeros((1, table.shape[1]), table.dtype)])
        for column, table in enumerate((want, demand, call, shown))
    ]
    return Choices(*rows, write=np.arange(len(index) + 1) < len(index))
