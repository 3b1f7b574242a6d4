"""One end of a TLC-FI connection, whichever: calls and their answers, and signs of life. Pure.

Whatever comes, nothing is raised: what ends a connection is in `failure`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final

from signals.adapters.tlcfi import messages
from signals.adapters.tlcfi.messages import Call, Decoder, Failure, Message, Result, RpcId, StreamError
from signals.adapters.tlcfi.objects import ErrorCode, TlcfiError, number_in
from signals.adapters.tlcfi.settings import Settings
from signals.errors import WorldError, WorldLostError, WorldTimeoutError

__all__ = ["MAX_ECHOES", "MAX_FLOW_BYTES", "MAX_MESSAGES", "MAX_REFUSED", "Answer", "Line"]

MAX_REFUSED: Final = 20
"""How many calls of a peer may be refused before it is left."""

MAX_ECHOES: Final = 3
"""How many signs of life in a row may remain unanswered."""

MAX_MESSAGES: Final = 1_000
MAX_FLOW_BYTES: Final = 8 << 20
"""How many messages and bytes of a peer are borne in a second. A large intersection sends 50 messages."""

LATEST_MS: Final = 1 << 48
"""No clock is later than the year 10,000."""

Answer = Result | Failure | None
"""What becomes of a call; `None` = no answer in time."""

Then = Callable[[Answer, float], None]


class Line:
    """One end of a connection.

    Parameters
    ----------
    settings
        Of the protocol.
    now_s
        The time.
    utc_s
        Gives the seconds since 1970 that our clock shows at a time.
    serve
        Does what a call asks for and returns its result; raises `TlcfiError` where it does not.

    Attributes
    ----------
    failure
        What ended it; `None` as long as it goes on.
    sequence, heard_s
        How many messages have come, and when the last one did.
    echoed_s
        When a sign of life was answered last.
    peer_ahead_s
        How much the clock of the peer is ahead of ours; `None` before its first sign of life.
    is_mute
        Whether it gives no signs of life, so that the peer gives up.
    is_known
        Whether the peer may give signs of life.
    """

    def __init__(
        self,
        settings: Settings,
        now_s: float,
        utc_s: Callable[[float], float],
        serve: Callable[[Call, float], object],
    ) -> None:
        self._settings, self._utc_s, self._serve = settings, utc_s, serve
        self.failure: WorldError | None = None
        self.sequence, self.heard_s, self.echoed_s = 0, float("-inf"), float("-inf")
        self._asked_s: deque[float] = deque()
        self.peer_ahead_s: float | None = None
        self.is_mute, self.is_known, self._lives = False, True, False
        self._decoder = Decoder()
        self._out: list[bytes] = []
        self._calls: dict[RpcId, tuple[float, Then]] = {}
        self._echoes: dict[bytes, Result] = {}
        self._next_id = self._refused = self._silences = 0
        self._heard_alive_s = self._said_alive_s = self._second_s = now_s
        self._messages = self._bytes = 0

    @property
    def asked_s(self) -> float:
        """When the oldest sign of life was given that was not answered yet; inf = there is none.

        Other messages do not count: they may have been on their way for long.
        """
        return self._asked_s[0] if self._asked_s else float("inf")

    @property
    def said_alive_s(self) -> float:
        """When the last sign of life was given."""
        return self._said_alive_s

    @property
    def due_s(self) -> float:
        """When `poll` has something to do again, as far as is known now."""
        settings, due_s = self._settings, float("inf")
        for sent_s, _ in self._calls.values():
            due_s = sent_s + settings.reply_s
            break  # the oldest comes first
        if not self._lives:
            return due_s
        if not self.is_mute:
            due_s = min(due_s, self._said_alive_s + settings.alive_s)
        return min(due_s, self._heard_alive_s + settings.alive_timeout_s)

    def live(self, now_s: float) -> None:
        """Begin to give signs of life, and to expect them."""
        self._lives, self._heard_alive_s = True, now_s
        self.ping(now_s)

    def ping(self, now_s: float) -> None:
        """Give a sign of life, which the peer answers."""
        if self.is_mute:
            return
        self._said_alive_s = now_s
        self._asked_s.append(now_s)
        ticks, time_ms, number = self._settings.ticks(now_s), round(self._utc_s(now_s) * 1000), self._next_id
        sign, echo = {"ticks": ticks, "time": time_ms}, messages.alive_echo(ticks, time_ms, number)
        # Whoever answers in these very bytes, as we do ourselves, is understood without reading them.
        self._echoes[echo] = Result(number, sign)

        def echoed(answer: Answer, at_s: float) -> None:
            del self._echoes[echo]
            self._asked_s.remove(now_s)
            if isinstance(answer, Result) and answer.result == sign:
                self._silences, self.echoed_s = 0, at_s
                return
            self._silences += 1
            if self._silences >= MAX_ECHOES:
                self.fail(WorldTimeoutError(f"{MAX_ECHOES} signs of life were not answered"))

        self._calls[number] = now_s, echoed
        self._out.append(messages.alive(ticks, time_ms, number))
        self._next_id += 1

    def call(self, method: str, params: Mapping[str, Any], now_s: float, then: Then) -> None:
        """Call a method of the peer."""
        self._calls[self._next_id] = now_s, then
        self._out.append(messages.call(method, params, self._next_id))
        self._next_id += 1

    def tell(self, method: str, params: Mapping[str, Any]) -> None:
        """Call a method of the peer that it does not answer."""
        self._out.append(messages.call(method, params))

    def say(self, message: bytes) -> None:
        """Send a message that is written already, and that nobody answers."""
        self._out.append(message)

    def receive(self, data: bytes, now_s: float) -> None:
        """Take what came."""
        if now_s - self._second_s >= 1.0:
            self._second_s, self._messages, self._bytes = now_s, 0, 0
        self._bytes += len(data)
        try:
            echo = None if self._decoder.is_within else self._echoes.get(data)
            for message in self._decoder.feed(data) if echo is None else (echo,):
                self._messages += 1
                if self._messages > MAX_MESSAGES or self._bytes > MAX_FLOW_BYTES:
                    self.fail(WorldLostError("more comes in a second than is bearable"))
                if self.failure is not None:
                    return
                self.sequence, self.heard_s = self.sequence + 1, now_s
                self._take(message, now_s)
        except StreamError as error:
            self.fail(error)

    def poll(self, now_s: float) -> None:
        """Do what is due by now."""
        while self._calls:
            rpc_id, (sent_s, then) = next(iter(self._calls.items()))
            if now_s - sent_s < self._settings.reply_s:
                break  # the oldest comes first
            del self._calls[rpc_id]
            then(None, now_s)
        if not self._lives:
            return
        if now_s - self._heard_alive_s >= self._settings.alive_timeout_s:
            self.fail(WorldTimeoutError(f"no sign of life for {self._settings.alive_timeout_s:g} s"))
        elif now_s - self._said_alive_s >= self._settings.alive_s:
            self.ping(now_s)

    def sent(self) -> bytes:
        """Return what is to be sent, once."""
        data = b"".join(self._out)
        self._out.clear()
        return data

    def fail(self, error: WorldError) -> None:
        """End it; the first reason counts."""
        if self.failure is None:
            self.failure = error

    def _take(self, message: Message, now_s: float) -> None:
        if isinstance(message, Call):
            self._do(message, now_s)
        elif message.id is not None and message.id in self._calls:  # else late, or an answer to nothing
            self._calls.pop(message.id)[1](message, now_s)

    def _do(self, asked: Call, now_s: float) -> None:
        try:
            found = self._hear_alive(asked, now_s) if asked.method == "Alive" else self._serve(asked, now_s)
        except TlcfiError as error:
            self._refused += 1
            if asked.id is not None:
                self._out.append(messages.failure(asked.id, error.code, error.text))
            if self._refused > MAX_REFUSED:
                self.fail(WorldLostError(f"more than {MAX_REFUSED} calls had to be refused, the last because {error}"))
            return
        if asked.id is not None and not (asked.method == "Alive" and self.is_mute):
            self._out.append(messages.result(asked.id, found))

    def _hear_alive(self, asked: Call, now_s: float) -> object:
        if not self.is_known:
            raise TlcfiError(ErrorCode.NOT_AUTHORIZED, "register first")
        number_in(asked.params, "ticks")
        self.peer_ahead_s = number_in(asked.params, "time", 0, LATEST_MS) / 1000 - self._utc_s(now_s)
        self._heard_alive_s = now_s
        return {"ticks": asked.params["ticks"], "time": asked.params["time"]}
