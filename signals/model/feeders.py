"""Which lanes feed which controlled approach, how far away, and how probably.

Shared knowledge: a world must know which lanes to watch, an estimator where the vehicles on them are bound for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from signals.model.lanes import User
from signals.model.movements import Movement, Turn
from signals.model.network import Network
from signals.model.values import FloatArray, IntArray

__all__ = ["Feeders", "feeders", "owners"]

LANE_CHANGE = 0.15
"""Share of the drivers on a lane who go on as if they were on another lane of the same edge."""
U_TURN = 0.1
"""Weight of a U-turn against 1 for every other movement."""
CUT_OFF = 0.02
"""Ways less probable than this are not followed."""
MAX_MOVEMENTS = 40
"""Ways of more movements than this are not followed (rings of lanes of a decimetre)."""


class Feeders(NamedTuple):
    """Every lane from which a controlled stop line can be reached without passing another one.

    Attributes
    ----------
    lane_offset
        int32 [nL + 1] rows of lane l are ``lane_offset[l] : lane_offset[l + 1]``, the most probable first.
    approach
        int32 [n] the approach (numbering of `NetworkArrays`).
    distance_m
        float32 [n] from the END of the lane to the approach's stop line; 0 for the approach lane itself.
    probability
        float32 [n] prior probability that a vehicle on the lane goes there; 1 for the approach lane itself.
    watched_lanes
        int32 [nW] the lanes worth watching, ascending: the feeders, and of every controlled movement the lanes
        inside the junction and the one it leads to.
    """

    lane_offset: IntArray
    approach: IntArray
    distance_m: FloatArray
    probability: FloatArray
    watched_lanes: IntArray


def feeders(network: Network, range_m: float) -> Feeders:
    """Find the feeders of all approaches.

    A vehicle is followed downstream, over lanes inside junctions too, until it meets a controlled stop line. The
    movements of a lane share its probability equally (a U-turn counts little); a few drivers change to another lane
    of the edge first. On the approach lane itself everybody is taken to stay.

    Parameters
    ----------
    network
        The network.
    range_m
        The longest distance between the end of a lane and the stop line, >= 0.
    """
    ways = _Ways(network, range_m)
    rows = [ways.rows(lane) for lane in range(len(network.lanes))]
    flat = [row for found in rows for row in found]
    arrays = network.arrays
    watched = {lane for lane, found in enumerate(rows) if found}
    for index in arrays.link_movement:
        movement = network.movements[index]
        watched.update((*movement.via, movement.to_lane))
    table = Feeders(
        lane_offset=np.cumsum([0, *map(len, rows)], dtype=np.int32),
        approach=np.array([approach for approach, _, _ in flat], np.int32),
        distance_m=np.array([distance for _, distance, _ in flat], np.float32),
        probability=np.array([probability for _, _, probability in flat], np.float32),
        watched_lanes=np.array(sorted(watched), np.int32),
    )
    for array in table:
        array.setflags(write=False)
    return table


def owners(network: Network, lanes: Iterable[int], range_m: float) -> dict[int, int]:
    """Return the intersection that each lane most probably leads to, the nearest one downstream.

    Parameters
    ----------
    network
        The network.
    lanes
        Of which lanes; those from which no intersection can be reached are left out.
    range_m
        See `feeders`.
    """
    wanted = sorted(set(lanes))
    if not wanted:
        return {}
    ways = feeders(network, range_m)
    first, last = ways.lane_offset[wanted], ways.lane_offset[np.add(wanted, 1)]
    place = np.repeat(np.arange(len(network.intersections)), np.diff(network.arrays.approach_offset))
    return {
        lane: int(place[ways.approach[row]]) for lane, row, end in zip(wanted, first, last, strict=True) if row < end
    }


class _Ways:
    """The depth-first search and what it has found for one lane at a time."""

    def __init__(self, network: Network, range_m: float) -> None:
        self._network = network
        self._range_m = range_m
        self._approach = {int(lane): index for index, lane in enumerate(network.arrays.approach_lane)}
        self._leaving: dict[int, list[Movement]] = defaultdict(list)
        self._inside: dict[int, tuple[Movement, int]] = {}
        for movement in network.movements:
            if movement.turn is Turn.CROSSING or movement.user is User.PEDESTRIAN:
                continue
            self._leaving[movement.from_lane].append(movement)
            for position, lane in enumerate(movement.via):
                self._inside.setdefault(lane, (movement, position))
        self._edge: dict[tuple[str, User], list[int]] = defaultdict(list)
        for index, place in enumerate(network.lanes):
            if not place.internal and (index in self._approach or index in self._leaving):
                self._edge[place.edge, place.user].append(index)
        self._found: dict[int, tuple[float, float]] = {}

    def rows(self, lane: int) -> list[tuple[int, float, float]]:
        """Return (approach, distance, probability) of a lane, the most probable first."""
        self._found = {}
        if lane in self._approach:
            self._arrive(lane, 0.0, 1.0)
        elif lane in self._inside:
            movement, position = self._inside[lane]
            rest_m = sum(self._network.lanes[via].length_m for via in movement.via[position + 1 :])
            self._enter(movement.to_lane, rest_m, 1.0, 1)
        else:
            self._drive(lane, 0.0, 1.0, 0)
        found = [(approach, distance, probability) for approach, (distance, probability) in self._found.items()]
        return sorted(found, key=lambda row: (-row[2], row[1], row[0]))

    def _arrive(self, lane: int, distance_m: float, probability: float) -> None:
        """Note a stop line; ways that meet again share one row, at the shorter distance."""
        approach = self._approach[lane]
        before_m, before = self._found.get(approach, (distance_m, 0.0))
        self._found[approach] = (min(before_m, distance_m), before + probability)

    def _drive(self, lane: int, distance_m: float, probability: float, passed: int) -> None:
        """Go on from the end of a lane, `distance_m` after the end of the first one, or from a lane beside it."""
        place = self._network.lanes[lane]
        others = [other for other in self._edge[place.edge, place.user] if other != lane]
        usable = lane in self._approach or lane in self._leaving
        change = 0.0 if not others else LANE_CHANGE if usable else 1.0
        for other in others:
            self._leave(other, distance_m, probability * change / len(others), passed)
        self._leave(lane, distance_m, probability * (1.0 - change), passed)

    def _leave(self, lane: int, distance_m: float, probability: float, passed: int) -> None:
        """Reach the end of one lane: it is a stop line, or all its movements are followed."""
        if probability < CUT_OFF or passed > MAX_MOVEMENTS:
            return
        if lane in self._approach:
            self._arrive(lane, distance_m, probability)
            return
        weights = [U_TURN if movement.turn is Turn.UTURN else 1.0 for movement in self._leaving[lane]]
        for movement, weight in zip(self._leaving[lane], weights, strict=True):
            lanes = [self._network.lanes[via].length_m for via in movement.via]
            inside_m = sum(lanes) if lanes else movement.length_m
            self._enter(movement.to_lane, distance_m + inside_m, probability * weight / sum(weights), passed + 1)

    def _enter(self, lane: int, distance_m: float, probability: float, passed: int) -> None:
        """Enter a lane and drive to its end, if that is within range."""
        at_end_m = distance_m + self._network.lanes[lane].length_m
        if at_end_m <= self._range_m and probability >= CUT_OFF:
            self._drive(lane, at_end_m, probability, passed)
