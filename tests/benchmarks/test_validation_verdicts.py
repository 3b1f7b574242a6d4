"""From delays to errors, targets and ranks, on numbers that can be checked by hand."""

from __future__ import annotations

import math

import pytest

from benchmarks.validation.cases import Case, Result
from benchmarks.validation.verdicts import Row, rows_of, verdicts_of


def result(delay_s: float, *, note: str = "", failed: str = "") -> Result:
    return Result(delay_s, {"delay_s": delay_s}, 1.0, note, failed)


def row(site: str, controller: str, sumo_s: float, delay_s: float, **more: object) -> Row:
    return Row(site, controller, "sim", 3, sumo_s, delay_s, 1.0, 1.0)._replace(**more)


def missing(site: str, controller: str) -> Row:
    return Row(site, controller, "sim", 0, math.nan, math.nan, math.nan, math.nan, "not run yet")


def test_means_are_over_the_seeds_that_both_have() -> None:
    cases = [Case("cologne1", world, "net", seed) for world in ("sumo", "sim") for seed in (1, 2, 3)]
    delays = {("sumo", 1): 10.0, ("sumo", 2): 20.0, ("sumo", 3): 99.0, ("sim", 1): 12.0, ("sim", 2): 21.0}
    results = {Case("cologne1", world, "net", seed): result(delay_s) for (world, seed), delay_s in delays.items()}
    sumo, sim = rows_of(results, cases)
    assert (sumo.seeds, sumo.sumo_s, sumo.error_percent) == (3, 43.0, 0.0)
    assert (sim.seeds, sim.sumo_s, sim.delay_s) == (2, 15.0, 16.5)
    assert sim.error_percent == pytest.approx(10.0)
    assert sim.sumo_spread_s == pytest.approx(math.sqrt(50.0))


def test_what_failed_is_no_number_but_a_reason() -> None:
    cases = [Case("cologne1", world, "net", 1) for world in ("sumo", "sim", "meso")]
    results = {cases[0]: result(10.0), cases[1]: result(math.nan, failed="WorldError: it burns")}
    _, sim, meso = rows_of(results, cases)
    assert (sim.seeds, sim.why) == (0, "WorldError: it burns")
    assert math.isnan(sim.error_percent)
    assert (meso.seeds, meso.why) == (0, "meso not run yet")
    assert rows_of({cases[1]: result(8.0)}, cases)[1].why == "sumo not run yet"


def test_runs_in_which_the_controller_was_replaced_are_counted() -> None:
    cases = [Case("cologne1", "sumo", "net", seed) for seed in (1, 2)]
    (found,) = rows_of({cases[0]: result(1.0, note="it raised"), cases[1]: result(2.0)}, cases)
    assert found.notes == 1


@pytest.mark.parametrize(
    ("site", "controller", "delay_s", "state"),
    [
        ("cologne1", "net", 109.9, "met"),
        ("cologne1", "net", 110.1, "MISSED"),
        ("cologne1", "greedy", 89.9, "MISSED"),
        ("cologne3", "net", 111.9, "met"),
        ("grid6x6", "greedy", 112.1, "MISSED"),
        ("ingolstadt7", "net", 115.1, "MISSED"),
        ("ingolstadt7", "greedy", 124.9, "met"),
        ("ingolstadt21", "greedy", 74.9, "MISSED"),
    ],
)
def test_the_bounds_of_every_group(site: str, controller: str, delay_s: float, state: str) -> None:
    verdicts = verdicts_of([row(site, controller, 100.0, delay_s)])
    (bound,) = [verdict for verdict in verdicts if verdict.target.startswith(site)]
    assert bound.state == state


def test_the_mean_is_over_the_first_group_only() -> None:
    rows = [row("cologne1", "net", 100, 109), row("grid4x4", "net", 100, 98), row("cologne3", "net", 100, 150)]
    assert verdicts_of(rows)[0].state == "MISSED"
    assert verdicts_of(rows)[0].detail == "5.5 % over 2 of 2 cases"
    rows[1] = row("grid4x4", "net", 100, 100)
    assert verdicts_of(rows)[0].state == "met"
    assert verdicts_of([*rows, missing("cologne8", "net")])[0].state == "open"


def test_what_was_not_run_leaves_a_target_open_unless_it_is_missed_already() -> None:
    rows = [row("cologne1", "net", 100, 101), missing("cologne1", "greedy")]
    assert [verdict.state for verdict in verdicts_of(rows)] == ["open", "open", "open"]
    rows = [row("cologne1", "net", 100, 130), missing("cologne1", "greedy")]
    assert [verdict.state for verdict in verdicts_of(rows)] == ["open", "MISSED", "open"]
    assert verdicts_of([missing("cologne1", "net")])[1].detail == "none of 1 cases"


def test_only_controllers_that_are_far_apart_in_sumo_have_to_keep_their_rank() -> None:
    near = [row("cologne1", "net", 100, 100), row("cologne1", "greedy", 109, 99)]
    assert verdicts_of(near)[-1].state == "open"
    far = [*near, row("cologne1", "actuated", 130, 98)]
    verdict = verdicts_of(far)[-1]
    assert verdict.state == "MISSED"
    assert verdict.detail == "0 of 2 pairs; cologne1: net and actuated swap; cologne1: greedy and actuated swap"
    kept = [row("cologne1", "net", 100, 100), row("cologne1", "greedy", 50, 99), row("cologne8", "net", 10, 300)]
    assert verdicts_of(kept)[-1] == ("controllers that differ by > 10 % in SUMO keep their rank", "met", "1 of 1 pairs")


def test_other_worlds_are_not_judged() -> None:
    assert verdicts_of([row("cologne1", "net", 100, 10, world="meso")]) == []
