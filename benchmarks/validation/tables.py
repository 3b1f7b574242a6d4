"""The comparison as text for a terminal, or as Markdown for a README."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from benchmarks.validation.verdicts import Row, Verdict

__all__ = ["lines_of", "reasons_of", "verdict_lines"]

_NOTHING = "-"
_BAR = "\\|"
"""A bar inside a cell of Markdown."""


def lines_of(rows: Sequence[Row], *, markdown: bool = False) -> Iterator[str]:
    """Yield the table: a line for every network and controller, the worlds side by side.

    Parameters
    ----------
    rows
        Of every world, that of SUMO included.
    markdown
        Whether it is Markdown.
    """
    worlds = [world for world in dict.fromkeys(row.world for row in rows) if world != "sumo"]
    heads = ["network", "controller", "seeds", "SUMO, s"]
    heads += [text for world in worlds for text in (f"{world}, s", "error")]
    body = [
        _cells(site, controller, worlds, rows)
        for site, controller in dict.fromkeys((row.site, row.controller) for row in rows)
    ]
    widths = [max(len(line[column]) for line in [heads, *body]) for column in range(len(heads))]
    if markdown:
        yield f"| {' | '.join(heads)} |"
        yield f"|{'---|' * len(heads)}"
        yield from (f"| {' | '.join(line)} |" for line in body)
        return
    for line in [heads, *body]:
        yield "  ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()


def verdict_lines(verdicts: Sequence[Verdict], *, markdown: bool = False) -> Iterator[str]:
    """Yield a line for every target."""
    if markdown:
        yield "| target | | |"
        yield "|---|---|---|"
    for verdict in verdicts:
        if markdown:
            yield f"| {verdict.target.replace('|', _BAR)} | {verdict.state} | {verdict.detail} |"
        else:
            yield f"{verdict.state:6}  {verdict.target}: {verdict.detail}"


def reasons_of(rows: Sequence[Row]) -> Iterator[str]:
    """Yield why there is nothing where there is nothing, and where controllers were not followed; equal ones once."""
    whys: dict[str, list[str]] = {}
    for row in rows:
        if row.why:
            whys.setdefault(row.why, []).append(f"{row.site} {row.world} {row.controller}")
        if row.notes:
            text = f"the controller was not followed for a while in {row.notes} of {row.seeds} runs"
            whys.setdefault(text, []).append(f"{row.site} {row.world} {row.controller}")
    for why, cases in whys.items():
        yield f"{why}: {', '.join(cases)}"


def _cells(site: str, controller: str, worlds: Sequence[str], rows: Sequence[Row]) -> list[str]:
    found = {row.world: row for row in rows if (row.site, row.controller) == (site, controller)}
    sumo = found.get("sumo") or next(iter(found.values()))
    cells = [site, controller, str(sumo.seeds), _delay(sumo.sumo_s, sumo.sumo_spread_s)]
    for world in worlds:
        row = found.get(world)
        if row is None or not row.seeds:
            cells += [_NOTHING, _NOTHING]
        else:
            few = f" ({row.seeds})" if row.seeds != sumo.seeds else ""
            cells += [_delay(row.delay_s, row.spread_s), f"{row.error_percent:+.1f} %{few}"]
    return cells


def _delay(mean_s: float, spread_s: float) -> str:
    if math.isnan(mean_s):
        return _NOTHING
    return f"{mean_s:.1f}" if math.isnan(spread_s) else f"{mean_s:.1f} ± {spread_s:.1f}"
