"""The objects of NTCIP 1202 and 1201 that are spoken about here: name, identifier, range, who may write.

The table is our own; names and numbers are those of NTCIP 1202 v03 (phases, rings, units, coordination, detectors,
overlaps, channels, preemption, time base) and 1201 v03 (identification, time).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from types import MappingProxyType
from typing import Final

from signals.adapters.ntcip.ber import INTEGER, OCTET_STRING, arcs_of, oid_of
from signals.adapters.ntcip.messages import Ask, Kind
from signals.errors import WorldError

__all__ = [
    "ASC",
    "CONTROLS",
    "GLOBAL",
    "OBJECTS",
    "PATTERN",
    "RESETS",
    "SENDABLE",
    "SPAT_ENABLE",
    "Access",
    "ForbiddenWriteError",
    "Object",
    "check_sendable",
    "instance",
]

ASC: Final = (1, 3, 6, 1, 4, 1, 1206, 4, 2, 1)
GLOBAL: Final = (1, 3, 6, 1, 4, 1, 1206, 4, 2, 6)
ECONOLITE: Final = (1, 3, 6, 1, 4, 1, 1206, 3, 5, 2)

INT16: Final = 65535


class Access(Enum):
    """Who may write an object of a controller."""

    STATUS = auto()
    """Nobody: what is."""
    CONTROL = auto()
    """A master: what it asks for; 0 again in backup mode. Each write starts the backup timer anew."""
    DATABASE = auto()
    """A technician, within a database transaction."""


@dataclass(frozen=True, slots=True)
class Object:
    """One object, or one column of a table.

    Parameters
    ----------
    name
        As in the standard.
    arcs
        Its identifier without the instance.
    access
        Who may write it.
    low, high
        Range of its numbers.
    tag
        Type of its values.
    """

    name: str
    arcs: tuple[int, ...]
    access: Access
    low: int = 0
    high: int = 255
    tag: int = INTEGER


class ForbiddenWriteError(WorldError):
    """Something was about to be written that this adapter never writes."""


def _asc(access: Access, *arcs: int, high: int = 255, low: int = 0, **names: int) -> Iterator[Object]:
    """Make the columns of one table, each with its last number."""
    for name, last in names.items():
        yield Object(name, (*ASC, *arcs, last), access, low, high)


def _objects() -> Iterator[Object]:
    yield from _phases()
    yield from _units()
    yield from _coordination()
    yield from _inputs()
    yield from _rings_and_outputs()
    yield from _globals()


def _phases() -> Iterator[Object]:
    yield from _asc(Access.DATABASE, 1, maxPhases=1)
    table = (Access.DATABASE, 1, 2, 1)
    yield from _asc(*table, phaseWalk=2, phasePedestrianClear=3, phaseMinimumGreen=4, phasePassage=5, phaseMaximum1=6)
    yield from _asc(
        *table, phaseMaximum2=7, phaseYellowChange=8, phaseRedClear=9, phaseRedRevert=10, phaseMinimumGap=17
    )
    yield from _asc(*table, phaseStartup=20, phaseRing=22)
    yield from _asc(*table, phaseOptions=21, high=INT16)
    yield Object("phaseConcurrency", (*ASC, 1, 2, 1, 23), Access.DATABASE, tag=OCTET_STRING)
    status = (Access.STATUS, 1, 4, 1)
    yield from _asc(*status, phaseStatusGroupReds=2, phaseStatusGroupYellows=3, phaseStatusGroupGreens=4)
    yield from _asc(*status, phaseStatusGroupDontWalks=5, phaseStatusGroupPedClears=6, phaseStatusGroupWalks=7)
    yield from _asc(*status, phaseStatusGroupVehCalls=8, phaseStatusGroupPedCalls=9)
    yield from _asc(*status, phaseStatusGroupPhaseOns=10, phaseStatusGroupPhaseNexts=11)
    control = (Access.CONTROL, 1, 5, 1)
    yield from _asc(*control, phaseControlGroupPhaseOmit=2, phaseControlGroupPedOmit=3, phaseControlGroupHold=4)
    yield from _asc(*control, phaseControlGroupForceOff=5, phaseControlGroupVehCall=6, phaseControlGroupPedCall=7)


def _units() -> Iterator[Object]:
    yield from _asc(Access.DATABASE, 3, unitStartUpFlash=1, unitAutoPedestrianClear=2, unitRedRevert=4)
    yield from _asc(Access.DATABASE, 3, high=INT16, unitBackupTime=3, unitUserDefinedBackupTime=19)
    yield from _asc(Access.STATUS, 3, unitControlStatus=5, unitFlashStatus=6, unitAlarmStatus2=7, unitAlarmStatus1=8)
    yield from _asc(Access.STATUS, 3, shortAlarmStatus=9, unitAlarmStatus3=26, unitAlarmStatus4=27)
    yield from _asc(Access.CONTROL, 3, unitControl=10)
    yield from _asc(Access.CONTROL, 3, 14, 1, high=1, specialFunctionOutputControl=3)


def _coordination() -> Iterator[Object]:
    modes = {"coordOperationalMode": 1, "coordCorrectionMode": 2, "coordMaximumMode": 3, "coordForceMode": 4}
    yield from _asc(Access.DATABASE, 4, **modes)
    yield from _asc(Access.DATABASE, 4, maxPatterns=5, maxSplits=8)
    table = {"patternCycleTime": 2, "patternOffsetTime": 3, "patternSplitNumber": 4, "patternSequenceNumber": 5}
    yield from _asc(Access.DATABASE, 4, 7, 1, **table)
    yield from _asc(Access.DATABASE, 4, 9, 1, splitTime=3, splitMode=4, splitCoordPhase=5)
    yield from _asc(Access.STATUS, 4, coordPatternStatus=10, localFreeStatus=11)
    yield from _asc(Access.STATUS, 4, high=510, coordCycleStatus=12, coordSyncStatus=13)
    yield from _asc(Access.CONTROL, 4, systemPatternControl=14, systemSyncControl=15)
    yield from _asc(Access.DATABASE, 5, high=INT16, timebaseAscPatternSync=1)
    yield from _asc(Access.STATUS, 5, timebaseAscActionStatus=4)
    yield from _asc(Access.CONTROL, 5, actionPlanControl=5)


def _inputs() -> Iterator[Object]:
    yield from _asc(Access.DATABASE, 2, maxVehicleDetectors=1)
    yield from _asc(Access.DATABASE, 2, 2, 1, vehicleDetectorCallPhase=4, vehicleDetectorSwitchPhase=5)
    yield from _asc(Access.DATABASE, 2, 2, 1, vehicleDetectorExtend=7)
    yield from _asc(Access.DATABASE, 2, 2, 1, high=INT16, vehicleDetectorDelay=6)
    yield from _asc(Access.STATUS, 2, 4, 1, vehicleDetectorStatusGroupActive=2, vehicleDetectorStatusGroupAlarms=3)
    yield from _asc(Access.STATUS, 2, 5, volumeOccupancySequence=1)
    yield from _asc(Access.DATABASE, 2, 5, volumeOccupancyPeriod=2)
    yield from _asc(Access.STATUS, 2, 5, 4, 1, detectorVolume=1, detectorOccupancy=2)
    yield from _asc(
        Access.STATUS, 2, 9, 1, pedestrianDetectorStatusGroupActive=2, pedestrianDetectorStatusGroupAlarms=3
    )
    yield from _asc(Access.DATABASE, 6, maxPreempts=1)
    yield from _asc(Access.STATUS, 6, 2, 1, preemptState=16)
    yield from _asc(Access.CONTROL, 6, 3, 1, high=1, preemptControlState=2)


def _rings_and_outputs() -> Iterator[Object]:
    yield from _asc(Access.DATABASE, 7, maxRings=1, maxSequences=2)
    yield Object("sequenceData", (*ASC, 7, 3, 1, 3), Access.DATABASE, tag=OCTET_STRING)
    control = (Access.CONTROL, 7, 5, 1)
    yield from _asc(*control, ringControlGroupStopTime=2, ringControlGroupForceOff=3, ringControlGroupMax2=4)
    yield from _asc(*control, ringControlGroupMaxInhibit=5, ringControlGroupPedRecycle=6, ringControlGroupRedRest=7)
    yield from _asc(*control, ringControlGroupOmitRedClear=8, ringControlGroupMax3=9)
    yield from _asc(Access.STATUS, 7, 6, 1, ringStatus=1)
    yield from _asc(Access.DATABASE, 8, maxChannels=1)
    yield from _asc(Access.DATABASE, 8, 2, 1, channelControlSource=2, channelControlType=3)
    channel = {"channelStatusGroupReds": 2, "channelStatusGroupYellows": 3, "channelStatusGroupGreens": 4}
    yield from _asc(Access.STATUS, 8, 4, 1, **channel)
    yield from _asc(Access.DATABASE, 9, maxOverlaps=1)


def _globals() -> Iterator[Object]:
    for name, last in (("moduleMake", 3), ("moduleModel", 4), ("moduleVersion", 5)):
        yield Object(name, (*GLOBAL, 1, 3, 1, last), Access.STATUS, tag=OCTET_STRING)
    yield Object("globalTime", (*GLOBAL, 3, 1), Access.DATABASE, high=2**32 - 1)


OBJECTS: Final = MappingProxyType({row.name: row for row in _objects()})
"""Every object, by name."""

SPAT_ENABLE: Final = Object("asc3ViiMessageEnable", (*ECONOLITE, 9, 44, 1), Access.CONTROL, high=6)
"""Econolite's own: 0 sends no signal data, 2 those of vehicles, 6 those of people, too. The adapter never writes it."""

PATTERN: Final = "systemPatternControl"
CONTROLS: Final = (
    "phaseControlGroupPhaseOmit",
    "phaseControlGroupPedOmit",
    "phaseControlGroupHold",
    "phaseControlGroupForceOff",
    "phaseControlGroupVehCall",
    "phaseControlGroupPedCall",
)
"""The six columns that ask for something second by second, in the order in which they are written."""

RESETS: Final = frozenset(name for name, row in OBJECTS.items() if row.access is Access.CONTROL)
"""Whose writing starts the backup timer anew, and which are 0 in backup mode."""

SENDABLE: Final = MappingProxyType(
    {**dict.fromkeys(CONTROLS, 255), "systemPatternControl": 253, "systemSyncControl": 255}
)
"""All that the adapter may ever write, with the greatest number. Patterns 254 and 255 are free running and flash."""

SENDABLE_ARCS: Final = MappingProxyType({OBJECTS[name].arcs: most for name, most in SENDABLE.items()})


@cache
def instance(name: str, *index: int) -> bytes:
    """Return the octets of the identifier of one instance.

    Parameters
    ----------
    name
        A name in `OBJECTS`.
    index
        Row of a table, or 0; nothing = the bare object, as some controllers want it.
    """
    return oid_of((*OBJECTS[name].arcs, *index))


@cache
def _most_of(oid: bytes) -> int:
    """Return the greatest number that may be written to an object; -1 = none."""
    arcs = arcs_of(oid)
    return SENDABLE_ARCS.get(arcs[:-1], -1) if 0 <= arcs[-1] <= 32 else -1


def check_sendable(ask: Ask) -> None:
    """Let nothing pass but reading, and writing what is in `SENDABLE`.

    Raises
    ------
    ForbiddenWriteError
        For anything else.
    """
    if ask.kind is not Kind.SET:
        return
    for oid, tag, value in ask.bindings:
        if tag != INTEGER or not isinstance(value, int) or not 0 <= value <= _most_of(oid):
            name = ".".join(map(str, arcs_of(oid)))
            raise ForbiddenWriteError(f"NTCIP: {name} = {value!r} is not among what this adapter may write")
