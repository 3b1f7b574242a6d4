from __future__ import annotations

from typing import Any

from signals.control.delay_pressure import DelayPressure
from signals.testing import check_controller
from tests.control.baseline import drives_safely
from tests.control.made import demanded, marked, shows
from tests.control.test_gathered_delay import NETWORK, seen

NORTH_SOUTH = (0, 4)


def test_it_keeps_the_contract_and_drives_safely() -> None:
    check_controller(DelayPressure)
    assert drives_safely("delay_pressure") < 60.0


def wanted(rows: Any, seconds: int = 12, demand: Any = ()) -> tuple[int, ...]:
    controller = DelayPressure(NETWORK)
    for t in range(seconds):
        snapshot = demanded(shows(seen(float(t), rows), NORTH_SOUTH), demand)
        decision = controller.decide(snapshot)
    return marked(decision.want)


def test_one_who_has_waited_beats_three_who_roll() -> None:
    """Eleven seconds of one who stands against three who lose a tenth: 11 > 3.3."""
    rolling = [(0, k, 0.9, 1.0) for k in (1, 2, 3)]
    assert set(wanted([*rolling, (2, 9, 0.0, 1.0)])) != set(NORTH_SOUTH)


def test_more_delay_on_the_running_stage_keeps_it() -> None:
    standing = [(0, k, 0.0, 1.0) for k in (1, 2, 3)]
    assert wanted([*standing, (2, 9, 0.0, 1.0)]) == NORTH_SOUTH


def test_a_call_grows_heavier_while_it_waits() -> None:
    assert 8 in wanted([(0, 1, 0.9, 1.0)], demand=(8,))
