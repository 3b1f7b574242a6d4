"""Two ways to talk to SUMO behind one face: inside this process (libsumo), or to a process of its own (TraCI)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from signals.adapters.sumo.in_process import InProcess
from signals.adapters.sumo.install import has_libsumo
from signals.adapters.sumo.options import SumoOptions
from signals.adapters.sumo.remote import Remote
from signals.errors import WorldError

__all__ = ["Client", "open_client"]


class Client(Protocol):
    """A SUMO that runs.

    Attributes
    ----------
    api
        Its domains (``api.lane``, ``api.vehicle``, …), the same for both ways.
    errors
        What calls of the API raise when SUMO fails; hand it to `lost`.
    remote
        Whether every call is a message.
    """

    api: Any
    errors: tuple[type[BaseException], ...]
    remote: bool

    def step(self) -> None:
        """Let one step pass."""
        ...

    def lost(self, error: BaseException) -> WorldError:
        """Say what an error of the API means."""
        ...

    def close(self) -> None:
        """End it and let it write its results; safe to call twice."""
        ...


def open_client(arguments: Sequence[str], folder: Path, options: SumoOptions) -> Client:
    """Start SUMO; without libsumo as a process of its own, whatever is asked for.

    Parameters
    ----------
    arguments
        Its command line, without the program.
    folder
        The folder of the run.
    options
        How it is run.

    Raises
    ------
    MissingDependencyError
        When it is not installed.
    ScenarioError
        When SUMO refuses what it is given.
    WorldError
        When it cannot be started.
    """
    if options.traci or options.gui or not has_libsumo():
        return Remote(arguments, folder, options)
    return InProcess(arguments, folder)
