from __future__ import annotations

import re

import pytest

from signals.bench.board import Grid, board_of, cost_grid, markdown_of, standing_rows
from signals.bench.legacy_delay import RESCO_DELAY
from signals.bench.results import Result
from signals.bench.standings import standings_of
from signals.report.numbers import UNKNOWN
from tests.bench.made import GROUND, failed_result, make_result

THERE = GROUND._replace(site="elsewhere")


def runs() -> list[Result]:
    return [
        make_result(name, seed, delay_s + seed, ground)
        for name, delay_s in (("net", 40.0), ("mine", 20.0), ("bad", 60.0))
        for ground in (GROUND, THERE)
        for seed in range(6)
    ]


def texts(grid: Grid) -> dict[str, list[str]]:
    return {row[0].text: [box.text for box in row[1:]] for row in grid.rows}


def test_the_best_stands_first_and_bold() -> None:
    (section,) = board_of(standings_of(runs()))
    delays = section.grids[0]
    assert delays.headings == ("controller", "mean rank", "share of net's delay", "crossroads", "elsewhere")
    assert list(texts(delays)) == ["mine", "net", "bad"]
    assert texts(delays)["mine"][0] == "1.00"
    assert re.fullmatch(r"22\.5 \[\d\d\.\d, \d\d\.\d\]", texts(delays)["mine"][2])
    assert [box.mark for box in delays.rows[0]] == ["", "", "", "best", "best"]
    assert not [box for row in delays.rows[1:] for box in row if box.mark]


def test_void_and_failed_runs_are_shown_not_dropped() -> None:
    wrong = [make_result("mine", 9, 1.0, violations=2), failed_result("net", 9, ground=THERE)]
    (section,) = board_of(standings_of([*runs(), *wrong]))
    delays, behind, _ = section.grids
    assert texts(delays)["mine"][2] == "void 1 of 7"
    assert texts(delays)["net"][3] == "failed 1 of 7"
    assert texts(behind)["mine"][:3] == ["12", "1", "0"]
    assert texts(behind)["net"][:3] == ["12", "0", "1"]
    alarms = {box.text for row in delays.rows for box in row if box.mark == "alarm"}
    assert alarms == {"void 1 of 7", "failed 1 of 7"}


def test_gridlock_and_fallbacks_stand_beside_the_mean() -> None:
    base = make_result("net", 1, 30.0)
    stuck = make_result("net", 2, 30.0, metrics={**base.metrics, "gridlock": 1.0, "longest_wait_s": 700.0})
    fell = make_result("net", 3, 30.0, falls=("it raised",))
    (section,) = board_of(standings_of([base, stuck, fell]))
    delays, behind, _ = section.grids
    assert texts(delays)["net"][2].endswith("G 1 of 3")
    row = dict(zip(behind.headings[1:], texts(behind)["net"], strict=True))
    assert (row["not followed"], row["gridlocked runs"], row["longest wait [s]"]) == ("1", "1", "700.0")
    assert row["persons' delay [s]"] == UNKNOWN


def test_differences_from_the_first_say_how_sure_they_are() -> None:
    (section,) = board_of(standings_of(runs()))
    found = texts(section.grids[2])
    assert set(found) == {"net", "bad"}
    assert found["net"][0] == "+20.0 [20.0, 20.0], p 0.062"
    assert "after Holm" in section.grids[2].caption


def test_a_chance_that_is_too_small_for_three_places_is_not_called_none() -> None:
    results = [make_result(name, seed, at_s + seed) for name, at_s in (("mine", 10), ("net", 30)) for seed in range(14)]
    (section,) = board_of(standings_of(results))
    assert texts(section.grids[2])["net"][0] == "+20.0 [20.0, 20.0], p < 0.001"


def test_cost_is_per_intersection() -> None:
    grid = cost_grid(runs())
    assert texts(grid)["mine"] == ["0.250", "4.0"]
    assert not cost_grid([failed_result()]).rows


def test_markdown_has_everything_and_no_clock() -> None:
    text = markdown_of("Title", ("How many.",), board_of(standings_of(runs())))
    assert text.startswith("# Title\n\nHow many.\n\n- Delay: time loss")
    assert "## Rules M, tier A, demand \N{MULTIPLICATION SIGN} 1" in text
    assert "| **" in text
    for line in (line for line in text.splitlines() if line.startswith("|")):
        assert line.endswith("|")
    assert "ms" not in re.findall(r"\[(\w+)\]", text)


def test_a_name_cannot_break_a_table() -> None:
    text = markdown_of("t", (), board_of(standings_of([make_result("a|b")])))
    assert "| a/b |" in text


def test_programs_get_numbers() -> None:
    rows = standing_rows(standings_of(runs()))
    assert len(rows) == 6
    row = next(row for row in rows if (row["map"], row["controller"]) == ("elsewhere", "mine"))
    assert row["delay_s"] == pytest.approx(22.5)
    assert (row["runs"], row["void"], row["failed"]) == (6, 0, 0)


def test_what_resco_published_stands_below_its_own_delay() -> None:
    ground = GROUND._replace(rules="L", site="cologne1")
    base = make_result("net", 1, 30.0, ground)
    found = [
        make_result("net", seed, 30.0, ground, metrics={**base.metrics, RESCO_DELAY: 20.0 + seed}) for seed in (1, 2)
    ]
    (section,) = board_of(standings_of(found))
    published = section.grids[1]
    assert published.headings == ("controller", "cologne1")
    assert texts(published)["net"] == ["21.50"]
    assert texts(published)["published: Greedy"] == ["27.81"]
    (other,) = board_of(standings_of(runs()))
    assert len(other.grids) == len(section.grids) - 1


def test_a_map_that_resco_does_not_have_or_did_not_publish_is_not_known() -> None:
    ground = GROUND._replace(rules="L", site="grid4x4")
    base = make_result("net", 1, 30.0, ground)
    (section,) = board_of(
        standings_of([make_result("net", 1, 30.0, ground, metrics={**base.metrics, RESCO_DELAY: 9.0})])
    )
    assert texts(section.grids[1])["published: Fixed"] == [UNKNOWN]
