from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from signals.control.group_steps import GroupSteps, steps_of
from signals.model.crossroads import crossroads
from signals.model.intersections import Plan, PlanStep
from tests.control.made import demanded, marked, quiet, shows

NETWORK = crossroads()
PLACE = NETWORK.intersections[0]
LONG = np.full(12, 400, np.int32)


def with_plan(*steps: tuple[int, ...]) -> Any:
    plan = Plan("mine", tuple(PlanStep(100, groups) for groups in steps))
    return replace(NETWORK, intersections=(replace(PLACE, plans=(plan,)),))


def used(*groups: int) -> np.ndarray:
    found = np.zeros(12, np.bool_)
    found[list(groups)] = True
    return found


def wanted(steps: GroupSteps, snapshot: Any, *groups: int) -> tuple[int, ...]:
    return marked(steps.decide(snapshot, used(*groups)).want)


def test_the_steps_of_the_plan_are_gone_through() -> None:
    stages = [stage.groups for stage in PLACE.stages]
    network = with_plan(*stages, stages[3])
    assert steps_of(network, 0) == [frozenset(groups) for groups in stages]


def test_a_plan_that_serves_the_same_again_and_again_is_not_followed() -> None:
    stages = [stage.groups for stage in PLACE.stages]
    place = replace(PLACE, stages=(*PLACE.stages, replace(PLACE.stages[0], id="half", groups=(0,))))
    plan = Plan("mine", tuple(PlanStep(100, groups) for groups in (*stages, (0,), stages[2])))
    network = replace(NETWORK, intersections=(replace(place, plans=(plan,)),))
    assert len(steps_of(network, 0)) == 4


def test_a_plan_that_forgets_somebody_is_not_followed() -> None:
    assert len(steps_of(with_plan((0, 4), (2, 6)), 0)) == 4


def test_one_of_two_that_is_used_is_kept_and_so_is_its_mate_that_nobody_needs() -> None:
    steps = GroupSteps(NETWORK, LONG)
    snapshot = demanded(shows(quiet(NETWORK, 10.0), (0, 4)), (2,))
    assert wanted(steps, snapshot, 0) == (0, 4)
    assert wanted(steps, snapshot._replace(time_s=11.0)) == (2, 6)


def test_a_turn_begins_early_in_place_of_who_is_not_needed() -> None:
    """North runs on; the south has gapped out, so that the north's own left turn may begin."""
    free = [g for g in (1, 5) if not PLACE.conflict(g, 0)]
    assert len(free) == 1
    steps = GroupSteps(NETWORK, LONG)
    snapshot = demanded(shows(quiet(NETWORK, 10.0), (0, 4)), (free[0], 2))
    want = wanted(steps, snapshot, 0)
    assert 0 in want
    assert free[0] in steps._places[0].walk(_seen(snapshot, held=(0,))).nonzero()[0]


def _seen(snapshot: Any, held: tuple[int, ...]) -> Any:
    from signals.control.group_steps import _Seen  # noqa: PLC0415

    return _Seen(snapshot.aspect == 2, snapshot.demand, used(*held))


def test_the_maximum_counts_from_when_somebody_waits() -> None:
    steps = GroupSteps(NETWORK, np.full(12, 100, np.int32))
    for t in range(30):
        snapshot = demanded(shows(quiet(NETWORK, float(t)), (0, 4)), (2,) if t >= 15 else ())
        found = wanted(steps, snapshot, 0, 4)
        if t == 20:
            assert steps.left_ds(20.0)[0] == 50
        assert (found == (0, 4)) == (t < 25)


def test_without_stages_nothing_is_wanted() -> None:
    network = replace(NETWORK, intersections=(replace(PLACE, stages=(), plans=()),))
    assert wanted(GroupSteps(network, LONG), demanded(quiet(network), (2,))) == ()


def test_who_waits_alone_is_reached_from_every_step() -> None:
    """Steps that nobody needs are passed, but not the one that serves who waits, people on foot included."""
    for before, after in product(range(12), repeat=2):
        steps = GroupSteps(NETWORK, LONG)
        wanted(steps, demanded(quiet(NETWORK, 10.0), (before,)))
        want = wanted(steps, demanded(quiet(NETWORK, 11.0), (after,)))
        assert after in want, (before, after)


def test_of_those_who_wait_somebody_is_wanted_and_the_walk_stops_there() -> None:
    rng = np.random.default_rng(7)
    steps = GroupSteps(NETWORK, LONG)
    for t in range(300):
        waiting = set(marked(rng.random(12) < rng.choice([0.1, 0.3, 0.8])))
        snapshot = demanded(quiet(NETWORK, float(t)), waiting)
        assert bool(set(wanted(steps, snapshot)) & waiting) == bool(waiting)
        at = steps.decide(snapshot, used()).stage.tolist()
        assert steps.decide(snapshot, used()).stage.tolist() == at
