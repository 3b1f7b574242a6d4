"""Folders of runs and comparisons come back as they were written."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest

from signals.errors import RecordError
from signals.model.crossroads import crossroads
from signals.model.document import from_document
from signals.model.network import Finding, Network
from signals.model.trips import Incidents
from signals.record.comparison import comparison_of
from signals.record.dictionary import TABLES
from signals.record.metrics import METRICS, summarise
from signals.record.recorder import Recorder
from signals.record.run_folder import (
    altered_files,
    is_whole,
    read_comparison,
    read_run,
    run_path,
    write_comparison,
    write_run,
)
from signals.record.run_record import RunRecord
from signals.record.tables import read_table
from tests.record.made import decision_of, random_trips, snapshot_of, verdict_of


@pytest.fixture(scope="module")
def network() -> Network:
    return crossroads()


def record_of(controller: str = "fixed", seed: int = 1, *, finished: bool = True) -> RunRecord:
    trips = random_trips(np.random.default_rng(seed), 100, 30.0)
    return RunRecord(
        scenario="town",
        controller=controller,
        seed=seed,
        finished=finished,
        metrics=summarise(trips, Incidents(teleports=1), 3.0, end_s=900),
        violations=2,
        note="" if finished else "interrupted by the user",
        settings={"net": "town.net.xml", "tick_ds": 10, "more": {"range_m": 200.0}},
        provenance={"commit": None, "versions": {"numpy": "2"}},
        findings=(Finding("warning", "centre", "short-amber", "Amber is short."),),
        refusals={"intergreen": 7},
    )


def same_numbers(one: dict[str, float], two: dict[str, float]) -> None:
    assert list(one) == list(two)
    np.testing.assert_allclose(list(one.values()), list(two.values()), atol=1e-8)


def written(folder: Path, network: Network, record: RunRecord) -> RunRecord:
    recorder = Recorder(network, 10)
    for tick in range(30):
        snapshot = snapshot_of(network, float(tick), np.full(12, 2 * (tick > 20)), 2.0)
        recorder.note(snapshot, decision_of(network, [tick // 10]), verdict_of(snapshot), ())
    write_run(folder, record, network, recorder, random_trips(np.random.default_rng(0), 50, 30.0))
    return record


def test_a_run_comes_back(tmp_path: Path, network: Network) -> None:
    record = written(tmp_path, network, record_of())
    found = read_run(tmp_path)
    same_numbers(dict(found.metrics), dict(record.metrics))
    for name in ("scenario", "controller", "seed", "finished", "violations", "note", "settings", "findings"):
        assert getattr(found, name) == getattr(record, name)
    assert (found.provenance, found.refusals) == (record.provenance, record.refusals)
    with (tmp_path / "network.toml").open("rb") as file:
        assert from_document(tomllib.load(file)) == network


def test_unknown_is_null_in_json_and_nothing_is_lost(tmp_path: Path, network: Network) -> None:
    written(tmp_path, network, RunRecord("town", "fixed", 1, finished=False, metrics={"delay_s": np.nan}))
    data = json.loads((tmp_path / "run.json").read_text())
    assert data["schema"] == "signals-run/1"
    assert data["metrics"] == {"delay_s": None}
    assert np.isnan(read_run(tmp_path).metrics["delay_s"])


def test_every_table_is_in_the_folders_dictionary(tmp_path: Path, network: Network) -> None:
    written(tmp_path / "run", network, record_of())
    write_comparison(tmp_path / "all", comparison_of([record_of()]))
    for folder in (tmp_path / "run", tmp_path / "all"):
        dictionary = read_table(folder / "data_dictionary.csv")
        explained = set(zip(dictionary["table"].tolist(), dictionary["column"].tolist(), strict=True))
        tables = [path for path in folder.glob("*.csv") if path.stem != "data_dictionary"]
        assert tables
        assert explained == {(path.stem, column) for path in tables for column in read_table(path)}
        assert {path.stem for path in tables} <= set(TABLES)


def test_nothing_that_is_written_names_a_traveller(tmp_path: Path, network: Network) -> None:
    recorder = Recorder(network, 10)
    snapshot = snapshot_of(network, 0.0, np.zeros(12))._replace(arrival_handle=np.array([987654321]))
    recorder.note(snapshot, decision_of(network, [0]), verdict_of(snapshot), ())
    write_run(tmp_path, record_of(), network, recorder, random_trips(np.random.default_rng(0), 5, 1.0))
    for path in tmp_path.iterdir():
        assert b"987654321" not in path.read_bytes()


def test_the_same_run_gives_the_same_bytes(tmp_path: Path, network: Network) -> None:
    for name in ("a", "b"):
        written(tmp_path / name, network, record_of())
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_whole_means_finished_known_and_untouched(tmp_path: Path, network: Network) -> None:
    assert not is_whole(tmp_path)
    (tmp_path / "tripinfo.xml").write_text("<tripinfos/>")
    written(tmp_path, network, record_of())
    assert is_whole(tmp_path)
    (tmp_path / "report.html").write_text("later")
    assert is_whole(tmp_path)
    (tmp_path / "tripinfo.xml").write_text("<tripinfos>")
    assert not is_whole(tmp_path)
    (tmp_path / "tripinfo.xml").unlink()
    assert not is_whole(tmp_path)
    written(tmp_path, network, record_of(finished=False))
    assert not is_whole(tmp_path)


def test_what_was_altered_is_named(tmp_path: Path, network: Network) -> None:
    written(tmp_path, network, record_of())
    assert altered_files(tmp_path) == ()
    for name in ("signals.csv", "network.toml"):
        with (tmp_path / name).open("a") as file:
            file.write("\n")
    assert altered_files(tmp_path) == ("network.toml", "signals.csv")
    assert altered_files(tmp_path, ["signals.csv", "trips.csv", "nothing"]) == ("signals.csv",)
    (tmp_path / "signals.csv").unlink()
    with pytest.raises(RecordError, match=r"signals\.csv"):
        altered_files(tmp_path)
    (tmp_path / "run.json").unlink()
    with pytest.raises(RecordError, match=r"run\.json"):
        altered_files(tmp_path)


def test_an_interrupted_run_without_trips_is_kept(tmp_path: Path, network: Network) -> None:
    write_run(tmp_path, record_of(finished=False), network, Recorder(network, 10))
    assert read_run(tmp_path).note == "interrupted by the user"
    assert not (tmp_path / "trips.csv").exists()
    assert "trips" not in read_table(tmp_path / "data_dictionary.csv")["table"]


def test_a_folder_that_is_being_rewritten_is_not_whole(
    tmp_path: Path, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, network, record_of())
    recorder = Recorder(network, 10)

    def fail(_: Path) -> None:
        raise RecordError("the disk is full")

    monkeypatch.setattr(recorder, "write", fail)
    with pytest.raises(RecordError):
        write_run(tmp_path, record_of(), network, recorder)
    assert not is_whole(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": "signals-run/99"}, "signals-run/99"),
        ({"schema": None}, "schema"),
        ({"seed": "1"}, "seed"),
        ({"seed": True}, "seed"),
        ({"metrics": {"delay_s": "many"}}, "delay_s"),
        ({"metrics": []}, "damaged"),
        ({"findings": [1]}, "damaged"),
    ],
)
def test_a_damaged_or_foreign_run_is_refused(
    tmp_path: Path, network: Network, change: dict[str, object], message: str
) -> None:
    written(tmp_path, network, record_of())
    path = tmp_path / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(RecordError, match=message):
        read_run(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", '{"schema"', '"x"'])
def test_what_is_no_record_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text)
    (tmp_path / "comparison.json").write_text(text)
    for read in (read_run, read_comparison):
        with pytest.raises(RecordError, match="damaged"):
            read(tmp_path)
        with pytest.raises(RecordError, match="cannot read"):
            read(tmp_path / "missing")


def test_a_comparison_comes_back(tmp_path: Path) -> None:
    runs = [record_of(name, seed, finished=seed != 4) for name in ("fixed", "net", "best") for seed in (1, 2, 3, 4)]
    record = comparison_of(runs, settings={"seeds": [1, 2, 3, 4]})
    write_comparison(tmp_path, record)
    found = read_comparison(tmp_path)
    assert [row.controller for row in found.rows] == ["fixed", "net", "best"]
    assert [(row.runs, row.interrupted, row.violations) for row in found.rows] == [(3, 1, 8)] * 3
    for metric in METRICS:
        for one, two in zip(record.rows, found.rows, strict=True):
            np.testing.assert_allclose(one.metrics[metric.name], two.metrics[metric.name], atol=1e-8)
    key = [(d.controller, d.other, d.metric, d.interval.runs) for d in record.differences]
    assert [(d.controller, d.other, d.metric, d.interval.runs) for d in found.differences] == key
    assert len(found.runs) == 12
    assert found.settings == {"seeds": [1, 2, 3, 4]}
    assert found.findings == record.findings


def test_rows_of_the_comparison_begin_with_the_headline(tmp_path: Path) -> None:
    write_comparison(tmp_path, comparison_of([record_of(name, seed) for name in ("a", "b") for seed in range(5)]))
    data = json.loads((tmp_path / "comparison.json").read_text())
    assert data["schema"] == "signals-comparison/1"
    row = data["rows"][0]
    assert list(row)[:5] == ["controller", "delay_s", "low_s", "high_s", "runs"]
    assert row["low_s"] < row["delay_s"] < row["high_s"]
    assert row["differences"]["b"]["delay_s"]["mean"] == -data["rows"][1]["differences"]["a"]["delay_s"]["mean"]
    table = read_table(tmp_path / "comparison.csv")
    np.testing.assert_allclose(table["delay_s"], [one["delay_s"] for one in data["rows"]], atol=1e-8)
    runs = read_table(tmp_path / "runs.csv")
    assert runs["delay_s"][:5].mean() == pytest.approx(row["delay_s"])


def test_a_run_lies_under_its_controller(tmp_path: Path) -> None:
    assert run_path(tmp_path, "rolling_horizon", 3) == tmp_path / "rolling_horizon" / "seed-3"
    odd = ["a:B", "a/B", "../up", "..", "", "a\\B", "a" * 300]
    places = {run_path(tmp_path, name, 1) for name in odd}
    assert len(places) == len(odd)
    assert all(place.parent.parent == tmp_path and ".." not in place.parts for place in places)
    for place in places:
        place.mkdir(parents=True)


def test_what_cannot_be_replaced_is_named(tmp_path: Path, network: Network) -> None:
    (tmp_path / "run.json").mkdir()
    with pytest.raises(RecordError, match=r"cannot write .*run\.json"):
        write_run(tmp_path, record_of(), network, Recorder(network, 10))
