"""Lanes of SUMO that are closed, with a SUMO that only notes and with the real one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from signals.adapters.sumo.install import package_path
from signals.adapters.sumo.lane_closures import LaneClosures
from signals.control.net_plan import NetPlan
from signals.env.disruptions import Disruptions, disrupted
from signals.errors import ScenarioError
from signals.model.closures import Closure
from signals.model.crossroads import crossroads
from signals.safety.guard import Guard
from signals.scenario import load
from signals.scenario_worlds import Opening, open_world

NETWORK = crossroads()
EDGES = [lane.edge for lane in NETWORK.lanes]
ONE, TWO = (lane.id for lane in NETWORK.lanes if lane.edge == next(edge for edge in EDGES if EDGES.count(edge) > 1))


class Lanes:
    """The lane domain of SUMO: who may use each, as SUMO reports it."""

    def __init__(self) -> None:
        self.allowed: dict[str, tuple[str, ...]] = {ONE: ("passenger", "bus"), TWO: ()}
        self.disallowed: dict[str, tuple[str, ...]] = {ONE: ("bicycle",), TWO: ("tram",)}
        self.calls = 0

    def getAllowed(self, lane: str) -> tuple[str, ...]:  # noqa: N802  SUMO's names
        return self.allowed[lane]

    def getDisallowed(self, lane: str) -> tuple[str, ...]:  # noqa: N802
        return self.disallowed[lane]

    def setAllowed(self, lane: str, classes: tuple[str, ...]) -> None:  # noqa: N802
        self.calls += 1
        self.allowed[lane], self.disallowed[lane] = classes, ("bicycle",)

    def setDisallowed(self, lane: str, classes: tuple[str, ...]) -> None:  # noqa: N802
        self.calls += 1
        self.allowed[lane], self.disallowed[lane] = (), classes


def test_lanes_get_back_whom_they_had() -> None:
    lanes = Lanes()
    before = dict(lanes.allowed), dict(lanes.disallowed)
    client: Any = SimpleNamespace(api=SimpleNamespace(lane=lanes))
    rows = Closure(lane=ONE, begin_s=2, end_s=5), Closure(lane=TWO, begin_s=5, end_s=7)
    closures, closed = LaneClosures(client, NETWORK, rows), []
    for time_s in range(10):
        closures.update(float(time_s))
        closed.append("".join(name for name, lane in (("1", ONE), ("2", TWO)) if lanes.disallowed[lane] == ("all",)))
    assert closed == ["", "", "1", "1", "1", "2", "2", "", "", ""]
    assert (lanes.allowed, lanes.disallowed) == before
    assert lanes.calls == 4


def test_closures_that_leave_no_way_are_refused() -> None:
    client: Any = SimpleNamespace(api=SimpleNamespace(lane=Lanes()))
    with pytest.raises(ScenarioError, match="leave one open"):
        LaneClosures(client, NETWORK, (Closure(lane=ONE), Closure(lane=TWO)))


@pytest.mark.sumo
@pytest.mark.parametrize("traci", [False, True])
def test_nobody_enters_a_closed_lane_of_sumo(tmp_path: Any, *, traci: bool) -> None:
    scenario = load(package_path("sumo-rl", "nets/RESCO/cologne1/cologne1.sumocfg"))
    begin_s = scenario.file.time.begin_s
    network = scenario.network
    lane = network.lanes[int(network.arrays.approach_lane[0])].id
    shut = Closure(lane=lane, begin_s=begin_s + 60, end_s=begin_s + 160)
    file = disrupted(scenario.file, Disruptions(closures=(shut,)))
    entered = {False: 0, True: 0}
    guard, plan, known = Guard(network), NetPlan(network), set()
    with open_world(file, scenario.folder, network, Opening(seed=1, folder=tmp_path, traci=traci)) as world:
        for tick in range(400):
            readings = world.read()
            there = set(readings.vehicle_handle[readings.vehicle_lane == network.lane_index[lane]].tolist())
            entered[61 <= tick <= 160] += len(there - known)
            known |= there
            snapshot: Any = SimpleNamespace(time_s=readings.time_s)
            command = guard.permit(plan.decide(snapshot), readings, np.zeros(len(readings.aspect), np.bool_)).command
            world.write(command)
    assert entered[True] == 0
    assert entered[False] > 10
