"""The shortest ways on foot over pavements, walking areas and crossings."""

from __future__ import annotations

from heapq import heappop, heappush
from math import dist
from typing import NamedTuple

from signals.adapters.sumo.records import RawLane, RawNet
from signals.model.lanes import Point
from signals.model.movements import Turn
from signals.model.network import Network
from signals.model.travel import Walk

__all__ = ["Footways", "Place"]

Place = tuple[str, float | None]
"""An edge, and metres from its beginning; negative ones count from its end, None is its middle."""


class _Strip(NamedTuple):
    """A pavement or a crossing, which is walked in both directions.

    `ends` are its first and its last point, `areas` the walking areas there, empty where there is none. `crossing` is
    the movement that it is, -1 for a pavement.
    """

    length_m: float
    ends: tuple[Point, Point]
    areas: tuple[str, str]
    crossing: int


_Step = tuple[int, int]
"""A strip, and at which of its two ends it is left."""


class Footways:
    """All strips of a network that lead to walking areas.

    Parameters
    ----------
    raw
        The network as SUMO's file says it.
    network
        The same network, for its movements.
    """

    def __init__(self, raw: RawNet, network: Network) -> None:
        functions = {lane.id: edge.function for edge in raw.edges for lane in edge.lanes}
        areas: dict[str, list[str]] = {}
        for connection in raw.connections:
            one, other = connection.from_lane, connection.to_lane
            for strip, area, side in ((one, other, 1), (other, one, 0)):
                if functions.get(area) == "walkingarea" and strip in functions:
                    areas.setdefault(strip, ["", ""])[side] = area
        moves = {
            network.lanes[move.to_lane].id: number
            for number, move in enumerate(network.movements)
            if move.turn is Turn.CROSSING
        }
        self._strips: list[_Strip] = []
        self._of_edge: dict[str, int] = {}
        self._at: dict[str, list[_Step]] = {}
        for edge in raw.edges:
            for lane in edge.lanes:
                if lane.id in areas:
                    self._of_edge.setdefault(edge.id, len(self._strips))
                    self._add(lane, (areas[lane.id][0], areas[lane.id][1]), moves.get(lane.id, -1))
        self._found: dict[tuple[Place, Place], Walk | None] = {}

    def walk(self, start: Place, end: Place) -> Walk | None:
        """Return the shortest way (Dijkstra, 1959), or None where there is none.

        SUMO adds something for crossings that are red when a person sets off; here the way does not depend on that.
        """
        if (start, end) not in self._found:
            self._found[start, end] = self._shortest(start, end)
        return self._found[start, end]

    def _add(self, lane: RawLane, areas: tuple[str, str], crossing: int) -> None:
        for side, area in enumerate(areas):
            if area:
                self._at.setdefault(area, []).append((len(self._strips), side))
        ends = (lane.shape[0], lane.shape[-1]) if lane.shape else ((0.0, 0.0), (0.0, 0.0))
        self._strips.append(_Strip(lane.length_m, ends, areas, crossing))

    def _position_m(self, place: Place) -> float:
        length_m = self._strips[self._of_edge[place[0]]].length_m
        position_m = length_m / 2 if place[1] is None else place[1]
        return min(max(position_m + length_m if position_m < 0 else position_m, 0.0), length_m)

    def _shortest(self, start: Place, end: Place) -> Walk | None:
        if start[0] == end[0] and start[0] in self._of_edge:
            return Walk((), (), abs(self._position_m(end) - self._position_m(start)))
        if start[0] not in self._of_edge or end[0] not in self._of_edge:
            return None
        first, goal = self._of_edge[start[0]], self._of_edge[end[0]]
        from_m, to_m = self._position_m(start), self._position_m(end)
        waiting: list[tuple[float, _Step, _Step | None]] = [
            (from_m, (first, 0), None),
            (self._strips[first].length_m - from_m, (first, 1), None),
        ]
        before: dict[_Step, tuple[float, _Step | None]] = {}
        while waiting:
            here_m, step, last = heappop(waiting)
            if step in before:
                continue
            before[step] = here_m, last
            if step[0] == goal:
                return self._walk(step, before)
            for following, way_m in self._from(step):
                strip_m = self._strips[following[0]].length_m
                if following[0] == goal:
                    strip_m = to_m if following[1] == 1 else strip_m - to_m
                heappush(waiting, (here_m + way_m + strip_m, following, step))
        return None

    def _from(self, step: _Step) -> list[tuple[_Step, float]]:
        """Return the steps that may follow, each with the way over the walking area to it."""
        strip = self._strips[step[0]]
        return [
            ((other, 1 - side), dist(strip.ends[step[1]], self._strips[other].ends[side]))
            for other, side in self._at.get(strip.areas[step[1]], ())
            if other != step[0]
        ]

    def _walk(self, last: _Step, before: dict[_Step, tuple[float, _Step | None]]) -> Walk:
        """Put the steps together: how far it is to each crossing, and to the end from there."""
        total_m = before[last][0]
        steps: list[tuple[_Step, float]] = []
        step: _Step | None = last
        while step is not None:
            upto_m, previous = before[step]
            steps.append((step, upto_m))
            step = previous
        crossings, before_m, done_m = [], [], 0.0
        for (strip, _), upto_m in reversed(steps):
            if self._strips[strip].crossing >= 0:
                crossings.append(self._strips[strip].crossing)
                before_m.append(max(upto_m - self._strips[strip].length_m - done_m, 0.0))
                done_m = upto_m
        return Walk(tuple(crossings), tuple(before_m), max(total_m - done_m, 0.0))
