"""The objects of TLC-FI: their numbers, and how what is said of them is read. Pure; it knows no session.

Numbers are those of the interface specification (IRS TLC-FI 1.1). Whatever is read is checked: types, ranges, lengths.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any, Final, NamedTuple

from signals.errors import WorldError

__all__ = [
    "LAST_APPLICATION_TYPE",
    "LAST_CONTROL_STATE",
    "LAST_GROUP_STATE",
    "LAST_HANDOVER",
    "LAST_INTERSECTION_STATE",
    "LAST_OBJECT_TYPE",
    "TICKS",
    "ApplicationType",
    "ControlState",
    "ErrorCode",
    "GroupState",
    "Handover",
    "IntersectionState",
    "ObjectType",
    "Reference",
    "SessionEvent",
    "TlcfiError",
    "Update",
    "is_id",
    "number_in",
    "optional_number_in",
    "reference_in",
    "reference_row",
    "rows_in",
    "text_in",
    "ticks_after",
    "update_row",
    "updates_in",
]

TICKS: Final = 1 << 32
"""Ticks are milliseconds of whoever sends them, and begin anew at this number."""

MAX_OBJECTS: Final = 1024
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


class ObjectType(IntEnum):
    """What an object is."""

    SESSION = 0
    FACILITIES = 1
    INTERSECTION = 2
    SIGNAL_GROUP = 3
    DETECTOR = 4
    INPUT = 5
    OUTPUT = 6
    SPECIAL_VEHICLES = 7
    VARIABLE = 8


class ApplicationType(IntEnum):
    """What an application is there for."""

    CONSUMER = 0
    PROVIDER = 1
    CONTROL = 2


class ControlState(IntEnum):
    """How far an application is on its way to control."""

    ERROR = 0
    NOT_CONFIGURED = 1
    OFFLINE = 2
    READY = 3
    START = 4
    IN_CONTROL = 5
    END = 6


class Handover(IntEnum):
    """In which state of the lamps control may change hands."""

    CLEARED = 0
    PREDEFINED = 1
    DIRECT = 2


class IntersectionState(IntEnum):
    """What an intersection does."""

    ERROR = 0
    DARK = 1
    STANDBY = 2
    FLASH = 3
    SWITCH_ON = 4
    SWITCH_OFF = 5
    ALL_RED = 6
    CONTROL = 7


class GroupState(IntEnum):
    """What a signal group shows; the numbers of SAE J2735's MovementPhaseState."""

    UNAVAILABLE = 0
    DARK = 1
    STOP_THEN_PROCEED = 2
    RED = 3
    RED_AMBER = 4
    PERMISSIVE_GREEN = 5
    PROTECTED_GREEN = 6
    PERMISSIVE_AMBER = 7
    PROTECTED_AMBER = 8
    CAUTION = 9
    PERMISSIVE_FLASHING_GREEN = 10
    PROTECTED_FLASHING_GREEN = 11


LAST_OBJECT_TYPE: Final = int(max(ObjectType))
LAST_APPLICATION_TYPE: Final = int(max(ApplicationType))
LAST_CONTROL_STATE: Final = int(max(ControlState))
LAST_HANDOVER: Final = int(max(Handover))
LAST_INTERSECTION_STATE: Final = int(max(IntersectionState))
LAST_GROUP_STATE: Final = int(max(GroupState))
"""The highest numbers that are one; finding the highest of an enumeration each time would take longer than all else."""


class ErrorCode(IntEnum):
    """Why a call failed."""

    ERROR = 0
    NOT_AUTHORIZED = 1
    NO_RIGHTS = 2
    INVALID_PROTOCOL = 3
    ALREADY_REGISTERED = 4
    UNKNOWN_OBJECT_TYPE = 5
    MISSING_ATTRIBUTE = 6
    INVALID_ATTRIBUTE_TYPE = 7
    INVALID_ATTRIBUTE_VALUE = 8
    INVALID_OBJECT_REFERENCE = 9


class SessionEvent(IntEnum):
    """What happened to a session."""

    DEREGISTERED = 0
    FACILITIES_STOPPING = 1
    WRONG_CONTROL_STATE = 1000
    WRONG_APPLICATION_TYPE = 1001
    WRONG_INTERSECTION = 1002


class TlcfiError(WorldError):
    """What a peer says cannot be.

    Parameters
    ----------
    code
        The number with which it is answered.
    text
        A sentence.
    """

    def __init__(self, code: ErrorCode, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


class Reference(NamedTuple):
    """Objects of one type."""

    type: ObjectType
    ids: tuple[str, ...]


class Update(NamedTuple):
    """What has changed of some objects: the attributes of each."""

    objects: Reference
    states: tuple[dict[str, Any], ...]


def is_id(text: str) -> bool:
    """Whether an object may be called so."""
    return _ID.fullmatch(text) is not None


def ticks_after(later: int, earlier: int) -> int:
    """Milliseconds from one tick to another, at most half a round (24.8 days) there or back."""
    return (later - earlier + TICKS // 2) % TICKS - TICKS // 2


def number_in(row: Mapping[str, Any], key: str, low: int = 0, high: int = TICKS - 1) -> int:
    """Read a whole number that must be there. Raises `TlcfiError`."""
    value = optional_number_in(row, key, low, high)
    if value is None:
        raise TlcfiError(ErrorCode.MISSING_ATTRIBUTE, f"{key} is missing")
    return value


def optional_number_in(row: Mapping[str, Any], key: str, low: int = 0, high: int = TICKS - 1) -> int | None:
    """Read a whole number that may be left out. Raises `TlcfiError`."""
    value = row.get(key)
    if value is None:
        return None
    if type(value) is not int:
        raise TlcfiError(ErrorCode.INVALID_ATTRIBUTE_TYPE, f"{key} is no whole number")
    if not low <= value <= high:
        raise TlcfiError(ErrorCode.INVALID_ATTRIBUTE_VALUE, f"{key} is not between {low} and {high}")
    return value


def text_in(row: Mapping[str, Any], key: str, limit: int = 64) -> str:
    """Read a text that must be there. Raises `TlcfiError`."""
    value = row.get(key)
    if value is None:
        raise TlcfiError(ErrorCode.MISSING_ATTRIBUTE, f"{key} is missing")
    if not isinstance(value, str):
        raise TlcfiError(ErrorCode.INVALID_ATTRIBUTE_TYPE, f"{key} is no text")
    if len(value) > limit:
        raise TlcfiError(ErrorCode.INVALID_ATTRIBUTE_VALUE, f"{key} is longer than {limit}")
    return value


def rows_in(row: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """Read a list of objects that must be there. Raises `TlcfiError`."""
    value = row.get(key)
    if value is None:
        raise TlcfiError(ErrorCode.MISSING_ATTRIBUTE, f"{key} is missing")
    if not isinstance(value, list) or len(value) > MAX_OBJECTS or not all(isinstance(item, dict) for item in value):
        raise TlcfiError(ErrorCode.INVALID_ATTRIBUTE_TYPE, f"{key} is no list of at most {MAX_OBJECTS} objects")
    return value


def reference_in(row: object) -> Reference:
    """Read which objects are meant. Raises `TlcfiError`."""
    if not isinstance(row, dict):
        raise TlcfiError(ErrorCode.MISSING_ATTRIBUTE, "a reference to objects is missing")
    kind = number_in(row, "type", 0)
    if kind > LAST_OBJECT_TYPE:
        raise TlcfiError(ErrorCode.UNKNOWN_OBJECT_TYPE, "this type of objects is not known")
    ids = row.get("ids")
    if ids is None:
        raise TlcfiError(ErrorCode.MISSING_ATTRIBUTE, "ids is missing")
    if not isinstance(ids, list) or len(ids) > MAX_OBJECTS or not all(isinstance(item, str) for item in ids):
        raise TlcfiError(ErrorCode.INVALID_ATTRIBUTE_TYPE, f"ids is no list of at most {MAX_OBJECTS} texts")
    if not all(map(is_id, ids)) or len(set(ids)) != len(ids):
        raise TlcfiError(ErrorCode.INVALID_ATTRIBUTE_VALUE, "an id is none, or there twice")
    return Reference(ObjectType(kind), tuple(ids))


def reference_row(kind: ObjectType, ids: Iterable[str]) -> dict[str, Any]:
    """Write which objects are meant."""
    return {"type": int(kind), "ids": list(ids)}


def updates_in(params: Mapping[str, Any]) -> tuple[int, tuple[Update, ...]]:
    """Read the parameters of ``UpdateState``: the ticks of the sender, and what has changed. Raises `TlcfiError`."""
    ticks, found = number_in(params, "ticks"), []
    for row in rows_in(params, "update"):
        objects, states = reference_in(row.get("objects")), rows_in(row, "states")
        if not states or len(states) != len(objects.ids):
            raise TlcfiError(ErrorCode.INVALID_ATTRIBUTE_VALUE, "there is not one state for each object")
        found.append(Update(objects, tuple(states)))
    return ticks, tuple(found)


def update_row(kind: ObjectType, states: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Write what has changed of some objects of one type."""
    return {"objects": reference_row(kind, states), "states": list(states.values())}
