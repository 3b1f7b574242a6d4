"""What a run left behind, replayed."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from signals.checks.breaches import Report
from signals.checks.runs import check_run
from signals.errors import RecordError, SignalsError
from signals.record.files import sha256_of
from signals.scenario import load
from signals.trial import run

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short run of the crossroads in the built-in world."""
    folder = tmp_path_factory.mktemp("run") / "net"
    run(load("crossroads", end_s=260.0), "net", out=folder)
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "copy"))


def edit(folder: Path, table: str, change: Callable[[Rows], object]) -> None:
    """Change a table, and its hash in run.json as well."""
    path = folder / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        names = reader.fieldnames or []
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    text = json.loads((folder / "run.json").read_text())
    text["files"][path.name] = sha256_of(path)
    (folder / "run.json").write_text(json.dumps(text))


def rules(report: Report) -> set[str]:
    return {breach.rule for breach in report.breaches}


def shown(rows: Rows, group: str, aspect: str) -> dict[str, str]:
    """The first time that a group showed something after the beginning."""
    return next(row for row in rows if (row["group"], row["aspect"]) == (group, aspect) and float(row["time_s"]) > 0)


def test_a_run_that_was_fine(folder: Path) -> None:
    report = check_run(folder)
    assert report.breaches == ()
    assert (report.kind, report.checked) == ("run folder", "1 intersection, 260 s in ticks of 1 s")
    assert "display, long-green and max-red" in report.unchecked[0]


def test_an_amber_that_was_cut(folder: Path) -> None:
    def cut(rows: Rows) -> None:
        shown(rows, "north_ahead", "red").update(time_s=str(float(shown(rows, "north_ahead", "red")["time_s"]) - 1))

    edit(folder, "signals", cut)
    report = check_run(folder)
    (found,) = report.breaches
    assert (found.level, found.rule, found.intersection, found.groups) == (
        "error",
        "short-amber",
        "centre",
        ("north_ahead",),
    )
    assert (found.seen, found.required, found.source) == ("only 2.0 s", "3.0 s", "network.toml of the run")
    assert found.links
    assert found.movements[0].startswith("north_in")
    assert len(found.times_ds) == 1


def test_a_green_among_those_of_others_is_told_once(folder: Path) -> None:
    def open_up(rows: Rows) -> None:
        shown(rows, "east_ahead", "red").update(aspect="green") if any(
            float(row["time_s"]) > 0 and row["aspect"] == "red" and row["group"] == "east_ahead" for row in rows
        ) else None

    edit(folder, "signals", open_up)
    report = check_run(folder)
    assert "conflict" in rules(report)
    worst = next(breach for breach in report.breaches if breach.rule == "conflict")
    assert len(worst.times_ds) < 5, "not every second of it"
    assert worst.required == "never: two movements that meet are green together and neither yields"


def test_an_aspect_instead_of_another(folder: Path) -> None:
    edit(folder, "signals", lambda rows: shown(rows, "north_ahead", "amber").update(aspect="red_amber"))
    found = {(breach.rule, breach.seen, breach.required) for breach in check_run(folder).breaches}
    assert ("illegal-transition", "red-amber", "amber") in found


def test_nobody_is_blamed_for_what_was_not_ours(folder: Path) -> None:
    edit(folder, "signals", lambda rows: shown(rows, "north_ahead", "amber").update(aspect="red_amber"))
    edit(folder, "written", lambda rows: rows[0].update(written="0"))
    assert check_run(folder).breaches == ()


def test_nobody_is_blamed_for_what_could_not_be_read(folder: Path) -> None:
    edit(folder, "signals", lambda rows: shown(rows, "north_ahead", "amber").update(aspect="unknown"))
    assert check_run(folder).breaches == ()


def test_a_run_of_an_older_version_was_ours_from_the_beginning(folder: Path) -> None:
    (folder / "written.csv").unlink()
    text = json.loads((folder / "run.json").read_text())
    del text["files"]["written.csv"]
    (folder / "run.json").write_text(json.dumps(text))
    assert check_run(folder).breaches == ()


def test_what_the_monitor_saw_during_the_run_is_told(folder: Path) -> None:
    row = {"time_s": "7", "intersection": "centre", "rule": "max-red", "group": "north_left", "other": ""}
    detail = 'command of intersection "centre", signal group "north_left": 300.0 s, at most 240.0 s are allowed'
    edit(folder, "violations", lambda rows: rows.append({**row, "detail": detail}))
    (found,) = check_run(folder).breaches
    assert (found.rule, found.time_ds, found.seen, found.required) == ("max-red", 70, "300.0 s", "240.0 s are allowed")
    assert found.source == "the monitor during the run"


def test_a_table_that_somebody_altered(folder: Path) -> None:
    with (folder / "signals.csv").open("a") as file:
        file.write("258,centre,north_left,red,1\n")
    (found,) = check_run(folder).breaches
    assert (found.level, found.rule) == ("error", "altered-record")
    assert "signals.csv" in found.seen


def test_a_run_that_did_not_reach_its_end(folder: Path) -> None:
    (folder / "run.json").unlink()
    report = check_run(folder)
    assert report.breaches == ()
    assert any("there is no run.json" in sentence for sentence in report.unchecked)


def test_a_walk_that_an_emergency_vehicle_may_have_cut(folder: Path) -> None:
    def cut(rows: Rows) -> None:
        walk = shown(rows, "north_walk", "green")
        clearance = next(
            row
            for row in rows
            if (row["group"], row["aspect"]) == ("north_walk", "clearance")
            and float(row["time_s"]) > float(walk["time_s"])
        )
        walk["time_s"] = str(float(clearance["time_s"]) - 2)

    edit(folder, "signals", cut)
    assert "short-green" in rules(check_run(folder))
    text = json.loads((folder / "run.json").read_text())
    text["settings"]["control"] = {"emergency_range_m": 200.0}
    (folder / "run.json").write_text(json.dumps(text))
    report = check_run(folder)
    assert "short-green" not in rules(report)
    assert any("emergency vehicle" in sentence for sentence in report.unchecked)


@pytest.mark.parametrize(
    ("table", "change", "said"),
    [
        ("signals", lambda rows: rows.clear(), "nothing was recorded"),
        (
            "signals",
            lambda rows: rows[0].update(group="nobody"),
            'signals.csv" is damaged or does not fit .* there is no group "nobody" of intersection "centre"$',
        ),
        ("signals", lambda rows: rows[0].update(aspect="blue"), 'there is no aspect "blue"'),
        ("signals", lambda rows: rows[0].update(time_s=""), "a time is missing"),
        ("written", lambda rows: rows[0].update(intersection="nowhere"), 'there is no intersection "nowhere"'),
    ],
)
def test_tables_that_are_damaged(folder: Path, table: str, change: Callable[[Rows], object], said: str) -> None:
    edit(folder, table, change)
    with pytest.raises(RecordError, match=said):
        check_run(folder)


def test_a_violation_of_a_rule_that_nobody_knows(folder: Path) -> None:
    row = {"time_s": "7", "intersection": "centre", "rule": "politeness", "group": "", "other": "", "detail": ""}
    edit(folder, "violations", lambda rows: rows.append(row))
    with pytest.raises(RecordError, match=r'violations\.csv" is damaged .* there is no rule "politeness"$'):
        check_run(folder)


def test_what_is_missing_is_named(folder: Path) -> None:
    (folder / "signals.csv").unlink()
    with pytest.raises(SignalsError, match=r"signals\.csv"):
        check_run(folder)
