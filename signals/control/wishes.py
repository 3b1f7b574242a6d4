"""From stages or groups to a Decision: the one place where wishes are put into words."""

from __future__ import annotations

import numpy as np

from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import BoolArray, Decision, IntArray

__all__ = ["NO_STAGE", "Wishes"]

NO_STAGE = -1
"""In `Decision.stage`: the groups are chosen freely."""


class Wishes:
    """Makes decisions for one network; what can be looked up is looked up once.

    Parameters
    ----------
    network
        The network.
    """

    def __init__(self, network: Network) -> None:
        arrays = network.arrays
        counts = np.diff(arrays.group_offset)
        green = arrays.stage_green.astype(np.bool_)
        self._green = np.vstack([green, np.zeros((1, green.shape[1]), np.bool_)])  # last row: no stage, no green
        self._first_stage = arrays.stage_offset[:-1]
        self._place = np.repeat(np.arange(len(counts)), counts)
        self._column = np.arange(len(self._place)) - np.repeat(arrays.group_offset[:-1], counts)
        self._pedestrian: BoolArray = arrays.group_user == User.PEDESTRIAN

    def groups_of(self, stage: IntArray) -> BoolArray:
        """Say which groups are green in the given stages.

        Parameters
        ----------
        stage
            int32 [nI] stage of each intersection; `NO_STAGE` = none of its groups.

        Returns
        -------
        BoolArray
            bool [nG].
        """
        rows = np.where(stage >= 0, self._first_stage + stage, len(self._green) - 1)
        found: BoolArray = self._green[rows[self._place], self._column]
        return found

    def of_stages(self, stage: IntArray, called: BoolArray | None = None) -> Decision:
        """Want the groups of stages.

        Parameters
        ----------
        stage
            int32 [nI] stage of each intersection; `NO_STAGE` = nothing is wanted there.
        called
            bool [nG] people on foot get green only where this is True; without it always.
        """
        want = self.groups_of(stage)
        if called is not None:
            want &= called | ~self._pedestrian
        return Decision(want, stage.astype(np.int32))

    def of_groups(self, want: BoolArray) -> Decision:
        """Want groups chosen freely.

        Parameters
        ----------
        want
            bool [nG].
        """
        return Decision(want.astype(np.bool_), np.full(len(self._first_stage), NO_STAGE, np.int32))
