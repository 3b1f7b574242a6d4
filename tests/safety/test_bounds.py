"""Nobody starves: not by an adversary's wishes, and never longer than promised."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest

from signals.model.crossroads import crossroads
from signals.model.intersections import Intersection, SignalGroup
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import Aspect, Decision
from signals.safety.bounds import waiting_bounds
from signals.safety.guard import Guard
from tests.safety.layouts import intersection, network, random_intersection, readings

Adversary = Callable[[Guard, Intersection, random.Random, int], np.ndarray]


def nothing(guard: Guard, what: Intersection, rng: random.Random, tick: int) -> np.ndarray:
    return np.zeros(len(what.groups), np.bool_)


def everything(guard: Guard, what: Intersection, rng: random.Random, tick: int) -> np.ndarray:
    return np.ones(len(what.groups), np.bool_)


def first_only(guard: Guard, what: Intersection, rng: random.Random, tick: int) -> np.ndarray:
    return np.arange(len(what.groups)) == 0


def flicker(guard: Guard, what: Intersection, rng: random.Random, tick: int) -> np.ndarray:
    return np.arange(len(what.groups)) % 2 == tick % 2


def spite(guard: Guard, what: Intersection, rng: random.Random, tick: int) -> np.ndarray:
    """Wish whatever conflicts with the one who waits longest."""
    victim = int(np.argmax(guard._state.wait_ds))
    return np.array([what.conflict(victim, g) for g in range(len(what.groups))])


def chance(guard: Guard, what: Intersection, rng: random.Random, tick: int) -> np.ndarray:
    return np.array([rng.random() < 0.5 for _ in what.groups])


ADVERSARIES = (nothing, everything, first_only, flicker, spite, chance)


def longest_waits_ds(what: Network, adversary: Adversary, seed: int, tick_ds: int, ticks: int) -> np.ndarray:
    """Let everybody wait all the time, and return how long each had to."""
    rng, site = random.Random(seed), what.intersections[0]
    guard = Guard(what, tick_ds=tick_ds, cold_start=rng.choice(("simulated", "street")))
    groups = len(site.groups)
    wait_ds, longest_ds = np.zeros((2, groups), np.int64)
    stage, unknown = np.full(1, -1, np.int32), np.full(groups, -1, np.int8)
    for tick in range(ticks):
        want = adversary(guard, site, rng, tick)
        verdict = guard.permit(Decision(want, stage), readings(tick, unknown), np.ones(groups, np.bool_))
        assert not verdict.violations
        wait_ds = np.where(verdict.command.aspect == Aspect.GREEN, 0, wait_ds + tick_ds)
        longest_ds = np.maximum(longest_ds, wait_ds)
    return longest_ds


@pytest.mark.parametrize("adversary", ADVERSARIES)
def test_nobody_waits_longer_than_promised_at_the_crossroads(adversary: Adversary) -> None:
    _, guarantee_ds = waiting_bounds(crossroads().arrays, 10)
    longest_ds = longest_waits_ds(crossroads(), adversary, 1, 10, 800)
    assert (longest_ds <= guarantee_ds).all()
    # In practice queues are much shorter than the bound: here those that do not conflict are served together.
    assert longest_ds.max() < 1200 + 4 * 180


@pytest.mark.parametrize("adversary", ADVERSARIES)
def test_nobody_waits_longer_than_promised_anywhere(adversary: Adversary) -> None:
    for seed in range(12):
        rng = random.Random(seed)
        what, tick_ds = network(random_intersection(rng)), rng.choice((5, 10, 10, 20))
        _, guarantee_ds = waiting_bounds(what.arrays, tick_ds)
        assert (longest_waits_ds(what, adversary, seed, tick_ds, 250) <= guarantee_ds).all()


def test_the_bounds_of_two_streets() -> None:
    car = {"min_green_ds": 50, "amber_ds": 30, "max_red_ds": 900}
    groups = [SignalGroup("a", User.VEHICLE, (0,), red_amber_ds=10, **car), SignalGroup("b", User.VEHICLE, (1,), **car)]
    patience_ds, guarantee_ds = waiting_bounds(network(intersection(groups, {(0, 1): 70, (1, 0): 20})).arrays, 10)
    # a waits for b: a tick, green 5, amber 3 (the intergreen of 2 is over before), red-amber 1.
    # b waits for a: a tick, red-amber 1, green 5, intergreen 7.
    lead_a, lead_b = 10 + 50 + 30 + 10, 10 + 10 + 50 + 70
    assert patience_ds.tolist() == [900 - lead_a, 900 - lead_b]
    assert guarantee_ds.tolist() == [900 + lead_b + 70, 900 + lead_a + 70]


def test_times_that_are_no_whole_ticks_are_rounded_up() -> None:
    group = SignalGroup("a", User.VEHICLE, (0,), amber_ds=30, red_amber_ds=10, clearance_ds=1, max_red_ds=900)
    patience_ds, _ = waiting_bounds(network(intersection([group], {})).arrays, 20)
    assert patience_ds.tolist() == [900 - (40 + 20 + 20) - 20 - 20]


def test_a_maximum_red_that_cannot_be_kept_makes_a_group_urgent_at_once_but_not_without_demand() -> None:
    group = SignalGroup("a", User.VEHICLE, (0,), max_red_ds=1)
    patience_ds, _ = waiting_bounds(network(intersection([group], {})).arrays, 10)
    assert patience_ds.tolist() == [10]


def test_every_alone_urgent_group_is_served_within_its_maximum_red() -> None:
    """One group waits, everybody else is wished instead: the promise is the maximum red itself."""
    for seed in range(25):
        rng = random.Random(seed)
        what = random_intersection(rng)
        victim, groups = rng.randrange(len(what.groups)), len(what.groups)
        patience_ds, _ = waiting_bounds(network(what).arrays, 10)
        guard, demand = Guard(network(what)), np.arange(groups) == victim
        want, wait_ds = np.array([what.conflict(victim, g) for g in range(groups)]), 0
        for tick in range(400):
            aspect = guard.permit(
                Decision(want, np.zeros(1, np.int32)), readings(tick, [-1] * groups), demand
            ).command.aspect
            wait_ds = 0 if aspect[victim] == Aspect.GREEN else wait_ds + 10
            if patience_ds[victim] > 10:
                assert wait_ds <= what.groups[victim].max_red_ds
