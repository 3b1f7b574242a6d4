from __future__ import annotations

import numpy as np
import pytest

from benchmarks.speed.town import network_of
from signals.control import horizon_site
from signals.control.rolling_horizon import RollingHorizon, Settings
from signals.errors import InputError
from signals.model.crossroads import crossroads
from signals.model.network import Network
from signals.model.roles import Controller
from signals.model.values import Aspect, Snapshot
from signals.model.vehicle_classes import VehicleClass
from signals.testing import random_snapshot

SHORT = Settings(horizon_s=20)


def one_waits(network: Network, approach: int, time_s: float = 0.0) -> Snapshot:
    """Everybody has left but one vehicle; the first stage has been green for long."""
    snapshot = horizon_site.one_waiting_everywhere(network)
    aspect = np.full(len(snapshot.aspect), Aspect.RED, np.int8)
    aspect[list(network.intersections[0].stages[0].groups)] = Aspect.GREEN
    rows = np.zeros(len(snapshot.queue_veh) + 1, np.int32)
    rows[approach + 1 :] = 1
    return snapshot._replace(
        time_s=time_s,
        aspect=aspect,
        age_ds=np.full(len(aspect), 300, np.int32),
        demand=np.zeros(len(aspect), np.bool_),
        arrival_offset=rows,
    )


def test_it_plays_the_role() -> None:
    assert isinstance(RollingHorizon(crossroads(), SHORT), Controller)


def test_the_first_decision_is_the_first_stage_without_uncalled_crossings() -> None:
    network = crossroads()
    snapshot = horizon_site.one_waiting_everywhere(network)
    decision = RollingHorizon(network, SHORT).decide(snapshot._replace(demand=np.zeros(12, np.bool_)))
    assert decision.stage.tolist() == [0]
    assert np.flatnonzero(decision.want).tolist() == [0, 4]


def test_a_called_crossing_of_the_stage_is_wanted_too() -> None:
    network = crossroads()
    snapshot = horizon_site.one_waiting_everywhere(network)
    assert np.flatnonzero(RollingHorizon(network, SHORT).decide(snapshot).want).tolist() == [0, 4, 9, 11]


def test_construction_leaves_no_trace() -> None:
    controller = RollingHorizon(crossroads(), SHORT)
    assert controller._choice.stage.tolist() == [0]
    assert not controller._memory.waited_s.any()
    assert not controller._memory.rate_veh_s.any()
    assert np.isnan(controller._last_time_s)
    bounded = RollingHorizon(crossroads(), SHORT, longest_wait_s=5.0, objective="persons")
    assert not bounded._bound.times.handle.any()
    assert len(bounded.notes) == 1  # that it cannot be kept; not that it was not
    assert (bounded._people.waiting == 1.0).all()


def test_decisions_are_values_of_their_own() -> None:
    network = crossroads(pedestrians=False)
    controller = RollingHorizon(network, SHORT)
    first = controller.decide(one_waits(network, 0))
    second = controller.decide(one_waits(network, 2, 1.0))
    assert first.stage[0] == 0
    assert second.stage[0] == 2


def test_the_clock_of_a_stage_starts_anew_with_it() -> None:
    network = crossroads(pedestrians=False)
    controller = RollingHorizon(network, SHORT)
    controller.decide(one_waits(network, 0))
    controller.decide(one_waits(network, 0, 3.0))
    assert controller._memory.waited_s[0] == 4.0  # the first tick counts as one second
    controller.decide(one_waits(network, 2, 4.0))
    assert controller._memory.waited_s[0] == 0.0


def test_the_same_snapshots_give_the_same_decisions() -> None:
    network = crossroads()
    snapshots = [one_waits(network, a % 8, float(a)) for a in range(10)]
    runs = []
    for _ in range(2):
        controller = RollingHorizon(network, SHORT)
        runs.append([controller.decide(snapshot).stage.tobytes() for snapshot in snapshots])
    assert runs[0] == runs[1]


def one_against_many(network: Network, many: int, vehicle_class: VehicleClass | None) -> Snapshot:
    """One stands at a red of the third approach; a platoon drives up to the green of the first."""
    rows = np.zeros(len(network.arrays.approach_lane) + 1, np.int32)
    rows[1:], rows[3:] = many, many + 1
    told = np.full(many + 1, VehicleClass.MOTOR, np.int8)
    if vehicle_class is not None:
        told[-1] = vehicle_class
    return one_waits(network, 2)._replace(
        arrival_offset=rows,
        arrival_distance_m=np.array([*np.arange(20.0, 20.0 + 24.0 * many, 24.0), 1.0], np.float32),
        arrival_speed_mps=np.array([*[13.0] * many, 0.0], np.float32),
        arrival_weight=np.ones(many + 1, np.float32),
        arrival_handle=np.arange(1, many + 2, dtype=np.int64),
        arrival_class=None if vehicle_class is None else told,
    )


@pytest.mark.parametrize(
    ("objective", "vehicle_class", "stage"),
    [
        ("persons", VehicleClass.BUS, 2),
        ("persons", VehicleClass.TRAM, 2),
        ("persons", VehicleClass.MOTOR, 0),
        ("persons", VehicleClass.BICYCLE, 0),
        ("persons", VehicleClass.UNKNOWN, 0),
        ("persons", None, 0),
        ("vehicles", VehicleClass.BUS, 0),
    ],
)
def test_those_inside_a_vehicle_count_wherever_it_drives(
    objective: str, vehicle_class: VehicleClass | None, stage: int
) -> None:
    network = crossroads(pedestrians=False)
    controller = RollingHorizon(network, objective=objective)
    assert controller.decide(one_against_many(network, 6, vehicle_class)).stage.tolist() == [stage]


def test_a_class_may_have_a_weight_of_its_own() -> None:
    network = crossroads(pedestrians=False)
    for vehicle_class, setting in (
        (VehicleClass.BUS, "transit_weight"),
        (VehicleClass.TRAM, "tram_weight"),
        (VehicleClass.BICYCLE, "bicycle_weight"),
    ):
        controller = RollingHorizon(network, **{setting: 25.0})
        assert controller.decide(one_against_many(network, 6, vehicle_class)).stage.tolist() == [2]


def test_where_all_count_alike_classes_change_nothing() -> None:
    network = crossroads()
    rng = np.random.default_rng(5)
    blind, told, planned = RollingHorizon(network, SHORT), RollingHorizon(network, SHORT), False
    for time_s in range(15):
        shown = one_waits(network, 0)
        snapshot = random_snapshot(network, rng, float(time_s))._replace(aspect=shown.aspect, age_ds=shown.age_ds)
        one = blind.decide(snapshot._replace(arrival_class=None))
        two = told.decide(snapshot)
        planned |= bool(blind._choice.planned[0])
        assert one.stage.tolist() == two.stage.tolist()
        assert one.want.tolist() == two.want.tolist()
        assert blind._choice.cost_s.tobytes() == told._choice.cost_s.tobytes()
        assert blind._flows.planned.tobytes() == told._flows.planned.tobytes()
    assert planned


def test_stages_are_left_on_a_grid_of_decisions_only() -> None:
    network = crossroads(pedestrians=False)
    controller = RollingHorizon(network, Settings(horizon_s=20, decision_s=5))
    controller.decide(one_waits(network, 0, 100.0))
    stages = [int(controller.decide(one_waits(network, 2, time_s)).stage[0]) for time_s in (101.0, 104.0, 105.0)]
    assert stages == [0, 0, 2]


def test_single_settings_can_be_changed() -> None:
    changed = RollingHorizon(crossroads(), Settings(horizon_s=20), coordinate=False)
    assert changed.settings == Settings(horizon_s=20, coordinate=False)
    with pytest.raises(InputError, match='did you mean "coordinate"'):
        RollingHorizon(crossroads(), coordinated=False)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Slow(Clock):
    """A clock on which every look takes a second."""

    def __call__(self) -> float:
        self.now_s += 1.0
        return self.now_s


def test_who_is_late_goes_on_with_the_plan_or_serves_most_and_is_counted() -> None:
    network = crossroads(pedestrians=False)
    clock = Slow()
    controller = RollingHorizon(network, SHORT, clock=clock, deadline_ms=500.0)
    assert clock.now_s == 0.0  # nothing is late while it is made
    assert controller.take_comparisons() == ()
    decision = controller.decide(one_waits(network, 2))
    assert decision.stage[0] == 2  # nobody has planned: the stage that serves most
    assert controller.unsearched.tolist() == [1]
    assert controller.take_comparisons() == ()  # there was no time for that either
    (event,) = controller.take_events()
    assert (event.time_s, event.intersection, event.code) == (0.0, 0, "plan-late")
    assert controller.take_events() == ()
    assert controller.notes == ("1 decisions were due and made without a plan: deadline_ms = 500 was too short",)
    assert np.flatnonzero(decision.want).tolist() == [2, 6]


def test_in_time_a_deadline_changes_nothing() -> None:
    network = crossroads(pedestrians=False)
    free, bound = RollingHorizon(network, SHORT), RollingHorizon(network, SHORT, clock=Clock(), deadline_ms=5.0)
    assert free.take_comparisons() == bound.take_comparisons() == ()
    for second, approach in enumerate((0, 2, 2, 0, 4)):
        seen = one_waits(network, approach, float(second))
        assert free.decide(seen).stage.tolist() == bound.decide(seen).stage.tolist()
        assert free.take_comparisons() == bound.take_comparisons()
    assert not bound.unsearched.any()
    assert bound.take_events() == free.take_events() == ()
    assert bound.notes == ()


def test_a_late_tick_follows_the_last_plan() -> None:
    network = crossroads(pedestrians=False)
    clock = Clock()
    controller = RollingHorizon(network, SHORT, clock=clock, deadline_ms=1.0)
    assert controller.decide(one_waits(network, 0)).stage[0] == 0
    controller._choice.course[0, 3:] = 3
    controller._limit_s = -1.0  # whatever it does is too late
    assert [int(controller.decide(one_waits(network, 0, time_s)).stage[0]) for time_s in (2.0, 3.0)] == [0, 3]
    assert controller.unsearched.tolist() == [2]


def test_nothing_is_weighed_for_who_never_asks_and_decisions_are_the_same() -> None:
    network = crossroads(pedestrians=False)
    asked, alone = RollingHorizon(network, SHORT), RollingHorizon(network, SHORT)
    assert asked.take_comparisons() == ()
    for second, approach in enumerate((0, 2, 2, 0, 4)):
        seen = one_waits(network, approach, float(second))
        assert asked.decide(seen).stage.tolist() == alone.decide(seen).stage.tolist()
        assert asked._choice.cost_s.tolist() == alone._choice.cost_s.tolist()
    assert asked.take_comparisons()
    assert alone.take_comparisons() == ()


def test_any_number_of_threads_decides_alike() -> None:
    network = network_of(3)
    seen = horizon_site.one_waiting_everywhere(network)
    one, three = (RollingHorizon(network, SHORT, threads=threads) for threads in (1, 3))
    assert one.take_comparisons() == three.take_comparisons() == ()
    rng = np.random.default_rng(3)
    for second in range(6):
        wait_s = rng.uniform(0.0, 60.0, len(one._memory.wait_s)).astype(np.float32)
        snapshot = seen._replace(time_s=float(second), age_ds=np.full_like(seen.age_ds, 300))
        answers = []
        for controller in (one, three):
            controller._memory.wait_s[:] = wait_s
            controller._memory.waited_s[:] = 99.0  # so that every stage may be left
            decision = controller.decide(snapshot)
            plans = (controller._flows.planned, controller._choice.cost_s, controller._choice.course)
            answers.append([array.tobytes() for array in (*decision, *plans)] + [repr(controller.take_comparisons())])
        assert answers[0] == answers[1]
    assert len(three._works) == 3
