from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from signals.control import horizon_site
from signals.control.rolling_horizon import RollingHorizon, Settings
from signals.kernels import rolling_horizon
from signals.model.crossroads import crossroads
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.stage_choices import with_all_stages
from signals.model.values import Aspect, Snapshot
from tests.control.test_horizon_site import permissive_crossroads
from tests.kernels.naive_rolling_horizon import Case, Search, Vehicle, travel_time_s
from tests.kernels.unbounded_rolling_horizon import Queue
from tests.kernels.unbounded_rolling_horizon import Search as UnboundedSearch

SHORT = Settings(heed_maximum_red=False, horizon_s=24, derived_s=6)


def snapshot(
    network: Network,
    rows: list[list[tuple[float, float, float]]],
    *,
    stage: int = 0,
    call: tuple[int, ...] = (),
    age_ds: int = 200,
) -> Snapshot:
    """Rows per approach: (distance, speed, weight); the groups of the stage are green."""
    arrays = network.arrays
    aspect = np.full(len(arrays.group_user), Aspect.RED, np.int8)
    green = [g for g in network.intersections[0].stages[stage].groups if arrays.group_user[g] != 1 or g in call]
    aspect[green] = Aspect.GREEN
    demand = np.zeros(len(aspect), np.bool_)
    demand[list(call)] = True
    flat = [row for approach in rows for row in sorted(approach)]
    columns = np.array(flat, np.float32).reshape(-1, 3)
    return horizon_site.one_waiting_everywhere(network)._replace(
        aspect=aspect,
        age_ds=np.full(len(aspect), age_ds, np.int32),
        demand=demand,
        arrival_offset=np.cumsum([0, *(len(approach) for approach in rows)]).astype(np.int32),
        arrival_distance_m=columns[:, 0].copy(),
        arrival_speed_mps=columns[:, 1].copy(),
        arrival_weight=columns[:, 2].copy(),
        arrival_handle=np.arange(1, len(flat) + 1, dtype=np.int64),
    )


def network_of(kind: str) -> Network:
    """Return crossroads with or without people on foot, yielding, or stages that do not come with the network."""
    network = permissive_crossroads() if kind == "yielding" else crossroads(pedestrians=kind == "pedestrians")
    return with_all_stages(network) if kind == "more" else network


def naive(controller: RollingHorizon, network: Network, seen: Snapshot, running: int) -> tuple[int, float]:
    arrays = network.arrays
    served = horizon_site.queues(network)
    vehicles = []
    for q, a in enumerate(served.approach):
        if a < 0:
            called = seen.demand[served.group[q]]
            vehicles.append([Vehicle(0.0, 1.0, 0.0)] if called else [])
            continue
        limit = float(arrays.lane_speed_mps[arrays.approach_lane[a]])
        rows = range(seen.arrival_offset[a], seen.arrival_offset[a + 1])
        found = [
            Vehicle(
                travel_time_s(float(seen.arrival_distance_m[n]), float(seen.arrival_speed_mps[n]), limit),
                float(seen.arrival_weight[n]),
                float(seen.arrival_speed_mps[n]) / limit,
            )
            for n in rows
        ]
        inside = [v for v in found if v.arrival_s < controller.settings.horizon_s and v.weight > 0.05]
        vehicles.append(sorted(inside, key=lambda v: v.arrival_s))
    memory = controller._memory
    case = Case(
        network, vehicles, [bool(d) for d in seen.demand], memory.green_age_s.tolist(), memory.blocked_s.tolist(), memory.wait_s.tolist(), running,
        controller._rules, worth_of(controller, network), float(controller._usual.wait_s[0]),
    )  # fmt: skip
    return Search(case).best()


def worth_of(controller: RollingHorizon, network: Network) -> list[float]:
    """What each queue counts: a vehicle of its lane, or the people who have called its group."""
    served, weights = horizon_site.queues(network), controller.settings
    found = []
    for approach, group in zip(served.approach, served.group, strict=True):
        bicycles = approach >= 0 and network.lanes[network.arrays.approach_lane[approach]].user is User.BICYCLE
        vehicle = weights.bicycle_weight if bicycles else weights.motor_weight
        people = float(controller._people.waiting[group]) * weights.pedestrian_weight
        found.append(people if approach < 0 else vehicle)
    return found


def random_rows(rng: np.random.Generator, approaches: int) -> list[list[tuple[float, float, float]]]:
    rows = []
    for _ in range(approaches):
        distances = rng.uniform(1, 180, rng.integers(0, 7))
        rows.append([(float(d), float(rng.choice([0.0, 6.0, 13.0])), float(rng.choice([1.0, 0.5]))) for d in distances])
    return rows


def _inputs(controller: RollingHorizon, seen: Snapshot) -> tuple[Any, ...]:
    return (
        controller._site, controller._arrivals(seen), controller._rules, controller._lists, controller._interstages,
        controller._works[0], controller._choice,
    )  # fmt: skip


def compared(controller: RollingHorizon, seen: Snapshot, running: int) -> Any:
    """Ask what each stage would have cost, as if the stage had changed."""
    cost_s = np.full((1, len(controller._works[0].land_s)), np.nan, np.float32)
    chosen = int(controller._choice.stage[0])
    controller._choice.stage[:] = -1
    rolling_horizon.compare(0, 1, np.array([running], np.int32), *_inputs(controller, seen), cost_s)
    controller._choice.stage[:] = chosen
    return cost_s[0]


def test_a_plan_releases_everybody_whom_it_serves() -> None:
    network = crossroads(pedestrians=False)
    rows: list[list[tuple[float, float, float]]] = [[] for _ in range(8)]
    rows[0], rows[2] = waiting(4), waiting(3)
    controller = RollingHorizon(network)
    controller.decide(snapshot(network, rows))
    planned = controller._flows.planned
    assert planned.sum(axis=1).tolist() == pytest.approx([4, 0, 3, 0, 0, 0, 0, 0], abs=1e-4)
    assert planned[0, :10].sum() == pytest.approx(4)  # they have green
    assert planned[2, :6].sum() == 0.0
    assert controller._flows.planned_s[0] == 0.0


@pytest.mark.parametrize("decision_s", [1, 5])
@pytest.mark.parametrize("kind", ["cars", "pedestrians", "yielding", "more"])
@pytest.mark.parametrize("seed", range(12))
def test_search_finds_what_the_naive_twin_finds(seed: int, kind: str, decision_s: int) -> None:
    network = network_of(kind)
    rng = np.random.default_rng(seed)
    running = int(rng.integers(len(network.intersections[0].stages)))
    call = tuple(int(g) for g in rng.choice([8, 9, 10, 11], 2, replace=False)) if kind == "pedestrians" else ()
    seen = snapshot(network, random_rows(rng, 8), stage=running, call=call)
    controller = RollingHorizon(network, replace(SHORT, decision_s=decision_s))
    controller._choice.stage[:] = running
    controller._memory.rate_veh_s[:] = 0
    controller._memory.wait_s[:] = rng.choice([0.0, 30.0, 90.0], len(controller._memory.wait_s))
    controller._usual._waiting_veh[:] = rng.choice([0.0, 1.2])  # of whom one in 50 s leaves: 60 s
    decision = controller.decide(seen)
    controller._memory.rate_veh_s[:] = 0
    stage, value = naive(controller, network, seen, running)
    found = float(controller._choice.cost_s[0])
    assert found == pytest.approx(value, rel=0.02, abs=1.0)
    cost_s = np.nan_to_num(compared(controller, seen, running), nan=np.inf)  # nan: another stage outdoes it
    assert cost_s.min() <= found * 1.001  # what is compared holds the best, or one that the search gave up
    if decision_s == 1:
        assert cost_s.min() == pytest.approx(found, rel=0.02)
    if decision_s == 1 and np.sort(cost_s)[1] > 1.05 * found:
        assert decision.stage[0] == stage == cost_s.argmin()


@pytest.mark.parametrize("decision_s", [1, 5])
@pytest.mark.parametrize("kind", ["cars", "pedestrians", "yielding", "more"])
@pytest.mark.parametrize("seed", range(8))
def test_tables_and_bounds_change_nothing_to_the_last_bit(seed: int, kind: str, decision_s: int) -> None:
    network = network_of(kind)
    rng = np.random.default_rng(100 + seed)
    running = int(rng.integers(len(network.intersections[0].stages)))
    call = tuple(int(g) for g in rng.choice([8, 9, 10, 11], 2, replace=False)) if kind == "pedestrians" else ()
    seen = snapshot(network, random_rows(rng, 8), stage=running, call=call)
    controller = RollingHorizon(network, replace(SHORT, horizon_s=40, decision_s=decision_s))
    controller._choice.stage[:] = running
    controller._memory.rate_veh_s[:] = rng.uniform(0.0, 0.2, 8)
    controller._memory.wait_s[:] = rng.choice([0.0, 30.0, 90.0], len(controller._memory.wait_s))
    controller._learned.vigour[:] = rng.uniform(0.3, 1.3, controller._learned.vigour.shape)
    decision = controller.decide(seen)
    site, work = controller._site, controller._works[0]
    root = [Queue(int(row[0]), row[1], row[2]) for row in work.label[0, running]]
    twin = UnboundedSearch(root, site.opposing, int(site.own_stages[0]), controller._rules, controller._lists, work)
    stage, cost, course = twin.best(running)
    assert controller._choice.cost_s[0] == cost
    assert decision.stage[0] == stage
    assert controller._choice.course[0].tolist() == course


def test_compiled_and_plain_python_agree() -> None:
    if not hasattr(rolling_horizon.decide, "py_func"):
        pytest.skip("kernels are not compiled in this run")
    network = crossroads()
    rng = np.random.default_rng(5)
    seen = snapshot(network, random_rows(rng, 8), call=(8,))
    controller = RollingHorizon(network, Settings(horizon_s=8))
    compiled = controller.decide(seen)
    value, planned = controller._choice.cost_s.copy(), controller._flows.planned.copy()
    controller._choice.stage[:] = 0
    rolling_horizon.decide.py_func(
        0, 1, *_inputs(controller, seen), controller._deadlines[0], controller._flows.planned
    )
    assert np.array_equal(controller._choice.stage, compiled.stage)
    assert np.array_equal(controller._choice.cost_s, value)
    assert np.array_equal(controller._flows.planned, planned)


def waiting(count: int) -> list[tuple[float, float, float]]:
    return [(2.0 + 7.5 * n, 0.0, 1.0) for n in range(count)]


def test_a_bus_goes_first_where_persons_count() -> None:
    network = crossroads(pedestrians=False)
    bus_lane = int(network.arrays.approach_lane[3])
    lanes = [replace(lane, user=User.TRANSIT) if n == bus_lane else lane for n, lane in enumerate(network.lanes)]
    network = replace(network, lanes=tuple(lanes))
    rows: list[list[tuple[float, float, float]]] = [[] for _ in range(8)]
    rows[2], rows[3] = waiting(6), waiting(1)  # straight on: stage 2; the bus: stage 3
    assert RollingHorizon(network).decide(snapshot(network, rows)).stage[0] == 2
    assert RollingHorizon(network, objective="persons").decide(snapshot(network, rows)).stage[0] == 3
    assert RollingHorizon(network, transit_weight=25.0).decide(snapshot(network, rows)).stage[0] == 3


def test_a_crowd_at_a_crossing_goes_before_one_person() -> None:
    network = crossroads()
    rows: list[list[tuple[float, float, float]]] = [[] for _ in range(8)]
    rows[4] = waiting(4)  # south, straight on: stage 0, which runs
    seen = snapshot(network, rows, call=(8,))
    controller = RollingHorizon(network, objective="persons")
    assert controller.decide(seen).stage[0] == 0
    controller = RollingHorizon(network, objective="persons")
    controller._people._calls[0], controller._people._open_s[0] = 60.0, 60.0  # half a person a second
    controller._people._called[0] = True
    controller._people._since_s[0] = 60.0
    assert controller.decide(seen).stage[0] == 2


def test_only_stages_are_taken_with_which_nobody_waits_too_long() -> None:
    network = crossroads(pedestrians=False)
    rows: list[list[tuple[float, float, float]]] = [[] for _ in range(8)]
    rows[0] = waiting(8)  # the stage that runs
    for bound_s, stage in ((0.0, 0), (60.0, 3)):
        controller = RollingHorizon(network, longest_wait_s=bound_s)
        controller._memory.wait_s[3] = 53.0  # a left turner who has gone again: nothing speaks for the stage itself
        assert controller.decide(snapshot(network, rows)).stage[0] == stage


def test_changes_when_only_red_approaches_wait() -> None:
    network = crossroads(pedestrians=False)
    rows: list[list[tuple[float, float, float]]] = [[] for _ in range(8)]
    rows[2] = waiting(5)  # east, straight on: stage 2
    decision = RollingHorizon(network).decide(snapshot(network, rows))
    assert decision.stage[0] == 2
    assert decision.want[[2, 6]].all()
    assert not decision.want[[0, 4]].any()


def test_keeps_a_green_that_discharges_a_queue() -> None:
    network = crossroads(pedestrians=False)
    rows: list[list[tuple[float, float, float]]] = [[] for _ in range(8)]
    rows[0] = waiting(8)
    rows[2] = waiting(1)
    assert RollingHorizon(network).decide(snapshot(network, rows)).stage[0] == 0


def test_lefts_that_find_no_gap_get_a_stage_of_their_own() -> None:
    network = permissive_crossroads()
    rows: list[list[tuple[float, float, float]]] = [[] for _ in range(8)]
    rows[1] = waiting(9)  # left turns, which yield
    rows[4] = [(5.0 + 12.0 * n, 13.0, 1.0) for n in range(16)]  # to many who keep coming
    controller = RollingHorizon(network)
    controller._learned.vigour[1, 1] = 0.05  # and it was learned that they leave no gap
    controller._flows.under_way[4, 10:60] = 0.5
    controller.decide(snapshot(network, rows))
    cost_s = compared(controller, snapshot(network, rows), 0)
    assert cost_s[1] < rolling_horizon.INFINITE  # although they have a green, it is weighed
    assert not controller._flows.planned[1, :4].sum() > 1.0


def test_leaves_a_green_whose_exit_is_full() -> None:
    network = crossroads(pedestrians=False)
    rows: list[list[tuple[float, float, float]]] = [[] for _ in range(8)]
    rows[0] = waiting(3)
    rows[2] = waiting(6)
    seen = snapshot(network, rows)
    free = seen.lane_free_m.copy()
    free[network.lane_index["south_out_0"]] = 2.0
    assert RollingHorizon(network).decide(seen).stage[0] == 0
    assert RollingHorizon(network).decide(seen._replace(lane_free_m=free)).stage[0] == 2


def test_serves_a_called_crossing_and_not_an_uncalled_one() -> None:
    network = crossroads()
    rows: list[list[tuple[float, float, float]]] = [[] for _ in range(8)]
    controller = RollingHorizon(network)
    decision = controller.decide(snapshot(network, rows, call=(8,)))
    assert decision.stage[0] == 2
    assert decision.want[8]
    assert not decision.want[10]


def test_a_stage_within_its_minimum_green_is_kept() -> None:
    network = crossroads(pedestrians=False)
    rows: list[list[tuple[float, float, float]]] = [[] for _ in range(8)]
    rows[2] = waiting(5)
    assert RollingHorizon(network).decide(snapshot(network, rows, age_ds=40)).stage[0] == 0


def test_who_has_waited_long_is_served_before_a_longer_queue_that_has_not() -> None:
    network = crossroads(pedestrians=False)
    rows: list[list[tuple[float, float, float]]] = [[] for _ in range(8)]
    rows[3] = waiting(1)  # east left: stage 3
    rows[2] = waiting(6)  # east straight on: stage 2
    controller = RollingHorizon(network)
    assert controller.decide(snapshot(network, rows)).stage[0] == 2
    controller = RollingHorizon(network)
    controller._memory.wait_s[3] = 110.0
    assert controller.decide(snapshot(network, rows)).stage[0] == 3
