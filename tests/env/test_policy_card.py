from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from signals.env.actions import Action, KeepSwitch, NextStage
from signals.env.observations import JunctionState
from signals.env.policy_card import (
    CARD_FORMAT,
    PolicyCard,
    action_of,
    card_of,
    described,
    from_table,
    gives_numbers,
    observation_of,
    sizes_of,
    to_table,
)
from signals.env.rewards import Pressure, Queue
from signals.env.setting import setting_of
from signals.env.timed_actions import CycleSplit, GreenDuration
from signals.errors import FileError, InputError, UnknownNameError
from tests.env.made import two_junctions

Table = dict[str, Any]
FACTS: Any = {"date": "2026-11-29", "algorithm": "PPO", "steps": 10, "seeds": (1, 2)}


class Odd:
    """An action of one's own."""

    space = steering = NextStage.space


def card(**options: Any) -> PolicyCard:
    return card_of("mine", setting_of("crossroads", **options), **FACTS)


def test_a_card_knows_what_was_seen_and_done() -> None:
    setting = setting_of("crossroads", decision_s=10.0, observation=JunctionState(most_veh=10.0), demand_scale=1.5)
    made = card_of("mine", setting, **FACTS, licence="CC0", notes="none")
    assert (made.name, made.date, made.licence, made.notes, made.onnx_sha256) == (
        "mine",
        "2026-11-29",
        "CC0",
        "none",
        "",
    )
    assert made.format == CARD_FORMAT
    assert made.seat.action == {"form": "NextStage"}
    assert made.seat.observation == {
        "form": "JunctionState", "most_veh": 10.0, "most_wait_s": 120.0, "most_green_s": 60.0,
    }  # fmt: skip
    assert (made.seat.observation_size, made.seat.action_size) == (41, 4)
    assert (made.seat.decision_s, made.seat.tick_s, made.seat.sensing, made.seat.range_m) == (10.0, 1.0, "full", 200.0)
    assert (made.seat.controlled, made.seat.others) == ((), "")
    training = made.training
    assert (training.scenario, training.world, training.algorithm, training.steps) == ("crossroads", "sim", "PPO", 10)
    assert (training.seeds, training.demand, training.reward) == (
        (1, 2), "demand_scale 1.5", {"form": "Queue", "scale": 0.01},
    )  # fmt: skip
    assert {"python", "signals", "numpy", "gymnasium"} <= set(training.versions)


def test_a_part_of_a_network_is_named(tmp_path: Path) -> None:
    setting = setting_of(two_junctions(tmp_path), controlled="b:centre", others="actuated", reward=Pressure())
    made = card_of("mine", setting, **{**FACTS, "demand": "as counted"})
    assert (made.seat.controlled, made.seat.others) == (("b:centre",), "actuated")
    assert made.training.reward["form"] == "Pressure"
    assert made.training.demand == "as counted"


@pytest.mark.parametrize(
    ("action", "size", "numbers"),
    [
        (NextStage(), 4, False),
        (KeepSwitch(), 2, False),
        (GreenDuration(least_s=10.0), 11, False),
        (CycleSplit(most_s=90.0), 5, True),
    ],
)
def test_every_form_of_action_comes_back(action: Action, size: int, numbers: bool) -> None:
    made = card(action=action)
    again = action_of(from_table(to_table(made), "policy.toml"))
    assert type(again) is type(action)
    assert described(again) == described(action)
    assert made.seat.action_size == size
    assert gives_numbers(made) is numbers


def test_what_was_written_is_read() -> None:
    made = replace(card(observation=JunctionState(most_veh=7.0)), onnx_sha256="ab", licence="CC0")
    again = from_table(to_table(made), "policy.toml")
    assert again == made
    assert observation_of(again) == JunctionState(most_veh=7.0)


def with_value(*path: str, value: Any) -> Callable[[Table], None]:
    def change(table: Table) -> None:
        for key in path[:-1]:
            table = table[key]
        table[path[-1]] = value

    return change


def without(*path: str) -> Callable[[Table], None]:
    def change(table: Table) -> None:
        for key in path[:-1]:
            table = table[key]
        del table[path[-1]]

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (with_value("format", value="signals-policy-card/2"), 'format must be "signals-policy-card/1"'),
        (with_value("weights", value="x"), "unknown key in"),
        (with_value("seat", "range", value=3), 'did you mean "seat.range_m"'),
        (with_value("name", value=" "), "name of the policy is empty"),
        (with_value("date", value="yesterday"), 'a day such as 2026-11-29, got "yesterday"'),
        (with_value("seat", "decision_s", value=0.0), r"seat\.decision_s must be more than 0"),
        (with_value("seat", "observation_size", value=0), r"seat\.observation_size must be at least 1"),
        (with_value("seat", "sensing", value="radar"), r"seat\.sensing"),
        (with_value("seat", "action", value="NextStage"), r"seat\.action must be a table"),
        (with_value("seat", "action", "form", value="NextStag"), 'did you mean "NextStage"'),
        (with_value("seat", "action", "form", value="os:system"), r'unknown seat\.action\.form "os:system"'),
        (with_value("seat", "action", "form", value=3), r'unknown seat\.action\.form "3"'),
        (with_value("seat", "action", "least_s", value=3), 'unknown parameter of seat.action "least_s"'),
        (without("seat", "observation", "form"), r"unknown seat\.observation\.form"),
        (with_value("seat", "observation", "most_veh", value="many"), r"seat\.observation\.most_veh must be a number"),
        (with_value("seat", "observation", "most_veh", value=-1.0), "most_veh must be > 0"),
        (
            with_value("seat", "others", value="shutil:rmtree"),
            'name of a controller, not a module: got "shutil:rmtree"',
        ),
        (with_value("training", "seeds", value=["one"]), r"training\.seeds\[0\] must be a whole number"),
        (without("training"), "the key training is missing"),
    ],
)
def test_a_card_that_is_wrong_is_one_line(change: Callable[[Table], None], sentence: str) -> None:
    table: Table = to_table(card())
    change(table)
    with pytest.raises(FileError, match=sentence) as said:
        from_table(table, "here/policy.toml")
    assert "here/policy.toml" in str(said.value)
    assert "\n" not in str(said.value)


def test_parts_of_ones_own_stand_on_no_card() -> None:
    made = card()
    with pytest.raises(UnknownNameError, match=r"tests\.env\.test_policy_card:Odd"):
        replace(made, seat=replace(made.seat, action=described(Odd())))


def test_rewards_of_ones_own_do() -> None:
    assert described(Odd()) == {"form": "tests.env.test_policy_card:Odd"}
    assert described(Queue(scale=2.0)) == {"form": "Queue", "scale": 2.0}


def test_one_policy_serves_only_what_is_alike(tmp_path: Path) -> None:
    seats = setting_of(two_junctions(tmp_path)).seats()
    with pytest.raises(InputError, match=r'that are not alike: "centre" .* and "b:centre"'):
        sizes_of(seats)
    assert sizes_of(setting_of("crossroads").seats()) == (41, 4)
