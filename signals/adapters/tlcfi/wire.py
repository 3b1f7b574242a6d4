"""A connection between two loops: bytes come in, answers go out, and nobody piles up what a peer does not read."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Final, cast

__all__ = ["MAX_UNREAD", "Wire"]

MAX_UNREAD: Final = 4 << 20
"""How many bytes a peer may leave unread before it is left."""


class Wire(asyncio.Protocol):
    """One connection.

    Parameters
    ----------
    heard
        Takes what came.
    opened, ended
        Told that the connection is there, and that it is not any more.

    Attributes
    ----------
    peer
        The address of the other side.
    is_open
        Whether something can be sent.
    was_open
        Whether it ever was.
    closed
        Set once it has ended.
    error
        What asyncio says why; None = nothing.
    """

    def __init__(
        self, heard: Callable[[Wire, bytes], None], opened: Callable[[Wire], None], ended: Callable[[Wire], None]
    ) -> None:
        self._heard, self._opened, self._ended = heard, opened, ended
        self._transport: asyncio.Transport | None = None
        self.peer = ""
        self.is_open = self.was_open = False
        self.closed = asyncio.Event()
        self.error: Exception | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; called by asyncio."""
        self._transport = cast("asyncio.Transport", transport)
        self.peer = str((transport.get_extra_info("peername") or ("",))[0])
        if (plug := transport.get_extra_info("socket")) is not None:
            with suppress(OSError):  # it is gone already
                plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.is_open = self.was_open = True
        self._opened(self)

    def data_received(self, data: bytes) -> None:
        """Take what came; called by asyncio."""
        if self.is_open:
            self._heard(self, data)

    def connection_lost(self, exc: Exception | None) -> None:
        """End; called by asyncio."""
        self.is_open, self.error = False, exc
        self.closed.set()
        self._ended(self)

    def send(self, data: bytes) -> None:
        """Send, or break the connection where the peer does not read."""
        if not data or not self.is_open or self._transport is None:
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > MAX_UNREAD:
            self.abort()

    def close(self) -> None:
        """End it once all is sent."""
        self.is_open = False
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """End it at once."""
        self.is_open = False
        if self._transport is not None:
            self._transport.abort()
