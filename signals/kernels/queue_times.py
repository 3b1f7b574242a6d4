"""How long each vehicle has been in its queue, through all greens that did not get it across the stop line."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import kernel

__all__ = ["MOST_VEH", "QueueTimes", "follow"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Handles = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

MOST_VEH = 64
"""Vehicles of an approach that are followed; 64 are 480 m."""
STANDING_MPS = 0.3
LIKELY = 0.5
REFUSED_S = 5.0
"""A head that stands at a green for so long waits for somebody else: for a gap, or for room behind the junction."""
NOT_YET = np.float32(-1.0)


class QueueTimes(NamedTuple):
    """What is kept from tick to tick, and what comes out.

    Attributes
    ----------
    handle
        int64 [nA, MOST_VEH + 1] vehicles on their way to each stop line, nearest first; 0 ends the list.
    waited_s
        float32 [nA, MOST_VEH + 1] how long ago each of them first stood; negative = it has not.
    before, since_s
        int64, float32 [MOST_VEH] scratch: the list of one approach as it was a tick ago.
    refused_s
        float32 [nA] for how long the first one has been standing at a green.
    pressing_s
        float32 [nA] out: the longest time since somebody first stood, who is ahead of him included: by a bound less
        this the queue must move, for him to be across the stop line within the bound.
    needed_s
        float32 [nA] out: how long a green has to be for all who cannot wait for another.
    """

    handle: Handles
    waited_s: Floats
    before: Handles
    since_s: Floats
    refused_s: Floats
    pressing_s: Floats
    needed_s: Floats


@kernel
def _since_s(handle: np.int64, guess: int, known: int, times: QueueTimes) -> tuple[np.float32, int]:
    """Return how long ago a vehicle first stood, as of the last tick, and where to look for the next one."""
    for step in range(known):
        m = (guess + step) % known
        if times.before[m] == handle:
            return times.since_s[m], m + 1
    return NOT_YET, guess


@kernel
def _remember(a: int, times: QueueTimes) -> int:
    """Set the list of an approach aside; return its length."""
    known = 0
    while known < MOST_VEH and times.handle[a, known] != 0:
        times.before[known], times.since_s[known] = times.handle[a, known], times.waited_s[a, known]
        known += 1
    return known


@kernel
def follow(
    tick_s: float,
    half_s: float,
    headway_s: float,
    green: Bools,
    offset: Ints,
    speed_mps: Floats,
    weight: Floats,
    handle: Handles,
    times: QueueTimes,
) -> None:
    """Follow the vehicles of all approaches for one tick.

    Parameters
    ----------
    tick_s
        Time since the last call.
    half_s
        Who has waited this long cannot wait for another green: half of the bound.
    headway_s
        Between two who leave.
    green
        bool [nA] whether some signal of each approach is green.
    offset, speed_mps, weight, handle
        `arrival_*` of a Snapshot. Vehicles without a handle are not followed.
    times
        In and out.
    """
    for a in range(len(times.refused_s)):
        first, known, n, guess = times.handle[a, 0], _remember(a, times), 0, 0
        for m in range(offset[a], offset[a + 1]):
            if handle[m] == 0 or weight[m] < LIKELY or n == MOST_VEH:
                continue
            since, guess = _since_s(handle[m], guess, known, times)
            if since >= 0:
                since += np.float32(tick_s)
            elif speed_mps[m] < STANDING_MPS:
                since = np.float32(0.0)
            times.handle[a, n], times.waited_s[a, n] = handle[m], since
            n += 1
        times.handle[a, n], times.waited_s[a, n] = 0, NOT_YET
        stays = n > 0 and times.handle[a, 0] == first and times.waited_s[a, 0] > 0
        times.refused_s[a] = times.refused_s[a] + np.float32(tick_s) if stays and green[a] else 0.0
        times.pressing_s[a], times.needed_s[a] = 0.0, 0.0
        for m in range(n):
            if times.refused_s[a] > REFUSED_S and times.waited_s[a, m] > 0:
                times.waited_s[a, m] = 0.0
            if times.waited_s[a, m] >= 0:
                times.pressing_s[a] = max(times.pressing_s[a], times.waited_s[a, m] + np.float32(m * headway_s))
            if times.waited_s[a, m] >= half_s:
                times.needed_s[a] = np.float32((m + 1) * headway_s)
