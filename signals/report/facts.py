"""Provenance and settings as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from signals.record.comparison import ComparisonRecord

__all__ = ["Fact", "facts_in", "facts_of"]


class Fact(NamedTuple):
    """One thing that is needed to make the result again."""

    key: str
    value: str


def facts_of(record: ComparisonRecord) -> list[Fact]:
    """Return provenance and settings, nested keys joined with dots."""
    given = {"settings": record.settings, **{k: v for k, v in record.provenance.items() if k != "settings"}}
    settings = record.settings or record.provenance.get("settings", {})
    return facts_in({**given, "settings": settings})


def facts_in(values: Mapping[str, object]) -> list[Fact]:
    """Return a nested mapping as lines, keys joined with dots."""
    return [Fact(key, value) for key, value in _flat(values, "")]


def _flat(value: object, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _flat(item, f"{key}.{name}" if key else str(name))
    elif isinstance(value, (list, tuple)) and any(isinstance(item, Mapping) for item in value):
        for number, item in enumerate(value):
            yield from _flat(item, f"{key}.{number}")
    elif isinstance(value, (list, tuple)):
        yield key, ", ".join(map(str, value))
    else:
        yield key, "" if value is None else str(value)
