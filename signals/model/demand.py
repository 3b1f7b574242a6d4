"""Who wants to travel where, for worlds that have no demand of their own."""

from __future__ import annotations

from dataclasses import dataclass

from signals.errors import ScenarioError
from signals.model.lanes import User

__all__ = ["Demand", "Flow"]


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
    """

    route: tuple[int, ...]
    rate_veh_h: float
    begin_s: float = 0.0
    end_s: float = 3600.0
    user: User = User.VEHICLE

    def __post_init__(self) -> None:
        if not self.route or self.rate_veh_h < 0 or self.end_s < self.begin_s:
            raise ScenarioError("a flow needs a route, rate_veh_h >= 0 and end_s >= begin_s")


@dataclass(frozen=True, slots=True)
class Demand:
    """All flows of a scenario."""

    flows: tuple[Flow, ...] = ()

    def scaled(self, factor: float) -> Demand:
        """Return the same demand with every rate multiplied."""
        return Demand(tuple(Flow(f.route, f.rate_veh_h * factor, f.begin_s, f.end_s, f.user) for f in self.flows))
