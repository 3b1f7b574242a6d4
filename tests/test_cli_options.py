"""Options that several commands have are the same everywhere, and each says what it is for."""

from __future__ import annotations

from typing import Any

import pytest
import typer

from signals import cli, cli_options
from signals.cli_options import settings_of
from signals.errors import InputError

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
    assert not [name for name in cli_options.__all__ if name[0].isupper() and f"given.{name}" not in used]


def test_settings_of_a_controller_are_numbers_where_they_look_like_it() -> None:
    found = settings_of(["theta=5", "share=0.5", "latched=true", "plan_file=plans/a.toml"])
    assert found == {"theta": 5, "share": 0.5, "latched": True, "plan_file": "plans/a.toml"}
    assert settings_of(None) == {}


@pytest.mark.parametrize("texts", [["theta"], ["=5"], ["a b=5"], ["theta=5", "theta=6"]])
def test_settings_that_make_no_sense_are_named(texts: list[str]) -> None:
    with pytest.raises(InputError, match="--set"):
        settings_of(texts)
