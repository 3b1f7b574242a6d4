"""A world around another one passes everything on."""

from __future__ import annotations

import numpy as np

from signals.adapters.sim.world import SimWorld
from signals.model.crossroads import crossroads, crossroads_demand
from signals.model.outer_world import OuterWorld
from signals.model.values import Command
from signals.testing import check_world


def inner(end_s: float = 60) -> SimWorld:
    return SimWorld(crossroads(), crossroads_demand(800, end_s=end_s), seed=1, end_s=end_s)


def test_it_is_a_world() -> None:
    check_world(lambda: OuterWorld(inner()))


def test_everything_is_the_world_s_own() -> None:
    alone, inside = inner(), inner()
    around = OuterWorld(inside)
    assert (around.network, around.tick_ds) == (inside.network, inside.tick_ds)
    red = Command(0.0, np.zeros(12, np.int8), np.ones(1, np.bool_))
    with alone, around as entered:
        assert entered is around
        while not around.finished:
            assert around.progress == alone.progress
            np.testing.assert_array_equal(around.read().detector_count, alone.read().detector_count)
            alone.write(red)
            around.write(red)
    assert alone.finished
    np.testing.assert_equal(around.outcome()[0].time_loss_s, alone.outcome()[0].time_loss_s)


def test_it_says_what_the_world_says_of_its_inputs() -> None:
    noted = inner()
    noted.notes = ("one lane leads nowhere",)
    assert OuterWorld(inner()).notes == ()
    assert OuterWorld(noted).notes == ("one lane leads nowhere",)
