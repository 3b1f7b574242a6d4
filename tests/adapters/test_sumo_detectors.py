from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from signals.adapters.sumo.detectors import loop_lines, place_detectors
from signals.adapters.sumo.network import read_network
from signals.adapters.sumo.options import SumoOptions
from signals.adapters.sumo.world import SumoWorld
from signals.errors import NetworkError
from signals.model.crossroads import crossroads
from signals.model.intersections import SignalGroup
from signals.model.lanes import Lane, User
from signals.model.movements import Movement
from signals.model.network import Detector, Network
from signals.model.trips import TripState
from signals.sensing.loop_places import loop_places
from tests.adapters.sumo_pair import BOTH, drive, pair_inputs
from tests.adapters.sumo_tee import additional, package


def test_three_loops_for_every_long_approach() -> None:
    network = place_detectors(crossroads(length_m=300.0))
    assert len(network.detectors) == 24
    lane = network.lane_index["north_in_0"]
    assert [loop for loop in network.detectors if loop.lane == lane] == [
        Detector("north_in_0@3", lane, 297.0, 2.0),
        Detector("north_in_0@50", lane, 250.0, 2.0),
        Detector("north_in_0@180", lane, 120.0, 2.0),
    ]
    assert network.lanes == crossroads().lanes


@pytest.mark.parametrize(("length_m", "positions_m"), [(100.0, [97.0, 50.0]), (101.0, [98.0, 51.0, 12.0])])
def test_the_third_loop_lies_behind_who_begins_on_a_lane_that_is_long_enough(
    length_m: float, positions_m: list[float]
) -> None:
    network = place_detectors(crossroads(length_m=length_m))
    assert [loop.position_m for loop in network.detectors if loop.lane == 0] == positions_m


def test_on_a_shorter_lane_the_second_loop_lies_behind_who_begins_there() -> None:
    network = place_detectors(crossroads(length_m=30.0))
    assert [loop.position_m for loop in network.detectors if loop.lane == 0] == [27.0, 12.0]


def test_the_third_loop_lies_on_the_only_way_where_the_lane_is_short() -> None:
    for length_m, before_m, place in ((60.0, 100.0, (0, 12.0)), (60.0, 200.0, (0, 84.0)), (40.0, 50.0, None)):
        network = short(length_m, before_m)
        (first, _, out, side) = network.movements
        loops = place_detectors(replace(network, movements=(first, side, out))).detectors
        assert [(loop.lane, loop.position_m) for loop in loops][2:] == ([place] if place else [])
    assert {loop.lane for loop in place_detectors(short(60.0, 200.0)).detectors} == {3}  # two ways lead there


def short(length_m: float, before_m: float) -> Network:
    """An approach of `length_m` behind two lanes of `before_m` that meet without a signal."""
    lanes = (
        Lane("a", "a", before_m, 10.0),
        Lane("b", "b", before_m, 10.0),
        Lane(":j", ":j", 4.0, 10.0, internal=True),
        Lane("in", "in", length_m, 10.0),
        Lane("out", "out", 100.0, 10.0),
        Lane("side", "side", 100.0, 10.0, User.PEDESTRIAN),
    )
    movements = (
        Movement("a>in", 0, 3, (2,), 4.0, 10.0),
        Movement("b>in", 1, 3, (), 6.0, 10.0),
        Movement("in>out", 3, 4, (), 10.0, 10.0, link=0),
        Movement("side>in", 5, 3, (), 1.0, 1.0, user=User.PEDESTRIAN),
    )
    (place,) = crossroads(pedestrians=False).intersections
    group = SignalGroup("g", User.VEHICLE, (0,), (2,))
    place = replace(place, groups=(group,), intergreen_ds=((None,),), stages=(), plans=(), link_count=1)
    return Network("short", lanes, movements, (place,))


def test_before_a_short_lane_the_second_loop_lies_upstream() -> None:
    places = {loop.id: (loop.lane, loop.position_m) for loop in place_detectors(short(10.0, 100.0)).detectors}
    assert places == {"in@3": (3, 7.0), "a@36": (0, 64.0), "b@34": (1, 66.0)}


def test_the_way_upstream_ends_where_the_road_does() -> None:
    places = {loop.id: (loop.lane, loop.position_m) for loop in place_detectors(short(10.0, 20.0)).detectors}
    assert places == {"in@3": (3, 7.0), "a@20": (0, 0.0), "b@20": (1, 0.0)}


def test_the_way_upstream_ends_at_a_junction_that_is_wide() -> None:
    network = short(10.0, 100.0)
    wide = replace(network, lanes=(*network.lanes[:2], replace(network.lanes[2], length_m=60.0), *network.lanes[3:]))
    assert ("a@2", 98.0) in {(loop.id, loop.position_m) for loop in place_detectors(wide).detectors}


def test_a_lane_shorter_than_a_loop() -> None:
    loops = place_detectors(short(0.5, 0.1)).detectors
    assert [(loop.id, loop.position_m, loop.length_m) for loop in loops] == [
        ("in@0", 0.0, 0.5),
        ("a@0", 0.0, 0.1),
        ("b@0", 0.0, 0.1),
    ]


def test_the_loop_of_a_lane_that_is_too_short_lies_before_it() -> None:
    one_way = short(1.5, 100.0)
    (first, _, out, side) = one_way.movements
    only = replace(one_way, movements=(first, side, out))
    assert [(loop.lane, loop.position_m) for loop in place_detectors(only).detectors] == [
        (2, 2.0),
        (0, 55.5),
        (0, 12.0),
    ]
    shorter = replace(only.lanes[2], length_m=1.0)
    lanes = (*only.lanes[:2], shorter, *only.lanes[3:])
    (stop, *_) = place_detectors(replace(only, lanes=lanes)).detectors
    assert (stop.id, stop.position_m) == ("a@2", 98.0)  # it ends 2.5 m before the line


def test_a_ring_of_short_lanes_has_an_end() -> None:
    network = short(10.0, 5.0)
    ring = Movement("in>a", 4, 0, (), 0.0, 10.0)
    back = Movement("a>out", 0, 4, (), 0.0, 10.0)
    lanes = (*network.lanes[:4], Lane("out", "out", 0.5, 10.0), network.lanes[5])
    assert place_detectors(replace(network, lanes=lanes, movements=(*network.movements, ring, back))).detectors


def test_without_an_approach_there_is_nothing_to_lay() -> None:
    network = short(10.0, 100.0)
    (place,) = network.intersections
    place = replace(place, groups=(replace(place.groups[0], movements=()),))
    with pytest.raises(NetworkError, match="no controlled approach"):
        place_detectors(replace(network, intersections=(place,)))


def test_loops_are_laid_once_and_write_to_nowhere() -> None:
    network = place_detectors(short(10.0, 100.0))
    lines = [ET.fromstring(line) for line in loop_lines(network, {"a@36"})]  # noqa: S314  our own text
    assert [line.attrib["id"] for line in lines] == ["in@3", "b@34"]
    assert lines[0].attrib == {
        "id": "in@3",
        "lane": "in",
        "pos": "7.0",
        "length": "2.0",
        "period": "10000000",
        "file": "NUL",
        "friendlyPos": "true",
    }


def test_real_networks_get_loops_on_every_approach() -> None:
    sumo_rl = package("sumo_rl")
    if sumo_rl is None:
        pytest.skip("sumo-rl is not installed")
    for name in ("cologne3", "ingolstadt7", "grid4x4"):
        network = place_detectors(read_network(Path(sumo_rl, "nets", "RESCO", name, f"{name}.net.xml")))
        lanes = {loop.lane for loop in network.detectors}
        long = {lane for lane in network.arrays.approach_lane.tolist() if network.lanes[lane].length_m >= 3.0}
        assert lanes >= long
        assert (loop_places(network, 200.0).stop_loop >= 0).all()
        assert len({loop.id for loop in network.detectors}) == len(network.detectors)
        for loop in network.detectors:
            assert loop.position_m >= 0
            assert loop.position_m + loop.length_m <= network.lanes[loop.lane].length_m + 0.005


@pytest.mark.sumo
@BOTH
def test_loops_count_who_enters(tmp_path: Path, traci: bool) -> None:
    demand = '<flow id="f" begin="0" end="100" period="5" from="tc" to="cm"/>'
    inputs = pair_inputs(tmp_path, demand, end_s=150.0)
    network = place_detectors(read_network(inputs.net))
    world = SumoWorld(network, inputs, tmp_path / "run", SumoOptions(sensing="detectors", traci=traci))
    readings, trips, _ = drive(world)
    index = {loop.id: number for number, loop in enumerate(network.detectors)}
    count = np.array([one.detector_count for one in readings])
    occupied = np.array([one.detector_occupied for one in readings])
    lane = [number for name, number in index.items() if name.startswith("tc_")]
    assert len(lane) == 3
    assert count[:, lane].sum(axis=0).tolist() == [(trips.state == TripState.FINISHED).sum()] * 3 == [20] * 3
    assert count.sum() == 3 * 20
    assert count.max() == 1
    assert occupied.min() == 0
    assert occupied.max() == 1
    assert occupied[count > 0].min() > 0
    assert all(len(one.vehicle_lane) == 0 for one in readings)


@pytest.mark.sumo
def test_loops_of_an_additional_file_report_too(tmp_path: Path) -> None:
    loops = additional(tmp_path, '<inductionLoop id="mine" lane="tc_0" pos="100" length="3" file="../victim.xml"/>')
    inputs = pair_inputs(tmp_path, '<trip id="x" depart="0" from="tc" to="cm"/>', end_s=60.0, additionals=[loops])
    network = read_network(inputs.net, [loops])
    readings, _, _ = drive(SumoWorld(network, inputs, tmp_path / "run"))
    assert sum(int(one.detector_count[0]) for one in readings) == 1
    assert not list(tmp_path.rglob("victim*"))
