"""Signal groups: the links of a signal that always show the same, for the same people, on the same approach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from signals.adapters.sumo.courses import OFF, Course, letters_of
from signals.adapters.sumo.ways import Ways
from signals.model.lanes import User
from signals.model.movements import Turn

__all__ = ["Draft", "drafts_of", "off_links"]

_PLAIN = str.maketrans("gYsoO", "GyrGG")
"""Permissive or not, and turning on red or not, it is the same lamp; a link that is off now and then may go then."""
_RANK = (User.PEDESTRIAN, User.VEHICLE, User.TRANSIT, User.BICYCLE)
"""Who decides for a link that several share: people on foot need the longest clearance, drivers the longest amber."""


class Draft(NamedTuple):
    """A signal group before it has times.

    Attributes
    ----------
    user
        Who obeys it.
    edges
        The roads it comes from; none for pedestrians.
    links
        Its places in the state string, ascending.
    movements
        Those it releases, ascending.
    column
        What it shows, step by step through all courses: ``G``, ``y``, ``r`` or ``u``.
    permissive
        Links that show the yielding green.
    on_red
        Links that may turn on red.
    """

    user: User
    edges: frozenset[str]
    links: tuple[int, ...]
    movements: tuple[int, ...]
    column: str
    permissive: frozenset[int]
    on_red: frozenset[int]


def off_links(courses: Sequence[Course], links: Mapping[int, Sequence[int]]) -> tuple[tuple[int, str], ...]:
    """Return the links that no course ever controls, with the letter each shows in the first."""
    found = []
    for link in sorted(links):
        column = letters_of(courses, link)
        if not column.strip(OFF):
            found.append((link, column[0]))
    return tuple(found)


def drafts_of(ways: Ways, courses: Sequence[Course], links: Mapping[int, Sequence[int]]) -> list[Draft]:
    """Form the signal groups of one signal, in the order of their first links.

    Parameters
    ----------
    ways
        Lanes and movements.
    courses
        Its programs.
    links
        The movements of each link that is controlled.
    """
    groups: dict[tuple[str, User, frozenset[str]], list[int]] = {}
    for link in sorted(links):
        user, edges = _who(ways, links[link])
        column = letters_of(courses, link).translate(_PLAIN)
        groups.setdefault((column, user, edges), []).append(link)
    return [
        Draft(
            user,
            edges,
            tuple(members),
            tuple(sorted(movement for link in members for movement in links[link])),
            column,
            frozenset(link for link in members if set(letters_of(courses, link)) & {"g", "o"}),
            frozenset(link for link in members if "s" in letters_of(courses, link)),
        )
        for (column, user, edges), members in groups.items()
    ]


def _who(ways: Ways, movements: Sequence[int]) -> tuple[User, frozenset[str]]:
    """Return who obeys a link and from which roads; a place inside the junction counts only if there is no other."""
    users = {ways.movements[movement].user for movement in movements}
    user = next(user for user in _RANK if user in users)
    if user is User.PEDESTRIAN:
        return user, frozenset()
    starts = [ways.lanes[ways.movements[m].from_lane] for m in movements if ways.movements[m].turn is not Turn.CROSSING]
    roads = frozenset(lane.edge for lane in starts if not lane.internal)
    return user, roads or frozenset(lane.edge for lane in starts)
