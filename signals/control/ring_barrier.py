"""Rings and barriers for any intersection: which signal groups run in which ring.

Source: NEMA TS 2 and FHWA, Traffic Signal Timing Manual, 2nd edition 2015, chapter 4: groups that conflict stand in one
ring and follow each other; rings run side by side; groups of different sides of a barrier never run together. Here that
is read off the conflicts: groups that are compatible, directly or through others, stand on one side; on a side, groups
that conflict, directly or through others, stand in one ring. The classic eight come out as four and four, in two
rings each; a junction of arms that all conflict gets a side each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from signals.control.stage_sequence import protected_links
from signals.model.lanes import User
from signals.model.movements import Turn
from signals.model.network import Network
from signals.model.values import BoolArray

__all__ = ["RingPlan", "ring_plan"]


class RingPlan(NamedTuple):
    """The rings of one intersection; groups are numbered within it.

    Attributes
    ----------
    sides
        For each side of the barriers, for each ring, its groups in order: turns to the left lead.
    overlaps
        Groups that are in no ring: they are green with those of the rings that let them.
    conflicts
        bool [n, n] groups that must never be green together.
    yields
        bool [n, n] the row's group yields to the column's, and some stage gives it green without that.
    """

    sides: tuple[tuple[tuple[int, ...], ...], ...]
    overlaps: tuple[int, ...]
    conflicts: BoolArray
    yields: BoolArray


def ring_plan(network: Network, intersection: int) -> RingPlan:
    """Find the rings of an intersection.

    Parameters
    ----------
    network, intersection
        Which intersection of which network. Groups that are in no stage are left out.
    """
    place = network.intersections[intersection]
    served = sorted({group for stage in place.stages for group in stage.groups})
    conflicts = np.array([[cell is not None for cell in row] for row in place.intergreen_ds], np.bool_)
    yields = _yields(network, intersection, len(place.groups))
    apart = conflicts | yields | yields.T
    turns = [{network.movements[m].turn for m in group.movements} for group in place.groups]
    drivers = [g for g in served if place.groups[g].user in (User.VEHICLE, User.TRANSIT)]
    ringed = [g for g in drivers if turns[g] != {Turn.RIGHT}] or drivers
    others = [g for g in served if g not in ringed]
    lonely = [g for g in others if all(conflicts[g, one] for one in ringed)]
    ringed = sorted(ringed + lonely)
    order = {g: min(s for s, stage in enumerate(place.stages) if g in stage.groups) for g in served}
    sides = []
    for side in _together(ringed, lambda g, h: not apart[g, h]):
        rings = _together(side, lambda g, h: bool(apart[g, h]))
        led = [tuple(sorted(ring, key=lambda g: (not _is_left(turns[g]), order[g], g))) for ring in rings]
        sides.append((min(order[g] for g in side), tuple(led)))
    overlaps = tuple(g for g in others if g not in lonely)
    return RingPlan(tuple(rings for _, rings in sorted(sides)), overlaps, conflicts, yields)


def _is_left(turns: set[Turn]) -> bool:
    return bool(turns) and turns <= {Turn.LEFT, Turn.UTURN}


def _yields(network: Network, i: int, count: int) -> BoolArray:
    """Return who yields to whom although a stage exists in which it need not.

    A turn that shares its lane has no place of its own in a ring: whoever is at the head would block it.
    """
    arrays, first = network.arrays, int(network.arrays.group_offset[i])
    found = np.zeros((count, count), np.bool_)
    for link in frozenset().union(*protected_links(network, i)):
        approach = int(np.searchsorted(arrays.link_offset, link, side="right")) - 1
        mates = arrays.link_group[arrays.link_offset[approach] : arrays.link_offset[approach + 1]]
        if (mates != arrays.link_group[link]).any():
            continue
        foes = arrays.yield_link[arrays.yield_offset[link] : arrays.yield_offset[link + 1]]
        found[arrays.link_group[link] - first, arrays.link_group[foes] - first] = True
    np.fill_diagonal(found, val=False)
    return found


def _together(groups: Iterable[int], linked: Callable[[int, int], bool]) -> list[list[int]]:
    """Return the connected sets of groups, each ascending, the one with the lowest number first."""
    left, found = sorted(groups), []
    while left:
        part = [left.pop(0)]
        for g in part:
            near = [h for h in left if linked(g, h)]
            part += near
            left = [h for h in left if h not in near]
        found.append(sorted(part))
    return found
