"""How a SUMO world is run."""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose, isfinite

from signals.errors import ScenarioError
from signals.model.closures import Closure

__all__ = ["DETECTORS", "FULL", "SumoOptions"]

FULL = "full"
DETECTORS = "detectors"


@dataclass(frozen=True, slots=True, kw_only=True)
class SumoOptions:
    """Everything about a run that is neither network nor demand.

    Parameters
    ----------
    seed
        Of SUMO's random numbers.
    step_s
        Length of a tick and of SUMO's step; a multiple of 0.1 s.
    sensing
        ``full`` (every vehicle within range, and the induction loops that there are) or ``detectors`` (loops only).
    range_m
        How far from the stop line vehicles are seen at level ``full``.
    emergency_range_m
        From how far emergency vehicles (vClass ``emergency``) are heard and go first; 0 = they are traffic like any
        other.
    controlled
        Ids of the intersections that obey; None = all. The others keep their programs.
    traci
        Run SUMO as a process of its own instead of inside this one; slower, but it can be killed.
    gui
        Run it with its windows (as a process of its own).
    scale
        How many travellers there are for each one in the route files.
    teleport_s
        After standing for so long a vehicle is moved on by magic; -1 = never.
    closures
        Lanes that are closed for a while.
    record_states
        Whether SUMO writes what every signal showed in every step, independently of us.
    start_timeout_s
        How long SUMO may take to load and to write its results (as a process of its own).
    step_timeout_s
        How long it may take to answer anything else; not kept with windows, where a run can be paused.
    """

    seed: int = 0
    step_s: float = 1.0
    sensing: str = FULL
    range_m: float = 200.0
    emergency_range_m: float = 0.0
    controlled: frozenset[str] | None = None
    traci: bool = False
    gui: bool = False
    scale: float = 1.0
    teleport_s: float = -1.0
    closures: tuple[Closure, ...] = ()
    record_states: bool = True
    start_timeout_s: float = 60.0
    step_timeout_s: float = 2.0

    def __post_init__(self) -> None:
        if self.sensing not in (FULL, DETECTORS):
            raise ScenarioError(f'sensing must be "{FULL}" or "{DETECTORS}", got "{self.sensing}"')
        for name in ("step_s", "range_m", "scale", "start_timeout_s", "step_timeout_s"):
            if not (isfinite(getattr(self, name)) and getattr(self, name) > 0):
                raise ScenarioError(f"{name} must be a number > 0, got {getattr(self, name)}")
        if not (isfinite(self.emergency_range_m) and self.emergency_range_m >= 0):
            raise ScenarioError(f"emergency_range_m must be a number >= 0, got {self.emergency_range_m}")
        if not isclose(self.tick_ds, self.step_s * 10):
            raise ScenarioError(f"step_s must be a multiple of 0.1 s, got {self.step_s}")
        if not 0 <= self.seed < 2**31:
            raise ScenarioError(f"seed must be between 0 and 2^31 - 1, got {self.seed}")

    @property
    def tick_ds(self) -> int:
        """Length of a tick in tenths of a second."""
        return round(self.step_s * 10)
