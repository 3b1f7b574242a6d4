from __future__ import annotations

from pathlib import Path

import pytest

from signals.adapters.sumo.courses import courses_of
from signals.adapters.sumo.intersections import Choices, intersection_of
from signals.adapters.sumo.network import read_network
from signals.adapters.sumo.raw_net import read_raw
from signals.adapters.sumo.ways import ways_of
from signals.errors import UnsafePlanError
from signals.model.network import Finding
from signals.model.timing import profile
from tests.adapters.sumo_tee import SAFE, Steps, program, shipped, tee, tee_text, write


def said(path: Path) -> dict[str, Finding]:
    findings = read_network(path).findings
    assert len({finding.code for finding in findings}) == len(findings)
    assert all("\n" not in finding.text for finding in findings)
    return {finding.code: finding for finding in findings}


def with_more(*steps: tuple[str, ...]) -> Steps:
    return (*SAFE, *steps)


def test_nothing_to_say(tmp_path: Path) -> None:
    assert set(said(tee(tmp_path))) == {"short-intergreen"}


def test_an_unsafe_step_is_an_error_with_everything_named(tmp_path: Path) -> None:
    found = said(tee(tmp_path, program(with_more(("9", "GrrrG"), ("3", "yrrrr")), name="day")))["unsafe-stage"]
    assert (found.level, found.intersection) == ("error", "C")
    assert found.text == (
        'signal "C": program "day", step 6: in_n_0>out_s_0 (link 0) and :C_w0_0>:C_c0_0 (link 4) are green together '
        'and neither yields; the group "S.ped" is left out of every such step'
    )


def test_two_groups_are_reported_once(tmp_path: Path) -> None:
    steps = with_more(("9", "GGrGr"), ("3", "yyryr"))
    assert (
        "in_n_0>out_s_0 (link 0) and in_w_0>out_e_0 (link 1)"
        in said(tee(tmp_path, program(steps)))["unsafe-stage"].text
    )


def test_an_unsafe_step_of_a_pair_that_yields_elsewhere(tmp_path: Path) -> None:
    found = said(tee(tmp_path, program((*SAFE[:1], ("9", "rGGgG"), *SAFE[1:]))))["unsafe-stage"]
    assert 'program "0", step 1: in_w_0>out_e_0 (link 1) and in_e_0>out_s_0 (link 2)' in found.text
    assert found.text.endswith("the one that has to yield is shown the yielding green")


def test_a_step_of_a_second_program_is_counted_from_its_own_start(tmp_path: Path) -> None:
    raw = read_raw(
        tee(tmp_path, program(with_more(("9", "GrrrG"), ("3", "yrrrr")), name="first"), program(name="last"))
    )
    courses = courses_of("C", raw.programs["C"], 5)
    choices = Choices(profile("rilsa"), respect_plans=True, derived=False)
    _, found = intersection_of("C", courses, {link: [link] for link in range(5)}, (ways_of(raw), {}), choices)
    assert found[0].code == "unsafe-stage"
    assert 'program "first", step 6:' in found[0].text


def test_a_signal_without_a_safe_step_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsafePlanError) as refusal:
        read_network(tee(tmp_path, program((("30", "GGGGG"),), name="all")))
    assert str(refusal.value) == (
        'signal "C", program "all", step 0: in_n_0>out_s_0 (link 0) and in_w_0>out_e_0 (link 1) are green together and '
        "neither yields; no other step is safe, so the signal cannot be controlled; correct its programs"
    )


def test_a_signal_that_never_shows_green_alone_is_not_unsafe(tmp_path: Path) -> None:
    found = said(tee(tmp_path, program((("30", "rrrrr"), ("3", "ryyyr")))))
    assert 'groups "N.s", "W.sr", "E.l", "S.ped"' in found["never-green"].text


def test_who_yields_by_law(tmp_path: Path) -> None:
    found = said(tee(tmp_path, program(tuple((step[0], step[1].replace("rGgg", "rGgG")) for step in SAFE))))
    assert found["implied-yield"].level == "warning"
    assert "in_w_0>out_s_0 (link 3) and :C_w0_0>:C_c0_0 (link 4)" in found["implied-yield"].text


def test_who_is_left_without_a_plan(tmp_path: Path) -> None:
    steps = (("20", "rGrrr"), ("3", "ryrrr"), ("9", "GrrrG"), ("3", "yrrrr"))
    found = said(tee(tmp_path, program(steps)))
    assert 'no fixed-time plan serves group "S.ped"' in found["unserved"].text
    assert found["derived-stage"].level == "note"


def test_more_than_a_few_are_counted(tmp_path: Path) -> None:
    wide = tuple((step[0], f"{step[1]}rrrrrr") for step in SAFE)
    found = said(tee(tmp_path, program(wide)))["unused-links"]
    assert found.text == 'signal "C": nothing is connected to links "5", "6", "7", "8" and 2 more of its states'


def test_what_programs_do(tmp_path: Path) -> None:
    found = said(tee(tmp_path, program(), program((("1000", "rGggo"), *SAFE[1:]), name="hand", kind="NEMA")))
    assert 'program "hand"' in found["by-hand"].text
    assert 'program "hand"' in found["nema"].text
    assert 'link "4"' in found["sometimes-off"].text


def test_one_signal_for_movements_that_meet(tmp_path: Path) -> None:
    found = said(write(tmp_path, "shared.net.xml", tee_text().replace('linkIndex="2"', 'linkIndex="1"')))
    assert "in_w_0>out_e_0 (link 1) and in_e_0>out_s_0 (link 1)" in found["shared-signal"].text


def test_lanes_that_merge_as_in_ingolstadt() -> None:
    net = shipped("RESCO/ingolstadt7/ingolstadt7.net.xml")
    if net is None:
        pytest.skip("sumo-rl is not installed")
    merging = [finding for finding in read_network(*net).findings if finding.code == "merging-lanes"]
    assert [finding.intersection for finding in merging] == ["gneJ210"]
    assert "32021112#0_2>168702040#1_1 (link 6) and 32021112#0_3>168702040#1_1 (link 8)" in merging[0].text
