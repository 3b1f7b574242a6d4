"""SUMO as a process of its own, driven over TraCI."""

from __future__ import annotations

import struct
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from signals.adapters.sumo.complaints import first_error, one_line, refusal
from signals.adapters.sumo.install import find_sumo
from signals.adapters.sumo.options import SumoOptions
from signals.adapters.sumo.process import SumoProcess, free_port
from signals.errors import WorldError, WorldLostError, WorldTimeoutError

__all__ = ["Remote"]

_RETRY_S = 0.02
_ENDING_S = 0.2
_PORTS = 3
_TAIL = 300


class Remote:
    """A `signals.adapters.sumo.client.Client`.

    The client library waits for ever, so every wait gets a limit on its socket. SUMO listens on all interfaces until
    its one client has come; on a machine that others can reach, prefer libsumo.

    Parameters
    ----------
    arguments
        The command line, without the program.
    folder
        The folder of the run.
    options
        How it is run.

    Raises
    ------
    MissingDependencyError
        When SUMO is not installed.
    ScenarioError
        When it refuses what it is given.
    WorldError
        When it cannot be started in time.
    """

    def __init__(self, arguments: Sequence[str], folder: Path, options: SumoOptions) -> None:
        # Not from `traci.exceptions`: importing libsumo puts other classes there.
        from traci.connection import Connection, FatalTraCIError, TraCIException  # noqa: PLC0415  only needed here

        self.remote = True
        self.errors: tuple[type[BaseException], ...] = (TraCIException, FatalTraCIError, OSError, struct.error)
        self._refused = TraCIException
        self._connection = Connection
        self._folder = folder
        self._options = options
        installation = find_sumo()
        windows = ["--start", "--quit-on-end"] if options.gui else []
        self._environment = installation.environment()
        self._command = [str(installation.gui if options.gui else installation.binary), *windows, *arguments]
        self.api: Any = None
        for port_is_last in (False,) * (_PORTS - 1) + (True,):
            if self._start(port_is_last=port_is_last):
                break

    @property
    def process(self) -> SumoProcess:
        """The process."""
        return self._process

    def step(self) -> None:
        """Let one step pass."""
        self.api.simulationStep()

    def lost(self, error: BaseException) -> WorldError:
        """Say what an error of the API means."""
        if self._process.wait(_ENDING_S):
            why = first_error(self._folder) or f"it ended with code {self._process.exit_code}"
            return WorldLostError(f"SUMO died: {why}")
        if type(error) is self._refused:
            return WorldLostError(f"SUMO refused a command: {one_line(error)}")
        return WorldTimeoutError(f"SUMO did not answer within {self._options.step_timeout_s:g} s")

    def close(self) -> None:
        """End it: politely if it listens, by force if not. What it then did not write is missed in the results."""
        api, self.api = self.api, None
        try:
            if api is not None and api._socket is not None and self._process.alive:  # noqa: SLF001  see `_limit`
                _limit(api, self._options.start_timeout_s)
                api.close(wait=False)
                self._process.wait(self._options.start_timeout_s)
        except self.errors:
            return
        finally:
            self._process.kill()
            _hang_up(api)

    def _start(self, *, port_is_last: bool) -> bool:
        """Start it and wait until it answers; False if somebody else took the port in between."""
        port = free_port()
        command = [*self._command, "--remote-port", str(port), "--num-clients", "1"]
        self._process = SumoProcess(command, self._folder, self._environment)
        try:
            self.api = self._first_contact(port)
        except self.errors as error:
            ended = self._process.wait(_ENDING_S)
            self._process.kill()
            console = self._process.console.read_text("utf-8", errors="replace")
            if not ended:
                limit_s = self._options.start_timeout_s
                raise WorldTimeoutError(f"SUMO did not start and load within {limit_s:g} s") from error
            if "listening socket" in console:
                if port_is_last:
                    raise WorldLostError(f"SUMO found none of {_PORTS} ports free") from error
                return False
            ending = f"it ended with code {self._process.exit_code} {console[-_TAIL:]}"
            raise refusal(self._folder, ending, console) from error
        except BaseException:
            self._process.kill()
            raise
        return True

    def _first_contact(self, port: int) -> Any:
        """Connect and ask for the version: answered as soon as everything is loaded."""
        deadline = time.monotonic() + self._options.start_timeout_s
        while (api := self._knock(port)) is None:
            if not self._process.alive or time.monotonic() > deadline:
                raise ConnectionError("no answer")
            time.sleep(_RETRY_S)
        try:
            _limit(api, max(deadline - time.monotonic(), _RETRY_S))
            api.getVersion()
            _limit(api, None if self._options.gui else self._options.step_timeout_s)
        except BaseException:
            _hang_up(api)
            raise
        return api

    def _knock(self, port: int) -> Any:
        try:
            return self._connection("127.0.0.1", port, None, None, None)
        except OSError:
            return None


def _limit(api: Any, seconds: float | None) -> None:
    """Bound every wait for an answer."""
    api._socket.settimeout(seconds)  # noqa: SLF001  traci offers no other way


def _hang_up(api: Any) -> None:
    if api is not None and api._socket is not None:  # noqa: SLF001  see `_limit`
        api._socket.close()  # noqa: SLF001
        api._socket = None  # noqa: SLF001
