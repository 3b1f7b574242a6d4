from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from signals.adapters.sumo.config import SumoInputs
from signals.adapters.sumo.network import read_network
from signals.adapters.sumo.safe_xml import events
from signals.adapters.sumo.vehicle_types import TypeBook
from signals.adapters.sumo.walks import People, Walkers
from signals.errors import FileError
from signals.model.travel import Walk
from tests.adapters.sumo_tee import write
from tests.adapters.test_sumo_footways import corner


def read(folder: Path, body: str, seed: int = 1) -> tuple[People, list[str]]:
    corner(folder)
    inputs = SumoInputs(folder / "corner.net.xml", begin_s=10.0, end_s=100.0)
    types = TypeBook()
    walkers = Walkers(inputs, read_network(inputs.net), types, seed)
    for element in events(write(folder, "w.xml", f"<routes>{body}</routes>"), {"vType", "person", "personFlow"}):
        types.take(element)
        if element.tag != "vType":
            walkers.take(element)
    return walkers.people(), walkers.notes()


def test_people_and_flows_of_people_become_rows_in_order(tmp_path: Path) -> None:
    people, notes = read(
        tmp_path,
        '<vType id="brisk" vClass="pedestrian" maxSpeed="2" desiredMaxSpeed="2" speedFactor="normc(1,0,1,1)"/>'
        '<person id="a" depart="40" departPos="20"><walk from="south" to="far" arrivalPos="5" speed="1.5"/></person>'
        '<person id="b" depart="20" type="brisk"><personTrip from="south" to="far" modes="walk"/></person>'
        '<personFlow id="c" begin="30" number="2" end="50"><walk edges="far south" arrivalPos="-1"/></personFlow>'
        '<person id="late" depart="100"><walk from="south" to="far"/></person>',
    )
    assert people.walk_depart_s.tolist() == [20, 30, 40, 40]
    assert [people.walks[walk] for walk in people.walk] == [
        Walk((0,), (52.0,), 24.0), Walk((0,), (4.0,), 3.0), Walk((0,), (32.0,), 9.0), Walk((0,), (4.0,), 3.0),
    ]  # fmt: skip
    assert people.walk_speed_mps[[0, 2]].tolist() == [2.0, 1.5]
    assert people.walk_speed_mps[1] != people.walk_speed_mps[3]
    assert notes == []


def test_walks_go_on_where_the_one_before_ended(tmp_path: Path) -> None:
    person = (
        '<person id="a" depart="40"><walk from="south" to="far" arrivalPos="5"/><stop lane="far_0" duration="9"/>'
        '<walk to="west" arrivalPos="-6"/></person>'
    )
    people, notes = read(tmp_path, person)
    assert people.walks == (Walk((0, 0), (52.0, 9.0 + 9.0), 6.0 + 6.0),)
    assert notes == ["1 people or flows of people stop on their way, which they do not here"]


def test_speeds_scatter_around_that_of_the_type(tmp_path: Path) -> None:
    flow = '<personFlow id="f" period="0.1" end="90"><walk from="south" to="far"/></personFlow>'
    one, two, other = (read(tmp_path, flow, seed)[0].walk_speed_mps for seed in (1, 1, 2))
    assert one.tobytes() == two.tobytes() != other.tobytes()
    assert one.mean() == pytest.approx(1.389, abs=0.02)
    assert one.std() == pytest.approx(0.139, abs=0.015)
    fixed = read(tmp_path, flow.replace("<personFlow", '<personFlow speedFactor="1.1"'))[0].walk_speed_mps
    assert np.allclose(fixed, 1.1 * 5 / 3.6)


@pytest.mark.parametrize(
    ("body", "note"),
    [
        ('<person id="a" depart="triggered"><walk from="south" to="far"/></person>', "wait for somebody, ride"),
        ('<person id="a" depart="20"><walk from="south" to="far"/><ride to="west" lines="x"/></person>', "ride"),
        ('<person id="a" depart="20"><personTrip from="south" to="far" modes="car"/></person>', "ride"),
        ('<person id="a" depart="20"><stop lane="far_0" duration="5"/></person>', "do nothing but stop"),
        ('<person id="a" depart="20"><walk from="south" to="alone"/></person>', "have no way over pavements"),
    ],
)
def test_who_cannot_walk_is_left_out_and_counted(tmp_path: Path, body: str, note: str) -> None:
    people, notes = read(tmp_path, body)
    assert len(people.walk) == len(people.walks) == 0
    assert len(notes) == 1
    assert notes[0].startswith("1 people or flows of people")
    assert note in notes[0]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ('<person id="a" depart="20"><walk to="far"/></person>', '<walk>: attribute "from" is missing'),
        ('<person id="a" depart="20"><walk from="far"/></person>', '<walk>: attribute "to" is missing'),
        ('<person id="a" depart="20" type="DEFAULT_VEHTYPE"><walk from="south" to="far"/></person>', "do not walk"),
        ('<person id="a" depart="20"><walk from="south" to="far" speed="0"/></person>', "speed must be > 0"),
        ('<person id="a" depart="soon"><walk from="south" to="far"/></person>', "depart"),
    ],
)
def test_people_that_make_no_sense(tmp_path: Path, body: str, sentence: str) -> None:
    with pytest.raises(FileError, match=sentence):
        read(tmp_path, body)
