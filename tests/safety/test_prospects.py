"""What is promised about the next change is kept, whatever is wished."""

from __future__ import annotations

import random

import numpy as np
import pytest

from signals.model.values import Aspect, Decision
from signals.safety.guard import DO_NOT_WRITE, Guard
from signals.safety.prospects import Bounds
from tests.safety.layouts import cross, draw_network, readings

RED, RED_AMBER, GREEN, AMBER, CLEARANCE = (
    Aspect.RED,
    Aspect.RED_AMBER,
    Aspect.GREEN,
    Aspect.AMBER,
    Aspect.CLEARANCE,
)
NOBODY = np.zeros(3, np.bool_)
NEVER_DS = np.int64(1 << 40)


class Drive:
    """A guard at the cross of two streets and a crossing, tick by tick."""

    def __init__(self, **settings: int) -> None:
        self.guard = Guard(cross(**settings))
        self.prospects = self.guard.prospects()
        self.shown = np.full(3, -1, np.int8)

    def tick(self, *wanted: int, demand: tuple[int, ...] = ()) -> Bounds:
        want, waiting = NOBODY.copy(), NOBODY.copy()
        want[list(wanted)], waiting[list(demand)] = True, True
        verdict = self.guard.permit(Decision(want, np.full(1, -1, np.int32)), readings(0, self.shown), waiting)
        self.shown = verdict.command.aspect.copy()
        return Bounds._make(column.copy() for column in self.prospects.look())


def test_before_anything_is_written_nothing_is_known() -> None:
    drive = Drive()
    found = drive.prospects.look()
    assert found.earliest_ds.tolist() == found.latest_ds.tolist() == [-1, -1, -1]
    stage = np.full(1, DO_NOT_WRITE, np.int32)
    drive.guard.permit(Decision(NOBODY, stage), readings(0, drive.shown), NOBODY)
    assert drive.prospects.look().earliest_ds.tolist() == [-1, -1, -1]


def test_what_lasts_its_time_is_known_exactly() -> None:
    drive = Drive()
    place = cross().intersections[0]
    first = place.groups[0]
    drive.tick()
    found = drive.tick(0)
    assert found.aspect[0] == RED_AMBER
    assert found.earliest_ds[0] == found.latest_ds[0] == -(-first.red_amber_ds // 10) * 10
    while found.aspect[0] == RED_AMBER:
        found = drive.tick(0)
    assert (found.aspect[0], found.earliest_ds[0], found.latest_ds[0]) == (GREEN, first.min_green_ds, -1)
    while found.aspect[0] == GREEN:
        left_ds = found.earliest_ds[0]
        found = drive.tick()
    assert left_ds <= 10
    assert (found.aspect[0], found.earliest_ds[0], found.latest_ds[0]) == (AMBER, first.amber_ds, first.amber_ds)


def test_a_green_whose_rivals_wait_ends_at_its_maximum() -> None:
    drive = Drive(red_amber_ds=0)
    drive.tick()
    found = drive.tick(0, demand=(1,))
    assert found.aspect[0] == GREEN
    promised = int(found.latest_ds[0])
    assert promised == cross().intersections[0].groups[0].max_green_ds
    for passed in range(10, promised, 10):
        found = drive.tick(0, demand=(1,))
        assert (found.aspect[0], found.latest_ds[0]) == (GREEN, promised - passed)
    assert drive.tick(0, demand=(1,)).aspect[0] == AMBER
    assert drive.tick(0).latest_ds[0] > 0
    quiet = Drive(red_amber_ds=0)
    quiet.tick()
    assert quiet.tick(0).latest_ds[0] == -1


def test_whoever_starts_first_that_is_the_time_which_was_promised() -> None:
    """Ended at once and wanted at once, a rival starts when it was promised that it could, not a tick later."""
    drive = Drive(red_amber_ds=0)
    drive.tick()
    found = drive.tick(0)
    promised, passed = int(found.earliest_ds[1]), 0
    assert found.aspect[1] == RED
    while found.aspect[1] == RED:
        found, passed = drive.tick(1, demand=(1,)), passed + 10
    assert promised == passed


@pytest.mark.parametrize("seed", range(60))
def test_promises_are_kept_whatever_happens(seed: int) -> None:
    rng = random.Random(seed)
    what, _ = draw_network(rng)
    tick_ds = rng.choice((5, 10))
    guard = Guard(what, tick_ds=tick_ds, cold_start=rng.choice(("simulated", "street")))
    prospects = guard.prospects()
    size, places = len(what.arrays.min_green_ds), len(what.intersections)
    owner = np.repeat(np.arange(places), np.diff(what.arrays.group_offset))
    chance, kinds = np.random.default_rng(seed), set[int]()
    shown, want = np.full(size, Aspect.UNKNOWN, np.int8), np.zeros(size, np.bool_)
    before, not_before_ds = np.full(size, -1, np.int8), np.full(size, -1, np.int64)
    for tick in range(400):
        if tick % rng.choice((1, 5, 40)) == 0:
            want = chance.random(size) < 0.5
        stage = np.where(chance.random(places) < 0.01, DO_NOT_WRITE, -1).astype(np.int32)
        calls = (chance.random(size) < rng.choice((0.0, 0.02))).astype(np.int8)
        demand = chance.random(size) < 0.7
        verdict = guard.permit(Decision(want, stage), readings(tick, shown, calls), demand)
        shown = verdict.command.aspect.copy()
        written = verdict.command.write[owner]
        changed = (shown != before) & (before >= 0) & written
        assert (tick * tick_ds >= not_before_ds)[changed].all()
        kinds |= set(before[changed].tolist())
        bounds = prospects.look()
        assert (bounds.earliest_ds[written] >= 0).all()
        assert (bounds.earliest_ds[~written] == -1).all()
        assert ((bounds.latest_ds == -1) | (bounds.latest_ds >= bounds.earliest_ds)).all()
        same = (shown == before) & written
        new_ds = tick * tick_ds + bounds.earliest_ds
        not_before_ds = np.where(same, np.maximum(not_before_ds, new_ds), new_ds)
        before = np.where(written, shown, -1).astype(np.int8)
    assert {RED, GREEN} <= kinds


@pytest.mark.parametrize("seed", range(20))
def test_the_latest_moments_are_kept_while_everybody_waits(seed: int) -> None:
    rng = random.Random(seed)
    what, _ = draw_network(rng)
    guard = Guard(what)
    prospects = guard.prospects()
    size, stage = len(what.arrays.min_green_ds), np.full(len(what.intersections), -1, np.int32)
    chance, waiting = np.random.default_rng(seed), np.ones(size, np.bool_)
    shown, want = np.full(size, Aspect.UNKNOWN, np.int8), np.zeros(size, np.bool_)
    before, until_ds = np.full(size, -1, np.int8), np.full(size, NEVER_DS)
    seen = 0
    for tick in range(600):
        if tick % 50 == 0:
            want = chance.random(size) < 0.5
        shown = guard.permit(Decision(want, stage), readings(tick, shown), waiting).command.aspect.copy()
        stays = shown == before
        assert (10 * tick < until_ds)[stays].all()
        latest_ds = prospects.look().latest_ds
        new_ds = np.where(latest_ds < 0, NEVER_DS, 10 * tick + latest_ds.astype(np.int64))
        until_ds = np.where(stays, np.minimum(until_ds, new_ds), new_ds)
        before, seen = shown, seen + int((latest_ds >= 0).sum())
    assert seen > 100
