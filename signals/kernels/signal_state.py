"""What every signal group shows, for how long, and whether anybody wants it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import kernel

__all__ = ["note_demand", "note_green", "note_signals"]

GREEN = 2
LAST_ASPECT = 4
OLDEST_DS = 10**9
"""Ages stay below this, three years, so that they fit into 32 bits."""


@kernel
def note_signals(
    elapsed_ds: int,
    shown: npt.NDArray[np.int8],
    call: npt.NDArray[np.bool_],
    min_green_ds: npt.NDArray[np.int32],
    latched: npt.NDArray[np.bool_],
    aspect: npt.NDArray[np.int8],
    age_ds: npt.NDArray[np.int32],
) -> None:
    """Follow the aspects and keep calls until they have been served.

    An aspect that cannot be read back (or is none) leaves the last one standing. A call is served once its group has
    been green for its minimum.

    Parameters
    ----------
    elapsed_ds
        Time since the last tick.
    shown
        int8 [nG] what was read back, -1 unknown.
    call
        bool [nG] who asks now.
    min_green_ds
        int32 [nG].
    latched
        bool [nG] in and out: calls that wait to be served.
    aspect, age_ds
        int8, int32 [nG] in and out: what is shown, and for how long it has been.
    """
    for g in range(len(shown)):
        known = 0 <= shown[g] <= LAST_ASPECT
        if not known or shown[g] == aspect[g]:
            age_ds[g] = min(age_ds[g] + elapsed_ds, OLDEST_DS)
        else:
            aspect[g] = shown[g]
            age_ds[g] = elapsed_ds
        if aspect[g] == GREEN and age_ds[g] >= min_green_ds[g]:
            latched[g] = False
        elif call[g]:
            latched[g] = True


@kernel
def note_demand(
    approach_demand: npt.NDArray[np.bool_],
    link_approach: npt.NDArray[np.int32],
    link_group: npt.NDArray[np.int32],
    latched: npt.NDArray[np.bool_],
    demand: npt.NDArray[np.bool_],
) -> None:
    """Join calls and traffic: a group is demanded when an approach that has one of its links is, or a call waits.

    Parameters
    ----------
    approach_demand
        bool [nA].
    link_approach, link_group
        int32 [nK].
    latched
        bool [nG].
    demand
        bool [nG] out.
    """
    for g in range(len(demand)):  # a slice would take Numba two seconds more to compile
        demand[g] = latched[g]
    for k in range(len(link_group)):
        if approach_demand[link_approach[k]]:
            demand[link_group[k]] = True


@kernel
def note_green(
    aspect: npt.NDArray[np.int8],
    link_approach: npt.NDArray[np.int32],
    link_group: npt.NDArray[np.int32],
    green: npt.NDArray[np.bool_],
) -> None:
    """Tell which approaches have a green signal.

    Parameters
    ----------
    aspect
        int8 [nG] what each group shows.
    link_approach, link_group
        int32 [nK].
    green
        bool [nA] out: some signal of the approach is green.
    """
    green[:] = False
    for k in range(len(link_group)):
        if aspect[link_group[k]] == GREEN:
            green[link_approach[k]] = True
