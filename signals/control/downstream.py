"""What lies behind the exits: the stop lines at the end of the road that each controlled movement leads to."""

from __future__ import annotations

import numpy as np

from signals.control.stage_sums import DoubleArray
from signals.model.network import Network
from signals.model.values import BoolArray, FloatArray, IntArray

__all__ = ["Downstream", "stop_lines_downstream"]


class Downstream:
    """Means over the lanes at the end of the next road.

    Parameters
    ----------
    network
        The network.

    Attributes
    ----------
    known
        bool [nK] whether a stop line follows.
    """

    def __init__(self, network: Network) -> None:
        self._link, self._approach = stop_lines_downstream(network)
        self._lanes = np.bincount(self._link, minlength=len(network.arrays.link_group))
        self.known: BoolArray = self._lanes > 0

    def mean(self, approach_values: DoubleArray | FloatArray) -> DoubleArray:
        """Return float64 [nK]: the mean over the stop lines that follow, 0 where none does.

        Parameters
        ----------
        approach_values
            [nA] one value for every approach; what is not known (NaN) counts as nothing.
        """
        values = np.nan_to_num(approach_values)[self._approach]
        total = np.bincount(self._link, values, len(self._lanes))
        found: DoubleArray = total / np.maximum(self._lanes, 1)
        return found


def stop_lines_downstream(network: Network) -> tuple[IntArray, IntArray]:
    """Return pairs (link, approach): the stop lines at the end of the road that each link leads to.

    Parameters
    ----------
    network
        The network.
    """
    arrays = network.arrays
    ends: dict[str, list[int]] = {}
    for approach, lane in enumerate(arrays.approach_lane):
        ends.setdefault(network.lanes[lane].edge, []).append(approach)
    pairs = [(k, a) for k, to in enumerate(arrays.link_to_lane) for a in ends.get(network.lanes[to].edge, ())]
    return np.array([k for k, _ in pairs], np.int32), np.array([a for _, a in pairs], np.int32)
