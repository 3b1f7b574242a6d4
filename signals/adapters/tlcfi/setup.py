"""What an application asks a TLC for before anything else, one thing after another. Pure.

A generator: it yields a method with its parameters, and is sent the result and the time at which it came.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, NamedTuple

from signals.adapters.tlcfi.board import Board
from signals.adapters.tlcfi.described import check_intersection, ids_in, rows_of
from signals.adapters.tlcfi.objects import (
    LAST_APPLICATION_TYPE,
    LAST_CONTROL_STATE,
    ApplicationType,
    ControlState,
    ErrorCode,
    ObjectType,
    Reference,
    TlcfiError,
    Update,
    is_id,
    number_in,
    optional_number_in,
    reference_in,
    reference_row,
    text_in,
)
from signals.adapters.tlcfi.settings import Settings
from signals.model.cabinets import CabinetRefusedError

__all__ = ["Known", "SetUp", "set_up"]

Asked = tuple[str, dict[str, Any]]
Came = tuple[Any, float]
Rows = dict[str, dict[str, Any]]


class Known(NamedTuple):
    """What setting up has found.

    Attributes
    ----------
    session
        The id of the session.
    version
        Of the session.
    control
        Its control state; `None` = not told.
    facilities
        The meta of the TLC.
    groups
        The meta of each signal group, by its name there.
    """

    session: str
    version: tuple[int, ...]
    control: ControlState | None
    facilities: dict[str, Any]
    groups: Rows


SetUp = Generator[Asked, Came, Known]


def set_up(settings: Settings, board: Board) -> SetUp:
    """Register, read what the TLC is, and subscribe to what it shows.

    Parameters
    ----------
    settings
        Of the protocol.
    board
        Gets the state of everything, as it comes.

    Raises
    ------
    TlcfiError, CabinetRefusedError
        When the TLC is not what was expected.
    """
    result, _ = yield "Register", _registration(settings)
    session, facilities, version = _registered(result, settings)
    control = yield from _session(session)
    known = yield from _meta(facilities)
    place = Reference(ObjectType.INTERSECTION, (settings.intersection,))
    if settings.intersection not in (listed := ids_in(known[facilities.ids[0]], "intersections")):
        names = ", ".join(listed) or "none"
        raise CabinetRefusedError(f'the TLC has no intersection "{settings.intersection}" (but {names})')
    about = yield from _meta(place)
    buttons = check_intersection(settings, about[settings.intersection])
    yield from _subscription(place, board)
    groups = Reference(ObjectType.SIGNAL_GROUP, settings.groups)
    detectors = Reference(ObjectType.DETECTOR, (*settings.detectors, *buttons))
    described = yield from _meta(groups)
    if detectors.ids:
        yield from _meta(detectors)
    yield from _subscription(groups, board)
    if detectors.ids:
        yield from _subscription(detectors, board)
    return Known(session, version, control, known[facilities.ids[0]], described)


def _registration(settings: Settings) -> dict[str, Any]:
    major, minor, revision = settings.version
    return {
        "username": settings.username,
        "password": settings.password,
        "type": int(ApplicationType.CONTROL),
        "version": {"major": major, "minor": minor, "revision": revision},
        "uri": settings.uri,
    }


def _registered(result: object, settings: Settings) -> tuple[str, Reference, tuple[int, ...]]:
    if not isinstance(result, dict):
        raise TlcfiError(ErrorCode.INVALID_ATTRIBUTE_TYPE, "an answer is no object")
    session, facilities = text_in(result, "sessionid"), reference_in(result.get("facilities"))
    told = result.get("version")
    version = tuple(number_in(told if isinstance(told, dict) else {}, key) for key in ("major", "minor", "revision"))
    if version[:2] != settings.version[:2]:
        ours, theirs = (".".join(map(str, found)) for found in (settings.version, version))
        raise CabinetRefusedError(f'the TLC speaks version {theirs}, not {ours}; see option "version"')
    if not is_id(session) or facilities.type is not ObjectType.FACILITIES or len(facilities.ids) != 1:
        raise TlcfiError(ErrorCode.INVALID_OBJECT_REFERENCE, "the session or the facilities have no id")
    return session, facilities, version


def _session(name: str) -> Generator[Asked, Came, ControlState | None]:
    reference = Reference(ObjectType.SESSION, (name,))
    meta = yield from _meta(reference)
    kind = optional_number_in(meta[name], "type", 0, LAST_APPLICATION_TYPE)
    if kind not in (None, ApplicationType.CONTROL):
        raise TlcfiError(ErrorCode.INVALID_ATTRIBUTE_VALUE, "the session is not one of a Control application")
    result, _ = yield "Subscribe", reference_row(*reference)
    state = optional_number_in(rows_of(result, "data", reference)[name], "controlState", 0, LAST_CONTROL_STATE)
    return None if state is None else ControlState(state)


def _meta(reference: Reference) -> Generator[Asked, Came, Rows]:
    result, _ = yield "ReadMeta", reference_row(*reference)
    return rows_of(result, "meta", reference)


def _subscription(reference: Reference, board: Board) -> Generator[Asked, Came, None]:
    result, now_s = yield "Subscribe", reference_row(*reference)
    rows, ticks = rows_of(result, "data", reference), number_in(result, "ticks")
    board.update(Update(Reference(reference.type, tuple(rows)), tuple(rows.values())), ticks, now_s, first=True)
