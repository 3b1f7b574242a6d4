"""The invariants I1 to I20 of the safety layer: each has a check that holds, and that fails without the guarding line.

I11 is, as far as commands to devices go, a promise of the adapters; what the guard adds to it is here.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pytest

import signals.safety
import signals.safety.guard
import signals.safety.interstage
import signals.safety.safe_world
from signals.model.intersections import SignalGroup
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import Aspect, Command, Decision
from signals.safety.guard import DO_NOT_WRITE, Guard
from tests.safety.driving import Run, legal_displays
from tests.safety.layouts import cross, intersection, network, random_intersection, readings
from tests.safety.planted import guard_with, plain_step, plant
from tests.safety.worlds import Cabinet, site

Make = Callable[..., Guard]
"""Builds a guard for a network: the true one, or one with a line taken out."""


def start(make: Make, what: Network | None = None, **settings: object) -> Run:
    what = what or cross()
    return Run(what, guard=make(what, on_violation="count", **settings))


def i1_no_conflict(make: Make) -> None:
    run = start(make).wish(0, 1, 2, ticks=300, demand=(0, 1, 2))
    run.wish(0, ticks=40).wish(1, ticks=10).wish(2, ticks=10)
    assert not [row for row in run.history if row[1] != "r" and row != "r" + row[1] + "r"]


def i2_minimum_green(make: Make) -> None:
    run = start(make, cross(red_amber_ds=0)).wish(0).wish(ticks=10)
    assert run.column(0)[:5] == "GGGGG"


def i3_amber_after_green(make: Make) -> None:
    run = start(make).wish(0, ticks=8).wish(ticks=10)
    assert "Ga" in run.column(0)


def i4_amber_is_exact(make: Make) -> None:
    run = start(make).wish(0, ticks=8).wish(ticks=10)
    assert run.column(0).count("a") == 3


def i5_intergreen(make: Make) -> None:
    run = start(make).wish(0, ticks=8).wish(1, ticks=12)
    assert run.column(1).index("G") - run.column(0).rindex("G") - 1 == 6


def i6_red_amber_is_exact(make: Make) -> None:
    run = start(make, cross(red_amber_ds=20)).wish(0, ticks=8)
    assert run.column(0) == "RRGGGGGG"


def i7_clearance_is_never_cut(make: Make) -> None:
    run = start(make).wish(2, ticks=8).wish(1, ticks=12)
    assert run.column(2)[8:] == "c" * 8 + "r" * 4


def i7_an_emergency_cuts_no_clearance(make: Make) -> None:
    run = start(make, cross(red_amber_ds=0)).wish(2, ticks=3).wish(ticks=12, calls={1: 1})
    assert run.column(2) == "GGG" + "c" * 8 + "r" * 4


def i2_an_emergency_cuts_no_minimum_green_of_vehicles(make: Make) -> None:
    run = start(make, cross(red_amber_ds=0)).wish(0).wish(ticks=8, calls={1: 1})
    assert run.column(0) == "GGGGGaaar"


def i9_calls_starve_nobody(make: Make) -> None:
    run = start(make)
    for _ in range(8):
        run.wish(0, ticks=60, demand=(1,), calls={0: 1}).wish(0, demand=(1,))
    assert run.column(1).index("G") <= 180 + 90


def i9_a_stuck_call_is_not_heard(make: Make) -> None:
    assert start(make).wish(1, ticks=220, calls={0: 1}).history[-1] == "rGr"


def i8_maximum_green(make: Make) -> None:
    run = start(make, cross(red_amber_ds=0)).wish(0, ticks=40, demand=(1,))
    assert run.column(0).index("a") == 30


def i8_maximum_green_even_if_the_rival_has_to_wait(make: Make) -> None:
    """The rival of main cannot be served: it stands behind one that waits for a green with a long minimum."""
    groups = [
        SignalGroup("main", User.VEHICLE, (0,), max_green_ds=100),
        SignalGroup("rival", User.VEHICLE, (1,)),
        SignalGroup("ahead", User.VEHICLE, (2,), max_red_ds=10),
        SignalGroup("long", User.VEHICLE, (3,), min_green_ds=300),
    ]
    run = start(make, network(intersection(groups, {(0, 1): 50, (1, 2): 50, (2, 3): 50})))
    run.wish(0, 3, ticks=20, demand=(1, 2))
    assert run.column(0).index("a") == 10


def i9_nobody_starves(make: Make) -> None:
    run = start(make, cross(max_green_ds=9000)).wish(0, ticks=100, demand=(1,))
    assert run.column(1).index("G") <= 90


def i10_no_flicker(make: Make) -> None:
    run = start(make, cross(red_amber_ds=20)).wish(0).wish(ticks=10)
    assert run.column(0) == "RRGGGGGaaar"


def i10_red_is_seen(make: Make) -> None:
    run = start(make, cross(red_amber_ds=0)).wish(0, ticks=5).wish().wish(0, ticks=5)
    assert "aG" not in run.column(0)


def i11_nonsense_changes_nothing(make: Make) -> None:
    what = cross(red_amber_ds=0)
    guard = make(what)
    stage = np.zeros(1, np.int32)
    guard.permit(Decision(np.array([True, False, False]), stage), readings(0, [-1] * 3), np.zeros(3, np.bool_))
    for tick, want in enumerate((np.zeros(2, np.bool_), np.full(3, np.nan), np.zeros((3, 1), np.bool_), None) * 3, 1):
        verdict = guard.permit(Decision(want, stage), readings(tick, [-1] * 3), np.zeros(3, np.bool_))
        assert verdict.command.aspect.tolist() == [Aspect.GREEN, Aspect.RED, Aspect.RED]


def i12_total(make: Make) -> None:
    what = network(*[random_intersection(random.Random(seed), name=f"x{seed}") for seed in range(3)])
    guard, draw = make(what, on_violation="count"), np.random.default_rng(12)
    groups = len(guard._want)
    for _ in range(60):
        for array in guard._state:
            info = np.iinfo(array.dtype)
            array[:] = draw.integers(info.min, info.max, array.shape, endpoint=True)
        guard._state.charge[:] = draw.integers(0, 3, 3)
        want, demand = draw.random((2, groups)) < 0.5
        shown = draw.integers(-128, 128, groups)
        aspect = guard.permit(Decision(want, np.full(3, -1, np.int32)), readings(0, shown), demand).command.aspect
        assert set(aspect.tolist()) <= {0, 1, 2, 3, 4}


def i15_every_wish_is_reached(make: Make) -> None:
    for seed in range(5):
        rng = random.Random(seed)
        run = start(make, cold_start="street")
        for _ in range(40):
            run.wish(*[g for g in range(3) if rng.random() < 0.5], ticks=rng.randint(1, 9))
        run.wish(1, ticks=25)  # at most: red-amber 1, minimum 6, clearance 8 and intergreen 9, and a tick to notice
        assert run.history[-1] == "rGr"


def i17_no_deadlock(make: Make) -> None:
    for seed in range(5):
        rng = random.Random(seed)
        run = start(make)
        for _ in range(20):
            run.wish(*[g for g in range(3) if rng.random() < 0.5], ticks=rng.randint(1, 9))
        run.wish(0, 1, 2, ticks=25)
        assert any("G" in row for row in run.history[-25:])


def i18_what_is_legal_is_not_touched(make: Make) -> None:
    for seed in range(25):
        rng = random.Random(seed)
        tick_ds = rng.choice((10, 10, 20, 7))
        what = random_intersection(rng)
        guard = make(network(what), tick_ds=tick_ds)
        groups, stage = len(what.groups), np.full(1, -1, np.int32)
        for tick, shows in enumerate(legal_displays(what, tick_ds, rng, 80)):
            want = np.array([aspect in (Aspect.GREEN, Aspect.RED_AMBER) for aspect in shows])
            verdict = guard.permit(Decision(want, stage), readings(tick, [-1] * groups), np.zeros(groups, np.bool_))
            assert verdict.command.aspect.tolist() == shows
            assert not verdict.reason[np.array(shows) != Aspect.RED_AMBER].any()
            assert not verdict.violations


def i20_a_fault_stays(make: Make) -> None:
    what = cross(red_amber_ds=0)
    guard = make(what)
    wish, nobody = Decision(np.array([True, False, False]), np.zeros(1, np.int32)), np.zeros(3, np.bool_)
    shown = guard.permit(wish, readings(0, [-1] * 3), nobody).command.aspect.copy()
    assert guard.permit(wish, readings(1, [2, 2, 0]), nobody).violations
    for tick in range(2, 9):
        verdict = guard.permit(wish, readings(tick, shown), nobody)
        assert not verdict.command.write[0]
        assert not verdict.violations
    assert guard.latched.tolist() == [True]


class Guarded(NamedTuple):
    check: Callable[[Make], None]
    line: str
    instead: str
    module: ModuleType = signals.safety.interstage


GUARDED = [
    Guarded(i1_no_conflict, "        if shows != RED:\n", "        if False:\n"),
    Guarded(i2_minimum_green, "wish[g] <= REFUSED and age_ds >= least_ds", "wish[g] <= REFUSED"),
    Guarded(i3_amber_after_green, "now = AMBER if site.amber_ds[g] > 0 else CLEARANCE", "now = CLEARANCE"),
    Guarded(i4_amber_is_exact, "if age_ds >= site.amber_ds[g]:", "if True:"),
    Guarded(i4_amber_is_exact, "if age_ds >= site.amber_ds[g]:", "if age_ds > site.amber_ds[g]:"),
    Guarded(i5_intergreen, "state.ended_ds[j] < site.between_ds[c] - site.red_amber_ds[g]", "False"),
    Guarded(i5_intergreen, "site.between_ds[c] - site.red_amber_ds[g]", "site.between_ds[c]"),
    Guarded(i6_red_amber_is_exact, "if age_ds >= site.red_amber_ds[g]:", "if True:"),
    Guarded(i6_red_amber_is_exact, "state.aspect[g] = RED_AMBER", "state.aspect[g] = GREEN"),
    Guarded(i7_clearance_is_never_cut, "if age_ds >= site.clearance_ds[g]:", "if True:"),
    Guarded(i7_clearance_is_never_cut, "else CLEARANCE if site.clearance_ds[g] > 0 else RED", "else RED"),
    Guarded(i8_maximum_green, "            _end_at_maximum(site, state, demand, first, last)\n", ""),
    Guarded(
        i7_an_emergency_cuts_no_clearance,
        "if age_ds >= site.clearance_ds[g]:",
        "if age_ds >= site.clearance_ds[g] or state.wish[g] == CUT:",
    ),
    Guarded(
        i2_an_emergency_cuts_no_minimum_green_of_vehicles,
        "least_ds = site.least_green_ds[g] if wish[g] == CUT",
        "least_ds = 0 if wish[g] == CUT",
    ),
    Guarded(i9_calls_starve_nobody, "            rank += OVERDUE\n", "            pass\n"),
    Guarded(
        i9_a_stuck_call_is_not_heard,
        " and state.called_ds[g] <= site.emergency_ds:\n            rank",
        ":\n            rank",
    ),
    Guarded(
        i8_maximum_green_even_if_the_rival_has_to_wait,
        "state.wish[g], state.reason[g] = REFUSED, MAX_GREEN",
        "pass",
    ),
    Guarded(i9_nobody_starves, "            _serve_pressing(site, state, preempt, first, last)\n", ""),
    Guarded(i10_no_flicker, "                now = GREEN\n", "                now = GREEN if state.wish[g] else RED\n"),
    Guarded(i10_red_is_seen, "GRANTED if state.age_ds[g] > 0 else INTERGREEN", "GRANTED"),
    Guarded(
        i11_nonsense_changes_nothing,
        "self._want[:] = (aspect == Aspect.GREEN) | (aspect == Aspect.RED_AMBER)",
        "self._want[:] = False",
        signals.safety.guard,
    ),
    Guarded(
        i12_total,
        "else:  # not one of ours: total all the same\n            now = RED",
        "else:\n            now = before",
    ),
    Guarded(i15_every_wish_is_reached, "state.startup_ds[i] -= site.tick_ds", "pass"),
    Guarded(i17_no_deadlock, "GRANTED if state.age_ds[g] > 0 else INTERGREEN", "INTERGREEN"),
    Guarded(
        i18_what_is_legal_is_not_touched,
        "state.ended_ds[j] < site.between_ds[c]",
        "state.ended_ds[j] <= site.between_ds[c]",
    ),
    Guarded(i20_a_fault_stays, "self._write &= ~self._monitor.latched", "pass", signals.safety.guard),
]


@pytest.mark.parametrize("check", dict.fromkeys(guarded.check for guarded in GUARDED), ids=lambda check: check.__name__)
def test_the_invariant_holds(check: Callable[[Make], None]) -> None:
    check(Guard)


@pytest.mark.parametrize("guarded", GUARDED, ids=lambda guarded: f"{guarded.check.__name__}: {guarded.line[:30]}")
def test_the_check_fails_without_its_line(guarded: Guarded) -> None:
    def make(what: Network, **settings: object) -> Guard:
        return guard_with(what, (guarded.line, guarded.instead), module=guarded.module, **settings)

    plant(guarded.module, (guarded.line, guarded.instead))  # or else the line is gone, which would pass for a failure
    with pytest.raises((AssertionError, ValueError)):
        guarded.check(make)


def _wander(guard: Guard, times_s: Iterable[float]) -> list[list[int]]:
    draw, seen = np.random.default_rng(14), []
    groups = len(guard._want)
    for time_s in times_s:
        want, demand = draw.random((2, groups)) < 0.5
        verdict = guard.permit(Decision(want, np.zeros(1, np.int32)), readings(time_s, [-1] * groups), demand)
        seen.append([*verdict.command.aspect.tolist(), *verdict.reason.tolist()])
    return seen


def _written_after_a_nap(module: Any) -> bool:
    """Sleep for three seconds between reading and writing, and say whether the device is written all the same."""
    now_s = [0.0]
    cabinet = Cabinet(site("a"))
    world = module.SafeWorld(cabinet.network, [cabinet], deadline_s=5.0, clock=lambda: now_s[0])
    with world:
        world.read()
        now_s[0] += 3.0
        world.write(Command(0.0, np.zeros(3, np.int8), np.ones(1, np.bool_)))
    return cabinet.written[-1][0]


def test_i13_a_command_older_than_two_seconds_is_not_written() -> None:
    assert not _written_after_a_nap(signals.safety.safe_world)
    assert _written_after_a_nap(plant(signals.safety.safe_world, ("age_s > DEAD_S", "False")))


def test_i14_clocks_that_jump_change_no_interval() -> None:
    times_s = [float(tick) for tick in range(200)]
    jumping = [time_s + 3600 * (time_s > 70) - 7200 * (time_s > 120) for time_s in times_s]
    assert _wander(Guard(cross()), times_s) == _wander(Guard(cross()), jumping)


def test_i16_the_same_wishes_give_the_same_bytes_compiled_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    times_s = [float(tick) for tick in range(300)]
    first = _wander(Guard(cross()), times_s)
    assert first == _wander(Guard(cross()), times_s)
    monkeypatch.setattr(signals.safety.guard, "step", plain_step())
    assert first == _wander(Guard(cross()), times_s)


def test_i15_letting_go_is_possible_in_every_state() -> None:
    run = start(Guard)
    for length in range(30):
        run.wish(0, 2, ticks=length)
        run.write = False
        run.wish()
        run.write = True
        assert run.history[-1] == "rrr"
    wish = Decision(np.ones(3, np.bool_), np.array([DO_NOT_WRITE], np.int32))
    assert not run.guard.permit(wish, readings(0, [-1] * 3), np.ones(3, np.bool_)).command.write[0]
    assert not run.violations


@pytest.mark.parametrize("name", ["monitor", "watch"])
def test_i19_the_monitor_shares_nothing_with_the_kernel_but_the_site(name: str) -> None:
    folder = Path(signals.safety.__file__).parent
    tree = ast.parse((folder / f"{name}.py").read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {module for module in modules if module and module.startswith("signals.safety")} <= {"signals.safety.watch"}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "arrays"]
    kernel = ast.parse((folder / "interstage.py").read_text(encoding="utf-8"))
    names = {node.module for node in ast.walk(kernel) if isinstance(node, ast.ImportFrom)}
    assert not [module for module in names if module and module.startswith("signals.safety")]
