"""Reading a SUMO network and its additional files into plain records."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, nan
from pathlib import Path

from signals.adapters.sumo.attributes import number, refuse, seconds, text, whole
from signals.adapters.sumo.classes import user_of
from signals.adapters.sumo.records import (
    RawConnection,
    RawDetector,
    RawEdge,
    RawJunction,
    RawLane,
    RawNet,
    RawPhase,
    RawProgram,
)
from signals.adapters.sumo.safe_xml import Element, events
from signals.model.lanes import Point

__all__ = ["read_raw"]

_NET_TAGS = frozenset({"edge", "junction", "connection", "tlLogic", "WAUT"})
_LOOPS = frozenset({"inductionLoop", "e1Detector"})
_LEFT_OUT = frozenset(
    {"WAUT", "laneAreaDetector", "e2Detector", "entryExitDetector", "e3Detector", "instantInductionLoop"}
)
_ADDITIONAL_TAGS = _LOOPS | _LEFT_OUT | {"tlLogic"}

_LONGEST_M, _FASTEST_MPS, _LONGEST_S = 1e6, 1e4, 1e7
"""Whatever is larger is a mistake, and would not fit into the arrays of the model."""
_LETTERS = frozenset("rsuyYgGoO")


def read_raw(net: Path, additionals: Sequence[Path] = (), *, programs: bool = True) -> RawNet:
    """Read a ``.net.xml`` or ``.net.xml.gz`` and the additional files that go with it.

    Parameters
    ----------
    net
        The network.
    additionals
        Files with signal programs and induction loops; a later program of the same signal is the one that runs.
    programs
        Whether to read the programs of the network; without them, faults in them do not matter.

    Raises
    ------
    FileError
        When a file cannot be read or something in it is not what it must be.
    """
    edges: list[RawEdge] = []
    junctions: list[RawJunction] = []
    connections: list[RawConnection] = []
    extras = _Extras()
    for element in events(net, _NET_TAGS if programs else _NET_TAGS - {"tlLogic"}, root={"net"}):
        match element.tag:
            case "edge":
                edges.append(_edge(element))
            case "junction":
                junctions.append(_junction(element))
            case "connection":
                connections.append(_connection(element))
            case _:
                extras.take(element)
    for path in additionals:
        for element in events(path, _ADDITIONAL_TAGS):
            extras.take(element)
    return RawNet(
        net,
        tuple(edges),
        tuple(junctions),
        tuple(connections),
        extras.programs,
        tuple(extras.detectors),
        extras.left_out,
    )


class _Extras:
    """What may stand in a network or in an additional file."""

    def __init__(self) -> None:
        self.programs: dict[str, list[RawProgram]] = {}
        self.detectors: list[RawDetector] = []
        self.left_out: dict[str, list[str]] = {}

    def take(self, element: Element) -> None:
        """Keep one element."""
        if element.tag == "tlLogic":
            self._take_program(element)
        elif element.tag in _LOOPS:
            self.detectors.append(
                RawDetector(
                    text(element, "id"),
                    text(element, "lane"),
                    number(element, "pos", 0.0),
                    number(element, "length", 2.0),
                )
            )
        else:
            self.left_out.setdefault(element.tag, []).append(text(element, "id", "?"))

    def _take_program(self, element: Element) -> None:
        program = _program(element)
        known = self.programs.setdefault(program.signal, [])
        same = next((index for index, other in enumerate(known) if other.id == program.id), None)
        if same is None:
            known.append(program)
        elif program.phases:
            refuse(element, f'program "{program.id}" of this signal is defined twice')
        else:  # only its offset or its parameters are changed
            known[same] = known[same]._replace(offset_s=seconds(element, "offset", known[same].offset_s))


def _edge(element: Element) -> RawEdge:
    lanes = tuple(_lane(child) for child in element.children if child.tag == "lane")
    return RawEdge(text(element, "id"), element.attributes.get("function", ""), lanes)


def _lane(element: Element) -> RawLane:
    attributes = element.attributes
    lane = RawLane(
        text(element, "id"),
        whole(element, "index"),
        number(element, "speed"),
        number(element, "length"),
        number(element, "width", 3.2),
        user_of(attributes.get("allow", ""), attributes.get("disallow", "")),
        _shape(element),
    )
    if not (0 < lane.length_m <= _LONGEST_M and 0 < lane.speed_mps <= _FASTEST_MPS):
        refuse(element, f"length and speed must be > 0 and at most {_LONGEST_M:g} m and {_FASTEST_MPS:g} m/s")
    return lane


def _shape(element: Element) -> tuple[Point, ...]:
    points = []
    for item in element.attributes.get("shape", "").split():
        try:
            x, y = map(float, item.split(",")[:2])
        except ValueError:
            x = y = nan
        if isfinite(x) and isfinite(y):
            points.append((x, y))
        else:
            refuse(element, f'attribute "shape" must be a list of x,y points, got "{item[:40]}"')
    return tuple(points)


def _junction(element: Element) -> RawJunction:
    attributes = element.attributes
    requests = sorted((child for child in element.children if child.tag == "request"), key=lambda r: whole(r, "index"))
    return RawJunction(
        text(element, "id"),
        attributes.get("type", ""),
        number(element, "x", 0.0),
        number(element, "y", 0.0),
        tuple(attributes.get("incLanes", "").split()),
        tuple(attributes.get("intLanes", "").split()),
        tuple(_bits(request, "response") for request in requests),
        tuple(_bits(request, "foes") for request in requests),
    )


def _bits(element: Element, key: str) -> int:
    raw = text(element, key)
    if not raw or raw.strip("01"):
        refuse(element, f'attribute "{key}" must be made of 0 and 1, got "{raw[:40]}"')
    return int(raw, 2)


def _connection(element: Element) -> RawConnection:
    attributes = element.attributes
    signal = attributes.get("tl", "")
    if attributes.get("linkIndex") == "-1":  # a rail signal or crossing that was left unsignalised
        signal = ""
    return RawConnection(
        f"{text(element, 'from')}_{text(element, 'fromLane')}",
        f"{text(element, 'to')}_{text(element, 'toLane')}",
        attributes.get("via", ""),
        signal,
        whole(element, "linkIndex") if signal else -1,
        whole(element, "linkIndex2") if "linkIndex2" in attributes else -1,
        attributes.get("dir", "s"),
    )


def _program(element: Element) -> RawProgram:
    phases = tuple(_phase(child) for child in element.children if child.tag == "phase")
    if len({len(phase.state) for phase in phases}) > 1:
        refuse(element, "the states of its phases have different lengths")
    return RawProgram(
        text(element, "id"),
        text(element, "programID", "0"),
        element.attributes.get("type", "static"),
        seconds(element, "offset", 0.0),
        phases,
        element.path,
        element.line,
    )


def _phase(element: Element) -> RawPhase:
    state = text(element, "state")
    wrong = set(state) - _LETTERS
    if wrong or not state:
        refuse(element, f'the state "{state[:40]}" must be made of the letters r s u y Y g G o O')
    phase = RawPhase(
        seconds(element, "duration"), state, seconds(element, "minDur", 0.0), seconds(element, "maxDur", 0.0)
    )
    if not 0 < phase.duration_s <= _LONGEST_S or min(phase.min_s, phase.max_s) < 0:
        refuse(element, f"its duration must be > 0 and at most {_LONGEST_S:g} s, and its bounds >= 0")
    return phase
