"""Timelines written as rows of letters."""

from __future__ import annotations

from collections.abc import Sequence

from signals.model.lanes import User
from signals.model.timelines import Lamp, Layout, Meeting, Relation, Timeline, Way

AMBER_DS = {User.VEHICLE: 30, User.TRANSIT: 30, User.BICYCLE: 20, User.PEDESTRIAN: 0, None: 30}
PLAIN = str.maketrans("gs", "Gr")

Steps = Sequence[tuple[float, str]]


def layout(
    states: Sequence[str],
    meetings: Sequence[Meeting] = (),
    *,
    users: Sequence[User | None] | None = None,
    lamps: Sequence[int] | None = None,
    own: bool = False,
) -> Layout:
    """One movement a letter, each with a lamp of its own unless `lamps` says which."""
    columns = ["".join(state[link] for state in states) for link in range(len(states[0]))]
    users = users or [User.VEHICLE] * len(columns)
    lamps = lamps if lamps is not None else range(len(columns))
    ways = tuple(
        Way(f"m{link}", user, lamp, link, column)
        for link, (user, lamp, column) in enumerate(zip(users, lamps, columns, strict=True))
    )
    made = []
    for lamp in sorted(set(lamps)):
        mine = [way for way in ways if way.lamp == lamp]
        user, column = mine[0].user, mine[0].column.translate(PLAIN)
        links, names = tuple(way.link for way in mine), tuple(way.movement for way in mine)
        made.append(Lamp(f"g{lamp}", user, links, names, column, 50, AMBER_DS[user]))
    return Layout(tuple(made), ways, tuple(meetings), "the test", own)


def meeting(
    first: int,
    second: int,
    *,
    needed: tuple[float, float] = (5, 5),
    floor: tuple[float, float] = (3, 3),
    yields: tuple[bool, bool] = (False, False),
    relation: Relation = Relation.CONFLICT,
) -> Meeting:
    """Two movements that meet; times in seconds."""
    there, back = round(needed[0] * 10), round(needed[1] * 10)
    return Meeting(first, second, yields, relation, (there, back), (round(floor[0] * 10), round(floor[1] * 10)))


def cycle(steps: Steps, meetings: Sequence[Meeting] = (), **about: object) -> Timeline:
    """A program that repeats its steps for ever; durations in seconds."""
    count = len(steps)
    return _timeline(steps, meetings, tuple(((step + 1) % count,) for step in range(count)), about)


def record(steps: Steps, meetings: Sequence[Meeting] = (), **about: object) -> Timeline:
    """Something that happened once."""
    count = len(steps)
    return _timeline(steps, meetings, tuple((step + 1,) if step + 1 < count else () for step in range(count)), about)


def graph(
    steps: Steps, follow: Sequence[tuple[int, ...]], meetings: Sequence[Meeting] = (), **about: object
) -> Timeline:
    """A program that chooses its next step."""
    return _timeline(steps, meetings, tuple(follow), about)


def _timeline(
    steps: Steps, meetings: Sequence[Meeting], follow: tuple[tuple[int, ...], ...], about: dict[str, object]
) -> Timeline:
    durations = [round(duration * 10) for duration, _ in steps]
    begins = [sum(durations[:step]) for step in range(len(steps))]
    made = layout([state for _, state in steps], meetings, **about)  # type: ignore[arg-type]
    numbers = tuple(range(len(steps)))
    return Timeline("J", "p", tuple(begins), tuple(durations), follow, numbers, (0,) * len(steps), made)
