"""A set of rows of numbers that keeps how each was reached."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from benchmarks.safety.memory import Ints, Rows

__all__ = ["NOBODY", "Known"]

NOBODY: Final = -1


class Known:
    """All rows that were seen, each with the row and the choice from which it was reached first.

    Rows are found by a hash of 64 bits, and then compared whole.

    Parameters
    ----------
    width
        The length of a row.
    """

    def __init__(self, width: int) -> None:
        self._count = 0
        self._rows = np.zeros((1024, width), np.int16)
        self._origin = np.zeros((1024, 2), np.int32)
        self._hash, self._place = np.zeros(0, np.uint64), np.zeros(0, np.int64)

    def __len__(self) -> int:
        return self._count

    @property
    def rows(self) -> Rows:
        """All rows in the order in which they were added."""
        return self._rows[: self._count]

    def origin(self, place: int) -> tuple[int, int]:
        """Return the place from which a row was reached, and the choice."""
        parent, choice = self._origin[place].tolist()
        return parent, choice

    def find(self, rows: Rows) -> npt.NDArray[np.int64]:
        """Return the places of rows, `NOBODY` for those that are new."""
        return self._find(rows, hashes(rows))

    def news(self, rows: Rows) -> Ints:
        """Return the positions of rows that are new, the first of each kind."""
        keys = hashes(rows)
        _, first, kind = np.unique(keys, return_index=True, return_inverse=True)
        _same(rows, rows[first[kind]])
        return np.sort(first[self._find(rows[first], keys[first]) == NOBODY])

    def add(self, rows: Rows, parent: Ints | int, choice: Ints | int) -> None:
        """Add rows that are new and all different."""
        count = self._count + len(rows)
        self._rows, self._origin = _grown(self._rows, count), _grown(self._origin, count)
        self._rows[self._count : count] = rows
        self._origin[self._count : count, 0], self._origin[self._count : count, 1] = parent, choice
        keys = hashes(rows)
        order = np.argsort(keys)
        at = np.searchsorted(self._hash, keys[order])
        self._hash = np.insert(self._hash, at, keys[order])
        self._place = np.insert(self._place, at, self._count + order)
        self._count = count

    def _find(self, rows: Rows, keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
        place = np.full(len(rows), NOBODY, np.int64)
        if self._count:
            at = np.minimum(np.searchsorted(self._hash, keys), self._count - 1)
            hit = self._hash[at] == keys
            place[hit] = self._place[at[hit]]
            _same(rows[hit], self._rows[place[hit]])
        return place


def hashes(rows: Rows) -> npt.NDArray[np.uint64]:
    """Return a hash of every row, whose length is a multiple of 64 bits."""
    key = np.zeros(len(rows), np.uint64)
    for word in np.ascontiguousarray(rows).view(np.uint64).T:
        key ^= word
        key *= np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(29)
    return key


def _same(one: Rows, other: Rows) -> None:
    if not np.array_equal(one, other):
        raise RuntimeError("two rows have the same hash, so this search is void: choose another multiplier in `hashes`")


def _grown(table: npt.NDArray[Any], count: int) -> npt.NDArray[Any]:
    """Return a table with room for so many rows, twice as long as before if it is too short."""
    if count <= len(table):
        return table
    longer = np.zeros((max(count, 2 * len(table)), table.shape[1]), table.dtype)
    longer[: len(table)] = table
    return longer
