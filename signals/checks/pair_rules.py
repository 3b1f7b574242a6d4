"""Rules about two movements that meet: who may be green together, and how soon one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from signals.checks.breaches import ERROR, WARNING, Breach
from signals.checks.walks import changes, onward
from signals.model.lanes import User
from signals.model.timelines import GREEN, OFF, Layout, Meeting, Relation, Timeline

__all__ = ["pair_breaches"]

_RIGHT_OF_WAY: Final = "right-of-way table of the network"
_BY_LAW: Final = ("implied-yield", WARNING, "the yielding green (g) for the one that turns and has to yield by law")
_TOGETHER: Final = {
    Relation.CONFLICT: ("conflict", ERROR, "never green together unless one yields"),
    Relation.ASIDE: _BY_LAW,
    Relation.ONCOMING: _BY_LAW,
    Relation.MERGE: ("merging-lanes", WARNING, "the yielding green (g) for one of the two lanes"),
}
"""Two that meet are green together and neither yields: which rule, how bad, and what should be."""


class _Foe(NamedTuple):
    """A movement that has to wait for another one.

    Attributes
    ----------
    way
        Its number.
    needed_ds, floor_ds
        How long after the end of the other one's green.
    aside
        Whether one of the two turns and yields by law.
    yields
        Whether it yields to the other one when it is shown the yielding green.
    """

    way: int
    needed_ds: int
    floor_ds: int
    aside: bool
    yields: bool


def pair_breaches(timeline: Timeline) -> Iterator[Breach]:
    """Yield what every two movements of a timeline that meet do not keep.

    Parameters
    ----------
    timeline
        A program or a record.
    """
    layout = timeline.layout
    foes: dict[int, list[_Foe]] = {}
    for meeting in layout.meetings:
        together = _together(layout, meeting)
        yield from _conflicts(timeline, meeting, together)
        if not together and meeting.relation is not Relation.MERGE:
            yield from _early_red_ambers(timeline, meeting)
            for one, two, way in ((meeting.first, meeting.second, 0), (meeting.second, meeting.first, 1)):
                aside = meeting.relation is Relation.ASIDE
                foe = _Foe(two, meeting.needed_ds[way], meeting.floor_ds[way], aside, meeting.yields[1 - way])
                foes.setdefault(one, []).append(foe)
    for way, others in foes.items():
        yield from _starts(timeline, way, others)


def _together(layout: Layout, meeting: Meeting) -> list[int]:
    """Return the steps in which both may go, off or green, unless the whole of both is off."""
    one, two = layout.ways[meeting.first].column, layout.ways[meeting.second].column
    going = GREEN + OFF
    return [
        step
        for step, (a, b) in enumerate(zip(one, two, strict=True))
        if a in going and b in going and (a in GREEN or b in GREEN)
    ]


def _conflicts(timeline: Timeline, meeting: Meeting, together: Sequence[int]) -> Iterator[Breach]:
    layout = timeline.layout
    first, second = layout.ways[meeting.first], layout.ways[meeting.second]
    on_foot = [way.user is User.PEDESTRIAN for way in (first, second)]
    for step in together:
        letters = first.column[step], second.column[step]
        yielding = [
            letter in "go" and yields and not foot
            for letter, yields, foot in zip(letters, meeting.yields, on_foot, strict=True)
        ]
        if any(yielding):
            continue
        rule, level, required = _TOGETHER[meeting.relation]
        seen = f"both green ({letters[0]} and {letters[1]}), neither yields"
        said = (seen, required, layout.source if layout.own else _RIGHT_OF_WAY)
        yield _breach(timeline, (meeting.first, meeting.second), step, rule, said)._replace(level=level)


def _early_red_ambers(timeline: Timeline, meeting: Meeting) -> Iterator[Breach]:
    ways = timeline.layout.ways
    for one, two in ((meeting.first, meeting.second), (meeting.second, meeting.first)):
        for step, (a, b) in enumerate(zip(ways[one].column, ways[two].column, strict=True)):
            if a in "Ggy" and b == "u":
                what = "amber" if a == "y" else "green"
                said = (f"red-amber while the other is {what}", "red until the other is red", _RIGHT_OF_WAY)
                yield _breach(timeline, (one, two), step, "early-red-amber", said)


def _starts(timeline: Timeline, way: int, foes: Sequence[_Foe]) -> Iterator[Breach]:
    """Look at who turns green after every end of green of one movement."""
    ways = timeline.layout.ways
    column = ways[way].column
    longest_ds = max(max(foe.needed_ds, foe.floor_ds) for foe in foes)
    for step, end in changes(timeline, column):
        if column[step] not in GREEN or column[end] in GREEN + OFF + "?":
            continue
        amber_ds = _amber_ds(timeline, column, end)
        waiting = {foe.way: foe for foe in foes}
        for passed_ds, here in onward(timeline, end, lambda at: column[at] not in GREEN):
            if not waiting or passed_ds >= max(longest_ds, amber_ds):
                break
            for other in [other for other in waiting if ways[other].column[here] in GREEN]:
                yield from _start(timeline, (way, waiting.pop(other)), here, (passed_ds, amber_ds))


def _amber_ds(timeline: Timeline, column: str, end: int) -> int:
    """Return how long amber lasts from the end of a green on, at its shortest."""
    ahead = onward(timeline, end, lambda step: column[step] == "y")
    return next((arrival.passed_ds for arrival in ahead if column[arrival.step] != "y"), 0)


def _start(timeline: Timeline, pair: tuple[int, _Foe], here: int, times_ds: tuple[int, int]) -> Iterator[Breach]:
    """Judge a green that begins some time after the end of the green of a movement that it meets."""
    layout = timeline.layout
    (way, foe), (passed_ds, amber_ds) = pair, times_ds
    needed_ds = max(foe.needed_ds, foe.floor_ds, amber_ds)
    if passed_ds >= needed_ds:
        return
    on_foot = layout.ways[way].user is User.PEDESTRIAN
    why = ""
    if passed_ds < amber_ds:
        why = ", the other is still amber"
    elif passed_ds < foe.floor_ds < foe.needed_ds:
        why = ", and who walks briskly has not left yet" if on_foot else ", less than the shortest amber"
    said = (f"only {passed_ds / 10:g} s{why}", f"{needed_ds / 10:g} s", layout.source)
    yielding = foe.aside or (foe.yields and layout.ways[foe.way].column[here] == "g")
    unsafe = passed_ds < max(foe.floor_ds, amber_ds) and not yielding
    found = _breach(timeline, (way, foe.way), here, "clearance-cut" if on_foot else "intergreen", said)
    yield found._replace(level=ERROR if unsafe else WARNING, short_ds=needed_ds - passed_ds)


def _breach(timeline: Timeline, pair: tuple[int, int], step: int, rule: str, said: tuple[str, str, str]) -> Breach:
    """Say that two movements do not keep a rule; a warning unless something else is said."""
    layout = timeline.layout
    ways = [layout.ways[way] for way in pair]
    return Breach(
        WARNING,
        rule,
        timeline.intersection,
        timeline.program,
        timeline.begin_ds[step],
        timeline.number[step],
        timeline.line[step],
        tuple(layout.lamps[way.lamp].group for way in ways),
        tuple(way.link for way in ways),
        tuple(way.movement for way in ways),
        *said,
    )
