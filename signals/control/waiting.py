"""Who waits for each stage of an intersection: what a decision is explained with."""

from __future__ import annotations

import numpy as np

from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import Aspect, Snapshot

__all__ = ["Waiting"]


class Waiting:
    """Counts who waits for the stages of a network.

    Parameters
    ----------
    network
        The network.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        arrays = network.arrays
        self._approach_of = np.repeat(np.arange(len(arrays.approach_lane)), np.diff(arrays.link_offset))

    def of(self, intersection: int, snapshot: Snapshot) -> list[tuple[float, float]]:
        """Return for each stage how many stand or have called that it would serve, and the longest wait in s.

        A lane counts with every stage that serves one of its movements. How long people on foot have waited is not
        known.
        """
        arrays, place = self._network.arrays, self._network.intersections[intersection]
        first = int(arrays.group_offset[intersection])
        found = []
        for stage in place.stages:
            groups = [first + g for g in stage.groups]
            approaches = np.unique(self._approach_of[np.isin(arrays.link_group, groups)])
            called = [
                g for g in groups if arrays.group_user[g] == User.PEDESTRIAN and snapshot.demand[g]
                and snapshot.aspect[g] != Aspect.GREEN
            ]  # fmt: skip
            queue_veh = float(np.nansum(snapshot.queue_veh[approaches]))
            longest_s = float(np.nanmax(snapshot.wait_s[approaches], initial=0.0))
            found.append((queue_veh + len(called), longest_s))
        return found
