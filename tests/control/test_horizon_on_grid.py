from __future__ import annotations

from signals.control.horizon_on_grid import HorizonOnGrid
from signals.control.rolling_horizon import Settings
from signals.model.crossroads import crossroads
from signals.testing import check_controller
from tests.control.made import marked, shows
from tests.control.test_rolling_horizon import one_waits

NETWORK = crossroads(pedestrians=False)
SHORT = Settings(horizon_s=20)


def test_it_keeps_the_contract() -> None:
    check_controller(HorizonOnGrid, on=[crossroads()])


def test_it_plans_on_the_grid_on_which_it_is_followed() -> None:
    controller = HorizonOnGrid(NETWORK, decision_s=5, amber_s=2.0, settings=SHORT)
    assert controller._mind.settings == Settings(horizon_s=20, decision_s=5, clear_box=False, clear_short_links=False)
    nobody = shows(one_waits(NETWORK, 0), [0, 4])
    assert int(controller.decide(nobody).stage[0]) == 0
    wanted = [controller.decide(one_waits(NETWORK, 2, time_s)) for time_s in (1.0, 4.0, 5.0, 6.0, 7.0)]
    assert [int(decision.stage[0]) for decision in wanted] == [0, 0, 2, 2, 2]
    assert [marked(decision.want) for decision in wanted] == [(0, 4), (0, 4), (), (), (2, 6)]


def test_it_explains_its_changes() -> None:
    controller = HorizonOnGrid(NETWORK, settings=SHORT)
    assert controller.take_comparisons() == ()
    controller.decide(one_waits(NETWORK, 2))
    found = controller.take_comparisons()
    assert [row.stage for row in found if row.chosen] == [2]
    assert not controller.take_comparisons()


def test_what_there_is_to_say_is_passed_on() -> None:
    assert HorizonOnGrid(NETWORK, settings=SHORT).notes == ()
    (note,) = HorizonOnGrid(NETWORK, settings=Settings(horizon_s=20, longest_wait_s=5.0)).notes
    assert "longest_wait_s = 5 cannot be kept" in note


def test_what_happened_to_it_is_passed_on() -> None:
    controller = HorizonOnGrid(NETWORK, settings=Settings(horizon_s=20, deadline_ms=1e-6))
    controller.decide(one_waits(NETWORK, 2))
    assert [event.code for event in controller.take_events()] == ["plan-late"]
    assert controller.take_events() == ()
