"""Lanes that are closed for a while: road works, an accident, a delivery van."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from signals.errors import ScenarioError, UnknownNameError
from signals.model.network import Network

__all__ = ["Closure", "check_closures", "closed_lanes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """A lane that nobody may use for a while.

    Parameters
    ----------
    lane
        Its id.
    begin_s, end_s
        From when to when, in the world's time; the end may be infinite.

    Raises
    ------
    ScenarioError
        When it ends before it begins, or has no lane.
    """

    lane: str
    begin_s: float = 0.0
    end_s: float = float("inf")

    def __post_init__(self) -> None:
        if not self.lane or not 0 <= self.begin_s < self.end_s or self.begin_s == float("inf"):
            raise ScenarioError(
                f'closure of lane "{self.lane}": expected a lane and 0 <= begin_s < end_s, '
                f"got {self.begin_s:g} and {self.end_s:g}"
            )


def closed_lanes(closures: Iterable[Closure], time_s: float) -> frozenset[str]:
    """Return the ids of the lanes that are closed at a time."""
    return frozenset(closure.lane for closure in closures if closure.begin_s <= time_s < closure.end_s)


def check_closures(network: Network, closures: Iterable[Closure]) -> None:
    """Refuse closures that leave no way.

    Whoever is to enter, or to turn into, a road all of whose lanes are closed would have no way at all.

    Parameters
    ----------
    network
        The network.
    closures
        What is closed when.

    Raises
    ------
    UnknownNameError
        When there is no such lane.
    ScenarioError
        When it lies inside a junction, or all lanes of its road for the same users are closed at the same time.
    """
    known = tuple(closures)
    for closure in known:
        if closure.lane not in network.lane_index:
            raise UnknownNameError("lane in a closure", closure.lane, network.lane_index)
        lane = network.lanes[network.lane_index[closure.lane]]
        if lane.internal:
            raise ScenarioError(
                f'lane "{lane.id}" lies inside a junction and cannot be closed; close one that leads to it'
            )
        beside = {other.id for other in network.lanes if other.edge == lane.edge and other.user == lane.user}
        # As many as ever are closed together are so when one of them begins.
        begins_s = {other.begin_s for other in known if other.lane in beside and other.begin_s >= closure.begin_s}
        if any(beside <= closed_lanes(known, begin_s) for begin_s in begins_s):
            raise ScenarioError(
                f'all lanes of road "{lane.edge}" for the users of lane "{lane.id}" would be closed at the same time; '
                "leave one open"
            )
