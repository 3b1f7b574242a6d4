"""The numbers of the page: headline, safety, differences and all metrics, ready to be printed."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import NamedTuple

from signals.record.comparison import ComparisonRecord, ControllerRow
from signals.record.metrics import CLASSES, METRICS, Metric
from signals.record.statistics import Interval
from signals.report.canvas import colour_of
from signals.report.numbers import difference_text, interval_text, number_text

__all__ = [
    "Cell",
    "Contrast",
    "Headline",
    "MetricRow",
    "best_of",
    "contrasts_of",
    "difference_table",
    "headlines_of",
    "metric_rows",
    "safety_table",
]

_HEADLINE_CLASSES = ("person_delay_s", "bicycle_delay_s", "transit_delay_s")
_SAFETY = (
    ("collisions", "collisions"),
    ("teleports", "teleports"),
    ("emergency_stops", "emergency stops"),
    ("emergency_braking", "emergency braking"),
    ("gridlock", "gridlock"),
    ("unfinished_veh", "still under way"),
    ("never_inserted_veh", "never inserted"),
)


class Cell(NamedTuple):
    """A text with a mark: ``alarm``, ``clear`` or nothing."""

    text: str
    mark: str = ""


class Headline(NamedTuple):
    """One controller in the first table."""

    controller: str
    colour: str
    best: bool
    delay: str
    others: tuple[str, ...]
    runs: int
    interrupted: int
    violations: int
    caution: str


class Contrast(NamedTuple):
    """One controller minus another."""

    controller: str
    other: str
    text: str
    clear: bool
    runs: int
    caution: str


class MetricRow(NamedTuple):
    """One metric of all controllers."""

    metric: Metric
    cells: tuple[str, ...]


def best_of(record: ComparisonRecord, failing: Collection[str] = ()) -> ControllerRow | None:
    """Return the row with the least delay among those that are valid, or among all where none is.

    Not valid is a row with a violation, and one of the controllers named in ``failing``: somebody else decided for
    them. `None` where no run was finished.
    """
    known = [row for row in record.rows if not math.isnan(row.delay.mean)]
    valid = [row for row in known if not row.violations and row.controller not in failing]
    return min(valid or known, key=lambda row: row.delay.mean, default=None)


def headlines_of(record: ComparisonRecord, failing: Collection[str] = ()) -> tuple[tuple[str, ...], list[Headline]]:
    """Return the first table: the classes of travellers beside the vehicles, and a line per controller."""
    best = best_of(record, failing)
    classes = [name for name in _HEADLINE_CLASSES if _known(record, name)]
    lines = [
        Headline(
            controller=row.controller,
            colour=colour_of(number),
            best=row is best and len(record.rows) > 1,
            delay=interval_text(row.delay, "s"),
            others=tuple(interval_text(row.metrics[name], "s") for name in classes),
            runs=row.runs,
            interrupted=row.interrupted,
            violations=row.violations,
            caution=row.delay.caution,
        )
        for number, row in enumerate(record.rows)
    ]
    return tuple(name.removesuffix("_delay_s") for name in classes), lines


def safety_table(record: ComparisonRecord) -> tuple[tuple[str, ...], list[tuple[str, list[Cell]]]]:
    """Return what must never be hidden behind a mean: sums for violations and lost runs, means per run for the rest."""
    names = ("violations", "interrupted runs", *(title for _, title in _SAFETY))
    rows = []
    for row in record.rows:
        sums = [_alarm(float(row.violations)), _alarm(float(row.interrupted))]
        means = [_alarm(row.metrics[metric].mean, metric) for metric, _ in _SAFETY]
        rows.append((row.controller, sums + means))
    return names, rows


def contrasts_of(record: ComparisonRecord, failing: Collection[str] = ()) -> list[Contrast]:
    """Return the paired difference in delay of the best controller to every other (``failing`` as in `best_of`)."""
    best = best_of(record, failing)
    if best is None:
        return []
    others = [row.controller for row in record.rows if row is not best]
    return [_contrast(best.controller, other, record.difference(best.controller, other)) for other in others]


def difference_table(record: ComparisonRecord) -> list[tuple[str, list[Cell]]]:
    """Return the paired differences in delay of all controllers, row minus column."""
    names = [row.controller for row in record.rows]
    return [(one, [_difference(record, one, two) for two in names]) for one in names]


def metric_rows(record: ComparisonRecord) -> list[MetricRow]:
    """Return every metric that somebody has; motor vehicles only where they are not all there is."""
    mixed = _known(record, "bicycle_delay_s") or _known(record, "transit_delay_s")
    hidden = {prefix for prefix in CLASSES if prefix and not _known(record, f"{prefix}delay_s")}
    hidden |= set() if mixed else {"motor_"}
    shown = [metric for metric in METRICS if not metric.name.startswith(tuple(hidden))]
    return [
        MetricRow(metric, tuple(interval_text(row.metrics[metric.name], metric.unit) for row in record.rows))
        for metric in shown
        if _known(record, metric.name)
    ]


def _known(record: ComparisonRecord, metric: str) -> bool:
    return any(not math.isnan(row.metrics[metric].mean) for row in record.rows)


def _alarm(value: float, metric: str = "") -> Cell:
    """Mark whatever should not happen; that some are still under way when a run ends is in the nature of things."""
    return Cell(number_text(value, "veh"), "alarm" if value > 0 and metric != "unfinished_veh" else "")


def _clear(interval: Interval) -> bool:
    """Whether the interval does not hold 0."""
    return interval.low > 0 or interval.high < 0


def _contrast(controller: str, other: str, interval: Interval) -> Contrast:
    text = difference_text(interval, "s", with_unit=True)
    return Contrast(controller, other, text, _clear(interval), interval.runs, interval.caution)


def _difference(record: ComparisonRecord, one: str, two: str) -> Cell:
    if one == two:
        return Cell("")
    interval = record.difference(one, two)
    return Cell(difference_text(interval, "s"), "clear" if _clear(interval) else "")
