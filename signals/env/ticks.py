"""Ticks of many replicas in one call: wish, permit, show, drive, see, for as long as nothing has to be put into words.

This is `signals.loop` once more, with the kernels that its parts are made of: the guard's and the monitor's among them,
every tick. Calling them one by one takes longer than they do.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from signals.kernels.compile import kernel
from signals.kernels.lights import lights
from signals.kernels.running_stages import want_stages, watch_stages
from signals.kernels.signal_state import note_demand, note_signals
from signals.kernels.traffic import advance
from signals.kernels.traffic_sums import look
from signals.kernels.walkers import calls, walk
from signals.model.values import BoolArray, ByteArray, HandleArray
from signals.safety.interstage import State, step
from signals.safety.watch import watch

__all__ = ["PERMITTED", "TICKS", "Town", "pass_ticks"]

Columns = tuple[Any, ...]

TICKS, PERMITTED = 0, 1
"""In the clock of `pass_ticks`: how many ticks have passed, and whether the next one is permitted already."""


class Town(NamedTuple):
    """The arrays of all parts; each part knows its own.

    Attributes
    ----------
    stages, running
        `signals.control.running_stages.RunningStages.columns`.
    site, memory, inputs, card, commands, displays, diary
        `signals.safety.guard.Guard.columns`.
    heads
        `signals.sensing.signal_heads.SignalHeads.columns`.
    lamps
        `signals.adapters.sim.copied_heads.CopiedHeads.columns`.
    roads, travellers, traffic, people, feeders, sight
        `signals.adapters.sim.batch.Batch.columns`.
    """

    stages: Columns
    running: Columns
    site: Columns
    memory: Columns
    inputs: Columns
    card: Columns
    commands: Columns
    displays: Columns
    diary: Columns
    heads: Columns
    lamps: Columns
    roads: Columns
    travellers: Columns
    traffic: Columns
    people: Columns
    feeders: Columns
    sight: Columns


@kernel
def pass_ticks(  # noqa: PLR0913, PLR0917  kernels are exempt
    clock: HandleArray, until: int, tick_ds: int, begin_s: float, wanted: BoolArray, shown: ByteArray, columns: Columns
) -> int:
    """Let ticks pass, up to a number of them or to the first violation.

    Parameters
    ----------
    clock
        In and out, int64 [2] see `TICKS` and `PERMITTED`. After a violation the tick is permitted and not yet driven;
        the next call drives it.
    until
        The tick to stop at. Queues, counts and waits are seen at its end only.
    tick_ds
        Length of a tick.
    begin_s
        Time of the beginning.
    wanted
        Out, bool [nG] what was wanted in the last tick.
    shown
        In and out, int8 [nG] what is shown.
    columns
        In and out: the arrays of a `Town`.

    Returns
    -------
    int
        How many violations the monitor saw in the last tick.
    """
    town = Town(*columns)
    command = State(*town.memory).out
    want, demanded, preempt, read, write = town.inputs
    least_ds, link_approach, link_group, latched, aspect, age_ds, demand = town.heads
    before, head, foe_first, foe_group, moves, lit, change, change_s, display = town.lamps
    range_m, feeder_first, feeder, feeder_lane = town.feeders
    known, still, sums, approached, call, group_of = town.sight
    while clock[TICKS] < until:
        if clock[PERMITTED] == 0:
            want_stages(town.stages, town.running, aspect, demand, wanted)
            for g in range(len(wanted)):
                want[g], demanded[g], read[g], preempt[g] = wanted[g], demand[g], shown[g], 0
            step(town.site, town.memory, want, demanded, preempt, read, write)
            clock[PERMITTED] = 1
            seen = watch(
                town.card, town.commands, town.displays, town.diary, demanded, preempt, read, command, write
            )  # fmt: skip
            if seen > 0:
                return int(seen)
        for g in range(len(shown)):
            shown[g] = command[g]
        rows = lights(display, before, head, foe_first, foe_group, moves, lit, change)
        start_s, end_s = clock[TICKS] * tick_ds / 10.0, (clock[TICKS] + 1) * tick_ds / 10.0
        for row in range(rows):
            change_s[row] = start_s
        advance(start_s, end_s, change_s[:rows], change[:rows], town.roads, town.travellers, town.traffic)
        walk(end_s, town.roads, town.traffic, town.people)
        clock[TICKS] += 1
        clock[PERMITTED] = 0
        whole = 1 if clock[TICKS] == until else 0
        now_s = begin_s + end_s
        look(
            now_s - begin_s, range_m, feeder_first, feeder, feeder_lane, town.roads, town.traffic, whole, known, still,
            sums, approached,
        )  # fmt: skip
        calls(now_s - begin_s, group_of, town.people, call)
        note_signals(tick_ds, shown, call, least_ds, latched, aspect, age_ds)
        note_demand(approached, link_approach, link_group, latched, demand)
        watch_stages(int(np.rint(now_s * 10)), town.stages, town.running, aspect, age_ds, demand)
    return 0
