"""The naive twin of the guard: the naive twins of kernel and monitor side by side, one pair for each intersection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from signals.model.network import Network
from signals.model.values import Aspect
from signals.safety.offsets import StageOffsets
from tests.safety.naive_bounds import kernel_bounds, monitor_bounds
from tests.safety.naive_monitor import NaiveMonitor
from tests.safety.twin import Twin

DO_NOT_WRITE = -2
HELD = (Aspect.GREEN, Aspect.RED_AMBER)

Fault = tuple[int, str, str, int, int]
"""Intersection, rule, ``command`` or ``display``, group, other group or -1; groups network-wide."""


class Given(NamedTuple):
    """What a guard is given; None for what has the wrong shape or kind."""

    want: Sequence[bool] | None
    stage: Sequence[int] | None
    shown: Sequence[int] | None
    preempt: Sequence[int] | None
    demand: Sequence[bool] | None


class Answer(NamedTuple):
    """What a guard answers; `told` is whom it tells of as latched."""

    aspects: list[int]
    write: list[bool]
    reasons: list[str]
    faults: list[Fault]
    told: list[Fault]


class NaiveGuard:
    def __init__(
        self,
        what: Network,
        *,
        tick_ds: int = 10,
        cold_start: str = "simulated",
        on_violation: str = "stop-writing",
        max_lag_ticks: int = 0,
        latched: Sequence[str] = (),
    ) -> None:
        self.stops, self.first = on_violation == "stop-writing", what.arrays.group_offset.tolist()
        self.groups, self.stage = self.first[-1], [0 for _ in what.intersections]
        self.offsets = StageOffsets(what, tick_ds)  # which has no twin: it only makes one wish of another
        self.latched = [place.id in latched for place in what.intersections]
        self.twins = [
            Twin(place, tick_ds, [p for p, _ in kernel_bounds(place, tick_ds)], cold=cold_start == "simulated")
            for place in what.intersections
        ]
        unseen = 1 if cold_start == "street" and max_lag_ticks else 0
        self.monitors = [
            NaiveMonitor(place, tick_ds, max_lag_ticks, monitor_bounds(place, tick_ds), 1800, unseen)
            for place in what.intersections
        ]

    def reset(self, i: int) -> None:
        self.latched[i] = False
        self.monitors[i].forget()

    def permit(self, given: Given) -> Answer:
        shows = [group.aspect for twin in self.twins for group in twin.groups]
        want = np.array([aspect in HELD for aspect in shows] if given.want is None else given.want, np.bool_)
        if given.stage is not None:
            self.stage = list(given.stage)
            self.offsets.apply(np.array(self.stage, np.int32), np.array(shows, np.int8), want)
        answer = Answer([], [], [], [], [])
        for i in range(len(self.twins)):
            self.permit_one(i, given._replace(want=want.tolist()), slice(self.first[i], self.first[i + 1]), answer)
        return answer

    def permit_one(self, i: int, given: Given, own: slice, answer: Answer) -> None:
        twin, size = self.twins[i], own.stop - own.start
        assert given.want is not None
        shown = [-1] * size if given.shown is None else given.shown[own]
        preempt = [0] * size if given.preempt is None else given.preempt[own]
        demand = [True] * size if given.demand is None else given.demand[own]
        write = self.stage[i] != DO_NOT_WRITE and not (self.stops and self.latched[i])
        aspects, reasons = twin.step(given.want[own], demand, preempt, shown, write=write)
        found = self.monitors[i].check(demand, preempt, shown, [int(a) for a in aspects], write=write)
        faults = sorted((i, rule, kind, own.start + g, j + own.start * (j >= 0)) for rule, kind, g, j in found)
        if faults and not self.latched[i]:
            answer.told.extend(faults)
        self.latched[i] = self.latched[i] or bool(faults)
        if faults and self.stops:
            write, twin.ours = False, False
            aspects, reasons = [Aspect.RED] * size, ["not written"] * size
        answer.aspects.extend(int(aspect) for aspect in aspects)
        answer.write.append(write)
        answer.reasons.extend(reasons)
        answer.faults.extend(faults)
