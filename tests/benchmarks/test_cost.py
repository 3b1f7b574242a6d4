"""The benchmark of the guard: that it measures what it says, not how long it takes."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.safety import cost
from signals.model.crossroads import crossroads


def test_intersections_are_repeated_as_often_as_needed() -> None:
    network = cost.repeated(crossroads(), 5)
    assert [place.id for place in network.intersections] == list("01234")
    assert {len(place.groups) for place in network.intersections} == {12}
    assert {place.intergreen_ds for place in network.intersections} == {crossroads().intersections[0].intergreen_ds}


def test_a_stage_is_wanted_for_ten_ticks_and_then_the_next() -> None:
    network = cost.repeated(crossroads(), 2)
    wants = cost.staged(network)
    stages = [set(stage.groups) for stage in network.intersections[0].stages]
    first = [set(np.flatnonzero(row[:12])) for row in wants]
    assert first[:25] == stages[:1] * 10 + stages[1:2] * 10 + stages[2:3] * 5
    second = [set(np.flatnonzero(row[12:])) for row in wants]
    assert second[:9] == stages[:1] * 9
    assert second[9] == stages[1]


@pytest.mark.parametrize("traffic", cost.TRAFFIC)
def test_a_guard_runs(traffic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    permit = cost.Guard.permit
    monkeypatch.setattr(cost.Guard, "permit", lambda *given: asked.append(given) or permit(*given))
    run = cost.guarded(cost.repeated(crossroads(), 3), traffic)
    run(cost.ROWS + 7)
    assert len(asked) == 1 + cost.ROWS + 7
    assert asked[1][1].want.tolist() == asked[1 + cost.ROWS][1].want.tolist()


def test_a_fallback_stays_with_its_controller(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    fallback = cost.Fallback
    monkeypatch.setattr(cost, "Fallback", lambda *given: made.append(fallback(*given)) or made[-1])
    cost.seated(crossroads())(50)
    assert made[0].level.tolist() == [0]
    assert made[0].take_events() == ()


def test_enough_ticks_take_long_enough() -> None:
    done: list[int] = []
    spent = iter(np.arange(0.0, 10.0, 0.02))

    def run(ticks: int) -> None:
        done.append(ticks)
        [next(spent) for _ in range(len(done) - 1)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cost.time, "process_time", lambda: next(spent))
        assert cost.enough(run) == cost.ROWS * 4
    assert done == [cost.ROWS, cost.ROWS * 2, cost.ROWS * 4]


@pytest.mark.parametrize(("each_us", "met"), [(1.0, True), (3.0, False)])
def test_a_missed_target_is_said(each_us: float, met: bool, capsys: pytest.CaptureFixture[str]) -> None:
    costs = {f"x/{size}/{traffic}": 5.0 + size * each_us for size in cost.SIZES["compiled"] for traffic in cost.TRAFFIC}
    assert cost.report("compiled", costs | {"x/1/fallback": 7.0}, {"x": 12.0}) is met
    said = capsys.readouterr().out
    assert f"| x | 12.0 | stages | {5 + each_us:.2f} |" in said
    assert said.endswith("met\n" if met else "MISSED\n")
    assert "| 5.00 |\n" in said
