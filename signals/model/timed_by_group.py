"""A network as a controller sees it that times each group alone: one amber and one red clearance after each green.

NTCIP controllers are like that: whoever conflicts may start when the red clearance of the group that ended is over, so
that all intergreens from one group are the longest of them. What is planned with the network as it is, such a
controller shows late; what is planned with this one, it shows in time.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from signals.model.intersections import Intersection
from signals.model.network import Network

__all__ = ["TIMED_BY_GROUP", "red_clear_ds", "timed_by_group"]

TIMED_BY_GROUP: Final = frozenset({"ntcip"})
"""Protocols whose controllers are like that: both ends of a drive must know it."""


def timed_by_group(network: Network, tick_ds: int = 1, only: Collection[str] | None = None) -> Network:
    """Raise intergreens until all from one group are the same: its amber and its red clearance.

    Parameters
    ----------
    network
        What exists.
    tick_ds
        Length of a tick, > 0; red clearances and ambers are taken to last whole ticks.
    only
        Ids of the intersections that are timed so; all where it is not given.

    Returns
    -------
    Network
        The same with such intergreens; the network itself where it has them already.
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
        max(0, _up(max((between or 0 for between in row), default=0), tick_ds) - way)
        for way, row in zip(_ways_ds(intersection, tick_ds), intersection.intergreen_ds, strict=True)
    )


def _timed(intersection: Intersection, tick_ds: int) -> Intersection:
    whole = zip(_ways_ds(intersection, tick_ds), red_clear_ds(intersection, tick_ds), strict=True)
    matrix = tuple(
        tuple(None if between is None else way + clear for between in row)
        for row, (way, clear) in zip(intersection.intergreen_ds, whole, strict=True)
    )
    return intersection if matrix == intersection.intergreen_ds else replace(intersection, intergreen_ds=matrix)


def _ways_ds(intersection: Intersection, tick_ds: int) -> list[int]:
    """Return how long each group takes from green to red."""
    return [_up(group.amber_ds, tick_ds) + _up(group.clearance_ds, tick_ds) for group in intersection.groups]


def _up(time_ds: int, tick_ds: int) -> int:
    return -(-time_ds // tick_ds) * tick_ds
