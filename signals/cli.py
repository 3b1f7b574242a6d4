"""The command line: thin commands over the library.

Exit codes: 0 all well, 1 something was found or failed in part, 2 wrong input (one line on the standard error; with
``SIGNALS_DEBUG=1`` the traceback, too), 130 interrupted. Nothing heavy is imported before a command runs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from signals import cli_drive, cli_explain, cli_serve, cli_tune
from signals import cli_options as given
from signals.bench import cli as bench_cli
from signals.errors import InputError, SignalsError, UnsafePlanError, WorldError
from signals.text import plain

if TYPE_CHECKING:
    from rich.console import Console

    from signals.scenario import Changes, Scenario

__all__ = ["app", "main"]

PART_FAILED = 1
WRONG_INPUT = 2
INTERRUPTED = 130
_WIDE = 200

app = typer.Typer(
    name="signals",
    help="Adaptive traffic-signal control: simulate, optimise, compare and drive.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line."""
    app()


@contextmanager
def _in_one_line() -> Iterator[None]:
    """Turn what goes wrong into one line and an exit code."""
    try:
        yield
        sys.stdout.flush()
    except SignalsError as error:
        if os.environ.get("SIGNALS_DEBUG"):
            raise
        _complain(f"error: {error}")
        raise typer.Exit(PART_FAILED if isinstance(error, WorldError) else WRONG_INPUT) from None
    except KeyboardInterrupt:
        _complain("interrupted; what was recorded is kept")
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(PART_FAILED) from None


def _complain(text: str) -> None:
    print(plain(text), file=sys.stderr)


def _console(*, stderr: bool = False) -> Console:
    """Return where tables go; where nobody looks, they are as wide as they need to be."""
    from rich.console import Console  # noqa: PLC0415  nothing heavy before a command runs

    console = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = _WIDE
    return console


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415  nothing heavy before a command runs

        print(f"signals {version('signals')}")
        raise typer.Exit


def _changes(*, begin: str | None, end: str | None, **given: str | None) -> Changes:
    """Collect what is wanted otherwise than the scenario says."""
    from signals.scenario_file import time_of  # noqa: PLC0415  nothing heavy before a command runs

    times = {f"{key}_s": time_of(text, f"--{key}") for key, text in (("begin", begin), ("end", end)) if text}
    return cast("Changes", {**{key: value for key, value in given.items() if value is not None}, **times})


def _loaded(source: str | None, routes: list[str] | None, changes: Changes, *, strict: bool) -> Scenario:
    """Load a scenario and say what is unsafe in its network."""
    from signals.scenario import DEFAULT, load  # noqa: PLC0415  nothing heavy before a command runs

    scenario = load(source or DEFAULT, routes or (), **changes)
    unsafe = [finding.text for finding in scenario.network.findings if finding.level == "error"]
    if unsafe and strict:
        raise UnsafePlanError("; ".join(unsafe))
    for text in unsafe:
        _complain(f"unsafe: {text}")
    scenario.check_site_cards()
    return scenario


def _page_of(folder: Path) -> Path:
    from signals.report import render  # noqa: PLC0415  nothing heavy before a command runs

    return render(folder)


@app.callback()
def _signals(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options that belong to no command."""


@app.command("run")
def _run(
    source: given.Source = None,
    routes: given.Routes = None,
    *,
    controller: Annotated[str | None, typer.Option(help="A name or module:Class; rolling_horizon by default.")] = None,
    policy: given.PolicyText = None,
    settings: given.Settings = None,
    seed: Annotated[int, typer.Option(help="Of all chance.")] = 1,
    gui: Annotated[bool, typer.Option("--gui", help="Watch it in sumo-gui.")] = False,
    traci: given.Traci = False,
    out: given.Out = None,
    latches: Annotated[
        Path | None, typer.Option("--latches", help="File of intersections that are not written until they are reset.")
    ] = None,
    world: given.World = None,
    sensing: given.Sensing = None,
    profile: given.Profile = None,
    site_cards: given.SiteCards = None,
    begin: given.Begin = None,
    end: given.End = None,
    strict: given.Strict = False,
    as_json: given.Json = False,
) -> None:
    """Run one controller in a scenario."""
    with _in_one_line():
        from signals import screens  # noqa: PLC0415  nothing heavy before a command runs
        from signals.entrants import POLICY, name_of  # noqa: PLC0415
        from signals.record.run_folder import run_path  # noqa: PLC0415
        from signals.trial import DEFAULT_CONTROLLER, RunOptions, falls_of, latched_of, notes_of, run  # noqa: PLC0415

        if controller is not None and policy is not None:
            raise InputError("--controller and --policy exclude each other")
        chosen = (controller or DEFAULT_CONTROLLER) if policy is None else f"{POLICY}{policy}"
        cards = None if site_cards is None else str(site_cards.resolve())
        changes = _changes(world=world, sensing=sensing, profile=profile, site_cards=cards, begin=begin, end=end)
        scenario = _loaded(source, routes, changes, strict=strict)
        name = name_of(chosen)
        folder = out or run_path(Path("runs") / scenario.name, name, seed)
        options = RunOptions(settings=given.settings_of(settings), gui=gui, traci=traci, latches=latches)
        with screens.watched(_console(stderr=True), f"{scenario.name}: {name}") as on_tick:
            record = run(scenario, chosen, seed=seed, out=folder, options=options, on_tick=on_tick)
        if as_json:
            print(screens.json_line({**screens.run_object(record), "folder": str(folder)}))
        else:
            _console().print(screens.run_table(record))
            print(f"results: {plain(str(folder))}")
        wrong = (*falls_of(record), *latched_of(record))
        for text in (*notes_of(record), *wrong):
            _complain(text)
        if record.violations or wrong:
            raise typer.Exit(PART_FAILED)


@app.command("compare")
def _compare(
    source: given.Source = None,
    routes: given.Routes = None,
    *,
    controllers: Annotated[str, typer.Option(help="Names or module:Class, with commas between.")] = (
        "net,actuated,max_pressure,rolling_horizon"
    ),
    policies: given.Policies = None,
    seeds: Annotated[str, typer.Option(help="5 (that is 1 to 5), 11-15, or 1,4,9.")] = "5",
    jobs: given.Jobs = 0,
    traci: given.Traci = False,
    out: given.Out = None,
    world: given.World = None,
    sensing: given.Sensing = None,
    profile: given.Profile = None,
    site_cards: given.SiteCards = None,
    begin: given.Begin = None,
    end: given.End = None,
    strict: given.Strict = False,
    as_json: given.Json = False,
) -> None:
    """Run every controller with every seed, and compare them."""
    with _in_one_line():
        from signals import screens, study  # noqa: PLC0415  nothing heavy before a command runs
        from signals.entrants import POLICY  # noqa: PLC0415

        cards = None if site_cards is None else str(site_cards.resolve())
        changes = _changes(world=world, sensing=sensing, profile=profile, site_cards=cards, begin=begin, end=end)
        scenario = _loaded(source, routes, changes, strict=strict)
        names = [name.strip() for name in controllers.split(",") if name.strip()]
        names += [f"{POLICY}{policy}" for policy in policies or ()]
        numbers = study.parse_seeds(seeds)
        folder = out or Path("runs") / scenario.name
        options = study.RunOptions(traci=traci, jobs=jobs)
        wrong: list[study.Progress] = []
        with screens.followed(_console(stderr=True), len(names) * len(numbers), quiet=as_json) as show:

            def on_progress(step: study.Progress) -> None:
                wrong.extend([step] if step.note else [])
                show(step)

            record = study.compare(scenario, names, numbers, out=folder, options=options, on_progress=on_progress)
        page = _page_of(folder)
        if as_json:
            for row in screens.comparison_rows(record):
                print(screens.json_line(row))
        else:
            _console().print(screens.comparison_table(record))
            print(f"report: {plain(str(page))}")
        if wrong or any(row.violations for row in record.rows):
            raise typer.Exit(PART_FAILED)


@app.command("inspect")
def _inspect(
    net: Annotated[str, typer.Argument(metavar="NET", help="A .net.xml, a network in TOML, or any scenario.")],
    additionals: Annotated[
        list[Path] | None, typer.Argument(metavar="[ADDITIONALS]...", help="Files with more signal programs.")
    ] = None,
    *,
    profile: given.Profile = None,
    no_plans: Annotated[
        bool, typer.Option("--no-plans", help="Take times from the profile even where the programs deploy others.")
    ] = False,
    toml: Annotated[Path | None, typer.Option(help="Write the network to this file, too.")] = None,
    site_card: Annotated[
        Path | None,
        typer.Option("--site-card", help="Write the site card of every intersection into this folder, too."),
    ] = None,
    as_json: given.Json = False,
) -> None:
    """Show what is read of a network; the exit code is 1 where something in it is unsafe."""
    with _in_one_line():
        from signals import screens  # noqa: PLC0415  nothing heavy before a command runs
        from signals.inspection import against_cards, inspection, inspection_tables, network_of  # noqa: PLC0415
        from signals.scenario import write_network_file  # noqa: PLC0415
        from signals.site_cards import write_site_cards  # noqa: PLC0415

        network = network_of(net, additionals or (), profile=profile, respect_plans=False if no_plans else None)
        if toml is not None:
            write_network_file(toml, network)
        cards = () if site_card is None else write_site_cards(site_card, network)
        network = against_cards(net, network)
        if as_json:
            written = [{"path": str(path), "state": state} for path, state in cards]
            print(screens.json_line({**inspection(network), **({"site_cards": written} if written else {})}))
        else:
            for part in inspection_tables(network):
                _console().print(part)
            for path, state in cards:
                what = "of no intersection of this network" if state == "foreign" else state
                print(f"site card: {plain(str(path))} ({what})")
        if any(finding.level == "error" for finding in network.findings):
            raise typer.Exit(PART_FAILED)


@app.command("routes")
def _routes(
    source: given.Source = None,
    routes: given.Routes = None,
    *,
    out: Annotated[Path, typer.Option("--out", help="The route file to write, such as demand.rou.xml.")],
    seed: Annotated[int, typer.Option(help="Of all chance.")] = 1,
    begin: given.Begin = None,
    end: given.End = None,
) -> None:
    """Run SUMO once with the network's own programs and write the routes that it chose, for every world to use."""
    with _in_one_line():
        from signals import scenario_worlds, screens  # noqa: PLC0415  nothing heavy before a command runs

        scenario = _loaded(source, routes, _changes(begin=begin, end=end), strict=False)
        with screens.watched(_console(stderr=True), f"{scenario.name}: routes") as on_tick:
            found = scenario_worlds.record_routes(scenario.file, scenario.folder, scenario.network, out, seed, on_tick)
        for note in found.notes:
            _complain(f"note: {note}")
        print(f"{found.vehicles} vehicles, {found.people} people: {plain(str(found.path))}")


@app.command("check")
def _check(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A SUMO network, signal programs, a network in TOML, a site card, or what was recorded.",
        ),
    ],
    *,
    net: Annotated[Path | None, typer.Option("--net", help="The network of signal programs or of a record.")] = None,
    profile: Annotated[str, typer.Option(help="Timing profile that says which times are required.")] = "rilsa",
    level: Annotated[str, typer.Option(help="What counts: warning (all of it) or error (what is unsafe).")] = "warning",
    everything: Annotated[bool, typer.Option("--all", help="Show all, not only the first of every rule.")] = False,
    as_json: given.Json = False,
) -> None:
    """Look for what is unsafe in a plan, a site card or a record; the exit code is 1 where something is."""
    with _in_one_line():
        from signals import checks, screens  # noqa: PLC0415  nothing heavy before a command runs

        report = checks.check_file(file, net=net, profile=profile, level=level)
        if as_json:
            print(screens.json_line(checks.to_object(report)))
        else:
            for line in checks.report_lines(report, everything=everything):
                print(plain(line))
        if report.breaches:
            raise typer.Exit(PART_FAILED)


@app.command("report")
def _report(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run or of a comparison.")],
) -> None:
    """Write the report of a run or a comparison again."""
    with _in_one_line():
        print(f"report: {plain(str(_page_of(folder)))}")


@app.command("latches")
def _latches(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file that was given to --latches.")],
    *,
    reset: Annotated[list[str] | None, typer.Option(help="The id of an intersection to trust again.")] = None,
    by: Annotated[str, typer.Option(help="Who decided that.")] = "",
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    as_json: given.Json = False,
) -> None:
    """List intersections that violated a rule, or reset them; the exit code is 1 where any is latched."""
    with _in_one_line():
        from signals import screens  # noqa: PLC0415  nothing heavy before a command runs
        from signals.record.latches import LATCH_HEADINGS, latch_rows, read_latches, reset_latches  # noqa: PLC0415

        if (by or reason) and not reset:
            raise InputError("--by and --reason belong to --reset ID")
        log = reset_latches(file, reset, by, reason) if reset else read_latches(file)
        found = [latch for latches in log.latches.values() for latch in latches]
        if as_json:
            print(screens.json_line({"latched": list(log.latched), "latches": [latch._asdict() for latch in found]}))
        elif found:
            _console().print(screens.table(f"{file.name}: not written until reset", LATCH_HEADINGS, latch_rows(found)))
        else:
            print("nothing is latched")
        if log.torn:
            _complain(f'"{file}": its last line was never finished and is left out')
        if found:
            raise typer.Exit(PART_FAILED)


@app.command("doctor")
def _doctor(*, as_json: given.Json = False) -> None:
    """Say what is installed, what is missing, and what to do about it."""
    with _in_one_line():
        from signals import screens  # noqa: PLC0415  nothing heavy before a command runs
        from signals.checkup import check_up  # noqa: PLC0415

        rows = check_up()
        if as_json:
            for row in rows:
                print(screens.json_line(row._asdict()))
        else:
            _console().print(screens.doctor_table(rows))
        if not all(row.found for row in rows):
            raise typer.Exit(PART_FAILED)


for _add in (
    bench_cli.add_command, cli_drive.add_commands, cli_explain.add_command, cli_serve.add_command, cli_tune.add_command
):  # fmt: skip
    _add(app, _in_one_line, _console)

if __name__ == "__main__":
    main()
