"""What comes over the wire becomes messages, or one clear error: nothing else gets past here.

Keys that are not known are passed over (the standard demands it). Letters of the words of an alarm may be tall or
small: before 3.2 they might.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from signals.adapters.rsmp.messages import (
    AggregatedStatus,
    AggregatedStatusRequest,
    Alarm,
    AlarmState,
    Argument,
    CommandRequest,
    CommandResponse,
    Message,
    MessageAck,
    MessageNotAck,
    Returned,
    StatusName,
    StatusRequest,
    StatusResponse,
    StatusSubscribe,
    StatusUnsubscribe,
    StatusUpdate,
    StatusValue,
    Value,
    Version,
    Wanted,
    Watchdog,
)
from signals.adapters.rsmp.times import seconds_of, triple
from signals.errors import WorldError

__all__ = ["MessageError", "decode"]

ROWS: Final = 4_096
"""The most rows that a message may have."""
ID_LETTERS: Final = 64
NAME_LETTERS: Final = 256
"""The longest name of a component, a value or an order: names are kept, so they are short."""
KINDS: Final = {kind.lower(): kind for kind in ("Issue", "Request", "Acknowledge", "Suspend", "Resume")}
QUALITIES: Final = frozenset({"recent", "old", "undefined", "unknown"})

Row = dict[str, Any]


class MessageError(WorldError):
    """Something that is not a message.

    Parameters
    ----------
    text
        What is wrong; it names keys, never values.
    identity
        The id of the message, where it could be read.
    """

    def __init__(self, text: str, identity: str = "") -> None:
        super().__init__(f"RSMP: {text}")
        self.reason, self.identity = text, identity


def decode(text: bytes) -> Message:
    """Return the message that a text is.

    Parameters
    ----------
    text
        JSON, without the form feed.

    Raises
    ------
    MessageError
        When it is none.
    """
    row = _object(text)
    identity = row.get("mId", "")
    try:
        return _reader(row)(row)
    except MessageError as error:
        known = isinstance(identity, str) and len(identity) <= ID_LETTERS
        raise MessageError(error.reason, identity if known else "") from None


def _reader(row: Row) -> Callable[[Row], Message]:
    if row.get("mType") != "rSMsg":
        raise MessageError('expected "mType": "rSMsg"')
    kind = row.get("type")
    if not isinstance(kind, str) or kind not in READERS:
        raise MessageError("unknown type of message")
    return READERS[kind]


def _object(text: bytes) -> Row:
    try:
        row = json.loads(text.decode(), parse_constant=_no_number)
    except (ValueError, RecursionError):  # not UTF-8, not JSON, too deep, or a number of ten thousand digits
        raise MessageError("expected a JSON object in UTF-8") from None
    if not isinstance(row, dict):
        raise MessageError("expected a JSON object")
    return row


def _no_number(word: str) -> None:
    raise ValueError(word)


def _text(row: Row, key: str, longest: int = 1 << 20) -> str:
    value = row.get(key)
    if not isinstance(value, str) or len(value) > longest:
        raise MessageError(f'expected text for "{key}"')
    return value


def _id(row: Row, key: str = "mId") -> str:
    value = _text(row, key, ID_LETTERS)
    if not value:
        raise MessageError(f'expected text for "{key}"')
    return value


def _time(row: Row, key: str) -> str:
    value = _text(row, key, 24)
    if seconds_of(value) is None:
        raise MessageError(f'expected a time such as 2026-01-31T12:00:00.000Z for "{key}"')
    return value


def _optional(row: Row, key: str) -> str | None:
    return None if row.get(key) is None else _text(row, key)


def _rows(row: Row, key: str, least: int = 1) -> list[Row]:
    rows = row.get(key)
    if not isinstance(rows, list) or not least <= len(rows) <= ROWS or not all(isinstance(one, dict) for one in rows):
        raise MessageError(f'expected {least} to {ROWS} rows for "{key}"')
    return rows


def _code(row: Row, key: str, first: str) -> str:
    value = _text(row, key, 16)
    if not value.startswith(first):
        raise MessageError(f'expected a code that begins with {first} for "{key}"')
    return value


def _word(row: Row, key: str, yes: str, no: str) -> bool:
    value = _text(row, key, 32).lower()
    if value not in {yes, no}:
        raise MessageError(f'unknown word for "{key}"')
    return value == yes


def _version(row: Row) -> Version:
    versions = tuple(_text(one, "vers", 16) for one in _rows(row, "RSMP"))
    sites = tuple(_id(one, "sId") for one in _rows(row, "siteId"))
    if not all(triple(text) for text in versions):
        raise MessageError('expected versions such as 3.2.2 for "vers"')
    return Version(_id(row), versions, sites, _text(row, "SXL", 16))


def _aggregated(row: Row) -> AggregatedStatus:
    bits = row.get("se")
    if not isinstance(bits, list) or len(bits) != 8 or not all(isinstance(bit, bool) for bit in bits):
        raise MessageError('expected 8 times true or false for "se"')
    head = (_id(row), _text(row, "cId", NAME_LETTERS), _time(row, "aSTS"))
    return AggregatedStatus(*head, _optional(row, "fP"), _optional(row, "fS"), tuple(bits))


def _alarm(row: Row) -> Alarm:
    kind = KINDS.get(_text(row, "aSp", 16).lower())
    if kind is None:
        raise MessageError('unknown word for "aSp"')
    head = (_id(row), _text(row, "cId", NAME_LETTERS), _code(row, "aCId", "A"), kind, _text(row, "xACId"))
    told = kind == "Issue" or (kind in {"Acknowledge", "Suspend", "Resume"} and "aS" in row)
    return Alarm(*head, _alarm_state(row) if told else None)


def _alarm_state(row: Row) -> AlarmState:
    return AlarmState(
        acknowledged=_word(row, "ack", "acknowledged", "notacknowledged"),
        active=_word(row, "aS", "active", "inactive"),
        suspended=_word(row, "sS", "suspended", "notsuspended"),
        at=_time(row, "aTs"),
        category=_text(row, "cat", 1),
        priority=_text(row, "pri", 1),
        values=tuple((_text(one, "n", NAME_LETTERS), _text(one, "v")) for one in _rows(row, "rvs", 0)),
    )


def _names(row: Row) -> tuple[StatusName, ...]:
    return tuple(StatusName(_code(one, "sCI", "S"), _text(one, "n", NAME_LETTERS)) for one in _rows(row, "sS"))


def _wanted(row: Row) -> Wanted:
    every = _text(row, "uRt", 6)
    if not (every.isascii() and every.isdigit()):
        raise MessageError('expected a number of seconds as text for "uRt"')
    on_change = row.get("sOc", every == "0")
    if not isinstance(on_change, bool) or not (int(every) or on_change):
        raise MessageError('expected true or false for "sOc", and true where "uRt" is "0"')
    return Wanted(_code(row, "sCI", "S"), _text(row, "n", NAME_LETTERS), int(every), on_change)


def _value(row: Row) -> StatusValue:
    quality, given = _text(row, "q", 9), row.get("s")
    if quality not in QUALITIES:
        raise MessageError('unknown word for "q"')
    value: Value = None
    if isinstance(given, list):
        value = [_texts(one) for one in _rows(row, "s", 0)]
    elif given is not None:
        value = _text(row, "s")
    return StatusValue(_code(row, "sCI", "S"), _text(row, "n", NAME_LETTERS), value, quality)


def _texts(row: Row) -> dict[str, str]:
    return {key: _text(row, key) for key in row}


def _values(row: Row) -> tuple[str, str, str, tuple[StatusValue, ...]]:
    return _id(row), _text(row, "cId", NAME_LETTERS), _time(row, "sTs"), tuple(_value(one) for one in _rows(row, "sS"))


def _command(row: Row) -> CommandRequest:
    arguments = tuple(
        Argument(_code(one, "cCI", "M"), _text(one, "n", NAME_LETTERS), _text(one, "cO", NAME_LETTERS), _text(one, "v"))
        for one in _rows(row, "arg")
    )
    return CommandRequest(_id(row), _text(row, "cId", NAME_LETTERS), arguments)


def _returned(row: Row) -> Returned:
    age = _text(row, "age", 9)
    if age not in QUALITIES:
        raise MessageError('unknown word for "age"')
    return Returned(_code(row, "cCI", "M"), _text(row, "n", NAME_LETTERS), _optional(row, "v"), age)


def _response(row: Row) -> CommandResponse:
    returned = tuple(_returned(one) for one in _rows(row, "rvs", 0))
    return CommandResponse(_id(row), _text(row, "cId", NAME_LETTERS), _time(row, "cTS"), returned)


READERS: Final[Mapping[str, Callable[[Row], Message]]] = MappingProxyType(
    {
        "MessageAck": lambda row: MessageAck(_id(row, "oMId")),
        "MessageNotAck": lambda row: MessageNotAck(_id(row, "oMId"), _text(row, "rea") if "rea" in row else ""),
        "Version": _version,
        "Watchdog": lambda row: Watchdog(_id(row), _time(row, "wTs")),
        "AggregatedStatus": _aggregated,
        "AggregatedStatusRequest": lambda row: AggregatedStatusRequest(_id(row), _text(row, "cId", NAME_LETTERS)),
        "Alarm": _alarm,
        "StatusRequest": lambda row: StatusRequest(_id(row), _text(row, "cId", NAME_LETTERS), _names(row)),
        "StatusUnsubscribe": lambda row: StatusUnsubscribe(_id(row), _text(row, "cId", NAME_LETTERS), _names(row)),
        "StatusSubscribe": lambda row: StatusSubscribe(
            _id(row), _text(row, "cId", NAME_LETTERS), tuple(_wanted(one) for one in _rows(row, "sS"))
        ),
        "StatusResponse": lambda row: StatusResponse(*_values(row)),
        "StatusUpdate": lambda row: StatusUpdate(*_values(row)),
        "CommandRequest": _command,
        "CommandResponse": _response,
    }
)
