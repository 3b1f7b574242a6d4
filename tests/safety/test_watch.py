"""The monitor's kernel against its naive twin, on commands and displays that are right for a while and then are not."""

from __future__ import annotations

import random

import numpy as np
import pytest

from signals.model.values import Decision
from signals.safety.guard import Guard
from signals.safety.monitor import Monitor
from tests.safety.layouts import draw_network, readings
from tests.safety.naive_monitor import NaiveMonitor


@pytest.mark.parametrize("block", range(5))
def test_the_monitor_and_its_twin_agree(block: int) -> None:
    for seed in range(block * 6, block * 6 + 6):
        rng, draw = random.Random(seed), np.random.default_rng(seed)
        (what, rows), tick_ds = draw_network(rng), rng.choice((10, 10, 20, 7))
        lag, groups = rng.choice((0, 0, 1, 2)), rows[-1].stop
        guard = Guard(what, tick_ds=tick_ds, on_violation="count")
        monitor = Monitor(what, tick_ds=tick_ds, max_lag_ticks=lag)
        limits_ds = monitor._card.max_wait_ds
        limits_ds[:] = limits_ds // rng.choice((1, 4, 20))
        sites = zip(what.intersections, rows, strict=True)
        twins = [NaiveMonitor(site, tick_ds, lag, limits_ds[own].tolist()) for site, own in sites]
        shown, noise = np.full(groups, -1, np.int8), rng.choice((0, 0.01, 0.1, 0.5))
        want, demand = draw.random((2, groups)) < 0.5
        nobody = np.zeros(groups, np.bool_)  # whom the guard knows of, so that some wait too long
        for tick in range(100):
            want = draw.random(groups) < 0.5 if rng.random() < 0.2 else want
            demand = draw.random(groups) < 0.7 if rng.random() < 0.1 else demand
            write = draw.random(3) > 0.02
            now = readings(tick, [-1] * groups)
            command = guard.permit(Decision(want, np.full(3, -1, np.int32)), now, nobody).command.aspect
            command = np.where(draw.random(groups) < noise, draw.integers(-2, 7, groups), command).astype(np.int8)
            found = monitor.check(tick, demand, shown, command, write)
            for i, (twin, own, ours) in enumerate(zip(twins, rows, write, strict=True)):
                naive = twin.check(demand[own], shown[own].tolist(), command[own].tolist(), write=bool(ours))
                mine = [(v.rule, v.detail.split()[0], v.group, v.other) for v in found if v.intersection == i]
                first = own.start
                local = sorted(
                    (rule, kind, g - first, other - first if other >= 0 else -1) for rule, kind, g, other in mine
                )
                assert set(local) ^ set(naive) == set(), (seed, tick, i, lag)
                assert local == sorted(naive)
            late = command if rng.random() < 0.9 or not lag else shown
            shown = np.where(draw.random(groups) < noise / 2, draw.integers(-2, 7, groups), late).astype(np.int8)
