"""Whether what comes from outside can be what it says: snapshots, stages, arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import kernel
from signals.model.values import BoolArray, ByteArray, FloatArray, IntArray, Snapshot
from signals.safety.steady import STALE, SteadyTime

if TYPE_CHECKING:
    from signals.model.network import Network

__all__ = ["FROZEN", "FROZEN_DS", "IMPOSSIBLE", "Plausibility", "copied", "unknown_stages"]

FROZEN_DS: Final = 50
"""For how long nothing may change where somebody waits."""
COUNTED_S: Final = 3600.0
"""Estimators count waits no further."""

IMPOSSIBLE: Final = 1
FROZEN: Final = 2


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
    fault
        int8 [nI] what is wrong with the last snapshot at an intersection: 0 nothing, `IMPOSSIBLE` or `FROZEN`.
    any_fault
        Whether there is any.
    """

    def __init__(self, network: Network, tick_ds: int) -> None:
        shape = (len(network.arrays.approach_lane),)
        self._approach_offset = network.arrays.approach_offset
        self._rows, self._before = np.zeros((2, 4, *shape), np.float32)
        self._queue_veh, self._count_veh, self._wait_s, self._gap_s = self._rows
        self._shapes = (shape,) * 4
        self._time, self._tick_ds = SteadyTime(tick_ds), tick_ds
        self._still_ds = np.zeros(len(network.intersections), np.int32)
        self.fault: ByteArray = np.zeros(len(network.intersections), np.int8)
        self.any_fault = False
        examine(self._approach_offset, self._rows, self._before, tick_ds, self._still_ds, self.fault)  # compiles it

    @property
    def time_s(self) -> float:
        """The time of the snapshots, or what it would be if their clock were steady."""
        return self._time.time_s

    def judge(self, snapshot: Snapshot) -> str:
        """Return the code of what is wrong with all of it, or an empty string.

        Raises
        ------
        Exception
            Any, if it is not a snapshot at all.
        """
        self.any_fault = False
        self._time.advance()
        heard = self._time.hear(snapshot.time_s)
        if heard:
            return "snapshot-stale" if heard == STALE else "clock-stepped"
        queue_veh, count_veh, wait_s, gap_s = snapshot.queue_veh, snapshot.count_veh, snapshot.wait_s, snapshot.gap_s
        if (queue_veh.shape, count_veh.shape, wait_s.shape, gap_s.shape) != self._shapes:
            return "snapshot-impossible"
        self._queue_veh[:], self._count_veh[:], self._wait_s[:], self._gap_s[:] = queue_veh, count_veh, wait_s, gap_s
        self.any_fault = examine(
            self._approach_offset, self._rows, self._before, self._tick_ds, self._still_ds, self.fault
        )
        return ""


def copied(source: object, target: npt.NDArray[np.generic]) -> bool:
    """Copy an array if it has the right shape and dtype, and say whether it had."""
    if isinstance(source, np.ndarray) and source.shape == target.shape and source.dtype == target.dtype:
        target[:] = source
        return True
    return False


@kernel
def examine(
    approach_offset: IntArray,
    rows: FloatArray,
    before: FloatArray,
    tick_ds: int,
    still_ds: IntArray,
    fault: ByteArray,
) -> bool:
    """Find impossible numbers, and intersections where somebody waits and nothing changes.

    Parameters
    ----------
    approach_offset
        int32 [nI + 1] approaches of each intersection.
    rows
        float32 [4, nA] queue, count, wait and gap; only a gap may be infinite.
    before
        float32 [4, nA] the same of the tick before; replaced.
    tick_ds
        Length of a tick.
    still_ds
        int32 [nI] for how long nothing has changed; renewed.
    fault
        int8 [nI] result: 0, `IMPOSSIBLE` or `FROZEN`.

    Returns
    -------
    bool
        Whether there is a fault.
    """
    any_fault = False
    for i in range(len(fault)):
        impossible, waiting, same = False, False, True
        for a in range(approach_offset[i], approach_offset[i + 1]):
            for row in range(4):
                value = rows[row, a]
                impossible = impossible or not value >= 0 or (row < 3 and value == np.inf)
                same = same and value == before[row, a]
                before[row, a] = value
            waiting = waiting or 0 < rows[2, a] < COUNTED_S
        still_ds[i] = min(still_ds[i] + tick_ds, FROZEN_DS) if waiting and same else 0
        fault[i] = IMPOSSIBLE if impossible else FROZEN if still_ds[i] >= FROZEN_DS else 0
        any_fault = any_fault or fault[i] > 0
    return any_fault


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
