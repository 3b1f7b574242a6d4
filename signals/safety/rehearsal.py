"""What the guard would answer to a wish, without asking it: whoever learns to control needs to know beforehand.

A rehearsal is one tick of the guard's own kernel on a copy of its memory, so that no rule is written twice. A wish that
only has to wait (for a minimum green, an amber, a clearance, an intergreen, a start-up) is not refused: the guard will
show it without being asked again. It is refused where the guard decides otherwise.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Final

import numpy as np

from signals.kernels.compile import quick
from signals.model.values import Aspect, BoolArray, ByteArray, Decision, Readings
from signals.safety.interstage import (
    EMERGENCY,
    ILLEGAL_WISH,
    MAX_GREEN,
    NOT_WRITTEN,
    REASONS,
    URGENT,
    Site,
    State,
    step,
)
from signals.safety.offsets import StageOffsets
from signals.safety.plausible import copied

__all__ = ["REFUSALS", "Rehearsal"]

REFUSALS: Final = (ILLEGAL_WISH, MAX_GREEN, URGENT, EMERGENCY, NOT_WRITTEN)
"""The numbers in `Verdict.reason` that mean no, where all others mean not yet."""


class Rehearsal:
    """Asks about wishes as `signals.safety.guard.Guard` would judge them in the tick that comes.

    Parameters
    ----------
    site, state
        The guard's; the state is copied at every question and never changed.
    offsets
        The guard's late starts and early cut-offs; copied likewise.
    unwritten
        bool [nI] the intersections that the guard does not write whatever is wanted; looked at anew every time.
    """

    def __init__(self, site: Site, state: State, offsets: StageOffsets, unwritten: BoolArray) -> None:
        intersections, groups = len(state.charge), len(state.aspect)
        self._offsets, self._unwritten = offsets, unwritten
        self._state = deepcopy(state)
        self._memory = [(getattr(self._state, name), getattr(state, name)) for name in State._fields]
        self._want, self._demand = np.zeros((2, groups), np.bool_)
        self._shown, self._preempt = np.zeros((2, groups), np.int8)
        self._write = np.zeros(intersections, np.bool_)
        self._owner = np.repeat(np.arange(intersections), np.diff(site.group_offset))
        self._refuses = np.isin(np.arange(len(REASONS)), REFUSALS)
        self._columns = quick(site), quick(self._state)
        self._inputs = quick((self._want, self._demand, self._preempt, self._shown, self._write))

    def refusals(self, decision: Decision, readings: Readings, demand: BoolArray) -> ByteArray:
        """Say where a decision would be refused.

        Parameters
        ----------
        decision
            bool [nG] and int32 [nI], what would be wanted; where its stage is negative, but for -1, nothing is asked.
        readings
            The same as the guard will be given.
        demand
            bool [nG] likewise.

        Returns
        -------
        ByteArray
            int8 [nI] 0 where every wanted group is shown or only has to wait; otherwise the number (one of `REFUSALS`)
            why one is refused. `NOT_WRITTEN` where nothing was asked. A new array.

        Raises
        ------
        ValueError
            When the decision has not these shapes and types.
        """
        self._take(decision, readings, demand)
        step(*self._columns, *self._inputs)
        reason = self._state.reason
        found = np.zeros(len(self._write), np.int8)
        refused = self._want & self._refuses[reason]
        np.maximum.at(found, self._owner[refused], reason[refused])
        found[~self._write] = NOT_WRITTEN
        return found

    def _take(self, decision: Decision, readings: Readings, demand: BoolArray) -> None:
        """Make the inputs of the kernel as the guard makes them, and a copy of its memory."""
        if not copied(decision.want, self._want) or decision.stage.shape != self._write.shape:
            raise ValueError(f"expected bool [{len(self._want)}] and int32 [{len(self._write)}], got {decision}")
        for column, source in self._memory:
            column[:] = source
        if not copied(demand, self._demand):
            self._demand[:] = True
        if not copied(readings.aspect, self._shown):
            self._shown[:] = Aspect.UNKNOWN
        if not copied(readings.preempt, self._preempt):
            self._preempt[:] = 0
        if self._offsets.any:
            deepcopy(self._offsets).apply(decision.stage, self._state.aspect, self._want)
        np.greater_equal(decision.stage, -1, out=self._write)
        self._write &= ~self._unwritten
