from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice
from threading import Event, active_count
from time import sleep

import numpy as np
import pytest

from signals.adapters.sim import replay as replays
from signals.adapters.sim.layout import Layout
from signals.adapters.sim.replay import AHEAD, Replay, replay, replay_all
from signals.adapters.sim.timetable import Timetable, timetable
from signals.adapters.sim.world import SimWorld
from signals.errors import ScenarioError
from signals.model.crossroads import crossroads
from signals.model.network import Network
from signals.model.travel import Travel
from signals.model.trips import Trips
from signals.model.values import Command
from tests.kernels.driven import cars, random_travel


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


def test_runs_share_what_was_made_for_the_run_before_where_it_is_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[float] = []
    laid: list[Network] = []

    def counted(network: Network, begin_s: float, end_s: float) -> Timetable:
        made.append(end_s)
        return timetable(network, begin_s, end_s)

    class Counted(Layout):
        def __init__(self, network: Network) -> None:
            laid.append(network)
            super().__init__(network)

    monkeypatch.setattr(replays, "timetable", counted)
    monkeypatch.setattr(replays, "Layout", Counted)
    one, other = crossroads(), crossroads(length_m=200.0)
    travel = vehicles_only(random_travel(crossroads(), 1))
    wanted = [Replay(one, travel, 0.0, 600.0)] * 3 + [
        Replay(one, travel, 0.0, 300.0),
        Replay(other, travel, 0.0, 300.0),
    ]
    together = [bytes_of(trips) for trips, _ in replay_all(wanted, jobs=1)]
    assert made == [600.0, 300.0, 300.0]
    assert laid == [one, other]
    assert together == [bytes_of(replay(run)[0]) for run in wanted]


def endless(asked: list[int]) -> Iterator[Replay]:
    network = crossroads()
    for seed in count():
        asked.append(seed)
        yield Replay(network, random_travel(network, seed % 3), 0.0, 60.0)


def test_an_endless_row_of_runs_is_asked_for_little_by_little() -> None:
    asked: list[int] = []
    made = replay_all(endless(asked), jobs=2)
    found = [bytes_of(trips) for trips, _ in islice(made, 6)]
    assert len(asked) <= 6 + AHEAD * 2
    assert found[:3] == found[3:]
    made.close()
    asked_until_now = len(asked)
    assert list(made) == []
    assert len(asked) == asked_until_now


def test_a_route_that_cannot_be_driven_is_an_error_when_its_turn_comes() -> None:
    network = crossroads()
    good = Replay(network, cars(network, [("north_in", "south_out")], [0.0]), 0.0, 60.0)
    bad = good._replace(travel=cars(network, [("north_in", "east_in")], [0.0]))
    made = replay_all([good, good, bad, good], jobs=2)
    assert [len(next(made)[0]) for _ in range(2)] == [1, 1]
    with pytest.raises(ScenarioError, match='"north_in" to "east_in"'):
        next(made)
    with pytest.raises(StopIteration):
        next(made)


def test_after_an_interruption_nothing_is_begun_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[float] = []
    interrupted, threads = Event(), active_count()

    def slow(network: Network, begin_s: float, end_s: float) -> Timetable:
        begun.append(end_s)
        interrupted.wait(10.0)
        sleep(0.2)
        return timetable(network, begin_s, end_s)

    def wanted() -> Iterator[Replay]:
        yield from (Replay(crossroads(), random_travel(crossroads(), 1), 0.0, end_s) for end_s in (60.0, 120.0))
        interrupted.set()
        raise KeyboardInterrupt

    monkeypatch.setattr(replays, "timetable", slow)
    with pytest.raises(KeyboardInterrupt):
        list(replay_all(wanted(), jobs=1))
    assert begun in ([], [60.0])
    assert active_count() == threads
