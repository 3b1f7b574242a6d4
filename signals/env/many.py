"""What is believed of many replicas of one intersection at once, for environments that are vectorised natively."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol, runtime_checkable

from gymnasium.spaces import Box

from signals.model.network import Network
from signals.model.values import BoolArray, ByteArray, FloatArray, IntArray

__all__ = ["Many", "ManyMeter", "ManyObservation", "ManyReward"]


class Many(NamedTuple):
    """R replicas of an intersection with A approaches and G signal groups, at one time.

    Attributes
    ----------
    time_s
        The time.
    stage
        int32 [R] the stage that was asked for last.
    in_stage
        bool [R, G] the groups of that stage.
    aspect
        int8 [R, G] what each group shows.
    age_ds
        int32 [R, G] for how long.
    demand
        bool [R, G] somebody waits for or approaches the group.
    queue_veh, count_veh, wait_s
        float32 [R, A] as in `signals.model.values.Snapshot`.
    """

    time_s: float
    stage: IntArray
    in_stage: BoolArray
    aspect: ByteArray
    age_ds: IntArray
    demand: BoolArray
    queue_veh: FloatArray
    count_veh: FloatArray
    wait_s: FloatArray


@runtime_checkable
class ManyObservation(Protocol):
    """An observation that can be made of many replicas at once; the same numbers as of each alone."""

    def space(self, network: Network, intersection: int) -> Box:
        """Say what a row of `observe_many` is."""
        ...

    def observe_many(self, many: Many, stages: int) -> FloatArray:
        """Return float32 [R, n]; `stages` is how many the intersection has. A new array."""
        ...


class ManyMeter(Protocol):
    """Called after every tick, or at decisions; returns float64 [R], what the time since the last call was worth."""

    def __call__(self, many: Many) -> Any:
        """Value a tick."""
        ...


@runtime_checkable
class ManyReward(Protocol):
    """A reward that can be paid to many replicas at once.

    Attributes
    ----------
    every_tick
        Whether its meter has to see the queues of every tick; else it is called at decisions only, which is faster.
    """

    @property
    def every_tick(self) -> bool:
        """Whether its meter has to see every tick."""
        ...

    def meter_many(self, first: Many) -> ManyMeter:
        """Begin an episode."""
        ...
