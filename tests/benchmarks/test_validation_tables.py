"""How the comparison is printed."""

from __future__ import annotations

import math

from benchmarks.validation.tables import lines_of, reasons_of, verdict_lines
from benchmarks.validation.verdicts import Row, Verdict

ROWS = [
    Row("cologne1", "net", "sumo", 3, 40.0, 40.0, 1.5, 1.5),
    Row("cologne1", "net", "sim", 2, 40.0, 38.0, 1.5, 2.0),
    Row("cologne1", "net", "meso", 0, math.nan, math.nan, math.nan, math.nan, "it burns"),
    Row("cologne8", "greedy", "sumo", 1, 20.0, 20.0, math.nan, math.nan),
    Row("cologne8", "greedy", "sim", 1, 20.0, 21.0, math.nan, math.nan, notes=1),
]


def test_the_worlds_stand_side_by_side() -> None:
    head, first, second = lines_of(ROWS)
    assert head.split("  ")[0] == "network"
    assert first.split() == [
        "cologne1",
        "net",
        "3",
        "40.0",
        "±",
        "1.5",
        "38.0",
        "±",
        "2.0",
        "-5.0",
        "%",
        "(2)",
        "-",
        "-",
    ]
    assert second.split() == ["cologne8", "greedy", "1", "20.0", "21.0", "+5.0", "%", "-", "-"]


def test_markdown() -> None:
    lines = list(lines_of(ROWS, markdown=True))
    assert lines[0] == "| network | controller | seeds | SUMO, s | sim, s | error | meso, s | error |"
    assert lines[2] == "| cologne1 | net | 3 | 40.0 ± 1.5 | 38.0 ± 2.0 | -5.0 % (2) | - | - |"
    assert len({line.count("|") for line in lines}) == 1


def test_verdicts_as_text_and_as_markdown() -> None:
    verdicts = [Verdict("every |error| <= 10 %", "MISSED", "net +11.0 %")]
    assert list(verdict_lines(verdicts)) == ["MISSED  every |error| <= 10 %: net +11.0 %"]
    assert list(verdict_lines(verdicts, markdown=True))[-1] == r"| every \|error\| <= 10 % | MISSED | net +11.0 % |"


def test_reasons_are_said_once() -> None:
    assert list(reasons_of([*ROWS, ROWS[2]._replace(controller="greedy")])) == [
        "it burns: cologne1 meso net, cologne1 meso greedy",
        "the controller was not followed for a while in 1 of 1 runs: cologne8 sim greedy",
    ]
