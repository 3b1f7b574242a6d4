"""One self-contained HTML page about a run or a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from signals.errors import RecordError
from signals.model.network import Network
from signals.record.comparison import ComparisonRecord, comparison_of
from signals.record.explanation import Change, changes_before
from signals.record.files import write_whole
from signals.record.run_folder import COMPARISON_FILE, RUN_FILE, read_comparison, read_run
from signals.record.run_record import RunRecord
from signals.report import junctions, summary
from signals.report.canvas import styled, svg_of
from signals.report.entrants import failing_in, policies_in, records_of
from signals.report.facts import facts_of
from signals.report.folder import Played, Table, network_of, played_in
from signals.report.intervals import draw_intervals
from signals.report.queues import draw_approaches, draw_queues, series_of
from signals.report.timing import Window, window_of

__all__ = ["render"]

_PAGE = "report.html"
_MOST_SEEDS = 10
_MOST_ROWS = 100
_MOST_CHANGES = 40


class Story(NamedTuple):
    """What a page is about: a comparison, or a run told as a comparison of one."""

    record: ComparisonRecord
    played: list[Played]
    run: RunRecord | None


def render(folder: str | Path) -> Path:
    """Write `report.html` into the folder of a run or of a comparison.

    Only files of that folder are read, and the page needs no other file: pictures are inline, nothing is fetched. The
    same folder gives the same bytes.

    Parameters
    ----------
    folder
        What `signals.record.run_folder` wrote.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    RecordError
        When the folder holds neither a run nor a comparison, or a file in it is damaged.
    """
    folder = Path(folder)
    story = _story(folder)
    network = network_of([folder, *(run.folder for run in story.played)])
    with styled():
        content = _content(story, network)
    environment = Environment(loader=PackageLoader("signals.report", "."), autoescape=True, undefined=StrictUndefined)
    environment.trim_blocks = environment.lstrip_blocks = True
    text = environment.get_template("template.html.j2").render(content)
    write_whole(folder / _PAGE, text.encode())
    return folder / _PAGE


def _story(folder: Path) -> Story:
    if (folder / COMPARISON_FILE).is_file():
        record = read_comparison(folder)
        return Story(record, played_in(folder, record), None)
    if (folder / RUN_FILE).is_file():
        run = read_run(folder)
        record = comparison_of([replace(run, finished=True)], settings=run.settings)
        row = replace(record.rows[0], interrupted=int(not run.finished))
        return Story(replace(record, rows=(row,)), [Played(run.controller, run.seed, folder)], run)
    raise RecordError(f'"{folder}" holds no results: expected {RUN_FILE} or {COMPARISON_FILE} in it')


def _content(story: Story, network: Network | None) -> dict[str, object]:
    """Return everything that the template prints."""
    record, runs = story.record, records_of(story.played)
    failing = failing_in(runs)
    failed = {one.controller: one.failed for one in failing}
    classes, headlines = summary.headlines_of(record, failed)
    safety_names, safety_rows = summary.safety_table(record)
    return {
        "record": record,
        "run": story.run,
        "network": network,
        "violations_total": sum(row.violations for row in record.rows),
        "style": Markup((resources.files("signals.report") / "style.css").read_text("utf-8")),  # noqa: S704  ours
        "classes": classes,
        "headlines": headlines,
        "safety_names": safety_names,
        "safety_rows": safety_rows,
        "contrasts": summary.contrasts_of(record, failed),
        "failing": failing,
        "failed": failed,
        "policies": policies_in(runs),
        "differences": summary.difference_table(record),
        "metrics": summary.metric_rows(record),
        "most_intersections": junctions.MOST,
        "junctions": junctions.junction_views(network, _shown(story.played)) if network else [],
        "facts": facts_of(record),
        "seeds": sorted({run.seed for run in record.runs}),
        **_pictures(story),
        **(_log(story.played[0]) if story.run else {}),
    }


def _pictures(story: Story) -> dict[str, object]:
    intervals = draw_intervals({row.controller: row.delay for row in story.record.rows}, "mean delay [s]")
    by_name = _by_controller(story.played)
    tables = {name: [run.table("queues") for run in runs[:_MOST_SEEDS]] for name, runs in by_name.items()}
    series = {row.controller: series_of(tables.get(row.controller, [])) for row in story.record.rows}
    return {
        "intervals": svg_of(intervals, "delay", "Mean delay of each controller with its 95 % interval"),
        "queues": svg_of(draw_queues(series), "queues", "Standing vehicles over time under each controller")
        if any(len(one.time_s) for one in series.values())
        else None,
        "queue_seeds": max((len(one.queue_veh) for one in series.values()), default=0),
    }


def _log(played: Played) -> dict[str, object]:
    """Return what only the page of a run shows: queues by approach, events and violations."""
    queues = played.table("queues")
    drawn = draw_approaches(queues) if len(queues["time_s"]) else None
    return {
        "approaches": drawn and svg_of(drawn[0], "approaches", "Queue of each approach over time"),
        "approaches_left_out": drawn[1] if drawn else 0,
        "changes": _changes(played),
        "events": _rows(played.table("events")),
        "violations": _rows(played.table("violations")),
        "most_rows": _MOST_ROWS,
        "most_changes": _MOST_CHANGES,
    }


def _changes(played: Played) -> list[Change]:
    """Return what was weighed in the stretch of time of the signal pictures."""
    window = window_of(played.table("signals"))
    if not (played.folder / "comparisons.csv").is_file():  # a run of an older version
        return []
    table = played.table("comparisons")
    return changes_before(table, window.end_s, window.begin_s, every=True)[:_MOST_CHANGES]


def _shown(played: Sequence[Played]) -> list[tuple[str, Table, Window]]:
    """Return the signals of the first run of each controller, all in the same stretch of time."""
    tables = {name: runs[0].table("signals") for name, runs in _by_controller(played).items()}
    windows = [window_of(table) for table in tables.values()]
    return [(name, table, windows[0]) for name, table in tables.items()]


def _by_controller(played: Sequence[Played]) -> dict[str, list[Played]]:
    found: dict[str, list[Played]] = {}
    for run in played:
        found.setdefault(run.controller, []).append(run)
    return found


def _rows(table: Table) -> list[tuple[str, ...]]:
    """Return the first rows of a table as texts."""
    columns = (map(_cell, column[:_MOST_ROWS].tolist()) for column in table.values())
    return list(zip(*columns, strict=True))


def _cell(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"
