"""Everybody who travels, one by one: what a queue simulator needs to know of them, and no more."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from signals.errors import ScenarioError
from signals.model.lanes import User
from signals.model.trips import DoubleArray
from signals.model.values import FloatArray, IntArray
from signals.model.vehicle_classes import VehicleClass, usual_class

__all__ = ["CAR", "NO_TRAVEL", "Travel", "VehicleKind", "Walk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleKind:
    """What matters of a type of vehicle; the defaults are SUMO's passenger car.

    Parameters
    ----------
    id
        Its name.
    user
        Which lanes it looks for: VEHICLE, TRANSIT (also uses the lanes of vehicles) or BICYCLE (the same).
    length_m, gap_m
        Its length, and the gap before it when it stands.
    speed_mps
        The fastest that it can drive.
    accel_mps2, decel_mps2
        Acceleration and comfortable deceleration, > 0.
    headway_s
        Net time headway that its driver keeps (Krauss' tau), > 0.
    imperfection
        Krauss' sigma, 0 to 1: how much of the acceleration is lost by dawdling.
    emergency
        Whether it calls its signals.
    rail
        Whether it runs on rails: of public transport, a tram and no bus.
    """

    id: str = "car"
    user: User = User.VEHICLE
    length_m: float = 5.0
    gap_m: float = 2.5
    speed_mps: float = 55.56
    accel_mps2: float = 2.6
    decel_mps2: float = 4.5
    headway_s: float = 1.0
    imperfection: float = 0.5
    emergency: bool = False
    rail: bool = False

    def __post_init__(self) -> None:
        positive = (self.length_m, self.speed_mps, self.accel_mps2, self.decel_mps2, self.headway_s)
        if not (all(value > 0 for value in positive) and self.gap_m >= 0 and 0 <= self.imperfection <= 1):
            raise ScenarioError(
                f'kind of vehicle "{self.id}": length_m, speed_mps, accel_mps2, decel_mps2 and headway_s must be > 0, '
                "gap_m >= 0 and imperfection 0 to 1"
            )
        if self.user is User.PEDESTRIAN:
            raise ScenarioError(f'kind of vehicle "{self.id}": a person on foot is no vehicle')

    @property
    def space_m(self) -> float:
        """Length of road that it takes when it stands."""
        return self.length_m + self.gap_m

    @property
    def vehicle_class(self) -> VehicleClass:
        """What it is, as far as control is concerned."""
        return usual_class(self.user, rail=self.rail)


CAR = VehicleKind()


@dataclass(frozen=True, slots=True)
class Walk:
    """A way on foot, as far as signals matter: crossings, and the distances between them.

    Parameters
    ----------
    crossings
        Movements (indices into `Network.movements`) in order, each a crossing; may be empty.
    before_m
        The distance walked before each crossing.
    after_m
        The distance after the last one.
    """

    crossings: tuple[int, ...]
    before_m: tuple[float, ...]
    after_m: float = 0.0

    def __post_init__(self) -> None:
        if len(self.crossings) != len(self.before_m) or not all(way >= 0 for way in (*self.before_m, self.after_m)):
            raise ScenarioError("a walk needs one distance >= 0 before each of its crossings, and after_m >= 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Travel:
    """Everybody who wants to travel, in order of departure.

    Parameters
    ----------
    kinds
        The kinds of vehicles.
    routes
        Ways through the network, each a sequence of edges (indices into `Network.edges`), at least one.
    depart_s
        float64 [nV] when each vehicle wants to start, ascending, in the time of the scenario.
    kind, route
        int32 [nV] indices into `kinds` and `routes`.
    speed_factor
        float32 [nV] the share of the speed limit that each driver drives at, > 0.
    walks
        Ways on foot.
    walk_depart_s
        float64 [nP] when each person starts, ascending.
    walk
        int32 [nP] index into `walks`.
    walk_speed_mps
        float32 [nP] how fast each walks, > 0.
    """

    kinds: tuple[VehicleKind, ...] = (CAR,)
    routes: tuple[tuple[int, ...], ...] = ()
    depart_s: DoubleArray = field(default_factory=lambda: np.empty(0, np.float64))
    kind: IntArray = field(default_factory=lambda: np.empty(0, np.int32))
    route: IntArray = field(default_factory=lambda: np.empty(0, np.int32))
    speed_factor: FloatArray = field(default_factory=lambda: np.empty(0, np.float32))
    walks: tuple[Walk, ...] = ()
    walk_depart_s: DoubleArray = field(default_factory=lambda: np.empty(0, np.float64))
    walk: IntArray = field(default_factory=lambda: np.empty(0, np.int32))
    walk_speed_mps: FloatArray = field(default_factory=lambda: np.empty(0, np.float32))

    def __post_init__(self) -> None:
        vehicles, people = len(self.depart_s), len(self.walk_depart_s)
        if {len(self.kind), len(self.route), len(self.speed_factor)} != {vehicles}:
            raise ScenarioError("every vehicle needs a departure, a kind, a route and a speed factor")
        if {len(self.walk), len(self.walk_speed_mps)} != {people}:
            raise ScenarioError("every person needs a departure, a walk and a speed")
        for depart_s in (self.depart_s, self.walk_depart_s):
            if not np.all(np.isfinite(depart_s)) or np.any(np.diff(depart_s) < 0):
                raise ScenarioError("travellers must be in order of departure, each at a finite time")
        if any(not route for route in self.routes):
            raise ScenarioError("a route needs at least one edge")
        if not (np.all(self.speed_factor > 0) and np.all(self.walk_speed_mps > 0)):
            raise ScenarioError("speeds and speed factors must be > 0")
        for name, index, size in (
            ("kind", self.kind, len(self.kinds)),
            ("route", self.route, len(self.routes)),
            ("walk", self.walk, len(self.walks)),
        ):
            if len(index) and not 0 <= index.min() <= index.max() < size:
                raise ScenarioError(f"a traveller has a {name} that does not exist")

    def since(self, begin_s: float) -> Travel:
        """Return the same without those who depart before a time."""
        vehicles, people = self.depart_s >= begin_s, self.walk_depart_s >= begin_s
        return replace(
            self,
            depart_s=self.depart_s[vehicles],
            kind=self.kind[vehicles],
            route=self.route[vehicles],
            speed_factor=self.speed_factor[vehicles],
            walk_depart_s=self.walk_depart_s[people],
            walk=self.walk[people],
            walk_speed_mps=self.walk_speed_mps[people],
        )


NO_TRAVEL = Travel()
