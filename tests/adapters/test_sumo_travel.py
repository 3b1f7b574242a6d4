from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from signals.adapters.sumo.additionals import check_net
from signals.adapters.sumo.config import RouteFile, SumoInputs, read_config
from signals.adapters.sumo.demand import DemandWriter
from signals.adapters.sumo.install import find_sumo
from signals.adapters.sumo.network import read_network
from signals.adapters.sumo.safe_xml import events
from signals.adapters.sumo.travel import read_travel
from signals.errors import ScenarioError
from signals.model.movements import Turn
from signals.model.network import Network
from signals.model.travel import CAR, Travel
from tests.adapters.sumo_tee import package, tee, write

BODY = """
  <vType id="van" length="7"/>
  <route id="r" edges="in_n out_s"/>
  <vehicle id="1" depart="40" route="r" type="van"/>
  <trip id="2" depart="20" from="in_w" to="out_e"/>
  <trip id="3" depart="5" from="in_w" to="out_e"/>
"""


def read(folder: Path, body: str = BODY, more: str = "", seed: int = 1) -> tuple[Network, Travel, tuple[str, ...]]:
    net = tee(folder)
    network = read_network(net)
    routes = (RouteFile(write(folder, "x.rou.xml", f"<routes>{body}</routes>")),)
    additionals = (write(folder, "x.add.xml", f"<additional>{more}</additional>"),) if more else ()
    return network, *read_travel(SumoInputs(net, routes, additionals, 10.0, 100.0), network, seed)


def test_route_files_become_travellers(tmp_path: Path) -> None:
    network, travel, notes = read(tmp_path)
    assert travel.depart_s.tolist() == [20.0, 40.0]
    ways = [" ".join(network.edges[edge] for edge in travel.routes[route]) for route in travel.route]
    assert ways == ["in_w out_e", "in_n out_s"]
    assert [travel.kinds[kind].id for kind in travel.kind] == ["DEFAULT_VEHTYPE", "van"]
    assert notes == (f"{tmp_path}/x.rou.xml: 1 departures before the begin, 10 s, are left out",)


def test_additional_files_hold_types_and_travellers_too(tmp_path: Path) -> None:
    more = '<vType id="lorry" vClass="truck"/><busStop id="b" lane="in_n_0"/><trip id="x" depart="30" from="in_n" to="out_s"/>'
    _, travel, _ = read(tmp_path, '<trip id="y" depart="50" type="lorry" from="in_n" to="out_s"/>', more)
    assert [travel.kinds[kind].id for kind in travel.kind] == ["DEFAULT_VEHTYPE", "lorry"]
    assert travel.kinds[1].length_m == 7.1


def test_nobody_travels(tmp_path: Path) -> None:
    _, travel, notes = read(tmp_path, "")
    assert (travel.kinds, travel.routes, notes) == ((CAR,), (), ())


def test_an_edge_must_exist(tmp_path: Path) -> None:
    for body in ('<route id="r" edges="in_n nowhere"/>', '<trip id="r" depart="30" from="in_n" to="nowhere"/>'):
        with pytest.raises(ScenarioError, match=r'x\.rou\.xml, line 1: .*"r" uses the edge "nowhere"'):
            read(tmp_path, body)


def sumo_rl(name: str) -> SumoInputs:
    folder = package("sumo_rl")
    if folder is None:
        pytest.skip("needs the package sumo-rl")
    return read_config(folder / "nets" / "RESCO" / name / f"{name}.sumocfg")


def demo() -> SumoInputs:
    folder = package("sumo")
    if folder is None:
        pytest.skip("needs the package eclipse-sumo")
    place = folder / "tools" / "game" / "fokr_bs_demo"
    files = ("15_16_veh.trips.xml.gz", "15_16_bicycle.trips.xml", "15_16_ped.trips.xml")
    routes = tuple(RouteFile(place / name, "single" if number else "as-written") for number, name in enumerate(files))
    additionals = (place / "vtypes_default.add.xml", place / "signalPlan.add.xml")
    return SumoInputs(place / "fokr_bs.net.xml.gz", routes, additionals, 54000.0, 57600.0)


def of_sumo(inputs: SumoInputs, folder: Path) -> list[float]:
    """When vehicles want to depart in SUMO itself."""
    found = find_sumo()
    writer = DemandWriter(check_net(inputs.net), inputs.begin_s, folder)
    routes = [writer.ready(file) for file in inputs.routes]
    arguments = {
        "n": inputs.net, "r": ",".join(map(str, routes)), "b": inputs.begin_s, "e": inputs.end_s, "no-warnings": "true",
        "tripinfo-output": folder / "t.xml", "tripinfo-output.write-undeparted": "true", "no-step-log": "true",
        "tripinfo-output.write-unfinished": "true", "xml-validation": "never", "xml-validation.net": "never",
    }  # fmt: skip
    if inputs.additionals:
        arguments["a"] = inputs.additionals[0]
    command = [
        str(found.binary),
        *(f"{'-' if len(key) == 1 else '--'}{key}={value}" for key, value in arguments.items()),
    ]
    subprocess.run(command, check=True, capture_output=True, env=found.environment(), timeout=100)
    trips = [one.attributes for one in events(folder / "t.xml", {"tripinfo"})]
    left = [(float(trip["depart"]), float(trip["departDelay"])) for trip in trips]
    return sorted((inputs.end_s if at_s < 0 else at_s) - delay_s for at_s, delay_s in left)


@pytest.mark.sumo
@pytest.mark.parametrize(
    "name", ["cologne3", "cologne8", pytest.param("ingolstadt21", marks=pytest.mark.slow), "grid4x4", "demo"]
)
def test_the_same_vehicles_depart_at_the_same_times_as_in_sumo(name: str, tmp_path: Path) -> None:
    inputs = demo() if name == "demo" else sumo_rl(name)
    travel, notes = read_travel(inputs, read_network(inputs.net, inputs.additionals), 1)
    departures = of_sumo(inputs, tmp_path)
    assert len(travel.depart_s) == len(departures) > 1000
    assert np.abs(travel.depart_s - departures).max() < 0.011  # SUMO writes hundredths
    assert any("1638 departures before the begin" in note for note in notes) == (name == "cologne3")


@pytest.mark.sumo
def test_everybody_walks_over_the_crossings_of_the_demo() -> None:
    inputs = demo()
    network = read_network(inputs.net, inputs.additionals)
    travel, notes = read_travel(inputs, network, 1)
    assert len(travel.walk) == 10
    assert travel.walk_speed_mps[:2] == pytest.approx([1.122, 1.746])
    used = [network.movements[move] for walk in travel.walks for move in walk.crossings]
    assert len(used) > 10
    assert all(move.turn is Turn.CROSSING and move.link >= 0 for move in used)
    assert not any("people" in note for note in notes)


@pytest.mark.sumo
@pytest.mark.parametrize(("name", "share"), [("cologne8", 0.95), ("ingolstadt7", 1.0), ("ingolstadt21", 0.91)])
def test_most_trips_take_the_way_that_duarouter_finds(name: str, share: float, tmp_path: Path) -> None:
    inputs, found = sumo_rl(name), find_sumo()
    network = read_network(inputs.net, inputs.additionals)
    travel, _ = read_travel(inputs, network, 1)
    command = [
        str(found.binary.with_name("duarouter")), "-n", str(inputs.net), "-r", str(inputs.routes[0].path), "-o",
        str(tmp_path / "d.xml"), "-b", str(inputs.begin_s), "-e", str(inputs.end_s), "--no-step-log", "--no-warnings",
        "--xml-validation", "never", "--xml-validation.net", "never",
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, env=found.environment(), timeout=100)
    theirs = {}
    for vehicle in events(tmp_path / "d.xml", {"vehicle"}):
        edges = tuple(network.edge_index[name] for name in vehicle.children[0].attributes["edges"].split())
        theirs[edges[0], edges[-1]] = edges
    ours = [travel.routes[route] for route in travel.route]
    same = np.mean([theirs[way[0], way[-1]] == way for way in ours])
    assert share <= same <= 1.0
