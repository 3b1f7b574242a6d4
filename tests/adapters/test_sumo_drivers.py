from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from signals.adapters.sumo.config import SumoInputs
from signals.adapters.sumo.drivers import Drivers, Vehicles
from signals.adapters.sumo.safe_xml import events
from signals.adapters.sumo.vehicle_types import TypeBook
from signals.errors import FileError, InputError
from tests.adapters.streets import town
from tests.adapters.sumo_tee import write

TAGS = {"vType", "route", "vehicle", "trip", "flow"}


def read(folder: Path, body: str, seed: int = 1) -> tuple[Vehicles, list[str]]:
    network, types = town(), TypeBook()
    drivers = Drivers(SumoInputs(Path("x.net.xml"), begin_s=10.0, end_s=100.0), network, types, seed)
    for element in events(write(folder, "d.xml", f"<routes>{body}</routes>"), TAGS):
        types.take(element)
        drivers.routes.take(element)
        if element.tag in {"vehicle", "trip", "flow"}:
            drivers.take(element)
    return drivers.vehicles(), drivers.notes()


def test_vehicles_trips_and_flows_become_rows_in_order(tmp_path: Path) -> None:
    found, notes = read(
        tmp_path,
        '<vType id="van" length="7"/><route id="r" edges="west tiny exit"/><vType id="unused"/>'
        '<vehicle id="1" depart="40" route="r" type="van" speedFactor="0.8"/><trip id="2" depart="20" from="west" to="exit"/>'
        '<flow id="3" begin="0" period="30" from="minor" to="side" via="exit"/>'
        '<trip id="late" depart="100" from="west" to="exit"/><trip id="early" depart="9" from="west" to="exit"/>',
    )
    index = town().edge_index
    assert found.depart_s.tolist() == [20, 30, 40, 60, 90]
    assert [kind.id for kind in found.kinds] == ["van", "DEFAULT_VEHTYPE"]
    assert found.kind.tolist() == [1, 1, 0, 1, 1]
    assert found.route.tolist() == [0, 1, 0, 1, 1]
    assert found.routes[0] == tuple(index[name] for name in ("west", "tiny", "exit"))
    assert found.routes[1] == tuple(index[name] for name in ("minor", "exit", "west", "side"))
    assert found.speed_factor[2] == np.float32(0.8)
    assert len(set(found.speed_factor.tolist())) == 5
    assert notes == []


def test_the_same_seed_gives_the_same_speeds(tmp_path: Path) -> None:
    flow = '<flow id="f" period="exp(0.5)" from="west" to="side"/>'
    one, two, other = (read(tmp_path, flow, seed)[0] for seed in (1, 1, 2))
    assert one.speed_factor.tobytes() == two.speed_factor.tobytes() != other.speed_factor.tobytes()
    assert one.depart_s.tobytes() == two.depart_s.tobytes() != other.depart_s.tobytes()
    beside = read(tmp_path, flow + '<flow id="g" period="exp(0.5)" from="west" to="side"/>')[0].depart_s
    assert set(one.depart_s) < set(beside)
    assert len(beside) > len(one.depart_s)


def test_trips_pass_their_stops(tmp_path: Path) -> None:
    stop = '<trip id="a" depart="20" from="west" to="side"><stop {} duration="9"/></trip>'
    index = town().edge_index
    around = tuple(index[name] for name in ("west", "tiny", "exit", "west", "side"))
    for place, way in (('lane="exit_0"', around), ('edge="exit"', around), ('busStop="b"', around[-2:])):
        found, notes = read(tmp_path, stop.format(place))
        assert found.routes == (way,)
        assert notes == ["1 vehicles have stops on their way, at which they do not stop here"]


def test_what_is_not_modelled_is_said(tmp_path: Path) -> None:
    found, notes = read(
        tmp_path,
        '<trip id="a" depart="triggered" from="west" to="side"/><flow id="b" begin="triggered" period="3" from="west" to="side"/>'
        '<trip id="c" depart="20" from="west" to="side" departPos="7"/><trip id="d" depart="20" from="west" to="side" arrivalPos="max"/>',
    )
    assert len(found.depart_s) == 2
    assert notes == [
        "2 vehicles wait for somebody else to depart, and are left out",
        "2 vehicles begin and end on certain lanes or places; here they do so at the ends of the edges",
    ]


def test_nobody(tmp_path: Path) -> None:
    found, notes = read(tmp_path, "")
    assert (len(found.depart_s), found.kinds, found.routes, notes) == (0, (), (), [])


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ('<trip id="a" depart="20" from="west"/>', 'line 1: <trip> "a": attribute "to" is missing'),
        ('<vehicle id="a" depart="20" route="r"/>', 'there is no route "r"'),
        (
            '<vehicle id="a" depart="20"><route edges="west exit"/></vehicle>',
            'its route goes from edge "west" to "exit"',
        ),
        ('<trip id="a" depart="20" from="side" to="west"/>', '<trip> "a": no way leads from edge "side" to "west"'),
        ('<trip id="a" depart="20" from="west" to="side" speedFactor="0"/>', "speedFactor must be > 0"),
        ('<trip id="a" depart="20" from="west" to="side" type="DEFAULT_PEDTYPE"/>', "people on foot, who cannot drive"),
        ('<flow period="1" from="west" to="side"/>', 'attribute "id" is missing'),
    ],
)
def test_travellers_that_make_no_sense(tmp_path: Path, body: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read(tmp_path, body)
    assert issubclass(FileError, InputError)
