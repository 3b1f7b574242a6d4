from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import signals
from signals.control.plan_file import read_plans
from signals.control.plan_frames import bounds_of, frames_of
from signals.errors import InputError
from signals.model.crossroads import crossroads
from signals.model.travel import Travel
from signals.scenario import Scenario
from signals.trial import RunOptions
from signals.tuning import TunedPlans, link_flows_of, tune_actuated, tune_plans, write_plans

SEEDS = (90_001,)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return signals.load("crossroads", end_s=900.0)


@pytest.fixture(scope="module")
def tuned(scenario: Scenario) -> TunedPlans:
    return tune_plans(scenario, tries=120, seeds=SEEDS)


def test_the_search_only_gets_better(tuned: TunedPlans) -> None:
    assert tuned.delay_s <= tuned.first_delay_s
    assert tuned.tried >= 120
    assert list(tuned.plans) == ["centre"]


def test_the_same_seeds_find_the_same_with_any_number_of_jobs(scenario: Scenario, tuned: TunedPlans) -> None:
    again = tune_plans(scenario, tries=120, seeds=SEEDS, jobs=1)
    assert again == tuned


def test_what_is_found_keeps_what_its_frame_has_to(scenario: Scenario, tuned: TunedPlans) -> None:
    place, plan = scenario.network.intersections[0], tuned.plans["centre"]
    frame = next(frame for frame in frames_of(scenario.network, 0) if frame.id == plan.id)
    bounds = bounds_of(place, frame)
    lengths, steps = np.zeros(len(frame.groups)), list(plan.steps)
    for k, groups in enumerate(frame.groups):
        if steps and steps[0].groups == groups:
            lengths[k] = steps.pop(0).duration_ds
    assert not steps
    assert (bounds.steps @ lengths >= bounds.least_ds - 1e-6).all()
    assert 300 <= plan.cycle_ds <= 1200


def test_fixed_time_runs_the_file(scenario: Scenario, tuned: TunedPlans, tmp_path: Path) -> None:
    path = tmp_path / "plans.toml"
    write_plans(path, scenario, tuned, SEEDS)
    assert read_plans(path, scenario.network) == dict(tuned.plans)
    record = signals.run(scenario, "fixed_time", seed=SEEDS[0], options=RunOptions(settings={"plan_file": str(path)}))
    assert record.violations == 0
    # The same demand and the same plan, through the loop and the guard: what the search has seen is what happens.
    assert record.metrics["delay_s"] == pytest.approx(tuned.delay_s, rel=0.1)


def test_settings_are_tried_one_after_the_other(scenario: Scenario) -> None:
    short = signals.load("crossroads", end_s=300.0)
    settings, delay_s = tune_actuated(short, choices={"gap_s": (1.0, 3.0, 9.0)}, seeds=SEEDS)
    alone = signals.run(short, "actuated", seed=SEEDS[0]).metrics["delay_s"]
    assert delay_s <= alone
    assert set(settings) <= {"gap_s"}
    again = signals.run(short, "actuated", seed=SEEDS[0], options=RunOptions(settings=settings))
    assert again.metrics["delay_s"] == pytest.approx(delay_s)


def test_flows_are_counted_from_the_routes() -> None:
    network = crossroads()
    edges = network.edge_index
    travel = Travel(
        routes=((edges["north_in"], edges["south_out"]),),
        depart_s=np.arange(60.0),
        kind=np.zeros(60, np.int32),
        route=np.zeros(60, np.int32),
        speed_factor=np.ones(60, np.float32),
    )
    flow = link_flows_of(network, travel, 0.5)
    assert flow.sum() == 120.0
    assert np.count_nonzero(flow) == 1


def test_without_stages_there_is_nothing_to_tune(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signals.tuning.frames_of", lambda network, i: [])
    monkeypatch.setattr("signals.control.plan_timing.frames_of", lambda network, i: [])
    with pytest.raises(InputError, match="nothing to tune"):
        tune_plans(scenario, tries=1, seeds=SEEDS)
