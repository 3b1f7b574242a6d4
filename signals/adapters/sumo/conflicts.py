"""Which signal groups must never be green together, judged by the right-of-way table and by what the programs show.

Two movements that meet may be green together only where one of them yields. SUMO says so with the letter ``g``. Many
programs show ``G`` to both all the same: then it depends on whether a driver yields by law. Who turns yields to people
and bicycles that go straight on, merges behind who has priority, and gives way to oncoming traffic under a lamp that he
shares with those who go straight on. All other such pairs are errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from signals.adapters.sumo.courses import GREEN, OFF, Course, letters_of, states_with
from signals.adapters.sumo.groups import Draft
from signals.adapters.sumo.ways import Ways
from signals.model.lanes import User
from signals.model.movements import Turn

__all__ = ["Doubt", "Judgement", "judge"]

_TURNING = (Turn.LEFT, Turn.RIGHT, Turn.UTURN)


class Doubt(NamedTuple):
    """Two movements that meet and are both shown the green that does not yield.

    Attributes
    ----------
    first, second
        The movements.
    groups
        Their groups, ascending.
    steps
        Where, counted through all courses, as a bit set.
    """

    first: int
    second: int
    groups: tuple[int, int]
    steps: int


class Judgement(NamedTuple):
    """What was found out about the groups of one signal.

    Attributes
    ----------
    met
        For each pair of groups that conflict, first < second, their movements that meet.
    unsafe
        Pairs shown in a way that nobody yields.
    implied
        Pairs of which one yields by law although its letter does not say so.
    shared
        Movements of one group that meet although they come from different approaches.
    merging
        Movements of one approach that lead into the same lane and are both shown the green that does not yield.
    yielding
        Links that must show the yielding green whatever the file says.
    """

    met: dict[tuple[int, int], list[tuple[int, int]]]
    unsafe: list[Doubt]
    implied: list[Doubt]
    shared: list[tuple[int, int]]
    merging: list[tuple[int, int]]
    yielding: frozenset[int]

    def conflict(self, first: int, second: int) -> bool:
        """Whether two groups must never be green together."""
        return (min(first, second), max(first, second)) in self.met


class _Shown(NamedTuple):
    """In which steps a link is green, and in which of them it does not yield (bit sets)."""

    green: int
    strong: int


def judge(drafts: Sequence[Draft], ways: Ways, courses: Sequence[Course]) -> Judgement:
    """Judge every pair of groups of one signal.

    Parameters
    ----------
    drafts
        Its groups.
    ways
        Lanes and movements.
    courses
        Its programs.
    """
    shown = {link: _shown(draft, letters_of(courses, link)) for draft in drafts for link in draft.links}
    found = Judgement({}, [], [], [], _merging(drafts, ways, shown), frozenset())
    yielding: set[int] = set()
    for index, draft in enumerate(drafts):
        for pair in _meetings(draft.movements, draft.movements, ways):
            if pair[0] < pair[1]:
                found.shared.append(pair)
                yielding |= _yielding(pair, ways)
        for other in range(index + 1, len(drafts)):
            pairs = _meetings(draft.movements, drafts[other].movements, ways)
            if pairs:
                yielding |= _judge_groups((index, other), pairs, (drafts, ways, shown), found)
    return found._replace(yielding=frozenset(yielding))


def _shown(draft: Draft, column: str) -> _Shown:
    """Look at one link; people on foot never yield, whatever the letter."""
    green = states_with(column, GREEN + OFF)
    return _Shown(green, green if draft.user is User.PEDESTRIAN else states_with(column, "GO"))


def _judge_groups(
    groups: tuple[int, int],
    pairs: list[tuple[int, int]],
    about: tuple[Sequence[Draft], Ways, dict[int, _Shown]],
    found: Judgement,
) -> set[int]:
    """Judge two groups whose movements meet; return the links that must yield if they may be green together."""
    drafts, ways, shown = about
    doubts = []
    permitted = True
    for first, second in pairs:
        one, two = shown[ways.movements[first].link], shown[ways.movements[second].link]
        together, strong = one.green & two.green, one.strong & two.strong
        implied = _implied((first, second), ways, drafts)
        permitted &= together != 0 and (together != strong or implied)
        if strong:
            doubts.append((implied, Doubt(first, second, groups, strong)))
    found.unsafe.extend(doubt for implied, doubt in doubts if not implied)
    if not permitted:
        found.met[groups] = pairs
        return set()
    found.implied.extend(doubt for implied, doubt in doubts if implied)
    return {link for pair in pairs for link in _yielding(pair, ways)}


def _meetings(one: Sequence[int], two: Sequence[int], ways: Ways) -> list[tuple[int, int]]:
    """Return the movements that meet, except where drivers of one approach sort it out among themselves."""
    found: list[tuple[int, int]] = []
    for first in one:
        foes = ways.movements[first].foes
        found.extend(
            (first, second)
            for second in two
            if (second in foes or first in ways.movements[second].foes) and not _neighbours(first, second, ways)
        )
    return found


def _merging(drafts: Sequence[Draft], ways: Ways, shown: dict[int, _Shown]) -> list[tuple[int, int]]:
    released = [movement for draft in drafts for movement in draft.movements]
    into: dict[int, list[int]] = {}
    for movement in released:
        into.setdefault(ways.movements[movement].to_lane, []).append(movement)
    return [
        (first, second)
        for movements in into.values()
        for first, second in combinations(movements, 2)
        if _neighbours(first, second, ways)
        and shown[ways.movements[first].link].strong & shown[ways.movements[second].link].strong
    ]


def _neighbours(first: int, second: int, ways: Ways) -> bool:
    one, two = ways.movements[first], ways.movements[second]
    return one.user is two.user and ways.lanes[one.from_lane].edge == ways.lanes[two.from_lane].edge


def _yields(first: int, second: int, ways: Ways) -> tuple[int, ...]:
    """Return who of two yields to the other by the right-of-way table: nobody, one or both."""
    one, two = ways.movements[first], ways.movements[second]
    return (*((first,) if second in one.yields_to else ()), *((second,) if first in two.yields_to else ()))


def _yielding(pair: tuple[int, int], ways: Ways) -> set[int]:
    """Return the link that has to yield, if it is only one of the two: two that yield to each other never move."""
    who = _yields(*pair, ways)
    return {ways.movements[who[0]].link} if len(who) == 1 else set()


def _implied(pair: tuple[int, int], ways: Ways, drafts: Sequence[Draft]) -> bool:
    """Whether one of two movements yields to the other by law."""
    who = _yields(*pair, ways)
    if len(who) != 1:
        return False
    yielding, other = pair if who[0] == pair[0] else pair[::-1]
    turn, priority = ways.movements[yielding], ways.movements[other]
    if turn.turn not in _TURNING:
        return False
    if priority.user in (User.PEDESTRIAN, User.BICYCLE):
        return True
    if priority.turn in _TURNING and ways.lanes[turn.to_lane].edge == ways.lanes[priority.to_lane].edge:
        return True
    lamp = next(draft for draft in drafts if turn.link in draft.links)
    return any(ways.movements[movement].turn is Turn.STRAIGHT for movement in lamp.movements)
