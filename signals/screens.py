"""What the command line shows: tables for people, JSON for programs, progress for the impatient.

Ids come from foreign files. They are never read as markup, and what cannot be printed is shown as an escape.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from signals.text import plain

if TYPE_CHECKING:
    from signals.adapters.sumo.install import Row
    from signals.record.comparison import ComparisonRecord
    from signals.record.run_record import RunRecord
    from signals.record.statistics import Interval
    from signals.study import Progress

__all__ = [
    "comparison_rows",
    "comparison_table",
    "doctor_table",
    "followed",
    "json_line",
    "run_object",
    "run_table",
    "table",
    "watched",
]

_SHOWN = ("delay_s", "delay_p95_s", "stops", "queue_veh", "throughput_veh_h", "longest_wait_s")


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: int = 99) -> Table:
    """Make a table of plain text.

    Parameters
    ----------
    title, headings
        What stands above.
    rows
        Its cells.
    numbers
        From this column on, cells are numbers and stand to the right.
    """
    made = Table(title=Text(plain(title)), title_justify="left")
    for number, heading in enumerate(headings):
        made.add_column(Text(plain(heading)), justify="right" if number >= numbers else "left", no_wrap=number == 0)
    for row in rows:
        made.add_row(*(Text(plain(cell)) for cell in row))
    return made


def comparison_table(record: ComparisonRecord) -> Table:
    """Show the delay of every controller, and its difference from the first."""
    first = record.rows[0].controller
    rows = []
    for row in record.rows:
        other = "" if row.controller == first else _interval(record.difference(row.controller, first))
        runs = f"{row.runs}" + (f" (+{row.interrupted} not whole)" if row.interrupted else "")
        runs += f" ({row.replaced} not its own)" if row.replaced else ""
        rows.append((row.controller, _interval(row.delay), other, runs, str(row.violations)))
    headings = ("controller", "delay, s [95 % interval]", f"less {first}, s [95 % interval]", "runs", "violations")
    return table(f"{record.scenario}: mean delay of all vehicles", headings, rows, numbers=1)


def comparison_rows(record: ComparisonRecord) -> list[dict[str, object]]:
    """Return one object per controller; metrics are means over its runs, those that are undefined left out."""
    return [
        {
            "controller": row.controller,
            "delay_s": row.delay.mean,
            "low_s": row.delay.low,
            "high_s": row.delay.high,
            "runs": row.runs,
            "interrupted": row.interrupted,
            "violations": row.violations,
            "replaced": row.replaced,
            "scenario": record.scenario,
            "metrics": _known({name: interval.mean for name, interval in row.metrics.items()}),
        }
        for row in record.rows
    ]


def run_table(record: RunRecord) -> Table:
    """Show the headline metrics of a run."""
    rows = [(name, _number(record.metrics[name])) for name in _SHOWN if name in record.metrics]
    rows.append(("violations", str(record.violations)))
    return table(f"{record.scenario}: {record.controller}, seed {record.seed}", ("metric", "value"), rows, numbers=1)


def run_object(record: RunRecord) -> dict[str, object]:
    """Return a run as one object."""
    return {
        "scenario": record.scenario,
        "controller": record.controller,
        "seed": record.seed,
        "finished": record.finished,
        "violations": record.violations,
        "metrics": _known(record.metrics),
        "findings": [finding.text for finding in record.findings],
    }


def doctor_table(rows: Iterable[Row]) -> Table:
    """Show what was found and what to do where something is missing."""
    cells = [(row.what, row.found or "missing", row.advice) for row in rows]
    return table("What is here", ("what", "found", "what to do"), cells)


def json_line(value: Mapping[str, object]) -> str:
    """Return one line of JSON in which what is not a number is null."""
    return json.dumps(_finite(value), allow_nan=False)


def _finite(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def _known(metrics: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if not math.isnan(value)}


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.1f}"


def _interval(interval: Interval) -> str:
    if math.isnan(interval.mean):
        return "-"
    if math.isnan(interval.low):
        return f"{interval.mean:.1f}"
    return f"{interval.mean:.1f} [{interval.low:.1f}, {interval.high:.1f}]"


@contextmanager
def watched(console: Console, title: str) -> Iterator[Callable[[float], None] | None]:
    """Show the progress of one run on a terminal; nothing anywhere else."""
    if not console.is_terminal:
        yield None
        return
    with _bar(console) as bar:
        task = bar.add_task(plain(title), total=1.0)
        yield lambda share: bar.update(task, completed=share)


@contextmanager
def followed(console: Console, total: int, *, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """Show the progress of a study: a bar on a terminal, else a line for every run that ends.

    Parameters
    ----------
    console
        Where.
    total
        How many runs there are.
    quiet
        Whether only what is wrong is worth a line.
    """
    shares: dict[tuple[str, int], float] = {}
    with _bar(console) if console.is_terminal else nullcontext() as bar:
        task = None if bar is None else bar.add_task(f"{total} runs", total=total)

        def show(step: Progress) -> None:
            shares[step.controller, step.seed] = step.share if step.state == "running" else 1.0
            if bar is not None and task is not None:
                bar.update(task, completed=sum(shares.values()))
            if step.note or not (quiet or bar is not None or step.state == "running"):
                note = f": {step.note}" if step.note else ""
                console.print(Text(plain(f"{step.controller}, seed {step.seed}: {step.state}{note}")), soft_wrap=True)

        yield show


def _bar(console: Console) -> Bar:
    words = TextColumn("{task.description}", markup=False)
    return Bar(words, BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), console=console, transient=True)
