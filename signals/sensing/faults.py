"""What goes wrong between the road and the estimator: broken loops, lost reports, vehicles that nobody sees.

Pure over readings: a `Distortion` takes what was reported and returns what arrives. All chance comes from its seed.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

from signals.errors import InputError
from signals.model.network import Network
from signals.model.values import Aspect, FloatArray, IntArray, Readings

__all__ = ["Distortion", "Faults"]

_SHARES = ("dead", "stuck_on", "stuck_off", "noisy", "late")
_PROBABILITIES = ("noise", "lost", "unseen")
_VEHICLES = ("vehicle_lane", "vehicle_position_m", "vehicle_speed_mps", "vehicle_handle", "vehicle_class")
_LENGTHS = ("late_s", "position_sd_m", "speed_sd_mps")


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What is broken, and how badly; nothing is by default.

    Parameters
    ----------
    dead
        Share of the detectors that have no valid reading, ever.
    stuck_on, stuck_off
        Share that report to be occupied, or free, all the time and count nobody.
    noisy
        Share that count wrongly.
    late
        Share whose readings arrive late.
    noise
        With which probability a noisy detector misses a vehicle; with the same it counts one twice.
    late_s
        How late.
    lost
        With which probability all that is reported in a tick is lost: nothing is read back, nobody calls, no detector
        has a valid reading, and the vehicles that were seen before stand where they were.
    unseen
        With which probability a vehicle is not reported in a tick.
    position_sd_m, speed_sd_mps
        Standard deviation of what is added to the position and speed of a vehicle; both stay within what exists.

    Raises
    ------
    InputError
        When a share or probability is not between 0 and 1, shares are more than 1 together, or another number is
        negative.
    """

    dead: float = 0.0
    stuck_on: float = 0.0
    stuck_off: float = 0.0
    noisy: float = 0.0
    late: float = 0.0
    noise: float = 0.2
    late_s: float = 5.0
    lost: float = 0.0
    unseen: float = 0.0
    position_sd_m: float = 0.0
    speed_sd_mps: float = 0.0

    def __post_init__(self) -> None:
        for name in (*_SHARES, *_PROBABILITIES):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"faults: {name} must be between 0 and 1, got {getattr(self, name)}")
        for name in _LENGTHS:
            if not (isfinite(getattr(self, name)) and getattr(self, name) >= 0):
                raise InputError(f"faults: {name} must be a number >= 0, got {getattr(self, name)}")
        if sum(getattr(self, name) for name in _SHARES) > 1 + 1e-9:
            raise InputError(f"faults: {', '.join(_SHARES)} are shares of all detectors and must be 1 together at most")


class Distortion:
    """Breaks readings, one tick after the other.

    Which detectors have which fault is drawn once; every detector has one at most.

    Parameters
    ----------
    network
        What the readings are of.
    faults
        What is broken.
    seed
        Of all chance; the same seed does the same to the same readings.
    tick_ds
        Length of a tick, > 0.
    """

    def __init__(self, network: Network, faults: Faults, seed: int, tick_ds: int) -> None:
        self._faults, self._rng = faults, np.random.default_rng(seed)
        self._lane_length_m = network.arrays.lane_length_m
        order = self._rng.permutation(len(network.detectors))
        ends = np.rint(np.cumsum([getattr(faults, name) for name in _SHARES]) * len(order)).astype(int)
        parts = np.split(order, ends)
        self._of_fault = {name: np.sort(part) for name, part in zip(_SHARES, parts, strict=False)}
        delay_ticks = max(round(faults.late_s * 10 / tick_ds), 0)
        self._past: deque[tuple[IntArray, FloatArray]] = deque(maxlen=delay_ticks + 1)
        self._last_seen: dict[str, Any] | None = None

    def detectors(self, fault: str) -> tuple[int, ...]:
        """Return the numbers of the detectors that have a fault: ``dead``, ``stuck_on``, ``stuck_off`` and so on."""
        return tuple(self._of_fault[fault].tolist())

    def distort(self, readings: Readings) -> Readings:
        """Return what arrives of a tick's readings.

        Parameters
        ----------
        readings
            What was reported; not changed.

        Returns
        -------
        Readings
            With columns of its own where they differ.
        """
        lost = self._rng.random() < self._faults.lost
        count, occupied = self._loops(readings)
        seen = self._vehicles(readings)._replace(detector_count=count, detector_occupied=occupied)
        if lost:
            return self._without_report(seen)
        if self._faults.lost:
            self._last_seen = _copied(_vehicles_of(seen))
        return seen

    def _loops(self, readings: Readings) -> tuple[IntArray, FloatArray]:
        """Break the detectors, the late ones last: what is late is right but old."""
        count, occupied = readings.detector_count.copy(), readings.detector_occupied.copy()
        self._past.append((readings.detector_count.copy(), readings.detector_occupied.copy()))
        dead, on, off, noisy, late = (self._of_fault[name] for name in _SHARES)
        count[on], occupied[on] = 0, 1.0
        count[off], occupied[off] = 0, 0.0
        self._miscount(noisy, count, occupied)
        if len(self._past) == self._past.maxlen:
            count[late], occupied[late] = self._past[0][0][late], self._past[0][1][late]
        else:
            count[late], occupied[late] = -1, np.nan
        count[dead], occupied[dead] = -1, np.nan
        return count, occupied

    def _miscount(self, noisy: npt.NDArray[np.intp], count: IntArray, occupied: FloatArray) -> None:
        """Have detectors miss vehicles and count others twice; one that misses all was not occupied either."""
        true = np.maximum(count[noisy], 0)
        missed, doubled = self._rng.binomial(true, self._faults.noise), self._rng.binomial(true, self._faults.noise)
        found = np.maximum(true - missed + doubled, 0)
        valid = count[noisy] >= 0
        count[noisy] = np.where(valid, found, count[noisy])
        occupied[noisy] = np.where(valid & (true > 0) & (found == 0), 0.0, occupied[noisy])

    def _vehicles(self, readings: Readings) -> Readings:
        """Lose some vehicles and shift the others."""
        faults, number = self._faults, len(readings.vehicle_lane)
        if not (faults.unseen or faults.position_sd_m or faults.speed_sd_mps):
            return readings
        kept = self._rng.random(number) >= faults.unseen
        lane = readings.vehicle_lane[kept]
        shifted_m = readings.vehicle_position_m[kept] + self._rng.normal(0.0, 1.0, len(lane)) * faults.position_sd_m
        faster_mps = readings.vehicle_speed_mps[kept] + self._rng.normal(0.0, 1.0, len(lane)) * faults.speed_sd_mps
        return readings._replace(
            vehicle_lane=lane,
            vehicle_position_m=np.clip(shifted_m, 0.0, self._lane_length_m[lane]).astype(np.float32),
            vehicle_speed_mps=np.maximum(faster_mps, 0.0).astype(np.float32),
            vehicle_handle=readings.vehicle_handle[kept],
            vehicle_class=None if readings.vehicle_class is None else readings.vehicle_class[kept],
        )

    def _without_report(self, readings: Readings) -> Readings:
        """Return what is known of a tick whose report was lost."""
        seen = self._last_seen or _copied(_vehicles_of(readings), most=0)
        return readings._replace(
            aspect=np.full_like(readings.aspect, Aspect.UNKNOWN),
            call=np.zeros_like(readings.call),
            detector_count=np.full_like(readings.detector_count, -1),
            detector_occupied=np.full_like(readings.detector_occupied, np.nan),
            preempt=None,
            **_copied(seen),
        )


def _vehicles_of(readings: Readings) -> dict[str, Any]:
    """Return the columns of vehicles by name; what is not reported is None."""
    return {name: getattr(readings, name) for name in _VEHICLES}


def _copied(columns: dict[str, Any], most: int | None = None) -> dict[str, Any]:
    """Return copies of columns, of so many rows at most."""
    return {name: column if column is None else column[:most].copy() for name, column in columns.items()}
