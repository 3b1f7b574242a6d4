"""From the worth of links to the worth of stages."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import IntArray, Snapshot

__all__ = ["DoubleArray", "StageSums"]

DoubleArray = npt.NDArray[np.float64]


class StageSums:
    """Sums over the links of every stage, and over its called pedestrian groups.

    Parameters
    ----------
    network
        The network.
    pedestrian_weight
        What a called pedestrian group is worth, in the unit of what links are worth.
    """

    def __init__(self, network: Network, pedestrian_weight: float) -> None:
        arrays = network.arrays
        self._pedestrian = arrays.group_user == User.PEDESTRIAN
        self._call_weight: DoubleArray = np.where(self._pedestrian, pedestrian_weight, 0.0)
        self._link_group = arrays.link_group
        self._stages = int(arrays.stage_offset[-1])
        self._green = _stage_groups(network)

    def of_links(self, links: DoubleArray, snapshot: Snapshot, calls: DoubleArray | None = None) -> DoubleArray:
        """Return float64 [nS]: what every stage is worth.

        Parameters
        ----------
        links
            float64 [nK] what every link is worth.
        snapshot
            Who calls.
        calls
            float64 [nG] what a call of each group is worth, where not all are worth `pedestrian_weight`.
        """
        worth = self._call_weight if calls is None else np.where(self._pedestrian, calls, 0.0)
        return self.of_groups(np.bincount(self._link_group, links, len(worth)) + worth * snapshot.demand)

    def of_groups(self, groups: DoubleArray) -> DoubleArray:
        """Return float64 [nS]: the sum over the groups of every stage.

        Parameters
        ----------
        groups
            float64 [nG] what every group is worth.
        """
        stage, group = self._green
        return np.bincount(stage, groups[group], self._stages).astype(np.float64)


def _stage_groups(network: Network) -> tuple[IntArray, IntArray]:
    """Return pairs (stage, group), both network-wide: who is green when."""
    arrays = network.arrays
    place = np.repeat(np.arange(len(network.intersections)), np.diff(arrays.stage_offset))
    stage, column = np.nonzero(arrays.stage_green)
    return stage.astype(np.int32), (arrays.group_offset[place[stage]] + column).astype(np.int32)
