"""Networks and demand for all simulators: fixed routes that can be driven."""

from __future__ import annotations

import importlib.util
import xml.etree.ElementTree as ET
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

import signals
from benchmarks.speed.courses import Grid, made, random_routes
from benchmarks.speed.town import network_of
from signals.errors import ScenarioError
from signals.model.crossroads import crossroads

GRID = Grid(3, 40, 100.0)


@pytest.mark.sumo
def test_a_generated_grid_has_lights_and_routes_from_border_to_border(tmp_path: Path) -> None:
    course = made("grid3x3", tmp_path, GRID)
    network = signals.load(course.net, [course.routes], begin_s=0.0, end_s=100.0).network
    assert len(network.intersections) == 9
    root = ET.parse(course.routes).getroot()  # noqa: S314  we wrote it
    departs_s = [float(vehicle.get("depart", "nan")) for vehicle in root]
    assert len(departs_s) == 40
    assert departs_s == sorted(departs_s)
    assert 0.0 <= departs_s[0] < departs_s[-1] < 100.0
    lanes = network.lanes
    joined = {(lanes[move.from_lane].edge, lanes[move.to_lane].edge) for move in network.movements}
    entered, left = {edge for edge, _ in joined}, {edge for _, edge in joined}
    for vehicle in root:
        edges = vehicle[0].get("edges", "").split()
        assert edges[0] in entered - left
        assert edges[-1] in left - entered
        assert all(pair in joined for pair in pairwise(edges))


@pytest.mark.sumo
def test_the_same_grid_twice_is_the_same(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    texts = []
    for folder in folders:
        folder.mkdir()
        texts.append(Path(made("grid3x3", folder, GRID).routes).read_bytes())
    assert texts[0] == texts[1]


@pytest.mark.sumo
def test_a_network_of_resco_is_driven_on_the_routes_that_sumo_chose(tmp_path: Path) -> None:
    if importlib.util.find_spec("sumo_rl") is None:
        pytest.skip("sumo-rl is not installed")
    course = made("cologne8", tmp_path)
    assert (course.name, course.begin_s, course.end_s) == ("cologne8", 25200.0, 28800.0)
    vehicles = ET.parse(course.routes).getroot().findall("vehicle")  # noqa: S314  we wrote it
    assert len(vehicles) == 2046
    assert all(vehicle.find("route") is not None for vehicle in vehicles)


def test_no_way_is_an_error() -> None:
    network = crossroads(pedestrians=False)
    with pytest.raises(ScenarioError, match="no way leads from edge"):  # back where it came from
        random_routes(network, 200, seed=1)


def test_a_network_without_a_border_has_no_origins() -> None:
    with pytest.raises(ValueError, match="high <= 0"):
        random_routes(network_of(3), 5, seed=1)


@pytest.mark.sumo
def test_ways_are_shortest_and_spread(tmp_path: Path) -> None:
    course = made("grid3x3", tmp_path, GRID)
    network = signals.load(course.net, [course.routes], begin_s=0.0, end_s=100.0).network
    ways = random_routes(network, 3000, seed=5)
    between: dict[tuple[int, int], Counter[tuple[int, ...]]] = {}
    for way in ways:
        between.setdefault((way[0], way[-1]), Counter())[way] += 1
    assert len(between) == 144  # 12 origins, 12 destinations
    assert all(len({len(way) for way in found}) == 1 for found in between.values())
    assert max(len(found) for found in between.values()) > 2
    assert random_routes(network, 20, seed=5) == random_routes(network, 20, seed=5)
    assert random_routes(network, 20, seed=5) != random_routes(network, 20, seed=6)
