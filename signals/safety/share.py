"""Which rows of a network are those of one of its worlds: everything is found by its id, and compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from signals.errors import NetworkError, UnknownNameError
from signals.model.values import IntArray

if TYPE_CHECKING:
    from signals.model.intersections import Intersection
    from signals.model.network import Network

__all__ = ["Share", "share_of"]


class Share(NamedTuple):
    """Where the rows of a world's own network stand in the whole one.

    Attributes
    ----------
    intersections, groups, detectors
        int32 [nI], [nG], [nD].
    lanes
        int32 [nL]; -1 where the whole network does not have the lane.
    """

    intersections: IntArray
    groups: IntArray
    detectors: IntArray
    lanes: IntArray


def share_of(part: Network, whole: Network) -> Share:
    """Find the rows of a part in the whole.

    Parameters
    ----------
    part, whole
        The networks; the intersections of the part must be in the whole, with the same groups, times and conflicts.

    Raises
    ------
    UnknownNameError
        When an intersection or a detector is not in the whole.
    NetworkError
        When an intersection is not the same in both; names the difference.
    """
    mine = _rows("intersection", [place.id for place in part.intersections], whole.intersection_index)
    for place, number in zip(part.intersections, mine, strict=True):
        _compare(place, whole.intersections[number])
    offset = whole.arrays.group_offset
    sensors = {detector.id: number for number, detector in enumerate(whole.detectors)}
    return Share(
        np.array(mine, np.int32),
        np.array([group for i in mine for group in range(offset[i], offset[i + 1])], np.int32),
        np.array(_rows("detector", [detector.id for detector in part.detectors], sensors), np.int32),
        np.array([whole.lane_index.get(lane.id, -1) for lane in part.lanes], np.int32),
    )


def _rows(what: str, names: Iterable[str], index: Mapping[str, int]) -> list[int]:
    for name in names:
        if name not in index:
            raise UnknownNameError(what, name, index)
    return [index[name] for name in names]


def _compare(one: Intersection, other: Intersection) -> None:
    """Refuse an intersection whose safety is not the same in both networks."""
    where = f'intersection "{one.id}" is not the same in the network and at its adapter'
    if [group.id for group in one.groups] != [group.id for group in other.groups]:
        names = [", ".join(group.id for group in place.groups) for place in (other, one)]
        raise NetworkError(f"{where}: signal groups {names[0]} and {names[1]}")
    for mine, theirs in zip(one.groups, other.groups, strict=True):
        # The numbers of movements are each network's own.
        for field in fields(mine):
            values = (
                getattr(replace(theirs, movements=()), field.name),
                getattr(replace(mine, movements=()), field.name),
            )
            if values[0] != values[1]:
                raise NetworkError(f'{where}: group "{mine.id}", {field.name} {values[0]} and {values[1]}')
    for i, rows in enumerate(zip(other.intergreen_ds, one.intergreen_ds, strict=True)):
        for j, (theirs_ds, mine_ds) in enumerate(zip(*rows, strict=True)):
            if theirs_ds != mine_ds:
                names = [f'"{one.groups[k].id}"' for k in (i, j)]
                raise NetworkError(f"{where}: intergreen from {names[0]} to {names[1]} {theirs_ds} and {mine_ds}")
