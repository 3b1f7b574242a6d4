from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from signals.adapters.sumo.network import read_network
from signals.adapters.sumo.world import SumoWorld
from signals.errors import ScenarioError, UnknownNameError
from signals.model.lanes import User
from signals.model.trips import TripState
from tests.adapters.sumo_pair import all_red, drive, pair_inputs, pair_world

pytestmark = pytest.mark.sumo


def test_the_network_must_be_the_one_that_runs(tmp_path: Path) -> None:
    inputs = pair_inputs(tmp_path)
    network = read_network(inputs.net)
    one = network.intersections[0]
    for wrong, why in (
        (replace(one, id="gone"), "gone"),
        (replace(one, link_count=one.link_count + 1), "read it again"),
    ):
        other = replace(network, intersections=(wrong, *network.intersections[1:]))
        with pytest.raises(ScenarioError, match=why), SumoWorld(other, inputs, tmp_path / "run"):
            pass
    lanes = tuple(replace(lane, id="gone") if lane.id == "ab_1" else lane for lane in network.lanes)
    with (
        pytest.raises(ScenarioError, match='no lane "gone"'),
        SumoWorld(replace(network, lanes=lanes), inputs, tmp_path / "run"),
    ):
        pass
    with (
        pytest.raises(UnknownNameError, match='unknown intersection "x"'),
        pair_world(tmp_path, controlled=frozenset("x")),
    ):
        pass
    drive(pair_world(tmp_path, end_s=5.0))  # and nothing is left behind in the process


def test_everybody_waits_at_red(tmp_path: Path) -> None:
    world = pair_world(tmp_path, end_s=200.0)
    _, trips, incidents = drive(world, all_red(world.network))
    assert incidents.longest_wait_s == pytest.approx(160, abs=20)
    on_foot = trips.user == User.PEDESTRIAN
    assert (trips.state[on_foot] == TripState.DRIVING).all()
    assert (trips.time_loss_s[on_foot] > 120).all()  # SUMO itself says 0
    assert (trips.state[~on_foot] == TripState.FINISHED).sum() == 0
