from __future__ import annotations

from pathlib import Path

import pytest

from signals.checks.breaches import Report
from signals.checks.state_logs import check_state_log
from signals.errors import FileError
from signals.model.timing import profile
from tests.adapters.sumo_tee import Steps, tee, write
from tests.checks.test_programs import FINE


def states(steps: Steps, *, signal: str = "C", begin_s: float = 100.0) -> str:
    """A record of every second."""
    rows, now = [], begin_s
    for duration, state in steps:
        for _ in range(int(duration)):
            rows.append(f'<tlsState time="{now:.2f}" id="{signal}" programID="online" phase="0" state="{state}"/>')
            now += 1
    return "\n".join(rows)


def check(folder: Path, *records: str) -> Report:
    path = write(folder, "states.xml", f"<tlsStates>\n{''.join(records)}\n</tlsStates>")
    return check_state_log(path, profile("rilsa"), tee(folder))


def test_a_record_that_is_fine(tmp_path: Path) -> None:
    report = check(tmp_path, states((*FINE, *FINE)))
    assert report.breaches == ()
    assert (report.kind, report.checked) == ("SUMO record of signals", "1 intersection, 99 s; timing profile rilsa")


def test_what_happened_is_named_with_its_times(tmp_path: Path) -> None:
    cut = (*FINE[:2], ("1", "ryyyr"), *FINE[3:])
    report = check(tmp_path, states((*cut, *cut, *FINE)))
    short = next(breach for breach in report.breaches if breach.rule == "short-amber" and "W.sr" in breach.groups)
    assert (short.level, short.time_ds, short.times_ds) == ("error", 1240, (1240, 1720))
    assert (short.step, short.program) == (-1, "")
    lines = Path(report.file).read_text(encoding="utf-8").splitlines()
    assert 'time="124.00"' in lines[short.line - 1]


def test_what_began_before_or_ends_after_the_record_is_not_judged(tmp_path: Path) -> None:
    assert check(tmp_path, states((("1", "rGggG"), *FINE[1:], ("1", "rGggG")))).breaches == ()


def test_only_changes_may_be_recorded(tmp_path: Path) -> None:
    rows = [
        f'<tlsState time="{time}" id="C" programID="0" phase="0" state="{state}"/>'
        for time, state in ((0, "rGggG"), (20, "rrrrr"), (25, "Grrrr"))
    ]
    found = {(breach.rule, breach.time_ds) for breach in check(tmp_path, *rows).breaches}
    assert ("skipped-amber", 200) in found


def test_states_that_fit_nothing(tmp_path: Path) -> None:
    odd = '<tlsState time="0" id="C" programID="0" phase="0" state="{}"/>'
    report = check(tmp_path, odd.format("rGXgG"), odd.format("rrrrr"))
    found = next(breach for breach in report.breaches if breach.rule == "unknown-aspect")
    assert (found.level, found.seen, found.line) == ("error", '"X" in a state', 2)
    report = check(tmp_path, odd.format("rrrr"), odd.format("rrrrr"))
    assert [breach.rule for breach in report.breaches] == ["state-length"]
    assert "do not fit the network" in report.unchecked[0]


def test_signals_that_the_network_does_not_have(tmp_path: Path) -> None:
    report = check(tmp_path, states(FINE, signal="elsewhere"))
    assert report.breaches == ()
    assert report.unchecked[0] == 'intersection "elsewhere": not judged: the network has no such signal'


def test_what_is_no_record_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="tlsStates"):
        check_state_log(tee(tmp_path), profile("rilsa"), tee(tmp_path))
