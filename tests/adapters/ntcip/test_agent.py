"""An agent answers as the standards want it, in both versions, and bears whatever is sent to it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.adapters.ntcip.agent import Agent, Bounds, Leaf, Tree, Write
from signals.adapters.ntcip.ber import INTEGER, OCTET_STRING, arcs_of, oid_of
from signals.adapters.ntcip.messages import (
    END_OF_VIEW,
    NO_SUCH_INSTANCE,
    NO_SUCH_OBJECT,
    Binding,
    ErrorStatus,
    Kind,
    Message,
    Version,
    decode,
    encode,
    integer,
    nothing,
)
from signals.adapters.ntcip.objects import Access

ROOT = (1, 3, 9)
STATUS, CONTROL, TABLE = oid_of((*ROOT, 1, 0)), oid_of((*ROOT, 2, 1)), oid_of((*ROOT, 3, 1, 200))
WORD = oid_of((*ROOT, 3, 1, 1000))
ORDER = [STATUS, CONTROL, TABLE, WORD]
V1, V2C = Version.V1, Version.V2C
E = ErrorStatus


class Desk:
    def __init__(self, varbinds: int = 64, octets: int = 1472) -> None:
        self.value, self.writes = 5, list[list[Write]]()
        leaves = [  # not in order
            Leaf("table", (*ROOT, 3, 1, 200), (1, 200), lambda: 3, Access.DATABASE),
            Leaf("word", (*ROOT, 3, 1, 1000), (1, 1000), lambda: b"word", Access.STATUS, tag=OCTET_STRING),
            Leaf("control", (*ROOT, 2, 1), (1,), lambda: self.value, Access.CONTROL),
            Leaf("status", (*ROOT, 1, 0), (0,), lambda: 9, Access.STATUS),
        ]
        self.agent = Agent(
            Tree(leaves), self.write, (b"read", b"write"), Bounds(varbinds, octets), lambda row: row.value != 13
        )

    def write(self, writes: Sequence[Write]) -> None:
        self.writes.append(list(writes))
        self.value = writes[-1].value

    def ask(self, version: Version, kind: Kind, *bindings: Binding, **head: object) -> Message:
        community = b"write" if kind is Kind.SET else b"read"
        request = Message(version, community, kind, 77, 0, 0, bindings)._replace(**head)
        data = self.agent.answer(encode(request))
        assert data is not None
        answer = decode(data)
        assert (answer.kind, answer.request_id, answer.version) == (Kind.RESPONSE, 77, version)
        return answer


def test_values_are_read_in_the_order_of_the_request() -> None:
    answer = Desk().ask(V1, Kind.GET, nothing(WORD), nothing(STATUS))
    assert answer.bindings == (Binding(WORD, OCTET_STRING, b"word"), integer(STATUS, 9))


def test_what_is_not_there() -> None:
    gone, row = oid_of((*ROOT, 7, 0)), oid_of((*ROOT, 2, 9))
    answer = Desk().ask(V1, Kind.GET, nothing(STATUS), nothing(gone))
    assert (answer.error, answer.at, answer.bindings) == (E.NO_SUCH_NAME, 2, (nothing(STATUS), nothing(gone)))
    answer = Desk().ask(V2C, Kind.GET, nothing(STATUS), nothing(gone), nothing(row))
    assert answer.error == 0
    assert [b.tag for b in answer.bindings] == [INTEGER, NO_SUCH_OBJECT, NO_SUCH_INSTANCE]


@pytest.mark.parametrize("version", [V1, V2C])
def test_a_walk_meets_everything_once_in_order_and_ends(version: Version) -> None:
    desk, at, met = Desk(), oid_of((1, 3)), []
    for _ in range(len(ORDER)):
        (binding,) = desk.ask(version, Kind.GET_NEXT, nothing(at)).bindings
        at = binding.oid
        met.append(at)
    assert met == ORDER
    end = desk.ask(version, Kind.GET_NEXT, nothing(at))
    if version is V1:
        assert (end.error, end.at) == (E.NO_SUCH_NAME, 1)
    else:
        assert end.bindings == (Binding(at, END_OF_VIEW),)


@settings(max_examples=50)
@given(st.lists(st.integers(0, 1200), max_size=5))
def test_what_is_next_is_the_least_that_is_greater(rest: list[int]) -> None:
    arcs = (1, 3, *rest)
    (binding,) = Desk().ask(V2C, Kind.GET_NEXT, nothing(oid_of(arcs))).bindings
    later = [oid for oid in ORDER if arcs_of(oid) > arcs]
    assert binding.oid == (later[0] if later else oid_of(arcs))


def test_bulk_is_bounded() -> None:
    desk = Desk(varbinds=5)
    answer = desk.ask(V2C, Kind.GET_BULK, nothing(STATUS), nothing(oid_of((1, 3))), error=1, at=2)
    assert [b.oid for b in answer.bindings] == [CONTROL, STATUS, CONTROL]
    answer = desk.ask(V2C, Kind.GET_BULK, nothing(oid_of((1, 3))), at=2**31 - 1)
    assert [b.oid for b in answer.bindings] == [*ORDER, WORD]
    assert answer.bindings[-1].tag == END_OF_VIEW
    answer = desk.ask(V2C, Kind.GET_BULK, nothing(oid_of((1, 3))), nothing(STATUS), at=9)
    assert len(answer.bindings) == 4  # two whole rows
    for error, at in ((-5, -5), (7, 7), (1, 0)):
        assert len(desk.ask(V2C, Kind.GET_BULK, nothing(STATUS), error=error, at=at).bindings) <= 1
    assert desk.ask(V2C, Kind.GET_BULK).bindings == ()
    data = desk.agent.answer(encode(Message(V1, b"read", Kind.GET_BULK, 1, 0, 9, (nothing(STATUS),))))
    assert data is None  # version 1 has none


def test_bulk_fills_no_more_than_a_message() -> None:
    desk = Desk(octets=80)
    answer = desk.ask(V2C, Kind.GET_BULK, nothing(oid_of((1, 3))), at=60)
    assert 1 <= len(answer.bindings) <= 4
    assert len(encode(answer)) <= 80


def test_writing_is_all_or_nothing() -> None:
    desk = Desk()
    answer = desk.ask(V2C, Kind.SET, integer(CONTROL, 6), integer(STATUS, 1))
    assert (answer.error, answer.at, desk.writes) == (E.NOT_WRITABLE, 2, [])
    answer = desk.ask(V2C, Kind.SET, integer(CONTROL, 6), integer(CONTROL, 7))
    assert (answer.error, answer.bindings) == (0, (integer(CONTROL, 6), integer(CONTROL, 7)))
    assert desk.writes == [[Write("control", (1,), 6), Write("control", (1,), 7)]]


@pytest.mark.parametrize(
    ("binding", "old", "new"),
    [
        (integer(STATUS, 1), E.READ_ONLY, E.NOT_WRITABLE),
        (integer(TABLE, 1), E.GEN_ERR, E.GEN_ERR),
        (integer(oid_of((*ROOT, 8)), 1), E.NO_SUCH_NAME, E.NO_CREATION),
        (integer(CONTROL, 256), E.BAD_VALUE, E.WRONG_VALUE),
        (integer(CONTROL, -1), E.BAD_VALUE, E.WRONG_VALUE),
        (integer(CONTROL, 13), E.BAD_VALUE, E.WRONG_VALUE),
        (Binding(CONTROL, OCTET_STRING, b"\x01"), E.BAD_VALUE, E.WRONG_TYPE),
        (Binding(CONTROL, INTEGER, None), E.BAD_VALUE, E.WRONG_VALUE),
    ],
    ids=str,
)
def test_what_may_not_be_written(binding: Binding, old: ErrorStatus, new: ErrorStatus) -> None:
    desk = Desk()
    if binding.value is None:  # cannot come from the wire
        with pytest.raises(Exception, match="WRONG_VALUE"):
            desk.agent._checked(binding, 1, may_write=True)
        return
    for version, error in ((V1, old), (V2C, new)):
        answer = desk.ask(version, Kind.SET, binding)
        assert (answer.error, answer.at) == (error, 1)
    assert desk.writes == []


def test_who_may_only_read_writes_nothing() -> None:
    desk = Desk()
    for version, error in ((V1, E.NO_SUCH_NAME), (V2C, E.NO_ACCESS)):
        assert desk.ask(version, Kind.SET, integer(CONTROL, 1), community=b"read").error == error
    assert desk.ask(V1, Kind.GET, nothing(STATUS), community=b"write").error == 0
    assert desk.writes == []


def test_too_much_is_too_big() -> None:
    answer = Desk(varbinds=2).ask(V1, Kind.GET, *[nothing(STATUS)] * 3)
    assert (answer.error, answer.at, answer.bindings) == (E.TOO_BIG, 0, ())
    assert Desk(varbinds=2).ask(V1, Kind.SET, *[integer(CONTROL, 1)] * 3).error == E.TOO_BIG
    answer = Desk(octets=60).ask(V2C, Kind.GET, *[nothing(WORD)] * 4)
    assert (answer.error, answer.bindings) == (E.TOO_BIG, ())


@pytest.mark.parametrize("head", [{"community": b"guess"}, {"community": b""}, {"kind": Kind.RESPONSE}], ids=str)
def test_strangers_and_answers_are_not_answered(head: dict[str, object]) -> None:
    request = Message(V2C, b"read", Kind.GET, 1, 0, 0, (nothing(STATUS),))._replace(**head)
    assert Desk().agent.answer(encode(request)) is None


@given(st.binary(max_size=300))
def test_rubbish_is_not_answered(data: bytes) -> None:
    assert Desk().agent.answer(data) is None


@settings(max_examples=40)
@given(st.sampled_from(Kind), st.sampled_from(Version), st.integers(0, 80), st.integers(0, 255), st.data())
def test_whatever_is_asked_there_is_one_bounded_answer_or_none(
    kind: Kind, version: Version, count: int, octet: int, data: st.DataObject
) -> None:
    rows = tuple(Binding(data.draw(st.sampled_from(ORDER)), INTEGER, k) for k in range(min(count, 5))) * (
        1 + count // 10
    )
    spoilt = bytearray(encode(Message(version, b"write", kind, count, octet, octet, rows)))
    spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = octet
    answer = Desk().agent.answer(bytes(spoilt))
    assert answer is None or len(answer) <= 1472


def test_communities_are_in_no_repr() -> None:
    assert "write" not in repr(Desk().agent)
