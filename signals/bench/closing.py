"""Which lane is closed on a map: one whose traffic has another way through the same junction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container

import numpy as np

from signals.model.closures import Closure
from signals.model.lanes import User
from signals.model.network import Network

__all__ = ["closable_lanes", "draw_closure"]


def closable_lanes(network: Network) -> tuple[str, ...]:
    """Return the ids of the lanes that may be closed without anybody being shut in or out.

    Those are lanes for vehicles before a controlled stop line, beside another one of the same road and user from which
    every road can be reached that can be reached from them.
    """
    goals: dict[int, set[str]] = defaultdict(set)
    for movement in network.movements:
        goals[movement.from_lane].add(network.lanes[movement.to_lane].edge)
    beside: dict[tuple[str, User], list[int]] = defaultdict(list)
    for number, lane in enumerate(network.lanes):
        if lane.user is User.VEHICLE and not lane.internal:
            beside[lane.edge, lane.user].append(number)
    before_signal = set(network.arrays.approach_lane.tolist())
    return tuple(
        network.lanes[number].id
        for lanes in beside.values()
        for number in lanes
        if number in before_signal
        and any(other != number and goals[number] and goals[number] <= goals[other] for other in lanes)
    )


def draw_closure(
    network: Network, begin_s: float, end_s: float, seed: int, fixed_lanes: Container[str] = ()
) -> Closure | None:
    """Draw the lane that is closed; `None` where the map has none that could be.

    Parameters
    ----------
    network
        The map.
    begin_s, end_s
        From when to when.
    seed
        Of the draw: the same lane for every controller.
    fixed_lanes
        Ids of lanes on which somebody has to begin, stop or end; they stay open.
    """
    lanes = [lane for lane in closable_lanes(network) if lane not in fixed_lanes]
    if not lanes:
        return None
    lane = lanes[int(np.random.default_rng([seed, len(lanes)]).integers(len(lanes)))]
    return Closure(lane=lane, begin_s=begin_s, end_s=end_s)
