"""The road before a stop line for as long as it leads there and nowhere else: where else a loop of its can lie."""

from __future__ import annotations

from collections import defaultdict

from signals.model.lanes import User
from signals.model.movements import Movement
from signals.model.network import Network

__all__ = ["sole_ways"]


def sole_ways(network: Network) -> dict[int, tuple[int, ...]]:
    """Return for every approach lane the lanes before it that everybody drives who comes to it, and nobody else.

    Parameters
    ----------
    network
        The network.

    Returns
    -------
    dict
        Approach lane → lanes, the one right before it first, lanes inside junctions among them. They end where ways
        meet or part, or at another stop line.
    """
    into: dict[int, list[Movement]] = defaultdict(list)
    leaving: dict[int, int] = defaultdict(int)
    for movement in network.movements:
        if movement.user is not User.PEDESTRIAN:
            into[movement.to_lane].append(movement)
            leaving[movement.from_lane] += 1
    approaches = set(network.arrays.approach_lane.tolist())
    found: dict[int, tuple[int, ...]] = {}
    for approach in sorted(approaches):
        way: list[int] = []
        lane = approach
        # It ends: a lane of a ring that can be left leads to two.
        while len(into[lane]) == 1 and into[lane][0].from_lane not in approaches:
            (movement,) = into[lane]
            way += reversed(movement.via)
            lane = movement.from_lane
            if leaving[lane] > 1 or network.lanes[lane].user is User.PEDESTRIAN:
                break
            way.append(lane)
        found[approach] = tuple(way)
    return found
