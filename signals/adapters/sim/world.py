"""A small world in memory: point queues at the stop lines of any network, without a simulator to install.

Good for first steps and for tests of everything around it: vehicles drive freely to the end of the queue, are served
at saturation flow, and block the lane behind when there is no room. There is no lane changing and no acceleration.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Self

import numpy as np

from signals.adapters.sim.layout import Stock, stock
from signals.adapters.sim.outcome import incidents_of, trips_of
from signals.adapters.sim.programs import OwnPrograms
from signals.adapters.sim.schedule import check_demand, schedule
from signals.errors import ScenarioError, UnknownNameError, WorldError
from signals.model.demand import Demand
from signals.model.network import Network
from signals.model.trips import Incidents, Trips
from signals.model.values import Aspect, BoolArray, Command, Readings

if TYPE_CHECKING:
    from signals.adapters.sim.streets import PointQueues

__all__ = ["SimWorld"]

SENSING = ("full", "detectors")


class SimWorld:
    """The built-in world (see `signals.model.roles.World`).

    Vehicles leave a lane at 1800 veh/h, the first one 2 s after the start of green; amber is not used but by one
    vehicle that yielded through the whole green. Before the first command nothing is known of the signals.

    Parameters
    ----------
    network
        The network.
    demand
        Who wants to travel. A route stays on the lanes of its movements; people on foot use one crossing.
    seed
        Of the Poisson arrivals, >= 0; the same seed gives the same bytes.
    tick_ds
        Length of a tick.
    end_s
        When it is over.
    sensing
        ``full`` reports vehicles and detectors, ``detectors`` only the latter.
    controlled
        Ids of the intersections that obey commands (`None`: all). The others, and those to which nothing is written,
        run the first plan of the network.

    Raises
    ------
    InputError
        If a route cannot be taken, or a name or number makes no sense.
    """

    def __init__(  # noqa: PLR0913  the plug-in's settings, all but two by name
        self,
        network: Network,
        demand: Demand,
        *,
        seed: int = 0,
        tick_ds: int = 10,
        end_s: float = 3600.0,
        sensing: str = "full",
        controlled: Collection[str] | None = None,
    ) -> None:
        if sensing not in SENSING:
            raise UnknownNameError("sensing level", sensing, SENSING)
        if tick_ds < 1 or not end_s > 0 or seed < 0:
            raise ScenarioError(f"expected tick_ds >= 1, end_s > 0 and seed >= 0, got {tick_ds}, {end_s} and {seed}")
        check_demand(network, demand)
        self.network = network
        self.tick_ds = tick_ds
        self._demand = demand
        self._end_s = end_s
        self._vehicles = sensing == "full"
        self._obeys = _obeying(network, controlled)
        self._intersection_of = np.repeat(np.arange(len(self._obeys)), np.diff(network.arrays.group_offset))
        self._travellers = schedule(demand, end_s, seed)
        self._queues: PointQueues | None = None
        self._stock: Stock | None = None
        self._time_ds = 0

    def __enter__(self) -> Self:
        """Begin at time 0 with empty roads."""
        from signals.adapters.sim.streets import PointQueues  # noqa: PLC0415  loads the compiler

        self._time_ds = 0
        self._aspect = np.full(len(self.network.arrays.group_user), Aspect.UNKNOWN, np.int8)
        self._programs = OwnPrograms(self.network)
        rehearsal = PointQueues(stock(self.network, self._demand, self._travellers))  # compiles before the first tick
        rehearsal.read(0.0, -0.1, self._aspect, vehicles=True)
        rehearsal.advance(0.0, 0.1, self._aspect)
        self._stock = stock(self.network, self._demand, self._travellers)
        self._queues = PointQueues(self._stock)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop; what became of the travellers can still be asked."""
        self._queues = None

    @property
    def finished(self) -> bool:
        """Whether its time is over."""
        return self._time_ds / 10.0 >= self._end_s

    @property
    def progress(self) -> float:
        """How much of its time has passed, 0 to 1."""
        return min(self._time_ds / 10.0 / self._end_s, 1.0)

    def read(self) -> Readings:
        """Report what was seen since the last tick; valid until the next call."""
        time_s = self._time_ds / 10.0
        since_s = (self._time_ds - self.tick_ds) / 10.0
        return self._running().read(time_s, since_s, self._aspect.copy(), vehicles=self._vehicles)

    def write(self, command: Command) -> None:
        """Show what is commanded and let one tick pass."""
        queues = self._running()
        if command.aspect.shape != self._aspect.shape or command.write.shape != self._obeys.shape:
            raise WorldError(
                f"a command for {len(self._aspect)} groups and {len(self._obeys)} intersections is expected, "
                f"got {command.aspect.shape} and {command.write.shape}"
            )
        obeys = self._obeys & command.write
        np.copyto(self._aspect, command.aspect, where=obeys[self._intersection_of])
        self._programs.show(self._time_ds, ~obeys, self._aspect)
        until_ds = self._time_ds + self.tick_ds
        queues.advance(self._time_ds / 10.0, until_ds / 10.0, self._aspect)
        self._programs.note(until_ds, self._aspect)
        self._time_ds = until_ds

    def outcome(self) -> tuple[Trips, Incidents]:
        """Account for every traveller who was scheduled so far."""
        if self._stock is None:
            raise WorldError("the world was never entered, so nothing has happened in it")
        end_s = self._time_ds / 10.0
        users = np.array([flow.user for flow in self._demand.flows], np.int32)[self._travellers.vehicle_flow]
        return trips_of(self._stock, users, end_s), incidents_of(self._stock, end_s)

    def _running(self) -> PointQueues:
        if self._queues is None:
            raise WorldError("the world is not running: use it in a with statement")
        return self._queues


def _obeying(network: Network, controlled: Collection[str] | None) -> BoolArray:
    names = [intersection.id for intersection in network.intersections]
    for name in controlled or ():
        if name not in names:
            raise UnknownNameError("intersection", name, names)
    return np.array([controlled is None or name in controlled for name in names], np.bool_)
