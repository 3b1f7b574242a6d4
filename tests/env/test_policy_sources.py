from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from signals import trial
from signals.env.actions import KeepSwitch, NextStage
from signals.env.observations import JunctionState
from signals.env.policy_card import card_of
from signals.env.policy_controller import PolicyController
from signals.env.policy_files import save_policy
from signals.env.policy_sources import find_policy
from signals.env.setting import setting_of
from signals.errors import InputError, UnknownNameError
from signals.model.crossroads import crossroads
from signals.record.files import sha256_of
from signals.scenario import load
from tests import policies_of_mine
from tests.env.made import two_junctions
from tests.env.onnx_made import busiest, linear

MINE = "tests.policies_of_mine"
FILE = Path(policies_of_mine.__file__)


def test_a_function_has_the_defaults_and_its_own_name() -> None:
    found = find_policy(f"{MINE}:first_open")
    assert found.name == "first_open"
    assert found.policy is policies_of_mine.first_open
    assert found.origin == {"seat": {}, "files": {MINE: sha256_of(FILE)}}
    assert isinstance(found.controller(crossroads(), 10), PolicyController)


def test_a_class_is_made_and_says_what_its_seat_is() -> None:
    found = find_policy(f"{MINE}:Switches")
    assert isinstance(found.policy, policies_of_mine.Switches)
    assert isinstance(found.seat["action"], KeepSwitch)
    assert found.seat["observation"] == JunctionState(most_veh=10.0)
    assert found.origin == {
        "seat": {
            "action": {"form": "KeepSwitch"},
            "observation": {"form": "JunctionState", "most_veh": 10.0, "most_wait_s": 120.0, "most_green_s": 60.0},
            "decision_s": 10,
            "tick_s": 1.0,
            "controlled": ["centre"],
            "others": "fixed_time",
        },
        "files": {MINE: sha256_of(FILE), FILE.name: sha256_of(FILE)},
    }


def test_it_runs_as_the_controller_that_one_would_make_by_hand() -> None:
    scenario = load("crossroads", end_s=300)
    named = trial.run(scenario, f"policy={MINE}:Switches", seed=3)

    def by_hand(network: object) -> PolicyController:
        return PolicyController(
            network,  # type: ignore[arg-type]
            policies_of_mine.Switches(),
            action=KeepSwitch(),
            observation=JunctionState(most_veh=10.0),
            decision_s=10,
        )

    assert not trial.falls_of(named)
    assert named.metrics == pytest.approx(dict(trial.run(scenario, by_hand, seed=3).metrics), nan_ok=True)


def saved(folder: Path, **options: Any) -> Path:
    """A policy for `crossroads` with its card."""
    facts: Any = {"date": "2026-11-29", "algorithm": "by hand", "steps": 0, "seeds": (1,)}
    save_policy(folder, card_of("shared", setting_of("crossroads", **options), **facts), busiest())
    return folder


def test_a_folder_says_all_by_its_card(tmp_path: Path) -> None:
    folder = saved(tmp_path / "policy", decision_s=10.0, observation=JunctionState(most_veh=10.0))
    for found in (find_policy(str(folder)), find_policy(str(folder / "policy.onnx"))):
        assert (found.name, found.sizes) == ("shared", (41, 4))
        assert found.seat["observation"] == JunctionState(most_veh=10.0)
        assert isinstance(found.seat["action"], NextStage)
        assert (found.seat["decision_s"], found.seat["tick_s"]) == (10.0, 1.0)
        assert found.files == {name: sha256_of(folder / name) for name in ("policy.onnx", "policy.toml")}
        json.dumps(found.origin)
        assert isinstance(found.controller(crossroads(), 10), PolicyController)
        with pytest.raises(InputError, match=r"ticks of 1 s, but the scenario has 0\.5 s"):
            found.controller(crossroads(), 5)


def test_an_onnx_file_has_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "mine.onnx").write_bytes(busiest())
    found = find_policy(str(tmp_path / "mine.onnx"))
    assert (found.name, dict(found.seat), found.sizes) == ("mine", {}, (41, 4))
    assert isinstance(found.controller(crossroads(), 10), PolicyController)


def test_a_policy_for_another_intersection_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.onnx").write_bytes(linear(np.ones((40, 3))))
    with pytest.raises(InputError, match=r"sees 40 numbers of an intersection and gives 3.*would see 41 and give 4"):
        find_policy(str(tmp_path / "mine.onnx")).controller(crossroads(), 10)
    network = two_junctions(tmp_path).network
    with pytest.raises(InputError, match="not alike"):
        find_policy(str(saved(tmp_path / "policy"))).controller(network, 10)


def test_without_onnxruntime_policies_of_ones_own_still_run(tmp_path: Path) -> None:
    (tmp_path / "mine.onnx").write_bytes(busiest())
    code = (
        "import sys; sys.modules['onnxruntime'] = None\n"
        "from signals.env.policy_sources import find_policy\n"
        "from signals.errors import MissingDependencyError\n"
        f"find_policy('{MINE}:first_open')\n"
        f"try: find_policy({str(tmp_path / 'mine.onnx')!r})\n"
        "except MissingDependencyError as error: print(error)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=FILE.parents[1]
    ).stdout
    assert "pip install 'signals[onnx]'" in told


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nowhere", 'expected a folder with a card, an .onnx file, or "module:attribute"'),
        (":first_open", "expected a folder"),
        (f"{MINE}:", "expected a folder"),
        ("model.zip", "can hold code and is never loaded"),
        ("runs/model.PT".lower(), "can hold code"),
        (f"{MINE}:second_open", 'has no "second_open"'),
        ("no_such_module_at_all:policy", "cannot be imported: ModuleNotFoundError"),
        (f"{MINE}:number", "is not a function of observation and mask"),
        (f"{MINE}:Raises", "cannot be made: RuntimeError: no weights here"),
        (f"{MINE}:odd_name", "its name must be a text, got 7"),
        (f"{MINE}:odd_action", "its action has no method space, got 'next'"),
        (f"{MINE}:odd_observation", "its observation has no method space, got 3.0"),
        (f"{MINE}:odd_decision_s", "its decision_s must be int or float, got '5'"),
        (f"{MINE}:odd_controlled", "its controlled must be list or tuple, got 'centre'"),
        (f"{MINE}:odd_files", "its files must be a list of paths"),
    ],
)
def test_what_is_no_policy_is_said_in_one_line(text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence.replace("(", r"\(")) as said:
        find_policy(text)
    assert "\n" not in str(said.value)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("other_tick", 'policy "other_tick" was made for ticks of 0.5 s, but the scenario has 1 s'),
        ("uneven_decision_s", "decision_s must be a multiple of the tick of 1 s, got 2.5"),
        ("no_decision_s", "decision_s must be a multiple"),
    ],
)
def test_times_must_fit_the_scenario(name: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        find_policy(f"{MINE}:{name}").controller(crossroads(), 10)


def test_the_intersections_must_exist() -> None:
    with pytest.raises(UnknownNameError, match='unknown intersection "nowhere"'):
        find_policy(f"{MINE}:no_such_place").controller(crossroads(), 10)
