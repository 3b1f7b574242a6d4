"""What a check found, as lines for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from signals.checks.breaches import LEVELS, Breach, Report, counted

__all__ = ["MOST", "report_lines"]

MOST = 10
"""How many of one rule are shown in full."""
_MOST_NAMES = 4
_ORDERED = frozenset({"intergreen", "clearance-cut", "early-red-amber"})
"""Rules about who comes after whom."""


def report_lines(report: Report, *, everything: bool = False) -> Iterator[str]:
    """Yield what a report says: what was checked, every breach, how many there are, and what was not checked.

    Parameters
    ----------
    report
        The report.
    everything
        Whether to show all breaches, however many are of one rule.
    """
    yield f"{report.file}: {report.kind}; {report.checked}"
    shown: Counter[tuple[str, str]] = Counter()
    for breach in report.breaches:
        shown[breach.level, breach.rule] += 1
        if everything or shown[breach.level, breach.rule] <= MOST:
            yield _line(breach)
    for (level, rule), count in shown.items():
        if count > MOST and not everything:
            yield f"{level}: {rule}: {count - MOST} more; --all shows them"
    yield _sum(report)
    for sentence in report.unchecked:
        yield f"not checked: {sentence}"


def _line(breach: Breach) -> str:
    """Say rule, place, time, groups, what was seen, what is required, and who says so."""
    where = [f'"{breach.intersection}"'] if breach.intersection else []
    where += [f'program "{breach.program}"'] if breach.program else []
    where += [f"step {breach.step}"] if breach.step >= 0 else []
    where += [f"line {breach.line}"] if breach.line else []
    if breach.step >= 0 or breach.time_ds:
        where.append(f"at {breach.time_ds / 10:g} s")
    if len(breach.times_ds) > 1:
        where.append(f"{len(breach.times_ds)} times")
    who = f": {_who(breach)}" if breach.groups else ""
    head = f"{breach.level}: {breach.rule}: {', '.join(where)}{who}"
    return f"{head}: {breach.seen}; required: {breach.required} ({breach.source})"


def _who(breach: Breach) -> str:
    """Name the groups, in brackets what is behind them."""
    between = " to " if breach.rule in _ORDERED else " and "
    groups = between.join(f'"{group}"' for group in breach.groups)
    behind = [f"{'links' if len(breach.links) > 1 else 'link'} {_some(breach.links)}"] if breach.links else []
    behind += [_some([name for name in breach.movements if name])] if any(breach.movements) else []
    return f"{groups} ({'; '.join(behind)})" if behind else groups


def _some(names: Sequence[object]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(map(str, names[:_MOST_NAMES])) + more


def _sum(report: Report) -> str:
    parts = []
    for level in LEVELS:
        rules = Counter(breach.rule for breach in report.breaches if breach.level == level)
        count = sum(rules.values())
        which = ", ".join(f"{rule} {number}" for rule, number in rules.items())
        parts.append(counted(count, level) + (f" ({which})" if which else ""))
    return "; ".join(parts)
