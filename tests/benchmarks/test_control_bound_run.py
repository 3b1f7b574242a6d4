from __future__ import annotations

import json
import math
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.control.bound_foresight import Search
from benchmarks.control.bound_run import (
    BOUND,
    Case,
    Task,
    is_bound,
    key_of,
    pass_name,
    read_choices,
    read_result,
    result_path,
)
from signals.bench.disturbed import DisturbedScenario
from signals.errors import WorldError
from signals.scenario import load
from tests.adapters.sumo_pair import pair_inputs

pytestmark = [pytest.mark.sumo, pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")]

SEARCH = Search(lookahead_s=30, stays_s=(3,), every_s=4)


@pytest.fixture
def scenario(tmp_path: Path) -> DisturbedScenario:
    inputs = pair_inputs(tmp_path)
    found = load(inputs.net, [inputs.routes[0].path], begin_s=0.0, end_s=100.0)
    return DisturbedScenario(found.file, found.folder)


def case(who: str) -> Case:
    return Case("M", "pair", who, 2)


def test_a_result_comes_back_as_it_was_kept(scenario: DisturbedScenario, tmp_path: Path) -> None:
    path = result_path(tmp_path / "out", case(BOUND), "0123")
    heard: list[float] = []
    pickle.loads(pickle.dumps(Task(case(BOUND), scenario, SEARCH, path))).run(heard.append)  # noqa: S301  ours
    found = read_result(path)
    assert found is not None
    assert found.violations == 0
    assert found.metrics["scheduled_veh"] > 0
    assert len(heard) == 100  # children tell nothing
    choices = read_choices(path)
    assert choices
    assert all(move.stay_s in (0, 3) for choice in choices for move in choice.moves)
    assert [row[0] for row in json.loads(path.with_name(f"{path.stem}.choices.json").read_text())] == [
        choice.time_s for choice in choices
    ]


def test_a_controller_beside_it_is_run_as_it_is(scenario: DisturbedScenario, tmp_path: Path) -> None:
    path = result_path(tmp_path, case("net"), "0123")
    Task(case("net"), scenario, SEARCH, path).run(lambda _: None)
    found = read_result(path)
    assert found is not None
    assert not path.with_name(f"{path.stem}.choices.json").exists()


def test_a_controller_that_was_not_followed_has_no_result(scenario: DisturbedScenario, tmp_path: Path) -> None:
    who = "tests.stub_controllers:Raises"
    path = result_path(tmp_path, case("raises"), "0123")
    with pytest.raises(WorldError, match="does not count: the controller was not followed"):
        Task(case(who), scenario, SEARCH, path).run(lambda _: None)
    assert read_result(path) is None


def test_the_key_knows_what_a_result_depends_on(scenario: DisturbedScenario) -> None:
    first = key_of(case(BOUND), scenario, SEARCH)
    assert first == key_of(case(BOUND), scenario, SEARCH)
    longer = replace(SEARCH, lookahead_s=31)
    others = [
        key_of(case(BOUND)._replace(seed=3), scenario, SEARCH),
        key_of(case(BOUND), scenario, longer),
        key_of(case("net"), scenario, SEARCH),
    ]
    assert len({first, *others}) == 4
    assert key_of(case("net"), scenario, longer) == others[-1]  # it does not search


def test_a_pass_begins_where_the_one_before_ended(scenario: DisturbedScenario, tmp_path: Path) -> None:
    first, second = (result_path(tmp_path, case(pass_name(number)), "0123") for number in (1, 2))
    Task(case(pass_name(1)), scenario, SEARCH, first).run(lambda _: None)
    blind = replace(SEARCH, gain_s=math.inf)
    Task(case(pass_name(2)), scenario, blind, second, before=first).run(lambda _: None)
    plans = [path.with_name(f"{path.stem}.plan.json").read_text() for path in (first, second)]
    assert plans[0] == plans[1]
    rows = json.loads(plans[0])
    assert rows["ticks"] == 100
    assert [row[0] for row in rows["changes"]] == sorted({row[0] for row in rows["changes"]})
    found, again = read_result(first), read_result(second)
    assert found is not None
    assert again is not None
    assert again.metrics["delay_s"] == pytest.approx(found.metrics["delay_s"])
    assert {choice.taken for choice in read_choices(second)} == {-1}


def test_passes_have_names() -> None:
    assert [pass_name(number) for number in (1, 2, 3)] == ["bound", "bound-2", "bound-3"]
    assert all(is_bound(pass_name(number)) for number in (1, 2, 3))
    assert not is_bound("rolling_horizon")
