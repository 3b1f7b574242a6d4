from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest

import signals
from signals.control import horizon_site
from signals.control.rolling_horizon import RollingHorizon
from signals.kernels.horizon_stages import leave
from signals.kernels.longest_wait import BARRED, FORCED, FREE_TO, permit
from signals.model.crossroads import crossroads
from signals.model.network import Network
from signals.scenario import Scenario, load
from signals.trial import RunOptions, notes_of
from tests.control.test_horizon_site import permissive_crossroads
from tests.kernels.naive_longest_wait import Case

CARS, PEOPLE = crossroads(pedestrians=False), crossroads()
MODERATE_VEH_H, FULL_VEH_H = 320.0, 550.0
"""About two thirds of what the crossroads can take, and all of it."""
SEEDS, FULL_SEEDS = (11, 13), (13, 20)


class Bench:
    """A junction whose first stage is running, where nobody waits."""

    def __init__(self, network: Network, bound_s: float, red_bound_s: float = 1e6) -> None:
        self.network, self.controller = network, RollingHorizon(network, longest_wait_s=bound_s, horizon_s=8)
        self.controller._site.red_bound_s[:] = red_bound_s
        seen = horizon_site.one_waiting_everywhere(network)
        self.seen = seen._replace(demand=np.zeros(len(seen.demand), np.bool_))
        self.bound_s = bound_s
        self.controller._walking[:] = False

    @property
    def wait_s(self) -> Any:
        return self.controller._memory.wait_s

    def permit(self, running: int = 0) -> tuple[list[int], float]:
        """Return what is allowed, and by how much somebody will be late."""
        controller: Any = self.controller
        arrivals = controller._arrivals(self.seen)
        leave(0, controller._site, arrivals, controller._interstages, controller._works[0])
        late_s = permit(
            0, running, controller._site, arrivals, controller._rules, controller._works[0], controller._deadlines[0], controller._works[0].allowed
        )  # fmt: skip
        return controller._works[0].allowed[: len(self.network.intersections[0].stages)].tolist(), float(late_s)


def test_everything_is_allowed_where_there_is_no_bound_or_nobody_waits() -> None:
    bench = Bench(CARS, 0.0)
    bench.wait_s[:] = 500.0
    assert bench.permit() == ([FREE_TO] * 4, 0.0)
    assert Bench(CARS, 60.0).permit() == ([FREE_TO] * 4, 0.0)


def test_what_was_permitted_is_kept_for_the_record_with_whoever_is_due_first() -> None:
    bench = Bench(CARS, 60.0)
    by = bench.controller._deadlines[0]
    bench.permit()
    assert by.first[0] == -1
    bench.wait_s[1], bench.wait_s[3] = 20.0, 59.0
    allowed, _ = bench.permit()
    assert by.allowed[0].tolist() == allowed
    assert (by.first[0], by.first_s[0]) == (3, -1.0)  # 60 s, less two of notice


def test_a_stage_is_forced_when_it_is_just_in_time() -> None:
    bench = Bench(CARS, 60.0)
    (left,) = (g for g in bench.network.intersections[0].stages[1].groups if g < 2)
    start_s = max(bench.network.intersections[0].intergreen_ds[h][left] or 0 for h in (0, 4)) / 10
    last_s = 60.0 - 2.0 - start_s
    bench.wait_s[left] = last_s - 1.0
    assert bench.permit() == ([FREE_TO, FREE_TO, BARRED, BARRED], 0.0)  # one second more is possible
    bench.wait_s[left] = last_s - 0.5
    assert bench.permit() == ([BARRED, FORCED, BARRED, BARRED], 0.0)
    bench.wait_s[left] = last_s + 3.0
    allowed, late_s = bench.permit()
    assert allowed == [BARRED, FORCED, BARRED, BARRED]
    assert late_s == pytest.approx(3.0)


def test_a_stage_is_chosen_just_before_the_guard_would_step_in() -> None:
    bench = Bench(CARS, 0.0, red_bound_s=60.0)
    (left,) = (g for g in bench.network.intersections[0].stages[1].groups if g < 2)
    bench.wait_s[left] = 60.0 - 2.0 - 1.0
    assert bench.permit() == ([FREE_TO, FREE_TO, BARRED, BARRED], 0.0)  # one second more is possible
    bench.wait_s[left] = 60.0 - 2.0 - 0.5
    assert bench.permit() == ([BARRED, FORCED, BARRED, BARRED], 0.0)  # however long the change takes


def test_what_the_guard_would_do_first_is_no_bound_that_is_missed() -> None:
    bench = Bench(CARS, 100.0, red_bound_s=60.0)
    (left,) = (g for g in bench.network.intersections[0].stages[1].groups if g < 2)
    bench.wait_s[left] = 65.0  # the guard serves him already, within the bound
    assert bench.permit() == ([BARRED, FORCED, BARRED, BARRED], 0.0)


def test_who_would_come_back_too_late_is_not_left() -> None:
    bench = Bench(CARS, 60.0)
    bench.controller._bound.times.pressing_s[0] = 57.0  # in the queue of the green that runs
    assert bench.permit() == ([FREE_TO, BARRED, BARRED, BARRED], 0.0)
    bench.controller._bound.times.pressing_s[0] = 10.0
    assert bench.permit() == ([FREE_TO] * 4, 0.0)


def test_a_queue_that_cannot_wait_for_another_green_needs_a_long_one() -> None:
    bench = Bench(CARS, 60.0)
    bench.wait_s[[2, 3]] = 40.0, 33.0
    assert bench.permit() == ([FREE_TO] * 4, 0.0)
    (approach,) = (a for a in range(8) if bench.network.arrays.link_group[bench.network.arrays.link_offset[a]] == 2)
    bench.controller._bound.times.pressing_s[approach] = 40.0
    bench.controller._bound.times.needed_s[approach] = 25.0
    assert bench.permit() == ([BARRED, BARRED, BARRED, FORCED], 0.0)  # the lefts of that road, who cannot come after it


@pytest.mark.parametrize("kind", ["cars", "people", "yielding"])
@pytest.mark.parametrize("seed", range(25))
def test_it_allows_what_the_naive_twin_allows(seed: int, kind: str) -> None:
    network = {"cars": CARS, "people": PEOPLE, "yielding": permissive_crossroads()}[kind]
    rng = np.random.default_rng(seed)
    bench = Bench(
        network, float(rng.choice([0.0, 40.0, 55.0, 75.0])), red_bound_s=float(rng.choice([45.0, 60.0, 95.0]))
    )
    groups, approaches = len(network.arrays.group_user), len(network.arrays.approach_lane)
    running = int(rng.integers(len(network.intersections[0].stages)))
    green = set(network.intersections[0].stages[running].groups)
    controller = bench.controller
    waits = np.where(rng.random(groups) < 0.5, rng.uniform(0.0, 50.0, groups).round(), 0.0)
    controller._memory.wait_s[:] = [0.0 if g in green else waits[g] for g in range(groups)]
    bench.seen.demand[:] = controller._memory.wait_s > 0
    controller._walking[:] = [bool(rng.random() < 0.5) and network.arrays.group_user[g] == 1 for g in range(groups)]
    controller._earliest_s[:] = np.where(rng.random(groups) < 0.2, 4.0, 0.0)
    controller._earliest_s[list(green)] = 0.0
    times = controller._bound.times
    times.pressing_s[:] = np.where(rng.random(approaches) < 0.4, rng.uniform(0.0, 45.0, approaches).round(), 0.0)
    times.needed_s[:] = np.where(times.pressing_s > 0, 8.0, 0.0)
    allowed, late_s = bench.permit(running)
    expected, late = Case(
        network, running, bench.bound_s, controller._memory.wait_s.tolist(), times.pressing_s.tolist(),
        times.needed_s.tolist(), bench.seen.demand.tolist(), controller._walking.tolist(),
        controller._earliest_s.tolist(), controller._site.red_bound_s.tolist(),
    ).allowed()  # fmt: skip
    assert {b for b, code in enumerate(allowed) if code != BARRED} == expected
    assert late_s == pytest.approx(late, abs=1e-3)
    assert (FORCED in allowed) == (running not in expected)


def crossing(veh_h: float, stages: Literal["file", "all"] = "file") -> Scenario:
    """The crossroads with another demand."""
    found = load("crossroads")
    sim, timing = replace(found.file.sim, veh_h=veh_h), replace(found.file.timing, stages=stages)  # type: ignore[type-var]
    return Scenario(replace(found.file, sim=sim, timing=timing), found.folder)


@pytest.mark.parametrize("seed", FULL_SEEDS)
def test_the_guard_has_to_step_in_only_where_its_maximum_red_is_not_heeded(seed: int) -> None:
    for heeded in (False, True):
        options = RunOptions(settings={"heed_maximum_red": heeded})
        record = signals.run(crossing(FULL_VEH_H), "rolling_horizon", seed=seed, options=options)
        assert ("a group waited too long" in record.refusals) == (not heeded)


def longest_s(bound_s: float, seed: int, stages: Literal["file", "all"] = "file") -> tuple[float, tuple[str, ...]]:
    """Return the longest time that a vehicle stood in its queue, and what the optimiser says."""
    options = RunOptions(settings={"longest_wait_s": bound_s})
    record = signals.run(crossing(MODERATE_VEH_H, stages), "rolling_horizon", seed=seed, options=options)
    assert not record.violations
    assert "a group waited too long" not in record.refusals  # the guard never had to step in
    return record.metrics["longest_wait_s"], notes_of(record)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("stages", "bound_s"), [("file", 70.0), ("all", 60.0)])
def test_nobody_waits_longer_where_without_it_they_do(
    stages: Literal["file", "all"], bound_s: float, seed: int
) -> None:
    assert longest_s(0.0, seed, stages)[0] > bound_s
    longest, notes = longest_s(bound_s, seed, stages)
    assert longest <= bound_s
    assert notes == ()


def test_a_bound_that_cannot_be_kept_is_said_once() -> None:
    longest, notes = longest_s(30.0, 11)
    assert longest > 30.0
    cannot, missed = notes
    assert cannot.startswith('longest_wait_s = 30 cannot be kept at "centre" while somebody waits for every group')
    assert missed.startswith('longest_wait_s = 30 could not be kept at "centre": first seen at ')
