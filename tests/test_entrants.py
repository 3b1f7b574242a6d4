from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest

from signals import entrants
from signals.control.actuated import Actuated
from signals.env.policy_controller import PolicyController
from signals.errors import InputError, UnknownNameError
from signals.record.files import sha256_of
from signals.scenario import Scenario, load
from tests import policies_of_mine

MINE = "tests.policies_of_mine"
BUSIEST = f"policy={MINE}:Busiest"
STUB = "tests.stub_controllers"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load("crossroads", end_s=60.0)


class Nothing:
    pass


@pytest.mark.parametrize(
    ("controller", "name"),
    [
        ("max-pressure", "max_pressure"),
        ("a.b:My-Class", "a.b:My-Class"),
        (Nothing, "Nothing"),
        (entrants.check, "check"),
        (BUSIEST, "busiest"),
        (f"policy={MINE}:first_open", "first_open"),
    ],
)
def test_everybody_has_a_name(controller: Any, name: str) -> None:
    assert entrants.name_of(controller) == name


@pytest.mark.parametrize(("controller", "policy"), [(BUSIEST, True), ("net", False), (Nothing, False)])
def test_a_policy_says_so(controller: Any, policy: bool) -> None:
    assert entrants.is_policy(controller) is policy


def test_each_is_made(scenario: Scenario) -> None:
    assert isinstance(entrants.controller_of("actuated", scenario, {}), Actuated)
    assert isinstance(entrants.controller_of(Actuated, scenario, {}), Actuated)
    assert isinstance(entrants.controller_of(BUSIEST, scenario, {}), PolicyController)


def test_the_record_knows_the_files_of_a_policy(scenario: Scenario) -> None:
    origin = entrants.origin_of(BUSIEST)
    file = sha256_of(Path(policies_of_mine.__file__))
    assert origin == {
        "controller": "busiest",
        "controller_sha256": None,
        "policy": {"seat": {"decision_s": 15.0}, "files": {MINE: file}},
    }
    assert entrants.origin_of("net") == {"controller": "net", "controller_sha256": None}
    assert entrants.origin_of(f"{STUB}:Raises")["controller_sha256"] is not None


@pytest.mark.parametrize(
    ("controller", "sentence"),
    [
        ("nett", 'did you mean "net"'),
        (f"{STUB}:Nobody", "has no"),
        (f"policy={MINE}:Nobody", 'has no "Nobody"'),
        (f"policy={MINE}:other_tick", "ticks of 0.5 s"),
        (f"policy={MINE}:CalledNet", 'is called "net" like a controller'),
    ],
)
def test_what_cannot_be_is_said_before_anything_runs(scenario: Scenario, controller: str, sentence: str) -> None:
    with pytest.raises((InputError, UnknownNameError), match=sentence):
        entrants.check(controller, scenario)


def test_what_is_there_passes(scenario: Scenario) -> None:
    for controller in ("net", f"{STUB}:Raises", BUSIEST):
        entrants.check(controller, scenario)


def test_a_policy_has_no_settings_but_its_own(scenario: Scenario) -> None:
    with pytest.raises(InputError, match="has no settings"):
        entrants.controller_of(BUSIEST, scenario, {"decision_s": 5.0})


@pytest.mark.parametrize(
    ("maker", "sentence"),
    [
        ("net", r'unknown setting of "net": "patience_s" \(known: none\)'),
        ("actuated", r'unknown setting of "actuated": "patience_s".* \(known: gap_s, max_green_s, plan_share\)'),
        ("rolling_horizon", "patience_s must be more than 0"),
        (Nothing, "cannot be made"),
    ],
)
def test_settings_must_fit(scenario: Scenario, maker: Any, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        entrants.controller_of(maker, scenario, {"patience_s": -3.0})


def test_a_controller_decides(scenario: Scenario) -> None:
    with pytest.raises(InputError, match="has no method decide"):
        entrants.controller_of(lambda _: Nothing(), scenario, {})


def test_who_weighs_every_stage_has_all_of_them_where_nothing_else_is_said() -> None:
    plain = load("crossroads")
    wide = entrants.scenario_for("rolling_horizon", plain)
    assert (len(plain.network.intersections[0].stages), len(wide.network.intersections[0].stages)) == (4, 13)
    assert entrants.scenario_for("greedy", plain) is plain
    assert entrants.scenario_for("policy=tests.policies_of_mine:Busiest", plain) is plain


@pytest.mark.parametrize("stages", ["file", "all"])
def test_what_a_scenario_says_of_its_stages_counts(stages: Literal["file", "all"]) -> None:
    plain = load("crossroads")
    said = replace(plain, file=replace(plain.file, timing=replace(plain.file.timing, stages=stages)))
    assert entrants.scenario_for("rolling_horizon", said) is said
    assert len(said.network.intersections[0].stages) == (4 if stages == "file" else 13)
