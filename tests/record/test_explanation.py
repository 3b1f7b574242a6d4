from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from signals.errors import RecordError, UnknownNameError
from signals.model.crossroads import crossroads
from signals.model.values import Comparison
from signals.record.explanation import Weighed, changes_before, latest_changes
from signals.record.recorder import Recorder
from signals.record.run_folder import write_run
from signals.record.run_record import RunRecord
from signals.record.tables import read_table
from tests.record.made import decision_of, snapshot_of, verdict_of

NETWORK = crossroads(pedestrians=False)
FIRST = (Comparison(10.0, 0, 0, False, 30.5, 2.0, 4.0), Comparison(10.0, 0, 2, True, 20.25, 3.0, 15.0))
SECOND = (Comparison(25.0, 0, 2, False, 12.0, 0.0, 0.0), Comparison(25.0, 0, 1, True, 11.0, 1.0, 90.0))


def written(folder: Path, *ticks: tuple[Comparison, ...], controller: str = "mine") -> Path:
    """Write a run whose controller weighed this in its ticks."""
    told = iter([(), *ticks])  # who keeps a record asks before the first tick
    recorder = Recorder(NETWORK, 10, compared=lambda: next(told))
    for time_s in range(len(ticks)):
        snapshot = snapshot_of(NETWORK, float(time_s), np.zeros(8, np.int8), np.zeros(8))
        recorder.note(snapshot, decision_of(NETWORK, [0]), verdict_of(snapshot, None, ()), ())
    write_run(folder, RunRecord("t", controller, 1, finished=True, metrics={}), NETWORK, recorder)
    return folder


def test_the_last_change_before_a_time_is_found_the_cheapest_stage_first(tmp_path: Path) -> None:
    folder = written(tmp_path, FIRST, (), SECOND)
    names = [stage.id for stage in NETWORK.intersections[0].stages]
    found = latest_changes(folder, 20.0)
    weighed = (Weighed(names[2], True, 20.25, 3.0, 15.0), Weighed(names[0], False, 30.5, 2.0, 4.0))
    assert [change[:3] for change in found] == [(10.0, NETWORK.intersections[0].id, weighed)]
    assert [change.time_s for change in latest_changes(folder, 25.0, NETWORK.intersections[0].id)] == [25.0]
    assert latest_changes(folder, 9.0) == []


def test_a_bound_that_left_only_some_stages_is_said(tmp_path: Path) -> None:
    late, kept = (one._replace(due_group=1, due_s=3.6) for one in FIRST)
    folder = written(tmp_path, (late._replace(in_time=False), kept))
    place = NETWORK.intersections[0]
    (change,) = latest_changes(folder, 20.0)
    assert [one.in_time for one in change.weighed] == [True, False]
    assert change.bound == (
        f'a bound on red or on waiting: group "{place.groups[1].id}" has to be served within 4 s, '
        f"which leaves only: {place.stages[2].id}"
    )


def test_a_run_that_knows_nothing_of_bounds_can_still_be_read(tmp_path: Path) -> None:
    folder = written(tmp_path, FIRST)
    table = folder / "comparisons.csv"
    new = latest_changes(folder, 20.0)
    table.write_text("".join(",".join(line.split(",")[:7]) + "\n" for line in table.read_text().splitlines()))
    old = latest_changes(folder, 20.0)
    assert [change.weighed for change in old] == [change.weighed for change in new]
    assert [change.bound for change in (*old, *new)] == ["", ""]


def test_every_change_of_a_stretch_can_be_asked_for(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, FIRST, SECOND) / "comparisons.csv")
    assert [change.time_s for change in changes_before(table, 30.0, 5.0, every=True)] == [10.0, 25.0]
    assert [change.time_s for change in changes_before(table, 30.0, 11.0, every=True)] == [25.0]


def test_who_says_nothing_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match='the controller "silent" says nothing'):
        latest_changes(written(tmp_path, (), controller="silent"), 20.0)


def test_a_run_of_an_older_version_is_named(tmp_path: Path) -> None:
    folder = written(tmp_path, FIRST)
    (folder / "comparisons.csv").unlink()
    with pytest.raises(RecordError, match="older version"):
        latest_changes(folder, 20.0)


def test_an_intersection_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match='"nowhere"'):
        latest_changes(written(tmp_path, FIRST), 20.0, "nowhere")


def test_a_comparison_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "comparison.json").touch()
    with pytest.raises(RecordError, match="name one of its runs"):
        latest_changes(tmp_path, 20.0)
