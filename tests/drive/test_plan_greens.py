"""What a plan makes green is what a controller makes of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from signals.adapters.cabinet.firmware import Firmware
from signals.drive.plan_greens import plan_greens
from signals.model.cabinets import CabinetSite, sites_of
from signals.model.crossroads import crossroads
from signals.model.intersections import Intersection, Plan, PlanStep
from signals.testing import two_crossroads

PLACE = crossroads(pedestrians=False).intersections[0]
FIRST, SECOND, THIRD, FOURTH = (stage.groups for stage in PLACE.stages)


def shown(place: Intersection, cycles: int = 3) -> np.ndarray:
    """Return what a controller shows green in a cycle of its first plan, from its first step on."""
    firmware, groups = Firmware(CabinetSite(place), backup_s=0.0), len(place.groups)
    firmware.set_clock(0.0)
    cycle_s = place.plans[0].cycle_ds // 10
    nobody = np.zeros(0, np.int32)
    rows = [
        firmware.step(np.ones(groups, np.bool_), nobody, nobody.astype(np.float32)) == 2
        for _ in range(cycles * cycle_s)
    ]
    return np.array(rows[-cycle_s - 1 : -1])


def planned(place: Intersection) -> np.ndarray:
    plan = place.plans[0]
    return plan_greens(place, plan, [step.duration_ds // 10 for step in plan.steps])


def plan_of(*steps: tuple[int, tuple[int, ...]]) -> Intersection:
    return replace(PLACE, plans=(Plan("p", tuple(PlanStep(10 * seconds, groups) for seconds, groups in steps)),))


@pytest.mark.parametrize(
    "place",
    [
        *[site.intersection for site in sites_of(two_crossroads())],
        plan_of((20, FIRST), (12, SECOND), (20, THIRD), (12, FOURTH)),
        plan_of((10, FIRST), (20, THIRD), (10, FIRST)),
        plan_of((20, FIRST), (6, SECOND), (7, THIRD), (30, FOURTH)),
        plan_of((20, FIRST[:1]), (15, FIRST), (20, THIRD)),
        replace(
            plan_of((20, FIRST), (12, SECOND), (20, THIRD), (12, FOURTH)),
            groups=tuple(replace(group, red_amber_ds=10) for group in PLACE.groups),
        ),
    ],
)
def test_it_is_what_a_controller_shows(place: Intersection) -> None:
    assert (planned(place) == shown(place)).all()


def test_a_group_that_conflicts_starts_when_its_intergreen_is_over() -> None:
    greens = planned(plan_of((20, FIRST), (20, THIRD)))
    assert greens[:, FIRST[0]].tolist() == [False] * 5 + [True] * 15 + [False] * 20
    assert greens[:, THIRD[0]].tolist() == [False] * 25 + [True] * 15
    assert not greens[:, SECOND[0]].any()


def test_a_minimum_green_is_never_cut() -> None:
    greens = planned(plan_of((20, FIRST), (6, THIRD), (20, SECOND)))
    assert greens[:, THIRD[0]].sum() == 5  # a second of it would be left
    assert greens[:, SECOND[0]].sum() == 20 - 5 - 4


def test_a_wish_that_ends_before_its_green_may_begin_is_nothing() -> None:
    place = plan_of((20, FIRST), (6, SECOND), (7, THIRD), (30, FOURTH))
    greens = plan_greens(place, place.plans[0], (20, 6, 7, 30))
    assert not greens[:, THIRD[0]].any()
    assert greens[:, FOURTH[0]].sum() == 28


def test_what_is_always_wanted_is_always_green() -> None:
    greens = planned(plan_of((20, FIRST), (20, FIRST)))
    assert greens[:, FIRST[0]].all()


def test_a_green_that_goes_on_round_the_end_of_the_cycle_is_one() -> None:
    greens = planned(plan_of((10, FIRST), (20, THIRD), (15, FIRST)))
    assert greens[:, FIRST[0]].tolist() == [True] * 10 + [False] * 25 + [True] * 10
