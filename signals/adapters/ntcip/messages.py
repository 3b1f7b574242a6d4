"""SNMP messages of version 1 and 2c (RFC 1157, RFC 3416): octets ⇄ values, within strict bounds."""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from typing import Final, NamedTuple

from signals.adapters.ntcip.ber import (
    COUNTER32,
    COUNTER64,
    GAUGE32,
    INTEGER,
    NULL,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    TIME_TICKS,
    BrokenMessageError,
    element,
    integer_content,
    read_header,
    read_integer,
    read_unsigned,
    sequence_of,
    sound_oid,
)

__all__ = [
    "END_OF_VIEW",
    "MOST_BINDINGS",
    "MOST_OCTETS",
    "NO_SUCH_INSTANCE",
    "NO_SUCH_OBJECT",
    "Answer",
    "Ask",
    "Binding",
    "ErrorStatus",
    "Kind",
    "Message",
    "Version",
    "binding_octets",
    "decode",
    "encode",
    "framed",
    "integer",
    "nothing",
    "octets",
]

MOST_OCTETS: Final = 8192
"""Longest message that is read; a controller's buffer is far shorter (RFC 1157 asks for 484)."""

MOST_BINDINGS: Final = 256
MOST_COMMUNITY_OCTETS: Final = 255
MOST_SMALL: Final = 0xFF
LONG: Final = 0x80
"""A length from which on it takes more than an octet."""

NO_SUCH_OBJECT: Final = 0x80
NO_SUCH_INSTANCE: Final = 0x81
END_OF_VIEW: Final = 0x82

NOTHING: Final = frozenset({NULL, NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_VIEW})
UNSIGNED_BITS: Final = {COUNTER32: 32, GAUGE32: 32, TIME_TICKS: 32, COUNTER64: 64}
STRINGS: Final = frozenset({OCTET_STRING, 0x40, 0x44})  # octets, IpAddress, Opaque


class Version(IntEnum):
    """The versions that have a community for a password."""

    V1 = 0
    V2C = 1


class Kind(IntEnum):
    """What a message asks or is, by its tag."""

    GET = 0xA0
    GET_NEXT = 0xA1
    RESPONSE = 0xA2
    SET = 0xA3
    GET_BULK = 0xA5


KINDS: Final = {int(kind): kind for kind in Kind}
VERSIONS: Final = {int(version): version for version in Version}


class ErrorStatus(IntEnum):
    """Why a request was not carried out: up to 5 in version 1, all of them in 2c."""

    NO_ERROR = 0
    TOO_BIG = 1
    NO_SUCH_NAME = 2
    BAD_VALUE = 3
    READ_ONLY = 4
    GEN_ERR = 5
    NO_ACCESS = 6
    WRONG_TYPE = 7
    WRONG_LENGTH = 8
    WRONG_ENCODING = 9
    WRONG_VALUE = 10
    NO_CREATION = 11
    INCONSISTENT_VALUE = 12
    RESOURCE_UNAVAILABLE = 13
    COMMIT_FAILED = 14
    UNDO_FAILED = 15
    AUTHORIZATION_ERROR = 16
    NOT_WRITABLE = 17
    INCONSISTENT_NAME = 18


class Binding(NamedTuple):
    """One object and its value.

    Attributes
    ----------
    oid
        Content octets of its identifier.
    tag
        Type of the value; `NO_SUCH_OBJECT` and its two sisters are types as well.
    value
        A number, octets (also of an identifier), or `None` where the type has no value.
    """

    oid: bytes
    tag: int = NULL
    value: int | bytes | None = None


class Ask(NamedTuple):
    """What one of our requests asks, whatever the version that carries it."""

    kind: Kind
    bindings: tuple[Binding, ...]


class Answer(NamedTuple):
    """What is answered to one.

    Attributes
    ----------
    error
        0 = none (`ErrorStatus`; a number that is not in it stays a number).
    at
        Which binding is at fault, from 1; 0 = none of them.
    bindings
        Objects and values.
    """

    error: int
    at: int
    bindings: tuple[Binding, ...]


class Message(NamedTuple):
    """A request or a response.

    Attributes
    ----------
    version, community, kind, request_id
        Its head. The community is a password and is in no `repr`.
    error
        `ErrorStatus` of a response; of GET_BULK, how many objects do not repeat.
    at
        Which binding is at fault, from 1; of GET_BULK, how often the others repeat.
    bindings
        Objects and values.
    """

    version: Version
    community: bytes
    kind: Kind
    request_id: int
    error: int
    at: int
    bindings: tuple[Binding, ...]

    def __repr__(self) -> str:
        return (
            f"Message(version={self.version.name}, kind={self.kind.name}, request_id={self.request_id}, "
            f"error={self.error}, at={self.at}, bindings={self.bindings!r})"
        )


def integer(oid: bytes, value: int) -> Binding:
    """Return an object with a number."""
    return Binding(oid, INTEGER, value)


def octets(oid: bytes, value: bytes) -> Binding:
    """Return an object with octets."""
    return Binding(oid, OCTET_STRING, value)


def nothing(oid: bytes) -> Binding:
    """Return an object without a value, as it is asked for."""
    return Binding(oid)


def encode(message: Message) -> bytes:
    """Return the octets of a message.

    Raises
    ------
    BrokenMessageError
        When it is longer than the longest that is read, or a value does not have the type of its tag.
    """
    response = message.kind == Kind.RESPONSE
    return framed(message, _bound_octets(message.bindings) if response else _asked_octets(message.bindings))


def framed(message: Message, bound: bytes) -> bytes:
    """Return the octets of a message whose bindings are octets already; raises what `encode` raises."""
    body = (
        element(INTEGER, integer_content(message.request_id)),
        element(INTEGER, integer_content(message.error)),
        element(INTEGER, integer_content(message.at)),
        bound,
    )
    head = element(INTEGER, bytes((message.version,))), element(OCTET_STRING, message.community)
    data = sequence_of((*head, sequence_of(body, message.kind)))
    if len(data) > MOST_OCTETS:
        raise BrokenMessageError(f"a message of {len(data)} octets; {MOST_OCTETS} at most are sent")
    return data


def _bound_octets(bindings: tuple[Binding, ...]) -> bytes:
    return sequence_of(map(binding_octets, bindings))


@lru_cache(maxsize=512)
def _asked_octets(bindings: tuple[Binding, ...]) -> bytes:
    """Return what is asked for: whoever reads, or repeats what he wrote, asks the same every second."""
    return _bound_octets(bindings)


def binding_octets(binding: Binding) -> bytes:
    """Return the octets of an object and its value. Raises `BrokenMessageError` where they are too long."""
    oid, tag, value = binding
    if value is None:
        return _empty_octets(oid, tag)
    if isinstance(value, int) and 0 <= value <= MOST_SMALL:
        return _small_octets(oid, tag, value)
    content = value if isinstance(value, bytes) else integer_content(value)
    return element(SEQUENCE, _oid_octets(oid) + element(tag, content))


@lru_cache(maxsize=4096)
def _oid_octets(oid: bytes) -> bytes:
    return element(OBJECT_IDENTIFIER, oid)


@lru_cache(maxsize=32_768)
def _small_octets(oid: bytes, tag: int, value: int) -> bytes:
    """Return a binding with a small number: nearly all are, and the same ones come every second."""
    return element(SEQUENCE, _oid_octets(oid) + element(tag, integer_content(value)))


@lru_cache(maxsize=4096)
def _empty_octets(oid: bytes, tag: int) -> bytes:
    """Return a binding without a value: whoever reads, sends the same ones every second."""
    return element(SEQUENCE, _oid_octets(oid) + element(tag, b""))


def decode(data: bytes) -> Message:
    """Read a message.

    Raises
    ------
    BrokenMessageError
        When it is anything else than exactly one message of version 1 or 2c within the bounds.
    """
    if len(data) > MOST_OCTETS:
        raise BrokenMessageError(f"a message of {len(data)} octets; {MOST_OCTETS} at most are read")
    at, end = _enter(data, 0, len(data), SEQUENCE)
    if end != len(data):
        raise BrokenMessageError("octets follow after the message")
    version, at = _integer(data, at, end)
    if version not in VERSIONS:
        raise BrokenMessageError(f"SNMP version {version}; 0 (v1) and 1 (v2c) are read")
    start, stop = _enter(data, at, end, OCTET_STRING)
    if stop - start > MOST_COMMUNITY_OCTETS:
        raise BrokenMessageError("a community of more than 255 octets")
    kind, at, last = read_header(data, stop, end)
    if last != end or kind not in KINDS:
        raise BrokenMessageError(f"no request and no response: 0x{kind:02x}")
    request_id, at = _integer(data, at, end)
    error, at = _integer(data, at, end)
    index, at = _integer(data, at, end)
    at, last = _enter(data, at, end, SEQUENCE)
    if last != end:
        raise BrokenMessageError("octets follow after the bindings")
    bindings = _bindings(data, at, end) if kind == Kind.RESPONSE else _asked(data[at:end])
    return Message(VERSIONS[version], data[start:stop], KINDS[kind], request_id, error, index, bindings)


@lru_cache(maxsize=512)
def _asked(data: bytes) -> tuple[Binding, ...]:
    """Read what is asked for: masters ask, and write, the same every second."""
    return _bindings(data, 0, len(data))


def _bindings(data: bytes, at: int, end: int) -> tuple[Binding, ...]:
    bindings: list[Binding] = []
    while at < end:
        if len(bindings) == MOST_BINDINGS:
            raise BrokenMessageError(f"more than {MOST_BINDINGS} bindings")
        binding, at = _binding(data, at, end)
        bindings.append(binding)
    return tuple(bindings)


def _binding(data: bytes, at: int, end: int) -> tuple[Binding, int]:
    """Read a binding; return where it ends, too."""
    # Nearly all are shorter than 128 octets, so that every length is one octet: read in place, in a third of the time.
    if at + 6 <= end and data[at] == SEQUENCE and data[at + 2] == OBJECT_IDENTIFIER:
        stop, name = at + 2 + data[at + 1], at + 4 + data[at + 3]
        if name + 2 <= stop <= end and data[at + 1] < LONG and name + 2 + data[name + 1] == stop:
            return _bound(data, (at + 4, name), data[name], (name + 2, stop)), stop
    start, stop = _enter(data, at, end, SEQUENCE)
    first, name = _enter(data, start, stop, OBJECT_IDENTIFIER)
    tag, start, last = read_header(data, name, stop)
    if last != stop:
        raise BrokenMessageError("octets follow after a value")
    return _bound(data, (first, name), tag, (start, stop)), stop


def _bound(data: bytes, name: tuple[int, int], tag: int, value: tuple[int, int]) -> Binding:
    oid = sound_oid(data[name[0] : name[1]])
    if tag == INTEGER:
        return Binding(oid, tag, read_integer(data, *value))
    return Binding(oid, tag, _value(tag, data, *value))


def _value(tag: int, data: bytes, start: int, stop: int) -> int | bytes | None:
    if tag in NOTHING:
        if start != stop:
            raise BrokenMessageError("a value where there is none")
        return None
    if tag in STRINGS:
        return data[start:stop]
    if tag == OBJECT_IDENTIFIER:
        return sound_oid(data[start:stop])
    if tag in UNSIGNED_BITS:
        return read_unsigned(data, start, stop, UNSIGNED_BITS[tag])
    raise BrokenMessageError(f"a value of an unknown type: 0x{tag:02x}")


def _integer(data: bytes, at: int, end: int) -> tuple[int, int]:
    start, stop = _enter(data, at, end, INTEGER)
    return read_integer(data, start, stop), stop


def _enter(data: bytes, at: int, end: int, wanted: int) -> tuple[int, int]:
    tag, start, stop = read_header(data, at, end)
    if tag != wanted:
        raise BrokenMessageError(f"0x{tag:02x} where 0x{wanted:02x} is expected")
    return start, stop
