"""The running simulator: the arrays of a `Stock`, advanced and read by compiled functions."""

from __future__ import annotations

import numpy as np

from signals.adapters.sim.layout import Stock
from signals.kernels.point_queue import advance, report
from signals.model.values import Aspect, ByteArray, Readings

__all__ = ["PointQueues"]


class PointQueues:
    """Traffic on its way.

    Parameters
    ----------
    stock
        Where it begins; changed in place.
    """

    def __init__(self, stock: Stock) -> None:
        self._signals, self._traffic = stock.signals, stock.traffic
        self._arguments = tuple(tuple(part) for part in stock)
        vehicles, groups, detectors = (
            len(stock.fleet.step),
            len(stock.signals.aspect),
            len(stock.traffic.detector_count),
        )
        self._lane = np.empty(vehicles, np.int32)
        self._position_m = np.empty(vehicles, np.float32)
        self._speed_mps = np.empty(vehicles, np.float32)
        self._handle = np.empty(vehicles, np.int64)
        self._count = np.empty(detectors, np.int32)
        self._occupied = np.empty(detectors, np.float32)
        self._call = np.empty(groups, np.bool_)

    def advance(self, start_s: float, end_s: float, aspect: ByteArray) -> None:
        """Show the aspects from one time to another."""
        signals = self._signals
        signals.green_s[(aspect == Aspect.GREEN) & (signals.aspect != Aspect.GREEN)] = start_s
        signals.amber_s[(aspect == Aspect.AMBER) & (signals.aspect != Aspect.AMBER)] = start_s
        signals.aspect[:] = aspect
        streets, lights, traffic, fleet, walkers = self._arguments
        advance(start_s, end_s, streets, lights, traffic, fleet, walkers)

    def read(self, time_s: float, since_s: float, aspect: ByteArray, *, vehicles: bool) -> Readings:
        """Report what is on the road, on the detectors and at the crossings; valid until the next call."""
        streets, _, traffic, fleet, walkers = self._arguments
        n = report(
            time_s, time_s - since_s, streets, traffic, fleet, walkers, self._lane, self._position_m,
            self._speed_mps, self._handle, self._occupied, self._call,
        )  # fmt: skip
        self._count[:] = self._traffic.detector_count
        self._traffic.detector_count[:] = 0
        seen = n if vehicles else 0
        return Readings(
            time_s,
            aspect,
            self._call,
            self._lane[:seen],
            self._position_m[:seen],
            self._speed_mps[:seen],
            self._handle[:seen],
            self._count,
            self._occupied,
        )
