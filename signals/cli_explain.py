"""The command ``signals explain``."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signals import cli_options as given
from signals.errors import RecordError
from signals.text import plain

if TYPE_CHECKING:
    from rich.console import Console

    from signals.model.network import Network
    from signals.record.explanation import Change

__all__ = ["add_command"]

Green = dict[tuple[str, str], list[str]]
"""The groups of a stage, by the ids of intersection and stage."""
HEADINGS = (
    "stage",
    "green in it",
    "cost of its best plan, s",
    "more than the best, s",
    "waiting",
    "longest wait, s",
    "",
)


def add_command(
    app: typer.Typer, in_one_line: Callable[[], AbstractContextManager[None]], console: Callable[..., Console]
) -> None:
    """Add the command to a command line.

    Parameters
    ----------
    app
        The command line.
    in_one_line
        Tells errors in one line.
    console
        Makes what tables are printed on.
    """

    @app.command("explain")
    def explain(
        folder: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")],
        *,
        at: Annotated[str, typer.Option(help='A time of its clock: "15:00:00", or seconds.')],
        intersection: Annotated[str, typer.Option(help="The id of one; all of them otherwise.")] = "",
        as_json: given.Json = False,
    ) -> None:
        """Say why the last changes before a time were made: what was compared, what it would have cost, who waited."""
        with in_one_line():
            from signals import screens  # noqa: PLC0415  nothing heavy before a command runs
            from signals.record.explanation import latest_changes  # noqa: PLC0415
            from signals.record.run_folder import NETWORK_FILE  # noqa: PLC0415
            from signals.scenario_file import time_of  # noqa: PLC0415
            from signals.scenario_worlds import read_network_file  # noqa: PLC0415

            changes = latest_changes(folder, time_of(at, "--at"), intersection)
            green = _groups_of_stages(read_network_file(folder / NETWORK_FILE)) if changes else {}
            for change in changes:
                if as_json:
                    weighed = [{**one._asdict(), "groups": _green(green, change, one.stage)} for one in change.weighed]
                    print(screens.json_line({**change._asdict(), "weighed": weighed}))
                else:
                    console().print(screens.table(_title(change), HEADINGS, _rows(change, green), numbers=2))
                    if change.bound:
                        print(plain(change.bound))
            if not changes and not as_json:
                print(f"nothing was changed by {at}")


def _title(change: Change) -> str:
    return f"{change.intersection}, {change.time_s:g} s"


def _groups_of_stages(network: Network) -> Green:
    return {
        (place.id, stage.id): [place.groups[group].id for group in stage.groups]
        for place in network.intersections
        for stage in place.stages
    }


def _green(green: Green, change: Change, stage: str) -> list[str]:
    if (change.intersection, stage) not in green:
        raise RecordError(
            f'the network of the run has no stage "{stage}" of intersection "{change.intersection}", which its '
            "comparisons.csv has: one of the two files is of another run; run it again"
        )
    return green[change.intersection, stage]


def _rows(change: Change, green: Green) -> list[tuple[str, ...]]:
    best_s = change.weighed[0].cost_s
    return [
        (
            one.stage,
            " ".join(_green(green, change, one.stage)),
            f"{one.cost_s:.1f}",
            f"{one.cost_s - best_s:.1f}",
            f"{one.waiting_veh:.1f}",
            f"{one.longest_wait_s:.0f}",
            "asked for" if one.chosen else "" if one.in_time else "too late for others",
        )
        for one in change.weighed
    ]
