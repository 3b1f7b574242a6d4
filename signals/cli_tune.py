"""The command ``signals tune``."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signals import cli_options as given
from signals.text import plain

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["add_command"]


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
        Makes what progress is shown on.
    """

    @app.command("tune")
    def tune(
        source: given.Source = None,
        routes: given.Routes = None,
        *,
        tries: Annotated[int, typer.Option(min=1, help="How many plans of the whole network are tried.")] = 2000,
        seeds: Annotated[str, typer.Option(help="Of the demand: others than those on which plans are judged.")] = "",
        jobs: given.Jobs = 0,
        out: Annotated[Path, typer.Option(help="The file to write.")] = Path("plans.toml"),
    ) -> None:
        """Search for good fixed plans in the built-in simulator, and write them to a file that fixed_time reads."""
        with in_one_line():
            from signals import screens  # noqa: PLC0415  nothing heavy before a command runs
            from signals.scenario import DEFAULT, load  # noqa: PLC0415
            from signals.study import parse_seeds  # noqa: PLC0415
            from signals.tuning import TUNING_SEEDS, tune_plans, write_plans  # noqa: PLC0415

            scenario = load(source or DEFAULT, routes or ())
            chosen = parse_seeds(seeds) if seeds else TUNING_SEEDS
            with screens.watched(console(stderr=True), f"{scenario.name}: plans") as watched:
                told = _share_of(tries, watched)
                tuned = tune_plans(scenario, tries=tries, seeds=chosen, jobs=jobs, on_progress=told)
            write_plans(out, scenario, tuned, chosen)
            print(
                f"mean delay in the built-in simulator: {tuned.delay_s:.1f} s, "
                f"{tuned.first_delay_s:.1f} s before, {tuned.tried} tried"
            )
            print(f"plans: {plain(str(out))} (signals run … --controller fixed_time --set plan_file={plain(str(out))})")


def _share_of(tries: int, on_share: Callable[[float], None] | None) -> Callable[[int, float], None] | None:
    """Turn a number of tries into the share that is done."""
    return None if on_share is None else lambda done, _: on_share(min(done / tries, 1.0))
