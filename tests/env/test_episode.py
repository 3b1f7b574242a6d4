"""An episode is a run with pauses: the same bytes as `signals.trial.run`."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import pytest

from signals import trial
from signals.adapters.sim.world import SimWorld
from signals.control.actuated import Actuated
from signals.control.net_plan import NetPlan
from signals.env.episode import Episode
from signals.errors import InputError, WorldError
from signals.scenario import load


def test_it_is_the_run_that_the_loop_makes() -> None:
    scenario = load("crossroads", end_s=400.0, warmup_s=60.0)
    episode = Episode(scenario, Actuated(scenario.network), 3)
    times = []
    while not episode.over:
        times.append(episode.snapshot.time_s)
        episode.tick()
    assert times == [float(t) for t in range(400)]
    assert episode.time_s == 400.0
    np.testing.assert_equal(episode.metrics(), dict(trial.run(scenario, "actuated", seed=3).metrics))


def test_it_may_end_early_and_counts_up_to_then() -> None:
    scenario = load("crossroads")
    episode = Episode(scenario, NetPlan(scenario.network), 1)
    for _ in range(100):
        episode.tick()
    assert not episode.over
    metrics = episode.metrics()
    assert episode.over
    assert 20 < metrics["scheduled_veh"] < 80  # 1600 an hour


def test_nothing_happens_after_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    scenario = load("crossroads")
    episode = Episode(scenario, NetPlan(scenario.network), 1)
    assert len(list(tmp_path.iterdir())) == 1
    episode.close()
    episode.close()
    assert episode.over
    assert not list(tmp_path.iterdir())
    with pytest.raises(WorldError, match="the episode is over"):
        episode.tick()


def _gone(world: SimWorld) -> None:
    raise WorldError("gone")


def test_a_world_that_fails_is_left_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    scenario = load("crossroads")
    left = []
    monkeypatch.setattr(SimWorld, "__exit__", lambda _, *reason: left.append(reason[0]))
    episode = Episode(scenario, NetPlan(scenario.network), 1)
    monkeypatch.setattr(SimWorld, "read", _gone)
    with pytest.raises(WorldError, match="gone"):
        episode.tick()
    assert left == [WorldError]
    assert episode.over
    assert not list(tmp_path.iterdir())


def test_a_world_that_cannot_be_opened_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    scenario = load("crossroads")
    with pytest.raises(InputError, match="seed"):
        Episode(scenario, NetPlan(scenario.network), -1)
    assert not list(tmp_path.iterdir())


def test_one_that_is_dropped_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    scenario = load("crossroads")
    episode = Episode(scenario, NetPlan(scenario.network), 1)
    assert not episode.over
    del episode
    gc.collect()
    assert not list(tmp_path.iterdir())


def test_the_fallback_stands_where_it_always_stands() -> None:
    scenario = load("crossroads", end_s=60)

    class Broken:
        def decide(self, snapshot: object) -> object:
            raise RuntimeError("no idea")

    episode = Episode(scenario, Broken(), 1)
    moment = episode.tick()
    assert [event.code for event in moment.events] == ["controller-raised"]
    assert episode.mind.level.tolist() == [2]
    episode.close()
