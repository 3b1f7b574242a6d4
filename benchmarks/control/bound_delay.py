"""What everybody has lost so far in a SUMO that runs in this process: the truth, which no controller may see."""

from __future__ import annotations

from itertools import repeat
from typing import Any

from signals.adapters.sumo.in_process import direct

__all__ = ["STANDING_COST_S", "DelayMeter"]

STANDING_COST_S = 8.0
"""What whoever stands, or waits to get in, when nobody looks any further will lose at least: the rest of a red and
getting away. What `signals.control.rolling_horizon.Settings.red_queue_share` makes of a change of 10 s."""

_STANDING_MPS = 1.0
_STANDING_ON_FOOT_MPS = 0.1


class DelayMeter:
    """Adds up time loss and departure delay of vehicles, and the time for which people stand.

    Read once after every step. It counts from when it was made, which is at the begin of a run.

    Parameters
    ----------
    api
        The module ``libsumo``.
    step_s
        Length of a step.
    person_weight
        A person who stands counts like this many vehicles that stand.
    """

    def __init__(self, api: Any, step_s: float, person_weight: float = 1.0) -> None:
        self._step_s, self._person_weight = step_s, person_weight
        self._vehicles = direct(api, "vehicle", "getIDList")
        self._lost_s = direct(api, "vehicle", "getTimeLoss")
        self._speed_mps = direct(api, "vehicle", "getSpeed")
        self._arrived = direct(api, "simulation", "getArrivedIDList")
        self._pending = direct(api, "simulation", "getPendingVehicles")
        self._people = direct(api, "person", "getIDList")
        self._walk_mps = direct(api, "person", "getSpeed")
        self._losses_s: dict[str, float] = {}
        self._settled_s = 0.0
        self._standing = 0.0

    def stepped(self) -> None:
        """Take note of a step."""
        vehicles = self._vehicles()
        # A vehicle that has arrived cannot be asked any more; what it lost in its last step is left out.
        self._settled_s += sum(map(self._losses_s.get, self._arrived(), repeat(0.0)))
        self._losses_s = dict(zip(vehicles, map(self._lost_s, vehicles), strict=True))
        pending = len(self._pending())
        on_foot = sum(speed < _STANDING_ON_FOOT_MPS for speed in map(self._walk_mps, self._people()))
        self._settled_s += self._step_s * (pending + self._person_weight * on_foot)
        stopped = sum(speed < _STANDING_MPS for speed in map(self._speed_mps, vehicles))
        self._standing = stopped + pending + self._person_weight * on_foot

    @property
    def spent_s(self) -> float:
        """What all have lost until now."""
        return self._settled_s + sum(self._losses_s.values())

    @property
    def owed_s(self) -> float:
        """What those who stand now will lose at least, were nobody to look any further."""
        return STANDING_COST_S * self._standing
