"""Whether what comes from outside can be what it says: snapshots, stages, arrays."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import kernel
from signals.model.values import BoolArray, FloatArray, IntArray, Snapshot

if TYPE_CHECKING:
    from signals.model.network import Network

__all__ = ["FROZEN_DS", "Plausibility", "copied", "unknown_stages"]

FROZEN_DS: Final = 50
"""For how long standing vehicles may be said to have waited the same time."""


class Plausibility:
    """Judges one snapshot after the other.

    Parameters
    ----------
    network
        What they are snapshots of.
    tick_ds
        Length of a tick, > 0.

    Attributes
    ----------
    bad
        bool [nI] intersections about which the last snapshot said something impossible.
    any_bad
        Whether there are any.
    time_s
        The world's time, reckoned on tick by tick while that of the snapshots does not advance.
    """

    def __init__(self, network: Network, tick_ds: int) -> None:
        shape = (len(network.arrays.approach_lane),)
        self._approach_offset = network.arrays.approach_offset
        self._queue_veh, self._count_veh, self._wait_s, self._gap_s = self._rows = np.zeros((4, *shape), np.float32)
        self._before_s = np.zeros(shape, np.float32)
        self._shapes = (shape,) * 4
        self.time_s, self._told_s = 0.0, -math.inf
        self._same_ds, self._tick_ds = 0, tick_ds
        self.any_bad = False
        self.bad: BoolArray = np.zeros(len(network.intersections), np.bool_)
        examine(self._approach_offset, self._rows, self._before_s, self.bad)  # compiles it

    def judge(self, snapshot: Snapshot) -> str:
        """Return the code of what is wrong with all of it, or an empty string.

        Raises
        ------
        Exception
            Any, if it is not a snapshot at all.
        """
        self.any_bad = False
        self.time_s += self._tick_ds / 10
        before_s, told_s = self._told_s, snapshot.time_s
        if not math.isfinite(told_s):
            return "snapshot-stale"
        self._told_s = told_s
        if not before_s < told_s:
            return "snapshot-stale"
        self.time_s = told_s
        queue_veh, count_veh, wait_s, gap_s = snapshot.queue_veh, snapshot.count_veh, snapshot.wait_s, snapshot.gap_s
        if (queue_veh.shape, count_veh.shape, wait_s.shape, gap_s.shape) != self._shapes:
            return "snapshot-impossible"
        self._queue_veh[:], self._count_veh[:], self._wait_s[:], self._gap_s[:] = queue_veh, count_veh, wait_s, gap_s
        self.any_bad, still = examine(self._approach_offset, self._rows, self._before_s, self.bad)
        self._same_ds = self._same_ds + self._tick_ds if still else 0
        return "snapshot-frozen" if self._same_ds >= FROZEN_DS else ""


def copied(source: object, target: npt.NDArray[np.generic]) -> bool:
    """Copy an array if it has the right shape and dtype, and say whether it had."""
    if isinstance(source, np.ndarray) and source.shape == target.shape and source.dtype == target.dtype:
        target[:] = source
        return True
    return False


@kernel
def examine(approach_offset: IntArray, rows: FloatArray, before_s: FloatArray, bad: BoolArray) -> tuple[bool, bool]:
    """Find impossible numbers, and waits that do not grow.

    Parameters
    ----------
    approach_offset
        int32 [nI + 1] approaches of each intersection.
    rows
        float32 [4, nA] queue, count, wait and gap; only a gap may be infinite.
    before_s
        float32 [nA] the waits of the tick before; replaced by those of this tick.
    bad
        bool [nI] result: where a number is impossible.

    Returns
    -------
    any_bad, still
        Whether a number is impossible; whether somebody waits and no wait has changed since the tick before.
    """
    any_bad, waiting, same = False, False, True
    for i in range(len(bad)):
        bad[i] = False
        for a in range(approach_offset[i], approach_offset[i + 1]):
            for row in range(4):
                value = rows[row, a]
                if not value >= 0 or (row < 3 and value == np.inf):
                    any_bad = bad[i] = True
            wait_s = rows[2, a]
            waiting = waiting or wait_s > 0
            same = same and wait_s == before_s[a]
            before_s[a] = wait_s
    return any_bad, waiting and same


@kernel
def unknown_stages(stage: IntArray, stage_offset: IntArray, bad: BoolArray) -> int:
    """Mark the intersections whose stage is neither -1 nor one of theirs; return how many there are.

    Parameters
    ----------
    stage
        int32 [nI].
    stage_offset
        int32 [nI + 1] stages of each intersection.
    bad
        bool [nI] result.
    """
    count = 0
    for i in range(len(stage)):
        bad[i] = not -1 <= stage[i] < stage_offset[i + 1] - stage_offset[i]
        count += bad[i]
    return count
