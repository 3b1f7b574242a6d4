"""The interstage kernel against its naive twin, on layouts, wishes and displays drawn at random."""

from __future__ import annotations

import random

import numpy as np
import pytest

from signals.model.values import Decision
from signals.safety.bounds import waiting_bounds
from signals.safety.guard import DO_NOT_WRITE, Guard
from signals.safety.interstage import REASONS, SATURATED
from tests.safety.layouts import draw_network, readings
from tests.safety.twin import Twin


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
        preempt, calls = np.zeros(groups, np.int8), rng.choice((0, 0, 0.01, 0.2))
        change, wishes = rng.choice((0.05, 0.3, 1.0)), rng.choice((0.2, 0.5, 0.9))
        for tick in range(200):
            want = draw.random(groups) < wishes if rng.random() < change else want
            demand = draw.random(groups) < 0.7 if rng.random() < 0.1 else demand
            if rng.random() < 0.1:
                preempt = np.where(draw.random(groups) < calls, draw.integers(-1, 4, groups), 0).astype(np.int8)
            write = draw.random(3) > 0.02
            stage = np.where(write, -1, DO_NOT_WRITE).astype(np.int32)
            verdict = guard.permit(Decision(want, stage), readings(tick, shown, preempt), demand)
            assert not verdict.violations
            for twin, own, ours in zip(twins, rows, write, strict=True):
                aspects, reasons = twin.step(
                    want[own], demand[own], preempt[own].tolist(), shown[own].tolist(), write=bool(ours)
                )
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
