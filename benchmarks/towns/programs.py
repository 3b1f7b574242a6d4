"""Fixed-time signal programs: stages are given, everything else follows from the intergreens and from the flows.

Motor traffic of one stage begins and ends together. Who needs longer to clear, on foot or by bicycle, ends earlier, so
that nobody else waits for it. Splits are Webster's (`signals.control.webster`); there is no red-amber, as in Belgium.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from math import ceil
from typing import Final, NamedTuple

from benchmarks.towns.streets import Connection, Road, Town, connections_of, document, roads_of, turn_of
from signals.control.webster import Settings, splits
from signals.model.intersections import Intersection
from signals.model.lanes import User
from signals.model.movements import Turn
from signals.model.network import Network

__all__ = ["Built", "Change", "Program", "Signal", "change", "designed", "draft", "programs"]

MOTOR: Final = (User.VEHICLE, User.TRANSIT)
LEAST_MOTOR_S: Final = 8
"""Nobody plans a green for less than three cars."""
START_LOST_S: Final = 2.0
"""Lost while a queue starts up, less what is driven during amber (HCM: 2 s)."""
YIELDING: Final = 1.5
"""A vehicle that has to yield counts like this many (HCM: permissive left turns, 1.4 and more)."""
TURNING: Final = 1.15
"""And one that turns without having to yield like this many (HCM: 1.05 left, 1.18 right)."""
SATURATION_VEH_H: Final = {50: 1800.0, 30: 1500.0}
"""Of a lane, by the speed limit: queues on slow streets discharge more slowly (assumed)."""


class Signal(NamedTuple):
    """A signal as it is wanted.

    Attributes
    ----------
    junction
        Its node.
    stages
        Each a text such as ``N:sr N:b E:x``: of the arm ``N`` the motor lanes for straight on and right and the cycle
        track, and the crossing over the arm ``E``. Arms are named by where they lie.
    cycle_s
        Its cycle, or the shortest and the longest that Webster's formula may choose.
    """

    junction: str
    stages: tuple[str, ...]
    cycle_s: tuple[int, int] = (60, 110)


class Built(NamedTuple):
    """Streets and what became of them.

    Attributes
    ----------
    town
        The streets.
    network
        As they were read back from SUMO's file.
    crossed
        The road towards the junction that each crossing leads over, by the edge of the crossing.
    """

    town: Town
    network: Network
    crossed: Mapping[str, str]

    def place(self, signal: Signal) -> Intersection:
        """Return the intersection of a signal."""
        return self.network.intersections[self.network.intersection_index[signal.junction]]


class Change(NamedTuple):
    """From one stage to the next, in seconds after the end of its motor greens.

    Attributes
    ----------
    ends_s
        When each group that stops ends: 0, or less for those who end early.
    starts_s
        When each group that begins does.
    motor_s
        When the motor traffic of the next stage begins.
    """

    ends_s: Mapping[int, int]
    starts_s: Mapping[int, int]
    motor_s: int


class Program(NamedTuple):
    """A program: its states, second by second, and how it came about.

    Attributes
    ----------
    junction
        Its node.
    states
        What it shows in each second of the cycle, which begins with the motor green of the first stage.
    green_s
        Motor green of each stage.
    ratio
        Sum of the critical flow ratios, Webster's Y.
    """

    junction: str
    states: tuple[str, ...]
    green_s: tuple[int, ...]
    ratio: float


class _Stages(NamedTuple):
    """The stages of one intersection by its own groups, and the letter that each link shows in each of them."""

    groups: tuple[frozenset[int], ...]
    letters: tuple[dict[int, str], ...]


def draft(built: Built, signal: Signal) -> str:
    """Return a program of nothing but the stages, a second each: enough to form signal groups.

    Parameters
    ----------
    built
        The network, with any program.
    signal
        The signal.
    """
    place = built.place(signal)
    rows = []
    for stage in signal.stages:
        letters = _letters(built.network, place, _links(built, place, stage))
        rows.append((1, "".join(letters.get(link, "r") for link in range(place.link_count))))
    return _logic(signal.junction, 0, rows)


def designed(built: Built, signal: Signal, flow_veh_h: Mapping[tuple[str, str], float]) -> Program:
    """Design a program.

    Parameters
    ----------
    built
        The network, read with the `draft` as its program and by the timing profile alone.
    signal
        The signal.
    flow_veh_h
        Motor traffic from edge to edge.
    """
    place = built.place(signal)
    stages = _stages(built, place, signal)
    count = len(stages.groups)
    changes = [change(place, stages.groups[k], stages.groups[(k + 1) % count]) for k in range(count)]
    ratios = [_ratio(built, place, letters, flow_veh_h) for letters in stages.letters]
    lost_s = [after.motor_s + START_LOST_S for after in changes]
    least_s = [_least_s(place, stages.groups[k], changes[k - 1], changes[k]) for k in range(count)]
    shortest_s, longest_s = signal.cycle_s
    settings = Settings(min_cycle_s=shortest_s, max_cycle_s=longest_s)
    effective_s, _ = splits(ratios, sum(lost_s), [least - START_LOST_S for least in least_s], settings)
    green_s = _whole([green + START_LOST_S for green in effective_s], least_s)
    return Program(signal.junction, _states(place, stages, green_s, changes), tuple(green_s), sum(ratios))


def programs(found: Sequence[Program], offsets_s: Mapping[str, int], links: Sequence[str]) -> str:
    """Return the file ``.tll.xml``.

    Parameters
    ----------
    found
        The programs.
    offsets_s
        The offset of each; 0 where it is not given.
    links
        The rows that say which connection has which link.
    """
    rows = []
    for program in found:
        steps = [(len(list(run)), state) for state, run in groupby(program.states)]
        rows.append(_logic(program.junction, offsets_s.get(program.junction, 0), steps))
    return document("tlLogics", [*rows, *links])


def change(place: Intersection, before: frozenset[int], after: frozenset[int]) -> Change:
    """Return how one stage becomes another one in the shortest time.

    Parameters
    ----------
    place
        The intersection with its intergreens.
    before, after
        The groups of the stages.
    """
    ending, starting = before - after, after - before
    motor = [group for group in ending if place.groups[group].user in MOTOR]
    slow = [group for group in ending if group not in motor]
    first = motor or slow
    soonest = {group: max([0, *(_between_s(place, one, group) for one in first)]) for group in starting}
    driven = [soonest[group] for group in starting if place.groups[group].user in MOTOR]
    motor_s = max(driven or soonest.values(), default=0)
    starts_s = {
        group: motor_s if place.groups[group].user in MOTOR else max(motor_s, soonest[group]) for group in starting
    }
    ends_s = dict.fromkeys(ending, 0)
    for group in slow if motor else ():
        ends_s[group] = min([0, *(starts_s[other] - _between_s(place, group, other) for other in starting)])
    return Change(ends_s, starts_s, motor_s)


def _between_s(place: Intersection, one: int, other: int) -> int:
    """Return the time from the end of one green to another; whoever walks has left the crossing before it."""
    between_ds = place.intergreen_ds[one][other]
    return 0 if between_ds is None else ceil(max(between_ds, place.groups[one].clearance_ds) / 10)


def _least_s(place: Intersection, stage: frozenset[int], before: Change, after: Change) -> float:
    """Return the shortest motor green of a stage in which all its groups have their shortest greens."""
    least_s = 0.0
    for group in stage:
        motor = place.groups[group].user in MOTOR
        shortest_s = LEAST_MOTOR_S if motor else ceil(place.groups[group].min_green_ds / 10)
        late_s = before.starts_s.get(group, before.motor_s) - before.motor_s
        least_s = max(least_s, shortest_s + late_s - after.ends_s.get(group, 0))
    return least_s


def _whole(green_s: Sequence[float], least_s: Sequence[float]) -> list[int]:
    """Round greens to whole seconds, none below its minimum, so that they add up as before."""
    whole = [max(int(green + 1e-9), ceil(least)) for green, least in zip(green_s, least_s, strict=True)]
    rest = round(sum(green_s)) - sum(whole)
    for k in sorted(range(len(whole)), key=lambda k: (whole[k] - green_s[k], k))[: max(rest, 0)]:
        whole[k] += 1
    return whole


def _states(place: Intersection, stages: _Stages, green_s: Sequence[int], changes: Sequence[Change]) -> tuple[str, ...]:
    """Return what is shown in every second of the cycle."""
    cycle_s = sum(green_s) + sum(after.motor_s for after in changes)
    rows = [["r"] * place.link_count for _ in range(cycle_s)]
    begin_s = 0
    for k, green in enumerate(green_s):
        before, after = changes[k - 1], changes[k]
        for group in stages.groups[k]:
            first_s = begin_s + before.starts_s.get(group, before.motor_s) - before.motor_s
            last_s = begin_s + green + after.ends_s.get(group, after.motor_s)
            amber_s = place.groups[group].amber_ds // 10 if group in after.ends_s else 0
            for link in place.groups[group].links:
                for second in range(first_s, last_s):
                    rows[second % cycle_s][link] = stages.letters[k][link]
                for second in range(last_s, last_s + amber_s):
                    rows[second % cycle_s][link] = "y"
        begin_s += green + after.motor_s
    return tuple("".join(row) for row in rows)


def _stages(built: Built, place: Intersection, signal: Signal) -> _Stages:
    groups, letters = [], []
    for stage in signal.stages:
        links = _links(built, place, stage)
        groups.append(frozenset(number for number, group in enumerate(place.groups) if links & set(group.links)))
        letters.append(_letters(built.network, place, links))
    return _Stages(tuple(groups), tuple(letters))


def _letters(network: Network, place: Intersection, links: set[int]) -> dict[int, str]:
    """Return ``G`` for those who never have to yield to anybody else of the stage, and ``g`` for the others."""
    released = {m for group in place.groups for m in group.movements if network.movements[m].link in links}
    found = dict.fromkeys(links, "G")
    for number in released:
        movement = network.movements[number]
        if movement.user is not User.PEDESTRIAN and released & set(movement.yields_to):
            found[movement.link] = "g"
    return found


def _links(built: Built, place: Intersection, stage: str) -> set[int]:
    """Return the links that a stage releases."""
    arms = {_heading(built.town, road): road for road in roads_of(built.town) if road.end == place.id}
    wanted = [word.split(":") for word in stage.split()]
    movements = {number for group in place.groups for number in group.movements}
    return {
        built.network.movements[number].link
        for number in movements
        if any(_is_meant(built, number, arms[arm], what) for arm, what in wanted)
    }


def _is_meant(built: Built, number: int, arm: Road, what: str) -> bool:
    """Whether a movement belongs to what is said of an arm."""
    movement, lanes = built.network.movements[number], built.network.lanes
    if movement.turn is Turn.CROSSING:
        return what == "x" and built.crossed[lanes[movement.to_lane].edge] == arm.id
    if lanes[movement.from_lane].edge != arm.id or what == "x":
        return False
    if movement.user is User.BICYCLE or what == "b":
        return movement.user is User.BICYCLE and what == "b"
    ends = next(road for road in roads_of(built.town) if road.id == lanes[movement.to_lane].edge)
    return turn_of(built.town, arm, ends) in what


def _heading(town: Town, road: Road) -> str:
    """Return on which side of its junction a road comes in: N, E, S or W."""
    here, there = town.junction(road.end), town.junction(road.start)
    east_m, north_m = there.x_m - here.x_m, there.y_m - here.y_m
    if abs(east_m) > abs(north_m):
        return "E" if east_m > 0 else "W"
    return "N" if north_m > 0 else "S"


def _ratio(
    built: Built, place: Intersection, letters: Mapping[int, str], flow_veh_h: Mapping[tuple[str, str], float]
) -> float:
    """Return the critical flow ratio of a stage: that of its busiest motor lane, straight-on traffic spread evenly."""
    movements = [built.network.movements[number] for group in place.groups for number in group.movements]
    link_of = {(built.network.lanes[m.from_lane].id, built.network.lanes[m.to_lane].id): m.link for m in movements}
    lanes: dict[tuple[str, int], float] = {}
    spread: dict[str, tuple[float, list[tuple[str, int]]]] = {}
    for row in _released(built.town, place.id):
        link = link_of.get((f"{row.start}_{row.start_lane}", f"{row.end}_{row.end_lane}"))
        if link is None or link not in letters:
            continue
        flow = flow_veh_h.get((row.start, row.end), 0.0)
        lane = row.start, row.start_lane
        lanes.setdefault(lane, 0.0)
        if row.turn == "s":
            spread.setdefault(row.start, (flow, []))[1].append(lane)
        else:
            lanes[lane] += flow * (YIELDING if letters[link] == "g" else TURNING)
    for flow, among in spread.values():
        even = (flow + sum(lanes[lane] for lane in among)) / len(among)
        busiest = max([even, *(lanes[lane] for lane in among)])
        lanes.update(dict.fromkeys(among, busiest))
    limit_kmh = {road.id: road.kmh for road in roads_of(built.town)}
    return max((flow / SATURATION_VEH_H[limit_kmh[edge]] for (edge, _), flow in lanes.items()), default=0.0)


def _released(town: Town, junction: str) -> Iterator[Connection]:
    """Yield the connections of motor traffic at a junction."""
    roads = {road.id: road for road in roads_of(town)}
    for row in connections_of(town):
        if roads[row.start].end == junction and row.start_lane in roads[row.start].motor:
            yield row


def _logic(junction: str, offset_s: int, steps: Sequence[tuple[int, str]]) -> str:
    inside = "".join(f'\n        <phase duration="{seconds}" state="{state}"/>' for seconds, state in steps)
    head = f'<tlLogic id="{junction}" type="static" programID="plan" offset="{offset_s}">'
    return f"{head}{inside}\n    </tlLogic>"
