"""A world behind faults keeps the contract of a world."""

from __future__ import annotations

import numpy as np
import pytest

from signals.adapters.sim.world import SimWorld
from signals.errors import WorldError
from signals.model.crossroads import crossroads, crossroads_demand
from signals.model.values import Aspect, Command
from signals.sensing.faults import Faults
from signals.sensing.faulty_world import FaultyWorld
from signals.testing import check_world


def world(**faults: float) -> FaultyWorld:
    sim = SimWorld(crossroads(), crossroads_demand(800, end_s=60), seed=1, end_s=60)
    return FaultyWorld(sim, Faults(**faults), seed=2)


def test_it_is_a_world() -> None:
    check_world(lambda: world(dead=0.2, stuck_on=0.2, noisy=0.2, late=0.2, lost=0.1, unseen=0.1, position_sd_m=1))


def test_only_what_is_reported_is_broken() -> None:
    whole, broken = world(), world(lost=1.0)
    red = Command(0.0, np.zeros(12, np.int8), np.ones(1, np.bool_))
    with whole, broken:
        while not whole.finished:
            assert whole.progress == broken.progress
            true, arrived = whole.read(), broken.read()
            assert true.time_s == arrived.time_s
            assert (arrived.aspect == Aspect.UNKNOWN).all()
            whole.write(red)
            broken.write(red)
        assert broken.finished
    np.testing.assert_equal(whole.outcome()[0].time_loss_s, broken.outcome()[0].time_loss_s)
    assert len(whole.outcome()[0]) > 20
    assert whole.notes == ()


def test_what_the_world_raises_is_raised() -> None:
    with pytest.raises(WorldError):
        world().read()
