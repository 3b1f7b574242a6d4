from __future__ import annotations

import json
from pathlib import Path

import pytest

from signals.bench.results import from_data, read_result, to_data, write_result
from signals.errors import RecordError
from tests.bench.made import failed_result, make_result


def test_what_is_written_is_read(tmp_path: Path) -> None:
    result = make_result(falls=("it raised",), violations=2)
    write_result(tmp_path, result)
    path = result.case.path(tmp_path)
    found = read_result(path)
    assert to_data(found) == to_data(result)
    assert (found.case, found.falls, found.cost) == (result.case, result.falls, result.cost)
    first = path.read_bytes()
    write_result(tmp_path, found)
    assert path.read_bytes() == first


def test_states() -> None:
    assert make_result().state == "valid"
    assert make_result(violations=1).state == "void"
    assert failed_result().state == "failed"
    assert from_data(to_data(failed_result()), "here") == failed_result()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"schema": "signals-bench-run/9"}, "has the schema"),
        ({"seed": "1"}, '"seed" is missing or not of type int'),
        ({"ground": []}, "expected a JSON object"),
        ({"cost": None}, '"cost" is missing'),
        ({"trips": [{"class": 3}]}, '"class" is missing'),
    ],
)
def test_what_is_damaged_is_refused(tmp_path: Path, change: dict[str, object], text: str) -> None:
    path = tmp_path / "seed-1.json"
    path.write_text(json.dumps({**to_data(make_result()), **change}))
    with pytest.raises(RecordError, match=text):
        read_result(path)


def test_what_is_cut_off_or_missing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "seed-1.json"
    with pytest.raises(RecordError, match="cannot read"):
        read_result(path)
    path.write_text(json.dumps(to_data(make_result()))[:50])
    with pytest.raises(RecordError, match="is damaged"):
        read_result(path)
