"""The command ``signals bench``."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from signals import cli_options as given
from signals.errors import InputError
from signals.text import plain

if TYPE_CHECKING:
    from rich.console import Console

    from signals.bench.campaign import Campaign
    from signals.bench.lineup import Lineup
    from signals.bench.standings import Standing
    from signals.bench.suites import Suite

__all__ = ["add_command", "parse_list"]

PART_FAILED = 1
_DRAW = "draw"
_NARROW = "\N{NARROW NO-BREAK SPACE}"
"""Between thousands on a page; terminals get a plain one."""

SuiteName = Annotated[
    str, typer.Option("--suite", help="quick (minutes), full (days), m7 (as earlier work) or legacy (RESCO's).")
]
Maps = Annotated[str, typer.Option(help="Only these maps, with commas between: RESCO's and the shipped scenarios.")]
Controllers = Annotated[
    str, typer.Option(help="These controllers: names, module:Class or policy=..., with commas between.")
]
Seeds = Annotated[str, typer.Option(help="5 (that is 1 to 5), 11-15, 1,4,9, or draw30: drawn once all are frozen.")]
Tiers = Annotated[str, typer.Option(help="Only these sensing tiers: A (exact), B (loops), C (loops with faults).")]
Demands = Annotated[str, typer.Option("--demand", help="How many travel for each one of a map, such as 0.6,1.0,1.2.")]
Engine = Annotated[str, typer.Option(help="local, dask (a cluster on this machine), or a scheduler's address.")]
LineupFile = Annotated[
    Path | None, typer.Option("--lineup", help="A TOML file of controllers with settings, map by map where needed.")
]
Added = Annotated[
    Path | None, typer.Option("--add", help="Instead: check the results in this folder and add them to --out.")
]


class _Wanted(NamedTuple):
    """What the command line says of a suite, as text."""

    suite: str
    maps: str
    controllers: str
    seeds: str
    tiers: str
    demand: str
    lineup: Path | None


class _Way(NamedTuple):
    """How a suite is run."""

    jobs: int
    engine: str
    quiet: bool


def add_command(
    app: typer.Typer, in_one_line: Callable[[], AbstractContextManager[None]], console: Callable[..., Console]
) -> None:
    """Add the command to a command line.

    Parameters
    ----------
    app
        The command line.
    in_one_line
        Turns what goes wrong into one line and an exit code.
    console
        Gives where tables go, or with ``stderr=True`` where progress goes.
    """

    @app.command("bench")
    def _bench(
        *,
        suite: SuiteName = "quick",
        maps: Maps = "",
        controllers: Controllers = "",
        seeds: Seeds = "",
        tiers: Tiers = "",
        demand: Demands = "",
        jobs: given.Jobs = 0,
        engine: Engine = "local",
        out: given.Out = None,
        lineup: LineupFile = None,
        add: Added = None,
        as_json: given.Json = False,
    ) -> None:
        """Run every controller on every map of a suite, and write the leaderboard; what is there is kept."""
        with in_one_line():
            folder = out or Path("runs") / f"bench-{suite}"
            if add is not None:
                standings = _added(folder, add)
            else:
                wanted = _Wanted(suite, maps, controllers, seeds, tiers, demand, lineup)
                way = _Way(jobs, engine, as_json)
                with _world(suite, console(stderr=True)):
                    standings = _run(wanted, folder, way, console(stderr=True))
            _show(standings, folder, console(), as_json=as_json)
            if any(cell.void or cell.failed for standing in standings for cell in standing.cells.values()):
                raise typer.Exit(PART_FAILED)


def parse_list(text: str) -> tuple[str, ...]:
    """Read what stands between commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _run(wanted: _Wanted, folder: Path, way: _Way, console: Console) -> tuple[Standing, ...]:
    from signals import screens  # noqa: PLC0415  nothing heavy before a command runs
    from signals.bench.campaign import How, check_folder, run_suite  # noqa: PLC0415
    from signals.bench.countdown import Countdown  # noqa: PLC0415
    from signals.bench.publishing import publish  # noqa: PLC0415
    from signals.record.files import locked  # noqa: PLC0415

    with locked(folder):
        check_folder(folder)
        lineup = _lineup(wanted)
        suite = _suite(wanted, folder, lineup)
        countdown = Countdown(suite.runs, time.monotonic)
        with screens.followed(console, suite.runs, quiet=way.quiet) as show:
            campaign: Campaign = run_suite(
                suite,
                folder,
                lineup=lineup,
                how=How(jobs=way.jobs, engine=way.engine),
                on_progress=lambda step: show(countdown.told(step)),
            )
        return publish(folder, campaign)


def _world(suite: str, console: Console) -> AbstractContextManager[None]:
    """Return under which SUMO a suite runs; it is installed where that is another one."""
    from signals.bench.suites import LEGACY  # noqa: PLC0415  nothing heavy before a command runs

    if suite != LEGACY:
        return nullcontext()
    from signals.bench.legacy_sumo import LEGACY_SUMO, legacy_home, sumo_from  # noqa: PLC0415

    with console.status(f"SUMO {LEGACY_SUMO}, installed once beside the one that there is"):
        home = legacy_home(os.environ)
    return sumo_from(home)


def _lineup(wanted: _Wanted) -> Lineup:
    """Return who has settings: of the suite's own, and from the user's file."""
    from signals.bench.lineup import NOBODY, read_lineup  # noqa: PLC0415  nothing heavy before a command runs
    from signals.bench.suites import lineup_of  # noqa: PLC0415

    return {**lineup_of(wanted.suite), **(NOBODY if wanted.lineup is None else read_lineup(wanted.lineup))}


def _suite(wanted: _Wanted, folder: Path, lineup: Lineup) -> Suite:
    """Put the suite together; whoever has settings takes part beside those of the suite, unless others are named."""
    from signals.bench.suites import cut, suite  # noqa: PLC0415  nothing heavy before a command runs
    from signals.study import parse_seeds  # noqa: PLC0415

    whole = suite(wanted.suite)
    drawn = wanted.seeds.startswith(_DRAW)
    found = cut(
        whole,
        maps=parse_list(wanted.maps),
        tiers=parse_list(wanted.tiers),
        demands=_numbers(parse_list(wanted.demand)),
        controllers=parse_list(wanted.controllers) or tuple(dict.fromkeys((*whole.controllers, *lineup))),
        seeds=parse_seeds(wanted.seeds) if wanted.seeds and not drawn else (),
    )
    return cut(found, seeds=_drawn(found, wanted.seeds, folder, lineup)) if drawn else found


def _drawn(suite: Suite, text: str, folder: Path, lineup: Lineup) -> tuple[int, ...]:
    """Freeze who takes part, and draw their seeds then."""
    from signals.bench.campaign import entered  # noqa: PLC0415  nothing heavy before a command runs
    from signals.bench.drawing import drawn_seeds  # noqa: PLC0415

    number = text.removeprefix(_DRAW)
    if not number.isdigit() or not int(number):
        raise InputError(f'--seeds "{text}": expected {_DRAW} and how many, such as {_DRAW}30')
    frozen = {entrant.name: entrant.sha256 for entrant in entered(suite.controllers, lineup=lineup)}
    return drawn_seeds(folder, int(number), frozen)


def _numbers(texts: Iterable[str]) -> tuple[float, ...]:
    try:
        return tuple(float(text) for text in texts)
    except ValueError as error:
        raise InputError(f"--demand: expected numbers with commas between, such as 0.6,1.0,1.2: {error}") from error


def _added(folder: Path, package: Path) -> tuple[Standing, ...]:
    from signals.bench.packages import add_package  # noqa: PLC0415  nothing heavy before a command runs
    from signals.bench.publishing import write_leaderboard  # noqa: PLC0415
    from signals.record.files import locked  # noqa: PLC0415

    with locked(folder):
        add_package(folder, package)
        return write_leaderboard(folder)


def _show(standings: Sequence[Standing], folder: Path, console: Console, *, as_json: bool) -> None:
    from signals import screens  # noqa: PLC0415  nothing heavy before a command runs
    from signals.bench.board import board_of, standing_rows  # noqa: PLC0415
    from signals.bench.publishing import HTML_FILE  # noqa: PLC0415

    if as_json:
        for row in standing_rows(standings):
            print(screens.json_line(row))
        return
    for section in board_of(standings):
        first = section.grids[0]
        rows = [[box.text.replace(_NARROW, " ") for box in row] for row in first.rows]
        console.print(screens.table(f"{section.title}: delay [s]", first.headings, rows, numbers=1))
    print(f"leaderboard: {plain(str(folder / HTML_FILE))}")
