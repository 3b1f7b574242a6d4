"""Of a response made like one before only what has changed is read, and nothing else than reading it whole would find."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.adapters.ntcip.ber import COUNTER32, INTEGER, BrokenMessageError, integer_content, oid_of
from signals.adapters.ntcip.messages import Binding, Kind, Message, Version, decode, encode, nothing, octets
from signals.adapters.ntcip.shapes import Shape

OIDS = [oid_of((1, 3, 6, 1, 4, 1, 1206, 4, 2, 1, number)) for number in range(40)]
FIRST_ID = 1 << 24

values = st.integers(-(1 << 31), (1 << 31) - 1)
rows = st.lists(st.tuples(st.sampled_from((INTEGER, COUNTER32)), values), min_size=1, max_size=40)


def response(values_: list[tuple[int, int]], request_id: int = FIRST_ID, error: int = 0) -> bytes:
    bindings = [
        Binding(oid, tag, value if tag == INTEGER else value + (1 << 31))
        for oid, (tag, value) in zip(OIDS, values_, strict=False)
    ]
    return encode(Message(Version.V1, b"public", Kind.RESPONSE, request_id, error, 0, tuple(bindings)))


def sizes(values_: list[tuple[int, int]]) -> list[int]:
    return [len(integer_content(value if tag == INTEGER else value + (1 << 31))) for tag, value in values_]


def shape_of(data: bytes) -> Shape:
    shape = Shape.of(data, decode(data))
    assert shape is not None
    return shape


@given(rows, st.data(), st.integers(FIRST_ID, (1 << 31) - 1))
def test_it_reads_what_reading_it_whole_finds(before: list[tuple[int, int]], data: st.DataObject, number: int) -> None:
    after = [(tag, data.draw(st.sampled_from((value, value ^ 1, -1 - value, 7)))) for tag, value in before]
    shape, told = shape_of(response(before)), response(after, number)
    if shape.request_id(told) is not None:
        assert shape.request_id(told) == number
        assert shape.read(told) == decode(told).bindings
        assert shape.read(told) == decode(told).bindings
    else:
        assert sizes(before) != sizes(after)


@given(rows, st.integers(0), st.integers(1, 255))
def test_whatever_else_is_turned_makes_another_response(before: list[tuple[int, int]], at: int, bits: int) -> None:
    whole = response(before)
    shape, at = shape_of(whole), at % len(whole)
    turned = bytes(octet ^ bits if k == at else octet for k, octet in enumerate(whole))
    if shape.request_id(turned) is None:
        return
    try:
        assert shape.read(turned) == decode(turned).bindings
    except BrokenMessageError:
        # A negative request id is waited for by nobody; a counter of more than 32 bits is read in neither way.
        if shape.request_id(turned) == FIRST_ID:
            with pytest.raises(BrokenMessageError):
                shape.read(turned)
            with pytest.raises(BrokenMessageError):
                decode(turned)


def test_several_values_change_at_once() -> None:
    shape = shape_of(response([(INTEGER, 1), (INTEGER, 300), (COUNTER32, 0), (INTEGER, -5)]))
    told = response([(INTEGER, 2), (INTEGER, 301), (COUNTER32, 9), (INTEGER, -6)])
    assert [binding.value for binding in shape.read(told)] == [2, 301, (1 << 31) + 9, -6]
    assert shape.bindings == shape.read(told)


def test_errors_texts_and_nothing_have_no_shape() -> None:
    refused = response([(INTEGER, 1)], error=2)
    assert Shape.of(refused, decode(refused)) is None
    for binding in (octets(OIDS[0], b"\x01"), nothing(OIDS[0])):
        data = encode(Message(Version.V1, b"public", Kind.RESPONSE, FIRST_ID, 0, 0, (binding,)))
        assert Shape.of(data, decode(data)) is None
    empty = encode(Message(Version.V1, b"public", Kind.RESPONSE, FIRST_ID, 0, 0, ()))
    assert Shape.of(empty, decode(empty)) is None
    short = response([(INTEGER, 1)], request_id=5)
    assert Shape.of(short, decode(short)) is None
