"""A world of connected vehicles keeps the contract of a world."""

from __future__ import annotations

import numpy as np
import pytest

from signals.adapters.sim.world import SimWorld
from signals.errors import InputError, WorldError
from signals.model.crossroads import crossroads, crossroads_demand
from signals.model.values import Command
from signals.sensing.connected_world import ConnectedWorld, connected
from signals.testing import check_world


def sim() -> SimWorld:
    return SimWorld(crossroads(), crossroads_demand(800, end_s=60), seed=1, end_s=60)


def test_it_is_a_world() -> None:
    check_world(lambda: ConnectedWorld(sim(), 0.3, seed=2))


def test_as_many_are_connected_as_should_be_and_they_stay_the_same() -> None:
    handle = np.arange(1, 20_001)
    for share in (0.0, 0.1, 0.5, 1.0):
        chosen = connected(handle, share, seed=7)
        assert chosen.mean() == pytest.approx(share, abs=0.01)
        assert (chosen == connected(handle, share, seed=7)).all()
        assert (chosen[::-1] == connected(handle[::-1], share, seed=7)).all()
    few, many = connected(handle, 0.2, seed=7), connected(handle, 0.4, seed=7)
    assert not (few & ~many).any()  # with more of them, those of before are among them
    other = connected(handle, 0.2, seed=8)
    assert (few & other).mean() == pytest.approx(0.04, abs=0.01)


def test_nothing_but_the_others_is_missing() -> None:
    whole, partly = sim(), ConnectedWorld(sim(), 0.4, seed=3)
    red = Command(0.0, np.zeros(12, np.int8), np.ones(1, np.bool_))
    seen = 0
    with whole, partly:
        while not whole.finished:
            assert whole.progress == partly.progress
            true, told = whole.read(), partly.read()
            chosen = connected(true.vehicle_handle, 0.4, 3)
            for name, column in true._asdict().items():
                expected = column[chosen] if name.startswith("vehicle_") else column
                np.testing.assert_array_equal(getattr(told, name), expected)
            seen += int(chosen.sum())
            whole.write(red)
            partly.write(red)
        assert partly.finished
    assert seen > 100
    np.testing.assert_equal(whole.outcome()[0].time_loss_s, partly.outcome()[0].time_loss_s)
    assert whole.notes == partly.notes


def test_what_the_world_raises_is_raised() -> None:
    with pytest.raises(WorldError):
        ConnectedWorld(sim(), 0.5, seed=1).read()


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_is_a_share(share: float) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        ConnectedWorld(sim(), share, seed=1)
