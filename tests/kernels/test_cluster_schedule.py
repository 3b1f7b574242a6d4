from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from signals.kernels.cluster_schedule import schedule


def run(running: Any, age_s: Any, lists: Any, switch_s: Any, bounds_s: Any = None) -> Any:
    """The order that the kernel finds."""
    stages, most = len(lists), max(1, *map(len, lists))
    clusters = np.zeros((stages, most, 4))
    for s, mine in enumerate(lists):
        for k, row in enumerate(mine):
            clusters[s, k] = row
    number = np.array([len(mine) for mine in lists], np.int32)
    rooms = int(np.prod(number + 1)) * stages
    out = np.zeros(int(number.sum()) + 1, np.int32)
    bounds = np.array(bounds_s if bounds_s is not None else [[0.0, 1e9]] * stages, float)
    length = schedule(
        running, age_s, clusters, number, np.array(switch_s, float), bounds,
        np.zeros((rooms, 3)), np.zeros(rooms, np.int32), out,
    )  # fmt: skip
    return out[:length].tolist()


def cost(order: Any, running: Any, age_s: Any, lists: Any, switch_s: Any, bounds_s: Any) -> Any:
    """Delay of an order, written down once more."""
    served, end, begin, delay, green = [0] * len(lists), 0.0, -age_s, 0.0, running
    for s in order:
        veh, arrival, long_s, short_s = lists[s][served[s]]
        served[s] += 1
        if s != green:
            end = max(end, begin + bounds_s[green][0]) + switch_s[green][s]
            green, begin = s, end
        start = max(end, arrival)
        delay += veh * (start - arrival)
        end = max(start + short_s, arrival + long_s)
    return delay


def least(running: Any, age_s: Any, lists: Any, switch_s: Any, bounds_s: Any) -> Any:
    """The least delay of all orders, without merging any states."""

    @cache
    def orders(left: Any) -> Any:
        if not any(left):
            return [()]
        return [
            (s, *rest)
            for s, count in enumerate(left)
            if count
            for rest in orders(tuple(n - (k == s) for k, n in enumerate(left)))
        ]

    return min(cost(o, running, age_s, lists, switch_s, bounds_s) for o in orders(tuple(map(len, lists))))


SWITCH = [[0.0, 5.0], [5.0, 0.0]]


def test_who_is_green_and_there_goes_first() -> None:
    queue = [(3.0, 0.0, 6.0, 6.0)]
    assert run(0, 9.0, [queue, queue], SWITCH) == [0, 1]


def test_a_long_queue_is_not_made_to_wait_for_one_who_comes_much_later() -> None:
    assert run(0, 9.0, [[(1.0, 40.0, 2.0, 2.0)], [(8.0, 0.0, 16.0, 16.0)]], SWITCH) == [1, 0]


def test_the_minimum_green_comes_first() -> None:
    """Three seconds of ten are over: one who stands could go at 12 s, and keep two waiting who come at 10 s."""
    lists, bounds = [[(2.0, 10.0, 4.0, 4.0)], [(1.0, 0.0, 2.0, 2.0)]], [[10.0, 1e9], [0.0, 1e9]]
    assert run(0, 3.0, lists, SWITCH, bounds) == [0, 1]
    assert run(0, 10.0, lists, SWITCH, bounds) == [1, 0]


def test_a_maximum_that_is_over_sends_the_next_cluster_to_the_end() -> None:
    lists = [[(9.0, 0.0, 18.0, 18.0)], [(1.0, 0.0, 2.0, 2.0)]]
    assert run(0, 5.0, lists, SWITCH, [[0.0, 60.0]] * 2) == [0, 1]
    assert run(0, 60.0, lists, SWITCH, [[0.0, 60.0]] * 2) == [1, 0]
    assert run(0, 60.0, [lists[0], []], SWITCH, [[0.0, 60.0]] * 2) == [0]


def test_nobody_needs_no_order() -> None:
    assert run(0, 5.0, [[], []], SWITCH) == []


@pytest.mark.parametrize("seed", range(40))
def test_it_is_near_the_best_of_all_orders(seed: int) -> None:
    """One label a state is no proof, but it is never better than the best order and seldom much worse."""
    rng = np.random.default_rng(seed)
    lists = []
    for _ in range(3):
        arrivals = np.sort(rng.uniform(0, 40, rng.integers(0, 4)))
        lists.append(
            [
                (v, t, 2.0 * v + rng.uniform(0, 3), 2.0 * v)
                for t, v in zip(arrivals, rng.integers(1, 6, len(arrivals)), strict=True)
            ]
        )
    switch = np.where(np.eye(3) > 0, 0.0, rng.uniform(4, 9, (3, 3))).tolist()
    bounds = [[5.0, 1e9]] * 3
    order = run(1, 7.0, lists, switch, bounds)
    assert sorted(order) == [s for s, mine in enumerate(lists) for _ in mine]
    found, best = cost(order, 1, 7.0, lists, switch, bounds), least(1, 7.0, lists, switch, bounds)
    assert best - 1e-6 <= found <= 1.25 * best + 10.0
