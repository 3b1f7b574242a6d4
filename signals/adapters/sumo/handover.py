"""Leaving an intersection to SUMO's own program, which starts with whatever is its turn."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from signals.model.network import Network
from signals.model.values import Aspect, ByteArray

__all__ = ["Handover"]


class Handover:
    """What intersections show between our last command and their own program: amber where it was green, then red.

    It lasts as long as the longest intergreen, so that the program may begin with any green.

    Parameters
    ----------
    network
        The network.
    tick_ds
        Length of a tick.
    """

    def __init__(self, network: Network, tick_ds: int) -> None:
        arrays = network.arrays
        self._tick_ds = tick_ds
        self._amber_ds = arrays.amber_ds
        cuts = pairwise(arrays.matrix_offset.tolist())
        rows = [arrays.intergreen_ds[first:end] for first, end in cuts]
        self._last_ds = [int(row.max(initial=0)) for row in rows]
        self._left: dict[int, ByteArray] = {}
        self._elapsed_ds: dict[int, int] = {}

    @property
    def under_way(self) -> tuple[int, ...]:
        """The intersections that are being handed over."""
        return tuple(self._left)

    def begin(self, intersection: int, aspects: ByteArray) -> None:
        """Leave an intersection that shows these aspects."""
        self._left[intersection] = aspects.copy()
        self._elapsed_ds[intersection] = 0

    def cancel(self, intersection: int) -> None:
        """Take it back, or forget that it was left."""
        self._left.pop(intersection, None)

    def step(self, intersection: int, rows: slice) -> ByteArray | None:
        """Return what it shows during the coming tick; None when its own program may begin.

        Parameters
        ----------
        intersection
            Its index.
        rows
            Its groups in network-wide arrays.
        """
        elapsed_ds = self._elapsed_ds[intersection]
        if elapsed_ds >= self._last_ds[intersection]:
            self.cancel(intersection)
            return None
        self._elapsed_ds[intersection] = elapsed_ds + self._tick_ds
        left = self._left[intersection]
        was_green = (left == Aspect.GREEN) | (left == Aspect.AMBER)
        aspects = np.full(len(left), Aspect.RED, np.int8)
        aspects[was_green & (elapsed_ds < self._amber_ds[rows])] = Aspect.AMBER
        return aspects
