"""Emergency vehicles: who is heard, in which order, and that one of them gets its green through the whole loop."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from signals.adapters.sumo.emergencies import Emergencies
from signals.errors import ScenarioError
from signals.model.crossroads import crossroads
from signals.model.trips import TripState
from signals.model.values import Aspect, Decision
from signals.safety.guard import Guard
from tests.adapters.sumo_pair import BOTH, pair_world


class Road:
    """A SUMO that only knows vehicles: name → class, and signal, link and distance ahead."""

    def __init__(self) -> None:
        self.departed: tuple[str, ...] = ()
        self.arrived: tuple[str, ...] = ()
        self.classes: dict[str, str] = {}
        self.ahead: dict[str, tuple[tuple[str, int, float, str], ...]] = {}
        self.api = SimpleNamespace(
            vehicle=SimpleNamespace(
                getVehicleClass=lambda name: self.classes[name], getNextTLS=lambda name: self.ahead[name]
            ),
            simulation=SimpleNamespace(getDepartedIDList=lambda: self.departed, getArrivedIDList=lambda: self.arrived),
        )

    def come(self, **vehicles: tuple[str, int, float]) -> None:
        self.departed, self.arrived = tuple(vehicles), ()
        for name, (vclass, link, distance_m) in vehicles.items():
            self.classes[name], self.ahead[name] = vclass, ((SIGNAL, link, distance_m, "r"),)


NETWORK = crossroads()
SIGNAL = NETWORK.intersections[0].id
LINKS = [group.links[0] for group in NETWORK.intersections[0].groups]


def calls(ears: Emergencies) -> dict[int, int]:
    preempt = ears.read()
    return {group: int(preempt[group]) for group in np.flatnonzero(preempt).tolist()}


def test_only_emergency_vehicles_within_range_are_heard() -> None:
    road = Road()
    ears = Emergencies(road, NETWORK, 150.0)  # type: ignore[arg-type]
    road.come(
        car=("passenger", LINKS[0], 10.0), far=("emergency", LINKS[1], 150.1), near=("emergency", LINKS[2], 150.0)
    )
    assert calls(ears) == {2: 1}


def test_who_came_first_is_first_until_it_has_passed() -> None:
    road = Road()
    ears = Emergencies(road, NETWORK, 150.0)  # type: ignore[arg-type]
    road.come(
        second=("emergency", LINKS[3], 100.0),
        first=("emergency", LINKS[1], 200.0),
        third=("emergency", LINKS[3], 300.0),
    )
    assert calls(ears) == {3: 1}
    road.departed = ()
    road.ahead["first"] = ((SIGNAL, LINKS[1], 20.0, "r"),)
    assert calls(ears) == {3: 1, 1: 2}
    road.ahead["second"] = ()
    assert calls(ears) == {1: 1}
    road.ahead["third"] = ((SIGNAL, LINKS[3], 50.0, "r"),)
    assert calls(ears) == {1: 1, 3: 2}
    road.arrived = ("first",)
    assert calls(ears) == {3: 1}


def test_signals_that_are_not_ours_are_not_called() -> None:
    road = Road()
    ears = Emergencies(road, NETWORK, 150.0)  # type: ignore[arg-type]
    road.come(one=("emergency", LINKS[0], 10.0))
    road.ahead["one"] = (("elsewhere", LINKS[0], 5.0, "r"), (SIGNAL, LINKS[0], 60.0, "r"))
    assert calls(ears) == {}


@pytest.mark.sumo
@BOTH
def test_an_emergency_vehicle_gets_green_where_nobody_else_does(tmp_path: Path, traci: bool) -> None:
    demand = """
      <vType id="blue" vClass="emergency"/>
      <trip id="car" depart="5" from="sb" to="bn"/>
      <trip id="ambulance" type="blue" depart="10" from="ab" to="cd"/>"""
    world = pair_world(tmp_path, demand, end_s=180.0, emergency_range_m=150.0, traci=traci)
    guard, groups = Guard(world.network), len(world.network.arrays.min_green_ds)
    nothing = Decision(np.zeros(groups, np.bool_), np.full(2, -1, np.int32))
    called, green = 0, 0
    with world:
        while not world.finished:
            readings = world.read()
            verdict = guard.permit(nothing, readings, nothing.want)
            assert not verdict.violations
            assert readings.preempt is not None
            called += bool(readings.preempt.any())
            green += bool((verdict.command.aspect == Aspect.GREEN).any())
            world.write(verdict.command)
    trips, _ = world.outcome()
    assert called
    assert 0 < green < 60  # and red again when it has passed
    state = dict(zip(trips.scheduled_s.tolist(), trips.state.tolist(), strict=True))
    assert state[10.0] == TripState.FINISHED
    assert state[5.0] != TripState.FINISHED


def test_without_a_range_nobody_is_heard(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="emergency_range_m must be a number >= 0, got -1"):
        pair_world(tmp_path, emergency_range_m=-1.0)
