"""The fastest ways from one edge to all others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import kernel

__all__ = ["shortest_tree"]

Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


@kernel
def _earlier(one: int, other: int, key_s: Doubles, edge: Ints) -> bool:
    """Whether an entry of the heap comes before another; of equal times the smaller edge does."""
    return bool(key_s[one] < key_s[other] or (key_s[one] == key_s[other] and edge[one] < edge[other]))


@kernel
def _swap(one: int, other: int, key_s: Doubles, edge: Ints) -> None:
    key_s[one], key_s[other] = key_s[other], key_s[one]
    edge[one], edge[other] = edge[other], edge[one]


@kernel
def _rise(place: int, key_s: Doubles, edge: Ints) -> None:
    """Let the last entry of the heap rise to where it belongs."""
    while place > 0 and _earlier(place, (place - 1) // 2, key_s, edge):
        _swap(place, (place - 1) // 2, key_s, edge)
        place = (place - 1) // 2


@kernel
def _sink(size: int, key_s: Doubles, edge: Ints) -> None:
    """Let the first entry of the heap sink to where it belongs."""
    place = 0
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and _earlier(child + 1, child, key_s, edge):
            child += 1
        if not _earlier(child, place, key_s, edge):
            return
        _swap(child, place, key_s, edge)
        place = child


@kernel
def shortest_tree(
    start: int,
    first_hop: Ints,
    to_edge: Ints,
    cost_s: Doubles,
    before: Ints,
    best_s: Doubles,
    key_s: Doubles,
    edge: Ints,
) -> None:
    """Find the fastest way from an edge to each (Dijkstra, 1959); of equally fast ones that over smaller numbers.

    Parameters
    ----------
    start
        The edge.
    first_hop
        Input, int32 [nE + 1]: where the hops of each edge begin.
    to_edge
        Input, int32 [nH]: where each leads.
    cost_s
        Input, float64 [nH]: what it costs, >= 0; an infinite one is not taken.
    before
        Out, int32 [nE]: the edge before each on its way; -1 before the start, -2 where no way leads.
    best_s
        Out, float64 [nE]: what the way costs.
    key_s, edge
        Workspace, float64 and int32 [nH + 1].
    """
    before[:] = -2
    best_s[:] = np.inf
    before[start], best_s[start] = -1, 0.0
    key_s[0], edge[0] = 0.0, start
    size = 1
    while size > 0:
        here, here_s = edge[0], key_s[0]
        size -= 1
        _swap(0, size, key_s, edge)
        _sink(size, key_s, edge)
        if here_s > best_s[here]:
            continue
        for hop in range(first_hop[here], first_hop[here + 1]):
            there, there_s = to_edge[hop], here_s + cost_s[hop]
            if there_s < best_s[there]:
                best_s[there], before[there] = there_s, here
                key_s[size], edge[size] = there_s, there
                size += 1
                _rise(size - 1, key_s, edge)
