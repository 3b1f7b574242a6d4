"""A controller with a stop-watch: how long its decisions take."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter_ns

from signals import plugins
from signals.entrants import controller_of, is_policy, name_of
from signals.model.network import Network
from signals.model.roles import Controller
from signals.model.values import Decision, Snapshot
from signals.scenario import Scenario

__all__ = ["ClockedMaker", "Cost"]

_MS_PER_NS = 1e-6


@dataclass(frozen=True, slots=True)
class Cost:
    """What the decisions of a run took.

    Parameters
    ----------
    decisions
        How many there were.
    intersections
        For how many intersections at once.
    mean_ms, worst_ms
        Wall time of a decision.
    """

    decisions: int
    intersections: int
    mean_ms: float
    worst_ms: float


class ClockedMaker:
    """Makes a controller that keeps the time of its decisions; called with a network, as any controller's class.

    Parameters
    ----------
    taken
        Who it is (`signals.entrants`).
    scenario
        Where it will control.
    settings
        Keyword arguments of its class.
    name
        What it is called in tables; by its own name where that is empty.

    Raises
    ------
    InputError
        When a policy cannot be found.
    """

    def __init__(
        self, taken: str, scenario: Scenario, settings: Mapping[str, object] | None = None, name: str = ""
    ) -> None:
        self.__name__ = name or name_of(taken)
        # A run hashes the module of whoever controls it; a policy says itself what it is.
        self.__module__ = __name__ if is_policy(taken) else plugins.spec("controllers", taken).partition(":")[0]
        self._taken, self._scenario, self._settings = taken, scenario, dict(settings or {})
        self._spent_ns = array("q")

    def __call__(self, network: Network) -> Controller:
        """Make it; the network is that of the scenario. Raises `InputError` as `signals.entrants.controller_of`."""
        self._spent_ns = array("q")
        self._intersections = len(network.intersections)
        return _Clocked(controller_of(self._taken, self._scenario, self._settings), self._spent_ns)

    def cost(self) -> Cost:
        """Return what the decisions took until now."""
        spent = self._spent_ns
        mean_ns = sum(spent) / len(spent) if spent else 0.0
        return Cost(len(spent), self._intersections, mean_ns * _MS_PER_NS, max(spent, default=0) * _MS_PER_NS)


class _Clocked:
    def __init__(self, mind: Controller, spent_ns: array[int]) -> None:
        self._mind, self._spent_ns = mind, spent_ns

    def decide(self, snapshot: Snapshot) -> Decision:
        """Decide, and note how long it took, also where it fails."""
        begun_ns = perf_counter_ns()
        try:
            return self._mind.decide(snapshot)
        finally:
            self._spent_ns.append(perf_counter_ns() - begun_ns)
