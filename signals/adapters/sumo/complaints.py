"""What SUMO says when something is wrong, as one line and one of our errors."""

from __future__ import annotations

import re
from pathlib import Path

from signals.adapters.sumo.results import LOG
from signals.errors import ScenarioError, SignalsError, WorldLostError

__all__ = ["first_error", "one_line", "refusal"]

# An error may go on in lines that begin with a space. Of vehicles that it gives up, SUMO speaks as of errors, too.
_ERROR = re.compile(r"^Error: (?!Vehicle '[^']*' will not be able to depart)(.*(?:\n .*)*)", re.MULTILINE)


def first_error(folder: Path, console: str = "") -> str:
    """Return the first error in the log of a run, or on its console; empty if there is none."""
    try:
        log = (folder / LOG).read_text("utf-8", errors="replace")
    except OSError:
        log = ""
    match = _ERROR.search(log) or _ERROR.search(console)
    return one_line(match[1]) if match else ""


def refusal(folder: Path, otherwise: object, console: str = "") -> SignalsError:
    """Say why SUMO did not even start.

    Parameters
    ----------
    folder
        The folder of the run.
    otherwise
        What is known if it did not say.
    console
        What it printed.
    """
    why = first_error(folder, console)
    if why:
        return ScenarioError(f"SUMO refuses the scenario: {why}")
    return WorldLostError(f"SUMO could not be started: {one_line(otherwise)}")


def one_line(text: object) -> str:
    """Fold white space."""
    return " ".join(str(text).split())
