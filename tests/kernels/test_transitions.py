from __future__ import annotations

import numpy as np
import pytest

from signals.control import horizon_site
from signals.control.rolling_horizon import RollingHorizon
from signals.kernels.transitions import linger, waits
from signals.model.crossroads import crossroads
from signals.model.values import Aspect, Decision
from signals.safety.guard import Guard
from tests.safety.layouts import readings

NETWORK = crossroads()
CHANGES = horizon_site.changes(NETWORK)
NORTH, SOUTH, EAST, WEST = 0, 4, 2, 6
EAST_WALK, WEST_WALK, NORTH_WALK = 9, 11, 8
WALKS_S, DRIVES_S = 8.0, 5.0
"""What a crossing and a lane take to clear."""


def aspects(**of: tuple[int, ...]) -> np.ndarray:
    """Aspect → groups that show it; the others are red."""
    found = np.full(12, Aspect.RED, np.int8)
    for name, groups in of.items():
        found[list(groups)] = Aspect[name]
    return found


def wait_s(aspect: np.ndarray, age_ds: int) -> np.ndarray:
    found = np.zeros(12, np.float32)
    waits(aspect, np.full(12, age_ds, np.int32), CHANGES, found)
    return found


def lingering(aspect: np.ndarray, waiting_s: np.ndarray, *stage: int, tick_s: float = 1.0) -> list[int]:
    wanted, found = np.zeros((2, 12), np.bool_)
    wanted[list(stage)] = True
    linger(tick_s, aspect, CHANGES, waiting_s, wanted, found)
    return np.flatnonzero(found).tolist()


def test_a_group_waits_for_those_that_have_ended() -> None:
    found = wait_s(aspects(AMBER=(NORTH,), CLEARANCE=(EAST_WALK,)), 20)
    assert found[EAST] == pytest.approx(WALKS_S - 2.0)
    assert found[5] == pytest.approx(DRIVES_S - 2.0)  # turning left from the south: for the north only
    assert found[SOUTH] == 0.0


def test_after_red_has_begun_the_time_of_amber_counts_too() -> None:
    found = wait_s(aspects(), 10)  # all of them: red for 1 s, after 3 s of amber or 8 s of clearance
    assert found[EAST] == pytest.approx(DRIVES_S - 4.0)
    assert (wait_s(aspects(), 30) == 0.0).all()
    assert (wait_s(aspects(RED_AMBER=(NORTH,)), 0)[[5, NORTH_WALK]] > 0).all()  # of the others only


def test_nobody_waits_for_who_is_green_and_who_is_green_waits_for_nobody() -> None:
    found = wait_s(aspects(GREEN=(NORTH, SOUTH)), 5000)
    assert (found == 0.0).all()


def test_cars_stay_green_while_people_are_on_the_crossing() -> None:
    walking = aspects(GREEN=(NORTH, SOUTH, EAST_WALK, WEST_WALK))
    assert lingering(walking, np.zeros(12, np.float32), EAST, WEST) == [NORTH, SOUTH]
    leaving = aspects(GREEN=(NORTH, SOUTH), CLEARANCE=(EAST_WALK, WEST_WALK))
    assert lingering(leaving, wait_s(leaving, 20), EAST, WEST) == [NORTH, SOUTH]
    assert lingering(leaving, wait_s(leaving, 30), EAST, WEST) == [EAST, WEST]  # they need 5 s themselves
    assert lingering(leaving, wait_s(leaving, 25), EAST, WEST) == [EAST, WEST]  # half a tick is none


def test_they_end_at_once_where_somebody_could_start() -> None:
    driving = aspects(GREEN=(NORTH, SOUTH))
    assert lingering(driving, np.zeros(12, np.float32), EAST, WEST) == [EAST, WEST]
    # the crossing in the north waits for the northern cars only, so these end; the southern ones may stay
    walking = aspects(GREEN=(NORTH, SOUTH, EAST_WALK, WEST_WALK))
    found = lingering(walking, np.zeros(12, np.float32), EAST, WEST, NORTH_WALK)
    assert NORTH not in found
    assert NORTH_WALK in found


def test_people_on_foot_do_not_linger() -> None:
    walking = aspects(GREEN=(EAST_WALK,))
    assert lingering(walking, np.zeros(12, np.float32), EAST) == [EAST]


def test_the_next_stage_starts_no_later_for_it() -> None:
    """Through the guard: cars are green for longer, and the others start in the same second."""
    starts, ends = [], []
    for helped in (False, True):
        guard, aspect = Guard(NETWORK), np.full(12, -1, np.int8)
        first, second = np.zeros((2, 12), np.bool_)
        first[[NORTH, SOUTH, EAST_WALK, WEST_WALK]], second[[EAST, WEST]] = True, True
        age = np.zeros(12, np.int32)
        shown = []
        for tick in range(60):
            want = (first if tick < 25 else second).copy()
            if tick >= 25 and helped:
                found, out = np.zeros(12, np.float32), np.zeros(12, np.bool_)
                waits(aspect, age, CHANGES, found)
                linger(1.0, aspect, CHANGES, found, want, out)
                want = out
            verdict = guard.permit(Decision(want, np.zeros(1, np.int32)), readings(tick, aspect), np.ones(12, np.bool_))
            age = np.where(verdict.command.aspect == aspect, age + 10, 10).astype(np.int32)
            aspect = verdict.command.aspect.copy()
            shown.append(aspect)
            assert not verdict.violations
        greens = np.array(shown) == Aspect.GREEN
        starts.append(np.flatnonzero(greens[:, EAST])[0])
        ends.append(np.flatnonzero(greens[:, NORTH])[-1])
    assert starts[0] == starts[1]
    assert ends[1] - ends[0] == int(WALKS_S - DRIVES_S)


def test_the_optimiser_wants_what_lingers() -> None:
    seen = horizon_site.one_waiting_everywhere(NETWORK)
    controller = RollingHorizon(NETWORK)
    controller._choice.stage[0] = 2
    demand = np.zeros(12, np.bool_)
    aspect = aspects(GREEN=(NORTH, SOUTH, EAST_WALK, WEST_WALK))
    decision = controller.decide(seen._replace(aspect=aspect, demand=demand, age_ds=np.full(12, 10, np.int32)))
    assert np.flatnonzero(decision.want).tolist() == [NORTH, SOUTH]
    assert decision.stage.tolist() == [2]
