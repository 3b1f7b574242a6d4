"""The translation for UXsim: nodes, signals, delays, by hand; and a run where it is installed."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.speed.platoons import link_ends, mean_delay_s, signal_times, world_of
from benchmarks.speed.town import Town, network_of, travel_of
from signals.model.crossroads import crossroads
from signals.model.intersections import Plan, PlanStep
from signals.model.travel import Travel

CROSSROADS = crossroads(pedestrians=False)


def test_whatever_follows_an_edge_begins_at_the_node_where_it_ends() -> None:
    ends = link_ends(CROSSROADS)
    edges = CROSSROADS.edges
    assert sorted(edges[edge] for edge in ends) == sorted(
        f"{arm}_{way}" for arm in ("north", "east", "south", "west") for way in ("in", "out")
    )
    inner = {ends[edge][1] for edge in ends if edges[edge].endswith("_in")}
    assert len(inner) == 1
    assert inner == {ends[edge][0] for edge in ends if edges[edge].endswith("_out")}
    assert len({end for pair in ends.values() for end in pair}) == 9


def test_a_crossing_is_no_road() -> None:
    walked = crossroads(pedestrians=True)
    assert len(walked.edges) > len(CROSSROADS.edges)
    assert {walked.edges[edge] for edge in link_ends(walked)} == set(CROSSROADS.edges)


@pytest.mark.parametrize(
    ("begin_s", "offset_ds", "told_s"),
    [
        (0.0, 0, 0.0),
        (25200.0, 0, 0.0),
        (95.0, 0, 15.0),
        (109.5, 0, 29.0),  # in the second that UXsim adds
        (119.0, 0, 29.0 + 9.0),
        (0.0, 100, 29.0 + 9.0 + 30.0),  # 70 s into the cycle
    ],
)
def test_a_cycle_is_as_far_on_as_the_plan(begin_s: float, offset_ds: int, told_s: float) -> None:
    """UXsim shows each step for a second longer than it is told, and counts what is left to the end of its cycle."""
    place = CROSSROADS.intersections[0]
    steps = tuple(PlanStep(duration_ds, ()) for duration_ds in (300, 100, 400))
    times = signal_times(replace(place, plans=(Plan("p", steps, offset_ds=offset_ds),)), begin_s)
    assert times.durations_s == [29.0, 9.0, 39.0]
    assert times.offset_s == pytest.approx(77.0 - told_s)


def test_the_delay_counts_those_under_way_and_those_who_never_left() -> None:
    travel = Travel(
        routes=((0, 1),),
        depart_s=np.array([0.0, 10.0, 20.0]),
        kind=np.zeros(3, np.int32),
        route=np.zeros(3, np.int32),
        speed_factor=np.ones(3, np.float32),
    )
    network = network_of(2)
    free_s = 200.0 / 13.89
    vehicles = [
        SimpleNamespace(state="end", travel_time=50.0),
        SimpleNamespace(state="run", link=SimpleNamespace(name="1", length=200.0), x=100.0),
        SimpleNamespace(state="home"),
    ]
    lost_s = [50.0 - 2.0 * free_s, 90.0 - 1.5 * free_s, 80.0]
    assert mean_delay_s(network, travel, vehicles, 0.0, 100.0) == pytest.approx(np.mean(lost_s))


def test_uxsim_drives_everybody_through_a_town() -> None:
    pytest.importorskip("uxsim")
    town = Town(3, 40, 300.0)
    network, travel = network_of(town.side), travel_of(town)
    world, vehicles = world_of(network, travel, 0.0, 900.0)
    world.finalize_scenario()
    world.exec_simulation(until_t=900.0)
    assert {vehicle.state for vehicle in vehicles} == {"end"}
    assert 0.0 < mean_delay_s(network, travel, vehicles, 0.0, 900.0) < 120.0
