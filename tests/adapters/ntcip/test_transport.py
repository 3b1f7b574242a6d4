"""Answers belong to requests: whatever else comes in is dropped."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.adapters.cabinet.clock import Clock
from signals.adapters.ntcip import transport
from signals.adapters.ntcip.messages import Answer, Ask, Kind, Version, decode, encode, integer, nothing
from signals.adapters.ntcip.objects import instance
from signals.adapters.ntcip.settings import Settings
from signals.adapters.ntcip.transport import CommunityTransport, Dialogue
from signals.errors import WorldLostError, WorldTimeoutError

from .street import address, site

OID = instance("maxPhases", 0)
GET = Ask(Kind.GET, (nothing(OID),))
SET = Ask(Kind.SET, (integer(OID, 1),))


def dialogue(first_id: int = 0) -> Dialogue:
    return Dialogue(Version.V1, b"reader", b"writer", first_id)


def response(data: bytes, **changes: object) -> bytes:
    return encode(decode(data)._replace(**{"kind": Kind.RESPONSE, **changes}))


def test_an_answer_is_heard_once() -> None:
    talk = dialogue()
    number, data = talk.request(GET)
    assert talk.hear(response(data)) == (number, Answer(0, 0, GET.bindings))
    assert talk.hear(response(data)) is None


def test_reading_and_writing_have_a_community_each() -> None:
    talk = dialogue()
    assert decode(talk.request(GET)[1]).community == b"reader"
    _, data = talk.request(SET)
    assert decode(data).community == b"writer"
    assert talk.hear(response(data, community=b"reader")) is None
    assert talk.hear(response(data)) is not None


def test_late_foreign_and_broken_answers_are_dropped() -> None:
    talk = dialogue()
    number, data = talk.request(GET)
    assert talk.hear(data) is None  # a request is no answer
    assert talk.hear(response(data, request_id=number + 1)) is None
    assert talk.hear(response(data, version=Version.V2C)) is None
    assert talk.hear(response(data)[:-1]) is None
    talk.forget(number)
    talk.forget(number)
    assert talk.hear(response(data)) is None


def test_an_answer_about_something_else_is_none() -> None:
    """As where a bit was turned on the way."""
    other = instance("maxRings", 0)
    for ask in (GET, SET):
        talk = dialogue()
        _, data = talk.request(ask)
        assert talk.hear(response(data, bindings=(integer(other, 1),))) is None
        assert talk.hear(response(data, bindings=())) is None
        assert talk.hear(response(data, error=2, at=1, bindings=(nothing(other),))) is None
        assert (talk.hear(response(data, bindings=(integer(OID, 3),))) is None) == (ask is SET)
    for bindings in ((), (nothing(OID),)):
        talk = dialogue()
        number, data = talk.request(GET)
        assert talk.hear(response(data, error=1, bindings=bindings)) == (number, Answer(1, 0, bindings))


def test_answers_to_the_last_connection_are_not_to_this_one() -> None:
    _, data = dialogue(5).request(GET)
    assert dialogue(1_000_000).hear(response(data)) is None


def test_numbers_go_round_and_are_always_four_octets_long() -> None:
    talk = dialogue(2**31 - 2**24 - 1)
    numbers = [talk.request(GET)[0] for _ in range(3)]
    assert numbers == [2**31 - 1, 2**24, 2**24 + 1]


def test_answers_of_the_same_length_whose_values_are_as_long_as_others_are_read_whole_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = OID, instance("maxRings", 0)
    ask, talk, whole = Ask(Kind.GET, (nothing(first), nothing(second))), dialogue(), list[bytes]()
    monkeypatch.setattr(transport, "decode", lambda data: whole.append(data) or decode(data))
    for turn in range(10):
        told = integer(first, (200, 1)[turn % 2]), integer(second, (1, 200)[turn % 2])
        number, data = talk.request(ask)
        assert talk.hear(response(data, bindings=told)) == (number, Answer(0, 0, told))
    assert len(whole) == 3  # the first time nobody knows that it is asked again


def test_what_is_asked_again_is_the_same_but_for_its_number() -> None:
    talk, asks = dialogue(), [GET, *(Ask(Kind.SET, (integer(OID, value),)) for value in range(20))]
    for ask in (*asks, *asks):
        number, data = talk.request(ask)
        message = decode(data)
        assert (message.kind, message.request_id, message.bindings) == (ask.kind, number, ask.bindings)
        assert message.community == (b"writer" if ask is not GET else b"reader")
        assert talk.hear(response(data)) == (number, Answer(0, 0, ask.bindings))


@given(st.binary(max_size=200))
def test_any_octets_are_an_answer_or_nothing(data: bytes) -> None:
    talk = dialogue()
    talk.request(GET)
    talk.hear(data)


def test_passwords_are_in_no_repr() -> None:
    assert "reader" not in repr(dialogue())
    assert "writer" not in repr(vars(dialogue()).keys())


class Street(asyncio.DatagramProtocol):
    """A controller that loses some requests and answers others as it is told."""

    def __init__(self, deaf: int = 0, times: int = 1) -> None:
        self.deaf, self.times = deaf, times
        self.heard: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.heard.append(data)
        if len(self.heard) > self.deaf:
            for _ in range(self.times):
                self.transport.sendto(b"rubbish", addr)  # type: ignore[attr-defined]
                self.transport.sendto(response(data, bindings=(integer(OID, len(self.heard)),)), addr)  # type: ignore[attr-defined]


def told(street: Street, story: Callable[[CommunityTransport, Clock], Awaitable[None]], **options: object) -> None:
    async def run() -> None:
        loop, clock = asyncio.get_running_loop(), Clock(10.0)
        there, _ = await loop.create_datagram_endpoint(lambda: street, local_addr=("127.0.0.1", 0))
        settings = Settings.of(site(), address(there.get_extra_info("sockname")[1], **options))
        way = CommunityTransport("127.0.0.1", settings, dialogue(), clock)
        try:
            await way.open()
            await story(way, clock)
        finally:
            way.close()
            way.close()
            there.abort()
            await asyncio.sleep(0)

    asyncio.run(run())


def test_what_is_lost_is_sent_again_the_same() -> None:
    street = Street(deaf=2)

    async def story(way: CommunityTransport, clock: Clock) -> None:
        answer = await way.ask(GET, clock.now_s() + 100)
        assert answer.bindings == (integer(OID, 3),)
        assert len(set(street.heard)) == 1

    told(street, story, timeout_s=0.5, tries=5)


def test_a_late_answer_is_not_taken_for_the_next() -> None:
    street = Street(times=3)

    async def story(way: CommunityTransport, clock: Clock) -> None:
        for k in range(1, 6):
            assert (await way.ask(GET, clock.now_s() + 100)).bindings == (integer(OID, k),)

    told(street, story, timeout_s=10.0)


def test_who_does_not_answer_is_given_up_in_time() -> None:
    street = Street(deaf=99)

    async def story(way: CommunityTransport, clock: Clock) -> None:
        with pytest.raises(WorldTimeoutError, match=r"did not answer 3 requests within 0\.4 s each"):
            await way.ask(GET, clock.now_s() + 100)
        assert len(street.heard) == 3
        with pytest.raises(WorldTimeoutError):
            await way.ask(GET, clock.now_s() + 0.1)
        with pytest.raises(WorldTimeoutError):
            await way.ask(GET, clock.now_s())
        assert len(street.heard) == 4
        assert not way._ears.waiting
        assert not way._dialogue._waiting

    told(street, story, timeout_s=0.4, tries=3)


class Flood(Street):
    """A controller before whose answers comes what nobody asked for."""

    def __init__(self, rubbish: int) -> None:
        super().__init__()
        self.rubbish = rubbish
        self.asked_from: set[object] = set()

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.asked_from.add(addr)
        for k in range(self.rubbish):
            self.transport.sendto(b"rubbish" if k % 2 else response(data, request_id=1), addr)  # type: ignore[attr-defined]
        super().datagram_received(data, addr)


def test_a_few_that_nobody_asked_for_are_dropped() -> None:
    street = Flood(transport.MOST_USELESS - 1)

    async def story(way: CommunityTransport, clock: Clock) -> None:
        for k in range(1, 6):
            assert (await way.ask(GET, clock.now_s() + 100)).bindings == (integer(OID, k),)
        assert len(street.asked_from) == 1

    told(street, story, timeout_s=10.0)


def test_who_floods_us_is_listened_to_no_longer_and_asked_anew() -> None:
    street = Flood(3 * transport.MOST_USELESS)

    async def story(way: CommunityTransport, clock: Clock) -> None:
        begin_s = clock.now_s()
        with pytest.raises(WorldTimeoutError, match="sent much that nobody asked for, and no answer"):
            await way.ask(GET, clock.now_s() + 100)
        assert len(street.asked_from) == 3
        assert clock.now_s() - begin_s < 10.0  # no silence was waited for: three times 10 s
        street.rubbish = 0
        assert (await way.ask(GET, clock.now_s() + 100)).bindings == (integer(OID, 4),)
        assert len(street.asked_from) == 4
        way.close()
        with pytest.raises(WorldLostError):
            await way.ask(GET, clock.now_s() + 100)

    told(street, story, timeout_s=10.0, tries=3)


def test_who_is_left_while_a_new_socket_is_made_has_none() -> None:
    street = Street()

    async def story(way: CommunityTransport, clock: Clock) -> None:
        assert way._socket is not None
        way._socket.close()
        asking = asyncio.ensure_future(way.ask(GET, clock.now_s() + 100))
        await asyncio.sleep(0)
        way.close()
        with pytest.raises(WorldTimeoutError):
            await asking
        assert way._socket is None

    told(street, story, timeout_s=10.0)


class Slow(Street):
    """A controller that answers every request, and late."""

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.heard.append(data)
        answer = response(data, bindings=(integer(OID, 1),))
        asyncio.get_running_loop().call_later(0.06, self.transport.sendto, answer, addr)  # type: ignore[attr-defined]


def test_whoever_answers_late_is_not_asked_everything_twice_for_ever() -> None:
    street = Slow()

    async def story(way: CommunityTransport, clock: Clock) -> None:
        for _ in range(8):
            await way.ask(GET, clock.now_s() + 100)
        street.heard.clear()
        for _ in range(3):
            await way.ask(GET, clock.now_s() + 100)
        assert len(street.heard) == 3

    told(street, story, timeout_s=0.4, tries=5)  # answers take 0.6 s


def test_who_is_not_connected_asks_nobody() -> None:
    async def run() -> None:
        settings = Settings.of(site(), address(1))
        way = CommunityTransport("127.0.0.1", settings, dialogue(), Clock())
        with pytest.raises(WorldLostError, match="not connected"):
            await way.ask(GET, 1.0)
        way.close()
        nowhere = CommunityTransport("no.such.host.invalid", settings, dialogue(), Clock())
        with pytest.raises(WorldLostError, match="cannot be reached"):
            await nowhere.open()

    asyncio.run(run())


def test_nobody_at_the_port_is_silence() -> None:
    async def run() -> None:
        settings = Settings.of(site(), address(9, timeout_s=0.1, tries=2))
        clock = Clock(10.0)
        way = CommunityTransport("127.0.0.1", settings, dialogue(), clock)
        await way.open()
        with pytest.raises(WorldTimeoutError):
            await way.ask(GET, clock.now_s() + 10)
        way.close()
        await asyncio.sleep(0)

    asyncio.run(run())


def test_an_answer_that_nobody_waits_for_any_more_changes_nothing() -> None:
    street = Street()

    async def story(way: CommunityTransport, clock: Clock) -> None:
        number, data = way._dialogue.request(GET)
        way._ears.datagram_received(response(data), ("127.0.0.1", 1))
        _, data = way._dialogue.request(GET)
        done: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        done.cancel()
        way._ears.waiting[number + 1] = done
        way._ears.datagram_received(response(data), ("127.0.0.1", 1))

    told(street, story)
