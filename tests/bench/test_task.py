from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from signals.bench.cases import Case
from signals.bench.legacy_delay import RESCO_DELAY
from signals.bench.results import from_data
from signals.bench.stage import Stage
from signals.bench.sums import CLASS_NAMES
from signals.bench.task import Task
from signals.bench.tiers import tier
from signals.scenario import Scenario
from signals.trial import RunOptions, run
from tests.bench.made import GROUND, small_suite


def task(folder: Path, controller: str = "net") -> Task:
    scenario = Stage("crossroads", small_suite(), folder).scenario(tier("A"), 1.0, 4)
    return Task(Case(GROUND, controller, 4), controller, {}, scenario, "hash", "print")


def test_what_is_told_is_what_a_single_run_says(tmp_path: Path) -> None:
    job = pickle.loads(pickle.dumps(task(tmp_path)))  # noqa: S301  ours
    heard: list[float] = []
    found = from_data(job.run(heard.append), "here")
    alone = run(job.scenario, "net", seed=4)
    assert found.metrics["delay_s"] == pytest.approx(alone.metrics["delay_s"])
    assert (found.case, found.entrant_sha256, found.fingerprint) == (job.case, "hash", "print")
    assert heard[-1] == 1
    everybody = next(row for row in found.trips if row["class"] == CLASS_NAMES[""])
    assert everybody["delay_mean_s"] == pytest.approx(found.metrics["delay_s"])
    assert everybody["scheduled"] == found.metrics["scheduled_veh"]
    assert found.metrics["starved"] == 0
    assert found.cost is not None
    assert found.cost.decisions == 90


def test_a_controller_that_raises_is_not_followed(tmp_path: Path) -> None:
    found = from_data(task(tmp_path, "tests.stub_controllers:Raises").run(lambda _: None), "here")
    assert found.state == "valid"
    assert "RuntimeError" in found.falls[0]


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    task(tmp_path).run(lambda _: None)
    assert not list(tmp_path.iterdir())


def test_what_stands_beside_resco_is_counted_its_way_and_runs_in_a_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[RunOptions] = []

    def noted(*words: object, options: RunOptions, **others: object) -> object:
        asked.append(options)
        return run(*words, options=options, **others)  # type: ignore[arg-type]

    monkeypatch.setattr("signals.bench.task.run", noted)
    suite = small_suite(warmup_s=0.0)
    plain = replace(task(tmp_path), scenario=Stage("crossroads", suite, tmp_path).scenario(tier("A"), 1.0, 4))
    legacy = replace(plain, scenario=replace(plain.scenario, legacy=True))
    ours, theirs = (from_data(each.run(lambda _: None), "here").metrics for each in (plain, legacy))
    assert [options.traci for options in asked] == [False, True]
    assert RESCO_DELAY not in ours
    assert theirs[RESCO_DELAY] == pytest.approx(theirs["delay_s"])  # everybody got in
    assert theirs["delay_s"] == ours["delay_s"]


def test_who_weighs_every_stage_has_more_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    met: list[int] = []

    def noted(scenario: Scenario, *words: object, **others: object) -> object:
        met.append(len(scenario.network.intersections[0].stages))
        return run(scenario, *words, **others)  # type: ignore[arg-type]

    monkeypatch.setattr("signals.bench.task.run", noted)
    for controller in ("net", "rolling_horizon"):
        task(tmp_path, controller).run(lambda _: None)
    assert met[0] < met[1]
