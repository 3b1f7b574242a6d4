from __future__ import annotations

import time

import pytest

from signals.bench.clocked import ClockedMaker
from signals.entrants import name_of, origin_of
from signals.errors import InputError
from signals.model.network import Network
from signals.model.values import Decision, Snapshot
from signals.record.provenance import sha256_of_module
from signals.scenario import load
from signals.trial import FALLBACK, run
from tests.stub_controllers import Nothing

HERE = __name__


class Slow(Nothing):
    """Takes its time, now and then more."""

    def decide(self, snapshot: Snapshot) -> Decision:
        time.sleep(0.03 if snapshot.time_s == 5 else 0.001)
        return super().decide(snapshot)


class Unfit(Nothing):
    def __init__(self, network: Network) -> None:
        raise TypeError("not me")


def test_every_decision_is_timed() -> None:
    scenario = load("crossroads", end_s=20.0)
    maker = ClockedMaker(f"{HERE}:Slow", scenario)
    run(scenario, maker)
    cost = maker.cost()
    assert (cost.decisions, cost.intersections) == (20, 1)
    assert cost.worst_ms >= 30
    assert 1 <= cost.mean_ms <= cost.worst_ms


def test_it_is_called_and_hashed_like_whoever_is_inside() -> None:
    scenario = load("crossroads")
    mine = ClockedMaker(f"{HERE}:Slow", scenario)
    assert name_of(mine) == f"{HERE}:Slow"
    assert origin_of(mine)["controller_sha256"] == sha256_of_module(HERE)
    assert origin_of(ClockedMaker("max-pressure", scenario)) == origin_of("max_pressure")


def test_a_controller_that_fails_is_timed_and_replaced_as_ever() -> None:
    scenario = load("crossroads", end_s=60.0)
    maker = ClockedMaker("tests.stub_controllers:Raises", scenario)
    record = run(scenario, maker)
    assert FALLBACK in {finding.code for finding in record.findings}
    assert maker.cost().decisions > 30


def test_who_cannot_be_made_is_named() -> None:
    scenario = load("crossroads", end_s=9.0)
    with pytest.raises(InputError, match=r"Unfit.*not me"):
        run(scenario, ClockedMaker(f"{HERE}:Unfit", scenario))


def test_a_policy_is_timed_too() -> None:
    scenario = load("crossroads", end_s=9.0)
    maker = ClockedMaker("policy=tests.policies_of_mine:Busiest", scenario)
    assert run(scenario, maker).controller == "busiest"
    assert maker.cost().decisions == 9
