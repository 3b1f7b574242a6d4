"""Late start and early cut-off: groups of one stage that do not begin or end together.

Whoever wants a stage gets its groups with their offsets, whatever controller it is. A group with a late start is not
wished until its time since the start of the first group of the stage is over. When another stage is wanted, the groups
without early cut-off stay wished for as long as the longest cut-off of the stage that they leave. Offsets only make one
wish of another: that what is shown is safe does not depend on them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from signals.model.values import Aspect, BoolArray, ByteArray, IntArray

if TYPE_CHECKING:
    from signals.model.intersections import Intersection
    from signals.model.network import Network

__all__ = ["StageOffsets"]

STARTED: Final = (Aspect.RED_AMBER, Aspect.GREEN)


class StageOffsets:
    """The offsets of all stages that have any.

    Parameters
    ----------
    network
        The network.
    tick_ds
        Length of a tick, > 0.
    """

    def __init__(self, network: Network, tick_ds: int) -> None:
        first = network.arrays.group_offset.tolist()
        self._places = [
            _Place(number, place, first[number], tick_ds)
            for number, place in enumerate(network.intersections)
            if any(any(stage.late_start_ds) or any(stage.early_cutoff_ds) for stage in place.stages)
        ]

    @property
    def any(self) -> bool:
        """Whether any stage has offsets."""
        return bool(self._places)

    def apply(self, stage: IntArray, aspect: ByteArray, want: BoolArray) -> None:
        """Delay the starts and the ends of a wish.

        Parameters
        ----------
        stage
            int32 [nI] the stage that is wanted; where it is negative the offsets rest.
        aspect
            int8 [nG] what is shown.
        want
            bool [nG] what is wished; changed.
        """
        for place in self._places:
            place.apply(int(stage[place.number]), aspect, want)


class _Place:
    """One intersection: the stage that is wanted, and the one that is being left."""

    def __init__(self, number: int, place: Intersection, first: int, tick_ds: int) -> None:
        self.number, self._tick_ds = number, tick_ds
        self._late: list[dict[int, int]] = []
        self._ends: list[dict[int, int]] = []
        for stage in place.stages:
            groups = [first + group for group in stage.groups]
            cutoffs_ds = stage.early_cutoff_ds or (0,) * len(groups)
            longest_ds = max(cutoffs_ds, default=0)
            self._late.append(dict(zip(groups, stage.late_start_ds or (0,) * len(groups), strict=True)))
            self._ends.append({group: longest_ds - cut for group, cut in zip(groups, cutoffs_ds, strict=True)})
        self._stage, self._since_ds, self._left_ds = -1, -1, 0
        self._leaving: dict[int, int] = {}

    def apply(self, stage: int, aspect: ByteArray, want: BoolArray) -> None:
        if not 0 <= stage < len(self._late):
            self._stage = -1
            return
        changed = stage != self._stage
        if changed:
            self._leaving = self._ends[self._stage] if self._stage >= 0 else {}
            self._stage, self._since_ds, self._left_ds = stage, -1, 0
        for group, until_ds in self._leaving.items():
            want[group] |= self._left_ds < until_ds and aspect[group] == Aspect.GREEN
        self._left_ds += self._tick_ds
        late = self._late[stage]
        if self._since_ds >= 0:
            self._since_ds += self._tick_ds
        elif any(aspect[group] in STARTED for group, wait_ds in late.items() if not wait_ds):
            self._since_ds = 0 if changed else self._tick_ds
        for group, wait_ds in late.items():
            want[group] &= self._since_ds >= wait_ds or aspect[group] in STARTED or not wait_ds
