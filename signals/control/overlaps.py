"""Changes of greens, group by group: who ends need not end before somebody who begins needs it.

When several groups end and others begin, the slowest pair decides how long that takes. All others have time to spare: a
group whose successors have to wait for another one anyway stays green until its own intergreens, and no more, are
left. That costs nobody anything and is how engineers draw interstages (RiLSA 2015, section 2.7: a change of stages is
designed signal group by signal group).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from signals.control.running_stages import tenths
from signals.model.intersections import Intersection
from signals.model.network import Network
from signals.model.values import Aspect, BoolArray, Snapshot

__all__ = ["Overlaps", "late_ends_ds"]

LONG_AGO_DS = -(10**9)


def late_ends_ds(
    place: Intersection, ending: Mapping[int, int], starting: tuple[int, ...], wait_ds: Mapping[int, int] | None = None
) -> dict[int, int]:
    """Return how long each ending group may still stay green without delaying anybody who starts.

    Parameters
    ----------
    place
        The intersection.
    ending
        Groups that end → for how long they have to stay green anyway.
    starting
        Groups that start; no two of them conflict.
    wait_ds
        How long groups that start have to wait because of others that have ended before; 0 where nothing is said.

    Returns
    -------
    dict
        Group → tenths of a second. One that conflicts with nobody who starts ends when the last of them may start.
    """
    matrix, known = place.intergreen_ds, wait_ds or {}
    start_ds = {
        j: max([known.get(j, 0), *(more + cell for i, more in ending.items() if (cell := matrix[i][j]) is not None)])
        for j in starting
    }
    all_ds = max(start_ds.values(), default=0)
    return {
        i: min((start_ds[j] - cell for j in starting if (cell := matrix[i][j]) is not None), default=all_ds)
        for i in ending
    }


class Overlaps:
    """Holds what ends for as long as it costs nobody anything.

    Parameters
    ----------
    network
        The network.
    """

    def __init__(self, network: Network) -> None:
        arrays = network.arrays
        self._places = network.intersections
        self._first_group = arrays.group_offset.tolist()
        self._place_of = np.repeat(np.arange(len(self._places)), np.diff(arrays.group_offset))
        self._min_green_ds = arrays.min_green_ds
        self._green_until_ds = np.full(len(self._place_of), LONG_AGO_DS, np.int64)

    def apply(self, want: BoolArray, snapshot: Snapshot) -> BoolArray:
        """Return a wish in which groups end late; to be called every tick.

        Parameters
        ----------
        want
            bool [nG] what is wanted; no two groups of it conflict.
        snapshot
            What is shown.
        """
        now_ds = tenths(snapshot.time_s)
        green = snapshot.aspect == Aspect.GREEN
        self._green_until_ds[green] = now_ds
        changing = np.unique(self._place_of[green & ~want])
        if not len(changing):
            return want
        found = want.copy()
        for i in changing.tolist():
            self._hold(i, found, green, snapshot)
        return found

    def _hold(self, i: int, want: BoolArray, green: BoolArray, snapshot: Snapshot) -> None:
        """Want who may end later, and not yet those who have to wait for them."""
        first, last = self._first_group[i], self._first_group[i + 1]
        mine, wanted = green[first:last], want[first:last]
        left_ds = np.maximum(self._min_green_ds[first:last] - snapshot.age_ds[first:last], 0)
        ending = {g: int(left_ds[g]) for g in np.flatnonzero(mine & ~wanted).tolist()}
        starting = tuple(np.flatnonzero(wanted & ~mine).tolist())
        late_ds = late_ends_ds(self._places[i], ending, starting, self._waits_ds(i, starting, mine, snapshot))
        matrix = self._places[i].intergreen_ds
        for group, more_ds in late_ds.items():
            if more_ds > 0:
                wanted[group] = True
                for other in starting:
                    if matrix[group][other] is not None:
                        wanted[other] = False

    def _waits_ds(self, i: int, starting: tuple[int, ...], green: BoolArray, snapshot: Snapshot) -> dict[int, int]:
        """Return how long each has to wait for intergreens that are running."""
        first, now_ds, matrix = self._first_group[i], tenths(snapshot.time_s), self._places[i].intergreen_ds
        since_ds = {g: now_ds - int(self._green_until_ds[first + g]) for g in np.flatnonzero(~green).tolist()}
        return {
            j: max((cell - since for g, since in since_ds.items() if (cell := matrix[g][j]) is not None), default=0)
            for j in starting
        }
