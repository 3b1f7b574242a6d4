"""Arguments of environments, checked and completed."""

from __future__ import annotations

from pathlib import Path

import pytest

from signals.control.actuated import Actuated
from signals.control.net_plan import NetPlan
from signals.env.actions import KeepSwitch
from signals.env.rewards import Pressure
from signals.env.setting import setting_of
from signals.errors import InputError, UnknownNameError
from signals.scenario import load
from tests.env.made import two_junctions


def test_everything_has_a_default() -> None:
    setting = setting_of("crossroads")
    assert setting.names == ("centre",)
    assert setting.decision_ds == 50
    assert isinstance(setting.other_controller(), NetPlan)
    assert setting.seats().action_space(0).n == 4


def test_what_is_given_counts(tmp_path: Path) -> None:
    action, reward = KeepSwitch(), Pressure()
    setting = setting_of(
        two_junctions(tmp_path),
        controlled="b:centre",
        others="actuated",
        decision_s=10,
        action=action,
        reward=reward,
        episode_s=120,
        demand_scale=2,
    )
    assert (setting.controlled, setting.names) == ((1,), ("b:centre",))
    assert isinstance(setting.other_controller(), Actuated)
    assert (setting.decision_ds, setting.disruptions.demand_scale) == (100, 2.0)
    assert (setting.action, setting.reward) == (action, reward)
    assert setting.scenario.file.time.end_s == 120


def test_another_length_of_episode_reads_no_network_again(tmp_path: Path) -> None:
    scenario = two_junctions(tmp_path)
    assert setting_of(scenario, episode_s=60).network is scenario.network


def test_world_and_sensing_are_changes_of_the_scenario() -> None:
    scenario = setting_of("crossroads", sensing="detectors", world="sim").scenario
    assert scenario.file.sensing.level == "detectors"
    with pytest.raises(InputError, match="says world and sensing itself"):
        setting_of(load("crossroads"), sensing="detectors", world="sim")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"decision_s": 0}, "decision_s must be a multiple of the tick"),
        ({"decision_s": 2.5}, "decision_s must be a multiple of the tick of 1 s, got 2.5"),
        ({"controlled": ["nowhere"]}, 'unknown intersection "nowhere"'),
        ({"episode_s": 0}, "begin"),
        ({"demand_scale": -1}, "demand_scale"),
        ({"controled": "centre"}, 'did you mean "controlled"'),
    ],
)
def test_what_does_not_fit_is_an_error(options: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        setting_of("crossroads", **options)


def test_other_controllers_must_exist_and_be_controllers() -> None:
    with pytest.raises(UnknownNameError, match="unknown controller"):
        setting_of("crossroads", others="actuatet").other_controller()
    with pytest.raises(InputError, match="no method decide"):
        setting_of("crossroads", others="signals.model.arrays:arrays_of").other_controller()
