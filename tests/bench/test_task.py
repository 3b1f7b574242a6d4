from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from signals.bench.cases import Case
from signals.bench.results import from_data
from signals.bench.stage import Stage
from signals.bench.sums import CLASS_NAMES
from signals.bench.task import Task
from signals.bench.tiers import tier
from signals.trial import run
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
