"""What is read of objects has the right type, is in range, or is refused with the number that TLC-FI has for it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.adapters.tlcfi import objects
from signals.adapters.tlcfi.objects import TICKS, ErrorCode, ObjectType, Reference, TlcfiError, Update

ticks = st.integers(0, TICKS - 1)


def code_of(read: Any, *arguments: Any) -> ErrorCode:
    with pytest.raises(TlcfiError) as caught:
        read(*arguments)
    assert caught.value.text == str(caught.value)
    return caught.value.code


@given(ticks, st.integers(-TICKS // 2, TICKS // 2 - 1))
def test_ticks_go_round(start: int, after_ms: int) -> None:
    assert objects.ticks_after((start + after_ms) % TICKS, start) == after_ms


def test_whole_numbers() -> None:
    assert objects.number_in({"a": 0}, "a") == 0
    assert objects.number_in({"a": TICKS - 1}, "a") == TICKS - 1
    assert objects.optional_number_in({"a": None}, "a") is None
    assert code_of(objects.number_in, {}, "a") is ErrorCode.MISSING_ATTRIBUTE
    for wrong in (1.0, "1", True, [1]):
        assert code_of(objects.number_in, {"a": wrong}, "a") is ErrorCode.INVALID_ATTRIBUTE_TYPE
    for wrong in (-1, TICKS, 10**400):
        assert code_of(objects.number_in, {"a": wrong}, "a") is ErrorCode.INVALID_ATTRIBUTE_VALUE


def test_texts() -> None:
    assert objects.text_in({"a": "b"}, "a") == "b"
    assert code_of(objects.text_in, {}, "a") is ErrorCode.MISSING_ATTRIBUTE
    assert code_of(objects.text_in, {"a": 1}, "a") is ErrorCode.INVALID_ATTRIBUTE_TYPE
    assert code_of(objects.text_in, {"a": "x" * 65}, "a") is ErrorCode.INVALID_ATTRIBUTE_VALUE


def test_lists_of_objects() -> None:
    assert objects.rows_in({"a": [{}]}, "a") == [{}]
    assert code_of(objects.rows_in, {}, "a") is ErrorCode.MISSING_ATTRIBUTE
    for wrong in ({}, [1], [{}] * 1025):
        assert code_of(objects.rows_in, {"a": wrong}, "a") is ErrorCode.INVALID_ATTRIBUTE_TYPE


def test_references() -> None:
    reference = Reference(ObjectType.SIGNAL_GROUP, ("02", "K-1_a"))
    assert objects.reference_in(objects.reference_row(*reference)) == reference
    assert code_of(objects.reference_in, None) is ErrorCode.MISSING_ATTRIBUTE
    assert code_of(objects.reference_in, {"type": 3}) is ErrorCode.MISSING_ATTRIBUTE
    assert code_of(objects.reference_in, {"type": 9, "ids": []}) is ErrorCode.UNKNOWN_OBJECT_TYPE
    for wrong in ("02", [2], ["a"] * 1025):
        assert code_of(objects.reference_in, {"type": 3, "ids": wrong}) is ErrorCode.INVALID_ATTRIBUTE_TYPE
    for wrong in (["a b"], [""], ["x" * 65], ["a", "a"], ["ä"]):
        assert code_of(objects.reference_in, {"type": 3, "ids": wrong}) is ErrorCode.INVALID_ATTRIBUTE_VALUE


def test_updates() -> None:
    row = objects.update_row(ObjectType.SIGNAL_GROUP, {"02": {"reqState": 6}, "05": {"reqState": 3}})
    assert row == {"objects": {"type": 3, "ids": ["02", "05"]}, "states": [{"reqState": 6}, {"reqState": 3}]}
    expected = Update(Reference(ObjectType.SIGNAL_GROUP, ("02", "05")), ({"reqState": 6}, {"reqState": 3}))
    assert objects.updates_in({"ticks": 5, "update": [row]}) == (5, (expected,))
    assert objects.updates_in({"ticks": 5, "update": []}) == (5, ())
    for states in ([], [{}], [{}] * 3):
        wrong = {"ticks": 5, "update": [{**row, "states": states}]}
        assert code_of(objects.updates_in, wrong) is ErrorCode.INVALID_ATTRIBUTE_VALUE


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["ticks", "update", "objects", "states", "type", "ids", "state"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["ticks", "update"]), json_values))
def test_whatever_an_update_is_nothing_else_is_raised(params: dict[str, Any]) -> None:
    try:
        objects.updates_in(params)
    except TlcfiError as error:
        assert error.code in ErrorCode  # noqa: PT017  whichever
