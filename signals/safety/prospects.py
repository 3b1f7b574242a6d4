"""In how long what is permitted will change: what the rules of the guard promise, whatever is wished from now on.

*At the earliest* is never broken while the intersection is written: it takes every wish, every demand and every
emergency call to be the one that changes the signal soonest. People on foot therefore have no minimum green in it,
since an emergency call may cut theirs (`signals.safety.interstage`, rule 5).

*At the latest* is known of what lasts exactly its time (amber, clearance, red-amber), and of a green whose rivals wait:
it ends at its maximum as long as they go on waiting and no emergency vehicle calls it (rules 3 and 4).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from signals.kernels.compile import kernel, quick
from signals.model.values import BoolArray, ByteArray, IntArray
from signals.safety.interstage import AMBER, CLEARANCE, GREEN, IN_CHARGE, RED, RED_AMBER, Columns, Site, State

__all__ = ["Bounds", "Prospects"]

UNKNOWN_DS = -1


class Bounds(NamedTuple):
    """When groups change, counted from the command of this tick.

    Attributes
    ----------
    aspect
        int8 [nG] what each group is to show.
    earliest_ds, latest_ds
        int32 [nG] in how long it will show something else; -1 = not known.
    """

    aspect: ByteArray
    earliest_ds: IntArray
    latest_ds: IntArray


class Prospects:
    """Looks ahead from what the guard remembers; looking changes nothing.

    Parameters
    ----------
    site, state
        The guard's.
    demand
        bool [nG] its copy of who waits.
    """

    def __init__(self, site: Site, state: State, demand: BoolArray) -> None:
        groups = len(state.aspect)
        self._bounds = Bounds(state.out, np.full(groups, UNKNOWN_DS, np.int32), np.full(groups, UNKNOWN_DS, np.int32))
        self._arguments: tuple[Any, ...] = (quick(site), quick(state), *quick((demand, *self._bounds[1:])))
        self.look()  # compiles it

    def look(self) -> Bounds:
        """Return when groups change after what `Guard.permit` said last; its arrays are valid until the next call."""
        foresee(*self._arguments)
        return self._bounds


@kernel
def foresee(
    site_columns: Columns, state_columns: Columns, demand: BoolArray, earliest_ds: IntArray, latest_ds: IntArray
) -> None:
    """Say in how long every group changes.

    Parameters
    ----------
    site_columns, state_columns
        As in `signals.safety.interstage.step`, after it; not changed.
    demand
        bool [nG] somebody waits.
    earliest_ds, latest_ds
        Out, int32 [nG]; -1 = not known.
    """
    site, state = Site(*site_columns), State(*state_columns)
    for i in range(len(state.charge)):
        for g in range(site.group_offset[i], site.group_offset[i + 1]):
            earliest_ds[g], latest_ds[g] = UNKNOWN_DS, UNKNOWN_DS
            if state.charge[i] != IN_CHARGE:
                continue
            shows = state.aspect[g]
            if shows == RED:
                earliest_ds[g] = max(_start_ds(site, state, g), state.startup_ds[i])
            elif shows == GREEN:
                earliest_ds[g] = max(site.least_green_ds[g] - state.age_ds[g], 0)
                if _rival_waits(site, state, demand, g):
                    latest_ds[g] = max(_whole(site.max_green_ds[g] - state.age_ds[g], site.tick_ds), site.tick_ds)
            else:
                earliest_ds[g] = latest_ds[g] = _left_ds(site, state, g)


@kernel
def _left_ds(site: Site, state: State, g: int) -> int:
    """Return how much is left of what lasts exactly its time."""
    shows = state.aspect[g]
    lasts_ds = site.clearance_ds[g]
    if shows == AMBER:
        lasts_ds = site.amber_ds[g]
    elif shows == RED_AMBER:
        lasts_ds = site.red_amber_ds[g]
    return max(_whole(lasts_ds - state.age_ds[g], site.tick_ds), site.tick_ds)


@kernel
def _start_ds(site: Site, state: State, g: int) -> int:
    """Return in how long a red group can leave red at the earliest, for all that conflicts with it."""
    start_ds = 0
    for c in range(site.rival_offset[g], site.rival_offset[g + 1]):
        j = site.rival[c]
        shows = state.aspect[j]
        if shows == RED:
            ended_ds, closed_ds = -state.ended_ds[j], 0
        elif shows == AMBER:
            ended_ds = -state.ended_ds[j]
            closed_ds = _left_ds(site, state, j) + site.clearance_ds[j]
        elif shows == CLEARANCE:
            ended_ds = -state.ended_ds[j]
            closed_ds = _left_ds(site, state, j)
        else:
            ended_ds = max(site.least_green_ds[j] - state.age_ds[j], 0)
            if shows == RED_AMBER:
                ended_ds = _left_ds(site, state, j) + site.least_green_ds[j]
            closed_ds = ended_ds + site.amber_ds[j] + site.clearance_ds[j]
        start_ds = max(start_ds, closed_ds, ended_ds + site.between_ds[c] - site.red_amber_ds[g])
    return start_ds


@kernel
def _rival_waits(site: Site, state: State, demand: BoolArray, g: int) -> bool:
    """Whether somebody waits who conflicts with a group, as rule 3 of the guard sees it."""
    for c in range(site.rival_offset[g], site.rival_offset[g + 1]):
        j = site.rival[c]
        if demand[j] or state.wait_ds[j] >= site.patience_ds[j]:
            return True
    return False


@kernel
def _whole(time_ds: int, tick_ds: int) -> int:
    """Round a time up to whole ticks."""
    return (time_ds + tick_ds - 1) // tick_ds * tick_ds
