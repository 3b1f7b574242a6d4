"""Reading a SUMO network into the model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from signals.adapters.sumo.courses import OFF, Course, courses_of
from signals.adapters.sumo.intersections import Choices, intersection_of
from signals.adapters.sumo.raw_net import read_raw
from signals.adapters.sumo.records import RawNet, RawProgram
from signals.adapters.sumo.ways import Ways, ways_of
from signals.errors import NetworkError, UnknownNameError
from signals.model.intersections import Intersection
from signals.model.network import Detector, Finding, Network
from signals.model.timing import profile as timing_profile

__all__ = ["read_network"]

_STAGES = ("file", "derived")
_RAIL = frozenset({"rail_signal", "rail_crossing"})


def read_network(
    net: Path,
    additionals: Sequence[Path] = (),
    *,
    profile: str = "rilsa",
    respect_plans: bool = True,
    stages: str = "file",
) -> Network:
    """Read a network with its signals.

    Every signal that a program controls becomes an intersection; its conflict matrix comes from the right-of-way
    tables and from what the program that runs shows, its times from a timing profile and from what that one deploys.
    Other programs of the same signal do not count: networks often keep a generated one, which permits more and clears
    faster than the one that somebody designed.

    Parameters
    ----------
    net
        A ``.net.xml`` or ``.net.xml.gz``.
    additionals
        Files with more programs and with induction loops. As in SUMO, the program loaded last is the one that runs.
    profile
        Name of a timing profile (`signals.model.timing`).
    respect_plans
        Whether ambers, intergreens and bounds of green that the programs deploy go before the profile.
    stages
        ``file`` takes the stages of the programs, ``derived`` maximal sets of groups that do not conflict.

    Returns
    -------
    Network
        With a `Finding` for everything dropped or doubtful.

    Raises
    ------
    FileError
        When a file cannot be read.
    NetworkError
        When its parts do not fit together.
    UnsafePlanError
        When a signal has no safe step.
    UnknownNameError
        When there is no such profile or kind of stages.
    """
    if stages not in _STAGES:
        raise UnknownNameError("kind of stages", stages, _STAGES)
    choices = Choices(timing_profile(profile), respect_plans, stages == "derived")
    raw = read_raw(net, additionals)
    ways = ways_of(raw)
    intersections, found = _intersections(raw, ways, choices)
    detectors, lost = _detectors(raw, ways)
    title = net.name.removesuffix(".gz").removesuffix(".xml").removesuffix(".net")
    findings = (*_about_the_rest(raw, ways), *found, *lost)
    return Network(title, ways.lanes, ways.movements, intersections, detectors, findings)


def _intersections(raw: RawNet, ways: Ways, choices: Choices) -> tuple[tuple[Intersection, ...], list[Finding]]:
    found: list[Intersection] = []
    findings: list[Finding] = []
    centres = {junction.id: (junction.x_m, junction.y_m) for junction in raw.junctions}
    links = _links(ways)
    for name, programs in raw.programs.items():
        if name not in links:
            findings.append(Finding("note", name, "no-links", f'signal "{name}" has programs but no links'))
        elif _controllable(programs):
            courses = courses_of(name, programs, max(links[name]) + 1)
            intersection, said = intersection_of(name, courses[:1], links[name], (ways, centres), choices)
            findings.extend((*said, *_about_others(name, courses)))
            if intersection is not None:
                found.append(intersection)
        else:
            text = f'signal "{name}" is off or a rail signal in all programs; it is left to SUMO'
            findings.append(Finding("note", name, "not-controllable", text))
    return tuple(found), findings


def _about_others(name: str, courses: Sequence[Course]) -> Iterator[Finding]:
    """Yield that only the program that runs counts: what another one permits was not meant for this one's drivers."""
    if len(courses) > 1:
        others = ", ".join(f'"{course.id}"' for course in courses[1:4]) + (", …" if len(courses) > 4 else "")
        text = f'signal "{name}": program "{courses[0].id}" runs and counts, {len(courses) - 1} more do not ({others})'
        yield Finding("note", name, "other-programs", text)


def _controllable(programs: Sequence[RawProgram]) -> bool:
    """Whether any program shows anything but off."""
    return any(
        program.type not in _RAIL and any(phase.state.strip(OFF) for phase in program.phases) for program in programs
    )


def _links(ways: Ways) -> dict[str, dict[int, list[int]]]:
    """Return the movements of each link of each signal."""
    links: dict[str, dict[int, list[int]]] = {}
    for movement, name in enumerate(ways.signal):
        if name:
            links.setdefault(name, {}).setdefault(ways.movements[movement].link, []).append(movement)
    return links


def _about_the_rest(raw: RawNet, ways: Ways) -> Iterator[Finding]:
    """Yield what is left out of the whole network."""
    without = sorted({name for name in ways.signal if name and name not in raw.programs})
    if without:
        text = f'{len(without)} signals without a program, such as "{without[0]}", are left to SUMO (rail signals are)'
        yield Finding("note", "", "not-controllable", text)
    for tag, ids in raw.left_out.items():
        what = "programs are not switched by the time of day" if tag == "WAUT" else "they are not read"
        yield Finding("note", "", "left-out", f'{len(ids)} <{tag}>, such as "{ids[0]}": {what}')


def _detectors(raw: RawNet, ways: Ways) -> tuple[tuple[Detector, ...], list[Finding]]:
    """Place the induction loops; a negative position counts from the end of the lane."""
    index = {lane.id: number for number, lane in enumerate(ways.lanes)}
    found: dict[str, Detector] = {}
    findings = []
    for loop in raw.detectors:
        if loop.id in found:
            raise NetworkError(f'{raw.path}: detector "{loop.id}" is defined twice in its additional files')
        if loop.lane not in index:
            text = f'detector "{loop.id}" lies on the lane "{loop.lane}", which does not exist; it is left out'
            findings.append(Finding("warning", "", "lost-detector", text))
            continue
        length_m = ways.lanes[index[loop.lane]].length_m
        position_m = loop.position_m + length_m if loop.position_m < 0 else loop.position_m
        position_m = min(max(position_m, 0.0), length_m)
        found[loop.id] = Detector(loop.id, index[loop.lane], position_m, min(loop.length_m, length_m - position_m))
    return tuple(found.values()), findings
