"""The built-in simulator on any network that the model reads: vehicles with routes, lanes that fill, people on foot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from signals.adapters.sim.heads import Heads
from signals.adapters.sim.programs import OwnPrograms
from signals.adapters.sim.traffic_layout import Traffic, traffic
from signals.adapters.sim.traffic_outcome import incidents_of, trips_of
from signals.errors import ScenarioError, WorldError
from signals.kernels.traffic_state import State
from signals.model.network import Network
from signals.model.travel import Travel
from signals.model.trips import Incidents, Trips
from signals.model.values import Aspect, Command, Readings

__all__ = ["QueueWorld", "Settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the simulator is run.

    Parameters
    ----------
    tick_ds
        Length of a tick.
    begin_s, end_s
        When it begins and when it is over, in the time of the travellers.
    vehicles
        Whether every vehicle is reported, or the loops only.
    """

    tick_ds: int = 10
    begin_s: float = 0.0
    end_s: float = 3600.0
    vehicles: bool = True

    def __post_init__(self) -> None:
        if self.tick_ds < 1 or not 0 <= self.begin_s < self.end_s:
            raise ScenarioError(
                f"expected tick_ds >= 1 and 0 <= begin_s < end_s, got {self.tick_ds}, {self.begin_s} and {self.end_s}"
            )


class QueueWorld:
    """The queue simulator (see `signals.kernels.traffic`), as a `signals.model.roles.World`.

    Intersections to which nothing is written run the first plan of the network, with its intergreens.

    Parameters
    ----------
    network
        The network.
    travel
        Who travels.
    settings
        How it is run.
    notes
        What was assumed when the travellers were read.

    Raises
    ------
    ScenarioError
        When a route cannot be driven, or there is nothing to sense with.
    """

    def __init__(
        self, network: Network, travel: Travel, settings: Settings | None = None, notes: tuple[str, ...] = ()
    ) -> None:
        self.network = network
        self.settings = settings or Settings()
        self.tick_ds = self.settings.tick_ds
        self.notes = notes
        if not self.settings.vehicles and not network.detectors:
            raise ScenarioError(f'network "{network.name}" has no induction loops; lay them with place_detectors')
        self._travel = travel
        self._first = traffic(network, travel, self.settings.begin_s)
        self._traffic: Traffic | None = None
        self._running = False
        self._ticks = 0

    def __enter__(self) -> Self:
        """Begin with empty roads."""
        from signals.adapters.sim.traffic_run import TrafficRun  # noqa: PLC0415  loads the compiler

        self._ticks = 0
        self._traffic = _copy(self._first)
        self._heads = Heads(self.network)
        self._programs = OwnPrograms(self.network)
        self._aspect = np.full(len(self.network.arrays.group_user), Aspect.UNKNOWN, np.int8)
        self._owner = np.repeat(np.arange(len(self.network.intersections)), np.diff(self.network.arrays.group_offset))
        rehearsal = TrafficRun(self.network, _copy(self._first))  # compiles before the first tick
        rehearsal.advance(0.0, 0.1, Heads(self.network).show(self._aspect))
        rehearsal.read(0.1, 0.1, self._aspect, vehicles=True)
        self._run = TrafficRun(self.network, self._traffic)
        self._running = True
        return self

    def __exit__(self, *_: object) -> None:
        """Stop; what became of the travellers can still be asked."""
        self._running = False

    @property
    def _now_s(self) -> float:
        return self._ticks * self.tick_ds / 10.0

    @property
    def finished(self) -> bool:
        """Whether its time is over."""
        return self.settings.begin_s + self._now_s >= self.settings.end_s - 1e-9

    @property
    def progress(self) -> float:
        """How much of its time has passed, 0 to 1."""
        return min(self._now_s / (self.settings.end_s - self.settings.begin_s), 1.0)

    def read(self) -> Readings:
        """Report what was seen since the last tick; valid until the next call."""
        self._check_running()
        readings = self._run.read(
            self._now_s, self.tick_ds / 10.0, self._aspect.copy(), vehicles=self.settings.vehicles
        )
        return readings._replace(time_s=self.settings.begin_s + self._now_s)

    def write(self, command: Command) -> None:
        """Show what is commanded and let one tick pass."""
        self._check_running()
        if command.aspect.shape != self._aspect.shape or command.write.shape != (len(self.network.intersections),):
            raise WorldError(
                f"a command for {len(self._aspect)} groups and {len(self.network.intersections)} intersections is "
                f"expected, got {command.aspect.shape} and {command.write.shape}"
            )
        np.copyto(self._aspect, command.aspect, where=command.write[self._owner])
        now_ds = round(self.settings.begin_s * 10) + self._ticks * self.tick_ds
        if not command.write.all():
            self._programs.show(now_ds, ~command.write, self._aspect)
        start_s = self._now_s
        self._ticks += 1
        self._run.advance(start_s, self._now_s, self._heads.show(self._aspect))
        self._programs.note(now_ds + self.tick_ds, self._aspect)

    def outcome(self) -> tuple[Trips, Incidents]:
        """Account for every traveller who was scheduled so far."""
        if self._traffic is None:
            raise WorldError("the world was never entered, so nothing has happened in it")
        return trips_of(self._traffic, self._travel, self._now_s), incidents_of(self._traffic, self._now_s)

    def _check_running(self) -> None:
        if not self._running:
            raise WorldError("the world is not running: use it in a with statement")


def _copy(first: Traffic) -> Traffic:
    """Return the beginning again; what does not change is shared."""
    columns: list[Any] = [column.copy() for column in first.state]
    people = first.people._replace(
        leg=first.people.leg.copy(), ready_s=first.people.ready_s.copy(), waited_s=first.people.waited_s.copy()
    )
    return first._replace(state=State(*columns), people=people)
