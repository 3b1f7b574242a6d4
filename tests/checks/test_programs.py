"""Programs as they stand in files, from the file to the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from signals.checks.breaches import Breach, Report
from signals.checks.programs import check_programs
from signals.errors import FileError, NetworkError
from signals.model.timing import profile
from tests.adapters.sumo_tee import Steps, additional, program, shipped, tee, tee_text, write

RILSA = profile("rilsa")
FINE: Steps = (
    ("20", "rGggG"), ("4", "rGggr"), ("3", "ryyyr"), ("2", "rrrrr"), ("15", "Grrrr"), ("3", "yrrrr"), ("3", "rrrrr"),
)  # fmt: skip
"""As in `sumo_tee`, but people on foot have time to leave."""


def check(folder: Path, *programs: str) -> Report:
    net = tee(folder, *programs)
    return check_programs(net, RILSA, net)


def rules(report: Report) -> list[tuple[str, str]]:
    return [(breach.level, breach.rule) for breach in report.breaches]


def instead(number: int, *step: str) -> Steps:
    return (*FINE[:number], step, *FINE[number + 1 :])


def only(report: Report) -> Breach:
    (breach,) = report.breaches
    return breach


def test_a_program_that_is_fine(tmp_path: Path) -> None:
    report = check(tmp_path, program(FINE))
    assert report.breaches == ()
    assert (report.kind, report.checked) == ("SUMO network", "1 program of 1 intersection; timing profile rilsa")
    assert report.unchecked == ("long-green and max-red: who waits is not in the file",)


def test_every_program_is_checked_and_named(tmp_path: Path) -> None:
    report = check(tmp_path, program(FINE), program(instead(2, "2", "ryyyr"), name="night"))
    assert {breach.program for breach in report.breaches} == {"night"}
    short = next(breach for breach in report.breaches if breach.rule == "short-amber" and "W.sr" in breach.groups)
    assert (short.level, short.step, short.time_ds, short.seen) == ("error", 2, 240, "only 2 s")
    assert short.links == (1, 3)
    assert short.movements == ("in_w_0>out_e_0", "in_w_0>out_s_0")
    lines = Path(report.file).read_text(encoding="utf-8").splitlines()
    assert 'state="ryyyr"' in lines[short.line - 1]
    assert 'duration="2"' in lines[short.line - 1]


def test_conflict(tmp_path: Path) -> None:
    report = check(tmp_path, program(instead(4, "15", "GGrrr")))
    worst = report.breaches[0]
    assert (worst.rule, worst.groups, worst.links, worst.time_ds) == ("conflict", ("N.s", "W.s"), (0, 1), 290)
    assert worst.source == "right-of-way table of the network"


def test_a_left_turn_with_a_full_green_of_its_own(tmp_path: Path) -> None:
    steps = tuple((duration, state.replace("rGg", "rGG")) for duration, state in FINE)
    report = check(tmp_path, program(steps))
    assert ("error", "conflict") in rules(report)
    assert ("warning", "implied-yield") in rules(report), "against people and the right turn it is only bad manners"


def test_times_that_the_profile_asks_are_warnings(tmp_path: Path) -> None:
    found = only(check(tmp_path, program(instead(6, "2", "rrrrr"))))
    assert (found.level, found.rule, found.groups) == ("warning", "intergreen", ("N.s", "S.ped"))
    assert (found.seen, found.required, found.source) == ("only 5 s", "6 s", "timing profile rilsa")
    net = tee(tmp_path, program(instead(6, "2", "rrrrr")))
    assert ("warning", "intergreen") not in rules(check_programs(net, profile("m7"), net))


def test_people_need_time_to_leave(tmp_path: Path) -> None:
    found = only(check(tmp_path, program(instead(1, "3", "rGggr"))))
    assert (found.level, found.rule, found.seen) == ("warning", "clearance-cut", "only 8 s")
    found = only(check(tmp_path, program(instead(1, "1", "rGggr"))))
    assert (found.level, found.rule) == ("error", "clearance-cut")


def test_an_actuated_program_can_end_its_steps_early(tmp_path: Path) -> None:
    steps = instead(4, "15", "Grrrr", 'minDur="2"', 'maxDur="40"')
    assert check(tmp_path, program(steps)).breaches == (), "a static program does not"
    found = only(check(tmp_path, program(steps, kind="actuated")))
    assert (found.rule, found.seen, found.groups) == ("short-green", "only 2 s", ("N.s",))


def test_a_program_that_chooses_its_next_step(tmp_path: Path) -> None:
    around = instead(1, "4", "rGggr", 'next="2 3"')
    assert {("error", "skipped-amber"), ("error", "intergreen")} <= set(rules(check(tmp_path, program(around))))


@pytest.mark.parametrize(
    ("step", "rule", "seen"),
    [
        (("20", "rGXgG"), "unknown-aspect", '"X" in a state'),
        (("20", "rGgg"), "state-length", "a state of 4 letters"),
        (("20", ""), "state-length", "a state of 0 letters"),
        (("0", "ryyyr"), "impossible-time", 'duration "0"'),
        (("-5", "ryyyr"), "impossible-time", 'duration "-5"'),
        (("nan", "ryyyr"), "impossible-time", 'duration "nan"'),
        (("inf", "ryyyr"), "impossible-time", 'duration "inf"'),
        (("soon", "ryyyr"), "impossible-time", 'duration "soon"'),
        (("3", "ryyyr", 'next="99"'), "impossible-step", 'next "99"'),
    ],
)
def test_what_sumo_cannot_run(tmp_path: Path, step: tuple[str, ...], rule: str, seen: str) -> None:
    report = check(tmp_path, program(instead(2, *step)))
    found = next(breach for breach in report.breaches if breach.rule == rule)
    assert (found.level, found.seen, found.step, found.source) == ("error", seen, 2, "what SUMO reads")
    if rule != "unknown-aspect":
        assert 'program "0": not judged further: its text is wrong' in report.unchecked[0]


def test_states_too_short_for_the_network(tmp_path: Path) -> None:
    report = check(tmp_path, program((("20", "rGgg"), ("20", "Grrr"))))
    assert rules(report) == [("error", "state-length")]
    assert only(report).required == "5, one for each link of the signal in the network"


def test_programs_that_are_not_simply_followed(tmp_path: Path) -> None:
    report = check(
        tmp_path, program(FINE, kind="NEMA"), program(FINE, signal="D"), program((("9", "ooooo"),), name="off")
    )
    assert report.breaches == ()
    assert [sentence.partition(": ")[2] for sentence in report.unchecked[:-1]] == [
        'not judged further: in type "NEMA" steps do not simply follow one another',
        "not judged further: the network has no such signal",
        "not judged further: it switches the signal off",
    ]
    assert report.checked.startswith("0 programs of 0 intersections")


def test_a_program_that_leads_to_a_state_and_holds_it(tmp_path: Path) -> None:
    steps = (("3", "ryyyr"), ("2", "rrrrr"), ("9999", "Grrrr"))
    report = check(tmp_path, program(steps))
    assert report.breaches == (), "neither the missing amber behind it nor who is never green"
    assert "holds it for more than 15 minutes" in report.unchecked[0]
    switched = (("3", "ryyyr"), ("9999", "Grrrr"), ("9999", "rGggr"))
    assert ("error", "skipped-amber") in rules(check(tmp_path, program(switched))), "one by one, in the file's order"


def test_only_an_offset_is_no_program(tmp_path: Path) -> None:
    assert check(tmp_path, program(FINE), '<tlLogic id="C" programID="0" offset="5"/>').breaches == ()
    assert rules(check(tmp_path, '<tlLogic id="C" programID="0"/>')) == [("error", "impossible-step")]


def test_an_additional_file_with_its_network(tmp_path: Path) -> None:
    net = tee(tmp_path, program(instead(2, "1", "ryyyr")))
    report = check_programs(additional(tmp_path, program(FINE, name="own")), RILSA, net)
    assert (report.kind, report.breaches) == ("SUMO signal programs", ()), "the network's own are another file"


def test_an_additional_file_alone(tmp_path: Path) -> None:
    path = additional(tmp_path, program(((("4", "rGggG")), ("2.5", "ryyyr"), ("15", "Grrrr"), ("3", "rrrrr"))))
    report = check_programs(path, RILSA)
    assert sorted(rules(report)) == [
        ("warning", "short-amber"),
        ("warning", "short-green"),
        ("warning", "short-green"),
        ("warning", "skipped-amber"),
        ("warning", "skipped-amber"),
    ]
    assert {breach.groups for breach in report.breaches} == {("g0",), ("g1",), ("g4",)}
    assert "they need the network (--net)" in report.unchecked[-2]


def test_a_link_that_is_off_in_some_steps(tmp_path: Path) -> None:
    steps = tuple((duration, state.replace("rGggG", "rGogG")) for duration, state in FINE)
    assert check(tmp_path, program(steps)).breaches == ()


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no such file"):
        check_programs(tmp_path / "none.net.xml", RILSA, tmp_path / "none.net.xml")
    broken = write(tmp_path, "broken.net.xml", tee_text().replace('to="out_s"', 'to="nowhere"'))
    with pytest.raises(NetworkError, match="nowhere"):
        check_programs(broken, RILSA, broken)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("RiLSA_example1/rilsa1.net.xml", set()),
        ("nets/2x2grid/2x2.net.xml", {"intergreen"}),
        ("RESCO/ingolstadt7/ingolstadt7.net.xml", {"illegal-transition", "intergreen", "merging-lanes"}),
        ("2way-single-intersection/single-intersection.net.xml", {"short-amber", "intergreen"}),
    ],
)
def test_networks_that_everybody_has(part: str, expected: set[str]) -> None:
    found = shipped(part)
    if found is None:
        pytest.skip("eclipse-sumo or sumo-rl is not installed")
    assert {breach.rule for breach in check_programs(found[0], RILSA, found[0]).breaches} == expected
