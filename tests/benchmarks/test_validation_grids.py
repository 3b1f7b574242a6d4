"""The generated grids: what they are, and that they are the same everywhere."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import signals
from benchmarks.validation.grids import GRIDS, generated
from signals.adapters.sumo.safe_xml import events

pytestmark = pytest.mark.sumo


@pytest.mark.parametrize("name", GRIDS)
def test_a_grid_is_the_same_bytes_wherever_it_is_made(tmp_path: Path, name: str) -> None:
    first, second = (generated(name, tmp_path / folder) for folder in ("one", "two"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert b"<!--" not in first[0].read_bytes()
    assert not list(tmp_path.rglob("*.raw.xml"))


def test_what_is_there_is_used(tmp_path: Path) -> None:
    net, trips = generated("grid3x3", tmp_path)
    before = [path.stat().st_mtime_ns for path in (net, trips)]
    generated("grid3x3", tmp_path)
    assert [path.stat().st_mtime_ns for path in (net, trips)] == before


def test_left_turns_yield_in_one_and_have_a_lane_in_the_other(tmp_path: Path) -> None:
    stages, widest = {}, {}
    for name in GRIDS:
        net, trips = generated(name, tmp_path)
        network = signals.load(net, [trips], end_s=3600.0).network
        stages[name] = {len(place.stages) for place in network.intersections}
        lanes = Counter(lane.edge for lane in network.lanes if not lane.edge.startswith(":"))
        widest[name] = max(lanes.values())
    assert stages == {"grid6x6": {2}, "grid3x3": {4}}
    assert widest == {"grid6x6": 1, "grid3x3": 2}


def test_trips_lead_from_border_to_border_and_never_back(tmp_path: Path) -> None:
    net, trips = generated("grid3x3", tmp_path)
    edges = {row.attributes["id"]: row.attributes for row in events(net, {"edge"}) if "from" in row.attributes}
    ends = {row.attributes["id"] for row in events(net, {"junction"}) if row.attributes["type"] == "dead_end"}
    rows = [row.attributes for row in events(trips, {"trip"})]
    assert len(ends) == 12
    assert {edges[row["from"]]["from"] for row in rows} == ends == {edges[row["to"]]["to"] for row in rows}
    assert all(edges[row["from"]]["from"] != edges[row["to"]]["to"] for row in rows)
    departures = [float(row["depart"]) for row in rows]
    assert departures == sorted(departures)
    assert departures[-1] < 3600
    assert abs(len(rows) - GRIDS["grid3x3"].veh_h) < 4 * GRIDS["grid3x3"].veh_h ** 0.5
