"""What became of everybody, from what SUMO wrote down.

SUMO reports success even when the disk was full, so nothing is believed before it was found whole: both files closed,
and as many travellers in one as the other counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import NamedTuple

import numpy as np

from signals.adapters.sumo.safe_xml import Element, events
from signals.errors import FileError, RecordError
from signals.model.lanes import User
from signals.model.trips import Incidents, Trips, TripState

__all__ = ["LOG", "STATISTICS", "TRIPS", "Account", "read_outcome"]

TRIPS = "tripinfo.xml"
STATISTICS = "statistics.xml"
LOG = "sumo.log"
MOST_WARNINGS = 20

_TRANSIT = frozenset({
    "bus", "coach", "tram", "rail", "rail_urban", "rail_electric", "rail_fast", "subway", "cable_car",
})  # fmt: skip
_GIVEN_UP = re.compile(r"Error: Vehicle '([^']*)' will not be able to depart .*time=([0-9]+(?:\.[0-9]+)?)\.?$")

_BRAKED = " performs emergency braking"
"""SUMO before 1.10 only says so; later versions count it."""


@dataclass(frozen=True, slots=True)
class Account:
    """What the world itself knows of a run.

    Parameters
    ----------
    end_s
        When it ended.
    departed
        Vehicles that it saw depart; -1 if it did not count.
    vclass
        Vehicle class of each vehicle type.
    standing_s
        For how long people still under way had been standing when it ended: SUMO reports 0 for them.
    longest_wait_s
        The longest time that a vehicle stood without pause.
    """

    end_s: float
    departed: int = -1
    vclass: Mapping[str, str] = field(default_factory=dict)
    standing_s: Mapping[str, float] = field(default_factory=dict)
    longest_wait_s: float = 0.0


class _Row(NamedTuple):
    scheduled_s: float
    departure_delay_s: float
    time_loss_s: float
    duration_s: float
    waiting_s: float
    stops: float
    state: TripState
    user: User


def read_outcome(folder: Path, account: Account) -> tuple[Trips, Incidents]:
    """Read the files that SUMO left in the folder of a run.

    Vehicles that waited to depart until the end count as never inserted, and so do those that SUMO gave up ("will not
    be able to depart"), from the time when it did. Of people, only what they walked counts; those who had not begun
    were not due yet, as people begin on time.

    Parameters
    ----------
    folder
        Where they are.
    account
        What the world knows.

    Raises
    ------
    RecordError
        When a file is missing, cut off or not complete.
    """
    counts = _statistics(folder / STATISTICS)
    rows = _travellers(folder / TRIPS, counts, account)
    warnings, given_up, braked = _log(folder / LOG)
    rows += [
        _Row(at_s, account.end_s - at_s, 0.0, 0.0, 0.0, 0.0, TripState.NEVER_INSERTED, User.VEHICLE)
        for at_s in given_up
    ]
    incidents = Incidents(
        teleports=int(counts["teleports"]),
        collisions=int(counts["collisions"]),
        emergency_braking=int(counts.get("emergencyBraking", braked)),
        emergency_stops=int(counts["emergencyStops"]),
        longest_wait_s=account.longest_wait_s,
        warnings=warnings,
    )
    return _table(rows), incidents


def _travellers(path: Path, counts: Mapping[str, float], account: Account) -> list[_Row]:
    """Return everybody in the trip table, once it was found complete."""
    rows: list[_Row] = []
    departed = waiting = 0
    for element in _whole(path, {"tripinfo", "personinfo"}, "tripinfos"):
        if element.tag == "personinfo":
            rows += _person(element, account)
        elif _number(element, "depart") < 0:
            waiting += 1
            rows += _undeparted(element, account)
        else:
            departed += 1
            rows.append(_vehicle(element, account))
    # Those who are due between the last step and the end wait in this table only.
    if departed != counts["inserted"] or waiting < counts["waiting"] or account.departed not in (-1, departed):
        raise RecordError(
            f"{path}: not complete: it has {departed} vehicles that departed and {waiting} that wait to, "
            f"SUMO counted {counts['inserted']:g} and {counts['waiting']:g}; was the disk full?"
        )
    return rows


def _whole(path: Path, tags: set[str], root: str) -> Iterator[Element]:
    try:
        yield from events(path, tags, root={root})
    except FileError as error:
        raise RecordError(f"{error}; the results of this run are not whole (was the disk full?)") from error


def _statistics(path: Path) -> dict[str, float]:
    counts: dict[str, float] = {}
    for element in _whole(path, {"vehicles", "teleports", "safety"}, "statistics"):
        if element.tag == "teleports":
            counts["teleports"] = _number(element, "total")
        else:
            counts.update({key: _number(element, key) for key in element.attributes})
    missing = {"inserted", "waiting", "teleports", "collisions", "emergencyStops"} - counts.keys()
    if missing:
        raise RecordError(f"{path}: expected {', '.join(sorted(missing))}; the results of this run are not whole")
    return counts


def _vehicle(element: Element, account: Account) -> _Row:
    delay_s = _number(element, "departDelay")
    return _Row(
        _number(element, "depart") - delay_s,
        delay_s,
        _number(element, "timeLoss"),
        _number(element, "duration"),
        _number(element, "waitingTime"),
        _number(element, "waitingCount"),
        TripState.FINISHED if _number(element, "arrival") >= 0 else TripState.DRIVING,
        _user(element, account),
    )


def _undeparted(element: Element, account: Account) -> Iterator[_Row]:
    delay_s = _number(element, "departDelay")
    if delay_s > 0:  # the others were due at the end or later
        scheduled_s = account.end_s - delay_s
        yield _Row(scheduled_s, delay_s, 0.0, 0.0, 0.0, 0.0, TripState.NEVER_INSERTED, _user(element, account))


def _person(element: Element, account: Account) -> Iterator[_Row]:
    walks = [child for child in element.children if child.tag == "walk"]
    scheduled_s = _number(element, "depart")
    if not walks or scheduled_s < 0:
        return
    arrived = all(_number(walk, "arrival") >= 0 for walk in walks)
    standing_s = 0.0 if arrived else account.standing_s.get(element.attributes.get("id", ""), 0.0)
    yield _Row(
        scheduled_s,
        0.0,
        sum(_number(walk, "timeLoss") for walk in walks) + standing_s,
        sum(max(_number(walk, "duration"), 0.0) for walk in walks),
        sum(_number(walk, "waitingTime") for walk in walks) + standing_s,
        np.nan,
        TripState.FINISHED if arrived else TripState.DRIVING,
        User.PEDESTRIAN,
    )


def _user(element: Element, account: Account) -> User:
    vclass = account.vclass.get(element.attributes.get("vType", ""), "passenger")
    if vclass == "bicycle":
        return User.BICYCLE
    return User.TRANSIT if vclass in _TRANSIT else User.VEHICLE


def _number(element: Element, key: str) -> float:
    try:
        value = float(element.attributes[key])
    except (KeyError, ValueError):
        value = np.nan
    if not isfinite(value):
        raise RecordError(
            f"{element.path}, line {element.line}: <{element.tag}> has no number {key}; "
            "the results of this run are not whole"
        )
    return value


def _log(path: Path) -> tuple[tuple[str, ...], list[float], int]:
    """Return the first warnings, when vehicles were given up, and how many braked in an emergency."""
    warnings: list[str] = []
    given_up: list[float] = []
    count = braked = 0
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in map(str.strip, file):
                if match := _GIVEN_UP.match(line):
                    given_up.append(float(match[2]))
                elif not line.startswith("Warning: "):
                    continue
                count += 1
                braked += _BRAKED in line
                if count <= MOST_WARNINGS:
                    warnings.append(line.partition(": ")[2])
    except OSError as error:
        raise RecordError(f"{path}: cannot be read ({error.strerror})") from error
    if count > MOST_WARNINGS:
        warnings.append(f"and {count - MOST_WARNINGS} more in {path.name}")
    return tuple(warnings), given_up, braked


def _table(rows: list[_Row]) -> Trips:
    scheduled, delay, loss, duration, waiting, stops = np.array([row[:6] for row in rows], np.float64).reshape(-1, 6).T
    state = np.array([row.state for row in rows], np.int8)
    user = np.array([row.user for row in rows], np.int8)
    return Trips(scheduled, delay, loss, duration, waiting, stops, state, user)
