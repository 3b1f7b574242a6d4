"""Which stages a label of the search goes on with."""

from __future__ import annotations

import numpy as np
import pytest

from signals.control.rolling_horizon import RollingHorizon
from signals.kernels.horizon_choice import HERE_S, here_bits, outdone, useful
from signals.kernels.horizon_tables import ARRIVED
from signals.kernels.horizon_values import Rules, Work
from signals.kernels.longest_wait import BARRED, FREE_TO
from signals.model.crossroads import crossroads
from tests.kernels.test_rolling_horizon import snapshot

RUNNING, SMALL, LARGE = 0, 1, 2
QUEUES = 4


@pytest.fixture
def search() -> tuple[Work, Rules]:
    """The memory of a search whose root is a label of stage 0; stage 2 serves queues 1 and 2, stage 1 only the first."""
    network = crossroads(pedestrians=False)
    controller = RollingHorizon(network)
    controller.decide(snapshot(network, [[] for _ in range(8)]))
    work = controller._works[0]
    for table in (work.come, work.label, work.better, work.better_count, work.better_bits):
        table[...] = 0
    work.land_s[:] = 10
    work.allowed[:] = FREE_TO
    for a, b, queues in ((RUNNING, SMALL, [1]), (RUNNING, LARGE, [1, 2]), (SMALL, LARGE, [2])):
        work.better[a, b, : len(queues)] = queues
        work.better_count[a, b] = len(queues)
        work.better_bits[a, b] = sum(1 << q for q in queues)
    return work, controller._rules


def come(work: Work, queue: int, second: int) -> None:
    work.come[second:, queue, ARRIVED] += 1


def test_a_stage_is_useful_when_somebody_is_there_by_the_time_it_is_green(search: tuple[Work, Rules]) -> None:
    work, rules = search
    come(work, 1, 10)
    assert useful(0, RUNNING, SMALL, rules.horizon_s, work)
    work.land_s[RUNNING, SMALL] = 9
    assert not useful(0, RUNNING, SMALL, rules.horizon_s, work)
    work.label[1, RUNNING, 1, 0] = 1  # who came has left by then
    assert not useful(1, RUNNING, SMALL, rules.horizon_s, work)


def test_who_is_there_soon_is_here(search: tuple[Work, Rules]) -> None:
    work, rules = search
    come(work, 0, 0)
    come(work, 1, HERE_S)
    come(work, 2, HERE_S + 1)
    assert here_bits(QUEUES, 0, RUNNING, rules, work) == 0b011
    assert here_bits(QUEUES, 1, RUNNING, rules, work) == 0b111
    work.label[1, RUNNING, 0, 0] = 1
    assert here_bits(QUEUES, 1, RUNNING, rules, work) == 0b110


@pytest.mark.parametrize(("here", "expected"), [(0b110, True), (0b100, True), (0b010, False), (0b001, False)])
def test_who_serves_more_of_those_who_are_here_outdoes(here: int, expected: bool, search: tuple[Work, Rules]) -> None:
    work, _ = search
    assert outdone(0, RUNNING, SMALL, LARGE + 1, np.uint64(here), work) == expected


@pytest.mark.parametrize("here", [0b110, 0b010])
def test_of_two_that_serve_the_same_ones_the_first_stays(here: int, search: tuple[Work, Rules]) -> None:
    work, _ = search
    assert outdone(0, RUNNING, LARGE, LARGE + 1, np.uint64(here), work) == (here == 0b010)


def test_who_is_mature_later_or_may_not_be_taken_outdoes_nobody(search: tuple[Work, Rules]) -> None:
    work, _ = search
    here = np.uint64(0b110)
    work.land_s[RUNNING, LARGE] = 11
    assert not outdone(0, RUNNING, SMALL, LARGE + 1, here, work)
    work.land_s[RUNNING, LARGE] = 10
    work.allowed[LARGE] = BARRED
    assert not outdone(0, RUNNING, SMALL, LARGE + 1, here, work)
    assert outdone(1, RUNNING, SMALL, LARGE + 1, here, work)  # later in a plan anything goes


def test_the_running_stage_outdoes_nobody(search: tuple[Work, Rules]) -> None:
    work, _ = search
    assert not outdone(0, LARGE, SMALL, LARGE + 1, np.uint64(0b110), work)
