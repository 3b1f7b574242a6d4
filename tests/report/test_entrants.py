"""Who failed and who is a policy, as the records of the runs say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from signals.errors import RecordError
from signals.model.network import Finding
from signals.record.run_record import RunRecord
from signals.report.entrants import Failing, PolicyView, failing_in, policies_in, records_of
from signals.report.facts import Fact
from signals.report.folder import Played
from signals.trial import FALLBACK

FELL = Finding("error", "", FALLBACK, "the controller was not followed, 1 times")
OTHER = Finding("warning", "centre", "short-amber", "Amber of 2 s.")


def run_of(seed: int, *findings: Finding, **settings: object) -> RunRecord:
    return RunRecord("town", "mine", seed, finished=True, metrics={}, findings=findings, settings=settings)


def test_records_are_read_by_controller(comparison: Path) -> None:
    folder = comparison / "net"
    found = records_of([Played("net", 1, folder / "seed-1"), Played("net", 4, folder / "seed-4")])
    assert [run.seed for run in found["net"]] == [1, 4]
    with pytest.raises(RecordError, match="run\\.json"):
        records_of([Played("net", 9, folder / "seed-9")])


def test_who_failed_once_is_named_with_the_first_reason() -> None:
    found = failing_in({"good": [run_of(1, OTHER)], "mine": [run_of(1, OTHER), run_of(2, FELL), run_of(3, FELL)]})
    assert found == [Failing("mine", 2, 3, FELL.text)]


def test_only_policies_have_a_view() -> None:
    policy = {
        "seat": {"decision_s": 5.0, "action": {"form": "NextStage"}, "others": "", "controlled": []},
        "files": {"policy.onnx": "ab"},
    }
    found = policies_in({"net": [run_of(1)], "mine": [run_of(1, policy=policy)]})
    facts = [Fact("seat.decision_s", "5.0"), Fact("seat.action.form", "NextStage"), Fact("files.policy.onnx", "ab")]
    assert found == [PolicyView("mine", facts)]
