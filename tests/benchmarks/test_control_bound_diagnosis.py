from __future__ import annotations

import pytest

from benchmarks.control.bound_diagnosis import (
    DEAREST,
    EARLY,
    LATE,
    WRONG,
    Choice,
    Move,
    as_data,
    error_of,
    report,
    tried_of,
)

PLACES = ("north", "south")
STAGES = (("a", "b", "c"), ("a", "b"))


def choice(moves: tuple[Move, ...], costs_s: tuple[float, ...], *, wanted: int = 0, taken: int = 0) -> Choice:
    """At the northern intersection, where stage 0 runs and 1 follows in 6 s."""
    return Choice(
        time_s=100.0,
        intersection=0,
        running=0,
        wanted=wanted,
        since_s=12.0,
        wanted_believed_s=20.0,
        next_s=6,
        next_stage=1,
        waiting_veh=(0.0, 3.0, 1.0),
        moves=moves,
        costs_s=costs_s,
        taken=taken,
    )


STAY, NEXT, OTHER = Move(0, 4, 22.0), Move(1, 0, 21.0), Move(2, 0, 30.0)


@pytest.mark.parametrize(
    ("wanted", "move", "error"),
    [(1, STAY, EARLY), (0, NEXT, LATE), (0, OTHER, WRONG), (1, OTHER, WRONG)],
    ids=["stays instead", "changes now instead of later", "another stage than follows", "another one than wanted"],
)
def test_what_was_done_instead_says_what_was_wrong(wanted: int, move: Move, error: str) -> None:
    assert error_of(choice((move,), (-9.0,), wanted=wanted)) == error


def test_what_is_tried_has_a_name_each() -> None:
    names = [
        tried_of(choice((move,), (1.0,), wanted=wanted), move)
        for wanted, move in ((1, STAY), (1, OTHER), (0, NEXT), (0, OTHER))
    ]
    assert names[0] == "wants to change: stay 4 s longer"
    assert len(set(names)) == 4


def test_data_speak_of_ids() -> None:
    data = as_data(choice((OTHER, STAY), (3.04, -9.0), wanted=1, taken=1), PLACES, STAGES)
    assert (data["intersection"], data["running"], data["error"], data["taken"]) == ("north", "a", EARLY, 1)
    assert data["waiting_veh"] == {"a": 0.0, "b": 3.0, "c": 1.0}
    assert data["optimiser"] == {"does": "changes", "stage": "b", "stay_s": 0, "believed_s": 20.0, "true_s": 0.0}
    assert data["others"] == [
        {"does": "changes", "stage": "c", "stay_s": 0, "believed_s": 30.0, "true_s": 3.0},
        {"does": "stays", "stage": "a", "stay_s": 4, "believed_s": 22.0, "true_s": -9.0},
    ]


def test_nothing_is_an_error_where_the_plan_was_kept() -> None:
    data = as_data(choice((NEXT,), (3.0,), taken=-1), PLACES, STAGES)
    assert data["error"] == ""
    assert data["optimiser"] == {"does": "stays", "stage": "a", "stay_s": 0, "believed_s": 20.0, "true_s": 0.0}


def test_the_report_counts_what_was_lost() -> None:
    choices = [
        choice((STAY,), (-10.0,), wanted=1),
        choice((STAY,), (-20.0,), wanted=1),
        choice((NEXT,), (-3.0,)),
        choice((NEXT,), (5.0,), taken=-1),
        choice((NEXT, OTHER), (4.0, 9.0), taken=-1),
    ]
    lines = report(choices, PLACES, 5.0)
    assert lines[0] == "5 seconds were looked at, 6 other things tried."
    assert lines[1] == "In 3 of the seconds one was done instead, which saved 33 s altogether."
    assert "| too early | 2 | 30 | 15.0 |" in lines
    assert "| north, too early | 2 | 30 | 15.0 |" in lines
    assert not [line for line in lines if line.startswith("| too late")]  # it lost less than 5 s


def test_the_dearest_errors_stand_one_by_one() -> None:
    costs_s = [-float(cost_s) for cost_s in range(1, DEAREST + 3)]
    choices = [choice((STAY,), (cost_s,), wanted=1) for cost_s in costs_s]
    lines = report(choices, PLACES)
    dear, everything = sum(range(3, DEAREST + 3)), sum(range(1, DEAREST + 3))
    assert f"The {DEAREST} dearest were {dear / everything:.0%} of all that was lost:" in lines
    rows = [line for line in lines if line.startswith("| 100 |")]
    assert len(rows) == DEAREST
    assert rows[0] == "| 100 | north | too early | 0, 12 s | change to 1 | stay 4 s | 0, 3, 1 | 12 |"


def test_means_hold_what_did_not_pay_too() -> None:
    choices = [choice((NEXT,), (cost_s,), taken=-1) for cost_s in (-2.0, 4.0, 10.0)]
    row = next(line for line in report(choices, PLACES) if "to what follows anyway" in line)
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1:] == ["3", "4.0", "6.8", "4.0", "33%", "1.0", "-"]  # 1.96 * 6 / sqrt(3)


def test_belief_and_truth_are_compared() -> None:
    choices = [
        choice((Move(1, 0, believed_s),), (cost_s,), taken=-1) for believed_s, cost_s in ((1, 2), (2, 4), (3, 6))
    ]
    row = next(line for line in report(choices, PLACES) if "to what follows anyway" in line)
    assert row.endswith("| -18.0 | 1.00 |")


def test_a_run_without_any_choice_is_told_as_well() -> None:
    assert report([], PLACES)[0] == "0 seconds were looked at, 0 other things tried."
