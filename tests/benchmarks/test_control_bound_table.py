from __future__ import annotations

from benchmarks.control.bound_run import BOUND, Case, Result
from benchmarks.control.bound_table import table

OURS = "rolling_horizon"


def result(delay_s: float, violations: int = 0) -> Result:
    return Result({"delay_s": delay_s}, violations)


def cells(lines: list[str]) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_it_says_how_much_is_left() -> None:
    results = {
        Case("M7", "cologne1", who, seed): result(delay_s + seed)
        for who, delay_s in (("net", 40.0), (OURS, 15.0), (BOUND, 10.0))
        for seed in (1, 3)
    }
    head, _, row = cells(table(results, OURS))
    assert head == ["rules", "map", "seeds", "`net`", f"`{OURS}`", "bound", "closed by ours", "left, s"]
    assert row == ["M7", "cologne1", "1, 3", "42.0 ± 1.4", "17.0 ± 1.4", "12.0 ± 1.4", "83%", "5.0"]


def test_only_seeds_that_all_have_count() -> None:
    results = {Case("M", "a", who, seed): result(10.0 * seed) for who in ("net", OURS, BOUND) for seed in (1, 2, 3)}
    del results[Case("M", "a", BOUND, 3)]
    row = cells(table(results, OURS))[-1]
    assert row[2:] == ["1 to 2", "15.0 ± 7.1", "15.0 ± 7.1", "15.0 ± 7.1", "-", "0.0"]


def test_a_run_that_broke_a_rule_is_none() -> None:
    results = {Case("M", "a", who, 1): result(10.0, violations=int(who == BOUND)) for who in ("net", OURS, BOUND)}
    assert cells(table(results, OURS))[-1][2:] == ["none", "-", "-", "-", "-", "-"]


def test_maps_and_rules_have_a_row_each() -> None:
    results = {
        Case(rules, site, who, 1): result(10.0) for rules in ("M", "M7") for site in "ab" for who in (OURS, BOUND)
    }
    rows = cells(table(results, OURS))[2:]
    assert [row[:3] for row in rows] == [["M", "a", "1"], ["M", "b", "1"], ["M7", "a", "1"], ["M7", "b", "1"]]
    assert {row[-2] for row in rows} == {"-"}  # there is no first controller to come from
