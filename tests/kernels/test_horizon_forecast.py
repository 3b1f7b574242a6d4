"""When a plan will have changed a signal: against a slow twin, and by hand."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from signals.control.horizon_exits import intergreen_s
from signals.control.rolling_horizon import RollingHorizon
from signals.kernels.horizon_forecast import foretell
from signals.model.crossroads import crossroads
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import Aspect
from signals.testing import two_crossroads

NETWORK = crossroads()
GROUPS = len(NETWORK.arrays.group_user)
PLACE = NETWORK.intersections[0]
RED, GREEN = Aspect.RED, Aspect.GREEN
HORIZON = 40


@dataclass
class Case:
    """A network with a plan for each intersection; by default the first stage is green and stays so."""

    network: Network = NETWORK
    made_s: float = 0.0
    now_s: float = 0.0
    course: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.mind = RollingHorizon(self.network, horizon_s=HORIZON)
        groups, places = len(self.network.arrays.group_user), len(self.network.intersections)
        self.course = self.mind._choice.course
        self.course[:] = 0
        self.stage = self.mind._choice.stage
        self.aspect = np.full(groups, RED, np.int8)
        self.age_ds = np.full(groups, 600, np.int32)
        self.called = np.ones(groups, np.bool_)
        self.lead_s = np.zeros(groups, np.float32)
        self.earliest_s = np.zeros(groups, np.float32)
        for i in range(places):
            first = int(self.network.arrays.group_offset[i])
            self.aspect[[first + g for g in self.network.intersections[i].stages[0].groups]] = GREEN

    def told(self) -> tuple[np.ndarray, np.ndarray]:
        start_s, end_s = np.zeros((2, len(self.aspect)), np.float32)
        planned_s = np.full(len(self.stage), self.made_s)
        foretell(
            self.now_s, planned_s, self.aspect, self.age_ds, self.called, self.lead_s, self.earliest_s,
            self.mind._site, self.mind._choice, start_s, end_s,
        )  # fmt: skip
        return start_s, end_s

    def naive(self) -> tuple[list[float], list[float]]:
        """Say the same as a story of each second, with dictionaries."""
        starts, ends = [np.nan] * len(self.aspect), [np.nan] * len(self.aspect)
        between, at = intergreen_s(self.network), 0
        for i, place in enumerate(self.network.intersections):
            first, count = int(self.network.arrays.group_offset[i]), len(place.groups)
            matrix = between[at : at + count * count].reshape(count, count)
            at += count * count
            ahead = int(self.now_s - self.made_s + 0.5)
            plan = [int(s) for s in self.course[i, ahead:]] if ahead >= 0 else []
            if not plan or plan[0] != self.stage[i]:
                plan = [int(self.stage[i])]
            if self.stage[i] < 0:
                continue
            for second, s in enumerate(plan):
                if s < 0:
                    break
                wanted = {
                    g
                    for g in place.stages[s].groups
                    if place.groups[g].user is not User.PEDESTRIAN or self.called[first + g]
                }
                for g in range(count):
                    if g in wanted or not np.isnan(ends[first + g]):
                        continue
                    least = place.groups[g].min_green_ds / 10
                    if self.aspect[first + g] == GREEN:
                        ends[first + g] = max(second, least - self.age_ds[first + g] / 10)
                    elif not np.isnan(starts[first + g]):
                        ends[first + g] = max(second, starts[first + g] + least)
                for g in sorted(wanted):
                    if self.aspect[first + g] == GREEN or not np.isnan(starts[first + g]):
                        continue
                    room = [
                        ends[first + j] + matrix[j, g]
                        for j in range(count)
                        if matrix[j, g] >= 0 and not np.isnan(ends[first + j])
                    ]
                    starts[first + g] = max([second + self.lead_s[first + g], self.earliest_s[first + g], *room])
        return starts, ends


def test_a_stage_that_stays_says_nothing() -> None:
    start_s, end_s = Case().told()
    assert np.isnan(start_s).all()
    assert np.isnan(end_s).all()


def test_a_change_ends_greens_and_starts_others_after_their_intergreens() -> None:
    case = Case()
    case.course[0, 12:30], case.course[0, 30:] = 1, 2
    start_s, end_s = case.told()
    ending = [g for g in PLACE.stages[0].groups if g not in PLACE.stages[1].groups]
    coming = [g for g in PLACE.stages[1].groups if g not in PLACE.stages[0].groups]
    assert (end_s[ending] == 12.0).all()
    for g in coming:
        longest = max(PLACE.intergreen_ds[j][g] or 0 for j in ending)
        assert start_s[g] == pytest.approx(12.0 + longest / 10)
    assert all(end_s[g] == 30.0 for g in coming if g not in PLACE.stages[2].groups)


def test_people_who_are_not_heard_are_not_served() -> None:
    case = Case()
    walks = [g for g in PLACE.stages[0].groups if PLACE.groups[g].user is User.PEDESTRIAN]
    case.called[:] = False
    _, end_s = case.told()
    assert (end_s[walks] == 0.0).all()
    case.age_ds[walks] = 10
    _, end_s = case.told()
    assert end_s[walks].tolist() == pytest.approx([PLACE.groups[g].min_green_ds / 10 - 1 for g in walks])


@pytest.mark.parametrize(("made_s", "now_s"), [(100.0, 140.0), (100.0, 99.0), (0.0, 10.0)])
def test_of_a_plan_that_is_old_or_not_carried_out_only_the_present_counts(made_s: float, now_s: float) -> None:
    case = Case(made_s=made_s, now_s=now_s)
    case.course[0, :] = 1  # the stage that runs is 0
    start_s, end_s = case.told()
    assert np.isnan(start_s).all()
    assert np.isnan(end_s).all()


def test_a_plan_is_followed_from_where_it_has_got_to() -> None:
    case = Case(made_s=100.0, now_s=105.0)
    case.course[0, 12:] = 1
    assert np.nanmin(case.told()[1]) == 7.0


def test_without_a_stage_or_a_plan_nothing_is_known() -> None:
    case = Case()
    case.stage[0] = -1
    assert np.isnan(case.told()[0]).all()
    case = Case()
    case.course[0, 1:] = -1
    assert np.isnan(case.told()[1]).all()


@pytest.mark.parametrize("seed", range(30))
def test_it_says_what_its_slow_twin_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    case = Case(two_crossroads() if seed % 2 else NETWORK, made_s=50.0, now_s=50.0 + int(rng.integers(0, 5)))
    for i, place in enumerate(case.network.intersections):
        stages = len(place.stages)
        turns = np.sort(rng.integers(0, HORIZON, 4))
        for turn in turns:
            case.course[i, turn:] = rng.integers(-1 if rng.random() < 0.1 else 0, stages)
        case.stage[i] = max(case.course[i, int(case.now_s - case.made_s)], 0) if rng.random() < 0.8 else 0
    case.aspect[:] = rng.integers(0, 5, len(case.aspect))
    case.age_ds[:] = rng.integers(0, 20, len(case.aspect)) * 10
    case.called[:] = rng.random(len(case.aspect)) < 0.6
    case.lead_s[:] = rng.integers(0, 2, len(case.aspect))
    case.earliest_s[:] = rng.integers(0, 6, len(case.aspect))
    start_s, end_s = case.told()
    starts, ends = case.naive()
    np.testing.assert_allclose(start_s, starts, rtol=1e-5)
    np.testing.assert_allclose(end_s, ends, rtol=1e-5)
    assert not (start_s < 0).any()


def test_the_world_is_not_changed() -> None:
    case = Case()
    case.course[0, 12:] = 1
    before = [array.copy() for array in (case.course, case.stage, case.aspect, case.age_ds, case.earliest_s)]
    case.told()
    after = (case.course, case.stage, case.aspect, case.age_ds, case.earliest_s)
    assert all((a == b).all() for a, b in zip(before, after, strict=True))
