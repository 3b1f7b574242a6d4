"""Basic encoding rules, as far as SNMP uses them: tag, length, content, in definite lengths only (ITU-T X.690).

Object identifiers stay content octets (`bytes`) on the way from the wire to a table and back: comparing and looking
them up is what happens to them most, and they are equal exactly when their octets are, since others are refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from signals.errors import WorldError

__all__ = [
    "COUNTER32",
    "COUNTER64",
    "GAUGE32",
    "INTEGER",
    "NULL",
    "OBJECT_IDENTIFIER",
    "OCTET_STRING",
    "SEQUENCE",
    "TIME_TICKS",
    "BrokenMessageError",
    "arcs_of",
    "element",
    "integer_content",
    "oid_of",
    "read_header",
    "read_integer",
    "read_unsigned",
    "sequence_of",
    "sound_oid",
]

INTEGER: Final = 0x02
OCTET_STRING: Final = 0x04
NULL: Final = 0x05
OBJECT_IDENTIFIER: Final = 0x06
SEQUENCE: Final = 0x30
COUNTER32: Final = 0x41
GAUGE32: Final = 0x42
TIME_TICKS: Final = 0x43
COUNTER64: Final = 0x46

MOST_LENGTH_OCTETS: Final = 4
MOST_ARCS: Final = 128
MOST_ARC: Final = 2**32 - 1
MOST_OID_OCTETS: Final = 5 * MOST_ARCS


class BrokenMessageError(WorldError):
    """Octets that are no message; nothing of them was taken."""


def element(tag: int, content: bytes) -> bytes:
    """Put a tag and a length before a content."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    if size < 0x100:
        return bytes((tag, 0x81, size)) + content
    if size < 0x10000:
        return bytes((tag, 0x82, size >> 8, size & 0xFF)) + content
    raise BrokenMessageError(f"an element of {size} octets is longer than any datagram")


def sequence_of(parts: Iterable[bytes], tag: int = SEQUENCE) -> bytes:
    """Put elements one after the other into one."""
    return element(tag, b"".join(parts))


def integer_content(value: int) -> bytes:
    """Return the shortest two's complement of a number."""
    return value.to_bytes((value if value >= 0 else ~value).bit_length() // 8 + 1, "big", signed=True)


def oid_of(arcs: Sequence[int]) -> bytes:
    """Return the content octets of an object identifier.

    Parameters
    ----------
    arcs
        Its numbers, two at least.

    Raises
    ------
    BrokenMessageError
        When there is no such identifier.
    """
    if not 2 <= len(arcs) <= MOST_ARCS or arcs[0] > 2 or (arcs[0] < 2 and arcs[1] > 39) or min(arcs) < 0:
        raise BrokenMessageError(f"no object identifier: {tuple(arcs[:4])}...")
    octets = bytearray()
    for arc in (40 * arcs[0] + arcs[1], *arcs[2:]):
        if arc > MOST_ARC:
            raise BrokenMessageError(f"a number of an object identifier is more than 32 bits: {arc}")
        octets += _arc_octets(arc)
    return bytes(octets)


def _arc_octets(arc: int) -> bytes:
    octets = [arc & 0x7F]
    while arc := arc >> 7:
        octets.append(arc & 0x7F | 0x80)
    return bytes(reversed(octets))


def arcs_of(oid: bytes) -> tuple[int, ...]:
    """Return the numbers of an object identifier. Raises `BrokenMessageError` where its octets are none."""
    if not oid or len(oid) > MOST_OID_OCTETS or oid[-1] & 0x80:
        raise BrokenMessageError("an object identifier is empty, endless or torn")
    arcs: list[int] = []
    arc, fresh = 0, True
    for octet in oid:
        if fresh and octet == 0x80:
            raise BrokenMessageError("a number of an object identifier begins with nothing")
        arc, fresh = arc << 7 | octet & 0x7F, not octet & 0x80
        if arc > MOST_ARC:
            raise BrokenMessageError("a number of an object identifier is more than 32 bits")
        if fresh:
            arcs.append(arc)
            arc = 0
    if len(arcs) >= MOST_ARCS:
        raise BrokenMessageError(f"an object identifier has more than {MOST_ARCS} numbers")
    first = min(arcs[0] // 40, 2)
    return (first, arcs[0] - 40 * first, *arcs[1:])


@lru_cache(maxsize=4096)
def sound_oid(oid: bytes) -> bytes:
    """Return an object identifier as it is. Raises `BrokenMessageError` where its octets are none."""
    # The same few hundred come again and again.
    arcs_of(oid)
    return oid


def read_header(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Read a tag and a length.

    Parameters
    ----------
    data
        The message.
    at, end
        Where the element begins, and where what holds it ends.

    Returns
    -------
    tuple
        The tag, where its content begins, and where it ends, which is not after `end`.

    Raises
    ------
    BrokenMessageError
        When it is torn, or of a length that is not given.
    """
    if at + 2 > end:
        raise BrokenMessageError("the message ends in the middle of an element")
    tag, size, start = data[at], data[at + 1], at + 2
    if size & 0x80:
        octets = size & 0x7F
        if not 1 <= octets <= MOST_LENGTH_OCTETS or start + octets > end:
            raise BrokenMessageError("the length of an element cannot be read")
        size, start = int.from_bytes(data[start : start + octets], "big"), start + octets
    if size > end - start:
        raise BrokenMessageError("an element is longer than what holds it")
    return tag, start, start + size


def read_integer(data: bytes, start: int, stop: int) -> int:
    """Read the content of an INTEGER of 32 bits. Raises `BrokenMessageError` where it has none or more."""
    if not 1 <= stop - start <= 4:
        raise BrokenMessageError(f"an integer of {stop - start} octets")
    return int.from_bytes(data[start:stop], "big", signed=True)


def read_unsigned(data: bytes, start: int, stop: int, bits: int = 32) -> int:
    """Read the content of a counter, gauge or time. Raises `BrokenMessageError` where it has too many bits.

    One that is written as a negative number is taken as its 32 bits, as agents send them.
    """
    if not 1 <= stop - start <= bits // 8 + 1:
        raise BrokenMessageError(f"a counter of {stop - start} octets")
    value = int.from_bytes(data[start:stop], "big")
    if value >> bits:
        raise BrokenMessageError(f"a counter of more than {bits} bits")
    return value
