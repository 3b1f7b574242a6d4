"""A question that comes again is answered as one that never came before."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from signals.adapters.ntcip.agent import Agent, Bounds, Leaf, Tree
from signals.adapters.ntcip.ber import INTEGER, OCTET_STRING, BrokenMessageError, oid_of
from signals.adapters.ntcip.messages import MOST_OCTETS, Binding, Kind, Message, Version, decode, encode
from signals.adapters.ntcip.objects import Access
from signals.adapters.ntcip.repeats import Repeat

OIDS = [oid_of((1, 3, 9, number)) for number in range(30)]

values = st.one_of(st.integers(-(1 << 31), (1 << 31) - 1), st.integers(0, 3), st.binary(max_size=40))
numbers = st.integers(-(1 << 31), (1 << 31) - 1)
names = st.lists(st.sampled_from(OIDS), max_size=30)


def leaf(k: int, tag: int, read: Callable[[], int | bytes]) -> Leaf:
    return Leaf("x", (1, 3, 9, k), (k,), read, Access.STATUS, tag=tag)


class Board:
    """Objects with values that change; reading one is counted."""

    def __init__(self, varbinds: int = 64, octets: int = 700) -> None:
        self.values: list[int | bytes] = [0] * len(OIDS)
        self.reads = 0
        self.bounds = Bounds(varbinds, octets)
        self.agent = self.new_agent()

    def new_agent(self) -> Agent:
        tags = [OCTET_STRING if k % 3 == 0 else INTEGER for k in range(len(OIDS))]
        leaves = [leaf(k, tag, lambda k=k: self.read(k)) for k, tag in enumerate(tags)]  # type: ignore[misc]
        return Agent(Tree(leaves), lambda _: None, (b"read", b"write"), self.bounds, lambda _: True)

    def read(self, k: int) -> int | bytes:
        self.reads += 1
        value = self.values[k]
        return b"%r" % value if k % 3 == 0 else value if isinstance(value, int) else len(value)


def question(oids: list[bytes], number: int, version: Version = Version.V2C, community: bytes = b"read") -> bytes:
    return encode(Message(version, community, Kind.GET, number, 0, 0, tuple(Binding(oid) for oid in oids)))


@given(names, st.lists(st.tuples(numbers, st.dictionaries(st.integers(0, 29), values)), max_size=6), st.data())
def test_it_is_answered_as_by_an_agent_that_was_never_asked(
    oids: list[bytes], turns: list[tuple[int, dict[int, int | bytes]]], data: st.DataObject
) -> None:
    board = Board(octets=data.draw(st.sampled_from((200, 700))))
    version = data.draw(st.sampled_from(Version))
    for number, news in turns:
        for k, value in news.items():
            board.values[k] = value
        asked = question(oids, number, version)
        before = board.reads
        answer = board.agent.answer(asked)
        assert board.reads - before == len(oids)  # once: there are some that reading clears
        assert answer == board.new_agent().answer(asked)


@given(names, numbers, st.integers(0), st.integers(1, 255))
def test_whatever_is_turned_is_answered_as_if_it_were_new(oids: list[bytes], number: int, at: int, bits: int) -> None:
    board, asked = Board(), question(oids, number)
    board.agent.answer(asked)
    turned = bytes(octet ^ bits if k == at % len(asked) else octet for k, octet in enumerate(asked))
    assert board.agent.answer(turned) == board.new_agent().answer(turned)


@given(st.lists(st.tuples(names, numbers, st.sampled_from((b"read", b"writ", b"write"))), max_size=40))
def test_questions_in_turns_do_not_get_the_answers_of_others(asked: list[tuple[list[bytes], int, bytes]]) -> None:
    board = Board()
    for oids, number, community in asked:
        data = question(oids, number, community=community)
        assert board.agent.answer(data) == board.new_agent().answer(data)


def test_a_wrong_community_of_the_same_length_is_not_this_question() -> None:
    data = question(OIDS[:3], 1 << 24)
    repeat = Repeat(data, decode(data), [leaf(k, INTEGER, lambda: 1) for k in range(3)])
    assert repeat.again(question(OIDS[:3], 1 << 25)) == decode(data)._replace(request_id=1 << 25)
    assert repeat.again(question(OIDS[:3], 1 << 24, community=b"reaD")) is None
    assert repeat.again(question(OIDS[1:4], 1 << 24)) is None
    assert repeat.again(question(OIDS[:3], 1 << 24, version=Version.V1)) is None


def test_what_was_too_long_once_is_made_whole_the_next_time() -> None:
    data, word = question(OIDS[:2], 1 << 24), b"x" * MOST_OCTETS
    told: list[int | bytes] = [7, word]
    leaves = [leaf(0, INTEGER, lambda: told[0]), leaf(1, OCTET_STRING, lambda: told[1])]
    repeat, request = Repeat(data, decode(data), leaves), decode(data)
    try:
        repeat.answer(request)
    except BrokenMessageError:
        told[1] = b"short"
    answer = decode(repeat.answer(request))
    assert answer.bindings == (Binding(OIDS[0], INTEGER, 7), Binding(OIDS[1], OCTET_STRING, b"short"))
