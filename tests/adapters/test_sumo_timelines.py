from __future__ import annotations

from pathlib import Path

import pytest

from signals.adapters.sumo.program_texts import read_program_texts
from signals.adapters.sumo.state_log import Shown
from signals.adapters.sumo.timelines import (
    SignalNet,
    holds,
    layout_of,
    layout_without_net,
    read_signal_net,
    record_of,
    timeline_of,
)
from signals.errors import FileError
from signals.model.lanes import User
from signals.model.timelines import Relation
from signals.model.timing import profile
from tests.adapters.sumo_tee import SAFE, Steps, additional, program, tee, tee_text, write

RILSA = profile("rilsa")
STATES = [state for _, state in SAFE]


def net_of(folder: Path) -> SignalNet:
    crossing = tee_text().replace('<edge id=":C_c0"', '<edge id=":C_c0" crossingEdges="out_s"')
    return read_signal_net(write(folder, "tee.net.xml", crossing), RILSA)


def test_a_network_without_its_programs(tmp_path: Path) -> None:
    net = net_of(tmp_path)
    assert {link: len(members) for link, members in net.links["C"].items()} == dict.fromkeys(range(5), 1)
    assert net.crossed == {":C_c0": frozenset({"out_s"})}
    assert net.encounters("C") is net.encounters("C"), "found out once"
    wrong = tee(tmp_path, program((("soon", "X"),)))
    assert read_signal_net(wrong, RILSA).links.keys() == {"C"}, "faults in programs do not matter here"


def test_lamps_are_links_that_show_the_same_to_the_same(tmp_path: Path) -> None:
    layout = layout_of(net_of(tmp_path), "C", STATES)
    assert [(lamp.group, lamp.user, lamp.links, lamp.column) for lamp in layout.lamps] == [
        ("N.s", User.VEHICLE, (0,), "rrrGyr"),
        ("W.sr", User.VEHICLE, (1, 3), "Gyrrrr"),
        ("E.l", User.VEHICLE, (2,), "Gyrrrr"),
        ("S.ped", User.PEDESTRIAN, (4,), "Grrrrr"),
    ]
    assert [(lamp.min_green_ds, lamp.amber_ds) for lamp in layout.lamps] == [(50, 30), (50, 30), (50, 30), (50, 0)]
    assert layout.source == "timing profile rilsa"


def test_ways_show_their_own_letters(tmp_path: Path) -> None:
    layout = layout_of(net_of(tmp_path), "C", [state.replace("y", "Y").replace("u", "X") for state in STATES])
    ways = {way.movement: (way.link, layout.lamps[way.lamp].group, way.column) for way in layout.ways}
    assert ways["in_w_0>out_s_0"] == (3, "W.sr", "gyrrrr")
    assert ways["in_w_0>out_e_0"] == (1, "W.sr", "Gyrrrr")


def test_letters_that_mean_nothing(tmp_path: Path) -> None:
    layout = layout_of(net_of(tmp_path), "C", ["rGggG", "rXyyr", "rrrrr"])
    assert layout.lamps[1].column == "G?r"


def test_meetings_know_what_their_lamps_are(tmp_path: Path) -> None:
    layout = layout_of(net_of(tmp_path), "C", STATES)
    relations = {
        (layout.ways[one.first].movement, layout.ways[one.second].movement): one.relation for one in layout.meetings
    }
    assert relations["in_n_0>out_s_0", "in_w_0>out_e_0"] is Relation.CONFLICT
    assert relations["in_w_0>out_e_0", "in_e_0>out_s_0"] is Relation.CONFLICT, "a left turn with a lamp of its own"
    assert relations["in_e_0>out_s_0", ":C_w0_0>:C_c0_0"] is Relation.ASIDE


def test_links_that_are_never_controlled_are_left_out(tmp_path: Path) -> None:
    layout = layout_of(net_of(tmp_path), "C", [state[:4] + "o" for state in STATES])
    assert [lamp.group for lamp in layout.lamps] == ["N.s", "W.sr", "E.l"]
    assert all(layout.ways[one.second].movement != ":C_w0_0>:C_c0_0" for one in layout.meetings)


def test_who_is_off_in_some_steps_is_a_lamp_of_its_own(tmp_path: Path) -> None:
    layout = layout_of(net_of(tmp_path), "C", ["rGgoG", "ryyyr", "rrrrr"])
    assert [(lamp.links, lamp.column) for lamp in layout.lamps if lamp.group.startswith("W")] == [
        ((1,), "Gyr"),
        ((3,), "oyr"),
    ]


def test_lamps_of_which_only_the_states_are_known() -> None:
    layout = layout_without_net(["GgrO", "yYrO", "rsGO"], RILSA)
    assert [(lamp.group, lamp.user, lamp.links, lamp.column) for lamp in layout.lamps] == [
        ("g0", None, (0, 1), "Gyr"),
        ("g2", None, (2,), "rrG"),
    ]
    assert [(way.link, way.column) for way in layout.ways] == [(0, "Gyr"), (1, "gys"), (2, "rrG")]
    assert layout.meetings == ()


HELD: Steps = (("3", "y"), ("2", "r"), ("1000", "G"))


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (HELD, True),
        ((*HELD[:2], ("900", "G")), False),
        ((("1000", "r"), *HELD), False),  # several are held: one after the other
        ((("1000", "G"),), False),
        ((*HELD[:2], ("1000", "G", 'next="1"')), False),
    ],
)
def test_a_program_that_holds_its_last_state(tmp_path: Path, steps: Steps, *, expected: bool) -> None:
    (text,) = read_program_texts(additional(tmp_path, program(steps)))
    assert holds(text) is expected
    made = timeline_of(text, layout_without_net([step.state for step in text.steps], RILSA))
    assert (made.follow[-1] == ()) is expected


def test_a_program_as_a_timeline(tmp_path: Path) -> None:
    path = tee(tmp_path, program(SAFE, name="day"))
    (text,) = read_program_texts(path)
    made = timeline_of(text, layout_of(net_of(tmp_path), "C", STATES))
    assert (made.intersection, made.program) == ("C", "day")
    assert made.begin_ds == (0, 200, 230, 250, 400, 430)
    assert made.duration_ds == (200, 30, 20, 150, 30, 20)
    assert (made.follow[5], made.number[5], made.line[5]) == ((0,), 5, text.steps[5].line)


def test_a_record_as_a_timeline() -> None:
    shown = [Shown(100, "G", 3), Shown(150, "r", 8), Shown(190, "r", 9)]
    made = record_of("C", shown, layout_without_net(["G", "r"], RILSA))
    assert (made.begin_ds, made.duration_ds, made.follow) == ((100, 150), (50, 40), ((1,), ()))
    assert (made.number, made.line, made.program) == ((-1, -1), (3, 8), "")


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="expected <net>"):
        read_signal_net(additional(tmp_path, program()), RILSA)
