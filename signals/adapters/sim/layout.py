"""From a network and its travellers to the arrays of the queue simulator, at the beginning."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from signals.adapters.sim.hops import Hops, Ways
from signals.kernels.traffic_state import GO, WAITING, YIELD, People, Roads, State, Travellers
from signals.model.lanes import User
from signals.model.movements import Movement, Turn
from signals.model.network import Network
from signals.model.travel import Travel, VehicleKind
from signals.model.trips import DoubleArray
from signals.model.values import ByteArray, IntArray

__all__ = ["Layout", "Traffic", "begin", "traffic"]

LEAST_HEADWAY_S = 0.6
"""Vehicles follow each other on a lane at no less than this, however many lanes lead to it."""
REACTION_S = 0.35
"""What the saturation headway has beyond the driver's own and the way that a vehicle takes."""
QUEUE = 7
NOBODY = -1
"""Row of a lane on which nobody drives."""


class Traffic(NamedTuple):
    """Everything that the simulator works on.

    Attributes
    ----------
    roads, travellers, state, people
        The arrays of the kernels. Only lanes that somebody drives on have a row.
    lane
        int32 [nL] the lane of the network that each row is.
    vehicle_class
        int8 [nV] what each vehicle is.
    """

    roads: Roads
    travellers: Travellers
    state: State
    people: People
    lane: IntArray
    vehicle_class: ByteArray


class Layout:
    """The part of the arrays that a network decides alone, made once for all who drive in it.

    Parameters
    ----------
    network
        The network.
    """

    def __init__(self, network: Network) -> None:
        lanes, movements = network.lanes, network.movements
        self._hops = Hops(network)
        self._edges = len(network.edges)
        self._user = np.fromiter((lane.user for lane in lanes), np.int8, len(lanes))
        self._lane = np.array([(lane.length_m, lane.speed_mps, lane.length_m + 2.5) for lane in lanes]).reshape(-1, 3)
        self._move = np.array([_move_row(network, move) for move in movements], np.float64).reshape(-1, 4)
        self._move_row, self._yield_move = _movements(movements)
        self._over_s = np.zeros(len(lanes))
        np.maximum.at(self._over_s, self._move_row[:, 1], self._move[:, 1])

    def traffic(self, travel: Travel, begin_s: float = 0.0) -> Traffic:
        """Build the arrays; times in them count from `begin_s`.

        What does not change (`Roads`) may be shared with those of other travellers.

        Raises
        ------
        ScenarioError
            When a route cannot be driven in the network.
        """
        ways = self._hops.ways(travel)
        is_driven = np.zeros(len(self._lane), np.bool_)
        is_driven[ways.option[:, 0]] = True
        driven = np.flatnonzero(is_driven).astype(np.int32)
        row_of = np.where(is_driven, np.cumsum(is_driven) - 1, NOBODY).astype(np.int32)
        move_row = self._move_row.copy()
        move_row[:, :2] = row_of[move_row[:, :2]]
        roads = Roads(
            lane=self._lane[driven],
            lane_ring=self._rings(travel, driven),
            move=self._move,
            move_row=move_row,
            yield_move=self._yield_move,
            hop_first=ways.hop_first,
            option=np.column_stack([row_of[ways.option[:, 0]], ways.option[:, 1]]),
            step_hop=ways.step_hop,
            kind=np.array([_kind_row(kind) for kind in travel.kinds], np.float64),
        )
        travellers = _travellers(travel, ways, self._edges, begin_s)
        classes = np.array([kind.vehicle_class for kind in travel.kinds], np.int8)[travel.kind]
        return Traffic(roads, travellers, begin(roads, travellers), _people(travel, begin_s), driven, classes)

    def _rings(self, travel: Travel, driven: IntArray) -> IntArray:
        """Return for each lane where its ring begins, its size (all that flow through it) and its places to stand."""
        length_m, speed_mps, room_m = self._lane[driven].T
        least_m = min((kind.space_m for kind in travel.kinds), default=7.5)
        places = np.maximum((room_m / _mean_space_m(travel)[self._user[driven]]).astype(np.int64), 1)
        flowing = np.ceil((length_m / speed_mps + self._over_s[driven] + 1.0) / LEAST_HEADWAY_S).astype(np.int64) + 1
        size = np.maximum(np.maximum((room_m / least_m).astype(np.int64), places), flowing)
        return np.column_stack([np.cumsum(size) - size, size, places]).astype(np.int32)


def traffic(network: Network, travel: Travel, begin_s: float = 0.0) -> Traffic:
    """Build the arrays for one run; times in them count from `begin_s`.

    Raises
    ------
    ScenarioError
        When a route cannot be driven in the network.
    """
    return Layout(network).traffic(travel, begin_s)


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


def _mean_space_m(travel: Travel) -> DoubleArray:
    """Return, by `User` of a lane, the mean length of road that a standing vehicle takes."""
    space_m = np.array([kind.space_m for kind in travel.kinds])[travel.kind]
    user = np.array([kind.user for kind in travel.kinds])[travel.kind]
    found = np.empty(len(User))
    for key, usual_m in ((User.VEHICLE, 7.5), (User.TRANSIT, 14.5), (User.BICYCLE, 2.1), (User.PEDESTRIAN, 7.5)):
        own = user == key
        found[key] = space_m[own].mean() if own.any() else usual_m
    return found


def _movements(movements: Sequence[Movement]) -> tuple[IntArray, IntArray]:
    """Return `Roads.move_row`, with the lanes of the network, and `Roads.yield_move`."""
    yields = [[foe for foe in m.yields_to if n not in movements[foe].yields_to] for n, m in enumerate(movements)]
    offset = _offsets(len(row) for row in yields).tolist()
    rows = [
        (m.from_lane, m.to_lane, offset[n], offset[n + 1], len(m.via) > 1, m.turn is Turn.CROSSING)
        for n, m in enumerate(movements)
    ]
    return np.array(rows, np.int32).reshape(-1, 6), np.array([foe for row in yields for foe in row], np.int32)


def _move_row(network: Network, move: Movement) -> tuple[float, float, float, float]:
    waits_m = sum(network.lanes[lane].length_m for lane in move.via[:-1])
    return move.length_m, move.length_m / move.speed_mps, move.speed_mps, min(waits_m, move.length_m)


def _kind_row(kind: VehicleKind) -> list[float]:
    lost_mps = 0.5 * kind.imperfection * kind.accel_mps2
    accel = kind.accel_mps2 - lost_mps
    starts = [float(np.sqrt(2.0 * accel * (1.0 + kind.space_m * place))) for place in range(QUEUE)]
    driving = [kind.space_m, kind.headway_s + REACTION_S, kind.speed_mps, accel, lost_mps]
    return [*driving, kind.decel_mps2, kind.accel_mps2, *starts]


def _travellers(travel: Travel, ways: Ways, edges: int, begin_s: float) -> Travellers:
    return Travellers(
        depart=np.column_stack([travel.depart_s - begin_s, travel.speed_factor]).astype(np.float64),
        row=np.column_stack([ways.first, travel.kind, ways.origin]).astype(np.int32).reshape(-1, 3),
        by_origin=np.argsort(ways.origin, kind="stable").astype(np.int32),
        origin_end=np.cumsum(np.bincount(ways.origin, minlength=edges)).astype(np.int32),
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
