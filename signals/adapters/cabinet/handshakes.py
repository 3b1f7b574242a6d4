"""Those who have come in and are not behind TLS yet: few, for a short time, and only from where they may come.

`asyncio` tells nobody about a connection before its handshake is over. So connections are taken without TLS, looked at,
and upgraded: whoever may not come in costs no handshake, and nobody is forgotten in the middle of one.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Final, cast
from weakref import WeakSet

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.tls import handshake_trouble

__all__ = ["HANDSHAKE_S", "MAX_HANDSHAKES", "Handshakes"]

HANDSHAKE_S: Final = 5.0
"""How long a handshake may take, in seconds of the clock, but no less than `LEAST_WALL_S`."""
LEAST_WALL_S: Final = 0.5
"""Arithmetic of keys takes as long at a bench that is faster than the wall."""
GOODBYE_S: Final = 1.0
"""How long the end of TLS may take."""
MAX_HANDSHAKES: Final = 64
TURNS: Final = 50
"""Of the loop at most until the sockets of those who were broken off are closed; some six are enough."""


class Handshakes:
    """Makes protocols for a server; called, it returns one that does the handshake and then hands over.

    Parameters
    ----------
    tls
        How TLS is spoken.
    make
        Makes whoever speaks to somebody that is behind TLS.
    lets_in
        Whether somebody may come in, by his address.
    clock
        The time.
    failed
        Is told whose handshake failed, by his address, and why.
    """

    def __init__(
        self,
        tls: ssl.SSLContext,
        make: Callable[[], asyncio.Protocol],
        lets_in: Callable[[str], bool],
        clock: Clock,
        failed: Callable[[str, str], object] = lambda _peer, _why: None,
    ) -> None:
        self.tls, self.make, self._lets_in, self._clock, self.failed = tls, make, lets_in, clock, failed
        self._under_way: set[_Handshake] = set()
        self._alive: WeakSet[asyncio.Transport] = WeakSet()
        self._ended = False

    @property
    def under_way(self) -> int:
        """How many there are."""
        return len(self._under_way)

    def __call__(self) -> asyncio.Protocol:
        """Make a protocol for somebody who comes in."""
        return _Handshake(self)

    @property
    def limits_s(self) -> tuple[float, float]:
        """How long a handshake and the end of TLS may take, in seconds of the wall."""
        return max(HANDSHAKE_S / self._clock.speed, LEAST_WALL_S), max(GOODBYE_S / self._clock.speed, LEAST_WALL_S)

    def begin(self, one: _Handshake, peer: str) -> bool:
        """Count somebody in; False where he may not come in, or too many have come."""
        if self._ended or len(self._under_way) >= MAX_HANDSHAKES or not self._lets_in(peer):
            return False
        self._under_way.add(one)
        return True

    def answer_for(self, plain: asyncio.Transport) -> None:
        """Remember a socket that is to be closed in the end."""
        self._alive.add(plain)

    def hand_over(self, plain: asyncio.Transport) -> None:
        """Forget a socket for which somebody else answers from now on."""
        self._alive.discard(plain)

    def done(self, one: _Handshake) -> None:
        """Count somebody out."""
        self._under_way.discard(one)

    async def end(self) -> None:
        """Break off those that are under way, let nobody in any more, and leave nothing of them."""
        self._ended = True
        tasks = [task for one in tuple(self._under_way) if (task := one.leave()) is not None]
        if tasks:
            await asyncio.wait(tasks)
        for plain in tuple(self._alive):
            plain.abort()
        for _ in range(TURNS):  # their sockets are closed by the loop, and somebody may just have been taken
            await self._clock.sleep(0)


class _Handshake(asyncio.Protocol):
    """Somebody who has come in."""

    def __init__(self, all_: Handshakes) -> None:
        self._all = all_
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None
        self._early, self._lost, self._peer = b"", False, ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Look who it is; called by asyncio."""
        self._transport = plain = cast("asyncio.Transport", transport)
        self._all.answer_for(plain)
        self._peer = str((plain.get_extra_info("peername") or ("",))[0])
        if not self._all.begin(self, self._peer):
            plain.abort()
            return
        plain.pause_reading()
        self._task = asyncio.get_running_loop().create_task(self._secure(plain))

    def data_received(self, data: bytes) -> None:
        """Keep what came right behind the handshake; called by asyncio."""
        self._early += data

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  gone is gone
        """Note that it is gone; called by asyncio."""
        self._lost = True

    def leave(self) -> asyncio.Task[None] | None:
        """Break it off, and return what ends then."""
        self._all.done(self)  # who is broken off before he began never comes to say so
        if self._task is not None:
            self._task.cancel()
        if self._transport is not None:
            self._transport.abort()
        return self._task

    async def _secure(self, plain: asyncio.Transport) -> None:
        shake_s, goodbye_s = self._all.limits_s
        try:
            secured = await asyncio.get_running_loop().start_tls(
                plain,
                self,
                self._all.tls,
                server_side=True,
                ssl_handshake_timeout=shake_s,
                ssl_shutdown_timeout=goodbye_s,
            )
        except OSError as error:  # no TLS, no certificate, or not in time: whoever it is, nothing was said to him
            self._all.failed(self._peer, handshake_trouble(error))
            plain.abort()
            return
        finally:
            self._all.done(self)
        if secured is not None:
            self._hand_over(secured)

    def _hand_over(self, secured: asyncio.Transport) -> None:
        if self._transport is not None:
            self._all.hand_over(self._transport)
        speaker = self._all.make()
        secured.set_protocol(speaker)
        speaker.connection_made(secured)
        if self._early:
            speaker.data_received(self._early)
        if self._lost:
            speaker.connection_lost(None)
