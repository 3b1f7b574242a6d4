"""A simulated street whose signals are those of virtual controllers, one for each intersection.

A tick: each controller goes on by a tick, the street lives through it under what they show, and its detectors report
what they saw in it. So whoever asks a controller is told of lamps and detectors of the same tick, as on a street, where
both are told as they happen. An independent monitor watches the lamps.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from types import TracebackType
from typing import Self

import numpy as np

from signals.adapters.cabinet.firmware import Firmware
from signals.errors import InputError
from signals.model.cabinets import CabinetSite, sites_of
from signals.model.network import Network
from signals.model.roles import World
from signals.model.values import BoolArray, ByteArray, Violation
from signals.safety.displayed import displayed
from signals.safety.monitor import Monitor
from signals.serve.mischief import Mischief

__all__ = ["Plant", "detector_groups"]


class Plant:
    """Virtual controllers in a world; a context manager, as the world is.

    Parameters
    ----------
    world
        The street. It shows what the controllers show, from one of its own ticks to the next.
    network
        What the controllers are built for: that of the world, perhaps with longer intergreens.
    tick_ds
        Length of a tick of the controllers, of which that of the world is a multiple; 0 = that of the world.
    backup_s
        After how long without anybody they return to their own programs.
    seed
        Of what a misbehaviour leaves to chance; each controller has another one.
    mischief
        What goes wrong when.

    Attributes
    ----------
    firmwares
        The controllers, in the order of the intersections.
    violations
        What the monitor saw; nothing, unless a firmware is broken.

    Raises
    ------
    InputError
        When the ticks do not fit.
    """

    def __init__(
        self,
        world: World,
        network: Network,
        *,
        tick_ds: int = 0,
        backup_s: float = 10.0,
        seed: int = 0,
        mischief: Sequence[Mischief] = (),
    ) -> None:
        self.world, self.tick_ds = world, tick_ds or world.tick_ds
        if self.tick_ds < 1 or world.tick_ds % self.tick_ds:
            raise InputError(
                f"the tick of the controllers must divide that of the world, {world.tick_ds / 10:g} s, "
                f"got {self.tick_ds / 10:g} s"
            )
        self.firmwares = tuple(
            Firmware(
                site,
                tick_ds=self.tick_ds,
                backup_s=backup_s,
                seed=seed + number,
                detector_groups=detector_groups(network, site),
            )
            for number, site in enumerate(sites_of(network))
        )
        self._groups = [slice(first, end) for first, end in pairwise(network.arrays.group_offset.tolist())]
        number = {detector.id: index for index, detector in enumerate(network.detectors)}
        self._detectors = [np.array([number[name] for name in f.site.detectors], np.int64) for f in self.firmwares]
        self._monitor = Monitor(network, tick_ds=self.tick_ds)
        self._mischief, self._ticks = list(mischief), 0
        self._aspect: ByteArray = np.full(network.arrays.group_offset[-1], -1, np.int8)
        self._calm = np.zeros_like(self._aspect)
        self.violations: list[Violation] = []

    def __enter__(self) -> Self:
        """Start the world."""
        self.world.__enter__()
        self._readings = self.world.read()
        self._sense(self._readings.detector_count)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the world."""
        self.world.__exit__(kind, error, trace)

    def set_clocks(self, utc_s: float) -> None:
        """Set the clocks of all controllers, whose programs follow them; in seconds since 1970."""
        for firmware in self.firmwares:
            firmware.set_clock(utc_s)

    def tick(self) -> bool:
        """Let a tick of the controllers pass; return whether the world goes on. Raises `WorldError`."""
        now_s, parts = self._ticks * self.tick_ds / 10, self.world.tick_ds // self.tick_ds
        while self._mischief and self._mischief[0].at_s <= now_s:
            event = self._mischief.pop(0)
            self.firmwares[event.place].misbehave(event.what, event.on)
        self._advance()
        if self._ticks % parts == 0:
            self.world.write(displayed(self._readings.time_s, self._aspect, len(self.firmwares)))
            self._readings = self.world.read()
            self._sense(self._readings.detector_count)
        else:  # in the middle of a tick of the world nobody new comes
            self._sense(np.minimum(self._readings.detector_count, 0))
        self._ticks += 1
        return self._ticks % parts != 0 or not self.world.finished

    def _sense(self, entered: np.ndarray[tuple[int], np.dtype[np.int32]]) -> None:
        """Tell all controllers what was heard and seen, and who entered the detectors."""
        readings = self._readings
        for firmware, groups, rows in zip(self.firmwares, self._groups, self._detectors, strict=True):
            firmware.sense(readings.call[groups], entered[rows], readings.detector_occupied[rows])

    def _advance(self) -> None:
        """Let all controllers go on, and watch what they show."""
        before, shown = self._aspect, [firmware.advance() for firmware in self.firmwares]
        self._aspect = np.concatenate(shown)
        lit: BoolArray = np.array([aspect[0] >= 0 for aspect in shown])
        nobody = np.zeros(len(self._aspect), np.bool_)
        self.violations += self._monitor.check(self._readings.time_s, nobody, self._calm, before, self._aspect, lit)


def detector_groups(network: Network, site: CabinetSite) -> tuple[tuple[int, ...], ...]:
    """Return for each detector of a site the groups (numbers in the site) that a vehicle on it waits for.

    Those that release a movement from its lane; a detector further away calls nobody.

    Parameters
    ----------
    network
        What exists.
    site
        One of its intersections.
    """
    groups: dict[int, set[int]] = {}
    for number, group in enumerate(site.intersection.groups):
        for movement in group.movements:
            groups.setdefault(network.movements[movement].from_lane, set()).add(number)
    lane = {detector.id: detector.lane for detector in network.detectors}
    return tuple(tuple(sorted(groups.get(lane[name], ()))) for name in site.detectors)
