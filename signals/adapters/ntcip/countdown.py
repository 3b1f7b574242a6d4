"""In how long phases change, as far as a controller that times its own interstages knows it: for its signal data. Pure.

A green lasts for its minimum at least; when it ends depends on who is held and who is called. What lasts exactly its
time (yellow, pedestrian clearance, red-amber) is known to the tenth of a second. A red may end soon, or not for long.
"""

from __future__ import annotations

from collections.abc import Sequence

from signals.adapters.ntcip.phases import Service
from signals.adapters.ntcip.tscbm import PHASES, UNKNOWN_DS, PhaseTimes
from signals.model.cabinets import CabinetSite
from signals.model.intersections import SignalGroup
from signals.model.values import Aspect

__all__ = ["times_of"]


def times_of(
    site: CabinetSite, services: Sequence[Service], aspect: Sequence[int], age_ds: Sequence[int], tick_ds: int
) -> tuple[PhaseTimes, ...]:
    """Return the times of the first 16 phases.

    Parameters
    ----------
    site
        The intersection.
    services
        What each group is to the controller.
    aspect, age_ds
        [nG] what each group shows, and for how long.
    tick_ds
        Length of its tick: times end with one.
    """
    found = [PhaseTimes(phase) for phase in range(1, PHASES + 1)]
    groups = site.intersection.groups
    for group, service, shows, shown_ds in zip(groups, services, aspect, age_ds, strict=True):
        if service.phase > PHASES:
            continue
        least_ds, most_ds = _left_ds(group, shows, shown_ds, tick_ds)
        row = found[service.phase - 1]
        found[service.phase - 1] = (
            row._replace(people_min_ds=least_ds, people_max_ds=most_ds)
            if service.people
            else row._replace(vehicle_min_ds=least_ds, vehicle_max_ds=most_ds)
        )
    return tuple(found)


def _left_ds(group: SignalGroup, shows: int, shown_ds: int, tick_ds: int) -> tuple[int, int]:
    """Return in how long a group changes at the earliest and at the latest."""
    if shows == Aspect.GREEN:
        return max(group.min_green_ds - shown_ds, UNKNOWN_DS), UNKNOWN_DS
    lasts_ds = {
        Aspect.AMBER: group.amber_ds,
        Aspect.CLEARANCE: group.clearance_ds,
        Aspect.RED_AMBER: group.red_amber_ds,
    }
    if shows not in lasts_ds:
        return UNKNOWN_DS, UNKNOWN_DS
    left_ds = max(-(-(lasts_ds[Aspect(shows)] - shown_ds) // tick_ds) * tick_ds, UNKNOWN_DS)
    return left_ds, left_ds
