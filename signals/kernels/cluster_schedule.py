"""Which cluster of vehicles is served next, and next: a forward recursion over clusters instead of time steps.

Source: X.-F. Xie, S. F. Smith, L. Lu and G. J. Barlow, Schedule-driven intersection control, Transportation Research
Part C 24, 2012 (SCHIC). A state is how many clusters of every stage have been served and which stage is green; it is
extended by the next cluster of any stage. Of all ways to a state only the one of least delay is kept, so that there
are at most ``stages * (clusters + 1) ^ stages`` of them, whatever the resolution of time.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import kernel
from signals.model.values import IntArray

__all__ = ["ARRIVAL", "COUNT", "LONG", "SHORT", "schedule"]

COUNT: Final = 0
"""Column of `clusters`: vehicles."""
ARRIVAL: Final = 1
"""Column of `clusters`: when the first of them arrives (s from now)."""
LONG: Final = 2
"""Column of `clusters`: for how long they pass if nobody stops them (s)."""
SHORT: Final = 3
"""Column of `clusters`: for how long they pass if they have been stopped (s)."""

NEVER: Final = 1e30

Doubles = npt.NDArray[np.float64]


@kernel
def schedule(
    running: int,  # the stage that is green
    age_s: float,  # for how long it has been
    clusters: Doubles,  # float64 [stages, clusters, 4] see the columns
    number: IntArray,  # int32 [stages] clusters of each stage
    switch_s: Doubles,  # float64 [stages, stages] from the end of green of the row's stage to discharge of the column's
    bounds_s: Doubles,  # float64 [stages, 2] minimum and maximum green
    label: Doubles,  # float64 [states * stages, 3] room for: delay, end, begin of the green
    before: IntArray,  # int32 [states * stages] room for: the label before
    out: IntArray,  # int32 [clusters of all stages] the stages in the order in which a cluster of theirs is served
) -> int:  # the number of clusters that are served
    """Serve all clusters with least delay, as far as one way to every state shows it."""
    stages, states = len(number), 1
    for stage in range(stages):
        states *= number[stage] + 1
    for row in range(states * stages):
        label[row, 0], before[row] = NEVER, -1
    label[running, 0], label[running, 1], label[running, 2] = 0.0, 0.0, -age_s
    for row in range(states * stages):
        if label[row, 0] >= NEVER:
            continue
        state, green = row // stages, row % stages
        stride = 1
        for stage in range(stages):
            done = state // stride % (number[stage] + 1)
            target, stride_of = (state + stride) * stages + stage, stride
            stride *= number[stage] + 1
            if done == number[stage]:
                continue
            end_s, begin_s = label[row, 1], label[row, 2]
            start_s = end_s
            if stage != green:
                start_s = max(end_s, begin_s + bounds_s[green, 0]) + switch_s[green, stage]
                begin_s = start_s
            elif end_s - begin_s >= bounds_s[green, 1] and states - 1 - state != (number[green] - done) * stride_of:
                continue  # the maximum is over, and somebody waits for another stage
            arrival_s = clusters[stage, done, ARRIVAL]
            takes_s = clusters[stage, done, LONG]
            if start_s > arrival_s:
                takes_s = max(clusters[stage, done, SHORT], takes_s - (start_s - arrival_s))
            else:
                start_s = arrival_s
            delay = label[row, 0] + clusters[stage, done, COUNT] * (start_s - arrival_s)
            end_s = start_s + takes_s
            if delay < label[target, 0] or (delay == label[target, 0] and end_s < label[target, 1]):
                label[target, 0], label[target, 1], label[target, 2] = delay, end_s, begin_s
                before[target] = row
    return _trace(states, stages, label, before, out)


@kernel
def _trace(states: int, stages: int, label: Doubles, before: IntArray, out: IntArray) -> int:
    """Write the best order of stages into `out` and return its length."""
    best = -1
    for row in range((states - 1) * stages, states * stages):
        if label[row, 0] < NEVER and (best < 0 or label[row, 0] < label[best, 0]):
            best = row
    length, row = 0, best
    while row >= 0 and before[row] >= 0:
        length += 1
        row = before[row]
    row = best
    for place in range(length - 1, -1, -1):
        out[place] = row % stages
        row = before[row]
    return length
