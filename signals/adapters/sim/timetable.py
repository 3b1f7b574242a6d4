"""What every movement is shown over a whole run of the network's own plans, known before it begins.

With it the simulator needs nobody to decide each second: a run is one call of a compiled function, which is what a
thousand plans or a town of ten thousand signals need.
"""

from __future__ import annotations

from math import ceil, lcm
from typing import NamedTuple

import numpy as np

from signals.adapters.sim.heads import Heads
from signals.adapters.sim.programs import OwnProgram
from signals.model.intersections import Intersection
from signals.model.network import Network
from signals.model.trips import DoubleArray
from signals.model.values import Aspect, ByteArray, IntArray

__all__ = ["Timetable", "timetable"]

LONGEST_CYCLES = 50
"""A plan that repeats only after more cycles, being no multiple of the tick, is listed to the end of the run."""


class Timetable(NamedTuple):
    """Changes in order of time.

    Attributes
    ----------
    change_s
        float64 [n] when, counted from the beginning of the run.
    change
        int32 [n, 2] which movement, and what it shows then (`signals.kernels.traffic_state.State.lit`).
    """

    change_s: DoubleArray
    change: IntArray


def timetable(network: Network, begin_s: float, end_s: float, tick_ds: int = 10) -> Timetable:
    """Have every intersection run its first plan, with its intergreens; one without a plan stays red.

    Parameters
    ----------
    network
        The network.
    begin_s, end_s
        The time of the run; plans count from 0.
    tick_ds
        Signals change at multiples of it.
    """
    heads = Heads(network)
    begin_ds, ticks = round(begin_s * 10), ceil((end_s - begin_s) * 10 / tick_ds)
    known: dict[tuple[object, ...], list[ByteArray]] = {}
    ticks_of, changes = [np.empty(0, np.int32)], [np.empty((0, 2), np.int32)]
    for place, intersection in enumerate(network.intersections):
        key = _key(intersection)
        if key not in known:
            known[key] = _period(intersection, begin_ds, ticks, tick_ds)
        tick, change = _changes(heads, place, known[key], ticks)
        ticks_of.append(tick)
        changes.append(change)
    all_ticks = np.concatenate(ticks_of)
    order = np.argsort(all_ticks, kind="stable")
    return Timetable((all_ticks[order] * (tick_ds / 10.0)).astype(np.float64), np.concatenate(changes)[order])


def _key(intersection: Intersection) -> tuple[object, ...]:
    """Return all that decides what the groups of an intersection show."""
    times = tuple((group.amber_ds, group.clearance_ds) for group in intersection.groups)
    plan = intersection.plans[0] if intersection.plans else None
    return times, intersection.intergreen_ds, plan and (plan.steps, plan.offset_ds)


def _period(intersection: Intersection, begin_ds: int, ticks: int, tick_ds: int) -> list[ByteArray]:
    """Return the aspects of each tick until they repeat, or of the whole run."""
    if not intersection.plans:
        return [np.full(len(intersection.groups), Aspect.RED, np.int8)]
    cycle_ds = intersection.plans[0].cycle_ds
    period = lcm(cycle_ds, tick_ds) // tick_ds
    if period * tick_ds > LONGEST_CYCLES * cycle_ds or period > ticks:
        period = ticks
    program = OwnProgram(intersection)
    shown: list[ByteArray] = []
    # The first cycle is under way when the run begins: what it left behind is known only after one more.
    before = ceil(cycle_ds / tick_ds)
    for tick in range(-before, period):
        aspect = program.aspects(begin_ds + tick * tick_ds)
        program.note(begin_ds + (tick + 1) * tick_ds, aspect)
        shown.append(aspect)
    return shown[before:]


def _changes(heads: Heads, place: int, period: list[ByteArray], ticks: int) -> tuple[IntArray, IntArray]:
    """Return in which ticks of the run which movements of an intersection change."""
    moves = heads.moves(place)
    lit = np.array([heads.lit(place, aspect) for aspect in period])
    first = np.column_stack([moves, lit[0]]).astype(np.int32)
    at, number = np.nonzero(lit != np.roll(lit, 1, axis=0))
    repeats = ceil(ticks / len(period))
    tick = (at[None, :] + len(period) * np.arange(repeats)[:, None]).ravel()
    change = np.tile(np.column_stack([moves[number], lit[at, number]]).astype(np.int32).reshape(-1, 2), (repeats, 1))
    kept = (tick > 0) & (tick < ticks)
    all_ticks = np.concatenate([np.zeros(len(first)), tick[kept]]).astype(np.int32)
    return all_ticks, np.concatenate([first, change[kept]])
