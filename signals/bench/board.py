"""The leaderboard as text: every table that people read, once, for Markdown and for HTML.

Nothing in it depends on a clock but `cost_grid`, which therefore stands apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from signals.bench.legacy_delay import RESCO_DELAY
from signals.bench.legacy_figures import PUBLISHED
from signals.bench.results import Result
from signals.bench.rule_sets import rule_set
from signals.bench.standings import Cell, Standing
from signals.bench.sums import STARVED_S
from signals.bench.tiers import tier
from signals.record.metrics import GRIDLOCK_S
from signals.report.numbers import UNKNOWN, difference_text, interval_text, number_text

__all__ = ["DEFINITIONS", "Box", "Grid", "Section", "board_of", "cost_grid", "markdown_of", "standing_rows"]

DEFINITIONS = (
    (
        "Delay: time loss + departure delay in seconds, mean over all vehicles scheduled in the scored time: finished, "
        "still under way (up to the end) or never inserted (from their departure to the end). In brackets the 95 % "
        "bootstrap interval over the seeds; every controller meets the same travellers and faults under a seed."
    ),
    (
        f"Gridlock: a vehicle stood for more than {GRIDLOCK_S:.0f} s without pause; teleporting is switched off. "
        "Starved: a traveller stood, or waited to get in without ever doing so, for more than "
        f"{STARVED_S:.0f} s altogether."
    ),
    (
        "Void: the independent monitor saw a rule broken in at least one run. Failed: a run did not reach its end. "
        "Either leaves the controller without a delay on that map and with the last rank there."
    ),
    "Not followed: runs in which the controller raised, or wanted what does not exist, and a fallback stood in.",
)
"""What the words in the tables mean."""

_CLEAR = 0.05


class Box(NamedTuple):
    """A cell: its text, and ``best``, ``alarm``, ``clear`` or nothing as its mark."""

    text: str
    mark: str = ""


class Grid(NamedTuple):
    """A table."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Box, ...], ...]


class Section(NamedTuple):
    """A heading with what stands under it; `key` names its pictures."""

    key: str
    title: str
    texts: tuple[str, ...]
    grids: tuple[Grid, ...]


class _Sum(NamedTuple):
    """A column of what a mean hides: its heading, its metric, how runs are put together, and its unit."""

    heading: str
    metric: str
    how: str
    unit: str
    alarming: bool = False


_SUMS = (
    _Sum("95th percentile [s]", "delay_p95_s", "mean", "s"),
    _Sum("longest wait [s]", "longest_wait_s", "most", "s"),
    _Sum("persons' delay [s]", "person_delay_s", "mean", "s"),
    _Sum("gridlocked runs", "gridlock", "sum", "", alarming=True),
    _Sum("starved", "starved", "sum", ""),
    _Sum("never inserted", "never_inserted_veh", "sum", ""),
    _Sum("teleports", "teleports", "sum", "", alarming=True),
    _Sum("collisions", "collisions", "sum", "", alarming=True),
    _Sum("emergency braking", "emergency_braking", "sum", ""),
    _Sum("emergency stops", "emergency_stops", "sum", ""),
)


def board_of(standings: Sequence[Standing]) -> tuple[Section, ...]:
    """Return one section per rule set, tier and demand."""
    return tuple(_section(standing) for standing in standings)


def standing_rows(standings: Sequence[Standing]) -> list[dict[str, object]]:
    """Return one object per table, map and controller, for programs."""
    return [
        {
            "rules": standing.rules,
            "tier": standing.tier,
            "demand": standing.demand,
            "map": site,
            "controller": name,
            "delay_s": cell.interval().mean,
            "low_s": cell.interval().low,
            "high_s": cell.interval().high,
            "runs": len(cell.runs),
            "void": cell.void,
            "failed": cell.failed,
            "mean_rank": standing.rank[name],
        }
        for standing in standings
        for (site, name), cell in standing.cells.items()
    ]


def cost_grid(results: Iterable[Result]) -> Grid:
    """Return what decisions took, per intersection; measured while other runs used the machine as well."""
    found: dict[str, list[tuple[float, float, int]]] = {}
    for result in results:
        if result.cost is not None:
            cost = result.cost
            each = cost.mean_ms / max(cost.intersections, 1)
            found.setdefault(result.case.controller, []).append((each, cost.worst_ms, cost.intersections))
    rows = tuple(
        (Box(name), Box(f"{np.mean([row[0] for row in rows]):.3f}"), Box(f"{max(row[1] for row in rows):.1f}"))
        for name, rows in found.items()
    )
    headings = ("controller", "mean per intersection and decision [ms]", "worst decision, all intersections [ms]")
    return Grid(
        "Wall time of decisions on the machine that ran them; the one table that differs every time.", headings, rows
    )


def markdown_of(title: str, texts: Sequence[str], sections: Sequence[Section]) -> str:
    """Write everything as Markdown."""
    lines = [f"# {title}", *(text for text in texts), *(f"- {text}" for text in DEFINITIONS)]
    parts = ["\n\n".join(lines[: 1 + len(texts)]), "\n".join(lines[1 + len(texts) :])]
    for section in sections:
        parts += [f"## {section.title}", *section.texts]
        for grid in section.grids:
            parts += [_markdown_grid(grid), grid.caption]
    return "\n\n".join(part for part in parts if part) + "\n"


def _markdown_grid(grid: Grid) -> str:
    lines = [_line(grid.headings), _line(["---", *("---:" for _ in grid.headings[1:])])]
    lines += [
        _line([f"**{box.text}**" if box.mark in ("best", "clear") else box.text for box in row]) for row in grid.rows
    ]
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _section(standing: Standing) -> Section:
    rules, level = rule_set(standing.rules), tier(standing.tier)
    published = (_beside_the_published(standing),) if rules.legacy else ()
    return Section(
        key=f"{standing.rules}-{standing.tier}-{standing.demand:g}",
        title=f"Rules {rules.name}, tier {level.name}, demand \N{MULTIPLICATION SIGN} {standing.demand:g}",
        texts=(f"Rules: {rules.text}.", f"Sensing: {level.text}."),
        grids=(_delays(standing), *published, _behind_the_mean(standing), _against_the_first(standing)),
    )


def _delays(standing: Standing) -> Grid:
    best = {site: _best_on(standing, site) for site in standing.sites}
    rows = []
    for name in standing.controllers:
        cells = [_delay_box(standing.cells[site, name], best=best[site] == name) for site in standing.sites]
        rows.append((Box(name), Box(f"{standing.rank[name]:.2f}"), Box(_share_text(standing, name)), *cells))
    return Grid(
        "Mean delay per vehicle [s] on every map. Bold: the least. G: gridlocked runs.",
        ("controller", "mean rank", f"share of {standing.reference}'s delay", *standing.sites),
        tuple(rows),
    )


def _beside_the_published(standing: Standing) -> Grid:
    """Return RESCO's delay, with what RESCO published under it."""
    rows = [
        (
            Box(name),
            *(Box(_mean_text(standing.cells[site, name].interval(RESCO_DELAY).mean)) for site in standing.sites),
        )
        for name in standing.controllers
    ]
    rows += [
        (Box(name), *(Box(_mean_text(found.get(site, float("nan")))) for site in standing.sites))
        for name, found in PUBLISHED.items()
    ]
    return Grid(
        "Mean delay [s] as RESCO's code computes it: most of those who never got in do not count. Published are means "
        "of 30 to 100 episodes, but of learned policies the best episode of 100 or 1400.",
        ("controller", *standing.sites),
        tuple(rows),
    )


def _mean_text(value: float) -> str:
    return UNKNOWN if np.isnan(value) else f"{value:.2f}"


def _best_on(standing: Standing, site: str) -> str:
    means = {name: standing.cells[site, name].interval().mean for name in standing.controllers}
    known = {name: mean for name, mean in means.items() if not np.isnan(mean)}
    return min(known, key=lambda name: known[name]) if known else ""


def _share_text(standing: Standing, name: str) -> str:
    mean, low, high, runs = standing.share[name]
    if not runs:
        return UNKNOWN
    bounds = "" if np.isnan(low) else f" [{100 * low:.1f}, {100 * high:.1f}]"
    return f"{100 * mean:.1f} %{bounds}"


def _delay_box(cell: Cell, *, best: bool) -> Box:
    total = len(cell.runs) + cell.void + cell.failed
    if not total:
        return Box("not run")
    wrong = [f"{word} {count} of {total}" for word, count in (("void", cell.void), ("failed", cell.failed)) if count]
    if wrong:
        return Box(", ".join(wrong), "alarm")
    gridlocked = int(sum(cell.values("gridlock")))
    text = interval_text(cell.interval(), "s")
    return Box(f"{text} G {gridlocked} of {total}" if gridlocked else text, "best" if best else "")


def _behind_the_mean(standing: Standing) -> Grid:
    rows = []
    for name in standing.controllers:
        column = standing.column(name)
        runs = [result for cell in column for result in cell.runs.values()]
        counts = (
            ("void", sum(cell.void for cell in column)),
            ("failed", sum(cell.failed for cell in column)),
            ("not followed", sum(bool(result.falls) for result in runs)),
        )
        boxes = [Box(str(count), "alarm" if count else "") for _, count in counts]
        rows.append((Box(name), Box(str(len(runs))), *boxes, *(_sum_box(runs, column_) for column_ in _SUMS)))
    return Grid(
        "Over all maps. Percentile and persons: mean of the runs; longest wait: the longest of all; else sums.",
        ("controller", "valid runs", "void", "failed", "not followed", *(column.heading for column in _SUMS)),
        tuple(rows),
    )


def _sum_box(runs: Sequence[Result], column: _Sum) -> Box:
    values = np.array([run.metrics[column.metric] for run in runs], np.float64)
    known = values[~np.isnan(values)]
    if not known.size:
        return Box(UNKNOWN)
    put: Mapping[str, float] = {"mean": known.mean(), "most": known.max(), "sum": known.sum()}
    value = float(put[column.how])
    return Box(number_text(value, column.unit), "alarm" if column.alarming and value else "")


def _against_the_first(standing: Standing) -> Grid:
    first = standing.controllers[0]
    found = {(c.controller, c.site): c for c in standing.contrasts if c.other == first}
    rows = []
    for name in standing.controllers[1:]:
        boxes = []
        for site in standing.sites:
            contrast = found[name, site]
            text = difference_text(contrast.interval, "s") if contrast.interval.runs else UNKNOWN
            known = not np.isnan(contrast.p_holm)
            boxes.append(
                Box(
                    f"{text}, {_chance(contrast.p_holm)}" if known else text,
                    "clear" if contrast.p_holm < _CLEAR else "",
                )
            )
        rows.append((Box(name), *boxes))
    return Grid(
        f"Delay minus that of {first} [s], seed by seed, and the probability of such a difference by chance (sign "
        f"flips, corrected for {len(standing.sites)} maps after Holm). Bold: less than {_CLEAR:g}. All pairs of "
        "those who were run here are in differences.csv.",
        ("controller", *standing.sites),
        tuple(rows),
    )


def _chance(p: float) -> str:
    """Write a probability to three places; what is less is said to be."""
    return f"p {p:.3f}" if p >= 0.001 else "p < 0.001"
