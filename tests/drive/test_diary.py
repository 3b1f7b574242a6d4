"""What is new is written once, and nothing that happened is missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from signals.drive.diary import Diary, Done, aspects_text, request_table
from signals.model.cabinets import (
    CabinetReport,
    GroupRequest,
    HoldRequest,
    Mode,
    PlanRequest,
    Receipt,
    Request,
    StageRequest,
)
from signals.model.crossroads import crossroads
from signals.model.values import Aspect, Command, Decision, Event, Verdict, Violation
from signals.record.audit import AuditLog, read_audit
from signals.testing import random_snapshot

NETWORK = crossroads(pedestrians=False)
COUNT = len(NETWORK.arrays.group_user)
ZEROS = np.zeros(COUNT, np.int8)


def verdict_of(*violations: Violation) -> Verdict:
    reason = ZEROS.copy()
    reason[0] = 5
    return Verdict(Command(0.0, ZEROS, np.ones(1, np.bool_)), violations, reason)


def done_of(aspect: int = Aspect.RED, accepted: bool = True) -> Done:
    none = np.zeros(0, np.int32)
    shown = np.full(COUNT, aspect, np.int8)
    report = CabinetReport(0.0, 1, Mode.OURS, shown, shown > 9, none, none.astype(np.float32))
    request = GroupRequest(shown, np.full(COUNT, -1, np.int32), np.full(COUNT, -1, np.int32))
    return Done(0, "ours", "direct", report, request, Receipt(accepted, "accepted", "", 1.0, 1.005))


def note(diary: Diary, *violations: Violation, events: tuple[Event, ...] = ()) -> None:
    snapshot = random_snapshot(NETWORK, np.random.default_rng(1), 0.0)
    decision = Decision(np.zeros(COUNT, np.bool_), np.zeros(1, np.int32))
    diary.note(snapshot, decision, verdict_of(*violations), events)


def entries(folder: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    read_audit(folder, lambda entry: found.append(dict(entry)))
    return found[1:]


def test_only_what_is_new_is_written(tmp_path: Path) -> None:
    want = np.zeros(COUNT, np.bool_)
    with AuditLog(tmp_path, {}) as log:
        diary = Diary(NETWORK, log, lambda _: None)
        for done in (done_of(), done_of(), done_of(Aspect.GREEN), done_of(Aspect.GREEN), done_of(Aspect.GREEN, False)):
            note(diary)
            assert done.report is not None
            diary.did([done], want, done.report.aspect)
    found = entries(tmp_path)
    assert [entry["tick"] for entry in found] == [0, 2, 4]
    assert found[0]["shown"] == "r" * COUNT
    assert found[0]["want"] == "0" * COUNT
    assert found[0]["reason"] == ["intergreen"]
    assert found[0]["answer_ms"] == 5.0
    assert len(str(found[0]["inputs"])) == 16
    assert (diary.same[0], diary.heard[0]) == (2 * COUNT, 5 * COUNT)


def test_events_and_violations_are_written_at_once_and_told(tmp_path: Path) -> None:
    told: list[str] = []
    with AuditLog(tmp_path, {}) as log:
        diary = Diary(NETWORK, log, told.append)
        note(
            diary,
            Violation(0.0, 0, "conflict", 0, 1, "both green"),
            events=(Event(0.0, -1, "controller-late", "level 1"),),
        )
    assert [(entry["kind"], entry["code"], entry["cabinet"]) for entry in entries(tmp_path)] == [
        ("event", "controller-late", ""),
        ("violation", "conflict", "centre"),
    ]
    assert told == ["all: event controller-late: level 1", "centre: violation conflict: both green"]
    assert diary.violations == 1


def test_a_cabinet_that_says_nothing_is_written_as_that(tmp_path: Path) -> None:
    with AuditLog(tmp_path, {}) as log:
        diary = Diary(NETWORK, log, lambda _: None)
        diary.did([Done(0, "away", "observe", None, None, None)], None, np.full(COUNT, Aspect.UNKNOWN, np.int8))
    (entry,) = entries(tmp_path)
    assert (entry["shown"], entry["mode"], entry["want"], entry["inputs"]) == ("", None, "", "")
    assert "asked" not in entry


@pytest.mark.parametrize(
    ("request_", "table"),
    [
        (StageRequest(2), {"stage": 2}),
        (PlanRequest(1, 60, 5, (30, 30)), {"plan": 1, "cycle_s": 60, "offset_s": 5, "green_s": [30, 30]}),
        (
            HoldRequest(*(np.array([bit], np.bool_) for bit in (1, 0, 0, 1))),
            {"hold": "1", "force_off": "0", "omit": "0", "call": "1"},
        ),
    ],
)
def test_requests_as_tables(request_: Request, table: dict[str, object]) -> None:
    assert request_table(request_) == table


def test_letters() -> None:
    assert aspects_text(np.array([0, 1, 2, 3, 4, -1, 77], np.int8)) == "ruGyc?!"
