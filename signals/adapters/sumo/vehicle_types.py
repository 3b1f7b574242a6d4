"""Types of vehicles and of people on foot, with what SUMO takes where a ``<vType>`` does not say."""

from __future__ import annotations

import re
from collections import ChainMap
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from typing import NamedTuple

import numpy as np

from signals.adapters.sumo.attributes import number, refuse, text
from signals.adapters.sumo.classes import class_of, user_of
from signals.adapters.sumo.mixes import Mix, mix_of
from signals.adapters.sumo.safe_xml import Element
from signals.errors import ScenarioError
from signals.model.travel import VehicleKind
from signals.model.trips import DoubleArray
from signals.model.vehicle_classes import VehicleClass

__all__ = ["CLASSES", "DEFAULT", "DEFAULT_PERSON", "SpeedFactor", "TypeBook", "VehicleType"]

DEFAULT = "DEFAULT_VEHTYPE"
DEFAULT_PERSON = "DEFAULT_PEDTYPE"
_PREDEFINED = {
    DEFAULT: "passenger",
    DEFAULT_PERSON: "pedestrian",
    "DEFAULT_BIKETYPE": "bicycle",
    "DEFAULT_TAXITYPE": "taxi",
    "DEFAULT_RAILTYPE": "rail",
}


class _Class(NamedTuple):
    """What SUMO 1.28 takes for a class of vehicles; `desired_mps` is the speed that its drivers want on any road."""

    length_m: float = 5.0
    gap_m: float = 2.5
    speed_mps: float = 200 / 3.6
    accel_mps2: float = 2.6
    decel_mps2: float = 4.5
    imperfection: float = 0.5
    deviation: float = 0.1
    desired_mps: float = inf


# Read back from SUMO 1.28.0 itself, one type per class (`tests/adapters/test_sumo_vehicle_types.py` does it again).
CLASSES = {
    "private": _Class(),
    "emergency": _Class(6.5, deviation=0.0),
    "authority": _Class(deviation=0.0),
    "army": _Class(deviation=0.0),
    "vip": _Class(),
    "pedestrian": _Class(0.215, 0.25, 37.58 / 3.6, 1.5, 2.0, desired_mps=5 / 3.6),
    "passenger": _Class(),
    "hov": _Class(),
    "taxi": _Class(deviation=0.05),
    "bus": _Class(12.0, 2.5, 100 / 3.6, 1.2, 4.0, deviation=0.0),
    "coach": _Class(14.0, 2.5, 100 / 3.6, 2.0, 4.0, deviation=0.05),
    "delivery": _Class(6.5, deviation=0.05),
    "truck": _Class(7.1, 2.5, 130 / 3.6, 1.3, 4.0, deviation=0.05),
    "trailer": _Class(16.5, 2.5, 130 / 3.6, 1.1, 4.0, deviation=0.05),
    "motorcycle": _Class(2.2, 2.5, 200 / 3.6, 6.0, 10.0),
    "moped": _Class(2.1, 2.5, 60 / 3.6, 1.1, 7.0),
    "bicycle": _Class(1.6, 0.5, 50 / 3.6, 1.2, 3.0, desired_mps=20 / 3.6),
    "evehicle": _Class(),
    "tram": _Class(22.0, 2.5, 80 / 3.6, 1.0, 3.0, 0.0, 0.0),
    "rail_urban": _Class(109.5, 5.0, 100 / 3.6, 1.0, 3.0, 0.0, 0.0),
    "rail": _Class(135.0, 5.0, 160 / 3.6, 0.25, 1.3, 0.0, 0.0),
    "rail_electric": _Class(200.0, 5.0, 220 / 3.6, 0.5, 1.3, 0.0, 0.0),
    "rail_fast": _Class(200.0, 5.0, 330 / 3.6, 0.5, 1.3, 0.0, 0.0),
    "subway": _Class(109.5, 5.0, 100 / 3.6, deviation=0.0),
    "cable_car": _Class(deviation=0.0),
    "wheelchair": _Class(1.2, 0.5, 30 / 3.6, 1.5, 2.0, desired_mps=5 / 3.6),
    "scooter": _Class(1.2, 0.5, 25 / 3.6, 1.2, 3.0, desired_mps=20 / 3.6),
    "custom1": _Class(),
    "custom2": _Class(),
}
_ON_FOOT = frozenset({"pedestrian", "wheelchair"})
_MODEL = "carFollowing-"
_NORMAL = re.compile(r"(normc?)\(([^()]*)\)")
_LOWEST, _HIGHEST = 0.2, 2.0
"""Where SUMO cuts off the speed factors that it draws, if a type does not say otherwise."""
_LEAST = 0.01
_ATTEMPTS = 100


class SpeedFactor(NamedTuple):
    """What drivers make of a speed limit: a normal distribution, cut off at both ends."""

    mean: float
    deviation: float
    lowest: float = _LOWEST
    highest: float = _HIGHEST

    def draw(self, count: int, stream: np.random.Generator) -> DoubleArray:
        """Draw some; what lies beyond the ends is drawn again."""
        found = stream.normal(self.mean, self.deviation, count)
        for _ in range(_ATTEMPTS):
            wrong = np.flatnonzero((found < self.lowest) | (found > self.highest))
            if not len(wrong):
                break
            found[wrong] = stream.normal(self.mean, self.deviation, len(wrong))
        return np.clip(found, self.lowest, self.highest)


@dataclass(frozen=True, slots=True)
class VehicleType:
    """One ``<vType>``.

    Parameters
    ----------
    kind
        What matters of the vehicle; None for people on foot.
    speed_factor
        How fast its drivers go.
    walking_mps
        How fast the average person of this type walks; 0 of vehicles.
    """

    kind: VehicleKind | None
    speed_factor: SpeedFactor
    walking_mps: float = 0.0


class TypeBook:
    """The types that files define, and the distributions of them."""

    def __init__(self) -> None:
        self._types: dict[str, VehicleType] = {}
        self._weights: dict[str, float] = {}
        self._mixes: dict[str, Mix] = {}
        for name, vclass in _PREDEFINED.items():
            self.take(Element("vType", {"id": name, "vClass": vclass}, [], 0, Path("SUMO")))

    def take(self, element: Element) -> None:
        """Note what a ``<vType>`` or a ``<vTypeDistribution>`` defines; other elements define none.

        Raises
        ------
        FileError
            When something in it is not what it must be.
        """
        if element.tag == "vType":
            name = text(element, "id")
            self._types[name] = _vehicle_type(element)
            self._weights[name] = number(element, "probability", 1.0)
        elif element.tag == "vTypeDistribution":
            for child in element.children:
                self.take(child)
            named = [text(child, "id") for child in element.children if child.tag == "vType"]
            self._mixes[text(element, "id")] = mix_of(element, named, self._weights, "vTypes")

    def choose(self, traveller: Element, default: str, stream: np.random.Generator) -> VehicleType:
        """Return the type of a traveller, drawn where it names a distribution.

        Raises
        ------
        FileError
            When there is no such type.
        """
        name = traveller.attributes.get("type", default)
        if name in self._mixes:
            name = self._mixes[name].draw(stream)
        if name not in self._types:
            refuse(traveller, f'there is no vehicle type "{name}"')
        return self._types[name]


def _vehicle_type(element: Element) -> VehicleType:
    vclass = element.attributes.get("vClass", "passenger")
    if vclass not in CLASSES:
        refuse(element, f'vehicles of the class "{vclass}" are not simulated (known: {", ".join(CLASSES)})')
    usual = CLASSES[vclass]
    given = _with_model(element)
    # SUMO's drivers go at the speed that they desire where nothing holds them up, however fast the vehicle is.
    speed_mps = min(number(given, "maxSpeed", usual.speed_mps), number(given, "desiredMaxSpeed", usual.desired_mps))
    factor = _speed_factor(given, usual)
    if vclass in _ON_FOOT:
        if speed_mps <= 0:
            refuse(element, f"its speed must be > 0, got {speed_mps:g}")
        return VehicleType(None, factor, speed_mps)
    try:
        kind = VehicleKind(
            id=text(element, "id"),
            user=user_of(vclass, ""),
            length_m=number(given, "length", usual.length_m),
            gap_m=number(given, "minGap", usual.gap_m),
            speed_mps=speed_mps,
            accel_mps2=number(given, "accel", usual.accel_mps2),
            decel_mps2=number(given, "decel", usual.decel_mps2),
            headway_s=number(given, "tau", 1.0),
            imperfection=number(given, "sigma", usual.imperfection),
            emergency=vclass == "emergency",
            rail=class_of(vclass) is VehicleClass.TRAM,
        )
    except ScenarioError as error:
        refuse(element, str(error))
    return VehicleType(kind, factor)


def _with_model(element: Element) -> Element:
    """Return a type with the attributes of the element for its car-following model, an older way to write them."""
    inside = [child.attributes for child in element.children if child.tag.startswith(_MODEL)]
    return element._replace(attributes=dict(ChainMap(element.attributes, *inside))) if inside else element


def _speed_factor(element: Element, usual: _Class) -> SpeedFactor:
    """Read ``speedFactor`` (a number, ``norm(…)`` or ``normc(…)``) and ``speedDev``."""
    raw = element.attributes.get("speedFactor", "1")
    match = _NORMAL.fullmatch(raw.replace(" ", ""))
    try:
        values = [float(value) for value in (match[2].split(",") if match else [raw])]
    except ValueError:
        values = []
    if not 1 <= len(values) <= 4 or not all(isfinite(value) for value in values):
        refuse(element, f'speedFactor must be a number or normc(mean,deviation,lowest,highest), got "{raw}"')
    # Without bounds SUMO's are none; but nobody drives backwards.
    found = SpeedFactor(values[0], *(values[1:] or [usual.deviation]), *([_LOWEST, inf] if len(values) == 2 else []))
    found = found._replace(deviation=number(element, "speedDev", found.deviation), lowest=max(found.lowest, _LEAST))
    if not found.lowest <= found.mean <= found.highest or found.deviation < 0:
        refuse(element, f"its speed factor must lie between its bounds, and speedDev must be >= 0, got {found}")
    return found
