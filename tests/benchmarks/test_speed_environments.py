"""The table of the environments' speed."""

from __future__ import annotations

import pytest

from benchmarks.speed import environments


def test_a_short_table(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "COUNTS", (2,))
    monkeypatch.setattr(environments, "TARGET", {5: 1})
    assert environments.main(["--seconds", "0.01"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines[1:-1]] == [
        "JunctionEnv", "2 replicas, Queue", "2 replicas, WaitDifference", "256 replicas, Queue, masks",
    ]  # fmt: skip
    assert lines[-1] == "all targets met"


def test_a_target_that_is_missed_is_said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "COUNTS", (2,))
    monkeypatch.setattr(environments, "TARGET", {5: 10**9})
    assert environments.main(["--seconds", "0.01"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "missed: 1,000,000,000 at 5 s"


def test_an_unknown_scenario_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert environments.main(["--scenario", "nowhere"]) == 2
    assert capsys.readouterr().err.startswith("error: ")
