"""Tables come back as they were, byte for byte the same each time, and every column is explained."""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.errors import FileError, RecordError
from signals.record.dictionary import TABLES, Column
from signals.record.tables import read_table, write_dictionary, write_table

EVENTS = {
    "time_s": np.array([0.1, np.nan, 1e20, -3.0, 25200.0]),
    "intersection": ["1.0", "", "a,b", 'say "x"', "line\nbreak"],
    "code": ["=1+1", "é", " ", "0", "-1"],
    "detail": ["", "", "", "", ""],
}


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_table(tmp_path, "events", EVENTS)
    found = read_table(tmp_path / "events.csv")
    assert list(found) == [column.name for column in TABLES["events"]]
    np.testing.assert_array_equal(found["time_s"], EVENTS["time_s"])
    assert found["intersection"].tolist() == EVENTS["intersection"]
    assert found["code"].tolist() == EVENTS["code"]


def test_the_same_data_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_table(tmp_path / name, "events", EVENTS)
    for ending in ("csv", "parquet"):
        one, two = (tmp_path / name / f"events.{ending}" for name in ("a", "b"))
        assert one.read_bytes() == two.read_bytes()


def test_numbers_are_short(tmp_path: Path) -> None:
    write_table(tmp_path, "events", EVENTS)
    with (tmp_path / "events.csv").open(newline="") as file:
        assert [row[0] for row in csv.reader(file)] == ["time_s", "0.1", "", "1e+20", "-3", "25200"]


@given(st.lists(st.floats(allow_nan=False)))
def test_every_number_survives(values: list[float]) -> None:
    from signals.record import tables  # noqa: PLC0415

    cells = tables._cells(np.array(values, np.float64))
    assert [float(cell) for cell in cells] == values


def test_parquet_holds_the_same(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    write_table(tmp_path, "events", EVENTS)
    found = parquet.read_table(tmp_path / "events.parquet").to_pydict()
    assert found["code"] == EVENTS["code"]
    np.testing.assert_array_equal(found["time_s"], EVENTS["time_s"])


def test_a_table_that_never_ends_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "events.csv")
    with pytest.raises(FileError, match=r"events\.csv.* named pipe"):
        read_table(tmp_path / "events.csv")


def test_without_pyarrow_there_is_only_csv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setattr("signals.record.tables.find_spec", lambda _: None)
    write_table(tmp_path, "events", EVENTS)
    assert [path.name for path in tmp_path.iterdir()] == ["events.csv"]


def test_an_empty_table_keeps_its_columns(tmp_path: Path) -> None:
    write_table(tmp_path, "events", {name: [] for name in EVENTS})
    found = read_table(tmp_path / "events.csv")
    assert {name: len(column) for name, column in found.items()} == dict.fromkeys(EVENTS, 0)
    assert found["time_s"].dtype == np.float64


def test_a_column_that_the_dictionary_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="vehicle_id"):
        write_table(tmp_path, "events", {**EVENTS, "vehicle_id": ["1"] * 5})
    with pytest.raises(ValueError, match="detail"):
        write_table(tmp_path, "events", {k: v for k, v in EVENTS.items() if k != "detail"})
    with pytest.raises(ValueError, match="one length"):
        write_table(tmp_path, "events", {**EVENTS, "detail": [""]})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "does not have the columns"),
        ("time_s,code\n", "does not have the columns"),
        ("time_s,intersection,code,detail\n1,2\n", "4 cells"),
        ("time_s,intersection,code,detail\nx,2,3,4\n", "damaged"),
    ],
)
def test_a_damaged_table_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "events.csv").write_text(text)
    with pytest.raises(RecordError, match=message):
        read_table(tmp_path / "events.csv")


def test_a_missing_or_unknown_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot read"):
        read_table(tmp_path / "events.csv")
    (tmp_path / "other.csv").write_text("a\n1\n")
    with pytest.raises(RecordError, match="other"):
        read_table(tmp_path / "other.csv")


def test_the_dictionary_is_a_table_and_explains_itself(tmp_path: Path) -> None:
    write_dictionary(tmp_path, TABLES)
    found = read_table(tmp_path / "data_dictionary.csv")
    pairs = list(zip(found["table"].tolist(), found["column"].tolist(), strict=True))
    assert pairs == [(name, column.name) for name, columns in TABLES.items() for column in columns]
    write_dictionary(tmp_path, ())
    assert len(read_table(tmp_path / "data_dictionary.csv")["table"]) == 0


def test_a_table_may_bring_its_own_dictionary(tmp_path: Path) -> None:
    specs = (Column("who", "", "text", "Somebody."), Column("much", "s", "number", "How much."))
    write_table(tmp_path, "mine", {"much": [1.5, np.nan], "who": ["a", "b"]}, specs=specs)
    assert (tmp_path / "mine.csv").read_text() == "who,much\na,1.5\nb,\n"
    assert read_table(tmp_path / "mine.csv", specs)["who"].tolist() == ["a", "b"]
    with pytest.raises(ValueError, match="differ in"):
        write_table(tmp_path, "mine", {"who": ["a"]}, specs=specs)
    with pytest.raises(RecordError, match="does not have the columns"):
        read_table(tmp_path / "mine.csv")
