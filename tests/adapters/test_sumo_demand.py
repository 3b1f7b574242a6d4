from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from signals.adapters.sumo.additionals import check_net, read_additionals
from signals.adapters.sumo.config import SINGLE, RouteFile
from signals.adapters.sumo.demand import DemandWriter, VehicleTypes
from signals.adapters.sumo.safe_xml import Element, events
from signals.errors import FileError, InputError, ScenarioError
from tests.adapters.sumo_tee import additional, package, write

EDGES = frozenset({"a", "b", "c"})


def writer(folder: Path, begin_s: float = 0.0) -> DemandWriter:
    return DemandWriter(EDGES, begin_s, folder)


def routes(folder: Path, body: str) -> Path:
    return write(folder, "x.rou.xml", f"<routes>{body}</routes>")


def ids(path: Path) -> list[str]:
    return re.findall(r' id="([^"]*)"', path.read_text())


CLEAN = (
    '<vType id="t" vClass="bus"/><route id="r" edges="a b"/><vehicle id="1" type="t" route="r" depart="1"/>'
    '<trip id="2" from="a" to="c" via="b" depart="0:0:1"/><flow id="3" begin="2" end="9" period="2" from="a" to="b"/>'
    '<person id="4" depart="3"><walk edges="a b"/><ride from="b" to="c" lines="x"/></person>'
    '<vehicle id="5" depart="triggered"><route edges="c"/></vehicle><trip id="6" depart="begin" from="a" to="b"/>'
)


def test_a_clean_file_is_used_as_it_is(tmp_path: Path) -> None:
    path = routes(tmp_path, CLEAN.replace('<trip id="6" depart="begin" from="a" to="b"/>', ""))
    demand = writer(tmp_path)
    assert demand.ready(RouteFile(path)) == path
    assert demand.notes == []
    assert demand.types.vclass["t"] == "bus"
    assert demand.types.vclass["DEFAULT_BIKETYPE"] == "bicycle"


def test_departures_out_of_order_are_put_in_order(tmp_path: Path) -> None:
    path = routes(
        tmp_path,
        '<trip id="late" depart="9" from="a" to="b"/><route id="r" edges="a"/><trip id="z" depart="1" from="a" to="b"/>'
        '<trip id="y" depart="1" from="a" to="b"/><vehicle id="with" depart="triggered"><route edges="a"/></vehicle>',
    )
    copy = writer(tmp_path).ready(RouteFile(path))
    assert copy != path
    assert copy.parent == tmp_path
    assert ids(copy) == ["r", "z", "y", "with", "late"]


def test_who_departs_at_the_begin_is_sorted_there(tmp_path: Path) -> None:
    path = routes(
        tmp_path,
        '<trip id="x" depart="60" from="a" to="b"/>' + CLEAN.rpartition("<trip")[1] + CLEAN.rpartition("<trip")[2],
    )
    assert ids(writer(tmp_path, begin_s=50.0).ready(RouteFile(path))) == ["6", "x"]


def test_departures_before_the_begin_are_left_out_and_counted(tmp_path: Path) -> None:
    path = routes(tmp_path, "".join(f'<trip id="{t}" depart="{t}" from="a" to="b"/>' for t in (99, 5, 4, 30)))
    demand = writer(tmp_path, begin_s=10.0)
    assert ids(demand.ready(RouteFile(path))) == ["30", "99"]
    assert demand.notes == [f"{path}: 2 departures before the begin, 10 s, are left out"]


def test_a_flow_becomes_the_trip_that_began_it(tmp_path: Path) -> None:
    path = routes(
        tmp_path,
        '<vType id="k"/><flow id="f" begin="7" end="90" period="25" type="k" from="a" to="b" beginPos="3" speedFactor="1"/>'
        '<flow id="g" begin="3" end="90" vehsPerHour="9" number="4"><route edges="a b"/></flow>'
        '<personFlow id="p" begin="5" end="90" period="15"><walk from="a" to="b" speed="1.1"/></personFlow>'
        '<interval begin="2" end="60"><flow id="h" probability="0.5" route="r"/></interval>',
    )
    copy = writer(tmp_path).ready(RouteFile(path, SINGLE))
    found = list(events(copy, {"trip", "vehicle", "person", "flow", "personFlow"}))
    assert [(one.tag, one.attributes["id"], one.attributes["depart"]) for one in found] == [
        ("vehicle", "h", "2"),
        ("vehicle", "g", "3"),
        ("person", "p", "5"),
        ("trip", "f", "7"),
    ]
    assert found[3].attributes == {"id": "f", "type": "k", "from": "a", "to": "b", "speedFactor": "1", "depart": "7"}
    assert found[2].children[0].attributes == {"from": "a", "to": "b", "speed": "1.1"}


def test_scale_thins_out_and_multiplies(tmp_path: Path) -> None:
    path = routes(
        tmp_path,
        "".join(f'<trip id="{n}" depart="{n}" from="a" to="b"/>' for n in range(4))
        + '<flow id="f" begin="9" end="19" period="2" from="a" to="b"/>',
    )
    half = writer(tmp_path).ready(RouteFile(path, scale=0.5))
    assert ids(half) == ["1", "3", "f"]
    assert 'period="4.0"' in half.read_text()
    assert ids(writer(tmp_path).ready(RouteFile(path, scale=1.5))) == ["0", "1", "1#1", "2", "3", "3#1", "f"]
    assert ids(writer(tmp_path).ready(RouteFile(path, scale=0.0))) == []


def test_fixed_speeds_do_not_lose_travellers(tmp_path: Path) -> None:
    path = routes(
        tmp_path,
        '<trip id="1" depart="1" departSpeed="9.5" from="a" to="b"/><trip id="2" depart="2" departSpeed="max" from="a" to="b"/>'
        '<trip id="3" depart="3" departSpeed="3" insertionChecks="all" from="a" to="b"/>'
        '<trip id="4" depart="4" departSpeed="0" from="a" to="b"/>',
    )
    demand = writer(tmp_path)
    copy = demand.ready(RouteFile(path))
    speeds = [one.attributes.get("departSpeed") for one in events(copy, {"trip"})]
    assert speeds == ["max", "max", "3", "0"]
    assert "1 travellers with a fixed departSpeed" in demand.notes[0]


@pytest.mark.parametrize(
    ("body", "who"),
    [
        ('<trip id="x" depart="1" from="a" to="gone"/>', '<trip> "x"'),
        ('<vehicle id="x" depart="1"><route edges="a gone b"/></vehicle>', '<vehicle> "x"'),
        ('<route id="x" edges="gone"/>', '<route> "x"'),
        ('<person id="x" depart="1"><walk from="a" to="gone"/></person>', '<person> "x"'),
        ('<interval begin="0"><flow id="x" period="3" from="gone" to="a"/></interval>', '<flow> "x"'),
        ('<trip id="x" depart="1" from="a" to="b" via="a gone"/>', '<trip> "x"'),
        ('<routeDistribution id="d"><route id="x" edges="gone"/></routeDistribution>', '<routeDistribution> "d"'),
    ],
)
def test_an_edge_that_does_not_exist_is_named(tmp_path: Path, body: str, who: str) -> None:
    path = routes(tmp_path, f"\n{body}")
    with pytest.raises(ScenarioError) as caught:
        writer(tmp_path).ready(RouteFile(path))
    if who.startswith("<routeDistribution"):
        assert 'the edge "gone"' in str(caught.value)
    else:
        assert str(caught.value) == f'{path}, line 2: {who} uses the edge "gone", which the network does not have'


@pytest.mark.parametrize(
    "body",
    [
        '<trip id="x" from="a" to="b"/>',
        '<trip id="x" depart="-3" from="a" to="b"/>',
        '<trip id="x" depart="soon" from="a" to="b"/>',
        '<flow id="x" begin="nan" from="a" to="b"/>',
    ],
)
def test_a_departure_that_is_no_time(tmp_path: Path, body: str) -> None:
    with pytest.raises(FileError, match=r'x.rou.xml, line 1: <(trip|flow)> "x"'):
        writer(tmp_path).ready(RouteFile(routes(tmp_path, body)))


def test_what_names_files_does_not_reach_sumo(tmp_path: Path) -> None:
    path = routes(
        tmp_path,
        '<vType id="t" imgFile="../a.png"><param key="has.ssm.device" value="true"/>'
        '<param key="device.ssm.file" value="../../victim"/><param key="device.rerouting.probability" value="1"/>'
        '<param key="has.tripinfo.device" value="false"/><param key="device.rerouting.output" value="/v"/></vType>'
        '<include href="/etc/passwd"/><edgeData id="e" file="../victim"/>'
        '<vehicle id="v" depart="1"><param key=" Device.toc.File" value="../victim"/><param key="k" value="&lt;&quot;"/>'
        '<route edges="a"/></vehicle>',
    )
    demand = writer(tmp_path)
    text = demand.ready(RouteFile(path)).read_text()
    assert not re.search("victim|href|imgFile|tripinfo|ssm|passwd", text)
    assert 'key="device.rerouting.probability"' in text
    assert len(demand.notes) == 4
    (kept,) = (child.attributes for child in _vehicle(demand.ready(RouteFile(path))).children if child.tag == "param")
    assert kept == {"key": "k", "value": '<"'}


def _vehicle(path: Path) -> Element:
    (found,) = events(path, {"vehicle"})
    return found


def test_a_path_that_sumo_would_split_is_copied(tmp_path: Path) -> None:
    path = write(tmp_path, "a,b.rou.xml", "<routes/>")
    assert writer(tmp_path).ready(RouteFile(path)).name == "demand1.rou.xml"


BOMBS = {
    "laughs": '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><routes>&b;</routes>',
    "external": '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><routes>&a;</routes>',
    "deep": "<routes>" + "<a>" * 5000,
    "cut": '<routes><trip id="x" depart="1" from="a"',
    "binary": "\x00\x01\x02",
    "nothing": "",
}


@pytest.mark.parametrize("name", BOMBS)
def test_broken_and_hostile_files_are_refused_at_once(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, "x.xml", BOMBS[name])
    begin = time.process_time()
    for read in (
        lambda: writer(tmp_path).ready(RouteFile(path)),
        lambda: read_additionals([path], VehicleTypes()),
        lambda: check_net(path),
    ):
        with pytest.raises(InputError):
            read()
    assert time.process_time() - begin < 1
    assert list(tmp_path.iterdir()) == [path]


def test_travellers_of_an_additional_file_are_moved(tmp_path: Path) -> None:
    path = additional(
        tmp_path, '<vType id="t"/><route id="r" edges="a"/><vehicle id="x" type="t" depart="1" route="r"/>'
    )
    copy = writer(tmp_path).ready(RouteFile(path), definitions=False)
    assert ids(copy) == ["x"]


def test_the_demo_keeps_everybody_once(tmp_path: Path) -> None:
    sumo = package("sumo")
    if sumo is None:
        pytest.skip("SUMO is not installed")
    demo = sumo / "tools" / "game" / "fokr_bs_demo"
    demand = DemandWriter(check_net(demo / "fokr_bs.net.xml.gz"), 54000.0, tmp_path)
    for name, count in (("15_16_bicycle.trips.xml", 152), ("15_16_ped.trips.xml", 10)):
        copy = demand.ready(RouteFile(demo / name, SINGLE))
        assert len(list(events(copy, {"trip", "person"}))) == count
    assert len(list(events(demand.ready(RouteFile(demo / "15_16_veh.trips.xml.gz")), {"trip"}))) == 2323
