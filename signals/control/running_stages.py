"""The stage that every intersection was last asked for, and whether it may be left: shared by stage-based controllers.

A stage is asked for until the next one is. It is mature, and may be left, when every group wanted in it is green and
every green has lasted its minimum: who asks for another one sooner only loses time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import quick
from signals.kernels.running_stages import Running, Stages, ask_stages, want_stages, watch_stages
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
    columns
        The arrays of a `signals.kernels.running_stages.Stages` and of a `Running`, for kernels; they share the memory.
    """

    def __init__(self, network: Network, first: IntArray) -> None:
        groups = int(network.arrays.group_offset[-1])
        running = Running(
            stage=first.astype(np.int32),
            asked_ds=np.full(len(first), -1, np.int64),
            shown=np.zeros(len(first), np.bool_),
            mature=np.zeros(len(first), np.bool_),
            rival=np.zeros(len(first), np.bool_),
            in_stage=np.zeros(groups, np.bool_),
            walk=np.zeros(groups, np.bool_),
        )
        self.stage, self._asked_ds, self.shown, self.mature, self.rival, self.in_stage, _ = running
        self.columns: tuple[tuple[Any, ...], tuple[Any, ...]] = (quick(_stages(network)), quick(running))
        # Compile now, not in the first tick; nobody demands anything, so nothing is remembered but the groups in stage.
        dark, nobody = np.full(groups, Aspect.UNKNOWN, np.int8), np.zeros(groups, np.bool_)
        watch_stages(-1, *self.columns, dark, np.zeros(groups, np.int32), nobody)
        want_stages(*self.columns, dark, nobody, np.empty(groups, np.bool_))
        self.shown[:] = self.mature[:] = self.rival[:] = False

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
        watch_stages(now_ds, *self.columns, snapshot.aspect, snapshot.age_ds, snapshot.demand)

    def ask(self, intersection: int | Numbers, stage: int | Numbers, snapshot: Snapshot) -> None:
        """Ask one intersection, or several, for another stage, from the next `decide` on."""
        self.stage[intersection] = stage
        self._asked_ds[intersection] = tenths(snapshot.time_s)
        self.mature[intersection] = self.shown[intersection] = False

    def ask_all(self, stage: IntArray, time_s: float) -> None:
        """Ask every intersection for a stage, int32 [nI]; that which runs already goes on."""
        ask_stages(tenths(time_s), stage, self.columns[1])

    def decide(self, snapshot: Snapshot) -> Decision:
        """Want the stages, people on foot on call."""
        want = np.empty(len(self.in_stage), np.bool_)
        want_stages(*self.columns, snapshot.aspect, snapshot.demand, want)
        return Decision(want, self.stage.copy())


def tenths(time_s: float) -> int:
    """Return a time in whole tenths of a second."""
    return round(time_s * 10)


def _stages(network: Network) -> Stages:
    arrays = network.arrays
    return Stages(
        group_first=arrays.group_offset,
        stage_first=arrays.stage_offset,
        green=arrays.stage_green,
        min_green_ds=arrays.min_green_ds,
        on_foot=arrays.group_user == User.PEDESTRIAN,
        servable=_servable(network),
        patience_ds=_patience_ds(network),
    )


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
