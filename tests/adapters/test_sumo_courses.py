from __future__ import annotations

from pathlib import Path

import pytest

from signals.adapters.sumo.courses import courses_of, letters_of, states_with
from signals.adapters.sumo.records import RawPhase, RawProgram
from signals.errors import FileError, NetworkError


def raw(name: str, *steps: tuple[float, str], kind: str = "static", offset_s: float = 0.0) -> RawProgram:
    phases = tuple(RawPhase(duration, state, 0.0, 0.0) for duration, state in steps)
    return RawProgram("C", name, kind, offset_s, phases, Path("x.net.xml"), 3)


def test_the_program_loaded_last_comes_first() -> None:
    programs = [raw("a", (10, "G")), raw("b", (10, "G")), raw("c", (10, "G"))]
    assert [course.id for course in courses_of("C", programs, 1)] == ["c", "a", "b"]


def test_tenths_of_a_second_add_up_to_the_cycle() -> None:
    (course,) = courses_of("C", [raw("a", *[(10.04, "Gr")] * 5, offset_s=2.25)], 2)
    assert course.duration_ds == (100, 101, 100, 101, 100)
    assert sum(course.duration_ds) == round(5 * 100.4)
    assert course.offset_ds == 22


def test_bounds() -> None:
    program = raw("a", (10, "G"), (1000, "r"))._replace(
        phases=(RawPhase(10, "G", 5.0, 40.0), RawPhase(1000, "r", 0.0, 0.0))
    )
    (course,) = courses_of("C", [program], 1)
    assert (course.min_ds, course.max_ds) == ((50, 0), (400, 0))
    assert (course.shortest_ds, course.longest_ds) == ((50, 10000), (400, 10000))
    assert course.by_hand


def test_a_program_that_is_off_is_no_course() -> None:
    programs = [raw("a", (10, "GG")), raw("off", (10, "oO"), (5, "OO"))]
    assert [course.id for course in courses_of("C", programs, 2)] == ["a"]


def test_a_short_state_is_filled_up_to_the_longest() -> None:
    first, second = courses_of("C", [raw("a", (10, "GG")), raw("b", (10, "GGG"))], 2)
    assert (first.states, second.states) == (("GGG",), ("GGr",))


def test_a_state_too_short_for_the_links_is_refused() -> None:
    with pytest.raises(
        NetworkError, match=r'x\.net\.xml, line 3: .* signal "C", program "a" have 2 letters, .* need 3'
    ):
        courses_of("C", [raw("a", (10, "GG"))], 3)


def test_a_step_that_vanishes_is_refused() -> None:
    with pytest.raises(FileError, match="shorter than a tenth of a second"):
        courses_of("C", [raw("a", (10, "G"), (0.01, "r"))], 1)


def test_columns() -> None:
    courses = courses_of("C", [raw("a", (10, "Gr"), (10, "yg")), raw("b", (10, "rG"))], 2)
    assert letters_of(courses, 0) == "rGy"
    assert letters_of(courses, 1) == "Grg"
    assert states_with("Grg", "Gg") == 0b101
    assert states_with("Grg", "y") == 0
