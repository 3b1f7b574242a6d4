"""Signal programs as they stand in a file, faults and all: for a check, which must not refuse what it looks for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from signals.adapters.sumo.attributes import seconds, text
from signals.adapters.sumo.safe_xml import Element, events
from signals.errors import FileError

__all__ = ["LETTERS", "PhaseText", "ProgramText", "TextFault", "read_program_texts"]

LETTERS = frozenset("rsuyYgGoO")
"""What SUMO reads in a state."""
_SHORTEST_S, _LONGEST_S = 0.1, 1e7
_BY_DEMAND = frozenset({"actuated", "delay_based"})
"""Types of programs whose steps may end after their ``minDur``."""


class TextFault(NamedTuple):
    """What is wrong with the text of a program: the rule, what was seen, what is required, the step and its line."""

    rule: str
    seen: str
    required: str
    step: int
    line: int


class PhaseText(NamedTuple):
    """A ``<phase>``.

    Attributes
    ----------
    state
        Its letters.
    begin_ds, duration_ds
        When it begins in the cycle and how long it takes, both at their shortest; 0.1 s are kept and sums are exact.
    follow
        The phases that may come next.
    line
        Its line in the file.
    """

    state: str
    begin_ds: int
    duration_ds: int
    follow: tuple[int, ...]
    line: int


class ProgramText(NamedTuple):
    """A ``<tlLogic>``.

    Attributes
    ----------
    signal, id, type
        Whose it is, its name, and what kind.
    line
        Its line in the file.
    steps
        Its phases; none where they are so wrong that nothing more can be said about them.
    faults
        What is wrong with the text itself.
    """

    signal: str
    id: str
    type: str
    line: int
    steps: tuple[PhaseText, ...]
    faults: tuple[TextFault, ...]


def read_program_texts(path: Path) -> list[ProgramText]:
    """Read the programs of a network or an additional file.

    An element without phases that changes the offset of a program is left out.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    FileError
        When it cannot be read, or an element does not say whose program it is.
    """
    programs: list[ProgramText] = []
    for element in events(path, {"tlLogic"}):
        program = _program(element)
        known = any((other.signal, other.id) == (program.signal, program.id) for other in programs)
        if element.children or not known:
            programs.append(program)
    return programs


def _program(element: Element) -> ProgramText:
    kind = element.attributes.get("type", "static")
    phases = [child for child in element.children if child.tag == "phase"]
    faults = [TextFault("impossible-step", "no steps", "at least one", -1, element.line)] if not phases else []
    ends: list[float] = [0.0]
    steps: list[PhaseText] = []
    for number, phase in enumerate(phases):
        state = phase.attributes.get("state", "")
        faults.extend(_letter_faults(state, steps[0].state if steps else state, number, phase.line))
        shortest_s = _shortest_s(phase, kind, number, faults)
        follow = _follow(phase, number, len(phases), faults)
        ends.append(ends[-1] + shortest_s)
        begin_ds = round(ends[-2] * 10)
        steps.append(PhaseText(state, begin_ds, round(ends[-1] * 10) - begin_ds, follow, phase.line))
    unusable = any(fault.rule != "unknown-aspect" for fault in faults)
    return ProgramText(
        text(element, "id"),
        text(element, "programID", "0"),
        kind,
        element.line,
        () if unusable else tuple(steps),
        tuple(faults),
    )


def _letter_faults(state: str, first: str, number: int, line: int) -> Iterator[TextFault]:
    unknown = "".join(sorted(set(state) - LETTERS))
    if unknown:
        known = " ".join(sorted(LETTERS))
        yield TextFault("unknown-aspect", f'"{unknown}" in a state', f"letters out of {known}", number, line)
    if not state or len(state) != len(first):
        required = f"{len(first)} as in step 0" if first else "at least one"
        yield TextFault("state-length", f"a state of {len(state)} letters", required, number, line)


def _shortest_s(phase: Element, kind: str, number: int, faults: list[TextFault]) -> float:
    """Return the shortest duration of a phase; a second where it is impossible, which is noted."""

    def fault(seen: str, required: str) -> float:
        faults.append(TextFault("impossible-time", seen, required, number, phase.line))
        return 1.0

    duration_s = _time(phase, "duration")
    if duration_s is None or not _SHORTEST_S <= duration_s <= _LONGEST_S:
        return fault(_quoted(phase, "duration"), f"{_SHORTEST_S:g} s to {_LONGEST_S:g} s")
    if kind not in _BY_DEMAND or "minDur" not in phase.attributes:
        return duration_s
    least_s = _time(phase, "minDur")
    if least_s is None or not 0 <= least_s <= _LONGEST_S:
        return fault(_quoted(phase, "minDur"), f"0 s to {_LONGEST_S:g} s")
    most_s = _time(phase, "maxDur") if "maxDur" in phase.attributes else max(duration_s, least_s)
    if most_s is None or most_s < least_s:
        return fault(_quoted(phase, "maxDur"), f"at least minDur, {least_s:g} s")
    return max(least_s, _SHORTEST_S)


def _time(phase: Element, key: str) -> float | None:
    try:
        return seconds(phase, key)
    except FileError:
        return None


def _quoted(phase: Element, key: str) -> str:
    return f'{key} "{phase.attributes[key]}"' if key in phase.attributes else f"no {key}"


def _follow(phase: Element, number: int, count: int, faults: list[TextFault]) -> tuple[int, ...]:
    """Return the phases that may come next."""
    words = phase.attributes.get("next", "").split()
    if not words:
        return ((number + 1) % count,)
    if all(word.isdecimal() and int(word) < count for word in words):
        return tuple(dict.fromkeys(map(int, words)))
    seen = f'next "{phase.attributes["next"]}"'
    faults.append(TextFault("impossible-step", seen, f"numbers of phases, 0 to {count - 1}", number, phase.line))
    return ()
