"""Questions that come again and again: of the answer only what has changed is made anew. No I/O.

A master asks the same objects every second, in the same octets but for the number of the request. Where all the others
are as in a question that was read whole, it names the same objects, and reading it whole could find nothing else.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from typing import NamedTuple

from signals.adapters.ntcip.ber import read_header, read_integer, sequence_of
from signals.adapters.ntcip.messages import Binding, Kind, Message, binding_octets, framed

__all__ = ["Cell", "Repeat"]


class Cell(NamedTuple):
    """An object that is asked for: its identifier, the type of its value, and what gives the value."""

    oid: bytes
    tag: int
    read: Callable[[], int | bytes]


class Repeat:
    """A question that may come again.

    Parameters
    ----------
    data, request
        The question in octets, sound, and what it says.
    cells
        What it asks for, in its order.
    """

    def __init__(self, data: bytes, request: Message, cells: Sequence[Cell]) -> None:
        self._number = _number_span(data)
        self._rest = self._without_number(data)
        self._request = request
        self._cells = tuple(cells)
        self._reads = [cell.read for cell in cells]
        self._values: list[int | bytes | None] = [None] * len(cells)
        self._parts = [b""] * len(cells)

    def again(self, data: bytes) -> Message | None:
        """Return what a question says that is this one again; `None` for any other."""
        # As long as that of a community: how long it takes to compare must not tell how much of it was right.
        if not hmac.compare_digest(self._without_number(data), self._rest):
            return None
        return self._request._replace(request_id=read_integer(data, *self._number))

    def answer(self, request: Message) -> bytes:
        """Return the response to it. Raises `BrokenMessageError` where it is longer than any that is sent."""
        values: list[int | bytes | None] = [read() for read in self._reads]
        if values != self._values:
            for k, (new, old) in enumerate(zip(values, self._values, strict=True)):
                if new != old:
                    self._parts[k] = binding_octets(Binding(self._cells[k].oid, self._cells[k].tag, new))
            self._values = values
        return framed(request._replace(kind=Kind.RESPONSE, error=0, at=0), sequence_of(self._parts))

    def _without_number(self, data: bytes) -> bytes:
        begin, end = self._number
        return data[:begin] + data[end:]


def _number_span(data: bytes) -> tuple[int, int]:
    """Return where the number of the request begins and ends in a sound message."""
    end = len(data)
    _, at, _ = read_header(data, 0, end)
    for _ in range(2):  # version, community
        _, _, at = read_header(data, at, end)
    _, at, _ = read_header(data, at, end)
    _, at, end = read_header(data, at, end)
    return at, end
