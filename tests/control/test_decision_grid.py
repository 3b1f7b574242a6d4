from __future__ import annotations

import numpy as np
import pytest

from signals.control.decision_grid import DecisionGrid
from signals.errors import InputError
from signals.model.crossroads import crossroads
from signals.model.network import Network
from signals.model.values import Aspect, Decision, Snapshot
from signals.testing import check_controller
from tests.control.made import marked, quiet, shows

NETWORK = crossroads(pedestrians=False)


class Follows:
    """Wants one stage after the other, one at each look, and counts the looks."""

    def __init__(self, network: Network, order: tuple[int, ...] = (0,)) -> None:
        self.network, self.order, self.looks = network, order, 0

    def decide(self, snapshot: Snapshot) -> Decision:
        stage = self.order[self.looks % len(self.order)]
        self.looks += 1
        want = np.zeros(len(snapshot.aspect), np.bool_)
        offset = self.network.arrays.group_offset
        for i, place in enumerate(self.network.intersections):
            want[[offset[i] + g for g in place.stages[stage].groups]] = True
        return Decision(want, np.full(len(self.network.intersections), stage, np.int32))


def grid(order: tuple[int, ...], *, watches: bool = False) -> tuple[DecisionGrid, Follows]:
    mind = Follows(NETWORK, order)
    return DecisionGrid(NETWORK, mind, decision_s=10.0, amber_s=3.0, watches=watches), mind


def at(time_s: float, *green: int, aspect: Aspect = Aspect.GREEN) -> Snapshot:
    return shows(quiet(NETWORK, time_s), green, aspect=aspect)


def test_it_keeps_the_contract() -> None:
    check_controller(lambda network: DecisionGrid(network, Follows(network), decision_s=10.0, amber_s=3.0))


def test_choices_fall_on_multiples_of_the_first_tick() -> None:
    controller, mind = grid((0, 2))
    stages = [int(controller.decide(at(5.0 + t, 0, 4)).stage[0]) for t in range(25)]
    assert stages == [0] * 10 + [2] * 10 + [0] * 5
    assert mind.looks == 3


def test_who_watches_sees_every_tick_and_is_followed_now_and_then() -> None:
    controller, mind = grid((0, *[2] * 8, 3, 2), watches=True)
    stages = [int(controller.decide(at(t, 0, 4)).stage[0]) for t in range(11)]
    assert mind.looks == 11
    assert stages == [0] * 10 + [2]


def test_nobody_starts_before_the_amber_is_over() -> None:
    controller, _ = grid((2,))
    assert [marked(controller.decide(at(t, 0, 4)).want) for t in (0, 1, 2)] == [()] * 3
    assert marked(controller.decide(at(3, 0, 4, aspect=Aspect.AMBER)).want) == (2, 6)


def test_who_stays_green_does_so_through_the_amber() -> None:
    controller, _ = grid((0,))
    assert [marked(controller.decide(at(t, 0, 2)).want) for t in (0, 2, 3)] == [(0,), (0,), (0, 4)]


def test_where_no_green_ends_everybody_starts_at_once() -> None:
    controller, _ = grid((0,))
    assert marked(controller.decide(at(0, 0)).want) == (0, 4)


@pytest.mark.parametrize(("decision_s", "amber_s"), [(3.0, 3.0), (0.0, 0.0), (10.0, -1.0), (float("nan"), 3.0)])
def test_times_that_make_no_sense_are_refused(decision_s: float, amber_s: float) -> None:
    with pytest.raises(InputError, match="expected 0 <= amber_s < decision_s"):
        DecisionGrid(NETWORK, Follows(NETWORK), decision_s=decision_s, amber_s=amber_s)
