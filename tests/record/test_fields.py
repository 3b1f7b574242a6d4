"""Values are checked as they are taken."""

from __future__ import annotations

import math

import pytest

from signals.errors import RecordError
from signals.record.fields import Fields


def test_what_is_right_is_returned() -> None:
    data = Fields({"n": 1, "x": 0.5, "nan": None, "part": {"a": 1}, "parts": [{"a": 2}], "ok": True}, "run.json")
    assert data.take("n", int) == 1
    assert data.take("ok", bool) is True
    assert (data.number("n"), data.number("x")) == (1.0, 0.5)
    assert math.isnan(data.number("nan"))
    assert data.numbers("part") == {"a": 1.0}
    assert [part.take("a", int) for part in data.parts("parts")] == [2]
    assert data.part("part").names == ("a",)


@pytest.mark.parametrize("key", ["missing", "text", "ok"])
def test_what_is_no_number_is_refused_with_file_and_key(key: str) -> None:
    data = Fields({"text": "1", "ok": True}, "a/run.json")
    for take in (data.number, lambda name: data.take(name, int)):
        with pytest.raises(RecordError, match=rf'"a/run.json".*"{key}"'):
            take(key)


@pytest.mark.parametrize("value", [None, [], "x", 3])
def test_what_is_no_object_is_refused(value: object) -> None:
    with pytest.raises(RecordError, match="damaged"):
        Fields(value, "x")
    with pytest.raises(RecordError, match="damaged"):
        Fields({"part": value}, "x").part("part")
    with pytest.raises(RecordError, match="damaged"):
        Fields({"parts": [value]}, "x").parts("parts")
