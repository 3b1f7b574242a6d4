from __future__ import annotations

import pytest

from signals.control.clusters import Arrival, Cluster, clusters_of


def made(*times_s: float, most: int = 9, lanes: int = 1) -> list[Cluster]:
    return clusters_of([Arrival(t, 1.0, k % lanes) for k, t in enumerate(times_s)], 2.0, 3.0, most)


def test_who_comes_close_together_is_one_cluster() -> None:
    first, second = made(5.0, 8.0, 20.0)
    assert first == Cluster(2.0, 5.0, 5.0, 4.0)
    assert second == Cluster(1.0, 20.0, 2.0, 2.0)


def test_who_comes_while_a_queue_leaves_belongs_to_it() -> None:
    """Five stand: the last has its turn after 8 s, so that who comes after 10 s finds them."""
    (queue,) = made(0.0, 0.0, 0.0, 0.0, 0.0, 10.0)
    assert queue.veh == 6.0
    assert (queue.arrival_s, queue.short_s) == (0.0, 12.0)


def test_lanes_leave_side_by_side() -> None:
    (queue,) = made(0.0, 0.0, 0.0, 0.0, lanes=2)
    assert queue.short_s == 4.0


def test_too_many_are_joined_where_the_gap_is_least() -> None:
    found = made(0.0, 10.0, 16.0, 40.0, most=3)
    assert [cluster.veh for cluster in found] == [1.0, 2.0, 1.0]


def test_nobody_is_no_cluster() -> None:
    assert clusters_of([], 2.0, 3.0, 4) == []


def test_probabilities_make_parts_of_vehicles() -> None:
    (one,) = clusters_of([Arrival(3.0, 0.25, 0)], 2.0, 3.0, 4)
    assert one.short_s == pytest.approx(0.5)
