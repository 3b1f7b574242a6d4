from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.control.bound_diagnosis import Choice
from benchmarks.control.bound_foresight import Foresight, Search
from benchmarks.control.bound_forks import Branches, WatchedScenario
from signals.bench.disturbed import DisturbedScenario
from signals.model.network import Network
from signals.record.run_record import RunRecord
from signals.scenario import load
from signals.trial import falls_of, run
from tests.adapters.sumo_pair import pair_inputs

pytestmark = [pytest.mark.sumo, pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")]

SEARCH = Search(lookahead_s=40, stays_s=(3,), every_s=3, ahead_s=20)
END_S = 150.0


@pytest.fixture
def plain(tmp_path: Path) -> DisturbedScenario:
    inputs = pair_inputs(tmp_path)
    found = load(inputs.net, [inputs.routes[0].path], begin_s=0.0, end_s=END_S)
    return DisturbedScenario(found.file, found.folder)


def played(scenario: DisturbedScenario, search: Search) -> tuple[RunRecord, Foresight]:
    branches, minds = Branches(), list[Foresight]()

    def maker(network: Network) -> Foresight:
        minds.append(Foresight(network, branches, search))
        return minds[-1]

    watched = WatchedScenario(**{row.name: getattr(scenario, row.name) for row in fields(scenario)}, branches=branches)
    record = run(watched, maker, seed=5)
    assert branches.ticks == END_S
    assert not falls_of(record)
    assert record.violations == 0
    return record, minds[0]


def costs_s(choices: list[Choice]) -> list[float]:
    return [cost_s for choice in choices for cost_s in choice.costs_s]


def test_looking_into_the_future_does_not_change_it(plain: DisturbedScenario) -> None:
    alone = run(plain, "rolling_horizon", seed=5)
    record, mind = played(plain, replace(SEARCH, gain_s=np.inf))
    assert record.metrics["delay_s"] == pytest.approx(alone.metrics["delay_s"], rel=1e-12)
    assert mind.choices
    assert {choice.taken for choice in mind.choices} == {-1}
    assert mind.surprises == 0


def test_what_is_done_is_what_was_truly_cheapest_and_it_comes_true(plain: DisturbedScenario) -> None:
    """Where every branch plays to the end of the run, what is saved is what was foreseen, to the last second."""
    whole = replace(SEARCH, lookahead_s=int(END_S))
    record, mind = played(plain, whole)
    done = [choice for choice in mind.choices if choice.taken >= 0]
    assert done
    assert mind.surprises == 0
    for choice in mind.choices:
        assert (choice.taken >= 0) == (min(choice.costs_s) < -whole.gain_s)
        assert choice.taken < 0 or choice.costs_s[choice.taken] == min(choice.costs_s)
    alone, blind = played(plain, replace(whole, gain_s=np.inf))
    saved_s = sum(-choice.costs_s[choice.taken] for choice in done)
    assert mind.cost_s == pytest.approx(blind.cost_s - saved_s)
    assert record.metrics["scheduled_veh"] == alone.metrics["scheduled_veh"]


def test_the_same_seed_gives_the_same_futures(plain: DisturbedScenario) -> None:
    (first, looked), (second, again) = (played(plain, SEARCH) for _ in range(2))
    assert first.metrics["delay_s"] == pytest.approx(second.metrics["delay_s"], rel=1e-12)
    assert costs_s(looked.choices) == pytest.approx(costs_s(again.choices))


def test_only_what_may_be_done_now_is_tried(plain: DisturbedScenario) -> None:
    _, mind = played(plain, replace(SEARCH, gain_s=np.inf))
    stages = [len(place.stages) for place in plain.network.intersections]
    for choice in mind.choices:
        assert len(choice.moves) == len(choice.costs_s)
        assert len(choice.waiting_veh) == stages[choice.intersection]
        for move in choice.moves:
            if move.stay_s:
                assert move.stage == choice.running != choice.wanted
            else:
                assert move.stage not in (choice.running, choice.wanted)
        if choice.wanted != choice.running:
            assert (choice.next_s, choice.next_stage) == (0, choice.wanted)


def test_a_mind_that_fails_in_a_branch_ends_it(plain: DisturbedScenario, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its parent is told, and nothing of the parent's is tidied up by the child."""

    class Fails(Branches):
        def decided(self, stages: np.ndarray[tuple[int, ...], np.dtype[np.int32]]) -> None:
            if self.child:
                raise RuntimeError("only here")

    monkeypatch.setitem(played.__globals__, "Branches", Fails)
    with pytest.raises(BaseException, match="a branch was lost"):
        played(plain, SEARCH)
