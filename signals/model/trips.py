"""What became of everybody who wanted to travel: the table from which every metric is computed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt

__all__ = ["Incidents", "TripState", "Trips"]

DoubleArray = npt.NDArray[np.float64]


class TripState(IntEnum):
    """How far a traveller came by the end of the run."""

    FINISHED = 0
    DRIVING = 1
    NEVER_INSERTED = 2


@dataclass(frozen=True, slots=True)
class Trips:
    """One row per scheduled traveller; no identity is kept.

    Parameters
    ----------
    scheduled_s
        float64 [n] when the trip should have begun.
    departure_delay_s
        float64 [n] how much later it began; for those never inserted, up to the end of the run.
    time_loss_s
        float64 [n] time lost against driving at the desired speed, up to the end of the run; 0 where never inserted.
    duration_s
        float64 [n] time under way, up to the end of the run; 0 where never inserted.
    waiting_s
        float64 [n] time spent standing (below 0.1 m/s).
    stops
        float64 [n] number of halts; NaN where the world does not count them (persons).
    state
        int8 [n] `TripState`.
    user
        int8 [n] `User` (VEHICLE, BICYCLE, TRANSIT; PEDESTRIAN for persons on foot).
    """

    scheduled_s: DoubleArray
    departure_delay_s: DoubleArray
    time_loss_s: DoubleArray
    duration_s: DoubleArray
    waiting_s: DoubleArray
    stops: DoubleArray
    state: npt.NDArray[np.int8]
    user: npt.NDArray[np.int8]

    def __post_init__(self) -> None:
        sizes = {len(getattr(self, name)) for name in self.__slots__}
        if len(sizes) > 1:
            raise ValueError(f"the columns of a trip table must have one length, got {sorted(sizes)}")

    def __len__(self) -> int:
        return len(self.scheduled_s)


@dataclass(frozen=True, slots=True)
class Incidents:
    """What must never be hidden behind a mean.

    Parameters
    ----------
    teleports, collisions, emergency_braking, emergency_stops
        Counts over the run.
    longest_wait_s
        The longest time that any one vehicle stood without pause.
    warnings
        Warnings of the simulator, one sentence each, shortened to a fixed number.
    """

    teleports: int = 0
    collisions: int = 0
    emergency_braking: int = 0
    emergency_stops: int = 0
    longest_wait_s: float = 0.0
    warnings: tuple[str, ...] = field(default=())
