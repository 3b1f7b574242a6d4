from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from signals.adapters.sumo import recorded_routes
from signals.adapters.sumo.config import SINGLE, RouteFile, SumoInputs
from signals.adapters.sumo.network import read_network
from signals.adapters.sumo.options import SumoOptions
from signals.adapters.sumo.recorded_routes import RecordedRoutes, record_routes
from signals.adapters.sumo.safe_xml import Element, events
from signals.adapters.sumo.travel import read_travel
from signals.adapters.sumo.world import SumoWorld
from signals.errors import FileError, RecordError, ScenarioError, WorldLostError
from signals.model.lanes import User
from signals.model.trips import TripState
from tests.adapters.sumo_pair import BOTH, drive, pair_inputs
from tests.adapters.sumo_tee import additional, write

pytestmark = pytest.mark.sumo


def recorded(folder: Path, inputs: SumoInputs, *, traci: bool = False, seed: int = 1) -> RecordedRoutes:
    out = folder / "recorded.rou.xml"
    return record_routes(read_network(inputs.net), inputs, out, SumoOptions(seed=seed, traci=traci))


def rows(found: RecordedRoutes) -> dict[str, Element]:
    tags = {"vehicle", "person", "trip", "flow", "vType", "vTypeDistribution"}
    return {row.attributes["id"]: row for row in events(found.path, tags, root={"routes"})}


def edges_of(row: Element) -> str:
    return next(child.attributes["edges"] for child in row.children if child.tag == "route")


@BOTH
def test_every_vehicle_gets_the_route_that_it_drove(tmp_path: Path, *, traci: bool) -> None:
    found = recorded(tmp_path, pair_inputs(tmp_path), traci=traci)
    all_rows = rows(found)
    vehicles = {name: row for name, row in all_rows.items() if row.tag == "vehicle"}
    # Three by themselves, one every 7 s from 12 s on, one every 11 s from 13 s on; "late" departs after the end.
    assert found.vehicles == len(vehicles) == 3 + 27 + 17
    assert {row.tag for row in all_rows.values()} == {"vehicle", "person", "vType"}
    assert edges_of(vehicles["bus"]) == edges_of(vehicles["f.0"]) == "ab bc cd"
    assert edges_of(vehicles["g.16"]) == "sb bc cm"
    assert vehicles["bus"].attributes == {"id": "bus", "type": "line", "depart": "10"}
    assert float(vehicles["g.16"].attributes["depart"]) == 13 + 16 * 11
    assert found.people == 2
    assert found.notes == ()


def test_types_people_and_stops_stay_and_departures_are_in_order(tmp_path: Path) -> None:
    found = recorded(tmp_path, pair_inputs(tmp_path))
    every = list(events(found.path, {"vehicle", "person", "vType"}, root={"routes"}))
    all_rows = {row.attributes["id"]: row for row in every}
    assert all_rows["line"].attributes == {"id": "line", "vClass": "bus"}
    assert all_rows["walker"].children[0].attributes == {"from": "sb", "to": "bn", "arrivalPos": "20"}
    assert [child.tag for child in all_rows["parker"].children] == ["route", "stop"]
    departures = [float(row.attributes["depart"]) for row in every if row.tag != "vType"]
    assert departures == sorted(departures)
    assert [row.attributes["id"] for row in every if row.tag == "vType"] == ["bike", "line"]


def test_who_was_never_inserted_has_a_route_too(tmp_path: Path) -> None:
    demand = '<flow id="jam" begin="0" end="60" number="60" from="ab" to="cm"/><trip id="last" depart="59.5" from="ab" to="cd"/>'
    inputs = pair_inputs(tmp_path, demand, end_s=60.0)
    all_rows = rows(recorded(tmp_path, inputs))
    assert len(all_rows) == 61
    assert {edges_of(row) for name, row in all_rows.items() if name != "last"} == {"ab bc cm"}
    assert edges_of(all_rows["last"]) == "ab bc cd"
    assert {float(row.attributes["depart"]) for name, row in all_rows.items() if name != "last"} == set(range(60))
    world = SumoWorld(read_network(inputs.net), inputs, tmp_path / "run", SumoOptions(controlled=frozenset()))
    _, trips, _ = drive(world)
    assert (trips.state == TripState.NEVER_INSERTED).sum() > 20  # the test would be empty if all had found room


def test_both_worlds_read_the_same_demand(tmp_path: Path) -> None:
    inputs = pair_inputs(tmp_path)
    network = read_network(inputs.net)
    found = recorded(tmp_path, inputs)
    paired = replace(inputs, routes=(RouteFile(found.path),))
    travel, notes = read_travel(paired, network, 1)
    assert len(travel.depart_s) == found.vehicles
    assert not any("fastest" in note for note in notes)
    world = SumoWorld(network, paired, tmp_path / "run", SumoOptions(controlled=frozenset()))
    _, trips, _ = drive(world)
    vehicles = trips.scheduled_s[trips.user != User.PEDESTRIAN]
    assert sorted(vehicles.round(2)) == sorted(travel.depart_s.round(2))


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    demand = """<vTypeDistribution id="mix"><vType id="a" probability="0.5"/><vType id="b" probability="0.5"/></vTypeDistribution>
      <flow id="f" begin="0" end="100" period="exp(0.3)" type="mix" from="ab" to="cd"/>"""
    inputs = pair_inputs(tmp_path, demand)
    first = recorded(tmp_path, inputs, traci=True).path.read_bytes()
    assert recorded(tmp_path, inputs, traci=True).path.read_bytes() == first
    assert recorded(tmp_path, inputs, traci=True, seed=2).path.read_bytes() != first


def test_the_type_that_was_drawn_is_kept(tmp_path: Path) -> None:
    demand = """<vTypeDistribution id="mix"><vType id="a" probability="0.5"/><vType id="b" probability="0.5"/></vTypeDistribution>
      <flow id="f" begin="0" end="100" period="3" type="mix" from="ab" to="cd"/>"""
    all_rows = rows(recorded(tmp_path, pair_inputs(tmp_path, demand)))
    assert {row.attributes["type"] for row in all_rows.values() if row.tag == "vehicle"} == {"a", "b"}
    assert len(all_rows["mix"].children) == 2


def test_nothing_is_left_for_sumo_to_choose(tmp_path: Path) -> None:
    demand = """<vType id="t"><param key="has.rerouting.device" value="true"/><param key="device.rerouting.period" value="5"/>
      <param key="kept" value="1"/></vType><routeDistribution id="ways"><route id="w" edges="ab bc cd" probability="1"/></routeDistribution>
      <vehicle id="v" type="t" depart="3" route="ways" departLane="best"><param key="device.rerouting.probability" value="1"/></vehicle>
      <trip id="u" depart="begin" from="ab" via="bc" to="cd"/>"""
    inputs = replace(pair_inputs(tmp_path, demand), begin_s=0.0)
    all_rows = rows(recorded(tmp_path, inputs))
    assert [child.attributes["key"] for child in all_rows["t"].children] == ["kept"]
    assert all_rows["v"].attributes == {"id": "v", "type": "t", "depart": "3", "departLane": "best"}
    assert [child.tag for child in all_rows["v"].children] == ["route"]
    assert all_rows["u"].attributes["depart"] == "begin"
    assert "via" not in all_rows["u"].attributes


def test_all_route_files_become_one_and_flows_may_be_single(tmp_path: Path) -> None:
    inputs = pair_inputs(tmp_path, '<trip id="one" depart="5" from="ab" to="cd"/>')
    more = write(
        tmp_path, "more.rou.xml", '<routes><flow id="two" begin="3" end="99" period="9" from="tc" to="cm"/></routes>'
    )
    both = replace(inputs, routes=(*inputs.routes, RouteFile(more, flows=SINGLE, scale=2)))
    assert list(rows(recorded(tmp_path, both))) == ["two", "two#1", "one"]


def test_travellers_in_additional_files_stay_there(tmp_path: Path) -> None:
    extra = additional(tmp_path, '<trip id="there" depart="4" from="ab" to="cd"/>')
    inputs = pair_inputs(tmp_path, '<trip id="here" depart="5" from="ab" to="cd"/>', additionals=[extra])
    assert list(rows(recorded(tmp_path, inputs))) == ["here"]


def test_a_vehicle_that_sumo_gives_up_is_said(tmp_path: Path) -> None:
    demand = '<trip id="lost" depart="5" from="ab" to="cd" departPos="250" departSpeed="50" insertionChecks="all"/>'
    found = recorded(tmp_path, pair_inputs(tmp_path, demand))
    assert found.notes[-1] == "SUMO chose no route for 1 vehicles, which stay as they are: lost"
    assert rows(found)["lost"].tag == "trip"


def test_progress_is_told(tmp_path: Path) -> None:
    shares: list[float] = []
    inputs = pair_inputs(tmp_path, end_s=50.0)
    record_routes(read_network(inputs.net), inputs, tmp_path / "out.rou.xml", None, shares.append)
    assert shares[-1] == 1.0
    assert shares == sorted(shares)
    assert len(shares) == 51


def test_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = pair_inputs(tmp_path, end_s=50.0)
    network, out = read_network(inputs.net), write(tmp_path, "out.rou.xml", "of before")
    with pytest.raises(ScenarioError, match="does not have"):
        record_routes(network, pair_inputs(tmp_path, '<trip id="t" depart="1" from="ab" to="nowhere"/>'), out)
    inputs = pair_inputs(tmp_path, end_s=50.0)
    with pytest.raises(FileError, match="there is no folder"):
        record_routes(network, inputs, tmp_path / "none" / "out.rou.xml")

    def cut(path: Path, tags: set[str], **how: object) -> object:
        if path.name == "vehroutes.xml":
            path.write_text(path.read_text()[:-40])
        return events(path, tags, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(recorded_routes, "events", cut)
    with pytest.raises(RecordError, match="is not whole"):
        record_routes(network, inputs, out)
    assert out.read_text() == "of before"


def test_a_sumo_that_dies_is_an_error_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Dead:
        errors = (RuntimeError,)
        api = SimpleNamespace()
        remote = False
        closed = False

        def step(self) -> None:
            raise RuntimeError

        def lost(self, _: BaseException) -> WorldLostError:
            return WorldLostError("SUMO failed: of old age")

        def close(self) -> None:
            self.closed = True

    client = Dead()
    monkeypatch.setattr(recorded_routes, "open_client", lambda *_: client)
    inputs = pair_inputs(tmp_path)
    with pytest.raises(WorldLostError, match="of old age"):
        recorded(tmp_path, inputs)
    assert client.closed
