"""From a network and its travellers to the arrays of the queue simulator, at the beginning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from math import ceil
from typing import NamedTuple

import numpy as np

from signals.errors import ScenarioError
from signals.kernels.traffic_state import GO, WAITING, YIELD, People, Roads, State, Travellers
from signals.model.lanes import User
from signals.model.movements import Movement, Turn
from signals.model.network import Network
from signals.model.travel import Travel, VehicleKind
from signals.model.trips import DoubleArray
from signals.model.values import IntArray

__all__ = ["Traffic", "begin", "traffic"]

LEAST_HEADWAY_S = 0.6
"""Vehicles follow each other on a lane at no less than this, however many lanes lead to it."""
REACTION_S = 0.35
"""What the saturation headway has beyond the driver's own and the way that a vehicle takes."""
QUEUE = 7
OPEN = {
    User.VEHICLE: (User.VEHICLE,),
    User.TRANSIT: (User.TRANSIT, User.VEHICLE),
    User.BICYCLE: (User.BICYCLE, User.VEHICLE),
}
"""Which lanes who looks for; a bicycle takes the road only where it has no lane of its own."""


class Traffic(NamedTuple):
    """Everything that the simulator works on.

    Attributes
    ----------
    roads, travellers, state, people
        The arrays of the kernels. Only lanes that somebody drives on have a row.
    lane
        int32 [nL] the lane of the network that each row is.
    """

    roads: Roads
    travellers: Travellers
    state: State
    people: People
    lane: IntArray


class _Hops:
    """Numbers the pairs of edges that are driven, with the lanes and movements that serve each for a kind of user."""

    def __init__(self, network: Network) -> None:
        self.options: list[list[tuple[int, int]]] = []
        self._network = network
        self._number: dict[tuple[int, int, User], int] = {}
        self._lanes: dict[int, list[int]] = {}
        self._moves: dict[tuple[int, int], list[tuple[int, int]]] = {}
        edge_of = [network.edge_index[lane.edge] for lane in network.lanes]
        for lane, edge in enumerate(edge_of):
            self._lanes.setdefault(edge, []).append(lane)
        for number, move in enumerate(network.movements):
            if move.turn is not Turn.CROSSING:
                pair = edge_of[move.from_lane], edge_of[move.to_lane]
                self._moves.setdefault(pair, []).append((move.from_lane, number))

    def number(self, edge: int, following: int, user: User) -> int:
        """Return the number of a hop; `following` is -1 at the end of a route. Raises `ScenarioError`."""
        key = edge, following, user
        if key not in self._number:
            self._number[key] = len(self.options)
            self.options.append(self._find(edge, following, user))
        return self._number[key]

    def _find(self, edge: int, following: int, user: User) -> list[tuple[int, int]]:
        lanes, edges = self._network.lanes, self._network.edges
        found = [(lane, -1) for lane in self._lanes[edge]] if following < 0 else self._moves.get((edge, following), [])
        for kind in OPEN[user]:
            chosen = [(lane, move) for lane, move in found if lanes[lane].user is kind]
            if chosen and user is not User.TRANSIT:
                return chosen
        chosen = [(lane, move) for lane, move in found if lanes[lane].user in OPEN[user]] or found
        if not chosen:
            raise ScenarioError(f'a route goes from edge "{edges[edge]}" to "{edges[following]}", which are not joined')
        return chosen


def traffic(network: Network, travel: Travel, begin_s: float = 0.0) -> Traffic:
    """Build the arrays; times in them count from `begin_s`.

    Raises
    ------
    ScenarioError
        When a route cannot be driven in the network.
    """
    hops = _Hops(network)
    steps, first = _steps(hops, travel, len(network.edges))
    driven = sorted({lane for rows in hops.options for lane, _ in rows})
    row_of = {lane: row for row, lane in enumerate(driven)}
    lanes = [network.lanes[lane] for lane in driven]
    options = [(row_of[lane], move) for rows in hops.options for lane, move in rows]
    roads = Roads(
        lane=np.array([(lane.length_m, lane.speed_mps, lane.length_m + 2.5) for lane in lanes]).reshape(-1, 3),
        lane_ring=_rings(network, travel, driven),
        move=np.array([_move_row(network, move) for move in network.movements], np.float64).reshape(-1, 4),
        **_movements(network, row_of),
        hop_first=_offsets(len(rows) for rows in hops.options),
        option=np.array(options, np.int32).reshape(-1, 2),
        step_hop=steps,
        kind=np.array([_kind_row(kind) for kind in travel.kinds], np.float64),
    )  # fmt: skip
    travellers = _travellers(network, travel, first, begin_s)
    people = _people(travel, begin_s)
    return Traffic(roads, travellers, begin(roads, travellers), people, np.array(driven, np.int32))


def begin(roads: Roads, travellers: Travellers) -> State:
    """Return the state of empty roads on which everything is red that a signal may control."""
    lanes, moves, vehicles = len(roads.lane), len(roads.move), len(travellers.row)
    edges = len(travellers.origin_end)
    trip = np.zeros((vehicles, 7))
    trip[:, 3:5] = np.nan
    trip_row = np.zeros((vehicles, 4), np.int32)
    trip_row[:, 0], trip_row[:, 3] = travellers.row[:, 0], travellers.row[:, 1]
    rings = int(roads.lane_ring[:, 1].sum())
    yields = roads.move_row[:, 3] > roads.move_row[:, 2]
    lane = np.zeros((lanes, 4))
    lane[:, :3] = -1e9
    return State(
        wake=np.full(lanes, np.inf),
        lane=lane,
        lane_count=np.zeros((lanes, 7), np.int32),
        ring=np.zeros(rings, np.int32),
        seat=np.zeros((rings, 3)),
        exit_s=np.full(rings, -1e9),
        move=np.full((moves, 3), -1e9),
        lit=np.where(yields, YIELD, GO).astype(np.int8),
        slot=np.zeros((moves, 1 + WAITING), np.int32),
        waiting=np.zeros(moves + 1, np.int32),
        trip=trip,
        trip_row=trip_row,
        origin_next=np.concatenate([[0], travellers.origin_end[:-1]]).astype(np.int32),
        open_origin=np.zeros(1 + 2 * edges, np.int32),
        counter=np.zeros(2, np.int64),
    )


def _steps(hops: _Hops, travel: Travel, edges: int) -> tuple[IntArray, IntArray]:
    """Return the hops of every route that is driven, and of each vehicle where those of its route begin.

    A million routes have few hops that differ: only those are looked up one by one.
    """
    sizes = np.array([len(route) for route in travel.routes], np.int64)
    flat = np.fromiter(chain.from_iterable(travel.routes), np.int64, int(sizes.sum()))
    if len(flat) and not 0 <= flat.min() <= flat.max() < edges:
        raise ScenarioError(f"a route uses an edge that does not exist; the network has {edges}")
    users = sorted({kind.user for kind in travel.kinds})
    user = np.array([users.index(kind.user) for kind in travel.kinds], np.int64)[travel.kind]
    driven, of_vehicle = np.unique(travel.route * len(users) + user, return_inverse=True)
    route, by = driven // max(len(users), 1), driven % max(len(users), 1)
    begin = np.cumsum([0, *sizes[route]])
    at = np.arange(begin[-1]) + np.repeat(np.cumsum([0, *sizes])[route] - begin[:-1], sizes[route])
    following = np.append(flat, -1)[at + 1]
    following[begin[1:] - 1] = -1
    key = (flat[at] * (edges + 1) + following + 1) * max(len(users), 1) + np.repeat(by, sizes[route])
    known, where, number = np.unique(key, return_index=True, return_inverse=True)
    hop = np.empty(len(known), np.int32)
    for row in np.argsort(where).tolist():  # numbered as they are met
        one = where[row]
        hop[row] = hops.number(int(flat[at[one]]), int(following[one]), users[known[row] % len(users)])
    return hop[number], begin[:-1][of_vehicle].astype(np.int32)


def _mean_space_m(travel: Travel) -> dict[User, float]:
    """Return the mean length of road that a standing vehicle takes, for each kind of lane."""
    space_m = np.array([kind.space_m for kind in travel.kinds])[travel.kind]
    user = np.array([kind.user for kind in travel.kinds])[travel.kind]
    found = {User.VEHICLE: 7.5, User.TRANSIT: 14.5, User.BICYCLE: 2.1, User.PEDESTRIAN: 7.5}
    for key in (User.VEHICLE, User.TRANSIT, User.BICYCLE):
        if np.any(user == key):
            found[key] = float(space_m[user == key].mean())
    return found


def _rings(network: Network, travel: Travel, driven: list[int]) -> IntArray:
    """Return for each lane where its ring begins, its size (all that flow through it) and its places to stand."""
    space_m = _mean_space_m(travel)
    least_m = min((kind.space_m for kind in travel.kinds), default=7.5)
    inside_s = [0.0] * len(network.lanes)
    for move in network.movements:
        inside_s[move.to_lane] = max(inside_s[move.to_lane], move.length_m / move.speed_mps)
    rows, offset = [], 0
    for number in driven:
        lane, over_s = network.lanes[number], inside_s[number]
        places = max(int((lane.length_m + 2.5) / space_m[lane.user]), 1)
        flowing = ceil((lane.length_m / lane.speed_mps + over_s + 1.0) / LEAST_HEADWAY_S) + 1
        size = max(int((lane.length_m + 2.5) / least_m), places, flowing)
        rows.append((offset, size, places))
        offset += size
    return np.array(rows, np.int32).reshape(-1, 3)


def _movements(network: Network, row_of: Mapping[int, int]) -> dict[str, IntArray]:
    movements = network.movements
    yields = [[foe for foe in m.yields_to if n not in movements[foe].yields_to] for n, m in enumerate(movements)]
    offset = _offsets(len(row) for row in yields)
    rows = [
        (
            row_of.get(m.from_lane, -1),
            row_of.get(m.to_lane, -1),
            offset[n],
            offset[n + 1],
            len(m.via) > 1,
            m.turn is Turn.CROSSING,
        )
        for n, m in enumerate(movements)
    ]
    return {
        "move_row": np.array(rows, np.int32).reshape(-1, 6),
        "yield_move": np.array([foe for row in yields for foe in row], np.int32),
    }


def _move_row(network: Network, move: Movement) -> tuple[float, float, float, float]:
    waits_m = sum(network.lanes[lane].length_m for lane in move.via[:-1])
    return move.length_m, move.length_m / move.speed_mps, move.speed_mps, min(waits_m, move.length_m)


def _kind_row(kind: VehicleKind) -> list[float]:
    lost_mps = 0.5 * kind.imperfection * kind.accel_mps2
    accel = kind.accel_mps2 - lost_mps
    starts = [float(np.sqrt(2.0 * accel * (1.0 + kind.space_m * place))) for place in range(QUEUE)]
    driving = [kind.space_m, kind.headway_s + REACTION_S, kind.speed_mps, accel, lost_mps]
    return [*driving, kind.decel_mps2, kind.accel_mps2, *starts]


def _travellers(network: Network, travel: Travel, first: IntArray, begin_s: float) -> Travellers:
    origin = np.array([route[0] for route in travel.routes], np.int32)[travel.route]
    return Travellers(
        depart=np.column_stack([travel.depart_s - begin_s, travel.speed_factor]).astype(np.float64),
        row=np.column_stack([first, travel.kind, origin]).astype(np.int32).reshape(-1, 3),
        by_origin=np.argsort(origin, kind="stable").astype(np.int32),
        origin_end=np.cumsum(np.bincount(origin, minlength=len(network.edges))).astype(np.int32),
    )


def _people(travel: Travel, begin_s: float) -> People:
    count = len(travel.walk)
    return People(
        leg_first=_offsets(len(walk.crossings) for walk in travel.walks),
        leg_move=np.array([move for walk in travel.walks for move in walk.crossings], np.int32),
        leg_before_m=np.array([way for walk in travel.walks for way in walk.before_m], np.float64),
        after_m=np.array([walk.after_m for walk in travel.walks], np.float64),
        walk=travel.walk,
        speed_mps=travel.walk_speed_mps.astype(np.float64),
        depart_s=_since(travel.walk_depart_s, begin_s),
        leg=np.full(count, -1, np.int32),
        ready_s=np.zeros(count),
        waited_s=np.zeros(count),
    )


def _since(time_s: DoubleArray, begin_s: float) -> DoubleArray:
    return time_s - begin_s


def _offsets(counts: Iterable[int]) -> IntArray:
    return np.cumsum([0, *counts], dtype=np.int32)
