from __future__ import annotations

from pathlib import Path

import pytest

from signals.adapters.sumo.program_texts import ProgramText, read_program_texts
from signals.errors import FileError
from tests.adapters.sumo_tee import SAFE, additional, program, tee

Faults = list[tuple[str, str, str, int]]


def one(folder: Path, text: str) -> ProgramText:
    (found,) = read_program_texts(additional(folder, text))
    return found


def faults(found: ProgramText) -> Faults:
    return [(fault.rule, fault.seen, fault.required, fault.step) for fault in found.faults]


def test_a_program_as_it_stands(tmp_path: Path) -> None:
    path = tee(tmp_path, program(SAFE, name="day"))
    (found,) = read_program_texts(path)
    assert (found.signal, found.id, found.type, found.faults) == ("C", "day", "static", ())
    assert [step.state for step in found.steps] == [state for _, state in SAFE]
    assert [step.begin_ds for step in found.steps] == [0, 200, 230, 250, 400, 430]
    assert [step.duration_ds for step in found.steps] == [200, 30, 20, 150, 30, 20]
    assert [step.follow for step in found.steps] == [(1,), (2,), (3,), (4,), (5,), (0,)]
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [SAFE[number][1] in lines[step.line - 1] for number, step in enumerate(found.steps)] == [True] * 6
    assert 'programID="day"' in lines[found.line - 1]


def test_tenths_are_kept_and_sums_are_exact(tmp_path: Path) -> None:
    found = one(tmp_path, program((("0:00:10.15", "G"), ("0.15", "r"), ("0.1", "r"))))
    assert [step.begin_ds for step in found.steps] == [0, 102, 103]
    assert sum(step.duration_ds for step in found.steps) == 104


@pytest.mark.parametrize(
    ("kind", "bounds", "shortest_ds"),
    [
        ("static", 'minDur="5"', 200),
        ("actuated", 'minDur="5"', 50),
        ("delay_based", 'minDur="5" maxDur="30"', 50),
        ("actuated", 'maxDur="30"', 200),
        ("actuated", 'minDur="0"', 1),
        ("actuated", 'minDur="40"', 400),
    ],
)
def test_how_short_a_step_can_be(tmp_path: Path, kind: str, bounds: str, shortest_ds: int) -> None:
    found = one(tmp_path, program((("20", "G", bounds), ("9", "r")), kind=kind))
    assert found.steps[0].duration_ds == shortest_ds
    assert found.faults == ()


def test_which_step_comes_next(tmp_path: Path) -> None:
    found = one(tmp_path, program((("20", "G", 'next="1 2 1"'), ("9", "y"), ("9", "r", 'next="0"'))))
    assert [step.follow for step in found.steps] == [(1, 2), (2,), (0,)]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((("20", "GX!"),), [("unknown-aspect", '"!X" in a state', "letters out of G O Y g o r s u y", 0)]),
        ((("20", ""),), [("state-length", "a state of 0 letters", "at least one", 0)]),
        ((("20", "GG"), ("3", "r")), [("state-length", "a state of 1 letters", "2 as in step 0", 1)]),
        ((("0.04", "G"),), [("impossible-time", 'duration "0.04"', "0.1 s to 1e+07 s", 0)]),
        ((("1e9", "G"),), [("impossible-time", 'duration "1e9"', "0.1 s to 1e+07 s", 0)]),
        ((("20", "G", 'next="7"'),), [("impossible-step", 'next "7"', "numbers of phases, 0 to 0", 0)]),
        ((("20", "G", 'next="-1"'),), [("impossible-step", 'next "-1"', "numbers of phases, 0 to 0", 0)]),
    ],
)
def test_what_is_wrong_with_a_text(tmp_path: Path, steps: tuple[tuple[str, ...], ...], expected: Faults) -> None:
    found = one(tmp_path, program(steps))
    assert faults(found) == expected
    assert bool(found.steps) == (expected[0][0] == "unknown-aspect"), "where nothing can be said there are no steps"


@pytest.mark.parametrize(
    ("bounds", "seen", "required"),
    [
        ('minDur="x"', 'minDur "x"', "0 s to 1e+07 s"),
        ('minDur="-1"', 'minDur "-1"', "0 s to 1e+07 s"),
        ('minDur="9" maxDur="5"', 'maxDur "5"', "at least minDur, 9 s"),
        ('minDur="9" maxDur="nan"', 'maxDur "nan"', "at least minDur, 9 s"),
    ],
)
def test_bounds_that_cannot_be(tmp_path: Path, bounds: str, seen: str, required: str) -> None:
    found = one(tmp_path, program((("20", "G", bounds),), kind="actuated"))
    assert faults(found) == [("impossible-time", seen, required, 0)]


def test_a_step_without_a_duration(tmp_path: Path) -> None:
    found = one(tmp_path, '<tlLogic id="C"><phase state="G"/></tlLogic>')
    assert faults(found)[0][:2] == ("impossible-time", "no duration")


def test_a_program_without_steps(tmp_path: Path) -> None:
    found = one(tmp_path, '<tlLogic id="C"><param key="a" value="b"/></tlLogic>')
    assert (found.id, found.type) == ("0", "static")
    assert faults(found) == [("impossible-step", "no steps", "at least one", -1)]


def test_a_change_of_the_offset_is_no_program(tmp_path: Path) -> None:
    found = read_program_texts(additional(tmp_path, program() + '<tlLogic id="C" programID="0" offset="3"/>'))
    assert len(found) == 1
    twice = read_program_texts(additional(tmp_path, program() + program()))
    assert len(twice) == 2, "a program that is defined twice is looked at twice"


def test_a_program_of_nobody(tmp_path: Path) -> None:
    with pytest.raises(FileError, match='attribute "id" is missing'):
        read_program_texts(additional(tmp_path, '<tlLogic><phase duration="1" state="G"/></tlLogic>'))
