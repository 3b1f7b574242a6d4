"""The commands ``signals drive`` and ``signals audit``."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signals import cli_options as given
from signals.text import plain

if TYPE_CHECKING:
    from rich.console import Console

    from signals.drive.service import DriveEnd
    from signals.record.audit import AuditStory

__all__ = ["add_commands"]

PART_FAILED = 1


def add_commands(
    app: typer.Typer, in_one_line: Callable[[], AbstractContextManager[None]], console: Callable[..., Console]
) -> None:
    """Add the commands to a command line.

    Parameters
    ----------
    app
        The command line.
    in_one_line
        Tells errors in one line.
    console
        Makes what tables are shown on.
    """
    _add_drive(app, in_one_line, console)
    _add_audit(app, in_one_line)


def _add_drive(
    app: typer.Typer, in_one_line: Callable[[], AbstractContextManager[None]], console: Callable[..., Console]
) -> None:
    @app.command("drive")
    def drive(
        config: Annotated[Path, typer.Argument(metavar="CONFIG", help="The file drive.toml.")],
        *,
        arm: Annotated[
            bool, typer.Option("--arm", help="Let the levels of the file count that are more than advise.")
        ] = False,
        ticks: Annotated[int, typer.Option(min=0, help="End after so many ticks; 0 = when told to.")] = 0,
        show_plugins: Annotated[
            bool,
            typer.Option("--plugins", help="Drive nothing; show the [plugins] that would allow those of the file."),
        ] = False,
        as_json: given.Json = False,
    ) -> None:
        """Drive street controllers. Without --arm it only looks, and says what it would do. Ctrl-C ends it in order."""
        with in_one_line():
            if show_plugins:
                _show_plugins(config, as_json=as_json)
                return
            from signals.drive.service import DriveOptions  # noqa: PLC0415  nothing heavy before a command runs
            from signals.drive.service import drive as driven  # noqa: PLC0415

            options = DriveOptions(armed=arm, ticks=ticks or None, environment=os.environ, on_event=_told)
            end = driven(config, options)
            _show(end, console(), as_json=as_json)
            if end.violations:
                raise typer.Exit(PART_FAILED)


def _add_audit(app: typer.Typer, in_one_line: Callable[[], AbstractContextManager[None]]) -> None:
    @app.command("audit")
    def audit(
        path: Annotated[Path, typer.Argument(metavar="FILE", help="The folder of an audit log, or a file of it.")],
        *,
        cabinet: Annotated[str, typer.Option(help="Only what is about this intersection.")] = "",
        kind: Annotated[
            str, typer.Option(help="Only entries of this kind: event, fault, release, tick and others.")
        ] = "",
        verify: Annotated[bool, typer.Option("--verify", help="Print no entries.")] = False,
        as_json: given.Json = False,
    ) -> None:
        """Verify an audit log and print it; the exit code is 2 where it is not what was written."""
        with in_one_line():
            from signals import screens  # noqa: PLC0415  nothing heavy before a command runs
            from signals.record.audit import read_audit  # noqa: PLC0415

            story = read_audit(path)  # all of it is verified before any of it is believed
            seen: dict[str, set[str]] = {"kind": set(), "cabinet": set()}

            def show(entry: Mapping[str, object]) -> None:
                _remember(entry, seen)
                if (not cabinet or entry.get("cabinet") == cabinet) and (not kind or entry["kind"] == kind):
                    print(screens.json_line(entry) if as_json else plain(_line(entry)))

            if not verify:
                read_audit(path, show)
                _say_what_there_is({"kind": kind, "cabinet": cabinet}, seen)
            print(_whole(story), file=sys.stderr)


def _whole(story: AuditStory) -> str:
    torn = "; the last entry was never finished and is left out" if story.torn else ""
    files = f"{len(story.files)} file" + "s" * (len(story.files) != 1)
    if not story.check:
        return f"{files}: nothing was written yet{torn}"
    return f"{files}, {story.entries} entries, whole; last checksum {story.check}{torn}"


def _remember(entry: Mapping[str, object], seen: Mapping[str, set[str]]) -> None:
    for key, values in seen.items():
        values.add(str(entry.get(key, "")))


def _say_what_there_is(asked: Mapping[str, str], seen: Mapping[str, set[str]]) -> None:
    """Where somebody asks for what is not there, say what is."""
    for what, wanted in asked.items():
        if wanted and wanted not in seen[what]:
            known = ", ".join(sorted(seen[what] - {""})) or "none"
            print(plain(f'no entry has the {what} "{wanted}"; there are: {known}'), file=sys.stderr)


def _told(sentence: str) -> None:
    """Show what a person should read, with the time."""
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {plain(sentence)}", file=sys.stderr, flush=True)


def _line(entry: Mapping[str, object]) -> str:
    """Return an entry on one line: when, what, where, and all the rest."""
    rest = [f"{name}={_text(value)}" for name, value in entry.items() if name not in ("at", "kind", "cabinet")]
    return " ".join(filter(None, (str(entry["at"]), str(entry["kind"]), str(entry.get("cabinet", "")), *rest)))


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_text(inner)}" for name, inner in value.items()) + "}"
    return f'"{value}"' if isinstance(value, str) and " " in value else str(value)


def _show(end: DriveEnd, console: Console, *, as_json: bool) -> None:
    from signals import screens  # noqa: PLC0415  nothing heavy before a command runs

    if as_json:
        seats = [
            {**seat._asdict(), "agreement": None if math.isnan(seat.agreement) else seat.agreement}
            for seat in end.seats
        ]
        print(screens.json_line({**end._asdict(), "seats": seats}))
        return
    rows = [
        (
            seat.intersection,
            seat.address,
            seat.level,
            seat.standing,
            f"{seat.ours:.0%}",
            _percent(seat.agreement),
            seat.why,
        )
        for seat in end.seats
    ]
    console.print(
        screens.table("Cabinets", ("intersection", "address", "level", "reached", "ours", "agreed", "why not"), rows)
    )
    print(
        f"{end.ticks} ticks, {end.missed} missed; 99.9 % of them took at most {end.busy_p999_s * 1000:.0f} ms; "
        f"{end.violations} violations; given back within {end.let_go_s:.2f} s; audit checksum {end.check}"
    )


def _show_plugins(config: Path, *, as_json: bool) -> None:
    """Show the plug-ins of a configuration as what would allow them, or as plain rows."""
    from signals import screens  # noqa: PLC0415  nothing heavy before a command runs
    from signals.drive.config import read_drive_file  # noqa: PLC0415
    from signals.drive.plug_ins import plug_ins_of  # noqa: PLC0415

    found = plug_ins_of(read_drive_file(config))
    if as_json:
        print(screens.json_line({"plugins": [{**one._asdict(), "path": str(one.path)} for one in found]}))
        return
    kinds = ("cabinets", "controllers")
    for kind in kinds:
        print(f"[plugins.{kind}]")
        for one in found:
            if one.kind == kind:
                print(f'# {plain(one.target)}: {plain(str(one.path))}\n{json.dumps(one.name)} = "{one.sha256}"')


def _percent(share: float) -> str:
    return "" if math.isnan(share) else f"{share:.0%}"
