"""Worlds that show what they are told, and fail as they are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Self

import numpy as np

from signals.model.lanes import Lane, User
from signals.model.network import Detector, Network
from signals.model.trips import Incidents, Trips
from signals.model.values import Aspect, Command, Readings
from tests.safety.layouts import cross

NOTHING = np.zeros(0, np.float32)


def site(name: str, detectors: int = 2) -> Network:
    """Two streets that cross, on one lane with loops."""
    (place,) = cross().intersections
    lane = Lane(f"{name}:lane", f"{name}:edge", 100.0, 13.9, User.VEHICLE)
    loops = tuple(Detector(f"{name}:loop{k}", 0, 10.0 * k) for k in range(detectors))
    return Network(name, (lane,), (), (replace(place, id=name),), loops)


def joined(*parts: Network) -> Network:
    """Everything of several networks in one."""
    loops = [
        replace(loop, lane=loop.lane + sum(len(other.lanes) for other in parts[:k]))
        for k, part in enumerate(parts)
        for loop in part.detectors
    ]
    return Network(
        "city",
        tuple(lane for part in parts for lane in part.lanes),
        (),
        tuple(place for part in parts for place in part.intersections),
        tuple(loops),
    )


class Cabinet:
    """Street controllers in memory, a tick a second.

    What is in `raises` raises; what `tells` returns is reported instead of the truth; `lag` displays are late.
    """

    def __init__(self, network: Network, *, begin_s: float = 0.0, end: int = 10**9) -> None:
        self.network, self.tick_ds = network, 10
        self.time_s, self._end_s = begin_s, begin_s + end
        self.raises: dict[str, BaseException | Callable[[], object]] = {}
        self.tells: Callable[[Readings], Any] = lambda honest: honest
        self.calls: list[str] = []
        self.written: list[list[bool]] = []
        self.lag = 0
        self._queue: list[np.ndarray] = []
        self.shown = np.zeros(len(network.arrays.min_green_ds), np.int8)
        self._owner = np.repeat(np.arange(len(network.intersections)), np.diff(network.arrays.group_offset))

    def _call(self, what: str) -> None:
        self.calls.append(what)
        trouble = self.raises.get(what)
        if callable(trouble):
            trouble()
        elif trouble is not None:
            raise trouble

    def __enter__(self) -> Self:
        self._call("enter")
        return self

    def __exit__(self, *_: object) -> None:
        self._call("exit")

    @property
    def finished(self) -> bool:
        return self.time_s >= self._end_s

    @property
    def progress(self) -> float:
        return 1 - (self._end_s - self.time_s) / self._end_s

    def honest(self) -> Readings:
        loops = len(self.network.detectors)
        return Readings(
            self.time_s,
            self.shown.copy(),
            np.zeros(len(self.shown), np.bool_),
            np.zeros(0, np.int32),
            NOTHING,
            NOTHING,
            np.zeros(0, np.int64),
            np.zeros(loops, np.int32),
            np.zeros(loops, np.float32),
        )

    def read(self) -> Readings:
        self._call("read")
        return self.tells(self.honest())

    def write(self, command: Command) -> None:
        self._call("write")
        self.written.append(command.write.tolist())
        obeys = command.write[self._owner]
        self._queue.append(np.where(obeys, command.aspect, Aspect.RED).astype(np.int8))
        if len(self._queue) > self.lag:
            self.shown = self._queue.pop(0)
        self.time_s += 1.0

    def outcome(self) -> tuple[Trips, Incidents]:
        self._call("outcome")
        rows = np.full(3, self.time_s)
        flags = np.zeros(3, np.int8)
        return Trips(rows, rows, rows, rows, rows, rows, flags, flags), Incidents(1, 2, 3, 4, 5.0, (self.network.name,))
