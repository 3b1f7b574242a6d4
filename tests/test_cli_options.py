"""Options that several commands have are the same everywhere, and each says what it is for."""

from __future__ import annotations

from typing import Any

import pytest
import typer

from signals import cli, cli_options

COMMANDS: dict[str, Any] = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]


def flags(command: str) -> dict[str, str]:
    """Flag → what it is for."""
    return {flag: row.help for row in COMMANDS[command].params for flag in row.opts if flag.startswith("--")}


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_option_is_explained_in_a_sentence(command: str) -> None:
    assert all(help_text.rstrip().endswith(".") for help_text in flags(command).values())


def test_run_and_compare_mean_the_same() -> None:
    run, compare = flags("run"), flags("compare")
    shared = (set(run) & set(compare)) - {"--policy"}
    assert {"--world", "--sensing", "--out", "--site-cards", "--strict", "--json", "--begin", "--end"} <= shared
    assert {flag: run[flag] for flag in shared} == {flag: compare[flag] for flag in shared}
    assert compare["--policy"].startswith(run["--policy"].removesuffix("."))


def test_each_is_used() -> None:
    used = "".join(
        cli.__dict__[name].__annotations__.__repr__() for name in ("_run", "_compare", "_inspect", "_routes")
    )
    assert not [name for name in cli_options.__all__ if f"given.{name}" not in used]
