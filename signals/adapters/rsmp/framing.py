"""Messages in a stream: each ends with a form feed; what is too long is an error before it fills the memory."""

from __future__ import annotations

from typing import Final

from signals.errors import WorldError

__all__ = ["LIMIT_BYTES", "Deframer", "FramingError", "frame"]

END: Final = b"\x0c"
LIMIT_BYTES: Final = 1 << 20
"""The longest message; the traffic parameters of a controller (S0098) are the only long ones."""


class FramingError(WorldError):
    """A message that never ends."""


def frame(text: bytes) -> bytes:
    """Return a message as it goes over the wire."""
    return text + END


class Deframer:
    """Takes a stream in pieces of any size and gives the messages in it.

    Parameters
    ----------
    limit_bytes
        The longest message.
    """

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._pieces: list[bytes] = []
        self._held_bytes = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Take a piece, return the messages that end in it; empty ones (several form feeds) are left out.

        Raises
        ------
        FramingError
            When a message is longer than the limit; nothing can be read after that.
        """
        *whole, rest = data.split(END)
        messages = []
        for part in whole:
            text = b"".join((*self._pieces, part)) if self._pieces else part
            self._pieces, self._held_bytes = [], 0
            self._check(len(text))
            if text.strip():
                messages.append(text)
        if rest:
            self._check(self._held_bytes + len(rest))
            self._pieces.append(rest)
            self._held_bytes += len(rest)
            if len(self._pieces) > 1 << 10:  # one byte at a time costs no more than the bytes
                self._pieces = [b"".join(self._pieces)]
        return messages

    def _check(self, size_bytes: int) -> None:
        if size_bytes > self._limit_bytes:
            raise FramingError(f"RSMP: a message of more than {self._limit_bytes} bytes")
