"""The people on foot of route files, one by one."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import NamedTuple

import numpy as np

from signals.adapters.sumo.attributes import number, refuse, text
from signals.adapters.sumo.config import SumoInputs
from signals.adapters.sumo.drivers import when
from signals.adapters.sumo.flows import FLOWS
from signals.adapters.sumo.footways import Footways, Place
from signals.adapters.sumo.raw_net import read_raw
from signals.adapters.sumo.route_files import EVENTS
from signals.adapters.sumo.safe_xml import Element
from signals.adapters.sumo.vehicle_types import DEFAULT_PERSON, TypeBook
from signals.model.network import Network
from signals.model.travel import Walk
from signals.model.trips import DoubleArray
from signals.model.values import FloatArray, IntArray

__all__ = ["People", "Walkers"]

_ON_FOOT = frozenset({"walk", "personTrip"})
_NO_STAGES = frozenset({"param", "stop"})


class People(NamedTuple):
    """The columns of a `Travel` that are about people on foot, in its order."""

    walks: tuple[Walk, ...]
    walk_depart_s: DoubleArray
    walk: IntArray
    walk_speed_mps: FloatArray


class Walkers:
    """Takes the elements that are about people, and makes columns of them.

    Parameters
    ----------
    inputs
        The network file, and when the run begins and ends.
    network
        The network.
    types
        The types of people.
    seed
        Of the speeds, and of random flows.
    """

    def __init__(self, inputs: SumoInputs, network: Network, types: TypeBook, seed: int) -> None:
        self._inputs, self._network, self._types, self._seed = inputs, network, types, seed
        self._stream = np.random.default_rng([seed, 1])
        self._left_out: Counter[str] = Counter()
        self._walks: dict[Walk, int] = {}
        self._rows: list[tuple[float, int, float]] = []

    @cached_property
    def _footways(self) -> Footways:
        return Footways(read_raw(self._inputs.net, programs=False), self._network)

    def take(self, person: Element) -> None:
        """Take a person or a flow of people.

        Raises
        ------
        FileError
            When something in it is not what it must be.
        """
        stages = [child for child in person.children if child.tag not in _NO_STAGES]
        departs = person.attributes.get("begin" if person.tag in FLOWS else "depart")
        if departs in EVENTS or not all(_on_foot(stage) for stage in stages) or not stages:
            self._left_out["wait for somebody, ride or do nothing but stop, and are left out"] += 1
            return
        if len(stages) < sum(child.tag != "param" for child in person.children):
            self._left_out["stop on their way, which they do not here"] += 1
        walk = self._walk(person, stages)
        if walk is None:
            self._left_out["have no way over pavements and crossings, and are left out"] += 1
            return
        row = self._walks.setdefault(walk, len(self._walks))
        for departs_s in when(person, self._inputs, self._seed).tolist():
            self._rows.append((departs_s, row, self._speed_mps(person, stages)))

    def people(self) -> People:
        """Return everybody in order of departure."""
        rows = sorted(self._rows, key=lambda row: row[0])
        return People(
            tuple(self._walks),
            np.array([departs_s for departs_s, _, _ in rows], np.float64),
            np.array([walk for _, walk, _ in rows], np.int32),
            np.array([speed_mps for _, _, speed_mps in rows], np.float32),
        )

    def notes(self) -> list[str]:
        """Return what was left out or assumed, one sentence each."""
        return [f"{count} people or flows of people {what}" for what, count in self._left_out.items()]

    def _walk(self, person: Element, stages: list[Element]) -> Walk | None:
        """Join the walks of a person: each begins where the one before ended."""
        here: Place = "", _position_m(person, "departPos", 0.0)
        crossings: list[int] = []
        before_m: list[float] = []
        after_m = 0.0
        for stage in stages:
            start, end = _ends(stage, here)
            found = self._footways.walk(start, end)
            if found is None:
                return None
            distances_m = [*found.before_m, found.after_m]
            distances_m[0] += after_m
            crossings += found.crossings
            *more_m, after_m = distances_m
            before_m += more_m
            here = end
        return Walk(tuple(crossings), tuple(before_m), after_m)

    def _speed_mps(self, person: Element, stages: list[Element]) -> float:
        kind = self._types.choose(person, DEFAULT_PERSON, self._stream)
        if kind.kind is not None:
            refuse(person, "its type is one of vehicles, which do not walk")
        (factor,) = kind.speed_factor.draw(1, self._stream).tolist()
        factor = number(person, "speedFactor", factor)
        speed_mps = number(stages[0], "speed", kind.walking_mps * factor)
        if speed_mps <= 0:
            refuse(person, f"its speed must be > 0, got {speed_mps:g}")
        return speed_mps


def _on_foot(stage: Element) -> bool:
    modes = stage.attributes.get("modes", "").split()
    return stage.tag in _ON_FOOT and set(modes) <= {"walk"}


def _ends(stage: Element, here: Place) -> tuple[Place, Place]:
    """Return where a walk begins and ends: in the middle of the last edge where it does not say (so in SUMO, too)."""
    edges = stage.attributes.get("edges", "").split()
    start = edges[0] if edges else text(stage, "from", here[0] or None)
    end = edges[-1] if edges else text(stage, "to")
    return (start, _position_m(stage, "departPos", here[1])), (end, _position_m(stage, "arrivalPos", None))


def _position_m(element: Element, key: str, default_m: float | None) -> float | None:
    """Return a position, or the default where none is given, or by a word such as random."""
    try:
        return float(element.attributes.get(key, ""))
    except ValueError:
        return default_m
