"""Many replicas of one intersection, in blocks that stay in the processor's cache while their ticks pass."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from signals.env.block import Block
from signals.env.disruptions import disrupted
from signals.env.setting import Setting
from signals.model.travel import Travel
from signals.model.trips import DoubleArray
from signals.model.values import BoolArray, IntArray
from signals.scenario_worlds import travel_of

__all__ = ["Replicas"]

BLOCK = 128
"""At most so many replicas pass their ticks together; what they work on fits into the second-level cache then."""


class Replicas:
    """Replicas of the one intersection of a setting.

    Parameters
    ----------
    setting
        What is replicated.
    count
        How often.
    demands
        How many different sets of travellers there are in an episode.
    """

    def __init__(self, setting: Setting, count: int, demands: int) -> None:
        file = setting.scenario.file
        self._setting, self._count, self._demands = setting, count, min(demands, count)
        bounds = [*range(0, count, BLOCK), count]
        self._rows = [slice(first, last) for first, last in pairwise(bounds)]
        self._blocks = [Block(setting, rows.stop - rows.start) for rows in self._rows]
        self._begin_s, self._end_s = file.time.begin_s, file.time.end_s
        self.tick_ds = setting.scenario.tick_ds
        self._ticks = 0

    def __iter__(self) -> Iterator[tuple[slice, Block]]:
        """Iterate over the blocks, with the rows that their replicas have in arrays of all."""
        return zip(self._rows, self._blocks, strict=True)

    @property
    def over(self) -> bool:
        """Whether the episode's time is over."""
        return self._over(0)

    @property
    def stage(self) -> IntArray:
        """int32 [R] the stage that was asked for last; a new array."""
        return np.concatenate([block.stage for block in self._blocks])

    def begin(self, seed: int, chance: np.random.Generator) -> None:
        """Begin an episode.

        Parameters
        ----------
        seed
            Of the travellers: the sets have this seed and those after it.
        chance
            Which replica has which set.
        """
        sets = self._travels(seed)
        chosen = [sets[number] for number in chance.permutation(np.arange(self._count) % self._demands).tolist()]
        for rows, block in self:
            block.begin(chosen[rows])
        self._ticks = 0

    def begin_ticks(self, most: int) -> int:
        """Return how many ticks the next step has: so many at most, and no more than the episode; count them."""
        ticks = 1
        while ticks < most and not self._over(ticks):
            ticks += 1
        self._ticks += ticks
        return ticks

    def open_stages(self) -> BoolArray:
        """Return bool [R, S]: the stages that the guard would not refuse; the running one where it refuses all."""
        return np.concatenate([block.open_stages() for block in self._blocks])

    def delay_s(self) -> DoubleArray:
        """Return float64 [R]: the mean delay of the vehicles scheduled so far."""
        return np.concatenate([block.delay_s() for block in self._blocks])

    def _over(self, ticks: int) -> bool:
        return self._begin_s + (self._ticks + ticks) * self.tick_ds / 10.0 >= self._end_s - 1e-9

    def _travels(self, seed: int) -> list[Travel]:
        scenario = self._setting.scenario
        file = disrupted(scenario.file, self._setting.disruptions)
        return [
            travel_of(file, scenario.folder, scenario.network, seed + number)[0].since(self._begin_s)
            for number in range(self._demands)
        ]
