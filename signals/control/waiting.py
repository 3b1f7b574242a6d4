"""Who waits for each stage of an intersection: what a decision is explained with."""

from __future__ import annotations

import numpy as np

from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import Aspect, IntArray, Snapshot

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
        self._approach_of = np.repeat(np.arange(len(network.arrays.approach_lane)), np.diff(network.arrays.link_offset))
        self._served: dict[int, list[tuple[list[int], IntArray]]] = {}

    def of(self, intersection: int, snapshot: Snapshot) -> list[tuple[float, float]]:
        """Return for each stage how many stand or have called that it would serve, and the longest wait in s.

        A lane counts with every stage that serves one of its movements. How long people on foot have waited is not
        known.
        """
        if intersection not in self._served:
            self._served[intersection] = self._stages(intersection)
        found = []
        for walks, approaches in self._served[intersection]:
            called = sum(bool(snapshot.demand[g] and snapshot.aspect[g] != Aspect.GREEN) for g in walks)
            queue_veh, wait_s = snapshot.queue_veh[approaches], snapshot.wait_s[approaches]
            standing_veh, longest_s = float(queue_veh.sum()), float(wait_s.max(initial=0.0))
            if np.isnan(standing_veh + longest_s):  # seldom, and what leaves them out takes ten times as long
                standing_veh, longest_s = float(np.nansum(queue_veh)), float(np.nanmax(wait_s, initial=0.0))
            found.append((standing_veh + called, longest_s))
        return found

    def _stages(self, intersection: int) -> list[tuple[list[int], IntArray]]:
        """Return for each stage of an intersection its groups of people on foot, and the approaches that it serves."""
        arrays, found = self._network.arrays, []
        first = int(arrays.group_offset[intersection])
        for stage in self._network.intersections[intersection].stages:
            groups = [first + g for g in stage.groups]
            approaches = np.unique(self._approach_of[np.isin(arrays.link_group, groups)]).astype(np.int32)
            found.append(([g for g in groups if arrays.group_user[g] == User.PEDESTRIAN], approaches))
        return found
