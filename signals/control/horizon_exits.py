"""What lies behind the stop lines of a network: the inside of its junctions, and the lanes on which they are left."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

import numpy as np

from signals.kernels import box, facing_links
from signals.model.network import Network
from signals.model.values import FloatArray, IntArray

__all__ = ["boxes", "exit_approaches", "exits", "facing", "insides", "intergreen_s", "together"]

_SHORT_M = 15.0
"""Lanes shorter than this hold too few vehicles to be looked at alone."""
_FEW_M = 30.0
"""Between stop lines nearer to each other than this there is room for a bus, or a few cars."""


def exits(network: Network) -> tuple[IntArray, IntArray]:
    """Return the lanes behind the junction of each link: as many as it takes to hold a few vehicles."""
    leaving: dict[int, set[int]] = {}
    for movement in network.movements:
        leaving.setdefault(movement.from_lane, set()).add(movement.to_lane)
    controlled = {int(lane) for lane in network.arrays.approach_lane}
    offset, lanes = [0], []
    for first in network.arrays.link_to_lane:
        lane, left_m = int(first), _SHORT_M
        lanes.append(lane)
        while network.lanes[lane].length_m < left_m and len(leaving.get(lane, ())) == 1 and lane not in controlled:
            left_m -= network.lanes[lane].length_m
            (lane,) = leaving[lane]
            lanes.append(lane)
        offset.append(len(lanes))
    return np.array(offset, np.int32), np.array(lanes, np.int32)


def exit_approaches(network: Network, found: tuple[IntArray, IntArray]) -> IntArray:
    """Return for each link the approach that the last of its exit lanes is; -1 = none."""
    approach = {int(lane): a for a, lane in enumerate(network.arrays.approach_lane)}
    offset, lanes = found
    return np.array([approach.get(int(lanes[last - 1]), -1) for last in offset[1:]], np.int32)


def insides(network: Network) -> tuple[IntArray, IntArray]:
    """Return the lanes of each link inside the junction."""
    return _rows([network.movements[index].via for index in network.arrays.link_movement])


def boxes(network: Network) -> tuple[box.Box, box.Inside]:
    """Build the view of what is inside the junctions, and an empty memory of it."""
    arrays, lanes = network.arrays, len(network.lanes)
    return box.Box(
        arrays.group_offset,
        arrays.group_user,
        arrays.matrix_offset,
        intergreen_s(network),
        arrays.link_offset[arrays.approach_offset],
        arrays.link_group,
        arrays.link_permissive,
        *insides(network),
    ), box.Inside(
        np.zeros(lanes, np.float32),
        np.zeros(lanes, np.float32),
        np.zeros(lanes, np.float32),
        np.zeros(lanes, np.float32),
        np.zeros(lanes, np.bool_),
        np.zeros(lanes, np.bool_),
        np.zeros(len(arrays.group_user), np.bool_),
        np.zeros(len(network.intersections), np.float32),
    )


def facing(network: Network) -> facing_links.Facing:
    """Find junctions that are joined by short links both ways, with an empty memory."""
    arrays, found, (inside_offset, inside) = network.arrays, exits(network), insides(network)
    starts = arrays.link_offset[arrays.approach_offset]  # the first link of each intersection
    links: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for k, approach in enumerate(exit_approaches(network, found)):
        length_m = sum(network.lanes[lane].length_m for lane in found[1][found[0][k] : found[0][k + 1]])
        if approach >= 0 and length_m <= _FEW_M:
            here = int(np.searchsorted(starts, k, side="right")) - 1
            there = int(np.searchsorted(arrays.approach_offset, approach, side="right")) - 1
            links.setdefault((here, there), []).append((k, int(approach)))
    pairs = [(here, there) for here, there in links if here < there and (there, here) in links]
    lanes = [set(map(int, inside[first:beyond])) for first, beyond in pairwise(inside_offset)]
    into, before, behind, begins, out, against = [], [], [], [], [], []
    for way in (way for here, there in pairs for way in ((here, there), (there, here))):
        into.append({int(arrays.link_group[k]) for k, _ in links[way]})
        before.append({lane for k, _ in links[way] for lane in lanes[k]})
        onward = {k for _, a in links[way] for k in range(arrays.link_offset[a], arrays.link_offset[a + 1])}
        behind.append({lane for k in onward for lane in lanes[k]})
        begins.append({int(arrays.link_to_lane[k]) for k, _ in links[way]})
        out.append(together(network, way[1], {int(arrays.link_group[k]) for k in onward}))
        against.append(_against(network, way[1], out[-1]))
    entered, enter, left, first = (_rows([sorted(row) for row in rows]) for rows in (into, before, behind, begins))
    leave, beside = (_rows([sorted(row) for row in rows]) for rows in (out, against))
    memory = np.zeros(len(pairs), np.float32), *np.zeros((2, 2 * len(pairs)), np.float32)
    return facing_links.Facing(*entered, *enter, *left, *first, *leave, *beside, *memory)


def together(network: Network, intersection: int, groups: set[int]) -> set[int]:
    """Return those of some groups of an intersection that may be green at a time: the first of them, and so on."""
    found: set[int] = set()
    for group in sorted(groups):
        if group not in _against(network, intersection, found):
            found.add(group)
    return found


def _against(network: Network, intersection: int, groups: set[int]) -> set[int]:
    """Return the groups of an intersection that may not be green beside one of some."""
    first = int(network.arrays.group_offset[intersection])
    between = network.intersections[intersection].intergreen_ds
    return {first + h for h, row in enumerate(between) for g in groups if row[g - first] is not None} - groups


def _rows(rows: Sequence[Collection[int]]) -> tuple[IntArray, IntArray]:
    """Return rows one after the other: where each begins, and what is in them."""
    offset = np.cumsum([0, *map(len, rows)]).astype(np.int32)
    return offset, np.array([one for row in rows for one in row], np.int32)


def intergreen_s(network: Network) -> FloatArray:
    """Return the intergreens in seconds; negative = compatible."""
    ds = network.arrays.intergreen_ds
    return np.where(ds < 0, -1.0, ds * 0.1).astype(np.float32)
