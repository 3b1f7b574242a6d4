"""Vehicle-actuated control: each stage lasts as long as vehicles keep coming, and stages nobody needs are skipped.

The classical logic of signal controllers (gap-out, max-out, skip, rest in green), e.g. FHWA, Traffic Signal Timing
Manual, 2nd edition 2015, chapter 5, on stages instead of rings.
"""

from __future__ import annotations

import numpy as np

from signals.control.running_stages import RunningStages, tenths
from signals.control.stage_sequence import StageSequence, stage_sequence
from signals.control.wishes import NO_STAGE
from signals.model.intersections import Intersection
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import BoolArray, Decision, Snapshot

__all__ = ["Actuated"]

SHORTEST_MAXIMUM_DS = 150
"""A queue of six vehicles."""
SHORTEST_GREEN_DS = 50
SHARE_OF_MAX_RED = 0.75
"""The guard steps in about a change of stages before the maximum red is over."""


class Actuated:
    """Vehicle-actuated stages in a fixed cyclic order, every intersection by itself.

    A stage ends when somebody waits for another one and either no vehicle has been near any green stop line for
    `gap_s` (gap-out), or it has been green for `max_green_s` since somebody waited (max-out). The next stage is the
    first in the cycle that gives green to somebody who waits. While nobody waits, it stays. A failed detector (gap
    unknown) counts as a vehicle, so that its stage runs to its maximum.

    Parameters
    ----------
    network
        The network.
    gap_s
        The gap that ends a green.
    max_green_s
        The longest green against somebody waiting. It is shorter where a group of the stage has a shorter maximum, and
        where the intersection has a fixed-time plan: one and a half times the green that its vehicles have there, as
        the manual recommends (chapter 6), but at least 15 s. And all of them are shortened alike where a cycle of
        maxima would keep somebody waiting longer than the maximum red.
    """

    def __init__(self, network: Network, *, gap_s: float = 3.0, max_green_s: float = 40.0) -> None:
        arrays = network.arrays
        count = len(network.intersections)
        self._gap_s = gap_s
        sequences = [stage_sequence(network, i) for i in range(count)]
        self._sequences = [sequence.stages for sequence in sequences]
        first = np.array([stages[0] if stages else NO_STAGE for stages in self._sequences], np.int32)
        self._running = RunningStages(network, first)
        self._groups = [[frozenset(stage.groups) for stage in place.stages] for place in network.intersections]
        self._max_ds = [
            _maxima_ds(place, sequence, tenths(max_green_s))
            for place, sequence in zip(network.intersections, sequences, strict=True)
        ]
        self._limit_ds = np.array([self._limit(i, int(s)) for i, s in enumerate(first)], np.int64)
        self._contested_ds = np.full(count, -1, np.int64)
        self._offset = arrays.group_offset
        self._link_group = arrays.link_group
        self._link_approach = np.repeat(np.arange(len(arrays.approach_lane)), np.diff(arrays.link_offset))
        self._approach_place = np.repeat(np.arange(count), np.diff(arrays.approach_offset))

    def decide(self, snapshot: Snapshot) -> Decision:
        """End the stages that nobody uses any more, or for too long."""
        running, now_ds = self._running, tenths(snapshot.time_s)
        running.watch(snapshot)
        contested = running.rival & running.shown
        self._contested_ds[~contested] = -1
        self._contested_ds[contested & (self._contested_ds < 0)] = now_ds
        over = now_ds - self._contested_ds >= self._limit_ds
        for i in np.flatnonzero(running.mature & contested & (over | ~self._used(snapshot))):
            self._go_on(int(i), snapshot)
        return running.decide(snapshot)

    def _used(self, snapshot: Snapshot) -> BoolArray:
        """Return bool [nI]: whether a vehicle has lately been near a green stop line."""
        green = np.zeros(len(snapshot.gap_s), np.bool_)
        green[self._link_approach[self._running.in_stage[self._link_group]]] = True
        near = green & ~(snapshot.gap_s > self._gap_s)  # NaN is near
        used = np.zeros(len(self._sequences), np.bool_)
        used[self._approach_place[near]] = True
        return used

    def _go_on(self, i: int, snapshot: Snapshot) -> None:
        """Ask for the next stage of the cycle that somebody waits for."""
        stages, running = self._sequences[i], int(self._running.stage[i])
        demand = snapshot.demand[self._offset[i] : self._offset[i + 1]]
        waiting = set(np.flatnonzero(demand).tolist()) - self._groups[i][running]
        position = stages.index(running)
        # Whoever is a rival is in a stage, hence in one of the cycle, and not in the running one.
        s = next(s for s in (*stages[position + 1 :], *stages[:position]) if waiting & self._groups[i][s])
        self._running.ask(i, s, snapshot)
        self._limit_ds[i] = self._limit(i, s)
        self._contested_ds[i] = -1

    def _limit(self, i: int, stage: int) -> int:
        return 0 if stage == NO_STAGE else self._max_ds[i][stage]


def _maxima_ds(place: Intersection, sequence: StageSequence, usual_ds: int) -> list[int]:
    """Return the maximum green of every stage."""
    longest_ds = [_longest_ds(place, stage.groups, usual_ds) for stage in place.stages]
    cycle_ds = sum(longest_ds[stage] for stage in sequence.stages)
    green_ds = min(group.max_red_ds for group in place.groups) * SHARE_OF_MAX_RED - sum(sequence.lost_ds)
    if cycle_ds <= green_ds:
        return longest_ds
    share = max(green_ds, 0) / cycle_ds
    return [max(round(one_ds * share), SHORTEST_GREEN_DS) for one_ds in longest_ds]


def _longest_ds(place: Intersection, stage: tuple[int, ...], usual_ds: int) -> int:
    """Return the maximum green of a stage."""
    longest_ds = min([usual_ds, *(place.groups[group].max_green_ds for group in stage)])
    drivers = [group for group in stage if place.groups[group].user is not User.PEDESTRIAN]
    planned_ds = [green for group in drivers for green in _planned_green_ds(place, group)]
    if planned_ds:
        longest_ds = min(longest_ds, max(min(planned_ds) * 3 // 2, SHORTEST_MAXIMUM_DS))
    return longest_ds


def _planned_green_ds(place: Intersection, group: int) -> list[int]:
    """Return the longest green of a group in the first plan of its intersection; nothing where it has none."""
    steps = place.plans[0].steps if place.plans else ()
    run_ds = longest_ds = 0
    for step in (*steps, *steps):  # twice: a green may go on across the end of the cycle
        run_ds = run_ds + step.duration_ds if group in step.groups else 0
        longest_ds = max(longest_ds, run_ds)
    cycle_ds = sum(step.duration_ds for step in steps)
    return [min(longest_ds, cycle_ds)] if longest_ds else []
