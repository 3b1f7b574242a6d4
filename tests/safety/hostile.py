"""A guard between a mad controller, mad detectors and mad emergency vehicles, for as long as it takes to break a rule."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from signals.model.intersections import SignalGroup
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import Decision
from signals.safety.guard import DO_NOT_WRITE, Guard
from tests.safety.layouts import intersection, network, readings

GROUPS = 8
MOOD = 300
"""For how many ticks emergency vehicles keep to a mood: there are none, some, some that are stuck, and some that come
back as soon as they have gone."""
MANNER = 4 * MOOD
"""For how many ticks controller and detectors keep to a manner: changeful and letting go, changeful, stubborn with a
demand that flickers, stubborn while everybody waits and no emergency vehicle comes."""
TICKS = 8 * MANNER


def site() -> Network:
    """Two intersections with everything in them, whose matrices differ in every way."""
    car = {"min_green_ds": 50, "amber_ds": 30, "max_green_ds": 200, "max_red_ds": 300}
    groups = [
        SignalGroup("car 1", User.VEHICLE, (0,), red_amber_ds=20, **car),
        SignalGroup("car 2", User.VEHICLE, (1,), red_amber_ds=15, **car | {"min_green_ds": 90}),
        SignalGroup("walk", User.PEDESTRIAN, (2,), min_green_ds=60, amber_ds=0, clearance_ds=80, max_red_ds=300),
        SignalGroup("cycle", User.BICYCLE, (3,), min_green_ds=40, amber_ds=20, clearance_ds=30, max_red_ds=300),
    ]
    between = {(0, 1): 40, (1, 0): 70, (0, 2): 50, (2, 0): 100, (1, 3): 40, (3, 1): 60, (2, 3): 90, (3, 2): 60}
    other = {(0, 2): 50, (2, 0): 110, (0, 3): 60, (3, 0): 50, (1, 2): 80, (2, 1): 90, (0, 1): 0, (1, 0): 0}
    patient = [replace(group, max_red_ds=600) for group in groups]
    return network(intersection(patient, between, "a"), intersection(groups, other, "b"))


def calls(rng: random.Random) -> Iterator[np.ndarray]:
    """Draw emergency calls, tick by tick."""
    called, nobody = np.zeros((2, GROUPS), np.int8)
    for tick in range(TICKS):
        mood, since = tick // MOOD % 4, tick % MOOD
        if since == 0 or (mood == 1 and rng.random() < 0.05):
            called = np.array([rng.choice((0, 0, 0, 1, 2)) for _ in range(GROUPS)], np.int8)
        quiet = mood == 0 or tick // MANNER % 4 == 3 or (mood == 3 and since % 100 == 99)
        yield nobody if quiet else called


def rules_broken(guard: Guard, until: str, seed: int = 3) -> set[str]:
    """Wish at random, now and then let go or show something else; stop when a rule has been broken."""
    rng, draw = random.Random(seed), np.random.default_rng(seed)
    want, demand, shown = draw.random((3, GROUPS)) < 0.5
    stage, seen = np.zeros(2, np.int32), set[str]()
    for tick, preempt in enumerate(calls(rng)):
        manner = tick // MANNER % 4
        if rng.random() < (0.15 if manner < 2 else 0.003):
            want = draw.random(GROUPS) < rng.choice((0.1, 0.5, 0.9))
        if rng.random() < 0.02:
            demand = draw.random(GROUPS) < rng.choice((0.2, 0.9, 1))
        stage[:] = DO_NOT_WRITE if manner == 0 and rng.random() < 0.02 else 0
        waiting = (demand, demand, demand & (draw.random(GROUPS) < 0.5), np.ones(GROUPS, np.bool_))[manner]
        reported = shown if rng.random() < 0.98 else shown[:1]  # of the wrong shape: it cannot be read back
        verdict = guard.permit(Decision(want, stage), readings(tick, reported, preempt), waiting)
        shown = verdict.command.aspect.copy()
        if not verdict.command.write[0]:
            shown[:4] = rng.choice(((0, 0, 0, 0), (2, 2, 2, 2), (2, 0, 0, 0), (0, 2, 2, 0)))
        seen |= {violation.rule for violation in verdict.violations}
        if until in seen:
            break
    return seen
