"""The signal exchange list TLC 1.2.1: which statuses, commands and alarms there are, and what their values may be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from types import MappingProxyType
from typing import Final

__all__ = ["ALARMS", "COMMANDS", "DETAILS", "SOURCE", "STATUSES", "AlarmKind", "CommandKind", "Part", "StatusKind"]

Check = Callable[[str], bool]


class Part(Enum):
    """What a status, a command or an alarm is about."""

    CONTROLLER = auto()
    GROUP = auto()
    DETECTOR = auto()


@dataclass(frozen=True, slots=True)
class StatusKind:
    """A status: what it is about, and the names of its values."""

    names: tuple[str, ...]
    part: Part = Part.CONTROLLER


@dataclass(frozen=True, slots=True)
class CommandKind:
    """A command: the name of what is done, and what each argument may be; those in `optional` may be missing."""

    order: str
    arguments: Mapping[str, Check]
    part: Part = Part.CONTROLLER
    optional: Mapping[str, Check] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlarmKind:
    """An alarm: how urgent it is (1 at once, 2 the next shift, 3 the next maintenance), and its values."""

    priority: str
    part: Part = Part.CONTROLLER
    names: tuple[str, ...] = ()


def _whole(least: int, most: int) -> Check:
    def check(text: str) -> bool:
        return bool(re.fullmatch(r"-?\d{1,6}", text, re.ASCII)) and least <= int(text) <= most

    return check


def _one_of(*words: str) -> Check:
    return frozenset(words).__contains__


def _like(pattern: str) -> Check:
    found = re.compile(pattern, re.ASCII)
    return lambda text: found.fullmatch(text) is not None


def _any(text: str) -> bool:
    return len(text) <= 256


_truth = _one_of("True", "False")
_number, _plan, _offset = _whole(1, 255), _whole(1, 255), _whole(0, 255)
_code: Mapping[str, Check] = {"securityCode": _any}
SOURCE: Final = ("intersection", "status", "source")
DETAILS: Final = ("P", "PS", "L", "LS", "B", "SP", "MC", "C", "F")
"""Classes of vehicles: cars, with trailers, trucks, with trailers, buses, trams, motor cycles, bicycles, people."""

_ESTIMATES = tuple(
    name
    for way in "GR"
    for name in (*(f"{bound}To{way}Estimate" for bound in ("min", "max", "likely")), f"To{way}Confidence")
)

STATUSES: Final[Mapping[str, StatusKind]] = MappingProxyType(
    {
        "S0001": StatusKind(("signalgroupstatus", "cyclecounter", "basecyclecounter", "stage")),
        "S0002": StatusKind(("detectorlogicstatus",)),
        "S0003": StatusKind(("inputstatus",)),
        "S0004": StatusKind(("outputstatus",)),
        "S0005": StatusKind(("status", "statusByIntersection")),
        "S0006": StatusKind(("status", "emergencystage")),
        **{code: StatusKind(SOURCE) for code in ("S0007", "S0008", "S0009", "S0010", "S0011", "S0012", "S0032")},
        "S0013": StatusKind(("intersection", "status")),
        "S0014": StatusKind(("status", "source")),
        "S0015": StatusKind(("status", "source")),
        **{code: StatusKind(("number",)) for code in ("S0016", "S0017", "S0019")},
        "S0020": StatusKind(("intersection", "controlmode")),
        "S0021": StatusKind(("detectorlogics",)),
        **{
            code: StatusKind(("status",))
            for code in (
                *("S0022", "S0023", "S0024", "S0026", "S0027", "S0028", "S0029", "S0030", "S0031", "S0033", "S0034"),
                "S0095",
            )
        },
        "S0025": StatusKind(_ESTIMATES, Part.GROUP),
        "S0035": StatusKind(("emergencyroutes",)),
        "S0091": StatusKind(("user",)),
        "S0092": StatusKind(("user",)),
        "S0096": StatusKind(("year", "month", "day", "hour", "minute", "second")),
        "S0097": StatusKind(("checksum", "timestamp")),
        "S0098": StatusKind(("config", "timestamp", "version")),
        "S0201": StatusKind(("starttime", "vehicles"), Part.DETECTOR),
        "S0202": StatusKind(("starttime", "speed"), Part.DETECTOR),
        "S0203": StatusKind(("starttime", "occupancy"), Part.DETECTOR),
        "S0204": StatusKind(("starttime", *DETAILS), Part.DETECTOR),
        "S0205": StatusKind(("start", "vehicles")),
        "S0206": StatusKind(("start", "speed")),
        "S0207": StatusKind(("start", "occupancy")),
        "S0208": StatusKind(("start", *DETAILS)),
    }
)
"""The statuses by code."""

_pairs = _like(r"(\d{1,3}-\d{1,5}(,\d{1,3}-\d{1,5}){0,511})?")
_table = _like(r"(\d{1,3}-\d{1,3}-\d{1,2}-\d{1,2}(,\d{1,3}-\d{1,3}-\d{1,2}-\d{1,2}){0,511})?")
_blocks = _like(r"\d{1,3},\d{1,5},\d{1,5}(;\d{1,3},\d{1,5},\d{1,5}){0,31}")
_DATE: Mapping[str, Check] = {
    "year": _whole(1970, 9999),
    "month": _whole(1, 12),
    "day": _whole(1, 31),
    "hour": _whole(0, 23),
    "minute": _whole(0, 59),
    "second": _whole(0, 59),
}
_VEHICLES = (
    *("pedestrian", "bicycle", "motorcycle", "car", "bus", "lightTruck", "heavyTruck", "tram", "emergency"),
    *("safetyCar", "specialTransport", "other"),
)
_byte = _whole(0, 255)
_WAYS: Mapping[str, Check] = {
    "signalGroupId": _any,
    **dict.fromkeys(("inputId", "connectionId", "laneInId", "laneOutId", "priorityId", "eta"), _byte),
    "approachId": _whole(0, 16),
    "vehicleType": _one_of(*_VEHICLES),
}

COMMANDS: Final[Mapping[str, CommandKind]] = MappingProxyType(
    {
        "M0001": CommandKind(
            "setValue",
            {
                "status": _one_of("NormalControl", "YellowFlash", "Dark"),
                **_code,
                "timeout": _whole(0, 1440),
                "intersection": _byte,
            },
        ),
        "M0002": CommandKind("setPlan", {"status": _truth, **_code, "timeplan": _plan}),
        "M0003": CommandKind("setTrafficSituation", {"status": _truth, **_code, "traficsituation": _number}),
        "M0004": CommandKind("setRestart", {"status": _truth, **_code}),
        "M0005": CommandKind("setEmergency", {"status": _truth, **_code, "emergencyroute": _number}),
        "M0006": CommandKind("setInput", {"status": _truth, **_code, "input": _number}),
        "M0007": CommandKind("setFixedTime", {"status": _truth, **_code}),
        "M0008": CommandKind("setForceDetectorLogic", {"status": _truth, **_code, "mode": _truth}, Part.DETECTOR),
        "M0010": CommandKind("setStart", {"status": _truth, **_code}, Part.GROUP),
        "M0011": CommandKind("setStop", {"status": _truth, **_code}, Part.GROUP),
        "M0012": CommandKind("setStart", {"status": _any, **_code}),
        "M0013": CommandKind("setInput", {"status": _blocks, **_code}),
        "M0014": CommandKind("setCommands", {"plan": _byte, "status": _pairs, **_code}),
        "M0015": CommandKind("setOffset", {"status": _offset, "plan": _byte, **_code}),
        "M0016": CommandKind("setWeekTable", {"status": _pairs, **_code}),
        "M0017": CommandKind("setTimeTable", {"status": _table, **_code}),
        "M0018": CommandKind("setCycleTime", {"status": _number, "plan": _byte, **_code}),
        "M0019": CommandKind("setInput", {"status": _truth, **_code, "input": _number, "inputValue": _truth}),
        "M0020": CommandKind("setOutput", {"status": _truth, **_code, "output": _number, "outputValue": _truth}),
        "M0021": CommandKind("setLevel", {"status": _pairs, **_code}),
        "M0022": CommandKind(
            "requestPriority",
            {"requestId": _any, "type": _one_of("new", "update", "cancel"), "level": _whole(0, 14)},
            optional=_WAYS,
        ),
        "M0023": CommandKind("setTimeout", {"status": _whole(0, 65535), **_code}),
        "M0103": CommandKind(
            "setSecurityCode",
            {"status": _one_of("Level1", "Level2"), "oldSecurityCode": _any, "newSecurityCode": _any},
        ),
        "M0104": CommandKind("setDate", {**_code, **_DATE}),
    }
)
"""The commands by code."""

_DETECTOR_FAULT = ("detector", "type", "errormode", "manual")
ALARMS: Final[Mapping[str, AlarmKind]] = MappingProxyType(
    {
        **{code: AlarmKind("2") for code in ("A0001", "A0003", "A0006")},
        **{code: AlarmKind("3") for code in ("A0002", "A0004", "A0005", "A0009", "A0010")},
        "A0007": AlarmKind("3", names=("protocol",)),
        "A0008": AlarmKind("2", Part.GROUP, ("timeplan",)),
        "A0101": AlarmKind("3", Part.GROUP),
        "A0201": AlarmKind("2", Part.GROUP, ("color",)),
        "A0202": AlarmKind("3", Part.GROUP, ("color",)),
        "A0301": AlarmKind("3", Part.DETECTOR, _DETECTOR_FAULT),
        "A0302": AlarmKind("3", Part.DETECTOR, (*_DETECTOR_FAULT, "logicerror")),
        "A0303": AlarmKind("2", Part.DETECTOR, _DETECTOR_FAULT),
        "A0304": AlarmKind("2", Part.DETECTOR, (*_DETECTOR_FAULT, "logicerror")),
    }
)
"""The alarms by code."""
