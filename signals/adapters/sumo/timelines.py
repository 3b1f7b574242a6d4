"""Programs of SUMO, and what it recorded of its signals, as timelines: as they stand, nothing repaired."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from pathlib import Path

from signals.adapters.sumo.courses import OFF, Course
from signals.adapters.sumo.groups import Draft, drafts_of
from signals.adapters.sumo.meetings import Encounter, encounters_of, relation_of
from signals.adapters.sumo.naming import names_of
from signals.adapters.sumo.program_texts import LETTERS, ProgramText
from signals.adapters.sumo.raw_net import read_raw
from signals.adapters.sumo.safe_xml import events
from signals.adapters.sumo.state_log import Shown
from signals.adapters.sumo.times import times_of
from signals.adapters.sumo.ways import Ways, ways_of
from signals.model.lanes import Point, User
from signals.model.movements import Turn
from signals.model.timelines import Lamp, Layout, Meeting, Timeline, Way
from signals.model.timing import TimingProfile

__all__ = ["SignalNet", "holds", "layout_of", "layout_without_net", "read_signal_net", "record_of", "timeline_of"]

_PLAIN = str.maketrans("gYs", "Gyr")
_ONE_AMBER = str.maketrans("Y", "y")
_LONGEST_STEP_DS = 9000
"""A step of more than 15 minutes is not a timing: somebody switches by hand (the games that come with SUMO do so)."""


@dataclass(frozen=True, slots=True)
class SignalNet:
    """A network without its programs.

    Parameters
    ----------
    ways
        Lanes and movements.
    links
        Signal → link → movements.
    centres
        Where each junction lies.
    crossed
        Edge of each crossing → the edges that it crosses.
    rules
        The timing profile.
    met
        Who meets whom at a signal, found out when it is first asked for.
    """

    ways: Ways
    links: Mapping[str, Mapping[int, Sequence[int]]]
    centres: Mapping[str, Point]
    crossed: Mapping[str, frozenset[str]]
    rules: TimingProfile
    met: dict[str, tuple[Encounter, ...]] = field(default_factory=dict)

    def encounters(self, signal: str) -> tuple[Encounter, ...]:
        """Return who meets whom at a signal."""
        if signal not in self.met:
            movements = sorted(movement for members in self.links[signal].values() for movement in members)
            self.met[signal] = encounters_of(movements, self.ways, self.rules)
        return self.met[signal]


def read_signal_net(net: Path, rules: TimingProfile) -> SignalNet:
    """Read what a check needs of a network.

    Parameters
    ----------
    net
        A ``.net.xml`` or ``.net.xml.gz``.
    rules
        The timing profile that says how long one has to wait for another.

    Raises
    ------
    FileError
        When the file cannot be read.
    NetworkError
        When its parts do not fit together.
    """
    raw = read_raw(net, programs=False)
    ways = ways_of(raw)
    links: dict[str, dict[int, list[int]]] = {}
    for movement, signal in enumerate(ways.signal):
        if signal:
            links.setdefault(signal, {}).setdefault(ways.movements[movement].link, []).append(movement)
    crossed = {
        edge.attributes.get("id", ""): frozenset(edge.attributes["crossingEdges"].split())
        for edge in events(net, {"edge"})
        if "crossingEdges" in edge.attributes
    }
    centres = {junction.id: (junction.x_m, junction.y_m) for junction in raw.junctions}
    return SignalNet(ways, links, centres, crossed, rules)


def layout_of(net: SignalNet, signal: str, states: Sequence[str]) -> Layout:
    """Return the lamps of a signal with what they show, and who meets whom.

    Links that are off in every state are not controlled and left out.

    Parameters
    ----------
    net
        The network.
    signal
        A signal of its.
    states
        What the links show in each step; at least as long as the links ask for.
    """
    states = _readable(states)
    course = Course("", "static", 0, states, (1,) * len(states), (0,) * len(states), (0,) * len(states))
    links = {link: members for link, members in net.links[signal].items() if _column(states, link).strip(OFF)}
    drafts = [part for draft in drafts_of(net.ways, [course], links) for part in _alike(draft, states, net.ways)]
    names = names_of(drafts, net.ways, net.centres)
    lamps = tuple(_lamp(draft, name, states, net) for draft, name in zip(drafts, names, strict=True))
    ways: list[Way] = []
    number: dict[int, int] = {}
    for lamp, draft in enumerate(drafts):
        for movement in draft.movements:
            number[movement] = len(ways)
            way = net.ways.movements[movement]
            ways.append(Way(way.id, way.user, lamp, way.link, _column(states, way.link).translate(_ONE_AMBER)))
    shared = {m for draft in drafts if _lets_go_straight(draft, net.ways) for m in draft.movements}
    meetings = tuple(
        Meeting(
            number[met.first],
            number[met.second],
            met.yields,
            relation_of(met, net.ways, net.crossed, shared),
            met.needed_ds,
            met.floor_ds,
        )
        for met in net.encounters(signal)
        if met.first in number and met.second in number
    )
    return Layout(lamps, tuple(ways), meetings, f"timing profile {net.rules.name}")


def _readable(states: Iterable[str]) -> tuple[str, ...]:
    return tuple("".join(letter if letter in LETTERS else "?" for letter in state) for state in states)


def _column(states: Sequence[str], link: int) -> str:
    return "".join(state[link] for state in states)


def _alike(draft: Draft, states: Sequence[str], ways: Ways) -> Iterator[Draft]:
    """Split a group where some of its links are off and others are not."""

    def shown(link: int) -> str:
        return _column(states, link).translate(_PLAIN)

    for _, links in groupby(sorted(draft.links, key=shown), key=shown):
        members = tuple(sorted(links))
        movements = tuple(m for m in draft.movements if ways.movements[m].link in members)
        yield draft._replace(links=members, movements=movements)


def _lamp(draft: Draft, name: str, states: Sequence[str], net: SignalNet) -> Lamp:
    times = times_of(draft, net.ways, net.rules, None, ())
    column = _column(states, draft.links[0]).translate(_PLAIN)
    released = tuple(net.ways.movements[movement].id for movement in draft.movements)
    return Lamp(name, draft.user, draft.links, released, column, times.min_green_ds, times.amber_ds)


def _lets_go_straight(draft: Draft, ways: Ways) -> bool:
    return any(ways.movements[movement].turn is Turn.STRAIGHT for movement in draft.movements)


def layout_without_net(states: Sequence[str], rules: TimingProfile) -> Layout:
    """Return the lamps of a signal of which only the states are known: links that show the same.

    Parameters
    ----------
    states
        What the links show in each step, all of one length.
    rules
        The timing profile.
    """
    states = _readable(states)
    groups: dict[str, list[int]] = {}
    for link in range(len(states[0])):
        column = _column(states, link)
        if column.strip(OFF):
            groups.setdefault(column.translate(_PLAIN), []).append(link)
    min_green_ds = min(rules.vehicle_min_green_ds, rules.pedestrian_min_green_ds)
    amber_ds = rules.amber_ds(User.VEHICLE, 0.0)
    lamps: list[Lamp] = []
    ways: list[Way] = []
    for column, links in groups.items():
        ways += [Way("", None, len(lamps), link, _column(states, link).translate(_ONE_AMBER)) for link in links]
        lamps.append(Lamp(f"g{links[0]}", None, tuple(links), (), column, min_green_ds, amber_ds))
    return Layout(tuple(lamps), tuple(ways), (), f"timing profile {rules.name}")


def timeline_of(program: ProgramText, layout: Layout) -> Timeline:
    """Return a program with its layout as a timeline.

    What comes after a step that a program leads to and holds is not in the file.

    Parameters
    ----------
    program
        A program with steps.
    layout
        What `layout_of` or `layout_without_net` makes of its states.
    """
    phases = program.steps
    follow = [phase.follow for phase in phases]
    if holds(program):
        follow[-1] = ()
    return Timeline(
        program.signal,
        program.id,
        tuple(phase.begin_ds for phase in phases),
        tuple(phase.duration_ds for phase in phases),
        tuple(follow),
        tuple(range(len(phases))),
        tuple(phase.line for phase in phases),
        layout,
    )


def holds(program: ProgramText) -> bool:
    """Whether a program leads to one state and holds it until somebody loads another program."""
    long = [number for number, phase in enumerate(program.steps) if phase.duration_ds > _LONGEST_STEP_DS]
    last = len(program.steps) - 1
    return last > 0 and long == [last] and program.steps[last].follow == (0,)


def record_of(signal: str, shown: Sequence[Shown], layout: Layout) -> Timeline:
    """Return what was recorded of a signal as a timeline.

    Parameters
    ----------
    signal
        Its id.
    shown
        What it showed; the last entry only says until when.
    layout
        What `layout_of` makes of its states, without the last entry.
    """
    times = [state.time_ds for state in shown]
    steps = range(len(shown) - 1)
    return Timeline(
        signal,
        "",
        tuple(times[:-1]),
        tuple(later - time for time, later in pairwise(times)),
        tuple((step + 1,) if step + 1 in steps else () for step in steps),
        (-1,) * len(steps),
        tuple(state.line for state in shown[:-1]),
        layout,
    )
