from __future__ import annotations

import numpy as np
import pytest

from signals.kernels import outflow
from signals.kernels.outflow import Outflows, Ways

HORIZON_S = 40
SIGHT_S = 10


class Street:
    """Two approaches of two intersections; half of those who cross the first stop line reach the second in 20 s."""

    def __init__(self) -> None:
        self.ways = Ways(
            offset=np.array([0, 1, 1], np.int32),
            approach=np.array([1], np.int32),
            time_s=np.array([20.0], np.float32),
            probability=np.array([0.5], np.float32),
            link_offset=np.array([0, 1, 2], np.int32),
            sight_s=np.full(2, SIGHT_S, np.float32),
        )
        self.flows = Outflows(
            near=np.zeros((2, outflow.NEAR), np.int64),
            left_veh=np.zeros(2, np.float32),
            under_way=np.zeros((2, outflow.RING_S), np.float32),
            planned=np.zeros((2, HORIZON_S), np.float32),
            planned_s=np.zeros(2),
            told_veh_s=np.zeros(2, np.float32),
            inflow=np.zeros((2, HORIZON_S), np.float32),
            last=np.zeros(1, np.int64),
        )
        self.share = np.ones(2, np.float32)

    def see(self, time_s: float, *vehicles: tuple[float, float, int]) -> None:
        """Let the first approach have these vehicles: distance, speed, handle."""
        columns = np.array(vehicles, np.float64).reshape(-1, 3)
        offset = np.array([0, len(vehicles), len(vehicles)], np.int32)
        outflow.depart(
            time_s, 1.0, offset, columns[:, 0].astype(np.float32), columns[:, 1].astype(np.float32),
            np.ones(len(vehicles), np.float32), columns[:, 2].astype(np.int64), self.share, self.ways, self.flows,
        )  # fmt: skip

    def expected(self, time_s: float, rate_veh_s: float = 0.0, *, heard: bool = True) -> list[float]:
        """Return what the second approach expects, second by second."""
        offset, rates = np.array([0, 1, 2], np.int32), np.full(2, rate_veh_s, np.float32)
        outflow.expect(time_s, 1.0, offset, rates, self.share, int(heard), self.ways, self.flows)
        found: list[float] = self.flows.inflow[1].tolist()
        return found


def test_who_has_crossed_the_stop_line_is_announced_downstream() -> None:
    street = Street()
    street.see(100.0, (3.0, 8.0, 7), (60.0, 8.0, 8))
    assert street.flows.left_veh.tolist() == [0.0, 0.0]
    street.see(101.0, (52.0, 8.0, 8))
    assert street.flows.left_veh.tolist() == [1.0, 0.0]
    found = street.expected(101.0)
    assert np.flatnonzero(found).tolist() == [19]  # crossed half a second ago
    assert found[19] == 0.5


def test_who_still_stands_there_and_who_vanishes_far_from_the_line_have_not_crossed_it() -> None:
    street = Street()
    street.see(100.0, (1.0, 0.0, 7), (90.0, 10.0, 8))
    street.see(101.0, (1.0, 0.0, 7))
    assert street.flows.left_veh.tolist() == [0.0, 0.0]
    assert not any(street.expected(101.0))


def test_who_has_come_into_sight_is_no_longer_expected() -> None:
    street = Street()
    street.see(100.0, (3.0, 8.0, 7))
    street.see(101.0)
    street.see(109.0)
    assert any(street.expected(109.0))
    street.see(112.0)
    assert not any(street.expected(112.0))


def test_the_ring_forgets_what_is_past() -> None:
    street = Street()
    street.see(100.0, (3.0, 8.0, 7))
    street.see(101.0)
    street.see(101.0 + outflow.RING_S)
    assert not street.flows.under_way.any()


def test_a_plan_is_expected_downstream_after_the_way_there_and_as_old_as_it_is() -> None:
    street = Street()
    street.flows.planned[0, 5:7] = 1.0
    street.flows.planned_s[0] = 100.0
    assert np.flatnonzero(street.expected(100.0)).tolist() == [25, 26]
    found = street.expected(104.0)
    assert np.flatnonzero(found).tolist() == [21, 22]
    assert found[21] == 0.5


def test_those_of_whom_nobody_tells_come_at_their_mean_rate_beyond_what_is_seen() -> None:
    street = Street()
    found = street.expected(100.0, 0.3)
    assert found[:SIGHT_S] == [0.0] * SIGHT_S
    assert found[SIGHT_S:] == pytest.approx([0.3] * (HORIZON_S - SIGHT_S))


def test_those_who_are_told_of_are_not_expected_twice() -> None:
    street = Street()
    street.flows.told_veh_s[1] = 0.2
    assert street.expected(100.0, 0.3)[-1] == pytest.approx(0.1, abs=0.01)
    street.flows.told_veh_s[1] = 0.5
    assert street.expected(100.0, 0.3)[-1] == 0.0


def test_the_mean_of_what_is_told_follows_what_comes() -> None:
    street = Street()
    street.flows.under_way[1] = 0.25
    for second in range(3000):
        street.expected(float(second))
    assert street.flows.told_veh_s[1] == pytest.approx(0.25, rel=0.01)


def test_neighbours_need_not_be_heard() -> None:
    street = Street()
    street.see(100.0, (3.0, 8.0, 7))
    street.see(101.0)
    street.flows.planned[0] = 1.0
    street.flows.told_veh_s[1] = 0.2
    found = street.expected(101.0, 0.3, heard=False)
    assert found[SIGHT_S:] == pytest.approx([0.3] * (HORIZON_S - SIGHT_S))


def test_a_link_that_nobody_takes_tells_nothing() -> None:
    street = Street()
    street.share[:] = 0.0
    street.see(100.0, (3.0, 8.0, 7))
    street.see(101.0)
    assert street.flows.left_veh[0] == 1.0
    assert not any(street.expected(101.0))


def test_what_is_farther_away_than_the_ring_is_long_is_not_announced() -> None:
    street = Street()
    street.ways.time_s[0] = outflow.RING_S
    street.flows.planned[0] = 1.0
    street.see(100.0, (3.0, 8.0, 7))
    street.see(101.0)
    assert not street.flows.under_way.any()
    assert not any(street.expected(101.0))


def test_what_is_improbable_is_not_told_of_plans() -> None:
    street = Street()
    street.ways.probability[0] = 0.01
    street.flows.planned[0] = 1.0
    assert not any(street.expected(0.0))
