"""Rules about one lamp: its ambers, its greens, and the order of what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from signals.checks.breaches import ERROR, WARNING, Breach
from signals.checks.walks import Run, changes, runs
from signals.model.lanes import User
from signals.model.timelines import GREEN, OFF, RED, Lamp, Timeline

__all__ = ["AMBER_FLOOR_DS", "lamp_breaches"]

AMBER_FLOOR_DS: Final = 30
"""No amber of motor vehicles is shorter anywhere (RiLSA: 3 s at 50 km/h; MUTCD 4F.17: 3 s to 6 s)."""
_ANYBODY_FLOOR_DS: Final = 20
"""Nor any at all: that of bicycles is the shortest (RiLSA)."""
_FLOOR: Final = "no guideline has less"
_ORDER: Final = "the order of the lights"
_NOT_JUDGED: Final = OFF + "?"
_ILLEGAL: Final = frozenset({"yG", "yu", "ry", "Gu", "uy", "ur"})
_NAME: Final = {"r": "red", "u": "red-amber", "G": "green", "y": "amber"}
_NEXT: Final = {"r": "red-amber or green", "u": "green", "G": "amber", "y": "red"}


def lamp_breaches(timeline: Timeline) -> Iterator[Breach]:
    """Yield what every lamp of a timeline does not keep.

    Parameters
    ----------
    timeline
        A program or a record.
    """
    layout = timeline.layout
    met = {layout.ways[way].lamp for meeting in layout.meetings for way in (meeting.first, meeting.second)}
    for number, lamp in enumerate(layout.lamps):
        if lamp.user is not User.PEDESTRIAN:
            yield from _order(timeline, lamp)
            yield from _ambers(timeline, lamp, worst=ERROR if number in met or lamp.user is None else WARNING)
        yield from _greens(timeline, lamp)
        letters = {letter for way in layout.ways if way.lamp == number for letter in way.column}
        if timeline.follow[-1] and not letters & set(GREEN + _NOT_JUDGED + "s"):
            yield breach_of(timeline, lamp, 0, "never-green", ("no green in any step", "a green", _ORDER))


def breach_of(
    timeline: Timeline, lamp: Lamp, step: int, rule: str, said: tuple[str, str, str], *, level: str = WARNING
) -> Breach:
    """Say that one lamp does not keep a rule; `said` is what was seen, what is required, and who says so."""
    return Breach(
        level,
        rule,
        timeline.intersection,
        timeline.program,
        timeline.begin_ds[step],
        timeline.number[step],
        timeline.line[step],
        (lamp.group,),
        lamp.links,
        lamp.movements,
        *said,
    )


def _order(timeline: Timeline, lamp: Lamp) -> Iterator[Breach]:
    """Look at every change of what is shown; what comes after a green is another rule's business."""
    for step, after in changes(timeline, lamp.column):
        before, now = lamp.column[step], lamp.column[after]
        if before + now in _ILLEGAL:
            said = (f"{_NAME[now]} right after {_NAME[before]}", f"{_NEXT[before]} after {_NAME[before]}", _ORDER)
            yield breach_of(timeline, lamp, after, "illegal-transition", said)


def _ambers(timeline: Timeline, lamp: Lamp, *, worst: str) -> Iterator[Breach]:
    """Look at what comes after every green: amber, and for how long; it is worst where somebody else waits."""
    source = timeline.layout.source
    floor_ds = AMBER_FLOOR_DS if lamp.user is User.VEHICLE else _ANYBODY_FLOOR_DS
    asked_ds = max(lamp.amber_ds, floor_ds) if lamp.user is User.VEHICLE else lamp.amber_ds
    certain = lamp.user is User.VEHICLE or (lamp.user is None and "y" in lamp.column)
    for step, after in changes(timeline, lamp.column):
        left_out = lamp.column[step] in GREEN and lamp.column[after] in RED
        if left_out and asked_ds and lamp.user is not User.TRANSIT:  # trains and trams have signals of their own
            said = ("red right after green", f"{asked_ds / 10:g} s of amber", source)
            yield breach_of(timeline, lamp, after, "skipped-amber", said, level=worst if certain else WARNING)
    for run in runs(timeline, lamp.column, "y"):
        if run.before in GREEN and run.after != "?" and run.duration_ds < max(asked_ds, floor_ds):
            low = run.duration_ds < floor_ds
            needed_ds, says = (floor_ds, _FLOOR) if floor_ds >= asked_ds else (asked_ds, source)
            yield _too_short(timeline, lamp, run, "short-amber", (needed_ds, says, worst if low else WARNING))


def _greens(timeline: Timeline, lamp: Lamp) -> Iterator[Breach]:
    """Look at how short every green can be."""
    layout = timeline.layout
    for run in runs(timeline, lamp.column, GREEN):
        if run.duration_ds < lamp.min_green_ds and not {run.before, run.after} & set(_NOT_JUDGED):
            needed = (lamp.min_green_ds, layout.source, ERROR if layout.own else WARNING)
            yield _too_short(timeline, lamp, run, "short-green", needed)


def _too_short(timeline: Timeline, lamp: Lamp, run: Run, rule: str, needed: tuple[int, str, str]) -> Breach:
    needed_ds, source, level = needed
    said = (f"only {run.duration_ds / 10:g} s", f"{needed_ds / 10:g} s", source)
    found = breach_of(timeline, lamp, run.first, rule, said, level=level)
    return found._replace(short_ds=needed_ds - run.duration_ds)
