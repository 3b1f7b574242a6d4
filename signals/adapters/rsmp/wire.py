"""One TCP connection, seen from whoever owns it: bytes come, bytes go, and it ends."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Final

from signals.adapters.cabinet.tls import names_in

__all__ = ["Wire"]

UNSENT_BYTES: Final = 4 << 20
"""Whoever does not read for so long is left."""


class Wire(asyncio.Protocol):
    """A connection that is never longer open than its owner wants, and never holds more than some megabytes.

    Parameters
    ----------
    opened, received, lost
        Called when it is there, with every piece that comes, and once when it is gone.

    Attributes
    ----------
    is_open
        Whether it is there.
    peer
        The address of the other side.
    names
        Whom its certificate is for; nobody where there was none to verify.
    """

    def __init__(
        self, opened: Callable[[Wire], None], received: Callable[[bytes], None], lost: Callable[[], None]
    ) -> None:
        self._opened, self._received, self._lost = opened, received, lost
        self._transport: asyncio.Transport | None = None
        self.peer = ""
        self.names: frozenset[str] = frozenset()

    @property
    def is_open(self) -> bool:
        """Whether it is there."""
        return self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # it is TCP
        """Take the connection; small messages go at once."""
        self._transport = transport
        name = transport.get_extra_info("peername")
        self.peer = str(name[0]) if name else ""
        self.names = names_in(transport.get_extra_info("peercert"))
        connected = transport.get_extra_info("socket")
        if connected is not None:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._opened(self)

    def data_received(self, data: bytes) -> None:
        """Hand on what came."""
        if self.is_open:
            self._received(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  gone is gone
        """Tell the owner."""
        self._transport = None
        self._lost()

    def write(self, data: bytes) -> None:
        """Send, as soon as the other side reads."""
        if self._transport is None or not data or self._transport.is_closing():
            return
        if self._transport.get_write_buffer_size() + len(data) > UNSENT_BYTES:
            self._transport.abort()
            return
        self._transport.write(data)

    def listen(self, on: bool) -> None:  # noqa: FBT001  a switch
        """Read, or let what comes wait with the other side."""
        if self._transport is not None and not self._transport.is_closing():
            (self._transport.resume_reading if on else self._transport.pause_reading)()

    def close(self) -> None:
        """End it; what the other side does not read at once is lost."""
        if self._transport is None:
            return
        if self._transport.get_write_buffer_size():
            self._transport.abort()
        else:
            self._transport.close()

    def abort(self) -> None:
        """End it now."""
        if self._transport is not None:
            self._transport.abort()
