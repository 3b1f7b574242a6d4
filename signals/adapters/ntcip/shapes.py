"""Responses that are made like one before: only what has changed in them is read. Pure.

Whoever is asked the same every second, answers in the same octets but for some numbers. Where everything else is octet
for octet as in a response that was read whole, the same objects have values of the same types and lengths, and reading
it whole could find nothing else.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import Final, NamedTuple

from signals.adapters.ntcip.ber import COUNTER32, INTEGER, read_header, read_integer, read_unsigned
from signals.adapters.ntcip.messages import Binding, Message

__all__ = ["ID_OCTETS", "Shape", "Spans", "number_span"]

Spans = tuple[tuple[int, int], ...]

TAGS: Final = frozenset({INTEGER, COUNTER32})
ID_OCTETS: Final = 4


MOST_REMEMBERED: Final = 4096


class _Layout(NamedTuple):
    """Where what stands in a response; the same for all controllers that are asked the same.

    Attributes
    ----------
    size, id_at
        Octets of the message, and where the number of the request begins.
    spans, starts
        Where each value begins and ends, and where it begins.
    values, fixed
        The bits of the values, and those of everything but the values and the number of the request.
    """

    size: int
    id_at: int
    spans: Spans
    starts: tuple[int, ...]
    values: int
    fixed: int


class Shape:
    """How the response to one request is made.

    Parameters
    ----------
    data
        A response, sound and without an error.
    message
        What it says; its values are numbers.

    Attributes
    ----------
    bindings
        What the last one said that was made like it.
    spans
        Where each value begins and ends.
    """

    __slots__ = ("_fixed", "_layout", "_number", "bindings", "spans")

    def __init__(self, data: bytes, message: Message) -> None:
        self.bindings = tuple(map(_once, message.bindings))
        self._layout = _layout(len(data), *_places(data))
        self.spans = self._layout.spans
        self._number = int.from_bytes(data)
        self._fixed = self._number & self._layout.fixed

    @classmethod
    def of(cls, data: bytes, message: Message) -> Shape | None:
        """Return the shape of a response that was read whole; `None` where it cannot be told by its octets alone."""
        if message.error or message.at or not message.bindings:
            return None
        if any(binding.tag not in TAGS for binding in message.bindings):
            return None
        start, _ = _places(data)
        sized = data[start - 1] == ID_OCTETS and start + ID_OCTETS <= len(data)
        return cls(data, message) if sized else None

    def request_id(self, data: bytes) -> int | None:
        """Return the number of a response that is made like this; `None` for any other."""
        layout = self._layout
        if len(data) != layout.size or int.from_bytes(data) & layout.fixed != self._fixed:
            return None
        return int.from_bytes(data[layout.id_at : layout.id_at + ID_OCTETS], signed=True)

    def read(self, data: bytes) -> tuple[Binding, ...]:
        """Return what a response says that is made like this. Raises `BrokenMessageError` where a number is none."""
        number, layout = int.from_bytes(data), self._layout
        changed = (number ^ self._number) & layout.values
        if changed:
            bindings = list(self.bindings)
            while changed:
                k = bisect_right(layout.starts, layout.size - (changed.bit_length() + 7) // 8) - 1
                span = self.spans[k]
                oid, tag, _ = bindings[k]
                read = read_integer if tag == INTEGER else read_unsigned
                bindings[k] = Binding(oid, tag, read(data, *span))
                changed &= ~_bits(layout.size, *span)
            self._number, self.bindings = number, tuple(bindings)
        return self.bindings


@lru_cache(MOST_REMEMBERED)
def _layout(size: int, id_at: int, spans: Spans) -> _Layout:
    values = sum(_bits(size, start, stop) for start, stop in spans)  # none overlaps another
    fixed = ~(values | _bits(size, id_at, id_at + ID_OCTETS)) & (1 << 8 * size) - 1
    return _Layout(size, id_at, spans, tuple(start for start, _ in spans), values, fixed)


@lru_cache(MOST_REMEMBERED)
def _once(binding: Binding) -> Binding:
    """Return the same object for equal ones: a thousand controllers are asked for the same, and say much the same."""
    return binding


def _bits(size: int, start: int, stop: int) -> int:
    """Return some octets of a message of a size as bits of one number."""
    return (1 << 8 * (stop - start)) - 1 << 8 * (size - stop)


def _places(data: bytes) -> tuple[int, Spans]:
    """Find where the request id of a sound message begins, and where each value begins and ends."""
    end = len(data)
    request_id, at = number_span(data)
    for _ in range(2):  # error, and at which binding
        _, _, at = read_header(data, at, end)
    _, at, _ = read_header(data, at, end)
    spans = []
    while at < end:
        _, inner, at = read_header(data, at, end)
        _, _, inner = read_header(data, inner, at)
        _, start, stop = read_header(data, inner, at)
        spans.append((start, stop))
    return request_id, tuple(spans)


def number_span(data: bytes) -> tuple[int, int]:
    """Return where the number of the request begins and ends in a sound message."""
    end = len(data)
    _, at, _ = read_header(data, 0, end)
    for _ in range(2):  # version, community
        _, _, at = read_header(data, at, end)
    _, at, _ = read_header(data, at, end)
    _, at, end = read_header(data, at, end)
    return at, end
