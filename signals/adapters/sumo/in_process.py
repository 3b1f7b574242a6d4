"""SUMO as a library inside this process."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from signals.adapters.sumo.complaints import first_error, one_line, refusal
from signals.adapters.sumo.install import find_sumo
from signals.errors import MissingDependencyError, WorldError, WorldLostError

__all__ = ["InProcess", "direct"]

_SILENT = "Process Error"
_PATIENCE_S = 20.0


class InProcess:
    """A `signals.adapters.sumo.client.Client`. One at a time: libsumo keeps its state in the process.

    Even one after the other: libsumo 1.28 then breaks ties (which of two lanes to turn into) by what lies where in
    memory, so that one vehicle in a thousand may drive differently. Where every byte counts, give each run a fresh
    process. A damaged network that SUMO trips over takes this process with it; a process of its own does not.

    Parameters
    ----------
    arguments
        The command line, without the program.
    folder
        The folder of the run.

    Raises
    ------
    ScenarioError
        When SUMO refuses what it is given.
    WorldError
        When another one runs, or it cannot be started.
    """

    def __init__(self, arguments: Sequence[str], folder: Path) -> None:
        import libsumo  # noqa: PLC0415  heavy, and not everybody has it

        self.api: Any = libsumo
        self.remote = False
        self.errors: tuple[type[BaseException], ...] = (
            libsumo.TraCIException,
            libsumo.FatalTraCIError,
            RuntimeError,
            SystemExit,
        )
        if libsumo.isLoaded():
            raise WorldError(
                "another SUMO runs inside this process, and there is only room for one; leave its world first, "
                "or run this one as a process of its own (traci)"
            )
        self._folder = folder
        self._open = True
        self._step = direct(libsumo, "simulation", "step")
        try:
            libsumo.start(["sumo", *arguments])
        except self.errors as error:
            self._drop()
            said = f"Error: {error}" if str(error) != _SILENT else _asked_again(arguments)
            raise refusal(folder, error, said) from error

    def step(self) -> None:
        """Let one step pass."""
        self._step(0.0)

    def lost(self, error: BaseException) -> WorldError:
        """Say what an error of the API means."""
        return WorldLostError(f"SUMO failed: {first_error(self._folder) or one_line(error)}")

    def close(self) -> None:
        """End it and let it write its results."""
        if self._open:
            try:
                self.api.close()
            except self.errors as error:
                raise self.lost(error) from error
            finally:
                self._open = False

    def _drop(self) -> None:
        """Close what failed to start; there is nothing more to say about it."""
        self._open = False
        if self.api.isLoaded():
            self.api.close()


def direct(api: Any, domain: str, name: str) -> Callable[..., Any]:
    """Return a compiled function of libsumo without its Python wrapper, which would cost half as much again."""
    compiled: Callable[..., Any] | None = getattr(getattr(api, "_libsumo", None), f"{domain}_{name}", None)
    public: Callable[..., Any] = getattr(getattr(api, domain), name)
    return compiled or public


def _asked_again(arguments: Sequence[str]) -> str:
    """Let SUMO fail once more, in a process of its own: the library keeps to itself what it has to say."""
    try:
        installation = find_sumo()
        done = subprocess.run(  # noqa: S603  the same command line
            [installation.binary, *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE_S,
            check=False,
            env=installation.environment(),
        )
    except (MissingDependencyError, OSError, subprocess.SubprocessError):
        return ""
    return done.stderr
