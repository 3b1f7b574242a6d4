from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.adapters.sim.schedule import draw_travel
from signals.adapters.sim.world import SimWorld
from signals.errors import ScenarioError, UnknownNameError, WorldError
from signals.model.closures import Closure
from signals.model.crossroads import crossroads, crossroads_demand
from signals.model.demand import Demand, Flow
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.roles import World
from signals.model.travel import Travel
from signals.model.trips import TripState
from signals.model.values import Aspect, Command, Readings
from signals.testing import check_world
from tests.adapters.streets import street, town
from tests.kernels.driven import cars


def town_demand() -> Demand:
    return Demand(
        (
            Flow((0, 3), 300.0), Flow((0, 3, 6, 0, 3), 200.0), Flow((1,), 200.0), Flow((2,), 700.0), Flow((4,), 600.0),
            Flow((4, 6, 1), 200.0), Flow((5,), 300.0, user=User.PEDESTRIAN),
        )
    )  # fmt: skip


def run(world: SimWorld, seed: int = 0) -> list[bytes]:
    """Drive a world to its end with random aspects, and return everything that it reported."""
    rng = np.random.default_rng(seed)
    aspect = np.zeros(len(world.network.arrays.group_user), np.int8)
    write = np.ones(len(world.network.intersections), np.bool_)
    reported = []
    with world:
        while not world.finished:
            reported.append(b"".join(np.asarray(column).tobytes() for column in world.read()))
            change = rng.random(len(aspect)) < 0.05
            aspect[change] = rng.choice([Aspect.RED, Aspect.GREEN, Aspect.AMBER], change.sum())
            world.write(Command(0.0, aspect, write))
    return reported


def own_program(network: Network, demand: Demand | Travel, seed: int) -> SimWorld:
    """Run a network on its own plan to the end."""
    world = SimWorld(network, demand, controlled=(), seed=seed, tick_ds=20)
    groups, signals = len(network.arrays.group_user), len(network.intersections)
    command = Command(0.0, np.zeros(groups, np.int8), np.ones(signals, np.bool_))
    with world:
        while not world.finished:
            world.write(command)
    return world


def test_it_keeps_the_contract() -> None:
    assert isinstance(SimWorld(crossroads(), Demand()), World)
    check_world(lambda: SimWorld(crossroads(), crossroads_demand(), sensing="full"))
    check_world(lambda: SimWorld(crossroads(), crossroads_demand(), sensing="detectors", tick_ds=5))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), factor=st.floats(0.0, 3.0), minutes=st.integers(1, 15), which=st.booleans())
def test_nobody_is_lost_and_all_time_is_accounted_for(seed: int, factor: float, minutes: int, which: bool) -> None:
    network, demand = (town(), town_demand()) if which else (crossroads(length_m=80.0), crossroads_demand())
    demand, end_s = demand.scaled(factor), 60.0 * minutes
    world = SimWorld(network, demand, seed=seed, end_s=end_s)
    run(world, seed)
    trips, incidents = world.outcome()
    with world:
        pass  # entered again, it begins again: nothing of the last run is left
    assert (trips.scheduled_s < end_s).all()
    finished, never = trips.state == TripState.FINISHED, trips.state == TripState.NEVER_INSERTED
    assert (trips.departure_delay_s >= 0).all()
    assert (trips.time_loss_s >= -1e-9).all()
    assert (trips.time_loss_s <= trips.duration_s + 1e-9).all()
    assert (trips.duration_s[never] == 0).all()
    assert trips.departure_delay_s[never] == pytest.approx(end_s - trips.scheduled_s[never])
    under_way = ~finished & ~never
    began_s = trips.scheduled_s + trips.departure_delay_s
    assert (began_s + trips.duration_s)[under_way] == pytest.approx(end_s)
    assert incidents.longest_wait_s <= max(trips.time_loss_s.max(initial=0.0), end_s) + 1e-9


def test_the_same_seed_gives_the_same_bytes() -> None:
    one, two, other = (run(SimWorld(town(), town_demand(), seed=seed, end_s=300.0)) for seed in (5, 5, 6))
    assert one == two
    assert one != other


def test_vehicles_on_the_road_are_those_that_entered_and_have_not_left() -> None:
    world = SimWorld(town(), town_demand(), end_s=600.0)
    command = Command(0.0, np.array([2, 2], np.int8), np.array([True]))
    with world:
        while not world.finished:
            readings = world.read()
            assert len(set(readings.vehicle_handle)) == len(readings.vehicle_handle)
            assert (readings.vehicle_handle > 0).all()
            lengths = np.array([lane.length_m for lane in world.network.lanes])[readings.vehicle_lane]
            assert (readings.vehicle_position_m >= 0).all()
            assert (readings.vehicle_position_m <= lengths + 1e-3).all()
            world.write(command)
        last = len(world.read().vehicle_handle)
    trips, _ = world.outcome()
    assert last == (trips.state[trips.user == User.VEHICLE] == TripState.DRIVING).sum() > 0


def webster_s(q: float, s: float, green_s: float, cycle_s: float) -> float:
    """Webster (1958): uniform delay, delay of random arrivals, and his fitted correction."""
    share, x = green_s / cycle_s, q * cycle_s / (s * green_s)
    uniform_s, random_s = cycle_s * (1 - share) ** 2 / (2 * (1 - share * x)), x**2 / (2 * q * (1 - x))
    return float(uniform_s + random_s - 0.65 * (cycle_s / q**2) ** (1 / 3) * x ** (2 + 5 * share))


def saturation_headway_s() -> float:
    """Between vehicles of a long queue that discharges (the eighth and later)."""
    network = street(length_m=3000.0)
    world = SimWorld(network, cars(network, [("in", "out")], [2.3 * n for n in range(60)]), end_s=600.0)
    left = []
    with world:
        while not world.finished:
            green = Aspect.GREEN if world.progress > 0.5 else Aspect.RED
            world.write(Command(0.0, np.array([green], np.int8), np.array([True])))
            left.append(np.count_nonzero(world.read().vehicle_lane == 0))
    second = {n: next(t for t, there in enumerate(left) if t > 300 and there <= 60 - n) for n in (8, 48)}
    return (second[48] - second[8]) / 40


@pytest.mark.parametrize(("veh_h", "band"), [(200.0, 0.10), (400.0, 0.15), (500.0, 0.15)])
def test_fixed_time_delay_is_near_webster(veh_h: float, band: float) -> None:
    """Twelve hours of equal drivers, who need not overtake; lost are the start-up and most of the amber.

    They enter 2.2 s apart at least, so that arrivals are more regular than Poisson, and the delay is a little less.
    """
    green_s, cycle_s, delays = 32, 80, []
    headway_s = saturation_headway_s()
    assert 1.8 < headway_s < 2.4
    for seed in range(12):
        network = street(plan=(green_s, cycle_s - green_s), length_m=3000.0)
        drawn = draw_travel(network, Demand((Flow((0,), veh_h),)), 0.0, 3600.0, seed)
        alike = replace(drawn, speed_factor=np.ones_like(drawn.speed_factor))
        trips, _ = own_program(network, alike, seed=seed).outcome()
        delays.append(trips.time_loss_s[trips.state == TripState.FINISHED].mean())
    # Nobody drives at the limit all the time: dawdling takes 0.65 m/s of 10.
    driving_s = 3110.0 / (10.0 - 0.65) - 3110.0 / 10.0
    fastest_s = 1.35 + 7.5 / (0.93 * 13.89)  # the headways at 50 km/h, beyond which the first six of a queue need more
    extra_s = (1.2, 0.5, 0.25, 0.15, 0.1, 0.05)
    start_s = 0.56 + sum(max(fastest_s + one_s - headway_s, 0.0) for one_s in extra_s)
    wanted_s = webster_s(veh_h / 3600, 1 / headway_s, green_s + 0.4 - start_s + headway_s, cycle_s)
    assert np.mean(delays) - driving_s == pytest.approx(wanted_s, rel=band)


def test_until_the_first_command_nothing_is_known_of_the_signals() -> None:
    world = SimWorld(crossroads(), crossroads_demand())
    with world:
        assert set(world.read().aspect) == {Aspect.UNKNOWN}
        command = Command(0.0, np.arange(12, dtype=np.int8) % 5, np.array([True]))
        world.write(command)
        assert list(world.read().aspect) == list(command.aspect)


def test_an_intersection_to_which_nothing_is_written_runs_its_own_plan() -> None:
    world = SimWorld(street(), Demand())
    shown = []
    with world:
        for _ in range(120):
            world.write(Command(0.0, np.array([Aspect.RED], np.int8), np.array([False])))
            shown.append(int(world.read().aspect[0]))
    assert shown == [2] * 30 + [3] * 3 + [0] * 47 + [2] * 30 + [3] * 3 + [0] * 7


def test_only_the_controlled_ones_obey() -> None:
    for controlled, wanted in ((("j",), Aspect.CLEARANCE), ((), Aspect.GREEN), (None, Aspect.CLEARANCE)):
        world = SimWorld(street(), Demand(), controlled=controlled)
        with world:
            world.write(Command(0.0, np.array([Aspect.CLEARANCE], np.int8), np.array([True])))
            assert world.read().aspect[0] == wanted


def test_people_call_until_they_are_served() -> None:
    demand = Demand((Flow((12,), 3600.0, 5.0, 8.0, User.PEDESTRIAN),))
    world = SimWorld(crossroads(), demand, seed=2, end_s=60.0)
    calls = []
    with world:
        while not world.finished:
            readings = world.read()
            calls.append(np.flatnonzero(readings.call).tolist())
            green = 30 <= readings.time_s < 40
            world.write(Command(0.0, np.where(np.arange(12) == 8, 2 * green, 0).astype(np.int8), np.array([True])))
    assert calls[:6] == [[]] * 6
    assert calls[9:31] == [[8]] * 22
    assert calls[31:] == [[]] * 29
    trips, _ = world.outcome()
    assert len(trips) > 0
    assert (trips.user == User.PEDESTRIAN).all()
    assert trips.scheduled_s + trips.time_loss_s == pytest.approx(30.0)
    assert ((trips.duration_s - trips.waiting_s > 9.6 / 2.0) & (trips.duration_s - trips.waiting_s < 9.6 / 0.9)).all()
    assert np.isnan(trips.stops).all()


def test_detectors_only_means_no_vehicles() -> None:
    world = SimWorld(crossroads(), crossroads_demand(), sensing="detectors", end_s=120.0)
    entered = np.zeros(16, np.int64)
    with world:
        while not world.finished:
            readings = world.read()
            assert len(readings.vehicle_lane) == len(readings.vehicle_handle) == 0
            entered += readings.detector_count
            world.write(Command(0.0, np.full(12, 2, np.int8), np.array([True])))
    assert entered.sum() > 0


@pytest.mark.parametrize(
    ("settings", "error", "sentence"),
    [
        ({"sensing": "ful"}, UnknownNameError, 'unknown sensing level "ful"; did you mean "full"'),
        ({"controlled": ["center"]}, UnknownNameError, 'unknown intersection "center"; did you mean "centre"'),
        ({"tick_ds": 0}, ScenarioError, "tick_ds >= 1"),
        ({"end_s": 0.0}, ScenarioError, "begin_s < end_s"),
        ({"end_s": float("nan")}, ScenarioError, "begin_s < end_s"),
        ({"begin_s": 3600.0}, ScenarioError, "begin_s < end_s"),
        ({"seed": -1}, ScenarioError, "seed >= 0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    settings: dict[str, object], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        SimWorld(crossroads(), crossroads_demand(), **settings)  # type: ignore[arg-type]


def test_it_must_be_entered_and_commands_must_fit() -> None:
    world = SimWorld(crossroads(), crossroads_demand())
    with pytest.raises(WorldError, match="never entered"):
        world.outcome()
    with pytest.raises(WorldError, match="not running"):
        world.read()
    with world, pytest.raises(WorldError, match=r"12 groups and 1 intersections is expected, got \(3,\) and \(1,\)"):
        world.write(Command(0.0, np.zeros(3, np.int8), np.ones(1, np.bool_)))
    with pytest.raises(WorldError, match="not running"):
        world.write(Command(0.0, np.zeros(12, np.int8), np.ones(1, np.bool_)))
    world.__exit__()


def test_importing_it_loads_no_compiler() -> None:
    code = "import sys, signals.adapters.sim.world; assert 'numba' not in sys.modules; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="nothing is compiled")
def test_an_hour_takes_well_under_a_second() -> None:
    def hour() -> Readings:
        world = SimWorld(crossroads(), crossroads_demand())
        command = Command(0.0, np.full(12, 2, np.int8), np.array([True]))
        with world:
            while not world.finished:
                readings = world.read()
                world.write(command)
        return readings

    hour()  # compiles
    start = process_time()
    hour()
    assert process_time() - start < 1.0


def test_times_are_those_of_the_scenario() -> None:
    network = crossroads()
    travel = cars(network, [("north_in", "south_out")], [3000.0, 3600.0, 3620.0])
    world = SimWorld(network, travel, begin_s=3600.0, end_s=3800.0, controlled=())
    with world:
        assert world.read().time_s == 3600.0
        while not world.finished:
            world.write(Command(0.0, np.zeros(12, np.int8), np.ones(1, np.bool_)))
    trips, _ = world.outcome()
    assert trips.scheduled_s.tolist() == [3600.0, 3620.0]
    assert trips.state.tolist() == [TripState.FINISHED] * 2


def test_intersections_that_are_left_alone_run_their_plans() -> None:
    whole = street()
    network = replace(whole, intersections=())
    travel = cars(whole, [("in", "out")], [float(n) for n in range(0, 300, 5)])
    none, all_of_it = np.zeros(0, np.int8), np.zeros(0, np.bool_)
    world = SimWorld(network, travel, left_alone=whole.intersections, end_s=600.0)
    with world:
        while not world.finished:
            assert len(world.read().aspect) == 0
            world.write(Command(0.0, none, all_of_it))
    alone = world.outcome()[0]
    with (own := SimWorld(whole, travel, controlled=(), end_s=600.0)):
        while not own.finished:
            own.write(Command(0.0, np.zeros(1, np.int8), np.ones(1, np.bool_)))
    assert alone.time_loss_s.tobytes() == own.outcome()[0].time_loss_s.tobytes()
    assert alone.time_loss_s.mean() > 10.0


def test_a_closed_lane_is_entered_by_nobody_until_it_opens() -> None:
    network = crossroads()
    travel = cars(network, [("north_in", "south_out")], [float(n) for n in range(0, 100, 5)])
    world = SimWorld(network, travel, closures=(Closure(lane="north_in_0", begin_s=20.0, end_s=60.0),), end_s=300.0)
    entered = []
    with world:
        while not world.finished:
            entered.append(set(world.read().vehicle_handle.tolist()))
            world.write(Command(0.0, np.full(12, Aspect.GREEN, np.int8), np.array([True])))
    fresh = [len(set().union(*entered[: second + 1])) for second in range(len(entered))]
    assert fresh[21:60] == [4] * 39
    assert fresh[-1] == 20
    trips, _ = world.outcome()
    assert (trips.state == TripState.FINISHED).all()
    assert trips.departure_delay_s.max() > 30.0
