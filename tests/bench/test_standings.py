from __future__ import annotations

from math import isnan

import pytest

from signals.bench.results import Result
from signals.bench.standings import standings_of
from tests.bench.made import GROUND, failed_result, make_result

HERE, THERE = GROUND, GROUND._replace(site="elsewhere")


def runs(**delays: tuple[float, float]) -> list[Result]:
    """Three seeds of each controller on two maps, a second apart."""
    return [
        make_result(name, seed, delay_s + seed, ground)
        for name, pair in delays.items()
        for ground, delay_s in zip((HERE, THERE), pair, strict=True)
        for seed in (1, 2, 3)
    ]


def test_who_is_better_on_the_average_map_stands_first() -> None:
    (standing,) = standings_of(runs(net=(38, 78), mine=(18, 58), other=(8, 98)))
    assert standing.controllers[0] == "mine"
    assert standing.rank == {"net": 2.5, "mine": 1.5, "other": 2.0}
    assert standing.sites == ("crossroads", "elsewhere")
    assert standing.cells["crossroads", "mine"].interval().mean == pytest.approx(20)


def test_equals_share_their_rank() -> None:
    (standing,) = standings_of(runs(net=(38, 78), mine=(38, 78)))
    assert standing.rank == {"net": 1.5, "mine": 1.5}


def test_delays_as_a_share_of_the_net_plan() -> None:
    (standing,) = standings_of(runs(net=(38, 78), mine=(18, 38)))
    mean, low, high, seeds = standing.share["mine"]
    expected = [((18 + s) / (38 + s) + (38 + s) / (78 + s)) / 2 for s in (1, 2, 3)]
    assert mean == pytest.approx(sum(expected) / 3)
    assert min(expected) <= low <= mean <= high <= max(expected)
    assert seeds == 3
    assert standing.share["net"].mean == 1


def test_without_the_reference_there_is_no_share() -> None:
    (standing,) = standings_of(runs(mine=(18, 38), other=(8, 8)))
    assert isnan(standing.share["mine"].mean)


def test_a_plan_from_elsewhere_is_the_reference_where_there_is_none_of_ours() -> None:
    (standing,) = standings_of([*runs(mine=(18, 38)), *runs(**{"net (theirs)": (38, 78)})])
    assert standing.reference == "net (theirs)"
    assert standing.share["net (theirs)"].mean == 1
    assert standing.share["mine"].mean == pytest.approx(sum((18 + s) / (38 + s) for s in (1, 2, 3)) / 3, abs=0.02)
    (standing,) = standings_of([*runs(mine=(18, 38), net=(38, 78)), *runs(**{"net (theirs)": (1, 1)})])
    assert standing.reference == "net"
    (standing,) = standings_of(runs(mine=(18, 38), network=(1, 1)))
    assert isnan(standing.share["mine"].mean)


def test_differences_are_paired_and_corrected() -> None:
    (standing,) = standings_of(runs(net=(38, 78), mine=(18, 38)))
    found = {(c.site, c.controller): c for c in standing.contrasts}
    assert len(standing.contrasts) == 4
    one = found["elsewhere", "mine"]
    assert one.interval == (-40, -40, -40, 3)
    assert (one.p, one.p_holm) == (0.25, 0.5)
    assert found["elsewhere", "net"].interval.mean == 40


@pytest.mark.parametrize("wrong", [make_result("mine", 9, 1.0, violations=1), failed_result("mine", 9)])
def test_a_void_or_failed_run_costs_delay_and_rank(wrong: Result) -> None:
    (standing,) = standings_of([*runs(net=(38, 78), mine=(18, 38)), wrong])
    cell = standing.cells["crossroads", "mine"]
    assert not cell.counts
    assert (len(cell.runs), cell.void + cell.failed) == (3, 1)
    assert isnan(cell.interval().mean)
    assert standing.rank["mine"] == (2 + 1) / 2
    assert isnan(standing.share["mine"].mean)
    assert not [c for c in standing.contrasts if c.site == "crossroads" and c.interval.runs]


def test_tables_are_apart() -> None:
    other = GROUND._replace(tier="B")
    tables = standings_of([make_result(), make_result(ground=other), make_result(ground=GROUND._replace(demand=0.6))])
    assert [(table.tier, table.demand) for table in tables] == [("A", 1.0), ("B", 1.0), ("A", 0.6)]
