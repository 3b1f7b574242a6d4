from __future__ import annotations

from signals.control import horizon_site
from signals.control.horizon_comparisons import Comparisons
from signals.kernels.rolling_horizon import INFINITE
from signals.model.crossroads import crossroads


def test_only_stages_that_were_weighed_are_noted() -> None:
    network = crossroads()
    kept = Comparisons(network)
    kept.cost_s[0] = [7.0, INFINITE, 5.0, INFINITE]
    seen = horizon_site.one_waiting_everywhere(network)
    kept.note([0], horizon_site.choice(network, _memory(), 60).stage + 2, seen)
    noted = kept.take()
    assert [(one.stage, one.chosen, one.cost_s) for one in noted] == [(0, False, 7.0), (2, True, 5.0)]
    assert noted[0].waiting_veh > 0
    assert kept.take() == ()


def test_what_was_forgotten_is_not_noted_again() -> None:
    network = crossroads()
    kept = Comparisons(network)
    kept.cost_s[0] = 7.0
    kept.forget([0])
    kept.note([0], horizon_site.choice(network, _memory(), 60).stage, horizon_site.one_waiting_everywhere(network))
    assert kept.take() == ()


def _memory() -> horizon_site.approach_state.Memory:
    network = crossroads()
    return horizon_site.memory(network, horizon_site.queues(network))
