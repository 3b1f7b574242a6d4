"""An adversary: whatever a controller, a detector, an emergency vehicle and a cabinet could do to the guard.

However mad, all of it is allowed, so that nothing may be violated: while an intersection is ours its displays follow
our commands, late by a number of ticks that may grow but does not shrink, and now and then they cannot be read. What
was shown before we took over may be anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from benchmarks.safety.moods import EVENTS, KINDS, Mind, Place, attack
from signals.kernels.compile import quick
from signals.model.network import Network
from signals.model.values import BoolArray, ByteArray, Decision, Readings
from signals.safety.guard import DO_NOT_WRITE, EMERGENCY_DS
from signals.safety.interstage import REASONS

__all__ = ["EVENTS", "REASONS", "Adversary"]


class Adversary:
    """One for each intersection of a network.

    Parameters
    ----------
    network
        What is attacked.
    seeds
        One for each intersection.
    tick_ds
        Length of a tick.
    max_lag_ticks
        How late displays may be.

    Attributes
    ----------
    events, reasons
        int64 [`EVENTS`], int64 [`REASONS`] how often each event was seen, and each reason given to a group.
    """

    def __init__(self, network: Network, seeds: Sequence[int], *, tick_ds: int, max_lag_ticks: int) -> None:
        intersections, groups = len(network.intersections), len(network.arrays.min_green_ds)
        self._place = quick(_place(network, tick_ds, max_lag_ticks))
        self._mind = mind = _mind(intersections, groups, max_lag_ticks)
        mind.dice[:] = [seed or 1 for seed in seeds]
        mind.stage[:] = DO_NOT_WRITE
        self._columns = quick(mind)
        self._nothing = [np.zeros(0, np.float32)] * 7
        self._tick = 0
        self.events, self.reasons = mind.events, mind.reasons

    def attack(self, command: ByteArray, reason: ByteArray) -> tuple[Decision, Readings, BoolArray]:
        """See what the guard said in the tick before, and say what is wished, read and demanded in this one.

        Parameters
        ----------
        command, reason
            int8 [nG] the aspects of its command, and its reasons; anything in the first tick.

        Returns
        -------
        Decision, Readings, demand
            What `signals.safety.guard.Guard.permit` takes; valid until the next call.
        """
        mind = self._mind
        attack(self._place, self._columns, self._tick, command, reason)
        self._tick += 1
        readings = Readings(float(self._tick), mind.shown, *self._nothing, preempt=mind.preempt)
        return Decision(mind.want, mind.stage), readings, mind.demand


def _place(network: Network, tick_ds: int, lag: int) -> Place:
    first = [0, *accumulate(len(place.groups) for place in network.intersections)]
    rivals = [
        [start + i for i, between in enumerate(row) if between is not None]
        for start, place in zip(first, network.intersections, strict=False)
        for row in place.intergreen_ds
    ]
    least = [-(-group.min_green_ds // tick_ds) for place in network.intersections for group in place.groups]
    return Place(
        first=np.array(first, np.int32),
        rival_first=np.array([0, *accumulate(map(len, rivals))], np.int32),
        rival=np.array([rival for row in rivals for rival in row], np.int32),
        least=np.array(least, np.int32),
        longest_call=EMERGENCY_DS // tick_ds,
        pace=-(-10 // tick_ds),
        lag=lag,
        let_go=DO_NOT_WRITE,
        too_long=REASONS.index("maximum green"),
        waited=REASONS.index("a group waited too long"),
        emergency=REASONS.index("emergency"),
        start_up=REASONS.index("start-up"),
    )


def _mind(intersections: int, groups: int, lag: int) -> Mind:
    flags, numbers, bytes_ = np.bool_, np.int32, np.int8
    return Mind(
        dice=np.zeros(intersections, np.uint64),
        mood=np.zeros(intersections * KINDS, bytes_),
        left=np.zeros(intersections * KINDS, numbers),
        pick=np.zeros(intersections * KINDS, numbers),
        mate=np.zeros(intersections * KINDS, numbers),
        late=np.zeros(intersections, numbers),
        red_lamp=np.zeros(intersections, flags),
        began=np.zeros(intersections, flags),
        seen=np.zeros(groups, bytes_),
        since=np.zeros(groups, numbers),
        called=np.zeros(groups, numbers),
        past=np.zeros((lag + 1) * groups, bytes_),
        want=np.zeros(groups, flags),
        demand=np.zeros(groups, flags),
        preempt=np.zeros(groups, bytes_),
        shown=np.zeros(groups, bytes_),
        stage=np.zeros(intersections, numbers),
        events=np.zeros(len(EVENTS), np.int64),
        reasons=np.zeros(len(REASONS), np.int64),
    )
