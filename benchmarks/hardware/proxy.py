"""A wire that can be made bad: a proxy for TCP streams and UDP datagrams between an adapter and a controller.

What can go wrong, in both directions:

===============  =====================================================================================================
loss             a datagram is dropped; of a stream, whatever comes is held back as long as a retransmission takes
delay            everything comes later, by a time and a jitter
duplicate        a datagram comes twice (streams cannot)
reorder          a datagram overtakes the one before, if it comes in time (streams cannot)
slice            what is read of a stream at once begins in pieces of three bytes
truncate         a datagram, or what is read of a stream at once, ends early
flip             a bit is turned over
hold             nothing comes any more; what a stream held comes at once when the wire is good again, as TCP does it
black_hole       nothing comes any more, and nobody is told
half_open        what we send arrives, nothing comes back
reset            connections are broken; new ones are taken
refuse           connections are broken; no new ones are taken
flood            garbage arrives as fast as it can be sent
===============  =====================================================================================================

All chance comes from a seed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Final, cast

__all__ = ["KINDS", "RETRANSMISSION_S", "Fault", "TcpProxy", "UdpProxy", "pieces"]

KINDS: Final = (
    "loss", "delay", "duplicate", "reorder", "slice", "truncate", "flip", "hold", "black_hole", "half_open",
    "reset", "refuse", "flood",
)  # fmt: skip

RETRANSMISSION_S: Final = 0.25
"""How long TCP waits before it sends a lost segment again: 200 ms and more on Linux."""
CHUNK: Final = 65_536
OVERTAKEN_S: Final = 0.05
"""How long a datagram waits to be overtaken."""
PIECE, MOST_PIECES = 3, 6
"""Bytes in a piece, and how many there are. On a connection that has been in use for a while a kernel may wait 40 ms
before it acknowledges small segments, and sends no more than ten before that: with hundreds of pieces, the wire is too
slow for the protocol, whatever becomes of messages that are cut."""
HOLD_S: Final = 0.01
"""How often a stream that holds looks whether the wire is good again."""


@dataclass
class Fault:
    """What is wrong with a wire now.

    Parameters
    ----------
    kind
        One of `KINDS`; empty = nothing.
    share
        Of what passes, how much it happens to.
    delay_s, jitter_s
        Of ``delay``, of ``loss`` in streams (how long a retransmission takes) and of ``reorder`` (how long a datagram
        waits to be overtaken), in seconds of the wall.
    rate_hz
        Of ``flood``: datagrams, or pieces of a stream, in a second.
    """

    kind: str = ""
    share: float = 1.0
    delay_s: float = 0.0
    jitter_s: float = 0.0
    rate_hz: float = 10_000.0

    def __post_init__(self) -> None:
        if self.kind and self.kind not in KINDS:
            raise ValueError(f'unknown fault "{self.kind}" (known: {", ".join(KINDS)})')


@dataclass
class _Wire:
    """What both kinds of proxy share: where it leads, what is wrong with it, and chance."""

    host: str
    port: int
    seed: int = 0
    fault: Fault = field(default_factory=Fault)

    def __post_init__(self) -> None:
        self._rng = Random(self.seed)
        self._tasks: set[asyncio.Task[object]] = set()

    def _happens(self, *kinds: str) -> bool:
        return self.fault.kind in kinds and self._rng.random() < self.fault.share

    def _spoilt(self, data: bytes) -> bytes:
        """Return data that was cut or in which a bit was turned over, where that is what is wrong."""
        if data and self._happens("truncate"):
            return data[: self._rng.randrange(len(data))]
        if data and self._happens("flip"):
            at = self._rng.randrange(len(data))
            return data[:at] + bytes([data[at] ^ 1 << self._rng.randrange(8)]) + data[at + 1 :]
        return data

    def _late_s(self) -> float:
        if self.fault.kind != "delay":
            return 0.0
        return max(0.0, self.fault.delay_s + self.fault.jitter_s * (2 * self._rng.random() - 1))

    def _begin(self, work: Awaitable[object]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(cast("asyncio.Task[object]", task))
        task.add_done_callback(lambda done: self._tasks.discard(cast("asyncio.Task[object]", done)))

    async def _end(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class TcpProxy(_Wire):
    """A proxy for streams."""

    async def start(self) -> int:
        """Listen, and return the port."""
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self._pairs: set[asyncio.StreamWriter] = set()
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """End everything."""
        self._server.close()
        self.cut()
        await self._end()
        await self._server.wait_closed()

    def set(self, fault: Fault) -> None:
        """Let something be wrong from now on; a default `Fault` makes the wire good again."""
        self.fault = fault
        if fault.kind in ("reset", "refuse"):
            self.cut()
        if fault.kind == "flood":
            self._begin(self._flood(fault))

    def cut(self) -> None:
        """Break every connection."""
        for writer in tuple(self._pairs):
            writer.transport.abort()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._begin(self._carry(reader, writer))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._pairs.add(writer)
        try:
            if self.fault.kind == "refuse":
                return
            far_reader, far_writer = await asyncio.open_connection(self.host, self.port)
            self._pairs.add(far_writer)
            try:
                ways = [
                    asyncio.ensure_future(self._pump(reader, far_writer, back=False)),
                    asyncio.ensure_future(self._pump(far_reader, writer, back=True)),
                ]
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
            finally:
                self._pairs.discard(far_writer)
                far_writer.transport.abort()
        except OSError:
            pass  # a far end that is not there is a connection that ends
        finally:
            self._pairs.discard(writer)
            writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, back: bool) -> None:
        while data := await reader.read(CHUNK):
            if self.fault.kind == "black_hole" or (self.fault.kind == "half_open" and back):
                continue
            while self.fault.kind == "hold":  # noqa: ASYNC110  a fault is a plain value
                await asyncio.sleep(HOLD_S)
            if self._happens("loss"):
                await asyncio.sleep(self.fault.delay_s or RETRANSMISSION_S)
            await asyncio.sleep(self._late_s())
            data = self._spoilt(data)
            for piece in pieces(data) if self.fault.kind == "slice" else (data,):
                writer.write(piece)
                with suppress(ConnectionError):
                    await writer.drain()

    async def _flood(self, fault: Fault) -> None:
        """Write garbage to our end, in bursts."""
        while self.fault is fault:
            for writer in tuple(self._pairs):
                if writer.transport.get_write_buffer_size() < CHUNK:
                    writer.write(self._rng.randbytes(16) * max(1, int(fault.rate_hz / 100)))
            await asyncio.sleep(0.01)


def pieces(data: bytes) -> Iterator[bytes]:
    """Cut what was read of a stream: its beginning into small pieces, the rest whole."""
    cut = PIECE * MOST_PIECES
    for first in range(0, min(len(data), cut), PIECE):
        yield data[first : min(first + PIECE, cut)]
    if len(data) > cut:
        yield data[cut:]


class UdpProxy(_Wire):
    """A proxy for datagrams; whoever sent last from our side gets the answers."""

    async def start(self) -> int:
        """Listen, and return the port."""
        loop = asyncio.get_running_loop()
        self._near_address: tuple[str, int] | None = None
        self._held: dict[bool, bytes] = {}
        self._far, _ = await loop.create_datagram_endpoint(
            lambda: _Ear(lambda data, _: self._pass(data, back=True)), remote_addr=(self.host, self.port)
        )
        self._near, _ = await loop.create_datagram_endpoint(lambda: _Ear(self._near_heard), ("127.0.0.1", 0))
        return int(self._near.get_extra_info("sockname")[1])

    async def stop(self) -> None:
        """End everything."""
        self._near.close()
        self._far.close()
        await self._end()

    def set(self, fault: Fault) -> None:
        """Let something be wrong from now on; a default `Fault` makes the wire good again."""
        self.fault = fault
        if fault.kind == "flood":
            self._begin(self._flood(fault))

    def cut(self) -> None:
        """Do nothing: datagrams have no connection."""

    def _near_heard(self, data: bytes, sender: tuple[str, int]) -> None:
        self._near_address = sender
        self._pass(data, back=False)

    def _pass(self, data: bytes, *, back: bool) -> None:
        gone = self.fault.kind in ("hold", "black_hole", "refuse", "reset") or (self.fault.kind == "half_open" and back)
        if gone or self._happens("loss"):
            return
        data = self._spoilt(data)
        if self._happens("reorder") and back not in self._held:
            self._held[back] = data
            asyncio.get_running_loop().call_later(self.fault.delay_s or OVERTAKEN_S, partial(self._let_go, back=back))
            return
        late_s = self._late_s()
        for _ in range(2 if self._happens("duplicate") else 1):
            self._send(data, late_s, back=back)
        self._let_go(back=back)

    def _let_go(self, *, back: bool) -> None:
        """Send what was held back, if it is still there: something has overtaken it, or nothing came."""
        if back in self._held:
            self._send(self._held.pop(back), 0.0, back=back)

    def _send(self, data: bytes, late_s: float, *, back: bool) -> None:
        if late_s:
            asyncio.get_running_loop().call_later(late_s, partial(self._out, data, back=back))
        else:
            self._out(data, back=back)

    def _out(self, data: bytes, *, back: bool) -> None:
        if not back:
            if not self._far.is_closing():
                self._far.sendto(data)
        elif self._near_address is not None and not self._near.is_closing():
            self._near.sendto(data, self._near_address)

    async def _flood(self, fault: Fault) -> None:
        """Send garbage to our end, in bursts."""
        while self.fault is fault:
            for _ in range(max(1, int(fault.rate_hz / 100))):
                self._out(self._rng.randbytes(self._rng.randrange(1, 300)), back=True)
            await asyncio.sleep(0.01)


class _Ear(asyncio.DatagramProtocol):
    """Tells somebody what it hears."""

    def __init__(self, heard: Callable[[bytes, tuple[str, int]], None]) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Pass it on."""
        self._heard(data, addr)

    def error_received(self, exc: Exception) -> None:
        """Take it as a datagram that was lost: the far end is not there."""
        del exc
