from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.control.cyclic_pressure import CyclicPressure, shares
from signals.model.crossroads import crossroads
from tests.control.baseline import drives_safely, serves_everybody
from tests.control.made import Street, marked, quiet, shows

NETWORK = crossroads()


def test_it_serves_everybody_and_drives_safely() -> None:
    serves_everybody(CyclicPressure)
    assert drives_safely("cyclic_pressure") < 90.0


def test_shares_are_exponentials_of_pressure() -> None:
    assert shares(60.0, [np.log(3.0), np.log(2.0), 0.0], [0.0] * 3) == pytest.approx([30.0, 20.0, 10.0])


def test_who_falls_short_gets_its_least_and_the_others_share_the_rest() -> None:
    assert shares(60.0, [np.log(3.0), np.log(2.0), 0.0], [0.0, 0.0, 20.0]) == pytest.approx([24.0, 16.0, 20.0])


def test_what_is_too_little_for_the_least_grows() -> None:
    assert shares(10.0, [5.0, 0.0], [8.0, 9.0]) == [8.0, 9.0]


rows = st.lists(st.tuples(st.floats(-50, 50), st.floats(0, 20)), min_size=1, max_size=6)


@settings(deadline=None)
@given(rows, st.floats(0, 200))
def test_nobody_gets_less_than_its_least_and_nothing_is_left(pairs: list[tuple[float, float]], total: float) -> None:
    weights, least = [w for w, _ in pairs], [x for _, x in pairs]
    found = shares(total, weights, least)
    assert all(one >= low - 1e-9 for one, low in zip(found, least, strict=True))
    assert sum(found) == pytest.approx(max(total, sum(least)), abs=1e-6)


def greens(flow: list[float]) -> tuple[np.ndarray, int]:
    street, seconds, starts = Street(NETWORK, CyclicPressure), np.zeros(12), 0
    for _ in range(900):
        street.run(1, np.array(flow, np.float32))
        seconds += street.snapshot.aspect == 2
    return seconds, int(street.greens[0]) + starts


def test_the_cycle_stays_and_greens_follow_the_queues() -> None:
    seconds, starts = greens([700.0, 60.0, 150.0, 60.0] * 2)
    assert 8 <= starts <= 11  # 900 s of 90 s
    assert seconds[0] > 1.5 * seconds[2]
    assert seconds[1] > 0


def test_the_only_stage_stays_cycle_after_cycle() -> None:
    place = NETWORK.intersections[0]
    network = replace(NETWORK, intersections=(replace(place, stages=place.stages[1:2], plans=()),))
    controller, (stage,) = CyclicPressure(network, cycle_s=20.0), network.intersections[0].stages
    for t in range(70):
        decision = controller.decide(shows(quiet(network, float(t)), stage.groups, t + 1.0))
        assert marked(decision.want) == stage.groups
        assert decision.stage.tolist() == [0]
