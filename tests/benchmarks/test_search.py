"""The search behind the proof: its rows stand for memories, it finds what is wrong, and what pairs do is all there is."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from benchmarks.safety import known
from benchmarks.safety.choices import Choices, calling, driving, holding, subsets, taking_over
from benchmarks.safety.families import Family, Task, drawn
from benchmarks.safety.fleet import Fleet
from benchmarks.safety.known import NOBODY, Known
from benchmarks.safety.layouts import Times, draw_layout
from benchmarks.safety.machine import Machine
from benchmarks.safety.memory import CHARGE, LAYOUT, Memories, Rows
from benchmarks.safety.pairs import covered, part
from benchmarks.safety.search import Moves, Search
from benchmarks.safety.walks import misses
from signals.model.intersections import Intersection
from signals.model.values import Aspect
from signals.safety.guard import EMERGENCY_DS, _site
from signals.safety.interstage import COLD, IN_CHARGE, OUT
from signals.safety.monitor import _card

SMALL = (
    Family("safety", 3, 1, longest_ticks=3, calls=3),
    Family("safety of many", 6, 1, longest_ticks=2, calls=1),
    Family("waiting", 2, 1, longest_ticks=3, wait_ticks=4, calls=2),
    Family("waiting of many", 4, 1, longest_ticks=2, wait_ticks=5, calls=1),
)


def tasks(family: Family, layouts: int = 40) -> list[Task]:
    return list(drawn(replace(family, at_once=10), 3, layouts))


def searched(task: Task) -> Search:
    search = Search(task.machine(), task.moves(), task.most_rows)
    search.run()
    return search


def test_known_finds_what_was_added_and_tells_what_is_new() -> None:
    rng = np.random.default_rng(1)
    rows = np.unique(rng.integers(0, 9, (3000, 8)).astype(np.int16), axis=0)
    found = Known(8)
    assert found.find(rows[:3]).tolist() == [NOBODY] * 3
    for start in range(0, len(rows) - 100, 700):
        some = rows[start : min(start + 700, len(rows) - 100)]
        assert found.news(np.repeat(some, 2, axis=0)).tolist() == list(range(0, 2 * len(some), 2))
        found.add(some, 7, np.arange(len(some)))
    assert np.array_equal(found.rows, rows[:-100])
    assert found.find(rows).tolist() == [*range(len(rows) - 100), *[NOBODY] * 100]
    assert found.news(rows[-150:]).tolist() == list(range(50, 150))
    assert found.origin(701) == (7, 1)


def test_rows_with_one_hash_make_a_search_void(monkeypatch: pytest.MonkeyPatch) -> None:
    found, rows = Known(4), np.arange(8, dtype=np.int16).reshape(2, 4)
    monkeypatch.setattr(known, "hashes", lambda rows: np.zeros(len(rows), np.uint64))
    found.add(rows[:1], NOBODY, 0)
    assert found.find(rows[:1]).tolist() == [0]
    for look in (found.find, found.news):
        with pytest.raises(RuntimeError, match="same hash"):
            look(rows)


def test_the_choices_are_all_there_are() -> None:
    assert len(subsets(3)) == 8
    assert driving(2, waiting=False).moves == 4 + 1
    assert driving(2, waiting=True, calls=2).moves == 4 * 4 * (1 + 2 + 3) + 1
    assert driving(8, waiting=False, wished=2).moves == 1 + 8 + 28 + 1 + 1
    assert calling(2, 2, 1).tolist() == [[0, 0], [1, 0], [0, 1], [1, 1]]
    assert taking_over(2, waiting=False).moves == 4 * 7 * 7 + 1
    assert not driving(2, waiting=False).write[-1]
    assert holding(2, waiting=True).demand.tolist() == [[True, False], [False, True]]
    displays = taking_over(4, waiting=False).shown
    assert {(-1, -1, -1, -1), (2, 0, 2, 2), (0, 5, 0, 1), (3, 3, 3, 3)} <= {tuple(row) for row in displays.tolist()}


def test_copies_side_by_side_know_what_a_network_of_them_would() -> None:
    rng = random.Random(4)
    layouts = [draw_layout(rng, 4, Times(10, 3, 4), f"{number}") for number in range(5)]
    fleet, order = Fleet(layouts, 10, EMERGENCY_DS), np.array([3, 1, 1, 4, 0, 3])
    copies = [replace(layouts[number], id=f"copy {place}") for place, number in enumerate(order.tolist())]
    network = Fleet(copies, 10, EMERGENCY_DS).network
    assert_same(fleet.side_by_side(order)[0], _site(network, 10))
    assert_same(fleet.side_by_side(order)[1], _card(network, 10, EMERGENCY_DS))
    for many in (3, 2):
        copies = [replace(layouts[1], id=f"copy {place}") for place in range(many)]
        network = Fleet(copies, 10, EMERGENCY_DS).network
        assert_same(fleet.side_by_side(np.full(many, 1))[0], _site(network, 10))
        assert_same(fleet.side_by_side(np.full(many, 1))[1], _card(network, 10, EMERGENCY_DS))


def assert_same(one: tuple[object, ...], other: tuple[object, ...]) -> None:
    for a, b in zip(one, other, strict=True):
        assert np.array_equal(a, b)  # type: ignore[arg-type]
        assert getattr(a, "dtype", None) == getattr(b, "dtype", None)


@pytest.mark.parametrize("family", SMALL, ids=lambda family: family.name)
def test_rows_miss_nothing(family: Family) -> None:
    for number, task in enumerate(tasks(family)):
        assert misses(task.machine(), task.moves(), np.random.default_rng(number), 100) == 0


@pytest.mark.parametrize("clock", ["age", "ended", "since", "over", "shown_since", "shown_over"])
def test_walks_notice_a_clock_that_stops_too_early(clock: str) -> None:
    task = tasks(SMALL[0], 10)[0]
    machine = task.machine()
    machine.memory._caps[clock] = np.maximum(machine.memory._caps[clock] - task.tick_ds, 0)
    assert misses(machine, task.moves(), np.random.default_rng(1), 100) > 0


@pytest.mark.parametrize("family", [SMALL[0], SMALL[2]], ids=lambda family: family.name)
def test_a_layout_is_closed_when_every_move_leads_to_a_known_row(family: Family) -> None:
    task = tasks(replace(family, calls=1), 4)[0]
    search = searched(task)
    assert search.closed.all()
    assert not search.broken
    rows = search.known.rows
    assert search.rows.tolist() == np.bincount(rows[:, LAYOUT]).tolist()
    ours = rows[:, CHARGE] == IN_CHARGE
    for those, choices in ((rows[ours], task.moves().driving), (rows[~ours], task.moves().taking_over)):
        moved = task.machine().move(those, choices)
        assert not moved.broken.any()
        assert (search.known.find(moved.rows) != NOBODY).all()


def test_a_layout_with_too_many_rows_is_given_up() -> None:
    task = tasks(SMALL[0], 5)[0]
    most = int(np.median(searched(task).rows))
    search = searched(replace(task, most_rows=most))
    assert 0 < np.count_nonzero(search.closed) < 5
    assert (search.rows[search.closed] <= most).all()
    assert not search.broken


def test_the_way_that_led_to_a_row_leads_there() -> None:
    task = tasks(SMALL[0], 2)[0]
    search, moves = searched(task), task.moves()
    for place in (len(search.known) - 1, len(search.known) // 2):
        search._note("looked at", place, (0, 0))
        broken, machine = search.broken.pop(), task.machine()
        row = machine.memory.start(broken.charge)[[broken.layout]]
        for kind, choice in broken.path[:-1]:
            row = machine.move(row, Choices(*(column[[choice]] for column in moves[kind]))).rows
        assert np.array_equal(row[0], search.known.rows[place])


def test_what_two_groups_do_inside_an_intersection_they_can_do_alone() -> None:
    rng = random.Random(11)
    for number in range(3):
        whole = draw_layout(rng, 5, Times(10, 3), f"whole {number}", ("any",))
        pairs = [pair for pair in combinations(range(5), 2) if whole.conflict(*pair)]
        alone = {pair: part(whole, pair, "pair") for pair in pairs}
        alone = {pair: layout for pair, layout in alone.items() if covered(layout)}
        assert alone
        walked = walks_of(whole, 60)
        for pair, layout in alone.items():
            search = searched(Task("pair", (layout,), 10, 0, calls=2))
            machine = Machine(Fleet([layout], 10, EMERGENCY_DS), waiting=False)
            for memories in walked:
                assert (search.known.find(projected(machine, memories, whole, pair)) != NOBODY).all()


def walks_of(whole: Intersection, ticks: int) -> list[Memories]:
    """Walk an intersection many times at random, and keep the memories of every tick."""
    fleet = Fleet([whole], 10, EMERGENCY_DS)
    machine, draw, size = Machine(fleet, waiting=False), np.random.default_rng(3), len(whole.groups)
    start = np.repeat(np.concatenate([machine.memory.start(COLD), machine.memory.start(OUT)]), 100, axis=0)
    site, card = fleet.side_by_side(start[:, LAYOUT])
    memories, kept = machine.memory.load(start, card), []
    moves = Moves(driving(size, waiting=False, calls=2), taking_over(size, waiting=False), holding(size, waiting=False))
    pick = np.zeros(len(start), np.int64)
    for _ in range(ticks):
        pick = np.where(draw.random(len(start)) < 0.6, pick, draw.integers(0, 1 << 30, len(start)))
        ours = memories.state.charge[:, None] == IN_CHARGE
        columns = [
            np.where(ours if a.ndim > 1 else ours[:, 0], a[pick % len(a)], b[pick % len(b)])
            for a, b in zip(moves.driving, moves.taking_over, strict=True)
        ]
        assert not len(machine.tick(site, card, memories, Choices(*columns)))
        kept.append(Memories(*(type(x)(*(np.copy(y) if np.ndim(y) else y for y in x)) for x in memories)))
    return kept


def projected(machine: Machine, whole: Memories, place: Intersection, pair: tuple[int, int]) -> Rows:
    """Make the row of a pair from the memory of its intersection: see `pairs` for what has to be put otherwise."""
    size, count = len(place.groups), len(whole.state.charge)
    rivals = [[g for g in range(size) if place.conflict(g, member)] for member in pair]

    def cut(column: np.ndarray) -> np.ndarray:
        if len(column) == count or len(column) % (count * size):
            return column
        return np.ascontiguousarray(column.reshape(count, size, -1)[:, list(pair)]).reshape(-1)

    state, commands, displays, diary = (type(x)(*(cut(y) if np.ndim(y) else y for y in x)) for x in whole)
    longest = max(time or 0 for row in place.intergreen_ds for time in row)
    shorter = longest - max(
        time for time in (place.intergreen_ds[pair[0]][pair[1]], place.intergreen_ds[pair[1]][pair[0]])
    )
    state = state._replace(startup_ds=np.maximum(whole.state.startup_ds - shorter, 0))
    heard = whole.diary.heard_ds.reshape(count, size)
    shown, seen = displays.seen.reshape(count, 2), commands.seen.reshape(count, 2)
    for member, those in enumerate(rivals):
        walk_ends = (shown[:, member] == Aspect.GREEN) & (seen[:, member] != Aspect.GREEN)
        called = heard[:, those].max(axis=1)
        diary.heard_ds.reshape(count, 2)[:, 1 - member] = np.where(walk_ends, called, -(10**12))
    return machine.memory.save(np.zeros(count, np.int16), Memories(state, commands, displays, diary))
