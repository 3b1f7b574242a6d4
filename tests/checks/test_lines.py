from __future__ import annotations

from signals.checks.breaches import ERROR, Report, merged
from signals.checks.lines import MOST, report_lines
from tests.checks.test_breaches import breach


def lines(*breaches: object, everything: bool = False) -> list[str]:
    report = Report("f.xml", "SUMO network", merged(breaches), "1 program", ("demand",))  # type: ignore[arg-type]
    return list(report_lines(report, everything=everything))


def test_nothing_found() -> None:
    assert lines() == ["f.xml: SUMO network; 1 program", "0 errors; 0 warnings", "not checked: demand"]


def test_a_breach_in_a_line() -> None:
    _, line, summary, _ = lines(breach(), breach(time_ds=90))
    assert line == (
        'warning: intergreen: "J", program "p", step 2, line 17, at 5 s, 2 times: "a" to "b" (links 0, 1; x, y): '
        "1 s; required: 2 s (me)"
    )
    assert summary == "0 errors; 1 warning (intergreen 1)"


def test_a_breach_without_a_place() -> None:
    bare = breach(
        level=ERROR,
        rule="conflict",
        program="",
        step=-1,
        line=0,
        time_ds=0,
        links=(),
        movements=("", ""),
        groups=("a", "b"),
    )
    assert lines(bare)[1] == 'error: conflict: "J": "a" and "b": 1 s; required: 2 s (me)'
    nowhere = bare._replace(groups=(), intersection="")
    assert lines(nowhere)[1] == "error: conflict: : 1 s; required: 2 s (me)"


def test_many_names_are_cut_short() -> None:
    (line,) = [line for line in lines(breach(links=tuple(range(9)), movements=())) if "links" in line]
    assert "(links 0, 1, 2, 3 and 5 more)" in line


def test_only_the_first_of_every_rule_unless_all_are_wanted() -> None:
    many = [breach(program=str(number)) for number in range(MOST + 3)]
    assert "warning: intergreen: 3 more; --all shows them" in lines(*many)
    assert len(lines(*many)) == MOST + 4
    assert len(lines(*many, everything=True)) == MOST + 6
