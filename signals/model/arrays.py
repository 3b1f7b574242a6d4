"""The struct-of-arrays twin of a Network: what the kernels see.

Numbering is network-wide. Rows of one intersection, approach or lane are contiguous; ``x_offset[i] : x_offset[i + 1]``
are the rows of item i.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from signals.model.values import ByteArray, FloatArray, IntArray

if TYPE_CHECKING:
    from signals.model.intersections import Intersection
    from signals.model.network import Network

__all__ = ["NO_CONFLICT", "NetworkArrays", "arrays_of"]

NO_CONFLICT = -1
"""In `NetworkArrays.intergreen_ds`: the two groups may be green together."""


class NetworkArrays(NamedTuple):
    """A network as arrays.

    Attributes
    ----------
    group_offset
        int32 [nI + 1] signal groups of each intersection.
    group_user
        int8 [nG] `User`.
    min_green_ds, max_green_ds, amber_ds, red_amber_ds, clearance_ds, max_red_ds
        int32 [nG] times of each group (see `SignalGroup`).
    matrix_offset
        int32 [nI + 1] where the intergreen matrix of each intersection starts.
    intergreen_ds
        int32 [sum n²] row-major matrices: end of green of the row's group to start of green of the column's group;
        `NO_CONFLICT` where they may be green together.
    stage_offset
        int32 [nI + 1] stages of each intersection.
    stage_green
        int8 [nS, nGmax] 1 where the stage shows green to the (local) group of the column.
    lane_length_m, lane_speed_mps
        float32 [nL].
    approach_offset
        int32 [nI + 1] approaches of each intersection.
    approach_lane
        int32 [nA] the lane that ends at the controlled stop line.
    link_offset
        int32 [nA + 1] controlled movements of each approach.
    link_movement
        int32 [nK] index into `Network.movements`.
    link_group
        int32 [nK] network-wide signal group.
    link_to_lane
        int32 [nK] the lane that the movement enters.
    link_permissive
        int8 [nK] 1 where the movement may have to yield while it is green.
    yield_offset
        int32 [nK + 1] rows of `yield_link` of each link.
    yield_link
        int32 [nY] the links of the same intersection that have priority over it.
    """

    group_offset: IntArray
    group_user: ByteArray
    min_green_ds: IntArray
    max_green_ds: IntArray
    amber_ds: IntArray
    red_amber_ds: IntArray
    clearance_ds: IntArray
    max_red_ds: IntArray
    matrix_offset: IntArray
    intergreen_ds: IntArray
    stage_offset: IntArray
    stage_green: ByteArray
    lane_length_m: FloatArray
    lane_speed_mps: FloatArray
    approach_offset: IntArray
    approach_lane: IntArray
    link_offset: IntArray
    link_movement: IntArray
    link_group: IntArray
    link_to_lane: IntArray
    link_permissive: ByteArray
    yield_offset: IntArray
    yield_link: IntArray


def arrays_of(network: Network) -> NetworkArrays:
    """Build the twin of a network; the arrays are read-only."""
    groups = [group for intersection in network.intersections for group in intersection.groups]
    links = _links(network)
    yields = _yields(network, [link[0] for rows in links for link in rows])
    flat = [link for rows in links for link in rows]
    permissive = _permissive(network)
    twin = NetworkArrays(
        group_offset=_offsets(len(i.groups) for i in network.intersections),
        group_user=np.array([g.user for g in groups], np.int8),
        min_green_ds=_ints(g.min_green_ds for g in groups),
        max_green_ds=_ints(g.max_green_ds for g in groups),
        amber_ds=_ints(g.amber_ds for g in groups),
        red_amber_ds=_ints(g.red_amber_ds for g in groups),
        clearance_ds=_ints(g.clearance_ds for g in groups),
        max_red_ds=_ints(g.max_red_ds for g in groups),
        matrix_offset=_offsets(len(i.groups) ** 2 for i in network.intersections),
        intergreen_ds=_ints(
            NO_CONFLICT if cell is None else cell
            for i in network.intersections
            for row in i.intergreen_ds
            for cell in row
        ),
        stage_offset=_offsets(len(i.stages) for i in network.intersections),
        stage_green=_stage_green(network.intersections),
        lane_length_m=np.array([lane.length_m for lane in network.lanes], np.float32),
        lane_speed_mps=np.array([lane.speed_mps for lane in network.lanes], np.float32),
        approach_offset=_offsets(_approach_counts(network)),
        approach_lane=_ints(network.movements[rows[0][0]].from_lane for rows in links),
        link_offset=_offsets(len(rows) for rows in links),
        link_movement=_ints(movement for movement, _ in flat),
        link_group=_ints(group for _, group in flat),
        link_to_lane=_ints(network.movements[movement].to_lane for movement, _ in flat),
        link_permissive=np.array([movement in permissive for movement, _ in flat], np.int8),
        yield_offset=_offsets(len(rows) for rows in yields),
        yield_link=_ints(link for rows in yields for link in rows),
    )
    for array in twin:
        array.setflags(write=False)
    return twin


def _ints(values: Iterable[int]) -> IntArray:
    return np.fromiter(values, np.int32)


def _offsets(counts: Iterable[int]) -> IntArray:
    return np.concatenate([np.zeros(1, np.int32), np.cumsum(_ints(counts), dtype=np.int32)])


def _stage_green(intersections: Sequence[Intersection]) -> npt.NDArray[np.int8]:
    stages = [stage for intersection in intersections for stage in intersection.stages]
    widest = max((len(intersection.groups) for intersection in intersections), default=1)
    green = np.zeros((len(stages), widest), np.int8)
    for row, stage in zip(green, stages, strict=True):
        row[list(stage.groups)] = 1
    return green


def _intersection_links(network: Network) -> list[dict[int, list[tuple[int, int]]]]:
    """Per intersection: approach lane → [(movement, network-wide group)], crossings left out."""
    first, found = 0, []
    for intersection in network.intersections:
        by_lane: dict[int, list[tuple[int, int]]] = {}
        for number, group in enumerate(intersection.groups):
            for movement in group.movements:
                if network.movements[movement].turn.value != "c":
                    by_lane.setdefault(network.movements[movement].from_lane, []).append((movement, first + number))
        found.append(by_lane)
        first += len(intersection.groups)
    return found


def _links(network: Network) -> list[list[tuple[int, int]]]:
    """Per approach, in order: its controlled movements with their groups."""
    return [sorted(by_lane[lane]) for by_lane in _intersection_links(network) for lane in sorted(by_lane)]


def _approach_counts(network: Network) -> list[int]:
    return [len(by_lane) for by_lane in _intersection_links(network)]


def _yields(network: Network, movements: list[int]) -> list[list[int]]:
    link_of = {movement: link for link, movement in enumerate(movements)}
    return [[link_of[m] for m in network.movements[movement].yields_to if m in link_of] for movement in movements]


def _permissive(network: Network) -> set[int]:
    """Return the movements that may have to yield while they are green."""
    return {
        movement
        for intersection in network.intersections
        for group in intersection.groups
        for movement in group.movements
        if network.movements[movement].link in group.permissive_links
    }
