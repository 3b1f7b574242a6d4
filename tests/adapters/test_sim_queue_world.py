from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from signals.adapters.sim.queue_world import QueueWorld, Settings
from signals.errors import ScenarioError, WorldError
from signals.model.crossroads import crossroads
from signals.model.roles import World
from signals.model.values import Command
from signals.testing import check_world
from tests.kernels.driven import cars, random_travel


def world(seed: int = 1, **settings: object) -> QueueWorld:
    network = crossroads()
    return QueueWorld(network, random_travel(network, seed), Settings(**settings))


def own_plan(found: QueueWorld) -> QueueWorld:
    """Run on the network's own plan to the end."""
    command = Command(0.0, np.zeros(12, np.int8), np.zeros(1, np.bool_))
    with found:
        while not found.finished:
            found.read()
            found.write(command)
    return found


def test_it_keeps_the_contract() -> None:
    assert isinstance(world(), World)
    check_world(world)
    check_world(lambda: world(tick_ds=5))


def test_times_are_those_of_the_scenario() -> None:
    network = crossroads()
    travel = cars(network, [("north_in", "south_out")], [3600.0, 3620.0])
    found = own_plan(QueueWorld(network, travel, Settings(begin_s=3600.0, end_s=3800.0)))
    trips, _ = found.outcome()
    assert trips.scheduled_s.tolist() == [3600.0, 3620.0]
    assert trips.state.tolist() == [0, 0]
    with found:
        assert found.read().time_s == 3600.0


def test_its_own_plan_serves_everybody_and_again_the_same() -> None:
    first, second = (own_plan(world(end_s=1200.0)).outcome()[0] for _ in range(2))
    assert (first.state == 0).mean() > 0.95
    for name in first.__slots__:
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ScenarioError, match="begin_s < end_s"):
        world(end_s=0.0)
    network = crossroads()
    bare = replace(network, detectors=())
    with pytest.raises(ScenarioError, match="place_detectors"):
        QueueWorld(bare, random_travel(network, 1), Settings(vehicles=False))
    with pytest.raises(WorldError, match="with statement"):
        world().read()
    with pytest.raises(WorldError, match="never entered"):
        world().outcome()
    with world() as found, pytest.raises(WorldError, match="12 groups"):
        found.write(Command(0.0, np.zeros(3, np.int8), np.ones(1, np.bool_)))
