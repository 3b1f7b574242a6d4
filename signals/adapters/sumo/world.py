"""The world is Eclipse SUMO."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from signals.adapters.sumo.client import Client, open_client
from signals.adapters.sumo.config import SumoInputs
from signals.adapters.sumo.options import DETECTORS, SumoOptions
from signals.adapters.sumo.prepare import Prepared, prepare
from signals.adapters.sumo.results import Account, read_outcome
from signals.adapters.sumo.running import Running
from signals.errors import ScenarioError, WorldError
from signals.model.network import Network
from signals.model.trips import Incidents, Trips
from signals.model.values import Command, Readings

__all__ = ["SumoOptions", "SumoWorld"]


class SumoWorld:
    """A run of SUMO, as a `signals.model.roles.World`.

    Parameters
    ----------
    network
        The network, read from the same files.
    inputs
        Files and times.
    folder
        The folder of the run; everything that SUMO writes lies in it.
    options
        How it is run.

    Attributes
    ----------
    notes
        What was left out of the inputs or changed in them, one sentence each; complete once the world was entered.

    Raises
    ------
    ScenarioError
        When there are no detectors to sense with.
    """

    def __init__(self, network: Network, inputs: SumoInputs, folder: Path, options: SumoOptions | None = None) -> None:
        self.network = network
        self.options = options or SumoOptions()
        self.tick_ds = self.options.tick_ds
        self.notes = inputs.notes
        if self.options.sensing == DETECTORS and not network.detectors:
            raise ScenarioError(
                f'network "{network.name}" has no induction loops; add some, or lay them with place_detectors'
            )
        self._inputs = inputs
        self._folder = folder
        self._time_s = inputs.begin_s
        self._client: Client | None = None
        self._running: Running | None = None
        self._prepared: Prepared | None = None
        self._account: Account | None = None

    def __enter__(self) -> Self:
        """Check the inputs and start SUMO.

        Raises
        ------
        InputError
            When an input is wrong or the network is another one.
        MissingDependencyError
            When SUMO is not installed.
        WorldError
            When SUMO cannot be started.
        """
        self._time_s = self._inputs.begin_s
        self._prepared = prepare(self.network, self._inputs, self._folder, self.options)
        self.notes = self._prepared.notes
        try:
            self._client = open_client(self._prepared.arguments, self._folder.resolve(), self.options)
            with self._explained(self._client):
                self._running = Running(self._client, self.network, self.options)
        except BaseException as error:
            self.__exit__(error)
            raise
        return self

    def __exit__(self, *reason: object) -> None:
        """End SUMO and delete what is of no use any more; safe to call twice."""
        failed = bool(reason) and reason[0] is not None
        client, self._client = self._client, None
        running, self._running = self._running, None
        try:
            if client is not None:
                self._end(client, running)
        except WorldError:
            if not failed:
                raise
        finally:
            for copy in self._prepared.copies if self._prepared else ():
                copy.unlink(missing_ok=True)

    @property
    def finished(self) -> bool:
        """Whether its time is over."""
        return self._time_s >= self._inputs.end_s - 1e-9

    @property
    def progress(self) -> float:
        """How much of its time has passed, 0 to 1."""
        begin_s, end_s = self._inputs.begin_s, self._inputs.end_s
        return min((self._time_s - begin_s) / (end_s - begin_s), 1.0)

    def read(self) -> Readings:
        """Report what was seen since the last tick.

        Raises
        ------
        WorldLostError
            When SUMO died.
        WorldTimeoutError
            When it did not answer in time.
        """
        client, running = self._both()
        try:
            return running.read(self._time_s)
        except client.errors as error:
            self._running = None
            raise client.lost(error) from error

    def write(self, command: Command) -> None:
        """Show what is commanded and let one tick pass; raises what `read` raises."""
        client, running = self._both()
        try:
            running.write(command)
        except client.errors as error:
            self._running = None
            raise client.lost(error) from error
        self._time_s = self._inputs.begin_s + running.ticks * self.tick_ds / 10

    def outcome(self) -> tuple[Trips, Incidents]:
        """Account for every scheduled traveller, after the world has been left.

        Raises
        ------
        RecordError
            When SUMO's results are not whole.
        WorldError
            When SUMO died before it could write them.
        """
        if self._account is None:
            raise WorldError("this world has no results: it was not left in good order")
        return read_outcome(self._folder, self._account)

    def _both(self) -> tuple[Client, Running]:
        if self._client is None or self._running is None:
            raise WorldError("this world is not running; use it as a context manager")
        return self._client, self._running

    def _end(self, client: Client, running: Running | None) -> None:
        self._account = None
        try:
            if running is not None and self._prepared is not None:
                with self._explained(client):
                    self._account = running.account(self._time_s, self._prepared.vclass)
        finally:
            client.close()

    @contextmanager
    def _explained(self, client: Client) -> Iterator[None]:
        """Raise what SUMO raises as an error of ours."""
        try:
            yield
        except client.errors as error:
            raise client.lost(error) from error
