"""The optimiser where it may only decide every ten seconds, as in published benchmarks."""

from __future__ import annotations

from dataclasses import replace

from signals.control.decision_grid import DecisionGrid
from signals.control.rolling_horizon import RollingHorizon, Settings
from signals.model.network import Network
from signals.model.values import Comparison, Decision, Event, Snapshot

__all__ = ["HorizonOnGrid"]


class HorizonOnGrid:
    """A rolling horizon that plans on the grid on which it is followed.

    Parameters
    ----------
    network
        What is controlled.
    decision_s
        Time between two choices.
    amber_s
        How long nobody starts after a choice that ends a green.
    settings
        Its other parameters.

    Raises
    ------
    InputError
        When the times make no sense.
    """

    def __init__(
        self, network: Network, *, decision_s: int = 10, amber_s: float = 3.0, settings: Settings | None = None
    ) -> None:
        # Who waits for the junction to clear would wait until the next choice.
        chosen = replace(settings or Settings(), decision_s=decision_s, clear_box=False, clear_short_links=False)
        self._mind = RollingHorizon(network, chosen)
        self._grid = DecisionGrid(network, self._mind, decision_s=decision_s, amber_s=amber_s)

    def decide(self, snapshot: Snapshot) -> Decision:
        """Choose where a choice is due, else want what was chosen."""
        return self._grid.decide(snapshot)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know of this run (`RollingHorizon.notes`)."""
        return self._mind.notes

    def take_comparisons(self) -> tuple[Comparison, ...]:
        """Return what was weighed at the changes since the last call, and forget it."""
        return self._mind.take_comparisons()

    def take_events(self) -> tuple[Event, ...]:
        """Return what happened to it since the last call, and forget it."""
        return self._mind.take_events()
