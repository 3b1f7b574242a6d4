"""Passwords and codes: from the environment or from a file that only its owner may read, and nowhere else."""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from signals.errors import FileError, ScenarioError
from signals.scenario_file import read_toml

__all__ = ["HIDDEN", "read_secrets", "redacted"]

HIDDEN: Final = "***"
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
VARIABLE: Final = re.compile(r"[A-Z_][A-Z0-9_]*")
"""What variables are called by custom; anything else may be the secret itself, written where its variable belongs."""
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
        When a variable is not set or empty, or a value is no text or empty; no message shows a value.
    FileError
        When the file cannot be read, or others than its owner may.
    """
    found = _in_file(folder / file, where) if file else {}
    for name, variable in in_environment.items():
        if not isinstance(variable, str) or not environment.get(variable):
            raise ScenarioError(f"{where}: {_unset(name, variable, environment)}")
        found[name] = environment[variable]
    return found


def redacted(text: str, secrets: Mapping[str, str]) -> str:
    """Return a text in which no secret can be read."""
    for secret in sorted(secrets.values(), key=len, reverse=True):
        if len(secret) >= LEAST_CHARACTERS:
            text = text.replace(secret, HIDDEN)
    return text


def _unset(name: str, variable: object, environment: Mapping[str, str]) -> str:
    """Say which variable is needed, unless what stands there may be no name of one."""
    if isinstance(variable, str) and VARIABLE.fullmatch(variable):
        state = "empty" if variable in environment else "not set"
        return f'the environment variable "{variable}" for the secret "{name}" is {state}'
    return f'secrets_env, "{name}": expected the name of an environment variable that is set, such as J_PASSWORD'


def _in_file(path: Path, where: str) -> dict[str, str]:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise FileError(f'{where}: cannot read secrets_file "{path}": {error.strerror}') from error
    if mode & OTHERS:
        raise FileError(f'{where}: others may read secrets_file "{path}": chmod 600 it')
    table = read_toml(path)
    for name, value in table.items():
        if not isinstance(value, str) or not value:
            raise ScenarioError(f'{where}: secret "{name}" in "{path}" must be a text, and not empty')
    return {name: str(value) for name, value in table.items()}
