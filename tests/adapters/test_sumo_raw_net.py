from __future__ import annotations

from pathlib import Path

import pytest

from signals.adapters.sumo.raw_net import read_raw
from signals.adapters.sumo.records import RawConnection, RawDetector
from signals.errors import FileError
from signals.model.lanes import User
from tests.adapters.sumo_tee import additional, program, tee, tee_text, write


def test_everything_of_a_network(tmp_path: Path) -> None:
    raw = read_raw(tee(tmp_path))
    edges = {edge.id: edge for edge in raw.edges}
    assert [edge.function for edge in (edges["in_n"], edges[":C_0"], edges[":C_c0"])] == ["", "internal", "crossing"]
    lane = edges["in_n"].lanes[0]
    assert (lane.id, lane.number, lane.speed_mps, lane.length_m) == ("in_n_0", 0, 13.89, 88.0)
    assert (lane.shape, lane.width_m, lane.user) == (((0.0, 100.0), (0.0, 12.0)), 3.2, User.VEHICLE)
    assert edges[":C_w0"].lanes[0].user is User.PEDESTRIAN
    junction = raw.junctions[0]
    assert (junction.id, junction.type, junction.x_m, junction.y_m) == ("C", "traffic_light", 0.0, 0.0)
    assert junction.internal_lanes == (":C_0_0", ":C_1_0", ":C_5_0", ":C_3_0", ":C_c0_0")
    assert junction.incoming_lanes[0] == "in_n_0"
    assert junction.response[2] == 0b11010
    assert junction.foes[0] == 0b11110
    assert raw.connections[2] == RawConnection("in_e_0", "out_s_0", ":C_2_0", "C", 2, -1, "l")
    assert raw.connections[4] == RawConnection(":C_0_0", "out_s_0", "", "", -1, -1, "s")
    (only,) = raw.programs["C"]
    assert (only.id, only.type, only.offset_s, len(only.phases)) == ("0", "static", 0.0, 6)
    assert only.phases[0] == (20.0, "rGggG", 0.0, 0.0)


def test_additional_files_add_programs_and_loops(tmp_path: Path) -> None:
    net = tee(tmp_path)
    more = additional(
        tmp_path,
        program((("1:00:00", "GGGGG", 'minDur="5"', 'maxDur="50"'),), name="night", kind="actuated", offset="3")
        + '<inductionLoop id="a" lane="in_n_0" pos="-10"/><e1Detector id="b" lane="in_w_0" pos="3" length="1"/>'
        + '<WAUT id="w" startProg="0"><wautSwitch time="0" to="night"/></WAUT><e2Detector id="q" lane="in_n_0" pos="1"/>',
    )
    raw = read_raw(net, [more])
    assert [one.id for one in raw.programs["C"]] == ["0", "night"]
    assert raw.programs["C"][1].phases == ((3600.0, "GGGGG", 5.0, 50.0),)
    assert raw.programs["C"][1].path == more
    assert raw.detectors == (RawDetector("a", "in_n_0", -10.0, 2.0), RawDetector("b", "in_w_0", 3.0, 1.0))
    assert raw.left_out == {"WAUT": ["w"], "e2Detector": ["q"]}


def test_a_program_without_steps_changes_the_offset_of_a_known_one(tmp_path: Path) -> None:
    more = additional(tmp_path, '<tlLogic id="C" programID="0" offset="7"><param key="a" value="b"/></tlLogic>')
    (only,) = read_raw(tee(tmp_path), [more]).programs["C"]
    assert (only.offset_s, len(only.phases)) == (7.0, 6)


def test_a_link_of_minus_one_is_not_controlled(tmp_path: Path) -> None:
    text = tee_text().replace('linkIndex="3"', 'linkIndex="-1"')
    connection = read_raw(write(tmp_path, "a.net.xml", text)).connections[3]
    assert (connection.signal, connection.link) == ("", -1)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('speed="13.89"', 'speed="0"', "length and speed must be > 0"),
        ('speed="13.89"', "", 'attribute "speed" is missing'),
        ('shape="0,100 0,12"', 'shape="0,100 north"', "must be a list of x,y points"),
        ('shape="0,100 0,12"', 'shape="0,100 7"', "must be a list of x,y points"),
        ('shape="0,100 0,12"', 'shape="0,inf 0,12"', "must be a list of x,y points"),
        ('speed="13.89"', 'speed="1e300"', "at most 1e+06 m and 10000 m/s"),
        ('duration="20"', 'duration="1e300"', "at most 1e+07 s"),
        ('foes="11110"', 'foes="1x110"', "must be made of 0 and 1"),
        ('foes="11110"', 'foes=""', "must be made of 0 and 1"),
        ('linkIndex="2"', 'linkIndex="two"', 'attribute "linkIndex" must be a number'),
        ('state="rGggG"', 'state="rGggX"', "must be made of the letters"),
        ('state="rGggG"', 'state=""', "must be made of the letters"),
        ('state="rGggG"', 'state="rGgg"', "different lengths"),
        ('duration="20"', 'duration="0"', "its duration must be > 0"),
        ('duration="20"', 'duration="20" minDur="-1"', "bounds >= 0"),
        ('programID="0"', 'programID="0" offset="x"', "line 1"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    path = write(tmp_path, "wrong.net.xml", tee_text().replace(old, new, 1))
    with pytest.raises(FileError, match=rf"^{path}, line \d+: ") as refusal:
        read_raw(path)
    assert sentence in str(refusal.value)


def test_a_program_defined_twice_is_refused(tmp_path: Path) -> None:
    more = additional(tmp_path, program())
    with pytest.raises(FileError, match=r'more.add.xml, line 2: <tlLogic> "C": program "0" .* defined twice'):
        read_raw(tee(tmp_path), [more])


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="expected <net> as the outermost element, found <routes>"):
        read_raw(write(tmp_path, "x.rou.xml", "<routes/>"))
