"""What a TLC says that it is, before anything is asked of it: its objects, minimum times and intergreens. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from signals.adapters.tlcfi.objects import (
    LAST_GROUP_STATE,
    ErrorCode,
    GroupState,
    Reference,
    TlcfiError,
    is_id,
    number_in,
    optional_number_in,
    reference_in,
    rows_in,
    text_in,
)
from signals.adapters.tlcfi.settings import Settings
from signals.model.cabinets import CabinetInfo, CabinetRefusedError, Capability

__all__ = ["CAPABILITIES", "check_intersection", "ids_in", "information", "rows_of"]

CAPABILITIES: Final = (
    Capability.STATUS
    | Capability.DETECTORS
    | Capability.CALLS
    | Capability.GROUPS
    | Capability.TIMING
    | Capability.BACKUP_TIMER
    | Capability.PREDICTIONS
)
"""What TLC-FI can do."""

LONGEST_DS: Final = 36_000
"""Nothing that a TLC tells of its timing is longer than an hour."""

_GREEN: Final = (GroupState.PERMISSIVE_GREEN, GroupState.PROTECTED_GREEN)
_AMBER: Final = (GroupState.PERMISSIVE_AMBER, GroupState.PROTECTED_AMBER)
_FLASHING: Final = (GroupState.PERMISSIVE_FLASHING_GREEN, GroupState.PROTECTED_FLASHING_GREEN)

Row = Mapping[str, Any]


def rows_of(result: object, key: str, asked: Reference) -> dict[str, dict[str, Any]]:
    """Read an answer to ``ReadMeta`` (key ``meta``) or ``Subscribe`` (``data``): a row for each object, by its id.

    Raises
    ------
    TlcfiError
        When it is none, or not about the objects that were asked for.
    """
    if not isinstance(result, dict):
        raise TlcfiError(ErrorCode.INVALID_ATTRIBUTE_TYPE, "an answer is no object")
    told, rows = reference_in(result.get("objects")), rows_in(result, key)
    if told.type is not asked.type or set(told.ids) != set(asked.ids) or len(rows) != len(told.ids):
        raise TlcfiError(ErrorCode.INVALID_OBJECT_REFERENCE, "an answer is about other objects")
    return dict(zip(told.ids, rows, strict=True))


def check_intersection(settings: Settings, intersection: Row) -> tuple[str, ...]:
    """Hold what an intersection of a TLC has against what we expect.

    Parameters
    ----------
    settings
        What we call its objects.
    intersection
        Its meta.

    Returns
    -------
    tuple of str
        The detectors that are push buttons there.

    Raises
    ------
    CabinetRefusedError
        When groups or detectors are missing, or there are groups that we know nothing of.
    TlcfiError
        When the meta is none.
    """
    name = settings.intersection
    groups, detectors = ids_in(intersection, "signalgroups"), ids_in(intersection, "detectors")
    if missing := sorted(set(settings.groups) - set(groups)):
        raise CabinetRefusedError(f'intersection "{name}" of the TLC has no signal group {", ".join(missing)}')
    if more := sorted(set(groups) - set(settings.groups)):
        raise CabinetRefusedError(f'intersection "{name}" of the TLC has more signal groups: {", ".join(more)}')
    wanted = {*settings.detectors, *(filter(None, settings.buttons) if settings.buttons_given else ())}
    if missing := sorted(wanted - set(detectors)):
        raise CabinetRefusedError(f'intersection "{name}" of the TLC has no detector {", ".join(missing)}')
    return tuple(button for button in settings.buttons if button and button in detectors)


def information(
    settings: Settings, facilities: Row, groups: Mapping[str, Row], version: Sequence[int], offset_s: float | None
) -> CabinetInfo:
    """Say what a TLC is.

    Parameters
    ----------
    settings
        What we call its objects.
    facilities
        Its meta.
    groups
        The meta of its signal groups.
    version
        Of the session.
    offset_s
        How much its clock is ahead of ours.

    Raises
    ------
    TlcfiError
        When the meta is none.
    """
    told = facilities.get("info")
    about = told if isinstance(told, dict) else {}
    timing = [_timing(groups[name]) for name in settings.groups]
    return CabinetInfo(
        protocol="tlcfi",
        protocol_version=".".join(map(str, version)),
        capabilities=CAPABILITIES,
        make=_name(about, "companyname"),
        model="TLC facilities",
        version=_name(about, "facilitiesVersion"),
        min_green_ds=tuple(_least(times, _GREEN) for times in timing),
        amber_ds=tuple(_least(times, _AMBER) for times in timing),
        red_amber_ds=tuple(_least(times, (GroupState.RED_AMBER,)) for times in timing),
        clearance_ds=tuple(_least(times, _FLASHING) for times in timing),
        intergreen_ds=tuple(_intergreens(settings.groups, groups[name]) for name in settings.groups),
        backup_s=settings.alive_timeout_s,
        clock_offset_s=offset_s,
    )


def ids_in(row: Row, key: str) -> list[str]:
    """Read a list of ids, which may be left out. Raises `TlcfiError`."""
    found = row.get(key) or []
    if not isinstance(found, list) or not all(isinstance(item, str) and is_id(item) for item in found):
        raise TlcfiError(ErrorCode.INVALID_ATTRIBUTE_TYPE, f"{key} is no list of ids")
    return found


def _name(row: Row, key: str) -> str:
    found = row.get(key)
    return "".join(letter for letter in found[:64] if letter.isprintable()) if isinstance(found, str) else ""


def _timing(row: Row) -> dict[int, int | None]:
    """Return the shortest time of each state that is told, in tenths of a second."""
    rows = rows_in(row, "timing") if row.get("timing") is not None else []
    return {
        number_in(item, "state", 0, LAST_GROUP_STATE): optional_number_in(item, "min", 0, LONGEST_DS) for item in rows
    }


def _least(timing: Mapping[int, int | None], states: Sequence[GroupState]) -> int | None:
    """Return the longer minimum, where a group has two states of a kind."""
    return max((least for state in states if (least := timing.get(state)) is not None), default=None)


def _intergreens(names: Sequence[str], row: Row) -> tuple[int | None, ...]:
    """Return the time from the end of a green to the start of each; who is not listed may run along."""
    rows = rows_in(row, "intergreen") if row.get("intergreen") is not None else []
    told = {text_in(item, "signalgroup"): number_in(item, "intergreentime", 0, LONGEST_DS) for item in rows}
    return tuple(told.get(name) for name in names)
