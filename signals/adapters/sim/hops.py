"""Hops: from which lanes, by which movements, one drives from an edge to the next one."""

from __future__ import annotations

from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from signals.errors import ScenarioError
from signals.model.lanes import User
from signals.model.movements import Turn
from signals.model.network import Network
from signals.model.travel import Travel
from signals.model.values import BoolArray, IntArray

__all__ = ["Hops", "Ways"]

Longs = npt.NDArray[np.int64]

LAST = -1
"""What follows the last edge of a route."""
RANK = {
    User.VEHICLE: {User.VEHICLE: 0},
    User.TRANSIT: {User.TRANSIT: 0, User.VEHICLE: 0},
    User.BICYCLE: {User.BICYCLE: 0, User.VEHICLE: 1},
}
"""Which lanes who looks for; a bicycle takes the road only where it has no lane of its own. All others come last."""


class Ways(NamedTuple):
    """Routes as hops.

    Attributes
    ----------
    hop_first
        int32 [hops + 1] rows of `option` of each hop that is driven.
    option
        int32 [n, 2] lane of the network, and the movement that leaves it; -1 at the end of a route.
    step_hop
        int32 the hops of every route that is driven.
    first
        int32 [nV] where in `step_hop` the route of each vehicle begins.
    origin
        int32 [nV] the edge that it begins on.
    """

    hop_first: IntArray
    option: IntArray
    step_hop: IntArray
    first: IntArray
    origin: IntArray


class _Flat(NamedTuple):
    """The routes that are driven, each for one kind of user, one after the other.

    Attributes
    ----------
    edge, following
        int32 [steps] an edge, and the one after it; `LAST` at the end of a route.
    user
        int8 [steps] row of the kind of user.
    first
        int64 [nV] where the route of each vehicle begins.
    """

    edge: IntArray
    following: IntArray
    user: npt.NDArray[np.int8]
    first: Longs


class Hops:
    """All hops of a network, in order of their edges.

    A million routes have few hops that differ, and every network many routes: what is asked of the objects of a network
    is asked once, here, and all that is done for each route or vehicle is done on arrays.

    Parameters
    ----------
    network
        The network.
    """

    def __init__(self, network: Network) -> None:
        self._edges = network.edges
        edge_of = np.fromiter((network.edge_index[lane.edge] for lane in network.lanes), np.int64, len(network.lanes))
        driven = [
            (move.from_lane, number, move.to_lane)
            for number, move in enumerate(network.movements)
            if move.turn is not Turn.CROSSING
        ]
        ends = np.column_stack([np.arange(len(edge_of)), np.full(len(edge_of), LAST)])
        moves = np.array(driven, np.int64).reshape(-1, 3)
        option = np.concatenate([ends, moves[:, :2]])
        following = np.concatenate([ends[:, 1], edge_of[moves[:, 2]]])
        key = edge_of[option[:, 0]] * (len(self._edges) + 1) + following - LAST
        order = np.argsort(key, kind="stable")
        hops, first = np.unique(key[order], return_index=True)
        self._option = option[order].astype(np.int32)
        self._user = np.fromiter((lane.user for lane in network.lanes), np.int8, len(edge_of))[self._option[:, 0]]
        self._first = np.append(first, len(order))
        edge = hops // (len(self._edges) + 1)
        self._of_edge = np.searchsorted(edge, np.arange(len(self._edges))).astype(np.int32)
        self._most = int(np.bincount(edge).max(initial=0))
        # One more row, which ends every search.
        self._edge = np.append(edge, -1).astype(np.int32)
        self._following = np.append(hops % (len(self._edges) + 1) + LAST, len(self._edges)).astype(np.int32)

    def ways(self, travel: Travel) -> Ways:
        """Return the routes that are driven.

        Raises
        ------
        ScenarioError
            When one uses an edge that does not exist, or two that are not joined.
        """
        users = sorted({kind.user for kind in travel.kinds})
        flat = self._flat(travel, users)
        hop = self._numbers(flat)
        hops = len(self._first) - 1
        hop += flat.user * np.int32(hops)
        driven = np.zeros(len(users) * hops, np.bool_)
        driven[hop] = True
        number = np.cumsum(driven, dtype=np.int32) - np.int32(1)
        sizes, options = [np.zeros(1, np.int64)], [np.empty((0, 2), np.int32)]
        for row, user in enumerate(users):
            own = driven[row * hops : (row + 1) * hops]
            chosen = self._chosen(user, own)
            options.append(self._option[chosen])
            sizes.append(np.add.reduceat(chosen, self._first[:-1], dtype=np.int64)[own])
        return Ways(
            hop_first=np.cumsum(np.concatenate(sizes)).astype(np.int32),
            option=np.concatenate(options),
            step_hop=number[hop],
            first=flat.first.astype(np.int32),
            origin=flat.edge[flat.first],
        )

    def _flat(self, travel: Travel, users: list[User]) -> _Flat:
        """Put the routes that are driven one after the other: each once for every kind of user that drives it."""
        count = len(travel.routes)
        sizes = np.fromiter(map(len, travel.routes), np.int64, count)
        begin = np.concatenate([[0], np.cumsum(sizes)])
        edges = np.fromiter(chain.from_iterable(travel.routes), np.int64, int(begin[-1]))
        if len(edges) and not 0 <= edges.min() <= edges.max() < len(self._edges):
            raise ScenarioError(f"a route uses an edge that does not exist; the network has {len(self._edges)}")
        user = np.array([users.index(kind.user) for kind in travel.kinds], np.int64)[travel.kind]
        pair = travel.route * np.int64(len(users)) + user
        is_driven = np.zeros(count * len(users), np.bool_)
        is_driven[pair] = True
        driven = np.flatnonzero(is_driven)
        route, by = np.divmod(driven, max(len(users), 1))
        first = np.concatenate([[0], np.cumsum(sizes[route])])
        at = np.arange(first[-1]) + np.repeat(begin[route] - first[:-1], sizes[route])
        following = np.append(edges, LAST).astype(np.int32)[at + 1]
        following[first[1:] - 1] = LAST
        of_vehicle = (np.cumsum(is_driven) - 1)[pair]
        return _Flat(
            edges.astype(np.int32)[at], following, np.repeat(by.astype(np.int8), sizes[route]), first[of_vehicle]
        )

    def _numbers(self, flat: _Flat) -> IntArray:
        """Return the number of every hop: the first of its edge, and on until what follows is no longer too small."""
        hop = self._of_edge[flat.edge]
        for _ in range(self._most - 1):
            hop += self._following[hop] < flat.following
        wrong = np.flatnonzero((self._edge[hop] != flat.edge) | (self._following[hop] != flat.following))
        if len(wrong):
            edge, following = self._edges[flat.edge[wrong[0]]], self._edges[flat.following[wrong[0]]]
            raise ScenarioError(f'a route goes from edge "{edge}" to "{following}", which are not joined')
        return hop

    def _chosen(self, user: User, driven: BoolArray) -> BoolArray:
        """Return which options a user takes: of each hop that it drives those on the best lanes that are there."""
        rank = np.full(len(User), len(User), np.int8)
        for kind, place in RANK[user].items():
            rank[kind] = place
        found = rank[self._user]
        sizes = np.diff(self._first)
        best = np.minimum.reduceat(found, self._first[:-1])
        chosen: BoolArray = np.repeat(driven, sizes) & (found == np.repeat(best, sizes))
        return chosen
