"""An SNMP agent over a tree of objects: requests in, responses out, with the errors of version 1 and of 2c. Pure."""

from __future__ import annotations

import hmac
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from signals.adapters.ntcip.ber import INTEGER, BrokenMessageError, arcs_of, oid_of
from signals.adapters.ntcip.messages import (
    END_OF_VIEW,
    NO_SUCH_INSTANCE,
    NO_SUCH_OBJECT,
    Binding,
    ErrorStatus,
    Kind,
    Message,
    Version,
    decode,
    encode,
)
from signals.adapters.ntcip.objects import Access
from signals.adapters.ntcip.repeats import Repeat

__all__ = ["Agent", "Bounds", "Leaf", "Tree", "Write"]

MOST_REPETITIONS: Final = 64
MOST_REPEATS: Final = 4
"""So many questions are remembered, one of each length."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One instance of an object.

    Parameters
    ----------
    name
        Of the object.
    arcs
        Identifier, instance and all.
    index
        The instance alone.
    read
        Gives its value.
    access
        Who may write it.
    low, high, tag
        Which values it has.
    """

    name: str
    arcs: tuple[int, ...]
    index: tuple[int, ...]
    read: Callable[[], int | bytes]
    access: Access
    low: int = 0
    high: int = 255
    tag: int = INTEGER


class Write(NamedTuple):
    """Something that is written.

    Attributes
    ----------
    name, instance
        The object and its instance.
    value
        The number.
    """

    name: str
    instance: tuple[int, ...]
    value: int


class Tree:
    """Objects in the order of their identifiers.

    Parameters
    ----------
    leaves
        Every instance once.
    """

    def __init__(self, leaves: Iterable[Leaf]) -> None:
        rows = sorted(leaves, key=lambda leaf: leaf.arcs)
        self._arcs = [leaf.arcs for leaf in rows]
        self._rows = [(oid_of(leaf.arcs), leaf) for leaf in rows]
        self._by_oid = dict(self._rows)
        self._place = {oid: number for number, (oid, _) in enumerate(self._rows)}
        self._columns = {leaf.arcs[: len(leaf.arcs) - len(leaf.index)] for leaf in rows}

    def leaf(self, oid: bytes) -> Leaf | None:
        """Return the object of an identifier."""
        return self._by_oid.get(oid)

    def after(self, oid: bytes) -> tuple[bytes, Leaf] | None:
        """Return the first object behind an identifier, whether there is one there or not; `None` at the end."""
        place = self._place.get(oid)
        at = bisect_right(self._arcs, arcs_of(oid)) if place is None else place + 1
        return self._rows[at] if at < len(self._rows) else None

    def why_missing(self, oid: bytes) -> int:
        """Return which of the two absences of version 2c it is."""
        arcs = arcs_of(oid)
        known = any(arcs[:size] in self._columns for size in range(len(arcs) + 1))
        return NO_SUCH_INSTANCE if known else NO_SUCH_OBJECT


class Bounds(NamedTuple):
    """Beyond which an answer is too big.

    Attributes
    ----------
    varbinds
        Objects in a message.
    octets
        Length of a message.
    """

    varbinds: int
    octets: int


class _RefusedError(Exception):
    """An error of version 2c, and at which binding."""

    def __init__(self, error: ErrorStatus, index: int) -> None:
        super().__init__(error.name)
        self.error, self.index = error, index


IN_VERSION_1: Final = {
    ErrorStatus.NO_ACCESS: ErrorStatus.NO_SUCH_NAME,
    ErrorStatus.NO_CREATION: ErrorStatus.NO_SUCH_NAME,
    ErrorStatus.NOT_WRITABLE: ErrorStatus.READ_ONLY,
    ErrorStatus.WRONG_TYPE: ErrorStatus.BAD_VALUE,
    ErrorStatus.WRONG_VALUE: ErrorStatus.BAD_VALUE,
}


class Agent:
    """Answers requests about a tree.

    Parameters
    ----------
    tree
        The objects.
    write
        Takes everything that one request writes, once all of it was found right.
    communities
        For reading, and for reading and writing. They are in no `repr`.
    bounds
        Beyond which an answer is too big.
    allowed
        Whether a value that its object can have is taken by this controller.
    """

    def __init__(
        self,
        tree: Tree,
        write: Callable[[Sequence[Write]], None],
        communities: tuple[bytes, bytes],
        bounds: Bounds,
        allowed: Callable[[Write], bool],
    ) -> None:
        self._tree, self._write, self._bounds, self._allowed = tree, write, bounds, allowed
        self._reads, self._writes = communities
        self._repeats: dict[int, Repeat] = {}

    def answer(self, data: bytes) -> bytes | None:
        """Return the response to a datagram; `None` where there is none: no request, or a wrong community."""
        repeat = self._repeats.get(len(data))
        again = None if repeat is None else repeat.again(data)
        if repeat is not None and again is not None:
            return self._bounded(again, repeat.answer(again))
        try:
            request = decode(data)
        except BrokenMessageError:
            return None
        may_write = hmac.compare_digest(request.community, self._writes)
        if not may_write and not hmac.compare_digest(request.community, self._reads):
            return None
        if request.kind is Kind.RESPONSE or (request.kind is Kind.GET_BULK and request.version is Version.V1):
            return None
        try:
            bindings = self._carry_out(request, may_write=may_write)
        except _RefusedError as refused:
            return self._refusal(request, refused.error, refused.index)
        self._note_repeat(data, request)
        return self._bounded(request, encode(request._replace(kind=Kind.RESPONSE, error=0, at=0, bindings=bindings)))

    def _bounded(self, request: Message, response: bytes) -> bytes:
        """Return a response, or that it is too big."""
        return response if len(response) <= self._bounds.octets else self._refusal(request, ErrorStatus.TOO_BIG, 0)

    def _note_repeat(self, data: bytes, request: Message) -> None:
        """Remember a question about what is there; whoever asks it is likely to ask it again."""
        if request.kind is not Kind.GET:
            return
        leaves = [leaf for row in request.bindings if (leaf := self._tree.leaf(row.oid)) is not None]
        if len(leaves) < len(request.bindings):
            return
        self._repeats[len(data)] = Repeat(data, request, leaves)
        if len(self._repeats) > MOST_REPEATS:
            del self._repeats[next(iter(self._repeats))]

    def _carry_out(self, request: Message, *, may_write: bool) -> tuple[Binding, ...]:
        if len(request.bindings) > self._bounds.varbinds:
            raise _RefusedError(ErrorStatus.TOO_BIG, 0)
        match request.kind:
            case Kind.GET:
                return tuple([self._get(request, k) for k in range(len(request.bindings))])
            case Kind.GET_NEXT:
                return tuple(self._next(request, k) for k in range(len(request.bindings)))
            case Kind.SET:
                return self._set(request, may_write=may_write)
            case _:
                return self._bulk(request)

    def _refusal(self, request: Message, error: ErrorStatus, index: int) -> bytes:
        if request.version is Version.V1:
            error = IN_VERSION_1.get(error, error)
        bindings = () if error is ErrorStatus.TOO_BIG else request.bindings
        return encode(request._replace(kind=Kind.RESPONSE, error=error, at=index, bindings=bindings))

    def _get(self, request: Message, k: int) -> Binding:
        oid = request.bindings[k].oid
        leaf = self._tree.leaf(oid)
        if leaf is not None:
            return Binding(oid, leaf.tag, leaf.read())
        if request.version is Version.V1:
            raise _RefusedError(ErrorStatus.NO_SUCH_NAME, k + 1)
        return Binding(oid, self._tree.why_missing(oid))

    def _next(self, request: Message, k: int) -> Binding:
        found = self._after(request.bindings[k].oid)
        if found.tag == END_OF_VIEW and request.version is Version.V1:
            raise _RefusedError(ErrorStatus.NO_SUCH_NAME, k + 1)
        return found

    def _after(self, oid: bytes) -> Binding:
        found = self._tree.after(oid)
        if found is None:
            return Binding(oid, END_OF_VIEW)
        return Binding(found[0], found[1].tag, found[1].read())

    def _bulk(self, request: Message) -> tuple[Binding, ...]:
        """Go on from several objects at once, for as long as the answer is not too big (RFC 3416, 4.2.3)."""
        once = min(max(request.error, 0), len(request.bindings))
        bindings = [self._after(binding.oid) for binding in request.bindings[:once]]
        ahead = [binding.oid for binding in request.bindings[once:]]
        empty = len(encode(request._replace(bindings=())))
        # Lengths of more than 127 octets take up to three octets more, in three places.
        room = self._bounds.octets - len(encode(request._replace(bindings=tuple(bindings)))) - 9
        for _ in range(min(max(request.at, 0), MOST_REPETITIONS) if ahead else 0):
            row = [self._after(oid) for oid in ahead]
            room -= len(encode(request._replace(bindings=tuple(row)))) - empty
            if room < 0 or len(bindings) + len(row) > self._bounds.varbinds:
                break
            bindings += row
            ahead = [binding.oid for binding in row]
            if all(binding.tag == END_OF_VIEW for binding in row):
                break
        return tuple(bindings)

    def _set(self, request: Message, *, may_write: bool) -> tuple[Binding, ...]:
        """Write all or nothing (RFC 3416, 4.2.5)."""
        writes = [self._checked(binding, k, may_write=may_write) for k, binding in enumerate(request.bindings, 1)]
        self._write(writes)
        return request.bindings

    def _checked(self, binding: Binding, k: int, *, may_write: bool) -> Write:
        leaf, value = self._tree.leaf(binding.oid), binding.value
        if not may_write:
            raise _RefusedError(ErrorStatus.NO_ACCESS, k)
        if leaf is None:
            raise _RefusedError(ErrorStatus.NO_CREATION, k)
        if leaf.access is Access.STATUS:
            raise _RefusedError(ErrorStatus.NOT_WRITABLE, k)
        if binding.tag != leaf.tag:
            raise _RefusedError(ErrorStatus.WRONG_TYPE, k)
        if leaf.access is Access.DATABASE:
            # Its tables are written in a transaction only, and this controller opens none to anybody.
            raise _RefusedError(ErrorStatus.GEN_ERR, k)
        write = Write(leaf.name, leaf.index, value if isinstance(value, int) else -1)
        if not leaf.low <= write.value <= leaf.high or not self._allowed(write):
            raise _RefusedError(ErrorStatus.WRONG_VALUE, k)
        return write
