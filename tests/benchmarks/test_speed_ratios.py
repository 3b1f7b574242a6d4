"""Ratios and verdicts, on numbers by hand."""

from __future__ import annotations

import pytest

from benchmarks.speed.courses import Course
from benchmarks.speed.engines import Measured
from benchmarks.speed.ratios import Race, ratio, table, verdicts

COURSE = Course("grid4x4", "a.net.xml", "a.rou.xml", 0.0, 3600.0)
RACE = Race(
    COURSE,
    {"bare": [3.0, 9.0, 2.0], "uxsim": [0.1, 0.3, 0.1], "signals": [0.01, 0.01, 0.002]},
    {
        "bare": Measured(2.0, 90.5, 1473),
        "uxsim": Measured(0.1, 98.2, 1473),
        "signals": Measured(0.002, 91.8, 1473),
    },
)


def test_a_ratio_is_the_median_of_those_of_the_same_repeat() -> None:
    assert ratio(RACE, "bare") == pytest.approx(900.0)  # of 300, 900, 1,000; the medians alone would give 300
    assert ratio(RACE, "signals") == 1.0


def test_the_table_shows_the_medians_and_the_delays() -> None:
    lines = table(RACE)
    assert lines[0] == "grid4x4: 1,473 vehicles in 3,600 s"
    assert lines[1].split() == [
        "simulator",
        "CPU",
        "s",
        "us/step",
        "s",
        "per",
        "CPU",
        "s",
        "ours",
        "is",
        "x",
        "delay,",
        "s",
    ]
    assert lines[2].split() == ["bare", "3.0000", "833.33", "1,200", "900.0", "90.5"]
    assert lines[4].split() == ["signals", "0.0100", "2.78", "360,000", "1.0", "91.8"]


def test_the_table_does_not_hide_that_somebody_drove_fewer_vehicles() -> None:
    told = {**RACE.told, "uxsim": Measured(0.1, 98.2, 1400)}
    assert table(RACE._replace(told=told))[0] == "grid4x4: 1,400/1,473 vehicles in 3,600 s"


def test_verdicts_hold_the_ratios_against_what_was_promised() -> None:
    bare, uxsim = verdicts([RACE])
    assert (bare.name, bare.other, bare.promised, bare.kept) == ("grid4x4", "bare", 250.0, True)
    assert (uxsim.other, uxsim.promised, uxsim.found, uxsim.kept) == ("uxsim", 50.0, 30.0, False)
    assert bare._replace(found=249.9).kept is False


def test_what_was_not_measured_has_no_verdict() -> None:
    repeats = {name: RACE.repeats[name] for name in ("bare", "signals")}
    assert [one.other for one in verdicts([RACE._replace(repeats=repeats)])] == ["bare"]
    assert verdicts([RACE._replace(course=COURSE._replace(name="grid2x2"), repeats=repeats)]) == []
