"""A JSON object whose values are checked as they are taken."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeVar

from signals.errors import RecordError

__all__ = ["Fields"]

T = TypeVar("T")


class Fields:
    """A JSON object.

    Every method raises `RecordError`, naming the file and the key, where a value is missing or of another type.

    Parameters
    ----------
    data
        What was parsed.
    where
        The file it comes from.
    """

    def __init__(self, data: object, where: str) -> None:
        self._where = where
        if not isinstance(data, dict):
            raise RecordError(f'"{where}" is damaged: expected a JSON object')
        self._data: Mapping[str, object] = data

    def take(self, key: str, kind: type[T]) -> T:
        """Return a value of a type."""
        value = self._data.get(key)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise RecordError(f'"{self._where}" is damaged: "{key}" is missing or not of type {kind.__name__}')
        return value

    def number(self, key: str) -> float:
        """Return a number; ``null`` is NaN."""
        value = self._data.get(key, "")
        if value is None:
            return math.nan
        return float(value) if type(value) is float else float(self.take(key, int))

    def numbers(self, key: str) -> dict[str, float]:
        """Return an object of numbers."""
        inner = self.part(key)
        return {name: inner.number(name) for name in inner.names}

    def part(self, key: str) -> Fields:
        """Return an object."""
        return Fields(self._data.get(key), self._where)

    def parts(self, key: str) -> list[Fields]:
        """Return a list of objects."""
        return [Fields(item, self._where) for item in self.take(key, list)]

    @property
    def names(self) -> tuple[str, ...]:
        """The keys."""
        return tuple(self._data)
