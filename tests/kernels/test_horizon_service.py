"""How queues leave; that every bit is as before is for `test_rolling_horizon` to say."""

from __future__ import annotations

import numpy as np
import pytest

from signals.control.rolling_horizon import RollingHorizon
from signals.kernels.compile import kernel
from signals.kernels.horizon_service import LAST, NEXT, READY, advance
from signals.kernels.horizon_values import Bits, Lists, Rules, Work
from signals.model.crossroads import crossroads
from signals.model.network import Network
from tests.control.test_horizon_site import permissive_crossroads
from tests.kernels.test_rolling_horizon import snapshot, waiting

Rows = list[list[tuple[float, float, float]]]


@kernel
def advanced(  # noqa: PLR0917  a kernel
    s: int, t: int, until: int, opposing: Bits, rules: Rules, lists: Lists, work: Work
) -> np.float32:
    return advance(s, s, t, until, opposing, rules, lists, work)


def served(network: Network, rows: Rows, stage: int, until: int) -> tuple[Work, float]:
    """Serve everybody in a stage from the beginning; return the queues and the delay of those who left."""
    controller = RollingHorizon(network, coordinate=False)
    controller.decide(snapshot(network, rows))
    work = controller._works[0]
    work.trial[:, NEXT], work.trial[:, READY], work.trial[:, LAST] = 0, 0, -60
    mind = controller
    return work, float(advanced(stage, 0, until, mind._site.opposing, mind._rules, mind._lists, work))


def empty() -> Rows:
    return [[] for _ in range(8)]


def test_a_queue_leaves_a_headway_apart() -> None:
    rows = empty()
    rows[0] = waiting(4)
    work, cost_s = served(crossroads(pedestrians=False), rows, 0, 30)
    assert work.trial[0, NEXT] == 4
    assert work.trial[0, READY] - work.trial[0, LAST] == pytest.approx(1.9)
    assert cost_s > 0


def test_those_who_stood_lose_more_after_the_first_has_started() -> None:
    one, two, three = (empty(), empty(), empty())
    one[0], two[0], three[0] = waiting(1), waiting(2), waiting(3)
    last = [float(served(crossroads(pedestrians=False), rows, 0, 30)[0].trial[0, LAST]) for rows in (one, two, three)]
    assert last[1] - last[0] == pytest.approx(1.9 + 0.7)
    assert last[2] - last[1] == pytest.approx(1.9)


def test_a_platoon_that_has_not_stopped_loses_nothing() -> None:
    rows = empty()
    rows[0] = [(100.0, 13.89, 1.0), (130.0, 13.89, 1.0)]
    work, cost_s = served(crossroads(pedestrians=False), rows, 0, 30)
    assert work.trial[0, NEXT] == 2
    assert cost_s == 0.0


def test_nobody_leaves_at_or_after_the_end_nor_at_red() -> None:
    rows = empty()
    rows[0], rows[2] = waiting(6), waiting(2)
    work, _ = served(crossroads(pedestrians=False), rows, 0, 5)
    assert 0 < work.trial[0, NEXT] < 6
    assert work.trial[0, LAST] < 5
    assert work.trial[2, NEXT] == 0


def test_in_no_time_nobody_leaves() -> None:
    """A stage may last on until the next change, so that the next one has no time at all."""
    rows = empty()
    rows[0] = waiting(2)
    work, cost_s = served(crossroads(pedestrians=False), rows, 0, 0)
    assert cost_s == work.trial[0, NEXT] == 0


def test_who_arrives_at_an_empty_green_loses_nothing() -> None:
    rows = empty()
    rows[0] = [(100.0, 13.89, 1.0)]
    work, cost_s = served(crossroads(pedestrians=False), rows, 0, 30)
    assert work.trial[0, NEXT] == 1
    assert cost_s == 0.0


def test_who_yields_leaves_after_the_others() -> None:
    rows = empty()
    rows[1], rows[4] = waiting(1), waiting(3)
    work, _ = served(permissive_crossroads(), rows, 0, 40)
    assert work.trial[1, NEXT] == 1
    rows[4] = []
    alone, _ = served(permissive_crossroads(), rows, 0, 40)
    assert alone.trial[1, LAST] < work.trial[1, LAST]
