"""The stage that every intersection was last asked for, and whether it may be left: shared by stage-based controllers.

A stage is asked for until the next one is. It is mature, and may be left, when every group wanted in it is green and
every green has lasted its minimum: who asks for another one sooner only loses time.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from signals.control.wishes import NO_STAGE, Wishes
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import Aspect, BoolArray, Decision, IntArray, Snapshot

__all__ = ["RunningStages", "tenths"]

Numbers = npt.NDArray[np.integer]


class RunningStages:
    """The running stage of every intersection.

    People on foot are wanted on call: from the beginning of their stage, or later while nobody waits for another one,
    until nobody calls any more.

    Parameters
    ----------
    network
        The network.
    first
        int32 [nI] the stages to begin with; `NO_STAGE` where an intersection has none.

    Attributes
    ----------
    stage
        int32 [nI] what was asked for.
    in_stage
        bool [nG] the groups of these stages.
    shown, mature, rival
        bool [nI] see `watch`.
    """

    def __init__(self, network: Network, first: IntArray) -> None:
        arrays = network.arrays
        self._wishes = Wishes(network)
        self._first_group = arrays.group_offset[:-1]
        self._min_green_ds = arrays.min_green_ds
        self._pedestrian: BoolArray = arrays.group_user == User.PEDESTRIAN
        self._patience_ds = _patience_ds(network)
        self._servable = _servable(network)
        self.stage: IntArray = first.astype(np.int32)
        self.in_stage: BoolArray = self._wishes.groups_of(self.stage)
        self.mature: BoolArray = np.zeros(len(first), np.bool_)
        self.shown: BoolArray = np.zeros(len(first), np.bool_)
        self.rival: BoolArray = np.zeros(len(first), np.bool_)
        self._walk: BoolArray = np.zeros(len(self._pedestrian), np.bool_)
        self._asked_ds = np.full(len(first), -1, np.int64)
        self._places = np.repeat(np.arange(len(first)), np.diff(arrays.group_offset))

    def watch(self, snapshot: Snapshot) -> None:
        """Look at what is shown and who waits.

        Afterwards these hold (bool [nI]): `shown`, all that is wanted is green; `mature`, the stage may be left;
        `rival`, somebody waits for another one.

        Parameters
        ----------
        snapshot
            What we believe.
        """
        now_ds = tenths(snapshot.time_s)
        self._asked_ds[self._asked_ds < 0] = now_ds
        green = snapshot.aspect == Aspect.GREEN
        young = green & (snapshot.age_ds < self._min_green_ds)
        missing = self.in_stage & ~green & (self._walk | ~self._pedestrian)
        self.shown = ~self._anywhere(missing) | (now_ds - self._asked_ds >= self._patience_ds)
        self.mature = self.shown & ~self._anywhere(young) & (self.stage != NO_STAGE)
        self.rival = self._anywhere(snapshot.demand & ~self.in_stage & self._servable)

    def ask(self, intersection: int | Numbers, stage: int | Numbers, snapshot: Snapshot) -> None:
        """Ask one intersection, or several, for another stage, from the next `decide` on."""
        self.stage[intersection] = stage
        self._asked_ds[intersection] = tenths(snapshot.time_s)
        self.mature[intersection] = self.shown[intersection] = False

    def decide(self, snapshot: Snapshot) -> Decision:
        """Want the stages, people on foot on call."""
        self.in_stage = self._wishes.groups_of(self.stage)
        green = snapshot.aspect == Aspect.GREEN
        open_to_calls = (~self.rival | ~self.shown)[self._places]
        joins = self._pedestrian & self.in_stage & snapshot.demand & open_to_calls
        served = green & ~snapshot.demand
        self._walk = (self._walk | joins) & self.in_stage & ~served
        return Decision(self.in_stage & (self._walk | ~self._pedestrian), self.stage.astype(np.int32))

    def _anywhere(self, groups: BoolArray) -> BoolArray:
        """Return bool [nI]: whether one of the intersection's groups is marked."""
        if not len(self._first_group):
            return np.zeros(0, np.bool_)
        found: BoolArray = np.logical_or.reduceat(groups, self._first_group)
        return found


def tenths(time_s: float) -> int:
    """Return a time in whole tenths of a second."""
    return round(time_s * 10)


def _servable(network: Network) -> BoolArray:
    """Return bool [nG]: whether a group is in a stage at all."""
    served = [{g for stage in place.stages for g in stage.groups} for place in network.intersections]
    found = [
        g in groups
        for place, groups in zip(network.intersections, served, strict=True)
        for g in range(len(place.groups))
    ]
    return np.array(found, np.bool_)


def _patience_ds(network: Network) -> IntArray:
    """Return after how long a stage counts as shown although a group of it is not: no legal change takes longer."""
    return np.array(
        [
            2 * max(group.min_green_ds for group in place.groups)
            + max(group.red_amber_ds for group in place.groups)
            + max(cell or 0 for row in place.intergreen_ds for cell in row)
            for place in network.intersections
        ],
        np.int32,
    )
