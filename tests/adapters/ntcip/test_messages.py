"""What is encoded is decoded; what is anything else is one error, and nothing grows."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from signals.adapters.ntcip.ber import (
    COUNTER32,
    COUNTER64,
    GAUGE32,
    INTEGER,
    NULL,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    TIME_TICKS,
    BrokenMessageError,
    element,
    integer_content,
    oid_of,
    sequence_of,
)
from signals.adapters.ntcip.messages import (
    END_OF_VIEW,
    MOST_BINDINGS,
    MOST_OCTETS,
    NO_SUCH_INSTANCE,
    NO_SUCH_OBJECT,
    Binding,
    Kind,
    Message,
    Version,
    decode,
    encode,
    integer,
    nothing,
    octets,
)

OID = oid_of((1, 3, 6, 1, 4, 1, 1206, 4, 2, 1, 1, 5, 1, 4, 1))
OIDS = st.lists(st.integers(0, 2**32 - 1), max_size=4).map(lambda rest: oid_of((1, 3, *rest)))
INT32 = st.integers(-(2**31), 2**31 - 1)
VALUES = st.one_of(
    st.tuples(st.just(INTEGER), INT32),
    st.tuples(st.sampled_from([COUNTER32, GAUGE32, TIME_TICKS]), st.integers(0, 2**32 - 1)),
    st.tuples(st.just(COUNTER64), st.integers(0, 2**64 - 1)),
    st.tuples(st.sampled_from([OCTET_STRING, 0x40, 0x44]), st.binary(max_size=150)),
    st.tuples(st.just(OBJECT_IDENTIFIER), OIDS),
    st.tuples(st.sampled_from([NULL, NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_VIEW]), st.none()),
)
BINDINGS = st.builds(lambda oid, value: Binding(oid, *value), OIDS, VALUES)
MESSAGES = st.builds(
    Message,
    st.sampled_from(Version),
    st.binary(max_size=255),
    st.sampled_from(Kind),
    INT32,
    INT32,
    INT32,
    st.lists(BINDINGS, max_size=3).map(tuple),
)


def message(*bindings: Binding, kind: Kind = Kind.GET) -> Message:
    return Message(Version.V1, b"public", kind, 0x01020304, 0, 0, bindings)


def test_octets_of_a_request() -> None:
    data = encode(message(integer(OID, 200), kind=Kind.SET))
    assert data.hex(" ") == (
        "30 32 02 01 00 04 06 70 75 62 6c 69 63 a3 25 02 04 01 02 03 04 02 01 00 02 01 00 "
        "30 17 30 15 06 0f 2b 06 01 04 01 89 36 04 02 01 01 05 01 04 01 02 02 00 c8"
    )
    assert decode(data) == message(integer(OID, 200), kind=Kind.SET)


@given(MESSAGES)
def test_every_message_comes_back(sent: Message) -> None:
    assert decode(encode(sent)) == sent


@given(st.binary(max_size=600))
@example(b"")
@example(bytes.fromhex("30 80 00 00"))
def test_any_octets_are_a_message_or_one_error(data: bytes) -> None:
    try:
        found = decode(data)
    except BrokenMessageError:
        return
    assert decode(encode(found)) == found


@given(MESSAGES, st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=4), st.data())
@settings(max_examples=100)
def test_a_spoilt_message_is_a_message_or_one_error(
    sent: Message, flips: list[tuple[int, int]], data: st.DataObject
) -> None:
    spoilt = bytearray(encode(sent))
    for place, octet in flips:
        spoilt[place % len(spoilt)] = octet
    cut = data.draw(st.integers(0, len(spoilt)))
    for octets_ in (bytes(spoilt), bytes(spoilt[:cut]), bytes(spoilt) + b"\x00"):
        try:
            decode(octets_)
        except BrokenMessageError:
            continue


@given(MESSAGES)
def test_a_message_that_is_cut_off_is_none(sent: Message) -> None:
    data = encode(sent)
    for size in range(0, len(data), max(1, len(data) // 20)):
        with pytest.raises(BrokenMessageError):
            decode(data[:size])


def head(version: int = 0, community: bytes = b"public") -> bytes:
    return element(INTEGER, integer_content(version)) + element(OCTET_STRING, community)


def body(bindings: bytes, behind: bytes = b"") -> bytes:
    numbers = b"".join(element(INTEGER, b"\x01") for _ in range(3))
    return element(0xA0, numbers + element(SEQUENCE, bindings) + behind)


def bound(value: bytes, oid: bytes = OID) -> bytes:
    return sequence_of([element(OBJECT_IDENTIFIER, oid), value])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (sequence_of([head(), body(b"")]) + b"\x00", "follow after the message"),
        (sequence_of([head(version=3), body(b"")]), "SNMP version 3"),
        (sequence_of([head(community=bytes(256)), body(b"")]), "more than 255 octets"),
        (sequence_of([head(), body(b""), b"\x05\x00"]), "no request and no response"),
        (sequence_of([head(), element(0xA4, b"")]), "no request and no response: 0xa4"),
        (sequence_of([head(), body(b"", b"\x05\x00")]), "follow after the bindings"),
        (sequence_of([head(), body(bound(b"\x05\x00\x05\x00"))]), "follow after a value"),
        (sequence_of([head(), body(bound(element(OCTET_STRING, bytes(200)) + b"\x05\x00"))]), "follow after a value"),
        (sequence_of([head(), body(bound(b"\x05\x01\x00"))]), "a value where there is none"),
        (sequence_of([head(), body(bound(b"\x09\x01\x00"))]), "unknown type: 0x09"),
        (sequence_of([head(), body(bound(b"\x02\x00"))]), "an integer of 0 octets"),
        (sequence_of([head(), body(bound(b"\x05\x00", b"\x2b\x80\x01"))]), "begins with nothing"),
        (sequence_of([head(), body(bound(element(OBJECT_IDENTIFIER, b"")))]), "empty, endless or torn"),
        (sequence_of([head(), body(b"\x05\x00")]), "0x05 where 0x30"),
        (sequence_of([head(), body(sequence_of([b"\x05\x00", b"\x05\x00", b"\x05\x00"]))]), "0x05 where 0x06"),
        (sequence_of([head(), body(bound(b"\x05\x00") * (MOST_BINDINGS + 1))]), "more than 256 bindings"),
        (bytes(MOST_OCTETS + 1), "8192 at most are read"),
    ],
)
def test_what_is_wrong_is_named(data: bytes, why: str) -> None:
    with pytest.raises(BrokenMessageError, match=why):
        decode(data)


def test_lengths_in_the_long_form_are_read_as_net_snmp_writes_them() -> None:
    content = element(OBJECT_IDENTIFIER, OID) + b"\x02\x01\x07"
    row = b"\x30\x82" + len(content).to_bytes(2, "big") + content
    found = decode(sequence_of([head(), body(row)]))
    assert found.bindings == (Binding(OID, INTEGER, 7),)


def test_what_is_too_long_is_not_sent() -> None:
    with pytest.raises(BrokenMessageError, match="8192 at most are sent"):
        encode(message(octets(OID, bytes(MOST_OCTETS))))


def test_the_community_is_in_no_repr() -> None:
    secret = message(nothing(OID))._replace(community=b"canary")
    assert "canary" not in f"{secret!r} {secret}"
    assert "GET" in repr(secret)


def test_a_flood_of_rubbish_takes_no_memory() -> None:
    data = [encode(message(*[Binding(oid_of((1, 3, k, j))) for j in range(50)])) for k in range(200)]
    for octets_ in data:
        decode(octets_)
    tracemalloc.start()
    try:
        for k in range(3000):
            try:
                decode(data[k % 200][: 40 + k % 200] + bytes(k % 7))
            except BrokenMessageError:
                continue
        assert tracemalloc.get_traced_memory()[0] < 2_000_000
    finally:
        tracemalloc.stop()
