"""The command ``signals serve``."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signals import cli_options as given
from signals.errors import InputError
from signals.text import plain

if TYPE_CHECKING:
    from rich.console import Console

    from signals.model.cabinets import CabinetAddress
    from signals.scenario import Changes
    from signals.serve.service import Served, ServeOptions

__all__ = ["add_command", "serve"]

PART_FAILED = 1


def add_command(
    app: typer.Typer,
    in_one_line: Callable[[], AbstractContextManager[None]],
    console: Callable[..., Console],  # noqa: ARG001  it shows no tables
) -> None:
    """Add the command to a command line.

    Parameters
    ----------
    app
        The command line.
    in_one_line
        Tells errors in one line.
    console
        Not used.
    """

    @app.command("serve")
    @wraps(serve)
    def told_in_one_line(**options: object) -> None:
        with in_one_line():
            serve(**options)  # type: ignore[arg-type]  # typer has read them


def serve(
    source: given.Source = None,
    routes: given.Routes = None,
    *,
    protocol: Annotated[str, typer.Option(help="tlcfi, ntcip, rsmp, virtual (nobody can connect) or a plug-in.")],
    at: Annotated[
        list[str] | None, typer.Option(metavar="ID=PROTOCOL", help="Another protocol at an intersection.")
    ] = None,
    host: Annotated[str, typer.Option(help="Where the controllers listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, help="Of the first; the others follow. 0 = as usual.")] = 0,
    speed: Annotated[float, typer.Option(min=0.01, help="How much faster than the wall; both ends need it.")] = 1.0,
    seed: Annotated[int, typer.Option(min=0, help="Of the traffic.")] = 1,
    controller_tick: Annotated[
        float, typer.Option(min=0.0, help="Tick of the controllers in seconds; 0 = that of the scenario.")
    ] = 0.0,
    backup: Annotated[
        float, typer.Option(min=0.0, help="After how many seconds they miss whoever decides; 0 = never.")
    ] = 10.0,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="An option of the protocol.")
    ] = None,
    secrets: Annotated[Path | None, typer.Option(help="A TOML file of secrets, mode 0600.")] = None,
    misbehave: Annotated[
        list[str] | None, typer.Option(metavar="ID:WHAT@FROM[-TO]", help="Something that goes wrong, in seconds.")
    ] = None,
    world: given.World = None,
    end: given.End = None,
    out: Annotated[Path | None, typer.Option(help="A JSON file for what became of everybody.")] = None,
    write_config: Annotated[Path | None, typer.Option(help="A drive.toml to write.")] = None,
) -> None:
    """Run virtual street controllers at the junctions of a scenario, for signals drive. Ctrl-C ends it in order."""
    from signals.drive.secrets import read_secrets  # noqa: PLC0415  nothing heavy before a command runs
    from signals.record.files import check_writable  # noqa: PLC0415
    from signals.scenario import DEFAULT, load  # noqa: PLC0415
    from signals.serve.service import ServeOptions  # noqa: PLC0415
    from signals.serve.service import serve as served  # noqa: PLC0415

    for file in (out, write_config):
        if file is not None:
            check_writable(file)  # before anybody listens, and not after hours
    options = ServeOptions(
        protocol=protocol,
        elsewhere=_elsewhere(at or ()),
        host=host,
        port=port,
        speed=speed,
        seed=seed,
        controller_tick_ds=_tick_ds(controller_tick),
        backup_s=backup,
        options=given.settings_of(settings),
        secrets=read_secrets({}, str(secrets or ""), Path.cwd(), {}, "--secrets"),
        mischief=tuple(misbehave or ()),
        on_warning=_warn,
    )
    name = source or DEFAULT
    scenario = load(name, routes or (), **_changes(world, end))
    found = served(scenario, options, partial(_listening, name, options, secrets, write_config))
    _show(found, out)
    if found.violations:
        raise typer.Exit(PART_FAILED)


def _warn(text: str) -> None:
    print(f"warning: {plain(text)}", file=sys.stderr, flush=True)


def _changes(world: str | None, end: str | None) -> Changes:
    from signals.scenario_file import time_of  # noqa: PLC0415  nothing heavy before a command runs

    changes: Changes = {"sensing": "detectors"}  # a street has no other eyes
    if world:
        changes["world"] = world
    if end:
        changes["end_s"] = time_of(end, "--end")
    return changes


def _tick_ds(tick_s: float) -> int:
    if not math.isclose(round(tick_s * 10), tick_s * 10):
        raise InputError(f"--controller-tick must be a multiple of 0.1 s, got {tick_s:g}")
    return round(tick_s * 10)


def _elsewhere(texts: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in texts:
        name, mark, protocol = text.rpartition("=")
        if not mark or not name or not protocol:
            raise InputError(f'--at "{text}": expected intersection=protocol, such as --at D=ntcip')
        found[name] = protocol
    return found


def _listening(
    source: str,
    options: ServeOptions,
    secrets: Path | None,
    config: Path | None,
    addresses: tuple[CabinetAddress, ...],
) -> None:
    """Say where the controllers are, and write a configuration that finds them."""
    from signals.record.files import write_whole  # noqa: PLC0415  nothing heavy before a command runs
    from signals.serve.addresses import cabinets_toml, drive_toml  # noqa: PLC0415

    print(cabinets_toml(addresses), flush=True)
    if config is not None:
        path = Path(source)
        scenario = str(path.resolve()) if path.exists() else source
        hidden = "" if secrets is None else str(secrets.resolve())
        text = drive_toml(addresses, scenario=scenario, speed=options.speed, secrets_file=hidden)
        write_whole(config, text.encode())
        print(f"configuration: signals drive {plain(str(config))}", file=sys.stderr, flush=True)


def _show(served: Served, out: Path | None) -> None:
    hosted, metrics = served.hosted, served.metrics
    for text in served.violations:
        print(f"violation: {plain(text)}", file=sys.stderr)
    delay = f"mean delay {metrics['delay_s']:.1f} s; " if metrics else ""
    end = "to the end" if hosted.finished else "ended early"
    print(
        f"{delay}{hosted.ticks} ticks, {end}; {hosted.late} of them late, by at most {hosted.latest_s:.1f} s; "
        f"{len(served.violations)} violations"
    )
    if out is not None:
        served.write(out)
        print(f"outcome: {plain(str(out))}")
