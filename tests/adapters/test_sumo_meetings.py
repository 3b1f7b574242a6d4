from __future__ import annotations

from pathlib import Path

from signals.adapters.sumo.meetings import Encounter, encounters_of, relation_of
from signals.adapters.sumo.raw_net import read_raw
from signals.adapters.sumo.ways import Ways, ways_of
from signals.model.timelines import Relation
from signals.model.timing import profile
from tests.adapters.sumo_tee import tee, tee_text, write

NORTH, WEST, LEFT, RIGHT, WALK = range(5)
CROSSED = {":C_c0": frozenset({"out_s"})}


def met(path: Path, rules: str = "rilsa") -> tuple[dict[tuple[int, int], Encounter], Ways]:
    ways = ways_of(read_raw(path))
    found = encounters_of(range(len(ways.movements)), ways, profile(rules))
    return {(one.first, one.second): one for one in found}, ways


def relation(path: Path, pair: tuple[int, int], shared: tuple[int, ...] = (), **crossed: str) -> Relation:
    found, ways = met(path)
    over = {edge.replace("C_c0", ":C_c0"): frozenset({road}) for edge, road in crossed.items()} or CROSSED
    return relation_of(found[pair], ways, over, shared)


def test_who_meets_whom_and_who_yields(tmp_path: Path) -> None:
    found, _ = met(tee(tmp_path))
    assert {pair: one.yields for pair, one in found.items()} == {
        (NORTH, WEST): (False, False),
        (NORTH, LEFT): (False, False),
        (NORTH, RIGHT): (False, False),
        (NORTH, WALK): (False, False),
        (WEST, LEFT): (False, True),
        (LEFT, RIGHT): (True, False),
        (LEFT, WALK): (True, False),
        (RIGHT, WALK): (True, False),
    }


def test_how_long_one_waits_for_the_other(tmp_path: Path) -> None:
    found, _ = met(tee(tmp_path))
    # 12 m at 1.2 m/s, less the 12 m that the car has to the crossing at 11 m/s; briskly, 12 m at 1.5 m/s.
    assert (found[NORTH, WALK].needed_ds[1], found[NORTH, WALK].floor_ds) == (90, (30, 62))
    assert found[NORTH, WEST].floor_ds == (30, 30)
    slow, _ = met(tee(tmp_path), "m7")
    assert slow[NORTH, WEST].needed_ds == (30, 30)
    assert slow[NORTH, WALK].floor_ds == (30, 62), "whatever the profile"


def test_ways_whose_shapes_say_nothing_meet_all_the_same(tmp_path: Path) -> None:
    far = tee_text().replace('shape="-6,-9 6,-9"', 'shape="-60000,-9 -50000,-9 -60000,-9"')
    found, _ = met(write(tmp_path, "far.net.xml", far))
    assert found[NORTH, WALK].needed_ds == (30, 100), "all of 12 m at 1.2 m/s"
    assert found[NORTH, WALK].floor_ds == (30, 80)


def test_lanes_of_one_road_that_never_come_near_do_not_meet(tmp_path: Path) -> None:
    text = tee_text().replace(
        '<lane id="out_s_0"',
        '<lane id="out_s_1" index="1" speed="10" length="88" shape="30,-12 30,-100"/><lane id="out_s_0"',
    )
    text = text.replace(
        '<connection from=":C_5" to="out_s" fromLane="0" toLane="0"',
        '<connection from=":C_5" to="out_s" fromLane="0" toLane="1"',
    ).replace(
        '<connection from="in_e" to="out_s" fromLane="0" toLane="0"',
        '<connection from="in_e" to="out_s" fromLane="0" toLane="1"',
    )
    near, _ = met(write(tmp_path, "near.net.xml", text))
    assert (LEFT, RIGHT) in near, "their ways cross inside the junction"
    text = text.replace('shape="4,2 0,-4 0,-12"', 'shape="4,2 30,-4 30,-12"').replace(
        'shape="12,2 4,2"', 'shape="40,2 38,2"'
    )
    far, _ = met(write(tmp_path, "far.net.xml", text))
    assert (LEFT, RIGHT) not in far
    bare, _ = met(write(tmp_path, "bare.net.xml", text.replace('shape="-12,-2 -4,-4 0,-12"', 'shape=""')))
    assert (LEFT, RIGHT) in bare, "nobody can tell"


def test_turns_yield_by_law_to_those_beside_them(tmp_path: Path) -> None:
    net = tee(tmp_path)
    assert relation(net, (RIGHT, WALK)) is Relation.ASIDE
    assert relation(net, (LEFT, WALK)) is Relation.ASIDE
    assert relation(net, (LEFT, RIGHT)) is Relation.ASIDE, "they turn into one road"
    assert relation(net, (NORTH, WALK)) is Relation.CONFLICT, "straight on over a crossing"
    assert relation(net, (NORTH, RIGHT)) is Relation.CONFLICT


def test_the_crossing_before_the_own_stop_line_is_not_beside(tmp_path: Path) -> None:
    assert relation(tee(tmp_path), (LEFT, WALK), C_c0="in_e") is Relation.CONFLICT


def test_a_left_turn_yields_to_oncoming_traffic_under_a_shared_lamp_only(tmp_path: Path) -> None:
    net = tee(tmp_path)
    assert relation(net, (WEST, LEFT)) is Relation.CONFLICT
    assert relation(net, (WEST, LEFT), shared=(LEFT,)) is Relation.ONCOMING
    across = write(tmp_path, "a.net.xml", tee_text().replace('shape="-100,-2 -12,-2"', 'shape="-12,-90 -12,-2"'))
    assert relation(across, (WEST, LEFT), shared=(LEFT,)) is Relation.CONFLICT, "it does not come towards it"
    bare = write(tmp_path, "b.net.xml", tee_text().replace('shape="-100,-2 -12,-2"', 'shape=""'))
    assert relation(bare, (WEST, LEFT), shared=(LEFT,)) is Relation.CONFLICT, "nobody knows"


def test_bicycles_that_go_along_are_beside(tmp_path: Path) -> None:
    bikes = tee_text().replace('<lane id="in_w_0"', '<lane allow="bicycle" id="in_w_0"')
    net = write(tmp_path, "bikes.net.xml", bikes)
    assert relation(net, (WEST, LEFT)) is Relation.ASIDE
    north = tee_text().replace('<lane id="in_n_0"', '<lane allow="bicycle" id="in_n_0"')
    assert relation(write(tmp_path, "n.net.xml", north), (NORTH, LEFT)) is Relation.CONFLICT, "they come across"


def test_those_of_one_approach_sort_it_out(tmp_path: Path) -> None:
    second = '<connection from="in_n" to="out_s" fromLane="1" toLane="0" via=":C_1_0" tl="C" linkIndex="1" dir="s" state="M"/>'
    text = tee_text().replace(
        '<lane id="in_n_0"', '<lane id="in_n_1" index="1" speed="10" length="88"/><lane id="in_n_0"'
    )
    path = write(tmp_path, "two.net.xml", text.replace("</net>", f"{second}</net>"))
    found, ways = met(path)
    merging = [one for one in found.values() if relation_of(one, ways, CROSSED, ()) is Relation.MERGE]
    assert [(ways.movements[one.first].id, ways.movements[one.second].id) for one in merging] == [
        ("in_n_0>out_s_0", "in_n_1>out_s_0")
    ]
    assert merging[0].needed_ds == (0, 0)
    beside = text.replace("</net>", f"{second.replace('out_s', 'out_e')}</net>")
    found, ways = met(write(tmp_path, "apart.net.xml", beside))
    assert all(relation_of(one, ways, CROSSED, ()) is not Relation.MERGE for one in found.values())


def test_another_user_of_the_same_approach_is_beside(tmp_path: Path) -> None:
    lane = '<lane id="in_w_1" index="1" speed="5" length="88" allow="bicycle" shape="-100,-4 -12,-4"/><lane id="in_w_0"'
    more = '<connection from="in_w" to="out_e" fromLane="1" toLane="0" via=":C_1_0" tl="C" linkIndex="1" dir="s" state="M"/>'
    text = tee_text().replace('<lane id="in_w_0"', lane).replace("</net>", f"{more}</net>")
    text = text.replace('foes="10101"', 'foes="10111"').replace(
        'index="1" response="00000" foes="00101"', 'index="1" response="00000" foes="01101"'
    )
    found, ways = met(write(tmp_path, "bike.net.xml", text))
    bike = next(number for number, way in enumerate(ways.movements) if way.id == "in_w_1>out_e_0")
    assert relation_of(found[RIGHT, bike], ways, CROSSED, ()) is Relation.ASIDE


def test_bicycles_that_waited_inside_sort_it_out(tmp_path: Path) -> None:
    text = tee_text()
    for lane in ("in_n_0", "in_w_0", ":C_2_0"):
        text = text.replace(f'<lane id="{lane}"', f'<lane allow="bicycle" id="{lane}"')
    text = text.replace(
        '<connection from=":C_2" to="out_s" fromLane="0" toLane="0" via=":C_5_0" dir="l" state="m"/>',
        '<connection from=":C_2" to="out_s" fromLane="0" toLane="0" via=":C_5_0" tl="C" linkIndex="1" dir="l" state="m"/>',
    )
    found, ways = met(write(tmp_path, "wait.net.xml", text))
    waiting = next(number for number, way in enumerate(ways.movements) if way.id == ":C_2_0>out_s_0")
    assert not any(waiting in pair and NORTH in pair for pair in found)
