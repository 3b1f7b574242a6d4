from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from signals.adapters.sumo.courses import Course, courses_of
from signals.adapters.sumo.observed import Observed, observe
from signals.adapters.sumo.records import RawPhase, RawProgram


def course(*steps: tuple[float, str], kind: str = "static") -> Course:
    phases = tuple(RawPhase(duration, state, 0.0, 0.0) for duration, state in steps)
    return courses_of("C", [RawProgram("C", "a", kind, 0.0, phases, Path("x"), 1)], 1)[0]


def look(*courses: Course) -> list[Observed]:
    links = range(len(courses[0].states[0]))
    return observe(["".join(state[link] for one in courses for state in one.states) for link in links], courses)


def test_lengths_of_greens_ambers_and_red_ambers() -> None:
    first, second = look(
        course((10, "Gr"), (3, "yr"), (2, "rr"), (1, "ru"), (20, "rG"), (4, "ry"), (5, "rr"), (1, "ur"))
    )
    assert (first.green_ds, first.amber_ds, first.red_amber_ds, first.long_red_ds) == ([100], [30], [10], [360])
    assert (second.green_ds, second.amber_ds, second.red_amber_ds, second.long_red_ds) == ([200], [40], [10], [260])
    assert first.to_green_ds == [None, 60]
    assert second.to_green_ds == [100, None]


def test_a_green_across_the_end_of_the_cycle_is_one() -> None:
    first, second = look(course((10, "Gr"), (3, "yr"), (20, "rG"), (3, "ry"), (15, "Gr")))
    assert first.green_ds == [250]
    assert first.to_green_ds[1] == 30
    assert second.to_green_ds[0] == 30


def test_a_group_that_is_green_again_first_does_not_count() -> None:
    first, second = look(course((10, "Gr"), (3, "yr"), (10, "Gr"), (5, "yr"), (20, "rG"), (4, "rr")))
    assert first.green_ds == [100, 100]
    assert first.amber_ds == [30, 50]
    assert first.to_green_ds[1] == 50
    assert second.to_green_ds[0] == 40


def test_red_at_once_is_an_amber_of_0() -> None:
    first, second = look(course((10, "Gr"), (10, "rG")))
    assert (first.amber_ds, first.red_amber_ds, first.to_green_ds[1]) == ([0], [0], 0)
    assert second.amber_ds == [0]


def test_a_green_for_ever_and_no_green_at_all_show_nothing() -> None:
    always, never = look(course((10, "Gr"), (10, "Gr")))
    assert always == Observed([], [], [], [], [], [None, None])
    assert never == always


def test_the_shortest_over_all_programs_counts_except_in_rings() -> None:
    slow = course((10, "Gr"), (5, "yr"), (5, "rr"), (20, "rG"), (9, "ry"))
    fast = course((10, "Gr"), (3, "yr"), (20, "rG"), (9, "ry"))
    rings = course((10, "Gr"), (20, "rG"), kind="NEMA")
    first, _ = look(slow, fast, rings)
    assert (first.to_green_ds[1], first.amber_ds) == (30, [50, 30])


def test_bounds_make_greens_shorter_and_longer() -> None:
    plain = course((30, "Gr"), (3, "yr"), (20, "rG"), (3, "ry"))
    first, _ = look(plain._replace(min_ds=(50, 0, 0, 0), max_ds=(600, 0, 0, 0)))
    assert (first.green_ds, first.long_green_ds, first.long_red_ds) == ([50], [600], [260])


def test_steps_by_hand_set_no_limits() -> None:
    first, _ = look(course((10000, "Gr"), (3, "yr"), (10000, "rG"), (3, "ry")))
    assert (first.long_green_ds, first.long_red_ds, first.amber_ds) == ([], [], [30])


def naive_to_green(mine: str, theirs: str, durations: list[int]) -> int | None:
    """Walk through two cycles of tenths of a second."""
    one = "".join(letter * length for letter, length in zip(mine, durations, strict=True)) * 3
    two = "".join(letter * length for letter, length in zip(theirs, durations, strict=True)) * 3
    cycle, waits = sum(durations), []
    for now in range(cycle, 2 * cycle):
        if one[now - 1] == "G" != one[now]:
            for later in range(now, now + cycle):
                if one[later] == "G":
                    break
                if two[later] == "G" != two[later - 1]:
                    waits.append(later - now)
                    break
    return min(waits, default=None)


@given(st.lists(st.tuples(st.sampled_from("Gyr"), st.sampled_from("Gyru"), st.integers(1, 9)), min_size=1, max_size=8))
def test_the_times_between_greens_agree_with_a_walk(steps: list[tuple[str, str, int]]) -> None:
    durations = [length for _, _, length in steps]
    mine, theirs = "".join(step[0] for step in steps), "".join(step[1] for step in steps)
    states = tuple(one + two for one, two, _ in steps)
    zeros = (0,) * len(steps)
    found = observe([mine, theirs], [Course("a", "static", 0, states, tuple(durations), zeros, zeros)])
    assert found[0].to_green_ds[1] == naive_to_green(mine, theirs, durations)
