from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from signals.bench.legacy_delay import RESCO_DELAY
from signals.bench.results import to_data
from signals.bench.standings import standings_of
from signals.bench.tables import BENCH_TABLES, read_results, write_tables
from signals.errors import RecordError
from signals.record.tables import read_table
from tests.bench.made import failed_result, make_result

RESULTS = (
    make_result("net", 1, 30.0),
    make_result("net", 2, 34.0, falls=("once", "twice")),
    make_result("mine", 1, 20.0),
    make_result("mine", 2, 22.0, violations=3),
    failed_result("mine", 3, note='it said: "no", twice'),
    make_result("mine", 4, 24.0, metrics={**make_result().metrics, RESCO_DELAY: 21.5}),
)


def write(folder: Path) -> None:
    write_tables(folder, RESULTS, standings_of(RESULTS))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write(tmp_path)
    assert [to_data(found) for found in read_results(tmp_path)] == [to_data(result) for result in RESULTS]


def test_every_table_is_there_with_its_dictionary(tmp_path: Path) -> None:
    write(tmp_path)
    for name, specs in BENCH_TABLES.items():
        assert list(read_table(tmp_path / f"{name}.csv", specs)) == [spec.name for spec in specs]
        assert (tmp_path / f"{name}.parquet").is_file() == (find_spec("pyarrow") is not None)
    described = read_table(tmp_path / "data_dictionary.csv")
    assert set(described["table"].tolist()) == set(BENCH_TABLES)
    assert all(described["meaning"].tolist())


def test_the_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / name)
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two


def test_differences_are_listed_both_ways(tmp_path: Path) -> None:
    results = [result for result in RESULTS if result.state == "valid"]
    write_tables(tmp_path, results, standings_of(results))
    table = read_table(tmp_path / "differences.csv", BENCH_TABLES["differences"])
    found = {
        (row[0], row[1]): row[2]
        for row in zip(*(table[n].tolist() for n in ("controller", "other", "mean_s")), strict=True)
    }
    assert found == {("mine", "net"): -10, ("net", "mine"): 10}


@pytest.mark.parametrize(
    ("name", "change", "text"),
    [
        ("runs", ("valid,0", "valid,1"), "is called valid with 1 violations"),
        ("runs", (",void,", ",valid,"), "is called valid with 3 violations"),
        ("runs", ("M,crossroads,A,1,mine,2", "M,crossroads,A,1,mine,1"), "a run twice"),
        ("runs", ("M,crossroads", ",crossroads"), "without the name of its rules"),
        ("trips", ("M,crossroads,A,1,net,1", "M,crossroads,A,1,net,9"), "runs that are not in runs.csv"),
        ("costs", ("controller", "who"), "does not have the columns"),
    ],
)
def test_what_contradicts_itself_is_refused(tmp_path: Path, name: str, change: tuple[str, str], text: str) -> None:
    write(tmp_path)
    path = tmp_path / f"{name}.csv"
    assert change[0] in path.read_text()
    path.write_text(path.read_text().replace(*change))
    with pytest.raises(RecordError, match=text):
        read_results(tmp_path)
