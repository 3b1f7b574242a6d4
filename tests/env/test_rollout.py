"""From action to action."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from signals.env.rollout import Rollout
from signals.env.setting import EnvOptions, setting_of
from signals.errors import FileError, InputError, WorldError
from signals.model.values import Aspect
from signals.scenario import load
from signals.sensing.faults import Faults
from tests.env.made import two_junctions


def begun(scenario: object = "crossroads", seed: int = 1, **options: object) -> Rollout:
    rollout = Rollout(setting_of(scenario, **EnvOptions(**options)))
    rollout.begin(seed)
    return rollout


def test_time_passes_from_one_action_to_the_next() -> None:
    rollout = begun(decision_s=7, episode_s=20)
    told = []
    while not rollout.over:
        rollout.advance({0: 1})
        told.append(rollout.told_of_all())
    assert [row["time_s"] for row in told] == [7, 14, 20]
    assert [row["elapsed_s"] for row in told] == [7, 7, 6]
    assert ["metrics" in row for row in told] == [False, False, True]


def test_the_reward_is_that_of_every_tick() -> None:
    slow, fast = begun(decision_s=10, episode_s=200), begun(decision_s=1, episode_s=200)
    paid = [slow.advance({0: k % 4})[0] for k in range(20)]
    singly = [fast.advance({0: k // 10 % 4})[0] for k in range(200)]
    slow.close()
    fast.close()
    assert paid == pytest.approx([sum(singly[k : k + 10]) for k in range(0, 200, 10)])
    assert min(paid) < 0


def test_it_tells_what_was_wished_and_what_was_shown() -> None:
    rollout = begun()
    rollout.advance({0: 0})
    for _ in range(3):
        rollout.advance({0: 0})
    rollout.advance({0: 2})
    told = rollout.told(0, np.ones(4, np.int8))
    stages = rollout.setting.network.intersections[0].stages
    assert told["wished"] == stages[2].id
    assert set(np.flatnonzero(told["wanted"])) <= set(stages[2].groups)
    assert told["wanted"].any()
    assert set(np.flatnonzero(told["shown"] == Aspect.GREEN)).isdisjoint(stages[2].groups)
    assert set(told["reasons"]) & {"amber", "conflicting group not red yet", "intergreen"}
    assert told["level"] == 0
    assert not np.shares_memory(told["shown"], rollout.episode.snapshot.aspect)
    assert rollout.told_of_all()["violations"] == []
    rollout.close()


def test_a_stubborn_agent_is_refused_and_told_why() -> None:
    rollout, reasons, masks = begun(), set(), set()
    for _ in range(60):
        rollout.advance({0: 0})
        reasons |= set(rollout.told(0, None)["reasons"])
        masks.add(tuple(rollout.masks()[0]))
    rollout.close()
    assert reasons & {"a group waited too long", "maximum green"}
    assert any(mask[0] == 0 for mask in masks)


def test_agents_at_intersections_that_are_not_alike(tmp_path: Path) -> None:
    rollout = begun(two_junctions(tmp_path))
    assert {i: mask.shape for i, mask in rollout.masks().items()} == {0: (4,), 1: (4,)}
    rewards = rollout.advance({0: 1, 1: 3})
    assert set(rewards) == {0, 1}
    assert rollout.told(0, None)["shown"].shape == (12,)
    assert rollout.told(1, None)["shown"].shape == (8,)
    assert rollout.observe(0).shape != rollout.observe(1).shape
    assert "action_mask" not in rollout.told(0, None)
    rollout.close()


def test_others_run_where_no_agent_sits(tmp_path: Path) -> None:
    rollout = begun(two_junctions(tmp_path), controlled="b:centre")
    with_plan = []
    for _ in range(20):
        assert set(rollout.advance({1: 0})) == {1}
        with_plan.append(rollout.episode.snapshot.aspect[:12].copy())
    rollout.close()
    greens = {tuple(np.flatnonzero(row == Aspect.GREEN)) for row in with_plan}
    assert len(greens) > 2


def test_nothing_happens_where_an_action_is_wrong_or_missing(tmp_path: Path) -> None:
    rollout = begun(two_junctions(tmp_path))
    with pytest.raises(InputError, match='intersection "b:centre": its action is missing'):
        rollout.advance({0: 1})
    with pytest.raises(InputError, match='intersection "b:centre": 9 is not an action'):
        rollout.advance({0: 1, 1: 9})
    assert rollout.episode.time_s == 0
    rollout.advance({0: 0, 1: 0})
    assert rollout.told(0, None)["wished"] == rollout.setting.network.intersections[0].stages[0].id
    rollout.close()


def test_the_same_seed_gives_the_same_and_another_does_not() -> None:
    def bytes_of(seed: int, **options: object) -> bytes:
        rollout, found = begun(seed=seed, episode_s=120, **options), b""
        while not rollout.over:
            reward = rollout.advance({0: int(rollout.episode.time_s) // 20 % 4})
            found += rollout.observe(0).tobytes() + repr(reward).encode()
        return found + repr(rollout.told_of_all()).encode()

    assert bytes_of(5) == bytes_of(5)
    assert bytes_of(5) != bytes_of(6)
    assert bytes_of(5, sensing="detectors") == bytes_of(5, sensing="detectors") != bytes_of(5)


def test_demand_may_surge_for_an_episode() -> None:
    rollout = Rollout(setting_of("crossroads", episode_s=300, demand_scale=0.5))
    scheduled = []
    for options in (None, {"demand_scale": 2.0}, None):
        rollout.begin(1, options)
        while not rollout.over:
            rollout.advance({0: int(rollout.episode.time_s) // 20 % 4})
        scheduled.append(rollout.told_of_all()["metrics"]["scheduled_veh"])
    assert scheduled[0] == scheduled[2] < scheduled[1] / 3


def test_before_and_after_an_episode_there_is_nothing_to_do() -> None:
    rollout = Rollout(setting_of("crossroads", episode_s=5))
    with pytest.raises(WorldError, match="no episode has begun"):
        rollout.advance({0: 0})
    rollout.begin(1)
    rollout.advance({0: 0})
    with pytest.raises(WorldError, match="the episode is over"):
        rollout.advance({0: 0})
    rollout.close()
    rollout.close()


def test_site_cards_are_looked_at_before_the_first_episode(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no site cards"):
        Rollout(setting_of(load("crossroads", site_cards=str(tmp_path))))


@pytest.mark.parametrize("sensing", ["full", "detectors"])
def test_faults_reach_the_agents_and_not_the_road(sensing: str) -> None:
    def played(faults: Faults | None, seed: int = 1) -> tuple[list[bytes], dict[str, float]]:
        rollout, seen = begun(seed=seed, sensing=sensing, faults=faults, episode_s=120), []
        while not rollout.over:
            rollout.advance({0: int(rollout.episode.time_s) // 30 % 4})
            seen.append(rollout.observe(0).tobytes())
        told = rollout.told_of_all()
        assert not told["violations"]
        return seen, told["metrics"]

    broken = Faults(dead=0.25, stuck_on=0.25, noisy=0.25, lost=0.2, unseen=0.5)
    sound, faulty, again = played(None), played(broken), played(broken)
    assert sound[0] != faulty[0] == again[0]
    assert sound[1]["scheduled_veh"] == faulty[1]["scheduled_veh"]
