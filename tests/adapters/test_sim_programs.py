from __future__ import annotations

from dataclasses import replace

import numpy as np

from signals.adapters.sim.programs import OwnPrograms
from signals.model.crossroads import crossroads
from signals.model.intersections import Plan, PlanStep
from signals.model.values import Aspect
from tests.adapters.streets import town


def run(programs: OwnPrograms, aspect: np.ndarray, start_ds: int, ticks: int) -> np.ndarray:
    rows = []
    for tick in range(ticks):
        programs.show(start_ds + 10 * tick, np.array([True]), aspect)
        programs.note(start_ds + 10 * tick + 10, aspect)
        rows.append(aspect.copy())
    return np.array(rows)


def test_the_first_plan_runs_with_amber_and_clearance() -> None:
    net = crossroads()
    shown = run(OwnPrograms(net), np.full(12, Aspect.UNKNOWN, np.int8), 0, 2 * 94)
    assert (shown[:94] == shown[94:]).all()
    ahead, left, walk = shown[:94, 0], shown[:94, 1], shown[:94, 9]
    assert list(ahead) == [2] * 25 + [3] * 3 + [0] * 66
    assert list(left[:45]) == [0] * 30 + [2] * 12 + [3] * 3
    assert list(walk) == [2] * 22 + [4] * 8 + [0] * 64


def test_a_plan_that_is_too_quick_for_those_who_walk_is_waited_for() -> None:
    net = crossroads()
    place = net.intersections[0]
    steps = tuple(
        PlanStep(s.duration_ds, place.stages[0].groups if s.groups == (0, 4) else s.groups)
        for s in place.plans[0].steps
    )
    quick = replace(net, intersections=(replace(place, plans=(Plan("quick", steps),)),))
    shown = run(OwnPrograms(quick), np.full(12, Aspect.UNKNOWN, np.int8), 0, 94)
    # 5 s after the end of the crossings is too early: their intergreen to the left turn is 8 s.
    assert list(shown[:45, 1]) == [0] * 33 + [2] * 9 + [3] * 3


def test_taking_over_keeps_the_intergreens() -> None:
    net = crossroads()
    programs = OwnPrograms(net)
    commanded = np.zeros(12, np.int8)
    commanded[[2, 6]] = Aspect.GREEN  # east and west, while the plan has north and south green
    programs.show(900, np.array([False]), commanded)
    programs.note(940, commanded)
    shown = run(programs, commanded, 940, 10)
    assert list(shown[:, 2]) == [3] * 3 + [0] * 7
    assert list(shown[:, 0]) == [0] * 5 + [2] * 5


def test_without_a_plan_everything_stays() -> None:
    aspect = np.array([2, 0], np.int8)
    assert (run(OwnPrograms(town()), aspect, 0, 5) == [2, 0]).all()
