from __future__ import annotations

from pathlib import Path

import pytest

from signals.adapters.sumo.raw_net import read_raw
from signals.adapters.sumo.ways import Ways, ways_of
from signals.errors import NetworkError
from signals.model.lanes import User
from signals.model.movements import Turn
from tests.adapters.sumo_tee import shipped, tee, tee_text, write


def read(path: Path) -> Ways:
    return ways_of(read_raw(path))


def names(ways: Ways, movements: tuple[int, ...]) -> set[str]:
    return {ways.movements[movement].id for movement in movements}


def test_lanes_come_in_file_order(tmp_path: Path) -> None:
    ways = read(tee(tmp_path))
    assert [lane.id for lane in ways.lanes][:6] == ["in_n_0", "in_w_0", "in_e_0", "out_s_0", "out_e_0", ":C_0_0"]
    assert [lane.internal for lane in ways.lanes] == [False] * 5 + [True] * 8
    assert ways.lanes[0].edge == "in_n"


def test_a_movement_follows_the_lanes_inside_the_junction(tmp_path: Path) -> None:
    ways = read(tee(tmp_path))
    left = ways.movements[2]
    assert left.id == "in_e_0>out_s_0"
    assert [ways.lanes[lane].id for lane in left.via] == [":C_2_0", ":C_5_0"]
    assert left.length_m == pytest.approx(8 + 7.21 + 8, abs=0.01)
    assert (left.speed_mps, left.turn, left.user, left.link) == (6.0, Turn.LEFT, User.VEHICLE, 2)


def test_a_crossing_is_a_movement(tmp_path: Path) -> None:
    ways = read(tee(tmp_path))
    assert len(ways.movements) == 5
    crossing = ways.movements[4]
    assert (crossing.id, crossing.turn, crossing.user) == (":C_w0_0>:C_c0_0", Turn.CROSSING, User.PEDESTRIAN)
    assert (crossing.length_m, crossing.speed_mps, crossing.via, crossing.link) == (12.0, 2.78, (), 4)


def test_who_meets_and_who_yields(tmp_path: Path) -> None:
    ways = read(tee(tmp_path))
    assert [movement.foes for movement in ways.movements] == [(1, 2, 3, 4), (0, 2), (0, 1, 3, 4), (0, 2, 4), (0, 2, 3)]
    assert [movement.yields_to for movement in ways.movements] == [(), (), (1, 3, 4), (4,), ()]
    assert ways.junction == ("C",) * 5
    assert ways.signal == ("C",) * 5


def test_without_lanes_inside_junctions_the_rows_follow_the_incoming_lanes(tmp_path: Path) -> None:
    text = """<net>
    <edge id="a"><lane id="a_0" index="0" speed="10" length="50" shape="-50,0 -5,0"/></edge>
    <edge id="b"><lane id="b_0" index="0" speed="8" length="50" shape="0,-50 0,-5"/></edge>
    <edge id="c"><lane id="c_0" index="0" speed="9" length="50" shape="5,0 50,0"/></edge>
    <junction id="J" type="priority" x="0" y="0" incLanes="b_0 a_0" intLanes="">
      <request index="0" response="10" foes="10"/><request index="1" response="00" foes="01"/></junction>
    <junction id="K" type="priority" x="50" y="0" incLanes="c_0" intLanes=""><request index="0" response="0" foes="0"/></junction>
    <connection from="a" to="c" fromLane="0" toLane="0" dir="s" state="M"/>
    <connection from="b" to="c" fromLane="0" toLane="0" dir="r" state="m"/></net>"""
    main, side = read(write(tmp_path, "plain.net.xml", text)).movements
    assert (main.foes, main.yields_to, side.foes, side.yields_to) == ((1,), (), (0,), (0,))
    assert (main.length_m, main.speed_mps) == (10.0, 9.0)
    assert side.length_m == pytest.approx(50**0.5)


def test_movements_of_the_same_lanes_have_names_of_their_own(tmp_path: Path) -> None:
    again = '<connection from="in_n" to="out_s" fromLane="0" toLane="0" dir="s" state="M"/>'
    ways = read(tee(tmp_path, more=again))
    assert [movement.id for movement in ways.movements][-1] == "in_n_0>out_s_0#2"
    assert ways.junction[-1] == ""


@pytest.mark.parametrize("lost", ['to="out_s" ', 'via=":C_5_0"'])
def test_a_lane_that_does_not_exist_is_named(tmp_path: Path, lost: str) -> None:
    text = tee_text().replace(lost, lost.replace("out_s", "out_x").replace("C_5", "C_9"))
    with pytest.raises(NetworkError, match=r"x\.net\.xml: the connection from .* which does not exist"):
        read(write(tmp_path, "x.net.xml", text))


def test_a_circle_of_lanes_inside_a_junction_ends(tmp_path: Path) -> None:
    circle = tee_text().replace(
        '<connection from=":C_5" to="out_s" fromLane="0" toLane="0" dir="l"',
        '<connection from=":C_5" to="out_s" fromLane="0" toLane="0" via=":C_2_0" dir="l"',
    )
    assert len(read(write(tmp_path, "circle.net.xml", circle)).movements[2].via) == 20


def test_halves_without_shapes_keep_the_whole_row(tmp_path: Path) -> None:
    text = tee_text().replace(
        '<connection from=":C_2" to="out_s" fromLane="0" toLane="0" via=":C_5_0" dir="l" state="m"/>',
        '<connection from=":C_2" to="out_s" fromLane="0" toLane="0" via=":C_5_0" tl="C" linkIndex="0" dir="l" state="m"/>',
    )
    split = read(write(tmp_path, "split.net.xml", text))
    assert split.movements[4].id == ":C_2_0>out_s_0"
    assert split.movements[2].foes == (), "it waits before it meets anybody"
    assert split.movements[4].foes == (0, 1, 3, 5)
    bare = read(
        write(tmp_path, "bare.net.xml", text.replace('shape="12,2 4,2"', "").replace('shape="4,2 0,-4 0,-12"', ""))
    )
    assert bare.movements[2].foes == bare.movements[4].foes == (0, 1, 3, 5)


def test_both_halves_of_an_indirect_left_turn_meet_only_whom_they_meet() -> None:
    found = shipped("fokr_bs_demo/fokr_bs.net.xml.gz")
    if found is None:
        pytest.skip("eclipse-sumo is not installed")
    ways = read(found[0])
    whole = next(m for m in ways.movements if m.id == "-2.10_1>1_1")
    second = next(m for m in ways.movements if m.id == ":38_12_0>1_1")
    assert [ways.lanes[lane].id for lane in whole.via] == [":38_12_0", ":38_44_0"]
    assert (whole.link, second.link, whole.user, second.user) == (12, 1, User.BICYCLE, User.BICYCLE)
    # The first half crosses the eastern arm, the second goes along the northern side towards the west.
    assert "-1.23_5>5_3" in names(ways, whole.foes)
    assert "-1.23_5>5_3" not in names(ways, second.foes)
    assert "-3.22_3>2_3" in names(ways, second.foes)
    assert "-3.22_3>2_3" not in names(ways, whole.foes)
    across = next(m for m in ways.movements if m.id == "-1.23_5>5_3")
    assert ":38_12_0>1_1" not in names(ways, across.foes)
