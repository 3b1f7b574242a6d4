from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from signals.adapters.sim import replay as replays
from signals.adapters.sim.replay import Replay, replay, replay_all
from signals.adapters.sim.timetable import Timetable, timetable
from signals.adapters.sim.world import SimWorld
from signals.model.crossroads import crossroads
from signals.model.network import Network
from signals.model.travel import Travel
from signals.model.trips import Trips
from signals.model.values import Command
from tests.kernels.driven import random_travel


def vehicles_only(travel: Travel) -> Travel:
    nobody = np.empty(0, np.int32)
    return replace(travel, walk=nobody, walk_depart_s=np.empty(0), walk_speed_mps=np.empty(0, np.float32))


def bytes_of(trips: Trips) -> list[bytes]:
    return [getattr(trips, name).tobytes() for name in trips.__slots__]


def in_the_loop(travel: Travel) -> Trips:
    """The same run, second by second on the network's own plan."""
    world = SimWorld(crossroads(), travel, end_s=900.0)
    hands_off = Command(0.0, np.zeros(12, np.int8), np.zeros(1, np.bool_))
    with world:
        while not world.finished:
            world.write(hands_off)
    return world.outcome()[0]


def test_it_is_what_happens_second_by_second() -> None:
    for seed in (1, 2):
        for travel in (random_travel(crossroads(), seed), vehicles_only(random_travel(crossroads(), seed))):
            found, incidents = replay(Replay(crossroads(), travel, 0.0, 900.0))
            wanted = in_the_loop(travel)
            assert len(found) == len(wanted)
            # The loop begins in the middle of nothing, the timetable in the middle of a cycle: only the first differs.
            assert abs(found.time_loss_s.mean() - wanted.time_loss_s.mean()) < 2.0
            assert np.mean(np.abs(found.time_loss_s - wanted.time_loss_s) < 1e-9) > 0.7
            assert incidents.longest_wait_s > 0


def test_many_at_the_same_time_are_the_same_as_one_by_one() -> None:
    wanted = [Replay(crossroads(), random_travel(crossroads(), seed), 0.0, 600.0) for seed in range(6)]
    together = [bytes_of(trips) for trips, _ in replay_all(wanted, jobs=3)]
    assert together == [bytes_of(replay(one)[0]) for one in wanted]
    assert len({tuple(row) for row in together}) == 6


def test_runs_share_the_timetable_of_the_run_before_where_it_is_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[float] = []

    def counted(network: Network, begin_s: float, end_s: float) -> Timetable:
        made.append(end_s)
        return timetable(network, begin_s, end_s)

    monkeypatch.setattr(replays, "timetable", counted)
    one, other = crossroads(), crossroads(length_m=200.0)
    travel = vehicles_only(random_travel(crossroads(), 1))
    wanted = [Replay(one, travel, 0.0, 600.0)] * 3 + [
        Replay(one, travel, 0.0, 300.0),
        Replay(other, travel, 0.0, 300.0),
    ]
    together = [bytes_of(trips) for trips, _ in replay_all(wanted, jobs=1)]
    assert made == [600.0, 300.0, 300.0]
    assert together == [bytes_of(replay(run)[0]) for run in wanted]
