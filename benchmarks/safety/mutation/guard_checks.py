"""What a mutant of the guard is held against: its naive twin, on what is sound and on what is not."""

from __future__ import annotations

import inspect
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from benchmarks.safety.mutation.kernel_checks import draw_site
from signals.errors import UnknownNameError
from signals.model.intersections import SignalGroup, Stage
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import Aspect, Decision, Violation
from signals.safety.interstage import NOT_WRITTEN, REASONS, State, step
from signals.safety.monitor import Monitor
from signals.safety.watch import watch
from tests.safety.layouts import cross, intersection, network, readings
from tests.safety.naive_guard import DO_NOT_WRITE, Answer, Fault, Given, NaiveGuard

UNKNOWN = -1
TICKS = 80


class Tick(NamedTuple):
    """What a guard is given in a tick, what a person does before, and what it has to answer."""

    reset: int
    given: Given
    answer: Answer
    latched: list[bool]


class Service(NamedTuple):
    """A site, the settings of its guard, and what happens."""

    name: str
    site: Network
    settings: dict[str, Any]
    listens: bool
    ticks: list[Tick]


def services(seed: int, count: int) -> Iterator[Service]:
    """Draw what happens."""
    for number in range(count):
        yield _drawn(random.Random(f"{seed} {number}"), f"{seed}.{number}")


def _drawn(rng: random.Random, name: str) -> Service:
    plain, rows, tick_ds, _ = draw_site(rng)
    what = plain if rng.random() < 0.5 else _with_stages(rng, plain)
    settings = {
        "tick_ds": rng.choice((tick_ds, tick_ds, 10, 100)),  # 100: an emergency of 180 s ends within the trace
        "cold_start": rng.choice(("simulated", "street")),
        "on_violation": rng.choice(("stop-writing", "stop-writing", "count")),
        "max_lag_ticks": rng.choice((0, 0, 1, 2)),
        "latched": rng.choice(((), (), ("b",), ("a", "c"))),
    }
    twin, ticks = NaiveGuard(what, **settings), []
    for reset, given in _given(rng, rows, ticks, settings["max_lag_ticks"]):
        if reset >= 0:
            twin.reset(reset)
        ticks.append(Tick(reset, given, twin.permit(given), list(twin.latched)))
    defaults = {
        "tick_ds": 10,
        "cold_start": "simulated",
        "on_violation": "stop-writing",
        "max_lag_ticks": 0,
        "latched": (),
    }
    unusual = {key: value for key, value in settings.items() if value != defaults[key]}
    return Service(name, what, unusual, rng.random() < 0.7, ticks)


def _with_stages(rng: random.Random, what: Network) -> Network:
    """Give every intersection a few stages, some with late starts and early cut-offs."""
    places = []
    for place in what.intersections:
        stages = []
        for name in "pqr":
            groups = [g for g in range(len(place.groups)) if rng.random() < 0.6]
            groups = [g for k, g in enumerate(groups) if not any(place.conflict(g, j) for j in groups[:k])]
            late, early = (_offsets(rng, len(groups)) for _ in range(2))
            both = {"late_start_ds": late, "early_cutoff_ds": early}
            stages.append(Stage(name, tuple(groups), **rng.choice(({}, both))))
        places.append(replace(place, stages=tuple(stages)))
    return network(*places)


def _offsets(rng: random.Random, count: int) -> tuple[int, ...]:
    """Draw offsets of the groups of a stage; somebody has none."""
    drawn = [rng.choice((0, 1, 3, 20)) for _ in range(count)]
    return tuple(one - min(drawn) for one in drawn)


def _given(rng: random.Random, rows: list[slice], ticks: list[Tick], lag: int) -> Iterator[tuple[int, Given]]:
    groups, draw = rows[-1].stop, np.random.default_rng(rng.randrange(2**32))
    change, calls, noise = rng.choice((0.1, 0.5)), rng.choice((0, 0.1, 0.3)), rng.choice((0, 0, 0.003, 0.03))
    want, demand = draw.random((2, groups)) < 0.5
    preempt = np.zeros(groups, np.int8)
    for _ in range(TICKS):
        want = draw.random(groups) < 0.5 if rng.random() < change else want
        demand = draw.random(groups) < rng.choice((0.1, 0.7, 1)) if rng.random() < 0.1 else demand
        if rng.random() < 0.05:
            preempt = np.where(draw.random(groups) < calls, draw.integers(-1, 4, groups), 0)
        stage = np.where(draw.random(len(rows)) < 0.05, DO_NOT_WRITE, draw.integers(-4, 3, len(rows)))
        stage[stage < DO_NOT_WRITE] = 0
        shown = (
            draw.choice([-1, 0, 0, 0, 0, 0, 1, 2, 3, 4], groups) if not ticks else _shown(rng, draw, ticks, lag, noise)
        )
        parts = [column.tolist() if rng.random() > 0.05 else None for column in (want, stage, shown, preempt, demand)]
        yield rng.randrange(len(rows)) if rng.random() < 0.05 else -1, Given(*parts)


def _shown(rng: random.Random, draw: np.random.Generator, ticks: list[Tick], lag: int, noise: float) -> np.ndarray:
    late = rng.randint(0, min(lag, len(ticks) - 1)) if rng.random() < 0.2 else 0
    before = ticks[-1 - late].answer.aspects
    shown = np.where(draw.random(len(before)) < noise, draw.integers(-1, 6, len(before)), before)
    return shown if rng.random() < 0.95 else np.full(len(before), UNKNOWN)


def unlike_answers(names: dict[str, Any], case: Service) -> str:
    """Run a guard, and say where its answer first differs."""
    told: list[tuple[Violation, ...]] = []
    guard = names["Guard"](case.site, **case.settings, **{"on_latch": told.append} if case.listens else {})
    for tick, (reset, given, answer, latched) in enumerate(case.ticks):
        if reset >= 0:
            guard.reset(reset)
        told.clear()
        verdict = guard.permit(*_made(given, tick))
        said = Answer(
            verdict.command.aspect.tolist(),
            verdict.command.write.tolist(),
            [REASONS[number] for number in verdict.reason],
            _faults(verdict.violations),
            _faults(fault for call in told for fault in call),
        )
        for name, one, other in zip(Answer._fields, said, answer, strict=True):
            if one != other and (name != "told" or case.listens):
                return f"{name} in tick {tick} of {case.name}"
        if guard.latched.tolist() != latched:
            return f"latched in tick {tick} of {case.name}"
        if verdict.command.time_s != tick / 4:
            return f"time in tick {tick} of {case.name}"
        if case.listens and len(told) != bool(answer.told):
            return f"how often it tells in tick {tick} of {case.name}"
    return ""


def _made(given: Given, tick: int) -> tuple[Any, Any, Any]:
    """Make what a guard is given; what is None gets a wrong shape or kind, another one every time."""
    odd = (None, "nonsense", np.zeros(1, np.complex64), [True])[tick % 4]
    groups = next((len(part) for part in (given.want, given.shown, given.preempt, given.demand) if part is not None), 1)
    want, shown, preempt, demand = (
        np.array(part, kind) if part is not None else odd
        for part, kind in zip(
            (given.want, given.shown, given.preempt, given.demand), (np.bool_, np.int8, np.int8, np.bool_), strict=True
        )
    )
    stage = np.array(given.stage, np.int32) if given.stage is not None else odd
    decision = Decision(want, stage) if given.want is not None or given.stage is not None else odd
    return decision, readings(tick / 4, np.zeros(groups))._replace(aspect=shown, preempt=preempt), demand


def _faults(violations: Sequence[Violation] | Iterator[Violation]) -> list[Fault]:
    return sorted((v.intersection, v.rule, v.detail.split()[0], v.group, v.other) for v in violations)


def unlike_manners(names: dict[str, Any]) -> str:
    """Check what a guard refuses."""
    for tick_ds, refused in ((0, True), (-1, True), (1, False)):
        try:
            names["Guard"](cross(), tick_ds=tick_ds)
        except ValueError:
            right = refused
        else:
            right = not refused
        if not right:
            return f"a tick of {tick_ds}"
    try:
        names["Guard"](cross(), latched=("x", "nowhere"))
    except UnknownNameError as error:
        return "" if "nowhere" in str(error) else "the name that is unknown is not said"
    return "an unknown intersection is taken"


def unlike_rehearsal(names: dict[str, Any]) -> str:
    """Check who is asked before the guard decides: nobody who is latched, unless violations are only counted."""
    site = cross()
    groups, latched = len(site.arrays.min_green_ds), (site.intersections[0].id,)
    wish, nobody = Decision(np.zeros(groups, np.bool_), np.zeros(1, np.int32)), np.zeros(groups, np.bool_)
    for settings, refused in (
        ({}, False),
        ({"latched": latched}, True),
        ({"latched": latched, "on_violation": "count"}, False),
    ):
        told = names["Guard"](site, **settings).rehearsal().refusals(wish, readings(0, np.zeros(groups)), nobody)
        if told.tolist() != [NOT_WRITTEN if refused else 0]:
            return f"what a rehearsal says with {settings}"
    return ""


def unlike_prospects(names: dict[str, Any]) -> str:
    """Ask what is promised before anything is written: nothing is known, and somebody says so."""
    guard = names["Guard"](cross())
    found = guard.prospects().look()
    return "" if set(found.earliest_ds.tolist()) == set(found.latest_ds.tolist()) == {-1} else "something is promised"


def unlike_latches(names: dict[str, Any]) -> str:
    """Look who hears of what latches, where violations are only counted: of an intersection that has, no more."""
    told: list[list[int]] = []
    (one,) = cross().intersections
    guard = names["Guard"](
        network(one, replace(one, id="y")),
        on_violation="count",
        on_latch=lambda seen: told.append(sorted({violation.intersection for violation in seen})),
    )
    red, first, second = [Aspect.RED] * 3, [Aspect.GREEN, Aspect.GREEN, Aspect.RED], [Aspect.RED] + [Aspect.GREEN] * 2
    nobody, broken = np.zeros(6, np.bool_), []
    for tick, (here, there) in enumerate([(red, red), (first, red), (red, red), (second, first)]):
        found = guard.permit(Decision(nobody, np.zeros(2, np.int32)), readings(tick, here + there), nobody)
        broken.append(sorted({violation.intersection for violation in found.violations}))
    if (broken[1], broken[3]) != ([0], [0, 1]):
        return f"broken rules: {broken}"
    return "" if told == [[0], [1]] else f"told of latches: {told}"


def unlike_settled(names: dict[str, Any]) -> str:
    """Work on the arrays of a guard, as a kernel does for many ticks, until its memory breaks: that has to tell."""
    told: list[tuple[Violation, ...]] = []
    alone, asked = names["Guard"](cross(), on_latch=told.append), names["Guard"](cross())
    site, memory, inputs, card, commands, displays, diary = alone.columns
    want, demand, preempt, shown, write = map(np.asarray, inputs)
    out, nobody, seen = np.asarray(State(*memory).out), np.zeros(3, np.bool_), np.full(3, UNKNOWN, np.int8)
    write[:] = True
    for tick in range(30):
        wanted = np.arange(3) == tick // 12
        if tick == 20:
            for guard in (alone, asked):
                np.asarray(State(*guard.columns[1]).aspect)[:] = Aspect.GREEN
        verdict = asked.permit(Decision(wanted, np.zeros(1, np.int32)), readings(tick, seen), nobody)
        want[:], demand[:], preempt[:], shown[:] = wanted, nobody, 0, seen
        step(site, memory, want, demand, preempt, shown, write)
        count = watch(card, commands, displays, diary, demand, preempt, shown, out, write)
        if alone.settle(float(tick), count) != verdict.violations or bool(verdict.violations) != (tick == 20):
            return f"violations in tick {tick}"
        if alone.latched.tolist() != [tick >= 20] or len(told) != (tick >= 20):
            return f"what follows from them in tick {tick}"
        seen = verdict.command.aspect.copy()
    return ""


def unlike_emergencies(names: dict[str, Any]) -> str:
    """Check whose green an emergency may cut, and for how long it is heard."""
    everybody = [SignalGroup(user.name, user, (user,), min_green_ds=50) for user in User]
    if names["_site"](network(intersection(everybody, {})), 10).least_green_ds.tolist() != [50, 0, 50, 50]:
        return "greens that may be cut"
    heard_ds = inspect.signature(Monitor).parameters["emergency_ds"].default
    return "" if names["EMERGENCY_DS"] == heard_ds else "the monitor hears calls for longer or shorter"
