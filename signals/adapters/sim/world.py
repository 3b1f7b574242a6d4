"""The built-in world: the queue simulator on any network that the model reads, without anything to install.

Vehicles with routes, lanes that fill, gaps, amber, people on foot (`signals.kernels.traffic`), calibrated against SUMO.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any, Self

import numpy as np

from signals.adapters.sim.heads import Heads
from signals.adapters.sim.layout import Traffic, traffic
from signals.adapters.sim.outcome import incidents_of, trips_of
from signals.adapters.sim.programs import OwnPrograms
from signals.adapters.sim.schedule import draw_travel
from signals.errors import ScenarioError, UnknownNameError, WorldError
from signals.kernels.traffic_state import State
from signals.model.closures import Closure, check_closures, closed_lanes
from signals.model.demand import Demand
from signals.model.intersections import Intersection
from signals.model.network import Network
from signals.model.travel import Travel
from signals.model.trips import Incidents, Trips
from signals.model.values import Aspect, BoolArray, Command, Readings

__all__ = ["SimWorld"]

SENSING = ("full", "detectors")


class SimWorld:
    """The queue simulator, as a `signals.model.roles.World`.

    Before the first command nothing is known of the signals.

    Parameters
    ----------
    network
        The network.
    demand
        Who wants to travel: everybody one by one, or rates from which they are drawn.
    seed
        Of the drawing, >= 0; the same seed gives the same bytes. Nothing else is random.
    tick_ds
        Length of a tick.
    begin_s, end_s
        When it begins and when it is over, in the time of the travellers; whoever departs earlier does not come.
    sensing
        ``full`` reports vehicles and detectors, ``detectors`` only the latter.
    controlled
        Ids of the intersections that obey commands (`None`: all). The others, and those to which nothing is written,
        run the first plan of the network, with its intergreens.
    left_alone
        Intersections that the network leaves out; they run their first plans.
    closures
        Lanes that nobody may enter for a while; who is on one drives on.
    notes
        What was assumed when the travellers were read, one sentence each.

    Raises
    ------
    InputError
        If a route cannot be taken, or a name or number makes no sense.
    """

    def __init__(  # noqa: PLR0913  the plug-in's settings, all but two by name
        self,
        network: Network,
        demand: Demand | Travel,
        *,
        seed: int = 0,
        tick_ds: int = 10,
        begin_s: float = 0.0,
        end_s: float = 3600.0,
        sensing: str = "full",
        controlled: Collection[str] | None = None,
        left_alone: tuple[Intersection, ...] = (),
        closures: tuple[Closure, ...] = (),
        notes: tuple[str, ...] = (),
    ) -> None:
        if sensing not in SENSING:
            raise UnknownNameError("sensing level", sensing, SENSING)
        if tick_ds < 1 or not 0 <= begin_s < end_s or seed < 0:
            raise ScenarioError(
                "expected tick_ds >= 1, 0 <= begin_s < end_s and seed >= 0, "
                f"got {tick_ds}, {begin_s}, {end_s} and {seed}"
            )
        check_closures(network, closures)
        self.network = network
        self.tick_ds = tick_ds
        self.notes = notes
        self._closures = closures
        self._begin_s, self._end_s = begin_s, end_s
        self._vehicles = sensing == "full"
        self._whole = replace(network, intersections=(*network.intersections, *left_alone))
        self._groups = len(network.arrays.group_user)
        self._obeys = _obeying(network, controlled)
        self._owner = np.repeat(np.arange(len(self._whole.intersections)), np.diff(self._whole.arrays.group_offset))
        self._travel = (
            draw_travel(network, demand, begin_s, end_s, seed) if isinstance(demand, Demand) else demand.since(begin_s)
        )
        self._first = traffic(network, self._travel, begin_s)
        self._traffic: Traffic | None = None
        self._running = False
        self._ticks = 0

    def __enter__(self) -> Self:
        """Begin with empty roads."""
        from signals.adapters.sim.running import TrafficRun  # noqa: PLC0415  loads the compiler

        self._ticks = 0
        self._traffic = _copy(self._first)
        self._heads = Heads(self._whole)
        self._programs = OwnPrograms(self._whole)
        self._aspect = np.full(len(self._owner), Aspect.UNKNOWN, np.int8)
        rehearsal = TrafficRun(self._whole, _copy(self._first))  # compiles before the first tick
        rehearsal.advance(0.0, 0.1, Heads(self._whole).show(self._aspect))
        rehearsal.read(0.1, 0.1, self._aspect, vehicles=True)
        self._run = TrafficRun(self._whole, self._traffic)
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
        return self._begin_s + self._now_s >= self._end_s - 1e-9

    @property
    def progress(self) -> float:
        """How much of its time has passed, 0 to 1."""
        return min(self._now_s / (self._end_s - self._begin_s), 1.0)

    def read(self) -> Readings:
        """Report what was seen since the last tick; valid until the next call."""
        self._check_running()
        ours = slice(self._groups)
        duration_s = self.tick_ds / 10.0
        seen = self._run.read(self._now_s, duration_s, self._aspect[ours].copy(), vehicles=self._vehicles)
        return seen._replace(time_s=self._begin_s + self._now_s, call=seen.call[ours])

    def write(self, command: Command) -> None:
        """Show what is commanded and let one tick pass."""
        self._check_running()
        if command.aspect.shape != (self._groups,) or command.write.shape != self._obeys.shape:
            raise WorldError(
                f"a command for {self._groups} groups and {len(self._obeys)} intersections is "
                f"expected, got {command.aspect.shape} and {command.write.shape}"
            )
        obeys = np.zeros(len(self._whole.intersections), np.bool_)
        obeys[: len(self._obeys)] = self._obeys & command.write
        np.copyto(self._aspect[: self._groups], command.aspect, where=obeys[self._owner[: self._groups]])
        now_ds = round(self._begin_s * 10) + self._ticks * self.tick_ds
        if not obeys.all():
            self._programs.show(now_ds, ~obeys, self._aspect)
        self._close_lanes()
        start_s = self._now_s
        self._ticks += 1
        self._run.advance(start_s, self._now_s, self._heads.show(self._aspect))
        self._programs.note(now_ds + self.tick_ds, self._aspect)

    def outcome(self) -> tuple[Trips, Incidents]:
        """Account for every traveller who was scheduled so far."""
        if self._traffic is None:
            raise WorldError("the world was never entered, so nothing has happened in it")
        return trips_of(self._traffic, self._travel, self._now_s), incidents_of(self._traffic, self._now_s)

    def _close_lanes(self) -> None:
        """Close and open what is closed from now on."""
        if self._closures and self._traffic is not None:
            closed = closed_lanes(self._closures, self._begin_s + self._now_s)
            lanes = self.network.lanes
            self._traffic.state.lane_count[:, 5] = [lanes[lane].id in closed for lane in self._traffic.lane]

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


def _obeying(network: Network, controlled: Collection[str] | None) -> BoolArray:
    names = [intersection.id for intersection in network.intersections]
    for name in controlled or ():
        if name not in names:
            raise UnknownNameError("intersection", name, names)
    return np.array([controlled is None or name in controlled for name in names], np.bool_)
