from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from signals.bench.packages import (
    ADDED,
    MANIFEST,
    Manifest,
    add_package,
    added_packages,
    merged,
    read_package,
    write_manifest,
)
from signals.bench.results import Result
from signals.bench.standings import standings_of
from signals.bench.tables import write_tables
from signals.errors import FileError, InputError, RecordError, SignalsError
from tests.bench.made import make_result

OURS = tuple(make_result(name, seed, 30.0 + seed) for name in ("net", "mine") for seed in (1, 2))
THEIRS = tuple(make_result(name, seed, 20.0 + seed) for name in ("net", "new") for seed in (1, 2))


def manifest(results: Sequence[Result], **otherwise: object) -> Manifest:
    known: dict[str, object] = {
        "suite": "small",
        "rules": {"M": "as on a street"},
        "tiers": {"A": "everything"},
        "maps": {"crossroads": {"net.xml": "aa"}},
        "times": {"crossroads": "30 to 90 s"},
        "entrants": {result.case.controller: result.entrant_sha256 for result in results},
        "versions": {"sumo": "1.28.0"},
        "code_sha256": "cc",
        "platform": "Linux",
        "files": {},
    }
    return Manifest(**{**known, **otherwise})  # type: ignore[arg-type]


def package(folder: Path, results: Sequence[Result], **otherwise: object) -> Path:
    write_tables(folder, results, standings_of(results))
    write_manifest(folder, manifest(results, **otherwise))
    return folder


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    return package(tmp_path / "ours", OURS)


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    return package(tmp_path / "city", THEIRS)


def test_a_package_is_read_as_it_was_written(ours: Path) -> None:
    found, results = read_package(ours)
    assert found.entrants == {"net": "hash of net", "mine": "hash of mine"}
    assert [result.case for result in results] == [result.case for result in OURS]


def test_others_stand_beside_ours_under_their_package(ours: Path, theirs: Path) -> None:
    assert add_package(ours, theirs) == "city"
    names = [result.case.controller for result in merged(ours)]
    # Their net has the fingerprint of ours: it is the same run, and there once.
    assert names == ["net", "net", "mine", "mine", "new (city)", "new (city)"]
    ((name, found, _),) = added_packages(ours)
    assert (name, found.suite) == ("city", "small")
    shutil.rmtree(theirs)
    assert len(merged(ours)) == 6


def test_a_run_of_another_origin_is_another_row(ours: Path, tmp_path: Path) -> None:
    other = [make_result("net", seed, 29.0 + seed, fingerprint=f"other {seed}") for seed in (1, 2)]
    add_package(ours, package(tmp_path / "lab", other))
    assert "net (lab)" in {result.case.controller for result in merged(ours)}


def test_nothing_is_replaced(ours: Path, theirs: Path) -> None:
    add_package(ours, theirs)
    with pytest.raises(InputError, match=r"added/city\" is there already"):
        add_package(ours, theirs)


@pytest.mark.parametrize("name", ["runs.csv", "trips.csv", "series.csv", "costs.csv", "differences.csv"])
def test_an_edited_file_is_named(ours: Path, theirs: Path, name: str) -> None:
    path = theirs / name
    path.write_text(path.read_text() + " ")
    with pytest.raises(RecordError, match=rf'city/{name}" is not what "results.json" says it was'):
        add_package(ours, theirs)
    assert not (ours / ADDED).exists()


def edited(folder: Path, change: Callable[[dict[str, object]], object]) -> None:
    data = json.loads((folder / MANIFEST).read_text())
    change(data)
    (folder / MANIFEST).write_text(json.dumps(data))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda data: data.update(schema="signals-bench/9"), "has the schema"),
        (lambda data: data.update(entrants={"net": "hash of net"}), 'does not name the controller "new"'),
        (lambda data: data["entrants"].update(new="another"), "not the one that was frozen"),
        (lambda data: data.update(maps={}), 'does not name the map "crossroads"'),
        (lambda data: data.update(rules={}), 'does not name the rule set "M"'),
        (lambda data: data.update(tiers={}), 'does not name the tier "A"'),
        (lambda data: data.pop("suite"), '"suite" is missing'),
        (lambda data: data["maps"]["crossroads"].update({"net.xml": "bb"}), 'its map "crossroads" is another'),
        (lambda data: data["rules"].update(M="no rules"), 'its rule set "M" is another'),
        (lambda data: data["tiers"].update(A="more"), 'its tier "A" is another'),
        (lambda data: data["times"].update(crossroads="0 s"), 'its scored time of "crossroads" is another'),
        (lambda data: data["versions"].update(sumo="1.9.2"), "run with SUMO 1.9.2, ours with 1.28.0"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    ours: Path, theirs: Path, change: Callable[[dict[str, object]], object], text: str
) -> None:
    edited(theirs, change)
    with pytest.raises(SignalsError, match=text):
        add_package(ours, theirs)
    assert not (ours / ADDED).exists()


def test_other_travellers_are_refused(ours: Path, tmp_path: Path) -> None:
    base = make_result("new", 1, 20.0)
    trips = ({**base.trips[0], "scheduled": 99.0},)
    fewer = make_result("new", 1, 20.0, metrics={**base.metrics, "scheduled_veh": 99.0}, trips=trips)
    with pytest.raises(InputError, match="99 vehicles were scheduled, in ours 100"):
        add_package(ours, package(tmp_path / "city", [fewer]))


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (make_result("new", 1, 20.0, trips=make_result("new", 1, 25.0).trips), "disagree about delay_mean_s"),
        (make_result("new", 1, 20.0, trips=()), "needs vehicles and a delay"),
        (make_result("new", 1, -1.0), "needs vehicles and a delay"),
    ],
)
def test_numbers_that_cannot_be_are_refused(ours: Path, tmp_path: Path, result: Result, text: str) -> None:
    with pytest.raises(RecordError, match=text):
        add_package(ours, package(tmp_path / "city", [result]))


def test_a_void_run_stays_void(ours: Path, tmp_path: Path) -> None:
    add_package(ours, package(tmp_path / "city", [make_result("new", 1, 1.0, violations=1)]))
    (found,) = (result for result in merged(ours) if result.case.controller == "new (city)")
    assert found.state == "void"


@pytest.mark.parametrize("name", ["results.json", "runs.csv"])
def test_a_file_that_never_ends_is_not_waited_for(ours: Path, theirs: Path, name: str) -> None:
    (theirs / name).unlink()
    os.mkfifo(theirs / name)
    with pytest.raises(FileError, match=rf"{name}.* named pipe"):
        add_package(ours, theirs)


def test_what_is_no_package_is_said_to_be_none(ours: Path, tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="expected the folder of a suite that was run to its end"):
        add_package(ours, tmp_path)
    (tmp_path / MANIFEST).write_text("{")
    with pytest.raises(RecordError, match="is damaged"):
        add_package(ours, tmp_path)
