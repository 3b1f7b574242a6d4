from __future__ import annotations

import os
import subprocess
import sys

import pytest

from benchmarks.control.random_junctions import SATURATION_VEH_H, drawn
from signals.adapters.sim.schedule import check_demand
from signals.model.document import content_hash
from signals.model.movements import Turn

SEEDS = range(40)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_group_has_a_stage_and_every_movement_a_group_and_traffic(seed: int) -> None:
    network, demand = drawn(seed)
    (place,) = network.intersections
    assert not network.findings
    assert {group for stage in place.stages for group in stage.groups} == set(range(len(place.groups)))
    assert sorted(move for group in place.groups for move in group.movements) == list(range(len(network.movements)))
    assert sorted(flow.route[0] for flow in demand.flows) == list(range(len(network.movements)))
    assert all(0.0 < flow.rate_veh_h < SATURATION_VEH_H for flow in demand.flows)
    check_demand(network, demand)


@pytest.mark.parametrize("seed", SEEDS)
def test_who_meets_either_yields_or_is_never_green_together(seed: int) -> None:
    network, _ = drawn(seed)
    (place,) = network.intersections
    owner = {move: g for g, group in enumerate(place.groups) for move in group.movements}
    for n, move in enumerate(network.movements):
        assert move.turn is Turn.LEFT or not move.yields_to
        assert set(move.yields_to) <= set(move.foes)
        for foe in move.foes:
            yields = foe in move.yields_to or n in network.movements[foe].yields_to
            assert yields != place.conflict(owner[n], owner[foe])


def test_they_differ() -> None:
    places = [drawn(seed)[0].intersections[0] for seed in SEEDS]
    assert {len(place.stages) for place in places} >= {2, 3, 4, 5}
    assert len({len(place.groups) for place in places}) > 3
    between = {ds for place in places for row in place.intergreen_ds for ds in row if ds is not None}
    assert min(between) <= 30
    assert max(between) >= 90


def test_the_same_seed_draws_the_same_junction_whatever_the_order_of_sets() -> None:
    program = "from tests.benchmarks.test_control_random_junctions import said; print(said())"
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": number},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for number in ("1", "2")
    }
    assert told == {said()}


def said() -> str:
    """Everything that was drawn, in a line."""
    return " ".join(f"{content_hash(network)} {demand.flows}" for network, demand in map(drawn, range(6)))
