"""What an agent is paid: a number each tick; those of the ticks between two actions are added up.

A reward of one's own is any object with the method of `Reward`. All of ours look at what is believed, so that a reward
at the level ``detectors`` is what a street could pay; `scale` brings them near 1, where learners like them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan
from typing import ClassVar, Protocol

import numpy as np

from signals.control.flow_meter import COUNT_LINE_M
from signals.env.many import Many, ManyMeter
from signals.env.view import View
from signals.model.trips import DoubleArray
from signals.model.values import FloatArray

__all__ = ["Pressure", "Queue", "Reward", "RewardMeter", "Throughput", "WaitDifference"]

RewardMeter = Callable[[View], float]
"""Called after every tick with what is believed then; returns what that tick was worth."""


class Reward(Protocol):
    """Makes a meter for every intersection and episode."""

    def meter(self, first: View) -> RewardMeter:
        """Begin an episode: look at how it begins, and return what values each of its ticks."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Minus the time spent standing on the approaches: their queues in vehicles times the length of the tick, veh·s.

    Parameters
    ----------
    scale
        Reward of one vehicle second.
    """

    scale: float = 0.01
    every_tick: ClassVar[bool] = True

    def meter(self, first: View) -> RewardMeter:
        """Begin an episode."""
        clock = _Stopwatch(first)

        def value(view: View) -> float:
            return -self.scale * _known_sum(view.snapshot.queue_veh[view.approaches]) * clock.elapsed_s(view)

        return value

    def meter_many(self, first: Many) -> ManyMeter:
        """Begin an episode of many replicas."""
        time_s = first.time_s

        def value(many: Many) -> DoubleArray:
            nonlocal time_s
            time_s, elapsed_s = many.time_s, many.time_s - time_s
            queue_veh: DoubleArray = many.queue_veh.sum(axis=1, dtype=np.float64)
            return -self.scale * elapsed_s * queue_veh

        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitDifference:
    """The wait of those who stand, before minus after: positive when more wait was dissolved than arose, veh·s.

    The wait of an approach is half of its longest wait times its queue: that of vehicles which joined evenly.

    Parameters
    ----------
    scale
        Reward of one vehicle second.
    """

    scale: float = 0.01
    every_tick: ClassVar[bool] = False

    def meter(self, first: View) -> RewardMeter:
        """Begin an episode."""
        before_s = _standing_wait_s(first)

        def value(view: View) -> float:
            nonlocal before_s
            now_s = _standing_wait_s(view)
            before_s, gained_s = now_s, before_s - now_s
            return self.scale * gained_s

        return value

    def meter_many(self, first: Many) -> ManyMeter:
        """Begin an episode of many replicas."""
        before_s = _standing_waits_s(first)

        def value(many: Many) -> DoubleArray:
            nonlocal before_s
            now_s = _standing_waits_s(many)
            before_s, gained_s = now_s, before_s - now_s
            return self.scale * gained_s

        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressure:
    """Minus the pressure of the intersection, in vehicles, times the length of the tick, veh·s.

    The pressure is the amount of the sum over its movements of what wants to take the movement less what is on the lane
    that it leads to, after H. Wei et al., PressLight, KDD 2019, section 4.1; in vehicles, where they divide by what
    fits on the lane. A lane that is not watched counts as empty.

    Parameters
    ----------
    scale
        Reward of one vehicle second.
    """

    scale: float = 0.01

    def meter(self, first: View) -> RewardMeter:
        """Begin an episode."""
        arrays, links = first.network.arrays, first.links
        exits = arrays.link_to_lane[links]
        approach = np.repeat(np.arange(len(arrays.approach_lane)), np.diff(arrays.link_offset))[links]
        clock = _Stopwatch(first)

        def value(view: View) -> float:
            snapshot = view.snapshot
            wanting = _known_sum(snapshot.count_veh[approach] * snapshot.link_share[links])
            beyond = _known_sum(snapshot.lane_veh[exits])
            return -self.scale * abs(wanting - beyond) * clock.elapsed_s(view)

        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughput:
    """Vehicles that came to the stop lines: that passed a line 20 m before one, as the built-in controllers count them.

    Parameters
    ----------
    scale
        Reward of one vehicle.
    """

    scale: float = 1.0

    def meter(self, first: View) -> RewardMeter:
        """Begin an episode."""
        clock = _Stopwatch(first)

        def value(view: View) -> float:
            snapshot, rows = view.snapshot, view.arrivals
            distance_m = snapshot.arrival_distance_m[rows]
            moved_m = snapshot.arrival_speed_mps[rows] * np.float32(clock.elapsed_s(view))
            passed = (distance_m <= COUNT_LINE_M) & (distance_m + moved_m > COUNT_LINE_M)
            return self.scale * _known_sum(snapshot.arrival_weight[rows][passed])

        return value


class _Stopwatch:
    """Tells how long the last tick was."""

    def __init__(self, first: View) -> None:
        self._time_s = first.snapshot.time_s

    def elapsed_s(self, view: View) -> float:
        elapsed_s, self._time_s = view.snapshot.time_s - self._time_s, view.snapshot.time_s
        return elapsed_s


def _standing_wait_s(view: View) -> float:
    rows = view.approaches
    return 0.5 * _known_sum(view.snapshot.queue_veh[rows] * view.snapshot.wait_s[rows])


def _standing_waits_s(many: Many) -> DoubleArray:
    waits_s: DoubleArray = 0.5 * (many.queue_veh * many.wait_s).sum(axis=1, dtype=np.float64)
    return waits_s


def _known_sum(values: FloatArray) -> float:
    """Add up what is known."""
    total = float(values.sum())  # mostly all is, and this takes a tenth of the time of nansum
    return float(np.nansum(values)) if isnan(total) else total
