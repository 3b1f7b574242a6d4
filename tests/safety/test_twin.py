"""The kernels against their naive twins, on layouts, wishes and displays drawn at random."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest

from signals.model.network import Network
from signals.model.values import Decision
from signals.safety.bounds import waiting_bounds
from signals.safety.guard import DO_NOT_WRITE, Guard
from signals.safety.interstage import REASONS, SATURATED
from signals.safety.monitor import Monitor
from tests.safety.layouts import network, random_intersection, readings
from tests.safety.naive_monitor import NaiveMonitor
from tests.safety.twin import Twin


def draw_network(rng: random.Random) -> tuple[Network, list[slice]]:
    """Draw three intersections, and say which groups are whose."""
    what = network(*[random_intersection(rng, 6, name) for name in "abc"])
    offset = what.arrays.group_offset.tolist()
    return what, [slice(first, last) for first, last in pairwise(offset)]


@pytest.mark.parametrize("cold_start", ["simulated", "street"])
@pytest.mark.parametrize("block", range(5))
def test_the_interstage_kernel_and_its_twin_agree(cold_start: str, block: int) -> None:
    for seed in range(block * 6, block * 6 + 6):
        rng, draw = random.Random(seed), np.random.default_rng(seed)
        (what, rows), tick_ds = draw_network(rng), rng.choice((10, 10, 10, 20, 5, 7))
        patience_ds = waiting_bounds(what.arrays, tick_ds)[0]
        guard = Guard(what, tick_ds=tick_ds, cold_start=cold_start)
        cold = cold_start == "simulated"
        sites = zip(what.intersections, rows, strict=True)
        twins = [Twin(site, tick_ds, patience_ds[own].tolist(), cold=cold) for site, own in sites]
        groups = rows[-1].stop
        want, demand = draw.random((2, groups)) < 0.5
        shown = draw.choice([-1, 0, 0, 0, 0, 1, 2, 3, 4], groups) if rng.random() < 0.7 else np.full(groups, -1)
        change, wishes = rng.choice((0.05, 0.3, 1.0)), rng.choice((0.2, 0.5, 0.9))
        for tick in range(200):
            want = draw.random(groups) < wishes if rng.random() < change else want
            demand = draw.random(groups) < 0.7 if rng.random() < 0.1 else demand
            write = draw.random(3) > 0.02
            stage = np.where(write, -1, DO_NOT_WRITE).astype(np.int32)
            verdict = guard.permit(Decision(want, stage), readings(tick, shown), demand)
            assert not verdict.violations
            for twin, own, ours in zip(twins, rows, write, strict=True):
                aspects, reasons = twin.step(want[own], demand[own], shown[own].tolist(), write=bool(ours))
                assert verdict.command.aspect[own].tolist() == aspects
                assert [REASONS[number] for number in verdict.reason[own]] == reasons
                state = guard._state
                for group, *clocks in zip(
                    twin.groups, state.age_ds[own], state.ended_ds[own], state.wait_ds[own], strict=True
                ):
                    naive = (group.age_ds, group.ended_ds, group.wait_ds)
                    assert [min(clock, SATURATED) for clock in clocks] == [min(clock, SATURATED) for clock in naive]
            shown = verdict.command.aspect.copy()
            stranger = ~np.repeat(write, [own.stop - own.start for own in rows])
            shown[stranger] = draw.choice([0, 0, 0, 0, 1, 2, 3, 4], groups)[stranger]


@pytest.mark.parametrize("block", range(5))
def test_the_monitor_and_its_twin_agree(block: int) -> None:
    """On commands and displays that are right for a while and then are not."""
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
        for tick in range(150):
            want = draw.random(groups) < 0.5 if rng.random() < 0.2 else want
            demand = draw.random(groups) < 0.7 if rng.random() < 0.1 else demand
            write = draw.random(3) > 0.02
            command = guard.permit(
                Decision(want, np.full(3, -1, np.int32)), readings(tick, [-1] * groups), demand
            ).command.aspect
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
