"""What a SUMO network says, as plain records: nothing is interpreted here."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from signals.model.lanes import Point, User

__all__ = ["RawConnection", "RawDetector", "RawEdge", "RawJunction", "RawLane", "RawNet", "RawPhase", "RawProgram"]


class RawLane(NamedTuple):
    """A ``<lane>``; `user` is who its ``allow`` and ``disallow`` leave."""

    id: str
    number: int
    speed_mps: float
    length_m: float
    width_m: float
    user: User
    shape: tuple[Point, ...]


class RawEdge(NamedTuple):
    """An ``<edge>``; `function` is empty for a road, else internal, crossing, walkingarea or connector."""

    id: str
    function: str
    lanes: tuple[RawLane, ...]


class RawJunction(NamedTuple):
    """A ``<junction>`` with its right-of-way table.

    `response[i]` and `foes[i]` are bit sets: bit j says that link i of the table yields to link j, or that the two
    meet. Link i uses `internal_lanes[i]`.
    """

    id: str
    type: str
    x_m: float
    y_m: float
    incoming_lanes: tuple[str, ...]
    internal_lanes: tuple[str, ...]
    response: tuple[int, ...]
    foes: tuple[int, ...]


class RawConnection(NamedTuple):
    """A ``<connection>`` between two lanes (by id); `link` is -1 where no signal controls it."""

    from_lane: str
    to_lane: str
    via: str
    signal: str
    link: int
    link2: int
    direction: str


class RawPhase(NamedTuple):
    """A ``<phase>`` of a program; 0 = no bound given."""

    duration_s: float
    state: str
    min_s: float
    max_s: float


class RawProgram(NamedTuple):
    """A ``<tlLogic>``."""

    signal: str
    id: str
    type: str
    offset_s: float
    phases: tuple[RawPhase, ...]
    path: Path
    line: int


class RawDetector(NamedTuple):
    """An induction loop; a negative position counts from the end of the lane."""

    id: str
    lane: str
    position_m: float
    length_m: float


class RawNet(NamedTuple):
    """A network and its additional files.

    Attributes
    ----------
    path
        The network file.
    edges, junctions, connections
        In file order.
    programs
        Signal programs by signal, in the order they were loaded: SUMO runs the last one.
    detectors
        Induction loops.
    left_out
        What was seen and not read: tag → ids.
    """

    path: Path
    edges: tuple[RawEdge, ...]
    junctions: tuple[RawJunction, ...]
    connections: tuple[RawConnection, ...]
    programs: dict[str, list[RawProgram]]
    detectors: tuple[RawDetector, ...]
    left_out: dict[str, list[str]]
