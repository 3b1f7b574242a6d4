"""What a mutant of the interstage kernel is held against: its naive twin, on traces drawn at random and by hand."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from signals.model.intersections import Intersection, SignalGroup
from signals.model.lanes import User
from signals.model.network import Network
from signals.safety.guard import _site
from signals.safety.interstage import REASONS, SATURATED, Site, State
from tests.safety.layouts import cross, draw_network, intersection, network
from tests.safety.planted import views
from tests.safety.twin import Twin

OUT, IN_CHARGE, COLD = 0, 1, 2
RED, GREEN, AMBER, UNKNOWN = 0, 2, 3, -1
TICKS = 100

SEEN = ("startup_ds", "age_ds", "ended_ds", "wait_ds", "called_ds", "charge", "aspect", "out", "reason")
"""Columns of the state that a twin knows as well: all but the workspace."""


class Inputs(NamedTuple):
    """What the kernel is told in a tick."""

    want: np.ndarray
    demand: np.ndarray
    preempt: np.ndarray
    shown: np.ndarray
    write: np.ndarray


class Trace(NamedTuple):
    """A site, a memory to begin with, what is told, and what has to be remembered and said after every tick."""

    name: str
    site: tuple[Any, ...]
    intersections: int
    groups: int
    start: bytes
    inputs: list[tuple[Any, ...]]
    expected: list[bytes]


class Memory:
    """A state of the kernel in one piece of memory, so that all of it is compared at once."""

    def __init__(self, intersections: int, groups: int) -> None:
        sizes = [intersections if name in ("startup_ds", "charge") else groups for name in SEEN]
        kinds = [np.dtype(np.int32 if name.endswith("_ds") else np.int8) for name in SEEN]
        self.ends = np.cumsum([size * kind.itemsize for size, kind in zip(sizes, kinds, strict=True)]).tolist()
        self.buffer = bytearray(self.ends[-1])
        starts = [0, *self.ends[:-1]]
        columns = {
            name: np.frombuffer(self.buffer, kind, size, start)
            for name, kind, size, start in zip(SEEN, kinds, sizes, starts, strict=True)
        }
        self.state = State(**columns, wish=np.zeros(groups, np.int8))

    def column_at(self, place: int) -> str:
        """Say which column a byte belongs to."""
        return next(name for name, end in zip(SEEN, self.ends, strict=True) if place < end)


def unlike_trace(names: dict[str, Any], case: Trace) -> str:
    """Run a kernel along a trace, and say where it first differs; nothing if it does not."""
    step = names["step"]
    memory = Memory(case.intersections, case.groups)
    memory.buffer[:] = case.start
    state = views(memory.state)
    for tick, (inputs, expected) in enumerate(zip(case.inputs, case.expected, strict=True)):
        step(case.site, state, *inputs)
        if memory.buffer != expected:
            place = next(k for k, (a, b) in enumerate(zip(memory.buffer, expected, strict=True)) if a != b)
            return f"{memory.column_at(place)} in tick {tick} of trace {case.name}"
    return ""


def traces(seed: int, count: int) -> Iterator[Trace]:
    """Draw traces."""
    for number in range(count):
        yield _drawn(random.Random(f"{seed} {number}"), f"{seed}.{number}")


def _drawn(rng: random.Random, name: str) -> Trace:
    what, rows, tick_ds, emergency_ds = draw_site(rng)
    wide = tick_ds > 3
    site = _site(what, tick_ds)._replace(emergency_ds=emergency_ds)
    memory = Memory(len(rows), rows[-1].stop)
    memory.state.charge[:] = rng.choice((OUT, IN_CHARGE, COLD))
    twins = [
        Twin(place, tick_ds, site.patience_ds[own].tolist(), cold=False, emergency_ds=emergency_ds)
        for place, own in zip(what.intersections, rows, strict=True)
    ]
    if rng.random() < 0.5:
        remember(rng, memory.state, site, rng.choice((30, 300)) if wide else 12)
    for i, (twin, own) in enumerate(zip(twins, rows, strict=True)):
        _begin(twin, memory.state, i, own)
    start, inputs, expected = bytes(memory.buffer), [], []
    for told in _told(rng, rows, memory.state):
        inputs.append(views([np.array(column) for column in told]))
        for i, (twin, own) in enumerate(zip(twins, rows, strict=True)):
            parts = [column[own].tolist() for column in told[:4]]
            _note(memory.state, twin, i, own, twin.step(*parts, write=bool(told.write[i])))
        expected.append(bytes(memory.buffer))
    return Trace(name, views(site), len(rows), rows[-1].stop, start, inputs, expected)


def draw_site(rng: random.Random) -> tuple[Network, list[slice], int, int]:
    """Draw three intersections; return whose groups are whose, the length of a tick, and that of the longest call."""
    if rng.random() < 0.5:
        return *draw_network(rng), rng.choice((10, 10, 20, 5, 7)), rng.choice((1800, 300, 100))
    return *_small_network(rng), rng.choice((1, 1, 2, 3)), rng.choice((60, 20, 8, 0))


def _small_network(rng: random.Random) -> tuple[Network, list[slice]]:
    """Draw three intersections with times of a few ticks, where everything meets everything else."""

    def place(name: str) -> Intersection:
        groups = [_small_group(rng, number) for number in range(rng.randint(1, 5))]
        pairs = [pair for pair in itertools.combinations(range(len(groups)), 2) if rng.random() < 0.7]
        between = {(i, j): rng.randrange(6) for i, j in pairs}
        return intersection(groups, between | {(j, i): rng.randrange(6) for i, j in between}, name)

    what = network(*[place(name) for name in "abc"])
    return what, [slice(first, last) for first, last in itertools.pairwise(what.arrays.group_offset.tolist())]


def _small_group(rng: random.Random, number: int) -> SignalGroup:
    walk, least_ds = rng.random() < 0.4, rng.randint(1, 4)
    return SignalGroup(
        f"g{number}",
        User.PEDESTRIAN if walk else rng.choice([user for user in User if user is not User.PEDESTRIAN]),
        (number,),
        min_green_ds=least_ds,
        max_green_ds=least_ds + rng.randrange(8),
        amber_ds=rng.randrange(3),
        clearance_ds=rng.randrange(3),
        red_amber_ds=rng.randrange(3),
        max_red_ds=rng.choice((rng.randint(1, 40), 500)),
    )


def remember(rng: random.Random, state: State, site: Site, most: int) -> None:
    """Let a memory be anything: times around what matters, and around where clocks stop."""
    tick_ds = site.tick_ds
    for g in range(len(state.aspect)):
        state.aspect[g] = rng.choice((0, 0, 1, 2, 2, 3, 4))
        for column in (state.age_ds, state.ended_ds, state.wait_ds):
            column[g] = rng.choice((0, tick_ds, rng.randrange(most), SATURATED - rng.randrange(3 * tick_ds)))
        state.wait_ds[g] = rng.choice(
            (
                state.wait_ds[g],
                site.patience_ds[g] + rng.randint(-2, 2) * tick_ds,
                site.patience_ds[g] + site.emergency_ds + rng.randint(-1, 1),
                0,
            )
        )
        state.called_ds[g] = rng.choice((0, rng.randint(0, site.emergency_ds) // tick_ds * tick_ds))
    state.startup_ds[:] = [rng.choice((0, 0, 3)) for _ in state.startup_ds]


def _begin(twin: Twin, state: State, i: int, own: slice) -> None:
    charge, twin.startup_ds = state.charge[i], int(state.startup_ds[i])
    twin.ours, twin.cold = bool(charge == IN_CHARGE), bool(charge == COLD)
    for g, group in zip(range(own.start, own.stop), twin.groups, strict=True):
        for name in ("aspect", "age_ds", "ended_ds", "wait_ds", "called_ds"):
            setattr(group, name, int(getattr(state, name)[g]))


def _note(state: State, twin: Twin, i: int, own: slice, answer: tuple[Sequence[int], Sequence[str]]) -> None:
    """Write down what a twin knows, its clocks stopped where those of the kernel stop."""
    aspects, reasons = answer
    state.charge[i], state.startup_ds[i] = IN_CHARGE if twin.ours else OUT, twin.startup_ds
    state.aspect[own] = state.out[own] = aspects
    state.reason[own] = [REASONS.index(reason) for reason in reasons]
    for g, group in zip(range(own.start, own.stop), twin.groups, strict=True):
        state.age_ds[g] = _stopped(group.age_ds, SATURATED, twin.tick_ds)
        state.ended_ds[g] = _stopped(group.ended_ds, SATURATED, twin.tick_ds)
        state.wait_ds[g] = _stopped(group.wait_ds, SATURATED, twin.tick_ds)
        state.called_ds[g] = _stopped(group.called_ds, twin.emergency_ds + 1, twin.tick_ds)


def _stopped(clock_ds: int, end_ds: int, tick_ds: int) -> int:
    """Stop a clock at the first tick in which it has reached its end."""
    return clock_ds if clock_ds < end_ds else end_ds + (clock_ds - end_ds) % tick_ds


def _told(rng: random.Random, rows: list[slice], state: State) -> Iterator[Inputs]:
    groups = rows[-1].stop
    draw = np.random.default_rng(rng.randrange(2**32))
    change, wishes, calls = rng.choice((0.05, 0.3, 1.0)), rng.choice((0.2, 0.5, 0.9)), rng.choice((0, 0.05, 0.3))
    want, demand = draw.random((2, groups)) < 0.5
    preempt = np.zeros(groups, np.int8)
    for _ in range(TICKS):
        want = draw.random(groups) < wishes if rng.random() < change else want
        demand = draw.random(groups) < rng.choice((0.1, 0.7, 1)) if rng.random() < 0.1 else demand
        if rng.random() < 0.1:
            preempt = np.where(draw.random(groups) < calls, draw.integers(-1, 4, groups), 0).astype(np.int8)
        write = draw.random(len(rows)) > 0.03
        shown = draw.choice([0, 0, 0, 0, 0, 0, 1, 2, 3, 4], groups).astype(np.int8)
        for own in rows:
            kind = rng.choice(("shown", "shown", "drawn", "drawn", "dark", "half dark", "broken"))
            if kind == "shown":
                shown[own] = state.out[own]
            elif kind == "dark":
                shown[own] = rng.choice((UNKNOWN, UNKNOWN, -2))
            elif kind != "drawn":
                shown[rng.randrange(own.start, own.stop)] = UNKNOWN if kind == "half dark" else rng.choice((5, -2, 7))
        yield Inputs(want, demand, preempt, shown, write)


def unlike_in_ruins(names: dict[str, Any]) -> str:
    """Give it memories that cannot be, of three groups of which the second conflicts with both others."""
    for strange in (77, 5, -1, -128):
        state = _after_a_tick(names, 1, aspect=(strange, RED, RED), age_ds=50, ended_ds=50)
        if (*state.out[:2], *state.age_ds[:2], state.ended_ds[0]) != (RED, RED, 0, 60, 0):
            return f"a memory of aspect {strange}"
    patience_ds = _site(cross(), 10).patience_ds[1]
    both = {"aspect": (GREEN, GREEN, RED), "age_ds": 9000}
    state = _after_a_tick(names, 0, **both, ended_ds=9000, wait_ds=(0, patience_ds, 0))
    if (state.out[0], REASONS[state.reason[0]]) != (AMBER, "maximum green"):
        return "two that conflict are green, and the other has waited for long"
    if _after_a_tick(names, 0, **both, ended_ds=9000, wait_ds=(0, patience_ds - 1, 0)).out[0] != GREEN:
        return "two that conflict are green, and the other does not wait"
    if _after_a_tick(names, 0, demand=1, **both).out[0] != AMBER:
        return "a green that is older than the end of the one before"
    late = {"aspect": (GREEN, RED, RED), "age_ds": 250, "wait_ds": (0, patience_ds, 0), "called_ds": 5000}
    if _after_a_tick(names, 0, **late).out[0] != AMBER:
        return "calls have ended, and somebody has waited for long"
    return ""


def _after_a_tick(names: dict[str, Any], want: int, demand: int = -1, **memory: Any) -> State:
    """Return the state after a tick that begins with a memory and in which one group is wanted, and one demanded."""
    state, everybody, nothing = Memory(1, 3).state, np.arange(3), np.zeros(3, np.int8)
    state.charge[:] = IN_CHARGE
    for column, values in memory.items():
        getattr(state, column)[:] = values
    inputs = Inputs(everybody == want, everybody == demand, nothing, nothing, np.ones(1, np.bool_))
    names["step"](views(_site(cross(), 10)), views(state), *views(inputs))
    return state
