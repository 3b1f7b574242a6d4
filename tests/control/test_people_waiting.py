from __future__ import annotations

import numpy as np
import pytest

from signals.control.people_waiting import PeopleWaiting
from signals.model.crossroads import crossroads
from signals.model.lanes import User
from signals.model.values import Aspect

NETWORK = crossroads()
WALKS = [g for g, user in enumerate(NETWORK.arrays.group_user) if user == User.PEDESTRIAN]


class Crossing:
    """One crossing of a junction."""

    def __init__(self, *, counted: bool = True) -> None:
        self.people = PeopleWaiting(NETWORK, counted=counted)
        self.aspect = np.full(len(NETWORK.arrays.group_user), Aspect.RED, np.int8)
        self.demand = np.zeros(len(self.aspect), np.bool_)

    def pass_time(self, seconds: int, *, called: bool, green: bool = False) -> float:
        """Let seconds pass; return how many are taken to wait."""
        self.aspect[WALKS[0]] = Aspect.GREEN if green else Aspect.RED
        self.demand[WALKS[0]] = called
        for _ in range(seconds):
            self.people.note(self.aspect, self.demand, 1.0)
        return float(self.people.waiting[WALKS[0]])


def test_a_call_is_one_where_people_are_not_counted() -> None:
    crossing = Crossing(counted=False)
    for _ in range(20):
        crossing.pass_time(1, called=False)
        assert crossing.pass_time(100, called=True) == 1.0


def test_who_called_is_joined_by_others_as_often_as_there_are_calls() -> None:
    rng = np.random.default_rng(3)
    crossing, gaps_s, found = Crossing(), list[int](), list[float]()
    for _ in range(300):
        gaps_s.append(round(rng.exponential(15.0)) + 1)
        crossing.pass_time(gaps_s[-1], called=False)
        assert crossing.pass_time(1, called=True) == 1.0
        found.append(crossing.pass_time(60, called=True))
        crossing.pass_time(10, called=False, green=True)
    assert found[0] <= 3.0
    assert np.mean(found[50:]) == pytest.approx(1.0 + 60.0 / np.mean(gaps_s), rel=0.15)


def test_the_first_call_makes_no_crowd() -> None:
    crossing = Crossing()
    crossing.pass_time(1, called=True)
    assert crossing.pass_time(60, called=True) <= 3.0


def test_time_at_green_tells_nothing() -> None:
    seldom, often = Crossing(), Crossing()
    for _ in range(20):
        for crossing, green_s in ((seldom, 5), (often, 200)):
            crossing.pass_time(green_s, called=False, green=True)
            crossing.pass_time(20, called=False)
            crossing.pass_time(30, called=True)
    assert seldom.people.waiting[WALKS[0]] == pytest.approx(often.people.waiting[WALKS[0]], rel=0.3)
    assert seldom.people.waiting[WALKS[0]] > 1.5


def test_what_is_forgotten_is_as_new_and_nobody_else_is_counted() -> None:
    crossing = Crossing()
    for _ in range(5):
        crossing.pass_time(1, called=False)
        crossing.pass_time(50, called=True)
    assert crossing.people.waiting.max() > 3.0
    assert (np.delete(crossing.people.waiting, WALKS) == 1.0).all()
    crossing.people.forget()
    assert (crossing.people.waiting == 1.0).all()
    crossing.pass_time(1, called=True)
    assert crossing.pass_time(60, called=True) <= 3.0


def test_a_crossing_counts_with_all_who_wait() -> None:
    each, queues = np.array([1.0, 2.0, 0.5, 0.5, 0.5, 0.5], np.float32), np.array([2, 3, 4, 5], np.int32)
    one, counted = Crossing(counted=False), Crossing()
    for crossing in (one, counted):
        crossing.people.waiting[WALKS[1]] = 4.0
    assert one.people.worth(each, queues).tolist() == each.tolist()
    assert counted.people.worth(each, queues).tolist() == [1.0, 2.0, 0.5, 2.0, 0.5, 0.5]
