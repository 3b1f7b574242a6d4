from __future__ import annotations

from pathlib import Path

import pytest

from signals.adapters.sumo.courses import courses_of
from signals.adapters.sumo.groups import Draft, drafts_of, off_links
from signals.adapters.sumo.raw_net import read_raw
from signals.adapters.sumo.ways import ways_of
from signals.model.lanes import User
from tests.adapters.sumo_tee import SAFE, program, shipped, tee, tee_text, write


def drafts(path: Path, signal: str = "C") -> list[Draft]:
    raw = read_raw(path)
    ways = ways_of(raw)
    links: dict[int, list[int]] = {}
    for movement, name in enumerate(ways.signal):
        if name == signal:
            links.setdefault(ways.movements[movement].link, []).append(movement)
    courses = courses_of(signal, raw.programs[signal], max(links) + 1)
    off = dict(off_links(courses, links))
    return drafts_of(ways, courses, {link: found for link, found in links.items() if link not in off})


def test_links_of_one_approach_that_always_show_the_same_are_one_group(tmp_path: Path) -> None:
    found = drafts(tee(tmp_path))
    assert [draft.links for draft in found] == [(0,), (1, 3), (2,), (4,)]
    assert [draft.user for draft in found] == [User.VEHICLE] * 3 + [User.PEDESTRIAN]
    assert [set(draft.edges) for draft in found] == [{"in_n"}, {"in_w"}, {"in_e"}, set()]
    assert found[1].movements == (1, 3)
    assert found[1].column == "Gyrrrr"
    assert [set(draft.permissive) for draft in found] == [set(), {3}, {2}, set()]


def test_a_second_program_may_tell_links_apart(tmp_path: Path) -> None:
    other = program((("20", "rGggG"), ("10", "rGgrr")), name="1")
    assert [draft.links for draft in drafts(tee(tmp_path, program(), other))] == [(0,), (1,), (2,), (3,), (4,)]


def test_red_that_may_be_turned_on_is_red(tmp_path: Path) -> None:
    steps = tuple((step[0], step[1][:3] + step[1][3].replace("r", "s") + step[1][4]) for step in SAFE)
    found = drafts(tee(tmp_path, program(steps)))
    assert [draft.links for draft in found] == [(0,), (1, 3), (2,), (4,)]
    assert found[1].on_red == {3}


def test_links_that_are_always_off_belong_to_no_group(tmp_path: Path) -> None:
    steps = tuple((step[0], step[1][:3] + "o" + step[1][4]) for step in SAFE)
    path = tee(tmp_path, program(steps))
    assert [draft.links for draft in drafts(path)] == [(0,), (1,), (2,), (4,)]
    raw = read_raw(path)
    assert off_links(courses_of("C", raw.programs["C"], 5), {3: [3], 4: [4]}) == ((3, "o"),)


def test_a_link_that_people_share_is_theirs(tmp_path: Path) -> None:
    path = write(tmp_path, "shared.net.xml", tee_text().replace('linkIndex="4"', 'linkIndex="1"'))
    shared = drafts(path)[1]
    assert (shared.links, shared.user, shared.edges, shared.movements) == ((1,), User.PEDESTRIAN, frozenset(), (1, 4))


def test_the_second_half_of_an_indirect_left_turn_joins_the_group_of_its_signal() -> None:
    found = shipped("fokr_bs_demo/fokr_bs.net.xml.gz")
    if found is None:
        pytest.skip("eclipse-sumo is not installed")
    bicycles = next(draft for draft in drafts(found[0], "38") if 1 in draft.links)
    assert (bicycles.user, bicycles.links, set(bicycles.edges)) == (User.BICYCLE, (0, 1, 2), {"-5.5"})
    assert len(bicycles.movements) == 4
