"""What a supervisor knows of a site, from what it was told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.adapters.rsmp.messages import Alarm, AlarmState, StatusValue, Value
from signals.adapters.rsmp.options import Options
from signals.adapters.rsmp.sxl import STATUSES
from signals.adapters.rsmp.times import Now, stamp
from signals.adapters.rsmp.view import View, is_number
from signals.model.cabinets import Mode
from signals.model.values import Aspect
from tests.adapters.rsmp.bench import MAIN, NAME, SITE, STAMP, address

UTC = 1_769_860_800.0
DETECTORS = len(SITE.detectors)
CALM = "BBBBBBBBBBBB"


def a_view(**options: object) -> View:
    return View(SITE, Options.of(SITE, address(**options)))


def tell(view: View, at: float, *rows: tuple[str, str, Value], quality: str = "recent", ahead_s: float = 0.0) -> None:
    values = tuple(StatusValue(code, name, value, quality) for code, name, value in rows)
    view.tell(values, stamp(UTC + at + ahead_s), Now(at, UTC + at))


def letters(text: str) -> tuple[str, str, Value]:
    return ("S0001", "signalgroupstatus", text)


def test_a_plan_that_somebody_else_has_chosen_is_noted() -> None:
    view = a_view()
    for source, ours, noted in (("calendar_clock", 0, False), ("forced", 0, True), ("forced", 3, False)):
        tell(view, 1.0, letters(CALM), ("S0014", "status", "3"), ("S0014", "source", source))
        view.choose(ours)
        notes = view.report(1.0, heard=True).notes
        assert bool(notes) == noted
        assert not noted or notes[0].startswith(
            "its plan 3 was not chosen by itself but by a supervisor, and not by us"
        )


def test_before_anything_is_told_nothing_is_known() -> None:
    report = a_view().report(5.0, heard=True)
    assert (report.received_s, report.sequence, report.mode, report.plan) == (float("-inf"), 0, Mode.LOCAL, 0)
    assert set(report.aspect.tolist()) == {Aspect.UNKNOWN}
    assert set(report.detector_count.tolist()) == {-1}
    assert np.isnan(report.detector_occupied).all()
    assert np.isnan(report.clock_offset_s)


def test_letters_are_aspects_and_calls_of_people_on_foot() -> None:
    view = a_view(groups=[13, *range(2, 13)])
    tell(view, 1.0, letters("?1N0BBBFF9FB4"), ahead_s=0.25)
    report = view.report(1.0, heard=True)
    assert report.aspect.tolist()[:4] == [Aspect.GREEN, Aspect.GREEN, Aspect.AMBER, Aspect.RED_AMBER]
    assert report.aspect[9] == Aspect.CLEARANCE
    assert np.flatnonzero(report.call).tolist() == [8, 10]
    assert (report.received_s, report.sequence) == (1.0, 1)
    assert report.clock_offset_s == pytest.approx(0.25, abs=1e-3)
    report.aspect[:] = 9
    assert view.report(1.0, heard=True).aspect[0] == Aspect.GREEN


def test_what_is_old_or_late_changes_nothing() -> None:
    view = a_view()
    tell(view, 5.0, letters("1" + CALM[1:]))
    tell(view, 6.0, letters(CALM), quality="old")
    tell(view, 6.0, letters(CALM), ahead_s=-3.0)
    view.tell((StatusValue("S0001", "signalgroupstatus", CALM, "recent"),), "noon", Now(7.0, UTC))
    tell(view, 7.0, ("S0001", "signalgroupstatus", [{"a": "b"}]))
    assert view.report(7.0, heard=True).aspect[0] == Aspect.GREEN
    assert view.sequence == 1


def test_a_text_that_is_too_short_leaves_groups_unknown() -> None:
    view = a_view()
    tell(view, 1.0, letters("1"), ("S0002", "detectorlogicstatus", "1"))
    report = view.report(1.0, heard=True)
    assert report.aspect.tolist() == [Aspect.GREEN] + [Aspect.UNKNOWN] * 11
    assert report.detector_count.tolist() == [0] + [-1] * (DETECTORS - 1)


@pytest.mark.parametrize(
    ("rows", "mode"),
    [
        ([letters(CALM)], Mode.READY),
        ([letters("c" * 12)], Mode.FLASH),
        ([letters("a" * 12)], Mode.FLASH),
        ([letters("g" * 12)], Mode.FLASH),
        ([letters("h" * 12)], Mode.MANUAL),
        ([letters("b" * 12)], Mode.MANUAL),
        ([letters(CALM), ("S0011", "status", "True,False")], Mode.FLASH),
        ([letters(CALM), ("S0008", "status", "True")], Mode.MANUAL),
        ([letters(CALM), ("S0013", "status", "2,0")], Mode.MANUAL),
        ([letters(CALM), ("S0013", "status", "0")], Mode.READY),
        ([letters(CALM), ("S0020", "controlmode", "failure")], Mode.FAULT),
        ([letters(CALM), ("S0020", "controlmode", "standby")], Mode.FLASH),
        ([letters(CALM), ("S0020", "controlmode", "startup")], Mode.FLASH),
        ([letters(CALM), ("S0006", "status", "True")], Mode.PREEMPT),
    ],
)
def test_who_decides(rows: list[tuple[str, str, Value]], mode: Mode) -> None:
    view = a_view()
    tell(view, 1.0, *rows)
    assert view.report(1.0, heard=True).mode is mode
    assert view.report(1.0, heard=False).mode is Mode.OFFLINE


def test_it_is_ours_while_the_site_says_so() -> None:
    view = a_view()
    tell(view, 1.0, letters(CALM), ("S0014", "status", "3"), ("S0014", "source", "forced"))
    assert view.mode is Mode.READY, "somebody else has chosen"
    view.choose(3)
    assert (view.mode, view.plan) == (Mode.OURS, 3)
    tell(view, 2.0, ("S0014", "source", "calendar_clock"))
    assert view.mode is Mode.BACKUP
    view.choose(0)
    assert view.mode is Mode.READY
    tell(view, 3.0, ("S0014", "status", "many"))
    assert view.plan == 0


def test_the_bits_tell_local_mode_and_faults() -> None:
    view = a_view()
    tell(view, 1.0, letters(CALM))
    view.aggregated((True, *(False,) * 7))
    assert view.mode is Mode.LOCAL
    view.aggregated((False, False, True, *(False,) * 5))
    assert view.mode is Mode.FAULT
    tell(view, 2.0, ("S0011", "status", "True"))
    assert view.mode is Mode.FLASH


def test_vehicles_are_seen_where_the_site_does_not_count() -> None:
    view = a_view()
    off, on = "0" * DETECTORS, "1" + "0" * (DETECTORS - 1)
    view.report(0.0, heard=True)
    for at, digits in enumerate((off, on, off, on, on)):
        tell(view, float(at), ("S0002", "detectorlogicstatus", digits))
    tell(view, 4.5, ("S0002", "detectorlogicstatus", off), ahead_s=-3.0)
    report = view.report(5.0, heard=True)
    assert report.detector_count.tolist()[:2] == [2, 0]
    assert report.detector_occupied[0] == pytest.approx(0.6)
    again = view.report(6.0, heard=True)
    assert (int(again.detector_count[0]), float(again.detector_occupied[0])) == (0, 1.0)
    tell(view, 7.0, ("S0002", "detectorlogicstatus", "-" * DETECTORS))
    assert view.report(8.0, heard=True).detector_count[0] == -1


def test_counts_of_the_site_are_taken_where_it_counts() -> None:
    view = a_view()
    rest = ",0" * (DETECTORS - 1)
    for vehicles, percent in (("2", "50"), ("1", "100")):
        tell(view, 1.0, ("S0205", "vehicles", vehicles + rest), ("S0207", "occupancy", percent + rest))
    report = view.report(2.0, heard=True)
    assert int(report.detector_count[0]) == 3
    assert report.detector_occupied[0] == pytest.approx(0.75)
    assert int(view.report(2.5, heard=True).detector_count[0]) == 0
    tell(view, 3.0, ("S0205", "vehicles", "-1,x"), ("S0207", "occupancy", "-1"))
    failed = view.report(3.0, heard=True)
    assert failed.detector_count.tolist() == [-1] * DETECTORS
    assert np.isnan(failed.detector_occupied).all()


def an_alarm(component: str, *, active: bool = True, suspended: bool = False, code: str = "A0302") -> Alarm:
    return Alarm("1", component, code, "Issue", "", AlarmState(False, active, suspended, STAMP, "D", "3"))


def test_alarms_come_and_go_by_their_component() -> None:
    view = a_view()
    view.alarm(an_alarm(MAIN, code="A0001"))
    view.alarm(an_alarm(f"{NAME}=001DL001"))
    view.alarm(an_alarm("ev\nil\x1b[31m" + "x" * 99))
    view.alarm(Alarm("1", MAIN, "A0001", "Acknowledge"))
    shown = view.report_alarms()
    assert shown[:2] == ("A0001", f"A0302 {NAME}=001DL001")
    assert all(name.isprintable() and len(name) <= 64 for name in shown)
    view.alarm(an_alarm(MAIN, active=False, code="A0001"))
    view.alarm(an_alarm(f"{NAME}=001DL001", suspended=True))
    assert len(view.report_alarms()) == 1
    for number in range(1_000):
        view.alarm(an_alarm(str(number)))
    assert len(view.report_alarms()) == 256


def test_a_time_out_that_somebody_changed_is_an_alarm() -> None:
    view = a_view()
    tell(view, 1.0, ("S0034", "status", "5"))
    assert view.report_alarms() == ()
    view.backup_min = 1
    assert view.report_alarms() == ("backup-changed",)
    tell(view, 2.0, ("S0034", "status", "1"))
    assert view.report_alarms() == ()


def test_a_site_that_tells_for_ever_new_things_fills_nothing() -> None:
    view = a_view()
    for number in range(100):
        tell(view, 1.0, ("S0001", f"name{number}", "x"), ("S0095", "status", "x" * (1 << 17)))
    assert view.values == {}


NAMES = [(code, name) for code, kind in STATUSES.items() for name in kind.names]


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from(NAMES), st.text(max_size=40) | st.from_regex(r"[0-9,-]{0,40}")), max_size=12))
def test_no_value_does_harm(rows: list[tuple[tuple[str, str], str]]) -> None:
    view = a_view()
    for at, ((code, name), text) in enumerate(rows):
        tell(view, float(at), (code, name, text))
    report = view.report(99.0, heard=True)
    assert (report.detector_count >= -1).all()
    assert 0 <= report.plan < 100_000


def test_a_number_is_one_that_can_be_read() -> None:
    assert [is_number(text) for text in ("", "0", "99999", "100000", "-1", "²")] == [
        False,
        True,
        True,
        False,
        False,
        False,
    ]
