"""Questions that come again and again: of the answer only what has changed is made anew. No I/O.

A master asks the same objects every second, in the same octets but for the number of the request. Where all the others
are as in a question that was read whole, it names the same objects, and reading it whole could find nothing else.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import TYPE_CHECKING

from signals.adapters.ntcip.ber import read_integer, sequence_of
from signals.adapters.ntcip.messages import Binding, Kind, Message, binding_octets, framed
from signals.adapters.ntcip.shapes import number_span

if TYPE_CHECKING:
    from signals.adapters.ntcip.agent import Leaf

__all__ = ["Repeat"]


class Repeat:
    """A question that may come again.

    Parameters
    ----------
    data, request
        The question in octets, sound, and what it says.
    leaves
        The objects that it asks for, in its order.
    """

    def __init__(self, data: bytes, request: Message, leaves: Sequence[Leaf]) -> None:
        self._number = number_span(data)
        self._rest = self._without_number(data)
        self._request = request
        self._leaves = leaves
        self._values: list[int | bytes | None] = [None] * len(leaves)
        self._parts = [b""] * len(leaves)

    def again(self, data: bytes) -> Message | None:
        """Return what a question says that is this one again; `None` for any other."""
        # As long as that of a community: how long it takes to compare must not tell how much of it was right.
        if not hmac.compare_digest(self._without_number(data), self._rest):
            return None
        return self._request._replace(request_id=read_integer(data, *self._number))

    def answer(self, request: Message) -> bytes:
        """Return the response to it. Raises `BrokenMessageError` where it is longer than any that is sent."""
        values: list[int | bytes | None] = [leaf.read() for leaf in self._leaves]
        if values != self._values:
            for k, (new, old) in enumerate(zip(values, self._values, strict=True)):
                if new != old:
                    self._parts[k] = binding_octets(Binding(request.bindings[k].oid, self._leaves[k].tag, new))
            self._values = values
        return framed(request._replace(kind=Kind.RESPONSE, error=0, at=0), sequence_of(self._parts))

    def _without_number(self, data: bytes) -> bytes:
        begin, end = self._number
        return data[:begin] + data[end:]
