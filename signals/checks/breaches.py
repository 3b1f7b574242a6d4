"""What a check finds: which rule is not kept, where, when, by whom, and what the rule asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

__all__ = ["ERROR", "LEVELS", "RULES", "WARNING", "Breach", "Report", "counted", "merged", "to_object"]

ERROR = "error"
WARNING = "warning"
LEVELS = (ERROR, WARNING)
"""Severest first."""

RULES: Mapping[str, str] = MappingProxyType(
    {
        # As in `signals.safety.monitor`.
        "conflict": "two movements that meet are green together and neither yields",
        "intergreen": "a green begins too soon after the end of a conflicting one",
        "short-green": "a green ends before its minimum",
        "skipped-amber": "a green ends without amber",
        "short-amber": "an amber is too short",
        "clearance-cut": "a green begins before people on foot have left the crossing",
        "short-red-amber": "red-amber is cut or left out",
        "illegal-transition": "a change that is not the next step of red, red-amber, green, amber, red",
        "unknown-aspect": "a letter or an aspect that means nothing",
        "long-green": "a green goes on after its maximum although a conflicting group waits",
        "max-red": "a group waits longer than it ever should",
        "display": "what is shown is not what was commanded",
        # As in `signals inspect`.
        "implied-yield": "a movement that has to yield by law is shown the green that does not yield",
        "merging-lanes": "two lanes of one approach lead into one and are both shown the green that does not yield",
        "early-red-amber": "red-amber begins while a conflicting group is green or amber",
        "never-green": "a group is never green",
        # Of files.
        "altered-record": "a file is not what its hash says",
        "contradiction": "a file contradicts itself",
        "long-red-amber": "red-amber is longer than any guideline has it",
        "state-length": "a state has another number of letters than its signal has links",
        "impossible-time": "a duration that cannot be",
        "impossible-step": "a program without steps, or with one that goes nowhere",
    }
)
"""What each rule is broken by."""


class Breach(NamedTuple):
    """A rule that is not kept.

    Attributes
    ----------
    level
        ``error``: unsafe or unusable whatever the road authority says; ``warning``: not what is asked.
    rule
        A key of `RULES`.
    intersection, program
        Where; empty where it is about more than one.
    time_ds
        When: since the start of the cycle, or in the record's clock.
    step, line
        The step in which it happens, as its file numbers it, and its line there; -1 and 0 where there is none.
    groups, links, movements
        By whom: signal groups, and behind them places in the state string and movements.
    seen, required
        What was found and what should be, in words.
    source
        Who says so.
    short_ds
        By how much a time is too short; 0 where it is not about a time.
    times_ds
        Every time at which it happens, ascending; `time_ds` is that of the worst.
    """

    level: str
    rule: str
    intersection: str
    program: str
    time_ds: int
    step: int
    line: int
    groups: tuple[str, ...]
    links: tuple[int, ...]
    movements: tuple[str, ...]
    seen: str
    required: str
    source: str
    short_ds: int = 0
    times_ds: tuple[int, ...] = ()


class Report(NamedTuple):
    """What a check says about a file.

    Attributes
    ----------
    file, kind
        The file and what it is.
    breaches
        What is not kept, severest first.
    checked
        What was looked at.
    unchecked
        What was not, and why: one sentence each.
    """

    file: str
    kind: str
    breaches: tuple[Breach, ...]
    checked: str
    unchecked: tuple[str, ...]


def merged(breaches: Iterable[Breach]) -> tuple[Breach, ...]:
    """Join what is the same rule, at the same level, by the same groups, and keep the worst of it.

    Parameters
    ----------
    breaches
        In any order.

    Returns
    -------
    tuple of Breach
        Errors first, then in the order of `RULES`, then as they were given.
    """
    found: dict[tuple[object, ...], list[Breach]] = {}
    for breach in breaches:
        where = breach.groups or (breach.line, breach.seen)
        key = (breach.level, breach.intersection, breach.program, breach.rule, where)
        found.setdefault(key, []).append(breach)
    joined = (_joined(same) for same in found.values())
    rank = {rule: number for number, rule in enumerate(RULES)}
    return tuple(sorted(joined, key=lambda breach: (LEVELS.index(breach.level), rank[breach.rule])))


def _joined(same: Sequence[Breach]) -> Breach:
    worst = max(same, key=lambda breach: breach.short_ds)
    return worst._replace(times_ds=tuple(sorted({breach.time_ds for breach in same})))


def counted(number: int, what: str) -> str:
    """Return a number with its noun."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def to_object(report: Report) -> dict[str, object]:
    """Return a report as one object, for programs."""
    return {
        "file": report.file,
        "kind": report.kind,
        "checked": report.checked,
        "unchecked": list(report.unchecked),
        "errors": sum(breach.level == ERROR for breach in report.breaches),
        "warnings": sum(breach.level == WARNING for breach in report.breaches),
        "violations": [_object(breach) for breach in report.breaches],
    }


def _object(breach: Breach) -> dict[str, object]:
    return {
        "level": breach.level,
        "rule": breach.rule,
        "intersection": breach.intersection,
        "program": breach.program,
        "time_s": breach.time_ds / 10,
        "times_s": [time / 10 for time in breach.times_ds],
        "step": breach.step if breach.step >= 0 else None,
        "line": breach.line or None,
        "groups": list(breach.groups),
        "links": list(breach.links),
        "movements": list(breach.movements),
        "seen": breach.seen,
        "required": breach.required,
        "short_by_s": breach.short_ds / 10 if breach.short_ds else None,
        "source": breach.source,
    }
