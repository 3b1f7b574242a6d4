"""SUMO as a process of its own: started without a shell, watched, and never left behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from signals.errors import WorldLostError

__all__ = ["SumoProcess", "free_port"]

_PATIENCE_S = 0.5
"""How long SUMO may take to end when it is asked to, before it is killed."""
_CONSOLE = "sumo.console"


class SumoProcess:
    """The program itself in a process group of its own.

    On Linux the kernel ends it when this process dies, however that happens (where `setpriv` is installed).

    Parameters
    ----------
    command
        The program and its arguments.
    folder
        Where what it prints is kept.
    environment
        Its environment; that of this process where None.

    Raises
    ------
    WorldLostError
        When it cannot be started.
    """

    def __init__(
        self, command: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        launcher = shutil.which("setpriv")
        prefix = [launcher, "--pdeathsig", "KILL", "--"] if launcher else []
        self.console = folder / _CONSOLE
        try:
            with self.console.open("wb") as console:
                self._process = subprocess.Popen(  # noqa: S603  our own command line, no shell
                    [*prefix, *command],
                    stdin=subprocess.DEVNULL,
                    stdout=console,
                    stderr=subprocess.STDOUT,
                    env=environment,
                    start_new_session=True,
                )
        except OSError as error:
            raise WorldLostError(f"SUMO could not be started: {error}") from error

    @property
    def id(self) -> int:
        """Its process id, which is that of its group."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs (or hangs)."""
        return self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """What it returned; None while it runs."""
        return self._process.poll()

    def wait(self, timeout_s: float) -> bool:
        """Wait for it to end by itself; say whether it did."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """End it and everything it started: first politely, then not."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if not self.alive:
                break
            self._signal(number)
            # A stopped process takes no SIGTERM until it continues.
            self._signal(signal.SIGCONT)
            self.wait(_PATIENCE_S)
        self._process.wait()

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):  # nobody is left in the group
            os.killpg(self._process.pid, number)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()


def free_port() -> int:
    """Return a TCP port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
