"""What an observation and a reward may look at: one intersection in a network, and what is believed of it."""

from __future__ import annotations

from typing import NamedTuple

from signals.model.network import Network
from signals.model.values import IntArray, Snapshot

__all__ = ["View"]


class View(NamedTuple):
    """One intersection at one time.

    Attributes
    ----------
    network
        The network.
    intersection
        The number of the intersection in it.
    stage
        The stage that was asked for last (number within the intersection).
    snapshot
        What is believed of the whole network. Its arrays are valid until the next tick: who keeps one, copies it.
    """

    network: Network
    intersection: int
    stage: int
    snapshot: Snapshot

    @property
    def approaches(self) -> slice:
        """Rows of the intersection in columns of approaches."""
        return _rows(self.network.arrays.approach_offset, self.intersection)

    @property
    def groups(self) -> slice:
        """Rows of the intersection in columns of signal groups."""
        return _rows(self.network.arrays.group_offset, self.intersection)

    @property
    def links(self) -> slice:
        """Rows of the intersection in columns of controlled movements."""
        offset, approaches = self.network.arrays.link_offset, self.approaches
        return slice(int(offset[approaches.start]), int(offset[approaches.stop]))

    @property
    def arrivals(self) -> slice:
        """Rows of the intersection in the snapshot's columns of arrivals."""
        offset, approaches = self.snapshot.arrival_offset, self.approaches
        return slice(int(offset[approaches.start]), int(offset[approaches.stop]))


def _rows(offset: IntArray, item: int) -> slice:
    return slice(int(offset[item]), int(offset[item + 1]))
