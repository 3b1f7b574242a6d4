"""Carrying asks to a controller and answers back: by UDP with a community (SNMP 1 and 2c).

`Dialogue` is pure: it numbers requests and knows which answers are to them. A late, repeated or foreign answer has no
number that is waited for, and is dropped.
"""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial
from typing import Any, Final, Protocol

from signals.adapters.cabinet.clock import Clock
from signals.adapters.ntcip.ber import SEQUENCE, BrokenMessageError
from signals.adapters.ntcip.messages import Answer, Ask, Binding, Kind, Message, Version, decode, encode
from signals.adapters.ntcip.settings import Settings
from signals.adapters.ntcip.shapes import ID_OCTETS, Shape, Spans, number_span
from signals.errors import WorldLostError, WorldTimeoutError

__all__ = ["CommunityTransport", "Dialogue", "Transport"]

LOWEST_ID: Final = 1 << 24
"""Numbers of requests from here to 2^31 are written in four octets, none of which can be left out."""
IDS: Final = (1 << 31) - LOWEST_ID
MOST_FRAMES: Final = 8
"""How many messages are remembered as octets."""
MOST_ASKED: Final = 4
MOST_SHAPES: Final = 16
"""How many requests are remembered, to see which are asked again, and how many forms of the responses to those: a
number takes one octet more where it grows."""

PATIENCE: Final = 2.0
"""A request is sent again after so many times what answers take."""
NEWS: Final = 0.25
"""How much the last answer counts for that."""
LEAST_TRIES: Final = 2.5
"""And always so soon that there is time for two more."""

MOST_USELESS: Final = 64
"""So much that is no answer to it may come to one request. Chosen: late and repeated answers are a few, and at 10,000
datagrams a second an answer that takes 5 ms still comes through."""


class Transport(Protocol):
    """A way to a controller."""

    async def open(self) -> None:
        """Make it ready. Raises `WorldLostError`."""
        ...

    async def ask(self, ask: Ask, until_s: float) -> Answer:
        """Carry a request and wait for its answer, until a time. Raises `WorldTimeoutError`, `WorldLostError`."""
        ...

    def close(self) -> None:
        """Leave nothing open; safe to call twice."""
        ...


class Dialogue:
    """Numbers of requests, and the answers to them.

    Parameters
    ----------
    version
        Of the messages.
    read, write
        Communities for reading and writing. They are in no `repr`.
    first_id
        Where numbers begin; another one for each connection, so that answers to the last one are known as such.
    """

    def __init__(self, version: Version, read: bytes, write: bytes, first_id: int) -> None:
        self._version, self._read, self._write = version, read, write
        self._next = first_id % IDS
        self._waiting: dict[int, Ask] = {}
        self._frames: dict[tuple[Kind, tuple[Binding, ...]], tuple[bytes, bytes]] = {}
        self._echoes: dict[bytes, int] = {}
        self._shapes: dict[tuple[tuple[Binding, ...], Spans], Shape] = {}
        self._asked: deque[tuple[Binding, ...]] = deque(maxlen=MOST_ASKED)

    def request(self, ask: Ask) -> tuple[int, bytes]:
        """Return a number and the octets of a request; an answer with this number is waited for from now on."""
        number, self._next = LOWEST_ID + self._next, (self._next + 1) % IDS
        octets = number.to_bytes(ID_OCTETS)
        data = octets.join(self._frame(ask.kind, ask.bindings))
        self._waiting[number] = ask
        if ask.kind is Kind.SET:  # whoever takes it repeats it
            self._echoes[octets.join(self._frame(Kind.RESPONSE, ask.bindings))] = number
        return number, data

    def _frame(self, kind: Kind, bindings: tuple[Binding, ...]) -> tuple[bytes, bytes]:
        """Return what stands before and behind the number: the same things are asked again and again."""
        frame = self._frames.get((kind, bindings))
        if frame is None:
            community = self._read if kind is Kind.GET else self._write
            data = encode(Message(self._version, community, kind, LOWEST_ID, 0, 0, bindings))
            begin, end = number_span(data)
            frame = self._frames[kind, bindings] = data[:begin], data[end:]
            if len(self._frames) > MOST_FRAMES:
                del self._frames[next(iter(self._frames))]
        return frame

    def forget(self, number: int) -> None:
        """Wait for an answer no longer."""
        ask = self._waiting.pop(number, None)
        if ask is not None and ask.kind is Kind.SET:
            self._echoes = {data: other for data, other in self._echoes.items() if other != number}

    def hear(self, data: bytes) -> tuple[int, Answer] | None:
        """Return the number and the answer of a response that is waited for; `None` for anything else."""
        if not self._waiting or not data or data[0] != SEQUENCE:
            return None
        try:
            return self._hear_like_before(data) or self._hear_anew(data)
        except BrokenMessageError:
            return None

    def _hear_like_before(self, data: bytes) -> tuple[int, Answer] | None:
        """Take a response that repeats what was written, or is made as the last one to the same request."""
        number = self._echoes.pop(data, None)
        if number is not None:
            return number, Answer(0, 0, self._waiting.pop(number).bindings)
        for (bindings, _), shape in self._shapes.items():
            number = shape.request_id(data)
            ask = None if number is None else self._waiting.get(number)
            if number is not None and ask is not None and ask.kind is Kind.GET and ask.bindings == bindings:
                answer = Answer(0, 0, shape.read(data))
                del self._waiting[number]
                return number, answer
        return None

    def _hear_anew(self, data: bytes) -> tuple[int, Answer] | None:
        message = decode(data)
        if message.kind is not Kind.RESPONSE or message.version is not self._version:
            return None
        ask = self._waiting.get(message.request_id)
        if ask is None or message.community != (self._write if ask.kind is Kind.SET else self._read):
            return None
        if not _is_about(message, ask):
            return None
        if ask.kind is Kind.GET:
            self._learn(data, message, ask.bindings)
        self.forget(message.request_id)
        return message.request_id, Answer(message.error, message.at, message.bindings)

    def _learn(self, data: bytes, message: Message, asked: tuple[Binding, ...]) -> None:
        """Remember how a response is made, where the same was asked for before."""
        if asked not in self._asked:
            self._asked.append(asked)
        elif (shape := Shape.of(data, message)) is not None:
            self._shapes[asked, shape.spans] = shape
            if len(self._shapes) > MOST_SHAPES:
                del self._shapes[next(iter(self._shapes))]


def _is_about(message: Message, ask: Ask) -> bool:
    """Whether a response is about what was asked: the same objects, and of a write the same values.

    It is not where a bit was turned on the way, which no version with a community notices. Then it is asked again.
    """
    if message.error and not message.bindings:
        return True
    if message.error or ask.kind is not Kind.SET:
        return [binding.oid for binding in message.bindings] == [binding.oid for binding in ask.bindings]
    return message.bindings == ask.bindings


class CommunityTransport:
    """One UDP socket to one controller.

    Whoever sends much that nobody asked for is not listened to any longer than it takes to see that: the socket is
    closed, and what is asked next has a new one. So a flood of garbage costs the other controllers next to nothing.

    Parameters
    ----------
    host, settings
        Where it is, and how it is spoken to.
    dialogue
        Numbers its requests.
    clock
        Time.
    """

    def __init__(self, host: str, settings: Settings, dialogue: Dialogue, clock: Clock) -> None:
        self._host, self._settings, self._dialogue, self._clock = host, settings, dialogue, clock
        self._socket: asyncio.DatagramTransport | None = None
        self._open = False
        self._ears = _Ears(dialogue)
        self._took_s = 0.0

    async def open(self) -> None:
        """Make the socket. Raises `WorldLostError` where the address is none."""
        self._open = True
        loop = asyncio.get_running_loop()
        address = (self._host, self._settings.port)
        try:
            made = self._clock.within(10.0, loop.create_datagram_endpoint(lambda: self._ears, remote_addr=address))
            self._socket, _ = await made
        except OSError as error:
            raise WorldLostError(f"NTCIP: {self._host}:{self._settings.port} cannot be reached: {error}") from error
        if not self._open:  # it was left meanwhile
            self.close()

    async def ask(self, ask: Ask, until_s: float) -> Answer:
        """Send a request, and again where nothing is answered; the same number and octets each time.

        Whoever has much to do answers late, and later still where he is asked everything twice: so it is sent again
        only after twice the time that answers have taken of late.

        Parameters
        ----------
        ask
            The request.
        until_s
            After which time an answer is waited for no longer.

        Raises
        ------
        WorldTimeoutError
            When nothing is answered to any of them.
        WorldLostError
            When the socket is not open.
        """
        if self._socket is None:
            raise WorldLostError("NTCIP: not connected")
        number, data = self._dialogue.request(ask)
        begin_s, again_s = self._clock.now_s(), self._again_s()
        try:
            for _ in range(self._settings.tries):
                left_s = until_s - self._clock.now_s()
                if left_s <= 0 or self._socket is None:
                    break
                if self._socket.is_closing():  # too much came that was no answer
                    await self.open()
                    if self._socket is None:
                        break
                answer = self._ears.expect(number)
                self._socket.sendto(data)
                late = self._clock.later(min(again_s, left_s), partial(self._ears.give_up, answer))
                try:
                    if (found := await answer) is not None:
                        self._took_s += (self._clock.now_s() - begin_s - self._took_s) * NEWS
                        return found
                finally:
                    late.cancel()
        finally:
            self._ears.waiting.pop(number, None)
            self._dialogue.forget(number)
        where, settings = f"NTCIP: {self._host}:{self._settings.port}", self._settings
        if self._ears.flooded:
            raise WorldTimeoutError(f"{where} sent much that nobody asked for, and no answer")
        raise WorldTimeoutError(f"{where} did not answer {settings.tries} requests within {settings.timeout_s} s each")

    def _again_s(self) -> float:
        """Return after how long a request is sent again."""
        settings = self._settings
        return max(settings.timeout_s, min(PATIENCE * self._took_s, settings.timeout_s * settings.tries / LEAST_TRIES))

    def close(self) -> None:
        """Close the socket; safe to call twice."""
        self._open = False
        if self._socket is not None:
            self._socket.abort()
            self._socket = None


class _Ears(asyncio.DatagramProtocol):
    """Hands answers to whoever waits for them, and closes the socket where too much comes that is none."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self._socket: asyncio.BaseTransport | None = None
        self._useless = 0
        self.waiting: dict[int, asyncio.Future[Answer | None]] = {}

    @property
    def flooded(self) -> bool:
        """Whether more than `MOST_USELESS` has come since somebody began to wait for an answer."""
        return self._useless > MOST_USELESS

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Listen to a new socket."""
        self._socket = transport

    def expect(self, number: int) -> asyncio.Future[Answer | None]:
        """Return where the answer to a request will be."""
        self._useless = 0
        answer = self.waiting[number] = asyncio.get_running_loop().create_future()
        return answer

    def give_up(self, answer: asyncio.Future[Answer | None]) -> None:
        """Say that none has come in time."""
        if not answer.done():
            answer.set_result(None)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:  # noqa: ARG002  connected to one
        heard = self._dialogue.hear(data)
        if heard is None:
            self._note_useless()
            return
        number, answer = heard
        future = self.waiting.get(number)
        if future is not None and not future.done():
            future.set_result(answer)

    def _note_useless(self) -> None:
        self._useless += 1
        if self.flooded and self._socket is not None and not self._socket.is_closing():
            self._socket.close()
            for answer in self.waiting.values():
                self.give_up(answer)

    def error_received(self, exc: Exception) -> None:
        """Take the news that nobody listens there as silence: it may be wrong, and silence is waited for anyway."""
