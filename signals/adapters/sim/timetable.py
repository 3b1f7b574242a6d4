"""What every movement is shown over a whole run of the network's own plans, known before it begins.

With it the simulator needs nobody to decide each second: a run is one call of a compiled function, which is what a
thousand plans or a town of ten thousand signals need.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, lcm
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from signals.adapters.sim.heads import Heads
from signals.model.intersections import Intersection
from signals.model.network import Network
from signals.model.trips import DoubleArray
from signals.model.values import Aspect, ByteArray, IntArray

__all__ = ["Timetable", "timetable"]

Longs = npt.NDArray[np.int64]

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
    alike: dict[tuple[object, ...], list[int]] = {}
    for place, intersection in enumerate(network.intersections):
        alike.setdefault(_key(intersection), []).append(place)
    period: dict[int, ByteArray] = {}
    for places in alike.values():
        same = [network.intersections[place] for place in places]
        period |= dict(zip(places, _periods(same, begin_ds, ticks, tick_ds), strict=True))
    ticks_of, changes = [np.empty(0, np.int32)], [np.empty((0, 2), np.int32)]
    for place in range(len(network.intersections)):
        tick, change = _changes(heads, place, period[place], ticks)
        ticks_of.append(tick)
        changes.append(change)
    all_ticks = np.concatenate(ticks_of)
    order = np.argsort(all_ticks, kind="stable")
    return Timetable((all_ticks[order] * (tick_ds / 10.0)).astype(np.float64), np.concatenate(changes)[order])


def _key(intersection: Intersection) -> tuple[object, ...]:
    """Return all that decides what the groups of an intersection show, but for the offset of its plan."""
    times = tuple((group.amber_ds, group.clearance_ds) for group in intersection.groups)
    return times, intersection.intergreen_ds, intersection.plans[0].steps if intersection.plans else None


def _periods(alike: Sequence[Intersection], begin_ds: int, ticks: int, tick_ds: int) -> list[ByteArray]:
    """Return int8 [ticks, groups] for each of intersections that differ in their offsets only, until it repeats."""
    if not alike[0].plans:
        return [np.full((1, len(alike[0].groups)), Aspect.RED, np.int8)] * len(alike)
    cycle_ds = alike[0].plans[0].cycle_ds
    period = lcm(cycle_ds, tick_ds) // tick_ds
    if period * tick_ds > LONGEST_CYCLES * cycle_ds or period > ticks:
        period = ticks
    offset_ds, number = np.unique([place.plans[0].offset_ds % cycle_ds for place in alike], return_inverse=True)
    # The first cycle is under way when the run begins: what it left behind is known only after one more.
    before = ceil(cycle_ds / tick_ds)
    time_ds = begin_ds + np.arange(-before, period) * tick_ds
    shown = np.ascontiguousarray(_shown(alike[0], offset_ds, time_ds, tick_ds)[before:].transpose(1, 0, 2))
    return [shown[row] for row in number.tolist()]


def _shown(place: Intersection, offset_ds: Longs, time_ds: Longs, tick_ds: int) -> ByteArray:
    """Return int8 [times, offsets, groups]: what `OwnProgram` would show, tick after tick, for many offsets at once."""
    plan = place.plans[0]
    ends_ds = np.cumsum([step.duration_ds for step in plan.steps])
    wanted = np.array([[number in step.groups for number in range(len(place.groups))] for step in plan.steps])
    amber_ds = np.array([group.amber_ds for group in place.groups])
    clearance_ds = np.array([group.clearance_ds for group in place.groups])
    # Compatible groups need not wait for each other: as if nothing had to lie between them.
    between_ds = np.array([[cell or 0 for cell in row] for row in place.intergreen_ds])
    until_ds = np.full((len(offset_ds), len(place.groups)), -(10**9), np.int64)
    shown = np.full((len(time_ds), *until_ds.shape), Aspect.RED, np.int8)
    for now_ds, aspect in zip(time_ds.tolist(), shown, strict=True):
        since_ds = now_ds - until_ds
        step = np.searchsorted(ends_ds, (now_ds - offset_ds) % plan.cycle_ds, side="right")
        green = wanted[step] & np.all(since_ds[:, :, None] >= between_ds, axis=1)
        aspect[since_ds < clearance_ds] = Aspect.CLEARANCE
        aspect[since_ds < amber_ds] = Aspect.AMBER
        aspect[green] = Aspect.GREEN
        until_ds[green] = now_ds + tick_ds
    return shown


def _changes(heads: Heads, place: int, period: ByteArray, ticks: int) -> tuple[IntArray, IntArray]:
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
