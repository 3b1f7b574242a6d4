"""Signal programs as courses: states with durations in tenths of a second, the one that runs first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from signals.adapters.sumo.records import RawProgram
from signals.errors import FileError, NetworkError

__all__ = ["GREEN", "OFF", "Course", "courses_of", "letters_of", "states_with"]

GREEN = "Gg"
"""Letters of a link that may go."""
OFF = "Oo"
"""Letters of a link that no signal controls at the moment."""

_LONGEST_STEP_DS = 9000
"""A step of more than 15 minutes is not a timing: somebody switches by hand (the games that come with SUMO do so)."""


class Course(NamedTuple):
    """A program that controls something.

    Attributes
    ----------
    id
        The program's name.
    type
        What SUMO calls its kind (static, actuated, NEMA, …).
    offset_ds
        Where its cycle starts.
    states
        What the links show, one letter each, per step.
    duration_ds
        How long; 0.1 s are kept and the sum is exact.
    min_ds, max_ds
        Bounds of it, 0 = not given.
    """

    id: str
    type: str
    offset_ds: int
    states: tuple[str, ...]
    duration_ds: tuple[int, ...]
    min_ds: tuple[int, ...]
    max_ds: tuple[int, ...]

    @property
    def by_hand(self) -> bool:
        """Whether its long greens and reds mean nothing."""
        return max(self.duration_ds) > _LONGEST_STEP_DS

    @property
    def shortest_ds(self) -> tuple[int, ...]:
        """How short each step may be."""
        return tuple(low or usual for low, usual in zip(self.min_ds, self.duration_ds, strict=True))

    @property
    def longest_ds(self) -> tuple[int, ...]:
        """How long each step may be."""
        return tuple(max(high, usual) for high, usual in zip(self.max_ds, self.duration_ds, strict=True))


def courses_of(signal: str, programs: Sequence[RawProgram], links: int) -> tuple[Course, ...]:
    """Turn the programs of one signal into courses.

    Programs that switch the signal off are left out. SUMO runs the program that was loaded last, so it comes first;
    the others follow as they were loaded.

    Parameters
    ----------
    signal
        Its id.
    programs
        As they were loaded.
    links
        How many letters a state must have at least.

    Raises
    ------
    NetworkError
        When a state is too short for the links of the signal.
    FileError
        When two steps of a program end within the same tenth of a second.
    """
    controlling = [program for program in programs if any(phase.state.strip(OFF) for phase in program.phases)]
    width = max([links, *(len(program.phases[0].state) for program in controlling)])
    for program in controlling:
        if len(program.phases[0].state) < links:
            raise NetworkError(
                f'{program.path}, line {program.line}: the states of signal "{signal}", program "{program.id}" have '
                f"{len(program.phases[0].state)} letters, but its links need {links}"
            )
    ordered = [*controlling[-1:], *controlling[:-1]]
    return tuple(_course(program, width) for program in ordered)


def _course(program: RawProgram, width: int) -> Course:
    ends = [round(end * 10) for end in accumulate(phase.duration_s for phase in program.phases)]
    durations = tuple(end - begin for begin, end in pairwise([0, *ends]))
    if min(durations) <= 0:
        raise FileError(
            f'{program.path}, line {program.line}: <tlLogic> "{program.signal}", program "{program.id}": '
            "a phase is shorter than a tenth of a second"
        )
    return Course(
        program.id,
        program.type,
        round(program.offset_s * 10),
        tuple(phase.state.ljust(width, "r") for phase in program.phases),
        durations,
        tuple(round(phase.min_s * 10) for phase in program.phases),
        tuple(round(phase.max_s * 10) for phase in program.phases),
    )


def letters_of(courses: Sequence[Course], link: int) -> str:
    """Return what a link shows, step by step through all courses."""
    return "".join(state[link] for course in courses for state in course.states)


def states_with(column: str, letters: str) -> int:
    """Return the steps in which a link shows one of some letters, as a bit set."""
    return sum(1 << step for step, letter in enumerate(column) if letter in letters)
