"""Tables of the closed loop, on numbers by hand; and the controller that may only change splits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.hardware.closed_loop import Result, TooLateError, cut_words, lines_of, result_of, scaled
from benchmarks.hardware.split_control import SplitControl
from signals.errors import SignalsError
from signals.model.crossroads import crossroads
from signals.model.values import Decision, Snapshot
from signals.scenario import load
from signals.testing import random_snapshot


def result(delay_s: float, violations: int = 0) -> Result:
    return Result(delay_s, 0.0, violations, 1.0, 0)


def test_a_mean_within_five_percent_meets_the_target() -> None:
    rows = [
        ("tlcfi", 1, result(60.0), result(40.0), result(42.0)),
        ("tlcfi", 2, result(62.0), result(40.0), result(41.0)),
    ]
    lines, met = lines_of(rows)
    assert met
    assert lines[-1].startswith("| tlcfi | 2 | 61.0 s | 40.0 s | 41.5 s | 1.038 ± ")
    assert not lines_of([*rows, ("ntcip", 1, result(60.0), result(40.0), result(43.0))])[1]
    assert not lines_of([("tlcfi", 1, result(60.0), result(40.0), result(40.0, violations=1))])[1]
    assert not lines_of([("tlcfi", 1, result(60.0), result(40.0), result(40.0)._replace(ours=0.5))])[1]
    assert not lines_of([])[1]


def test_where_connections_are_cut_the_plan_is_what_counts() -> None:
    rows = [("tlcfi", 1, result(60.0), result(40.0), result(65.0)._replace(ours=0.6))]
    assert lines_of(rows, cut=True)[1]
    assert not lines_of(rows)[1]
    assert not lines_of([("tlcfi", 1, result(60.0), result(40.0), result(67.0))], cut=True)[1]
    assert not lines_of([("tlcfi", 1, result(60.0), result(40.0), result(50.0, violations=1))], cut=True)[1]


def test_cuts_come_again_and_again_at_every_controller() -> None:
    assert cut_words(["A", "B"], "100/300", 600.0) == [
        "--misbehave", "A:silent@200-300", "--misbehave", "A:silent@500-600",
        "--misbehave", "B:silent@200-300", "--misbehave", "B:silent@500-600",
    ]  # fmt: skip
    with pytest.raises(SignalsError, match="expected fewer seconds"):
        cut_words(["A"], "300/300", 600.0)


def ends(late: int, missed: int) -> tuple[dict[str, object], dict[str, object]]:
    metrics = {"delay_s": 40.0, "unfinished_veh": 2.0, "never_inserted_veh": 1.0}
    served = {"ticks": 4_500, "late": late, "violations": ["A: two greens"], "metrics": metrics}
    return served, {"missed": missed, "violations": 1, "seats": [{"ours": 0.9}, {"ours": 1.0}]}


def test_a_drive_is_what_both_ends_say() -> None:
    assert result_of(*ends(late=4, missed=5)) == Result(40.0, 3.0, 2, pytest.approx(0.95), 9)


@pytest.mark.parametrize(("late", "missed"), [(10, 0), (0, 10), (5, 5)])
def test_a_drive_that_was_often_late_does_not_count(late: int, missed: int) -> None:
    with pytest.raises(TooLateError, match="10 of 4500 ticks were late"):
        result_of(*ends(late, missed))


def test_less_demand_is_a_copy_of_the_scenario(tmp_path: Path) -> None:
    assert scaled("flemish_junction", 1.0, tmp_path) == "flemish_junction"
    before, after = load("flemish_junction"), load(scaled("flemish_junction", 0.8, tmp_path))
    assert [part.scale for part in after.file.demand] == [0.8]
    assert after.file == replace(before.file, demand=after.file.demand)
    assert after.network.detectors == before.network.detectors
    after.check_site_cards()


NETWORK = crossroads(pedestrians=False)
PLACE = NETWORK.intersections[0]
PLAN = PLACE.plans[0]


class Wants:
    """Wants the groups of one step of the plan."""

    def __init__(self, step: int) -> None:
        self.groups = list(PLAN.steps[step].groups)

    def decide(self, snapshot: Snapshot) -> Decision:
        want = np.zeros(len(snapshot.aspect), np.bool_)
        want[self.groups] = True
        return Decision(want, np.full(1, -1, np.int32))


def shown(control: SplitControl, cycles: int) -> list[tuple[int, ...]]:
    """Return what was wanted in the last of some cycles."""
    rng, cycle_s, offset_s = np.random.default_rng(1), PLAN.cycle_ds // 10, PLAN.offset_ds // 10
    found = []
    for second in range(cycles * cycle_s):
        snapshot = random_snapshot(NETWORK, rng, float(second + offset_s), empty=True)
        found.append(tuple(np.flatnonzero(control.decide(snapshot).want).tolist()))
    return found[-cycle_s:]


def test_it_runs_the_plan_and_gives_the_wanted_step_more() -> None:
    longest = max(range(len(PLAN.steps)), key=lambda step: PLAN.steps[step].duration_ds)
    groups, before_s = PLAN.steps[longest].groups, PLAN.steps[longest].duration_ds // 10
    first = shown(SplitControl(NETWORK, Wants(longest)), 1)
    assert first.count(groups) == before_s
    assert set(first) == {step.groups for step in PLAN.steps}
    later = shown(SplitControl(NETWORK, Wants(longest)), 6)
    assert later.count(groups) > before_s
    assert len(later) == len(first)


@pytest.mark.parametrize("cycles", [1, 4])
def test_every_step_keeps_its_place(cycles: int) -> None:
    order = list(dict.fromkeys(shown(SplitControl(NETWORK, Wants(0)), cycles)))
    assert order == list(dict.fromkeys(step.groups for step in PLAN.steps))
