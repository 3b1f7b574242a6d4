"""An intersection with every interval, and a witness of what its firmware shows that shares no code with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from random import Random

import numpy as np

from signals.adapters.cabinet.firmware import Firmware
from signals.adapters.cabinet.firmware_faults import MISBEHAVIOURS
from signals.model.cabinets import CabinetSite, PlanRequest, sites_of
from signals.model.crossroads import crossroads
from signals.model.intersections import Intersection, SignalGroup
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import BoolArray, Violation
from signals.safety.monitor import Monitor


def crossing(*, red_amber_ds: int = 0, amber_ds: int = 30, plans: bool = True) -> Network:
    """A crossroads with people, whose vehicles have red-amber and ambers of any length."""

    def timed(group: SignalGroup) -> SignalGroup:
        if group.user is User.PEDESTRIAN:
            return group
        return replace(group, red_amber_ds=red_amber_ds, amber_ds=amber_ds)

    network = crossroads()
    place = network.intersections[0]
    groups = tuple(timed(group) for group in place.groups)
    return replace(network, intersections=(replace(place, groups=groups, plans=place.plans if plans else ()),))


def site_of(network: Network) -> CabinetSite:
    return sites_of(network)[0]


class Witness:
    """Steps a firmware and holds every tick against the monitor of `signals.safety`."""

    def __init__(self, network: Network, firmware: Firmware, seed: int = 0) -> None:
        self.firmware, self.violations = firmware, list[Violation]()
        self._monitor = Monitor(network, tick_ds=firmware.tick_ds)
        self._shown = firmware.aspect
        self._rng = np.random.default_rng(seed)
        self._groups, self._detectors = len(firmware.site.groups), len(firmware.site.detectors)

    def tick(self, *, calls: float = 0.05) -> None:
        """A tick, with people who push buttons and vehicles that come with that probability."""
        came = (self._rng.random(self._detectors) < calls).astype(np.int32)
        pushed = self._rng.random(self._groups) < calls
        command = self.firmware.step(pushed, came, came.astype(np.float32))
        lit = np.array([command[0] >= 0])
        nobody, calm = np.zeros(self._groups, np.bool_), np.zeros(self._groups, np.int8)
        now_s = self.firmware.time_ds / 10
        self.violations += self._monitor.check(now_s, nobody, calm, self._shown, command, lit)
        self._shown = command

    def ticks(self, count: int) -> None:
        for _ in range(count):
            self.tick()


def mask(rng: Random, count: int, share: float) -> BoolArray:
    return np.array([rng.random() < share for _ in range(count)], np.bool_)


def random_plan(rng: Random, place: Intersection) -> PlanRequest:
    steps = len(place.plans[0].steps) if place.plans else 1
    green_s = tuple(rng.choice((5, 6, 10, 30)) for _ in range(steps))
    return PlanRequest(rng.choice((1, 1, 1, 2)), sum(green_s) + rng.choice((0, 0, 1)), rng.randrange(100), green_s)


def ask_anything(firmware: Firmware, rng: Random) -> None:
    """One thing that somebody may do to a firmware, drawn by chance; most often something to what is shown."""
    count, place = len(firmware.site.groups), firmware.site.intersection
    match rng.randrange(8):
        case 0:
            firmware.request_groups(np.array([rng.randrange(-1, 6) for _ in range(count)], np.int8))
        case 1 | 2:  # a step ahead of what is shown: often legal, or nearly
            nxt = [a if rng.random() < 0.6 else (max(int(a), 0) + rng.choice((1, 2))) % 5 for a in firmware.aspect]
            firmware.request_groups(np.array(nxt, np.int8))
        case 3:
            firmware.request_holds(*(mask(rng, count, share) for share in (0.1, 0.3, 0.3, 0.4)))
        case 4:
            firmware.request_stage(rng.randrange(len(place.stages)))
        case 5:
            firmware.request_plan(random_plan(rng, place))
        case 6:
            firmware.take() if rng.random() < 0.9 else firmware.give_back()
        case _:
            firmware.misbehave(rng.choice(sorted(MISBEHAVIOURS)), rng.random() < 0.4)


def attack(witness: Witness, rng: Random, requests: int, keep: Iterable[str] = ()) -> None:
    """Ask for anything, `requests` times, at any moment; the misbehaviours `keep` end each time."""
    for _ in range(requests):
        ask_anything(witness.firmware, rng)
        for name in keep:
            witness.firmware.misbehave(name, on=False)
        if rng.random() < 0.8:
            witness.firmware.take()
            witness.firmware.alive()
        for _ in range(rng.choice((0, 1, 1, 2, 5))):
            witness.tick()
