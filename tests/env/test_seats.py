"""Seats: what is wished for agents, and whether masks say what the guard then does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from signals.control.net_plan import NetPlan
from signals.env.actions import KeepSwitch, NextStage
from signals.env.episode import Episode
from signals.env.observations import JunctionState
from signals.env.seats import SeatController, Seats, numbers_of
from signals.errors import InputError, UnknownNameError
from signals.model.crossroads import crossroads
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import Aspect
from signals.safety.guard import Guard
from signals.safety.rehearsal import REFUSALS
from signals.scenario import Scenario, load
from signals.testing import two_crossroads
from tests.env.made import busy, two_junctions
from tests.safety.layouts import cross, readings

PATIENCE_TICKS = 60
"""No legal change of stage of a crossroads takes longer."""


def seats_at(network: Network, *controlled: int, action: object = None) -> Seats:
    return Seats(network, controlled or (0,), action or NextStage(), JunctionState(), 50)


def played(scenario: Scenario, seed: int = 1) -> Iterator[tuple[Episode, Seats]]:
    """Begin an episode; whoever goes on lets a tick pass."""
    seats = seats_at(scenario.network, *range(len(scenario.network.intersections)))
    episode = Episode(scenario, SeatController(seats, NetPlan(scenario.network)), seed)
    try:
        while not episode.over:
            seats.look(episode.snapshot)
            yield episode, seats
    finally:
        episode.close()


def test_a_mask_says_what_the_guard_then_does(tmp_path: Path) -> None:
    scenario, chance = two_junctions(tmp_path, end_s=900), np.random.default_rng(1)
    places = scenario.network.intersections
    owner = np.repeat(np.arange(len(places)), [len(place.groups) for place in places])
    rehearsal, seen = None, set()
    for episode, seats in played(scenario):
        rehearsal = rehearsal or episode.guard.rehearsal()
        masks = seats.masks(rehearsal, episode.readings, episode.snapshot.demand)
        asked = {i: int(chance.integers(len(place.stages))) for i, place in enumerate(places)}
        if chance.random() < 0.9:  # mostly as before, or nothing ever gets old
            asked = {i: seats.view(i, episode.snapshot).stage for i in asked}
        for i, stage in asked.items():
            seats.act(i, stage)
        moment = episode.tick()
        refused = moment.decision.want & np.isin(moment.verdict.reason, REFUSALS)
        for i, stage in asked.items():
            any_open = masks[i].sum() > 1
            if any_open or masks[i][stage] == 0:
                assert bool(masks[i][stage]) != bool(refused[owner == i].any())
            seen.add(bool(masks[i][stage]))
        assert not moment.verdict.violations
    assert seen == {True, False}


@pytest.mark.parametrize("seed", range(6))
def test_an_open_stage_is_shown_in_time_if_it_stays_open(tmp_path: Path, seed: int) -> None:
    scenario, chance = two_junctions(tmp_path, end_s=600), np.random.default_rng(seed)
    places, groups = scenario.network.intersections, scenario.network.arrays.group_offset
    walks = scenario.network.arrays.group_user == User.PEDESTRIAN
    rehearsal, asked, since, shown = None, {}, dict.fromkeys(range(len(places)), 0), 0
    for tick, (episode, seats) in enumerate(played(scenario, seed)):
        rehearsal = rehearsal or episode.guard.rehearsal()
        masks = seats.masks(rehearsal, episode.readings, episode.snapshot.demand)
        green = episode.snapshot.aspect == Aspect.GREEN
        for i, place in enumerate(places):
            rows = groups[i] + np.array(place.stages[asked.get(i, 0)].groups)
            done = green[rows[~walks[rows]]].all()
            shown += bool(done)
            if i not in asked or done or not masks[i][asked[i]]:
                asked[i], since[i] = int(chance.choice(np.flatnonzero(masks[i]))), tick
            assert tick - since[i] <= PATIENCE_TICKS
            seats.act(i, asked[i])
        episode.tick()
    assert shown > 20


def test_where_everything_would_be_refused_the_running_stage_is_open() -> None:
    scenario = load("crossroads", end_s=30)
    for episode, seats in played(scenario):
        episode.guard._monitor.latched[:] = True
        masks = seats.masks(episode.guard.rehearsal(), episode.readings, episode.snapshot.demand)
        assert masks[0].tolist() == [1, 0, 0, 0]
        seats.act(0, 2)
        episode.tick()
        seats.look(episode.snapshot)
        masks = seats.masks(episode.guard.rehearsal(), episode.readings, episode.snapshot.demand)
        assert masks[0].tolist() == [0, 0, 1, 0]
        break


def test_masks_can_be_asked_of_some() -> None:
    network = two_crossroads()
    seats = seats_at(network, 0, 1)
    snapshot = busy(network)
    seats.look(snapshot)
    guard, now = Guard(network), readings(0, snapshot.aspect)
    assert set(seats.masks(guard.rehearsal(), now, snapshot.demand)) == {0, 1}
    assert set(seats.masks(guard.rehearsal(), now, snapshot.demand, of=(1,))) == {1}


def test_people_on_foot_get_their_green_on_call() -> None:
    network = crossroads()
    seats, snapshot = seats_at(network), busy(network)
    walks = network.arrays.group_user == User.PEDESTRIAN
    stage = list(network.intersections[0].stages[0].groups)
    for called in (False, True):
        demand = np.full(len(walks), called)
        seats = seats_at(network)
        seats.look(snapshot._replace(demand=demand))
        want = seats.decide(snapshot._replace(demand=demand)).want
        assert want[stage][~walks[stage]].all()
        assert (want[stage][walks[stage]] == called).all()
        assert want.sum() == want[stage].sum()


@pytest.mark.parametrize("action", [4, -1, 1.0, "1", None, np.array([1])])
def test_what_is_no_action_is_an_error_and_changes_nothing(action: object) -> None:
    network = crossroads()
    seats, snapshot = seats_at(network), busy(network)
    seats.look(snapshot)
    with pytest.raises(InputError, match=r'intersection "centre": .* is not an action of Discrete'):
        seats.act(0, action)
    assert seats.decide(snapshot).stage.tolist() == [0]
    assert seats.due(0)


def test_others_decide_where_nobody_sits() -> None:
    network = two_crossroads()
    seats, snapshot = seats_at(network, 1, action=KeepSwitch()), busy(network)
    controller = SeatController(seats, NetPlan(network))
    seats.look(snapshot)
    seats.act(1, 1)
    decision, plan = controller.decide(snapshot), NetPlan(network).decide(snapshot)
    first = network.arrays.group_offset[1]
    assert decision.want[:first].tolist() == plan.want[:first].tolist()
    assert decision.stage.tolist() == [plan.stage[0], 1]
    assert np.flatnonzero(decision.want[first:]).tolist() == list(network.intersections[1].stages[1].groups)
    assert (decision.want.dtype, decision.stage.dtype) == (np.bool_, np.int32)


def test_who_sits_must_have_a_choice_and_time() -> None:
    with pytest.raises(InputError, match='intersection "x" has no stages'):
        seats_at(cross())
    with pytest.raises(InputError, match="decision_s must be a tenth of a second at least, got 0"):
        Seats(crossroads(), (0,), NextStage(), JunctionState(), 0)


def test_names_are_numbers_in_the_order_of_the_network() -> None:
    network = two_crossroads()
    assert numbers_of(network, ()) == (0, 1)
    assert numbers_of(network, ["b:centre", "centre"]) == (0, 1)
    assert numbers_of(network, ["b:centre"]) == (1,)
    with pytest.raises(UnknownNameError):
        numbers_of(network, ["c:centre"])
