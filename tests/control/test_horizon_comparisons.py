from __future__ import annotations

from math import nan

import pytest

from signals.control import horizon_site
from signals.control.horizon_comparisons import Comparisons
from signals.control.wait_bound import WaitBound
from signals.kernels.horizon_values import Choice
from signals.kernels.longest_wait import BARRED, FORCED, FREE_TO, Deadlines
from signals.kernels.rolling_horizon import INFINITE
from signals.model.crossroads import crossroads

NETWORK = crossroads()


def test_only_stages_that_were_weighed_are_noted() -> None:
    network = crossroads()
    kept = Comparisons(network)
    kept.cost_s[0] = [7.0, INFINITE, 5.0, INFINITE]
    seen = horizon_site.one_waiting_everywhere(network)
    kept.note([0], _choice(2, planned=False), _deadlines([FORCED, BARRED, BARRED, BARRED]), seen)  # of an older plan
    noted = kept.take()
    assert all(one.in_time and one.due_group < 0 for one in noted)
    assert [(one.stage, one.chosen, one.cost_s) for one in noted] == [(0, False, 7.0), (2, True, 5.0)]
    assert noted[0].waiting_veh > 0
    assert kept.take() == ()


def test_what_was_forgotten_is_not_noted_again() -> None:
    network = crossroads()
    kept = Comparisons(network)
    kept.cost_s[0] = 7.0
    kept.forget([0])
    kept.note([0], _choice(0), _deadlines([FREE_TO] * 4), horizon_site.one_waiting_everywhere(network))
    assert kept.take() == ()


def test_what_a_bound_left_no_time_for_is_noted_with_whoever_had_to_be_served() -> None:
    kept = Comparisons(NETWORK)
    seen = horizon_site.one_waiting_everywhere(NETWORK)
    for allowed, in_time, due in (
        ([BARRED, FORCED, BARRED, FORCED], [False, True, False, True], (3, 4.5)),
        ([FREE_TO] * 4, [True] * 4, (-1, pytest.approx(nan, nan_ok=True))),
    ):
        kept.cost_s[0] = 7.0
        kept.note([0], _choice(1), _deadlines(allowed), seen)
        noted = kept.take()
        assert [one.in_time for one in noted] == in_time
        assert all((one.due_group, one.due_s) == due for one in noted)


def _choice(stage: int, *, planned: bool = True) -> Choice:
    found = horizon_site.choice(NETWORK, _memory(), 60)
    found.stage[:], found.planned[:] = stage, planned
    return found


def _deadlines(allowed: list[int]) -> Deadlines:
    found = WaitBound(NETWORK, 0.0).deadlines
    found.allowed[0], found.first[0], found.first_s[0] = allowed, 3, 4.5
    return found


def _memory() -> horizon_site.approach_state.Memory:
    network = crossroads()
    return horizon_site.memory(network, horizon_site.queues(network))
