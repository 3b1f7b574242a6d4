"""What a signal shows, step by step, and who meets whom there: all that a check looks at.

A letter says what is shown: ``r`` red, ``s`` red with turning allowed after a stop, ``u`` red-amber, ``G`` green,
``g`` green that yields, ``y`` amber, ``O`` and ``o`` no signal at the moment (``o``: yields). Whatever else is shown
means nothing and is ``?``.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

from signals.model.lanes import User

__all__ = ["GREEN", "OFF", "RED", "Lamp", "Layout", "Meeting", "Relation", "Timeline", "Way"]

GREEN = "Gg"
RED = "rs"
OFF = "Oo"


class Lamp(NamedTuple):
    """Signal heads that always show the same.

    Attributes
    ----------
    group
        The name of the signal group.
    user
        Who obeys it; `None` where that is unknown.
    links
        Its places in the state string.
    movements
        The ids of the movements it releases.
    column
        What it shows, a letter for each step; ``g`` counts as ``G`` and ``s`` as ``r``.
    min_green_ds, amber_ds
        What is required of it.
    """

    group: str
    user: User | None
    links: tuple[int, ...]
    movements: tuple[str, ...]
    column: str
    min_green_ds: int
    amber_ds: int


class Way(NamedTuple):
    """A movement as a check sees it.

    Attributes
    ----------
    movement
        Its id; empty where it is unknown.
    user
        Who uses it, which may be somebody else than its lamp is for; `None` where it is unknown.
    lamp
        Its lamp, by number.
    link
        Its place in the state string.
    column
        Its letter for each step.
    """

    movement: str
    user: User | None
    lamp: int
    link: int
    column: str


class Relation(Enum):
    """How two movements meet."""

    CONFLICT = auto()
    """Nobody yields unless a letter says so."""
    ASIDE = auto()
    """One turns and has to yield by law, whatever its letter is, to those beside it or into whose road it turns."""
    ONCOMING = auto()
    """One turns left and has to yield by law to oncoming traffic, as long as both are green."""
    MERGE = auto()
    """Two lanes of one approach lead into one lane."""


class Meeting(NamedTuple):
    """Two movements whose ways cross or merge.

    Attributes
    ----------
    first, second
        Their numbers in `Layout.ways`.
    yields
        Whether the first yields to the second, and the second to the first, when it is shown the yielding green.
    relation
        How they meet.
    needed_ds
        The intergreen from the first to the second, and from the second to the first.
    floor_ds
        Less than this is unsafe whatever anybody says: the amber is not over, or nobody can have left.
    """

    first: int
    second: int
    yields: tuple[bool, bool]
    relation: Relation
    needed_ds: tuple[int, int]
    floor_ds: tuple[int, int]


class Layout(NamedTuple):
    """The lamps of a signal, and who meets whom.

    Attributes
    ----------
    lamps, ways, meetings
        As above; without ways nothing is known about who meets whom.
    source
        Where the required times come from.
    own
        Whether they are the site's own, not the advice of a profile.
    """

    lamps: tuple[Lamp, ...]
    ways: tuple[Way, ...]
    meetings: tuple[Meeting, ...]
    source: str
    own: bool = False


class Timeline(NamedTuple):
    """One program, or one record, of one signal.

    Attributes
    ----------
    intersection, program
        Their ids; a record has no program.
    begin_ds, duration_ds
        Of each step, at its shortest: when it begins, since the start of the cycle or in the world's clock, and how
        long it is.
    follow
        The steps that may come after each; none after the last of a record.
    number, line
        What each step is called in its file, and its line there; 0 where lines mean nothing.
    layout
        What the steps are steps of.
    """

    intersection: str
    program: str
    begin_ds: tuple[int, ...]
    duration_ds: tuple[int, ...]
    follow: tuple[tuple[int, ...], ...]
    number: tuple[int, ...]
    line: tuple[int, ...]
    layout: Layout
