"""Mutants that no input can tell from the original, each with its reason: `equivalents.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.safety.mutation.mutants import Mutant

PATH = Path(__file__).with_name("equivalents.toml")

Key = tuple[str, str, str]
"""Where, the line of the source, the change."""


class EquivalentsError(Exception):
    """The file is not as it should be."""


def read_equivalents(text: str) -> dict[Key, str]:
    """Return the reason for every mutant that is argued for.

    Raises
    ------
    EquivalentsError
        When the text is no TOML, an entry lacks a part or has one too many, a reason is empty, or a mutant is argued
        for twice.
    """
    try:
        entries = tomllib.loads(text).get("equivalent", [])
    except tomllib.TOMLDecodeError as error:
        raise EquivalentsError(f"{PATH.name}: {error}") from error
    found: dict[Key, str] = {}
    for number, entry in enumerate(entries, 1):
        for key in _keys(number, entry):
            if key in found:
                raise EquivalentsError(f"{PATH.name}, entry {number}: {' | '.join(key)} is argued for twice")
            found[key] = entry["why"]
    return found


def _keys(number: int, entry: dict[str, Any]) -> list[Key]:
    if set(entry) != {"where", "line", "changes", "why"}:
        raise EquivalentsError(
            f"{PATH.name}, entry {number}: expected where, line, changes and why, got {sorted(entry)}"
        )
    if not entry["changes"] or not str(entry["why"]).strip():
        raise EquivalentsError(f"{PATH.name}, entry {number}: a change and a reason are needed")
    return [(entry["where"], entry["line"], change) for change in entry["changes"]]


def stale(equivalents: Iterable[Key], mutants: Iterable[Mutant], modules: Iterable[str]) -> list[Key]:
    """Return what is argued for and is no mutant of these modules any more."""
    keys, names = {mutant.key for mutant in mutants}, set(modules)
    return [key for key in equivalents if key not in keys and key[0].partition(".")[0] in names]
