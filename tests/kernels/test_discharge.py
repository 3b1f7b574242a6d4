from __future__ import annotations

import numpy as np
import pytest

from signals.control.rolling_horizon import RollingHorizon, Settings
from signals.kernels.discharge import LEAST, MEAN_S, MOST, PRIOR_VEH
from signals.model.network import Network
from signals.model.values import Snapshot
from tests.control.test_horizon_site import permissive_crossroads
from tests.kernels.test_rolling_horizon import snapshot, waiting

STRAIGHT, LEFT, FACING = 0, 1, 4
Rows = list[list[tuple[float, float, float]]]


def green(rows: Rows, age_s: float = 20.0) -> tuple[Network, Snapshot]:
    network = permissive_crossroads()
    seen = snapshot(network, rows)
    seen.age_ds[:] = int(age_s * 10)
    return network, seen


def empty() -> Rows:
    return [[] for _ in range(8)]


def drive(rows: Rows, left: dict[int, float], ticks: int, **settings: bool) -> RollingHorizon:
    """Show the same queues again and again, and say how many left each in every second."""
    network, seen = green(rows)
    controller = RollingHorizon(network, Settings(**settings))
    controller.decide(seen)
    for _ in range(ticks):
        controller._flows.left_veh[:] = 0.0
        for queue, veh in left.items():
            controller._flows.left_veh[queue] = veh
        controller._learn(seen, 1.0)
    return controller


def test_a_queue_that_leaves_as_the_model_says_stays_as_it_is() -> None:
    rows = empty()
    rows[STRAIGHT] = waiting(6)
    vigour = drive(rows, {STRAIGHT: 1 / 1.9}, 200)._learned.vigour
    assert vigour[STRAIGHT] == pytest.approx([1.0, 1.0], abs=0.01)


def test_a_slow_lane_is_learned_in_proportion_to_what_was_seen() -> None:
    rows = empty()
    rows[STRAIGHT] = waiting(6)
    ticks, real = 100, 0.25
    vigour = drive(rows, {STRAIGHT: real}, ticks)._learned.vigour
    fading = sum(np.exp(-n / MEAN_S) for n in range(ticks))
    expected = (PRIOR_VEH + fading * real) / (PRIOR_VEH + fading / 1.9)
    assert vigour[STRAIGHT, 0] == pytest.approx(expected, rel=1e-3)
    assert vigour[STRAIGHT, 1] == 1.0  # nobody has priority over it


def test_what_yields_is_learned_apart_with_and_without_priority_traffic() -> None:
    rows = empty()
    rows[LEFT] = waiting(5)
    alone = drive(rows, {LEFT: 0.0}, 60)._learned.vigour[LEFT]
    assert alone[0] < 0.5
    assert alone[1] == 1.0
    rows[FACING] = waiting(5)
    busy = drive(rows, {LEFT: 0.0}, 60)._learned.vigour[LEFT]
    assert busy[0] == 1.0
    assert busy[1] < 0.7


def test_limits_hold() -> None:
    rows = empty()
    rows[STRAIGHT] = waiting(6)
    assert drive(rows, {STRAIGHT: 3.0}, 900)._learned.vigour[STRAIGHT, 0] == MOST
    assert drive(rows, {STRAIGHT: 0.0}, 3000)._learned.vigour[STRAIGHT, 0] == LEAST


def test_nothing_is_learned_from_a_start_a_distant_vehicle_or_a_red() -> None:
    rows = empty()
    rows[STRAIGHT], rows[2] = [(60.0, 10.0, 1.0)], waiting(5)  # still 6 s away; a queue at red
    assert (drive(rows, {STRAIGHT: 0.0, 2: 0.0}, 100)._learned.vigour == 1.0).all()
    rows[STRAIGHT] = waiting(5)
    network, seen = green(rows, age_s=2.0)
    controller = RollingHorizon(network)
    controller.decide(seen)
    controller._learn(seen, 1.0)
    assert (controller._learned.vigour == 1.0).all()


def test_it_can_be_left_out() -> None:
    rows = empty()
    rows[STRAIGHT] = waiting(6)
    network, seen = green(rows)
    controller = RollingHorizon(network, Settings(learn_discharge=False))
    for second in range(50):
        controller.decide(seen._replace(time_s=float(second)))  # nobody moves
    assert (controller._learned.vigour == 1.0).all()
    controller = RollingHorizon(network)
    for second in range(3):
        controller.decide(seen._replace(time_s=float(second)))
    assert controller._learned.vigour[STRAIGHT, 0] < 1.0


def test_what_was_learned_slows_the_plan() -> None:
    rows = empty()
    rows[STRAIGHT] = waiting(6)
    network, seen = green(rows)
    slow = RollingHorizon(network, Settings(learn_discharge=False))
    slow._learned.vigour[STRAIGHT, 0] = 0.5
    plain = RollingHorizon(network, Settings(learn_discharge=False))
    for controller in (slow, plain):
        controller.decide(seen)
    assert slow._flows.planned[STRAIGHT, :8].sum() < plain._flows.planned[STRAIGHT, :8].sum()
