"""Passwords and codes: from the environment or from a file that only its owner may read, and nowhere else."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from signals.errors import FileError, ScenarioError
from signals.scenario_file import read_toml

__all__ = ["HIDDEN", "read_secrets", "redacted"]

HIDDEN: Final = "***"
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
LEAST_CHARACTERS: Final = 4
"""Shorter secrets are not looked for in texts: they would hide half of every sentence."""


def read_secrets(
    in_environment: Mapping[str, object], file: str, folder: Path, environment: Mapping[str, str], where: str
) -> dict[str, str]:
    """Return secrets by name.

    Parameters
    ----------
    in_environment
        Name → environment variable.
    file
        A TOML file of names and texts; empty = none. What the environment has goes first.
    folder
        What `file` starts from.
    environment
        The environment.
    where
        Whose secrets they are, for messages.

    Raises
    ------
    ScenarioError
        When a variable is not set, or a value is no text; no message shows a value.
    FileError
        When the file cannot be read, or others than its owner may.
    """
    found = _in_file(folder / file, where) if file else {}
    for name, variable in in_environment.items():
        if not isinstance(variable, str) or variable not in environment:
            raise ScenarioError(f'{where}: the environment variable "{variable}" for the secret "{name}" is not set')
        found[name] = environment[variable]
    return found


def redacted(text: str, secrets: Mapping[str, str]) -> str:
    """Return a text in which no secret can be read."""
    for secret in sorted(secrets.values(), key=len, reverse=True):
        if len(secret) >= LEAST_CHARACTERS:
            text = text.replace(secret, HIDDEN)
    return text


def _in_file(path: Path, where: str) -> dict[str, str]:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise FileError(f'{where}: cannot read secrets_file "{path}": {error.strerror}') from error
    if mode & OTHERS:
        raise FileError(f'{where}: others may read secrets_file "{path}": chmod 600 it')
    table = read_toml(path)
    for name, value in table.items():
        if not isinstance(value, str):
            raise ScenarioError(f'{where}: secret "{name}" in "{path}" must be a text')
    return {name: str(value) for name, value in table.items()}
