"""The fixed-time program that an intersection runs by itself while nobody commands it."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate, pairwise

import numpy as np

from signals.model.intersections import Intersection
from signals.model.network import Network
from signals.model.values import Aspect, BoolArray, ByteArray

__all__ = ["OwnProgram", "OwnPrograms"]


class OwnPrograms:
    """The first plan of every intersection; one without a plan keeps showing what it shows.

    Like a street cabinet it keeps the intergreens, also at the moment when it takes over in the middle of anything.

    Parameters
    ----------
    network
        The network.
    """

    def __init__(self, network: Network) -> None:
        offset = network.arrays.group_offset
        self._rows = [slice(int(first), int(last)) for first, last in pairwise(offset)]
        self._programs = [OwnProgram(intersection) for intersection in network.intersections]

    def show(self, time_ds: int, own: BoolArray, aspect: ByteArray) -> None:
        """Set in `aspect` what the intersections chosen by `own` show from a time on."""
        for number in np.flatnonzero(own):
            program = self._programs[number]
            if program.runs:
                aspect[self._rows[number]] = program.aspects(time_ds)

    def note(self, until_ds: int, aspect: ByteArray) -> None:
        """Remember what was shown up to a time, whoever decided it."""
        for program, rows in zip(self._programs, self._rows, strict=True):
            program.note(until_ds, aspect[rows])


class OwnProgram:
    """The first plan of one intersection.

    Parameters
    ----------
    intersection
        The intersection.
    """

    def __init__(self, intersection: Intersection) -> None:
        self._intersection = intersection
        self._ends_ds = _step_ends_ds(intersection)
        self._green_until_ds = np.full(len(intersection.groups), -(10**9), np.int64)

    @property
    def runs(self) -> bool:
        """Whether it has a plan."""
        return bool(self._intersection.plans)

    def aspects(self, time_ds: int) -> ByteArray:
        """Return int8 [n]: what its groups show from a time on."""
        plan = self._intersection.plans[0]
        step = bisect_right(self._ends_ds, (time_ds - plan.offset_ds) % plan.cycle_ds)
        wanted = plan.steps[step].groups
        return np.array(_aspects(self._intersection, wanted, time_ds, self._green_until_ds.tolist()), np.int8)

    def note(self, until_ds: int, aspect: ByteArray) -> None:
        """Remember what was shown up to a time, whoever decided it."""
        self._green_until_ds[aspect == Aspect.GREEN] = until_ds


def _step_ends_ds(intersection: Intersection) -> list[int]:
    return list(accumulate(step.duration_ds for step in intersection.plans[0].steps)) if intersection.plans else []


def _aspects(
    intersection: Intersection, wanted: tuple[int, ...], time_ds: int, green_until_ds: list[int]
) -> list[Aspect]:
    shown = []
    for number, group in enumerate(intersection.groups):
        since_ds = time_ds - green_until_ds[number]
        if number in wanted and _is_free(intersection, number, time_ds, green_until_ds):
            shown.append(Aspect.GREEN)
        elif since_ds < group.amber_ds:
            shown.append(Aspect.AMBER)
        elif since_ds < group.clearance_ds:
            shown.append(Aspect.CLEARANCE)
        else:
            shown.append(Aspect.RED)
    return shown


def _is_free(intersection: Intersection, number: int, time_ds: int, green_until_ds: list[int]) -> bool:
    """Whether every conflicting group has been over for its intergreen."""
    for other, until_ds in enumerate(green_until_ds):
        intergreen_ds = intersection.intergreen_ds[other][number]
        if intergreen_ds is not None and time_ds - until_ds < intergreen_ds:
            return False
    return True
