"""Actions that say for how long: the green of the next stage, or a whole cycle and its split.

With these an action is due when the time that the last one gave is over, so that steps are not of one length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium.spaces import Box, Discrete

from signals.control.running_stages import tenths
from signals.env.actions import Steering, Tick
from signals.errors import InputError
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import BoolArray, ByteArray

__all__ = ["CycleSplit", "GreenDuration"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GreenDuration:
    """The green of the next stage in order: ``Discrete(n)``, action k is ``least_s + k * step_s`` up to `most_s`.

    The green counts from when all that is wanted of the stage is green, and the next action is due when it is over. A
    duration is open where it is neither less than the minimum green of the stage's motor vehicle groups nor more than a
    maximum green, both of which the guard keeps; where none is, the nearest is open.

    Parameters
    ----------
    least_s, most_s, step_s
        The durations.

    Raises
    ------
    InputError
        When they make no sense.
    """

    least_s: float = 5.0
    most_s: float = 60.0
    step_s: float = 5.0

    def __post_init__(self) -> None:
        if not (0 < self.least_s <= self.most_s < float("inf") and tenths(self.step_s) > 0):
            raise InputError(
                f"GreenDuration: expected 0 < least_s <= most_s and step_s >= 0.1, "
                f"got {self.least_s:g}, {self.most_s:g} and {self.step_s:g}"
            )

    @property
    def durations_ds(self) -> tuple[int, ...]:
        """What each action means, in tenths of a second."""
        return tuple(range(tenths(self.least_s), tenths(self.most_s) + 1, tenths(self.step_s)))

    def space(self, network: Network, intersection: int) -> Discrete:  # noqa: ARG002  of the protocol
        """Return ``Discrete(n)``."""
        return Discrete(len(self.durations_ds))

    def steering(self, network: Network, intersection: int, decision_ds: int) -> Steering:  # noqa: ARG002  of the protocol
        """Begin an episode."""
        return _Greens(network, intersection, self.durations_ds)


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleSplit:
    """A cycle of all stages in order, and how it is split: a ``Box`` of 0 to 1, float32 [1 + S].

    The first number is the length of the cycle, 0 = `least_s` and 1 = `most_s`. The others are the weights of the
    stages: each is asked for during the minimum green of its motor vehicle groups and its share of what is left, equal
    shares where all weights are 0. A cycle that is too short for the minima is made longer. The next action is due when
    the cycle is over. There is no mask.

    Parameters
    ----------
    least_s, most_s
        Bounds of the cycle.

    Raises
    ------
    InputError
        When they make no sense.
    """

    least_s: float = 40.0
    most_s: float = 120.0

    def __post_init__(self) -> None:
        if not 0 < self.least_s <= self.most_s < float("inf"):
            raise InputError(f"CycleSplit: expected 0 < least_s <= most_s, got {self.least_s:g} and {self.most_s:g}")

    def space(self, network: Network, intersection: int) -> Box:
        """Return the box."""
        return Box(0.0, 1.0, (1 + len(network.intersections[intersection].stages),), np.float32)

    def steering(self, network: Network, intersection: int, decision_ds: int) -> Steering:  # noqa: ARG002  of the protocol
        """Begin an episode."""
        least_ds = [bounds[0] for bounds in _green_bounds_ds(network, intersection)]
        return _Cycle(tenths(self.least_s), tenths(self.most_s), np.array(least_ds, np.int64))


class _Greens:
    """Stages in order, each for its green."""

    def __init__(self, network: Network, intersection: int, durations_ds: tuple[int, ...]) -> None:
        self._bounds_ds = _green_bounds_ds(network, intersection)
        self._durations_ds = np.array(durations_ds)
        self._stage, self._green_ds = 0, 0
        self._shown_ds: int | None = None
        self._taken = False

    def mask(self, tick: Tick, open_stages: BoolArray) -> ByteArray | None:  # noqa: ARG002  of the protocol
        least_ds, most_ds = self._bounds_ds[(tick.stage + 1) % len(self._bounds_ds)]
        found = (self._durations_ds >= least_ds) & (self._durations_ds <= most_ds)
        if not found.any():
            found[0 if self._durations_ds[0] > most_ds else -1] = True
        return found.astype(np.int8)

    def take(self, action: Any, tick: Tick) -> None:
        self._stage, self._green_ds = (tick.stage + 1) % len(self._bounds_ds), int(self._durations_ds[action])
        self._shown_ds, self._taken = None, True

    def stage(self, tick: Tick) -> int:  # noqa: ARG002  of the protocol
        return self._stage

    def due(self, tick: Tick) -> bool:
        if not self._taken:
            return True
        if self._shown_ds is None and tick.shown and tick.stage == self._stage:
            self._shown_ds = tick.time_ds
        return self._shown_ds is not None and tick.time_ds - self._shown_ds >= self._green_ds


class _Cycle:
    """A split of a cycle."""

    def __init__(self, shortest_ds: int, longest_ds: int, least_ds: npt.NDArray[np.int64]) -> None:
        self._shortest_ds, self._longest_ds, self._least_ds = shortest_ds, longest_ds, least_ds
        self._ends_ds = np.zeros(len(least_ds), np.int64)
        self._begun_ds: int | None = None

    def mask(self, tick: Tick, open_stages: BoolArray) -> ByteArray | None:  # noqa: ARG002  of the protocol
        return None

    def take(self, action: Any, tick: Tick) -> None:
        length, weights = float(action[0]), np.asarray(action[1:], np.float64)
        spare_ds = self._shortest_ds + length * (self._longest_ds - self._shortest_ds) - self._least_ds.sum()
        shares = weights / weights.sum() if weights.sum() > 0 else np.full(len(weights), 1.0 / len(weights))
        self._ends_ds = np.rint(np.cumsum(self._least_ds + max(spare_ds, 0.0) * shares)).astype(np.int64)
        self._begun_ds = tick.time_ds

    def stage(self, tick: Tick) -> int:
        if self._begun_ds is None:
            return 0
        passed = np.searchsorted(self._ends_ds, tick.time_ds - self._begun_ds, side="right")
        return min(int(passed), len(self._ends_ds) - 1)

    def due(self, tick: Tick) -> bool:
        return self._begun_ds is None or tick.time_ds - self._begun_ds >= self._ends_ds[-1]


def _green_bounds_ds(network: Network, intersection: int) -> list[tuple[int, int]]:
    """Return least and most green of every stage: of its groups, people on foot left out where there are others."""
    place, found = network.intersections[intersection], []
    for stage in place.stages:
        groups = [place.groups[group] for group in stage.groups]
        groups = [group for group in groups if group.user != User.PEDESTRIAN] or groups
        least_ds = max((group.min_green_ds for group in groups), default=0)
        found.append((least_ds, min((group.max_green_ds for group in groups), default=least_ds)))
    return found
