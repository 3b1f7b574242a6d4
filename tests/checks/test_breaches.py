from __future__ import annotations

import json

from signals.checks.breaches import ERROR, LEVELS, RULES, WARNING, Breach, Report, counted, merged, to_object
from signals.safety.monitor import RULES as WATCHED


def breach(**given: object) -> Breach:
    usual = Breach(WARNING, "intergreen", "J", "p", 50, 2, 17, ("a", "b"), (0, 1), ("x", "y"), "1 s", "2 s", "me", 10)
    return usual._replace(**given)  # type: ignore[arg-type]


def test_the_words_of_the_monitor_are_used() -> None:
    assert set(WATCHED) <= set(RULES)


def test_what_happens_often_is_said_once_with_its_worst() -> None:
    found = merged([breach(time_ds=90), breach(short_ds=30, seen="none"), breach(time_ds=70)])
    assert [one.times_ds for one in found] == [(50, 70, 90)]
    assert (found[0].seen, found[0].time_ds) == ("none", 50)


def test_what_differs_stays_apart_and_errors_come_first() -> None:
    found = merged(
        [
            breach(groups=("b", "a")),
            breach(),
            breach(program="q"),
            breach(rule="conflict"),
            breach(level=ERROR),
            breach(groups=(), line=3, seen="x"),
            breach(groups=(), line=3, seen="y"),
        ]
    )
    assert len(found) == 7
    assert [one.level for one in found] == [ERROR, *[WARNING] * 6]
    assert found[1].rule == "conflict", "in the order of the rules"


def test_a_report_as_an_object() -> None:
    report = Report(
        "f.xml", "SUMO network", (breach(times_ds=(50, 90)), breach(level=ERROR, step=-1, line=0)), "all", ("n",)
    )
    found = json.loads(json.dumps(to_object(report)))
    assert (found["errors"], found["warnings"], found["unchecked"]) == (1, 1, ["n"])
    first, second = found["violations"]
    assert (first["time_s"], first["times_s"], first["step"], first["line"]) == (5.0, [5.0, 9.0], 2, 17)
    assert (second["step"], second["line"], second["short_by_s"]) == (None, None, 1.0)
    assert first["groups"] == ["a", "b"]
    assert LEVELS == (ERROR, WARNING)


def test_counted() -> None:
    assert [counted(number, "plan") for number in (0, 1, 2)] == ["0 plans", "1 plan", "2 plans"]
