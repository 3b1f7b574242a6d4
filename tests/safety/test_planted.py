"""Bugs that people write, planted in the kernel: the monitor has to find every one, and to name it."""

from __future__ import annotations

import random

import numpy as np
import pytest

from signals.model.intersections import SignalGroup
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import Decision
from signals.safety.guard import DO_NOT_WRITE, Guard
from tests.safety.layouts import intersection, network, readings
from tests.safety.planted import guard_with

BUGS = {
    "amber zero": ("now = AMBER if site.amber_ds[g] > 0 else CLEARANCE", "now = CLEARANCE", "skipped-amber"),
    "amber short": ("if age_ds >= site.amber_ds[g]:", "if age_ds >= site.amber_ds[g] - 10:", "short-amber"),
    "minimum off by one": (
        "age_ds >= site.min_green_ds[g]",
        "age_ds >= site.min_green_ds[g] - site.tick_ds",
        "short-green",
    ),
    "minimum of another group": ("age_ds >= site.min_green_ds[g]", "age_ds >= site.min_green_ds[first]", "short-green"),
    "wrong unit": ("return clock_ds + tick_ds", "return clock_ds + 10 * tick_ds", "short-green"),
    "clearance cut": ("if age_ds >= site.clearance_ds[g]:", "if age_ds >= site.clearance_ds[g] // 2:", "clearance-cut"),
    "clearance left out": ("else CLEARANCE if site.clearance_ds[g] > 0 else RED", "else RED", "clearance-cut"),
    "clearance after amber left out": ("now = CLEARANCE if site.clearance_ds[g] > 0 else RED", "now = RED", "clearance-cut"),
    "matrix transposed": (
        "(j - first) * (last - first) + g - first]\n        if between_ds != NO_CONFLICT:",
        "(g - first) * (last - first) + j - first]\n        if between_ds != NO_CONFLICT:",
        "intergreen",
    ),
    "matrix of the first intersection": (
        ('"""Return why a red group cannot start now, `GRANTED` if it can; of several reasons the longest-lasting."""\n'
        "    first, last, matrix = site.group_offset[i], site.group_offset[i + 1], site.matrix_offset[i]"),
        "first, last, matrix = site.group_offset[i], site.group_offset[i + 1], site.matrix_offset[0]",
        "conflict",
    ),
    "no intergreen": ("state.ended_ds[j] < between_ds - site.red_amber_ds[g]", "False", "intergreen"),
    "intergreen from the end of amber": (
        "                state.ended_ds[g] = 0\n                now = AMBER",
        "                now = AMBER",
        "intergreen",
    ),
    "red-amber subtracted twice": ("- site.red_amber_ds[g]:", "- 2 * site.red_amber_ds[g]:", "intergreen"),
    "red-amber left out": ("RED_AMBER if site.red_amber_ds[g] > 0 else GREEN", "GREEN", "short-red-amber"),
    "red-amber cut": ("if age_ds >= site.red_amber_ds[g]:", "if True:", "short-red-amber"),
    "red-amber given up": ("                now = GREEN\n", "                now = GREEN if state.wish[g] else RED\n", "illegal-transition"),
    "red not seen": ("GRANTED if state.age_ds[g] > 0 else INTERGREEN", "GRANTED", "illegal-transition"),
    "amber does not count": ("elif shows != RED:", "elif shows == GREEN:", "conflict"),
    "only half of the matrix": (
        "for j in range(first, last):\n        between_ds = site.intergreen_ds[matrix + (j - first) * (last - first) + g - first]\n        if",
        "for j in range(first, g):\n        between_ds = site.intergreen_ds[matrix + (j - first) * (last - first) + g - first]\n        if",
        "conflict",
    ),
    "two start at once": ("shows = state.aspect[j]", "shows = state.out[j]", "conflict"),
    "outputs reversed": ("state.out[g] = state.aspect[g]", "state.out[g] = state.aspect[first + last - 1 - g]", "conflict"),
    "an aspect that does not exist": ("state.out[g] = state.aspect[g]", "state.out[g] = state.aspect[g] * 3", "unknown-aspect"),
    "takes over anything": (" and (between_ds == NO_CONFLICT or shown[g] == RED or shown[j] == RED)", "", "conflict"),
    "no maximum green": ("            _end_at_maximum(site, state, demand, i)\n", "", "long-green"),
    "nobody is urgent": ("_serve_urgent(site, state, i)\n            _end", "_end", "max-red"),
    "the last becomes the first": ("over_ds > best_ds and (over", "(best < 0 or over_ds < best_ds) and over_ds >= 0 and (over", "max-red"),
    "the wait ends with red": ("RED, since_ds, since_ds, 0\n", "RED, since_ds, since_ds, -100000\n", "max-red"),
}  # fmt: skip


def site() -> Network:
    """Two intersections with everything in them, whose matrices differ in every way."""
    car = {"min_green_ds": 50, "amber_ds": 30, "max_green_ds": 200, "max_red_ds": 300}
    groups = [
        SignalGroup("car 1", User.VEHICLE, (0,), red_amber_ds=20, **car),
        SignalGroup("car 2", User.VEHICLE, (1,), red_amber_ds=20, **car | {"min_green_ds": 90}),
        SignalGroup("walk", User.PEDESTRIAN, (2,), min_green_ds=60, amber_ds=0, clearance_ds=80, max_red_ds=300),
        SignalGroup("cycle", User.BICYCLE, (3,), min_green_ds=40, amber_ds=20, clearance_ds=30, max_red_ds=300),
    ]
    between = {(0, 1): 40, (1, 0): 70, (0, 2): 50, (2, 0): 100, (1, 3): 40, (3, 1): 60, (2, 3): 90, (3, 2): 60}
    other = {(0, 2): 50, (2, 0): 110, (0, 3): 60, (3, 0): 50, (1, 2): 80, (2, 1): 90}
    return network(intersection(groups, between, "a"), intersection(groups, other, "b"))


def rules_broken(guard: Guard, until: str, ticks: int = 4000) -> set[str]:
    """Wish at random, now and then let go or change the display; stop when the rule has been broken."""
    rng, draw = random.Random(5), np.random.default_rng(5)
    want, demand, shown = draw.random((3, 8)) < 0.5
    stage, seen = np.zeros(2, np.int32), set[str]()
    for tick in range(ticks):
        if rng.random() < 0.15:
            want = draw.random(8) < rng.choice((0.1, 0.5, 0.9))
        if rng.random() < 0.02:
            demand = draw.random(8) < rng.choice((0.2, 0.9, 1))
        stage[:] = DO_NOT_WRITE if rng.random() < 0.002 else 0
        verdict = guard.permit(Decision(want, stage), readings(tick, shown), demand)
        shown = verdict.command.aspect.copy()
        if not verdict.command.write[0]:
            shown[:] = rng.choice((0, 2))
        seen |= {violation.rule for violation in verdict.violations}
        if until in seen:
            break
    return seen


def test_the_kernel_as_it_is_breaks_no_rule() -> None:
    assert rules_broken(Guard(site(), on_violation="count"), "") == set()


@pytest.mark.parametrize("name", BUGS)
def test_the_monitor_finds_the_bug(name: str) -> None:
    old, new, rule = BUGS[name]
    assert rule in rules_broken(guard_with(site(), (old, new), on_violation="count"), rule)


@pytest.mark.parametrize("name", BUGS)
def test_a_guard_with_the_bug_stops_writing(name: str) -> None:
    old, new, rule = BUGS[name]
    guard = guard_with(site(), (old, new))
    rules_broken(guard, rule)
    assert guard.latched.any()
