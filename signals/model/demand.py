"""Who wants to travel where, as rates, for worlds that have no demand of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite

from signals.errors import ScenarioError, UnknownNameError
from signals.model.lanes import User
from signals.model.travel import CAR, VehicleKind

__all__ = ["BICYCLE", "BUS", "Demand", "Flow", "Source", "TurnShare", "usual_kind"]

BICYCLE = VehicleKind(
    id="bicycle", user=User.BICYCLE, length_m=1.6, gap_m=0.5, speed_mps=5.56, accel_mps2=1.2, decel_mps2=3.0
)
BUS = VehicleKind(id="bus", user=User.TRANSIT, length_m=12.0, speed_mps=27.78, accel_mps2=1.2, decel_mps2=4.0)
_USUAL = {User.VEHICLE: CAR, User.BICYCLE: BICYCLE, User.TRANSIT: BUS}


def usual_kind(user: User) -> VehicleKind:
    """Return the kind of vehicle that is meant where none is named; people on foot have none."""
    return _USUAL[user]


@dataclass(frozen=True, slots=True)
class Flow:
    """Travellers who take the same way at a mean rate.

    Parameters
    ----------
    route
        Movements in order (indices into `Network.movements`); the first one's `from_lane` is where they enter.
    rate_veh_h
        Mean number per hour, >= 0.
    begin_s, end_s
        When it runs.
    user
        Who they are.
    kind
        Name of their kind among `Demand.kinds`; empty for the usual one.
    """

    route: tuple[int, ...]
    rate_veh_h: float
    begin_s: float = 0.0
    end_s: float = 3600.0
    user: User = User.VEHICLE
    kind: str = ""

    def __post_init__(self) -> None:
        if not self.route or not (self.rate_veh_h >= 0 and self.end_s >= self.begin_s):
            raise ScenarioError("a flow needs a route, rate_veh_h >= 0 and end_s >= begin_s")


@dataclass(frozen=True, slots=True)
class Source:
    """Vehicles that enter on an edge at a mean rate and find their way by the shares of the turns.

    Parameters
    ----------
    edge
        Where they enter (index into `Network.edges`).
    rate_veh_h
        Mean number per hour, >= 0.
    begin_s, end_s
        When it runs.
    kind
        Name of their kind among `Demand.kinds`; empty for cars.
    """

    edge: int
    rate_veh_h: float
    begin_s: float = 0.0
    end_s: float = 3600.0
    kind: str = ""

    def __post_init__(self) -> None:
        if not (self.rate_veh_h >= 0 and self.end_s >= self.begin_s):
            raise ScenarioError("a source needs rate_veh_h >= 0 and end_s >= begin_s")


@dataclass(frozen=True, slots=True)
class TurnShare:
    """How many of those on one edge go on to another.

    Parameters
    ----------
    from_edge, to_edge
        Indices into `Network.edges`.
    share
        In proportion to the other shares of `from_edge`, >= 0: 0.6 and 0.4 say the same as the counts 60 and 40. Edges
        that are not named have no share.
    """

    from_edge: int
    to_edge: int
    share: float

    def __post_init__(self) -> None:
        if not (isfinite(self.share) and self.share >= 0):
            raise ScenarioError(f"the share of a turn must be a number >= 0, got {self.share}")


@dataclass(frozen=True, slots=True)
class Demand:
    """All who want to travel in a scenario.

    Parameters
    ----------
    flows
        Travellers with a way of their own.
    sources
        Vehicles whose way is drawn from the shares of the turns.
    turns
        These shares. An edge without any splits evenly over the edges that lie straight on, left and right.
    kinds
        Kinds of vehicles that flows and sources name.
    """

    flows: tuple[Flow, ...] = ()
    sources: tuple[Source, ...] = ()
    turns: tuple[TurnShare, ...] = ()
    kinds: tuple[VehicleKind, ...] = ()

    def __post_init__(self) -> None:
        users = {kind.id: kind.user for kind in self.kinds}
        if len(users) < len(self.kinds) or "" in users:
            raise ScenarioError("every kind of vehicle needs a name of its own")
        for kind in (*(flow.kind for flow in self.flows), *(source.kind for source in self.sources)):
            if kind and kind not in users:
                raise UnknownNameError("kind of vehicle", kind, users)
        for number, flow in enumerate(self.flows):
            if flow.kind and users[flow.kind] is not flow.user:
                raise ScenarioError(
                    f'flow {number}: its user is {flow.user.name}, but its kind "{flow.kind}" is one of '
                    f"{users[flow.kind].name}"
                )
        self._check_turns()

    def _check_turns(self) -> None:
        total: dict[int, float] = {}
        seen: set[tuple[int, int]] = set()
        for turn in self.turns:
            if (turn.from_edge, turn.to_edge) in seen:
                raise ScenarioError(
                    f"the share of the turn from edge {turn.from_edge} to {turn.to_edge} is given twice"
                )
            seen.add((turn.from_edge, turn.to_edge))
            total[turn.from_edge] = total.get(turn.from_edge, 0.0) + turn.share
        for edge, share in total.items():
            if share == 0:
                raise ScenarioError(f"all shares of the turns from edge {edge} are 0, so that nobody could go on")

    def scaled(self, factor: float) -> Demand:
        """Return the same demand with every rate multiplied."""
        return replace(
            self,
            flows=tuple(replace(flow, rate_veh_h=flow.rate_veh_h * factor) for flow in self.flows),
            sources=tuple(replace(source, rate_veh_h=source.rate_veh_h * factor) for source in self.sources),
        )
