from __future__ import annotations

import numpy as np
import pytest

from signals.control.rolling_horizon import RollingHorizon
from signals.kernels.horizon_arrivals import gather
from signals.kernels.horizon_follow import follow
from signals.model.crossroads import crossroads
from tests.kernels.test_rolling_horizon import snapshot, waiting

NETWORK = crossroads(pedestrians=False)


class Late:
    """A crossroads with a queue on two of its approaches, and no time to search."""

    def __init__(self) -> None:
        self.controller = RollingHorizon(NETWORK)
        rows: list[list[tuple[float, float, float]]] = [[] for _ in range(8)]
        rows[0], rows[2] = waiting(1), waiting(4)
        self.seen = snapshot(NETWORK, rows)
        self.choice = self.controller._choice
        self.choice.mature[:] = True

    def follow(self, time_s: float) -> int:
        mind, arrivals = self.controller, self.controller._arrivals(self.seen)
        gather(0, 1, mind._site, arrivals, mind._flows.inflow, mind._worth, mind._class_worth, mind._rules, mind._lists)
        follow(
            0, 1, time_s, mind._flows.planned_s, mind._site, arrivals, mind._rules, mind._lists, mind._works[0],
            self.choice, mind.unsearched,
        )  # fmt: skip
        return int(self.choice.stage[0])


@pytest.fixture
def late() -> Late:
    return Late()


def test_it_goes_on_with_its_plan(late: Late) -> None:
    late.controller._flows.planned_s[0] = 100.0
    late.choice.course[0, :7], late.choice.course[0, 7:] = 0, 3
    assert late.follow(106.0) == 0
    assert late.follow(107.0) == 3
    assert late.follow(159.0) == 3


def test_without_a_plan_the_stage_follows_that_serves_most(late: Late) -> None:
    assert late.follow(0.0) == 2


def test_a_plan_that_is_over_counts_no_more(late: Late) -> None:
    late.choice.course[0] = 3
    late.controller._flows.planned_s[0] = 100.0
    assert late.follow(160.0) == 2


def test_the_stage_that_runs_stays_where_none_serves_more(late: Late) -> None:
    late.choice.stage[0] = 2
    rows: list[list[tuple[float, float, float]]] = [[] for _ in range(8)]
    rows[1] = [(190.0, 13.0, 1.0)]  # too far away to count
    late.seen = snapshot(NETWORK, rows)
    assert late.follow(0.0) == 2


def test_it_is_counted_where_something_was_due(late: Late) -> None:
    late.follow(0.0)
    late.follow(1.0)
    late.choice.mature[:] = False
    late.follow(2.0)
    assert late.controller.unsearched.tolist() == [2]
    assert not late.choice.planned.any()
    assert late.choice.stage.dtype == np.int32
