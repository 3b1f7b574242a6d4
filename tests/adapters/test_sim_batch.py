from __future__ import annotations

import numpy as np

from signals.adapters.sim.batch import Batch
from signals.adapters.sim.world import SimWorld
from signals.model.crossroads import crossroads
from signals.model.values import Aspect, Command
from tests.kernels.driven import random_travel


def test_replicas_are_worlds_that_share_nothing() -> None:
    network = crossroads()
    travels = [random_travel(network, seed, 150 + 50 * seed, people=8) for seed in range(3)]
    batch, rng = Batch(network, 3), np.random.default_rng(1)
    batch.begin(travels)
    shows, calls = [], []
    for second in range(600):
        if second % 7 == 0:
            aspect = rng.choice([Aspect.RED, Aspect.GREEN, Aspect.AMBER], 36).astype(np.int8)
        shows.append(aspect.copy())
        batch.advance(float(second), second + 1.0, aspect)
        calls.append(batch.look(second + 1.0).call.copy())
    found_s = batch.delay_s(600.0)
    for number, travel in enumerate(travels):
        world = SimWorld(network, travel, end_s=600.0)
        with world:
            for shown, call in zip(shows, calls, strict=True):
                world.write(Command(0.0, shown.reshape(3, 12)[number], np.ones(1, np.bool_)))
                np.testing.assert_array_equal(world.read().call, call.reshape(3, 12)[number])
        trips, _ = world.outcome()
        cars = trips.user == 0
        delay_s = (trips.time_loss_s + trips.departure_delay_s)[cars].mean()
        assert abs(found_s[number] - delay_s) < 1e-9


def test_it_begins_again() -> None:
    network = crossroads()
    batch, travel = Batch(network, 2), random_travel(network, 1)
    delays = []
    for _ in range(2):
        batch.begin([travel, travel])
        for second in range(100):
            batch.advance(float(second), second + 1.0, np.full(24, Aspect.GREEN, np.int8))
        delays.append(batch.delay_s(100.0))
    np.testing.assert_array_equal(delays[0], delays[1])
    assert delays[0][0] == delays[0][1] > 0
