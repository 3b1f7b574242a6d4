from __future__ import annotations

from pathlib import Path

from signals.adapters.sumo.conflicts import Judgement, judge
from signals.adapters.sumo.courses import courses_of
from signals.adapters.sumo.groups import Draft, drafts_of
from signals.adapters.sumo.raw_net import read_raw
from signals.adapters.sumo.ways import Ways, ways_of
from tests.adapters.sumo_tee import SAFE, Steps, program, tee, tee_text, write

NORTH, WEST, LEFT, WALK = range(4)


def judged(path: Path) -> tuple[Judgement, list[Draft], Ways]:
    raw = read_raw(path)
    ways = ways_of(raw)
    links: dict[int, list[int]] = {}
    for movement in ways.movements:
        links.setdefault(movement.link, []).append(ways.movements.index(movement))
    courses = courses_of("C", raw.programs["C"], 5)
    drafts = drafts_of(ways, courses, links)
    return judge(drafts, ways, courses), drafts, ways


def instead(state: str, other: str) -> Steps:
    return tuple((step[0], step[1].replace(state, other)) for step in SAFE)


def test_who_yields_may_be_green_with_whom_he_yields_to(tmp_path: Path) -> None:
    judgement, _, _ = judged(tee(tmp_path))
    assert set(judgement.met) == {(NORTH, WEST), (NORTH, LEFT), (NORTH, WALK)}
    assert judgement.met[NORTH, WEST] == [(0, 1), (0, 3)]
    assert judgement.conflict(WEST, NORTH)
    assert not judgement.conflict(WEST, LEFT)
    assert (judgement.unsafe, judgement.implied, judgement.shared, judgement.merging) == ([], [], [], [])
    assert judgement.yielding == {2, 3}


def test_a_left_turn_with_a_lamp_of_its_own_must_not_be_strong_against_oncoming_traffic(tmp_path: Path) -> None:
    judgement, _, _ = judged(tee(tmp_path, program(instead("rGggG", "rGGgG"))))
    assert (WEST, LEFT) in judgement.met
    assert [(doubt.first, doubt.second, doubt.steps) for doubt in judgement.unsafe] == [(1, 2, 1)]
    # Against people, a turning driver yields by law whatever his letter says.
    assert not judgement.conflict(LEFT, WALK)
    assert [(doubt.first, doubt.second) for doubt in judgement.implied] == [(2, 4)]


def test_a_turn_yields_to_people_by_law(tmp_path: Path) -> None:
    judgement, _, _ = judged(tee(tmp_path, program(instead("rGggG", "rGgGG"))))
    assert set(judgement.met) == {(NORTH, WEST), (NORTH, LEFT), (NORTH, WALK)}
    assert [(doubt.first, doubt.second) for doubt in judgement.implied] == [(3, 4)]
    assert judgement.unsafe == []
    assert 3 in judgement.yielding


def test_two_who_turn_into_one_road_merge_by_law(tmp_path: Path) -> None:
    steps = (("20", "rGrrr"), ("3", "ryrrr"), ("10", "rrGGr"), ("3", "rryyr"), ("10", "Grrrr"), ("3", "yrrrr"))
    judgement, drafts, _ = judged(tee(tmp_path, program(steps)))
    assert [draft.links for draft in drafts] == [(0,), (1,), (2,), (3,), (4,)]
    assert not judgement.conflict(2, 3)
    assert [(doubt.first, doubt.second) for doubt in judgement.implied] == [(2, 3)]
    assert judgement.yielding == {2}


def test_a_turn_under_the_lamp_of_those_who_go_straight_on_yields_by_law(tmp_path: Path) -> None:
    text = tee_text(program(instead("rGggG", "rGGgG"))).replace(
        "</net>",
        '<edge id="out_w"><lane id="out_w_0" index="0" speed="10" length="50"/></edge><connection from="in_e" '
        'to="out_w" fromLane="0" toLane="0" tl="C" linkIndex="2" dir="s" state="M"/></net>',
    )
    judgement, _, _ = judged(write(tmp_path, "lamp.net.xml", text))
    assert judgement.unsafe == []
    assert {(doubt.first, doubt.second) for doubt in judgement.implied} == {(1, 2), (2, 4)}


def test_what_goes_straight_on_never_yields_by_law(tmp_path: Path) -> None:
    judgement, _, _ = judged(tee(tmp_path, program((*SAFE, ("9", "GrrrG")))))
    assert (NORTH, WALK) in judgement.met
    assert [(doubt.first, doubt.second, doubt.steps) for doubt in judgement.unsafe] == [(0, 4, 1 << 6)]


def test_a_pair_that_is_shown_well_elsewhere_stays_compatible(tmp_path: Path) -> None:
    wrong = program(instead("rGggG", "rGGgG"), name="1")
    judgement, _, _ = judged(tee(tmp_path, program(), wrong))
    assert not judgement.conflict(WEST, LEFT)
    assert [doubt.groups for doubt in judgement.unsafe] == [(WEST, LEFT)]
    assert judgement.unsafe[0].steps == 1, "counted through all courses, the last program first"
    assert 2 in judgement.yielding


def test_movements_of_one_signal_that_meet(tmp_path: Path) -> None:
    text = tee_text().replace('linkIndex="2"', 'linkIndex="1"')
    judgement, _, _ = judged(write(tmp_path, "shared.net.xml", text))
    assert judgement.shared == [(1, 2)]
    assert 1 in judgement.yielding


def test_two_lanes_of_one_approach_that_lead_into_one(tmp_path: Path) -> None:
    text = tee_text().replace(
        '<lane id="in_n_0"', '<lane id="in_n_1" index="1" speed="10" length="88"/><lane id="in_n_0"'
    )
    second = '<connection from="in_n" to="out_s" fromLane="1" toLane="0" tl="C" linkIndex="0" dir="s" state="M"/></net>'
    judgement, _, ways = judged(write(tmp_path, "two.net.xml", text.replace("</net>", second)))
    assert [{ways.movements[movement].id for movement in pair} for pair in judgement.merging] == [
        {"in_n_0>out_s_0", "in_n_1>out_s_0"}
    ]


def test_two_that_yield_to_each_other_get_no_yielding_green(tmp_path: Path) -> None:
    text = tee_text().replace('index="1" response="00000"', 'index="1" response="00100"')
    judgement, _, _ = judged(write(tmp_path, "mutual.net.xml", text))
    assert not judgement.conflict(WEST, LEFT)
    assert 1 not in judgement.yielding
