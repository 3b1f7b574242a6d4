"""How many times as fast: medians over repeats in which the simulators take turns, and what was promised."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from benchmarks.speed.courses import Course
from benchmarks.speed.engines import BARE, OURS, UXSIM, Measured

__all__ = ["PROMISED", "UXSIM_PROMISED", "Race", "Verdict", "ratio", "table", "verdicts"]

PROMISED: Final = {"grid4x4": 250.0, "cologne8": 150.0, "ingolstadt21": 150.0, "grid30x30": 1000.0}
"""How many times as fast as bare SUMO, for each network."""
UXSIM_PROMISED: Final = 50.0
"""How many times as fast as UXsim, everywhere."""


class Race(NamedTuple):
    """What was measured on one network.

    Attributes
    ----------
    course
        Where.
    repeats
        CPU seconds of every simulator, one number for each repeat.
    told
        What each simulator said of the delay.
    """

    course: Course
    repeats: Mapping[str, Sequence[float]]
    told: Mapping[str, Measured]


class Verdict(NamedTuple):
    """A promise, and what became of it.

    Attributes
    ----------
    name, other
        Network, and simulator that is compared with.
    promised, found
        How many times as fast as that.
    """

    name: str
    other: str
    promised: float
    found: float

    @property
    def kept(self) -> bool:
        """Whether it was kept."""
        return self.found >= self.promised


def ratio(race: Race, other: str) -> float:
    """Return how many times the CPU time of ours the other takes: the median over the repeats."""
    pairs = zip(race.repeats[other], race.repeats[OURS], strict=True)
    return statistics.median(theirs / ours for theirs, ours in pairs)


def table(race: Race) -> list[str]:
    """Return the lines of a network's table; `us/step` is microseconds of CPU for a simulated second."""
    duration_s = race.course.end_s - race.course.begin_s
    vehicles = {row.vehicles for row in race.told.values()}
    lines = [
        f"{race.course.name}: {'/'.join(f'{one:,}' for one in sorted(vehicles))} vehicles in {duration_s:,.0f} s",
        f"  {'simulator':<9} {'CPU s':>9} {'us/step':>10} {'s per CPU s':>12} {'ours is x':>10} {'delay, s':>9}",
    ]
    for engine, spent in race.repeats.items():
        cpu_s = statistics.median(spent)
        lines.append(
            f"  {engine:<9} {cpu_s:9.4f} {1e6 * cpu_s / duration_s:10.2f} {duration_s / cpu_s:12,.0f} "
            f"{ratio(race, engine):10.1f} {race.told[engine].delay_s:9.1f}"
        )
    return lines


def verdicts(races: Sequence[Race]) -> list[Verdict]:
    """Hold what was measured against `PROMISED` and `UXSIM_PROMISED`; what was not measured has no verdict."""
    found = []
    for race in races:
        name = race.course.name
        for other, promised in ((BARE, PROMISED.get(name)), (UXSIM, UXSIM_PROMISED)):
            if promised is not None and other in race.repeats:
                found.append(Verdict(name, other, promised, ratio(race, other)))
    return found
