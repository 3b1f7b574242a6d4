"""The shadow of a guard beside the guard."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from signals.control.wishes import Wishes
from signals.env.shadow import MOST_MISSED, ShadowGuard
from signals.errors import InputError
from signals.model.crossroads import crossroads
from signals.model.values import Aspect, ByteArray, Decision, Snapshot
from signals.safety.guard import Guard
from signals.testing import random_snapshot
from tests.safety.layouts import readings

NETWORK = crossroads()
WISHES = Wishes(NETWORK)
GROUPS = len(NETWORK.arrays.group_user)


def wish(stage: int) -> Decision:
    return WISHES.of_stages(np.array([stage], np.int32))


def snapshots(shown: list[ByteArray], seed: int = 1) -> Iterator[Snapshot]:
    """What is believed tick after tick; what is shown is the last of the list."""
    rng = np.random.default_rng(seed)
    for tick in range(10_000):
        yield random_snapshot(NETWORK, rng, float(tick))._replace(aspect=shown[-1])


def refusals(asked: object, now: object, snapshot: Snapshot) -> list[int]:
    return [int(asked.refusals(wish(stage), now, snapshot.demand)[0]) for stage in range(4)]


def test_it_answers_like_the_guard_whatever_is_wished() -> None:
    guard, shadow = Guard(NETWORK), ShadowGuard(NETWORK, 10)
    rehearsal, shown, seen = guard.rehearsal(), [np.full(GROUPS, Aspect.UNKNOWN, np.int8)], set()
    rng, stage = np.random.default_rng(2), 0
    for tick, snapshot in zip(range(1500), snapshots(shown), strict=False):
        now = shadow.follow(snapshot)
        assert not shadow.strange.any()
        told = refusals(shadow, now, snapshot)
        assert told == refusals(rehearsal, now, snapshot)
        seen |= set(told)
        stage = int(rng.integers(4)) if tick % 97 == 0 else stage
        shadow.note(wish(stage), now, snapshot.demand)
        shown.append(guard.permit(wish(stage), now, snapshot.demand).command.aspect.copy())
    assert len(seen) > 1


def test_what_is_shown_otherwise_is_taken_over() -> None:
    guard, shadow = Guard(NETWORK), ShadowGuard(NETWORK, 10)
    shown, strange = [np.full(GROUPS, Aspect.UNKNOWN, np.int8)], []
    for tick, busy in zip(range(400), snapshots(shown), strict=False):
        snapshot = busy._replace(demand=np.zeros(GROUPS, np.bool_))
        now = shadow.follow(snapshot)
        strange.append(bool(shadow.strange[0]))
        if strange[-1]:
            assert refusals(shadow, now, snapshot) == [0] * 4
        wanted = wish(0)
        followed = wanted if not 50 <= tick < 80 else wish(2)  # somebody else is followed for half a minute
        shadow.note(wanted, now, snapshot.demand)
        shown.append(guard.permit(followed, now, snapshot.demand).command.aspect.copy())
    assert not any(strange[:50])
    assert any(strange[50:110])
    assert not any(strange[200:])


def test_ticks_that_were_missed_are_made_up_for() -> None:
    guard, shadow = Guard(NETWORK), ShadowGuard(NETWORK, 10)
    shown = [np.full(GROUPS, Aspect.UNKNOWN, np.int8)]
    nobody = np.zeros(GROUPS, np.bool_)
    rng, asked = np.random.default_rng(1), 0
    for tick in range(300):
        snapshot = random_snapshot(NETWORK, rng, float(tick))._replace(aspect=shown[-1], demand=nobody)
        stage = tick // 60 % 4
        if tick % 60 not in range(20, 45):  # for 25 s nobody asks, and what was wished last is held
            now, asked = shadow.follow(snapshot), asked + 1
            assert not shadow.strange.any()
            shadow.note(wish(stage), now, nobody)
        shown.append(guard.permit(wish(stage), readings(tick, shown[-1]), nobody).command.aspect.copy())
    assert asked == 300 - 5 * 25
    much_later = random_snapshot(NETWORK, rng, 300.0 + 2 * MOST_MISSED)._replace(aspect=shown[-1], demand=nobody)
    shadow.follow(much_later)  # within the bound, or this would take for ever


@pytest.mark.parametrize("time_s", [0.0, -1.0, 0.5, 1.5])
def test_ticks_of_another_length_are_an_error(time_s: float) -> None:
    shadow, rng = ShadowGuard(NETWORK, 10), np.random.default_rng(1)
    snapshot = random_snapshot(NETWORK, rng, 0.0)
    shadow.note(wish(0), shadow.follow(snapshot), snapshot.demand)
    with pytest.raises(InputError, match="give tick_s= the length of the scenario's tick"):
        shadow.follow(random_snapshot(NETWORK, rng, time_s))
