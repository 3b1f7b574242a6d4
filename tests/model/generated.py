"""Small networks made by chance: valid, and otherwise as odd as the model allows."""

from __future__ import annotations

from itertools import combinations

from hypothesis import strategies as st

from signals.model.intersections import Intersection, Plan, PlanStep, SignalGroup, Stage
from signals.model.lanes import Lane, User
from signals.model.movements import Movement, Turn
from signals.model.network import Detector, Finding, Network

__all__ = ["networks"]

names = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=6)
metres = st.floats(-1e4, 1e4, allow_nan=False)
positive = st.floats(0.1, 500.0)
users = st.sampled_from(User)


def some(count: int) -> st.SearchStrategy[tuple[int, ...]]:
    """A few of so many indices, ascending."""
    return st.sets(st.integers(0, count - 1)).map(lambda found: tuple(sorted(found))) if count else st.just(())


@st.composite
def lanes(draw: st.DrawFn) -> tuple[Lane, ...]:
    ids = draw(st.lists(names, min_size=1, max_size=4, unique=True))
    shape = st.lists(st.tuples(metres, metres), max_size=3).map(tuple)
    return tuple(
        Lane(name, draw(names), draw(positive), draw(positive), draw(users), draw(st.booleans()), draw(shape))
        for name in ids
    )


@st.composite
def movements(draw: st.DrawFn, lane_count: int) -> tuple[Movement, ...]:
    ids = draw(st.lists(names, max_size=4, unique=True))
    lane = st.integers(0, lane_count - 1)
    return tuple(
        Movement(
            name,
            draw(lane),
            draw(lane),
            draw(some(lane_count)),
            draw(st.floats(0, 100)),
            draw(positive),
            draw(st.sampled_from(Turn)),
            draw(users),
            draw(st.integers(-1, 9)),
            draw(some(len(ids))),
            draw(some(len(ids))),
        )
        for name in ids
    )


@st.composite
def groups(draw: st.DrawFn, movement_count: int) -> tuple[SignalGroup, ...]:
    times = st.integers(0, 100)
    ids = draw(st.lists(names, min_size=1, max_size=4, unique=True))
    return tuple(
        SignalGroup(
            name,
            draw(users),
            (2 * number, 2 * number + 1),
            draw(some(movement_count)),
            draw(st.integers(1, 100)),
            draw(st.integers(100, 1000)),
            draw(times),
            draw(times),
            draw(times),
            draw(st.integers(1, 1000)),
            draw(some(2)),
            draw(some(2)),
        )
        for number, name in enumerate(ids)
    )


@st.composite
def intersections(draw: st.DrawFn, name: str, movement_count: int) -> Intersection:
    found = draw(groups(movement_count))
    size = len(found)
    cells: list[list[int | None]] = [[None] * size for _ in range(size)]
    for i, j in combinations(range(size), 2):
        if draw(st.booleans()):
            cells[i][j], cells[j][i] = draw(st.integers(0, 90)), draw(st.integers(0, 90))
    alone = [(group,) for group in range(size)]
    stages = tuple(Stage(f"s{n}", green, draw(st.sampled_from(("file", "derived")))) for n, green in enumerate(alone))
    step = st.builds(
        PlanStep, st.integers(1, 900), st.sampled_from([(), *alone]), st.integers(0, 50), st.integers(0, 50)
    )
    plan = st.builds(Plan, names, st.lists(step, min_size=1, max_size=3).map(tuple), st.integers(-50, 900))
    return Intersection(
        name,
        found,
        tuple(tuple(row) for row in cells),
        stages,
        draw(st.lists(plan, max_size=2).map(tuple)),
        draw(st.lists(names, max_size=2).map(tuple)),
        2 * size,
        draw(st.lists(st.tuples(st.integers(0, 9), st.sampled_from("Oo")), max_size=2).map(tuple)),
    )


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Draw a network."""
    found = draw(lanes())
    ways = draw(movements(len(found)))
    ids = draw(st.lists(names, max_size=2, unique=True))
    detector = st.builds(Detector, names, st.integers(0, len(found) - 1), metres, positive)
    finding = st.builds(Finding, st.sampled_from(("error", "note")), names, names, names)
    return Network(
        draw(names),
        found,
        ways,
        tuple(draw(intersections(name, len(ways))) for name in ids),
        draw(st.lists(detector, max_size=2).map(tuple)),
        draw(st.lists(finding, max_size=2).map(tuple)),
    )
