"""The network: everything that exists, read once, checked at birth, never changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from signals.errors import NetworkError
from signals.model.intersections import Intersection
from signals.model.lanes import Lane
from signals.model.movements import Movement

if TYPE_CHECKING:
    from signals.model.arrays import NetworkArrays

__all__ = ["Detector", "Finding", "Network"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something worth saying about what was read.

    Parameters
    ----------
    level
        ``error`` (unsafe or unusable as it stands), ``warning`` or ``note``.
    intersection
        The intersection it is about; empty for the whole network.
    code
        A short stable name of the rule, such as ``unsafe-stage``.
    text
        One sentence for people: what, where, and what was done about it.
    """

    level: str
    intersection: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Detector:
    """One induction loop.

    Parameters
    ----------
    id
        Unique in the network.
    lane
        Index into `Network.lanes`.
    position_m
        Its upstream edge, from the start of the lane.
    length_m
        Its length; 0 for a point.
    """

    id: str
    lane: int
    position_m: float
    length_m: float = 2.0


@dataclass(frozen=True)
class Network:
    """Lanes, movements and intersections.

    Parameters
    ----------
    name
        What people call it.
    lanes, movements, intersections
        What exists; everything refers to lanes and movements by index.
    detectors
        The induction loops.
    findings
        What the reader noticed.
    """

    name: str
    lanes: tuple[Lane, ...]
    movements: tuple[Movement, ...]
    intersections: tuple[Intersection, ...]
    detectors: tuple[Detector, ...] = ()
    findings: tuple[Finding, ...] = field(default=())

    def __post_init__(self) -> None:
        count = len(self.lanes)
        for movement in self.movements:
            used = (movement.from_lane, movement.to_lane, *movement.via)
            if any(not 0 <= lane < count for lane in used):
                raise NetworkError(f'movement "{movement.id}" refers to a lane that does not exist')
        for intersection in self.intersections:
            for group in intersection.groups:
                if any(not 0 <= m < len(self.movements) for m in group.movements):
                    raise NetworkError(
                        f'intersection "{intersection.id}", group "{group.id}" refers to a movement that does not exist'
                    )
        for what, ids in (
            ("lane", [lane.id for lane in self.lanes]),
            ("intersection", [intersection.id for intersection in self.intersections]),
        ):
            if len(ids) != len(set(ids)):
                twice = next(name for name in ids if ids.count(name) > 1)
                raise NetworkError(f'{what} "{twice}" is defined twice')
        if any(not 0 <= detector.lane < count for detector in self.detectors):
            raise NetworkError("a detector lies on a lane that does not exist")

    @cached_property
    def arrays(self) -> NetworkArrays:
        """The same network as arrays, for the kernels."""
        from signals.model.arrays import arrays_of  # noqa: PLC0415  the twin knows this class

        return arrays_of(self)

    @cached_property
    def lane_index(self) -> dict[str, int]:
        """Lane id → index."""
        return {lane.id: index for index, lane in enumerate(self.lanes)}

    @cached_property
    def edges(self) -> tuple[str, ...]:
        """The road sections that its lanes belong to, in the order of the lanes."""
        return tuple(dict.fromkeys(lane.edge for lane in self.lanes))

    @cached_property
    def edge_index(self) -> dict[str, int]:
        """Edge id → index into `edges`."""
        return {edge: index for index, edge in enumerate(self.edges)}

    @cached_property
    def intersection_index(self) -> dict[str, int]:
        """Intersection id → index."""
        return {intersection.id: index for index, intersection in enumerate(self.intersections)}
