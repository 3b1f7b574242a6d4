"""A network as a controller sees it that times each group alone: one amber and one red clearance after each green.

NTCIP controllers are like that: whoever conflicts may start when the red clearance of the group that ended is over, so
that all intergreens from one group are the longest of them. Minimum greens and the clearance of people are whole
seconds there (NTCIP 1202), amber and red clearance tenths. What is planned with the network as it is, such a controller
shows late; what is planned with this one, it shows in time.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from math import lcm
from typing import Final

from signals.model.intersections import Intersection, SignalGroup
from signals.model.network import Network

__all__ = ["TIMED_BY_GROUP", "red_clear_ds", "timed_by_group"]

TIMED_BY_GROUP: Final = frozenset({"ntcip"})
"""Protocols whose controllers are like that: both ends of a drive must know it."""


def timed_by_group(network: Network, tick_ds: int = 1, only: Collection[str] | None = None) -> Network:
    """Raise times until such a controller can keep them: all intergreens from a group are its amber and red clearance.

    Parameters
    ----------
    network
        What exists.
    tick_ds
        Length of a tick, > 0, of which all of these times become multiples: nobody sees or asks for less.
    only
        Ids of the intersections that are timed so; all where it is not given.

    Returns
    -------
    Network
        The same with such times, none of them shorter; the network itself where it has them already.
    """
    places = tuple(
        _timed(place, tick_ds) if only is None or place.id in only else place for place in network.intersections
    )
    return network if places == network.intersections else replace(network, intersections=places)


def red_clear_ds(intersection: Intersection, tick_ds: int = 1) -> tuple[int, ...]:
    """Return for each group how long everybody stays red after its amber (people: after their clearance).

    Parameters
    ----------
    intersection
        Its groups and intergreens.
    tick_ds
        Length of a tick, > 0.
    """
    return tuple(
        max(0, _up(max((between or 0 for between in row), default=0), tick_ds) - _way_ds(group, tick_ds))
        for group, row in zip(intersection.groups, intersection.intergreen_ds, strict=True)
    )


def _timed(intersection: Intersection, tick_ds: int) -> Intersection:
    groups = tuple(_rounded(group, tick_ds) for group in intersection.groups)
    matrix = tuple(
        tuple(None if between is None else _way_ds(group, tick_ds) + clear for between in row)
        for group, row, clear in zip(
            groups, intersection.intergreen_ds, red_clear_ds(intersection, tick_ds), strict=True
        )
    )
    timed = replace(intersection, groups=groups, intergreen_ds=matrix)
    return intersection if timed == intersection else timed


def _rounded(group: SignalGroup, tick_ds: int) -> SignalGroup:
    min_green_ds = _whole_seconds(group.min_green_ds, tick_ds)
    return replace(
        group,
        min_green_ds=min_green_ds,
        max_green_ds=max(group.max_green_ds, min_green_ds),
        amber_ds=_up(group.amber_ds, tick_ds),
        clearance_ds=_whole_seconds(group.clearance_ds, tick_ds),
    )


def _way_ds(group: SignalGroup, tick_ds: int) -> int:
    """Return how long a group takes from green to red."""
    return _up(group.amber_ds, tick_ds) + _whole_seconds(group.clearance_ds, tick_ds)


def _whole_seconds(time_ds: int, tick_ds: int) -> int:
    return _up(time_ds, lcm(10, tick_ds))


def _up(time_ds: int, tick_ds: int) -> int:
    return -(-time_ds // tick_ds) * tick_ds
