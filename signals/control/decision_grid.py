"""Decisions at fixed times only: a controller whose choices count every ten seconds, as in published benchmarks.

Source: RESCO (J. Ault and G. Sharon, NeurIPS Datasets and Benchmarks 2021): a choice holds for `decision_s`. Where it
ends a green, that green is amber for `amber_s`, what stays green does, and nobody starts before the amber is over.
"""

from __future__ import annotations

import numpy as np

from signals.control.running_stages import tenths
from signals.errors import InputError
from signals.model.network import Network
from signals.model.roles import Controller
from signals.model.values import Aspect, BoolArray, Decision, Snapshot

__all__ = ["DecisionGrid"]


class DecisionGrid:
    """A controller that is followed every `decision_s`, counted from its first tick.

    Parameters
    ----------
    network
        The network.
    controller
        Who decides.
    decision_s
        Time between two choices.
    amber_s
        How long nobody starts after a choice that ends a green; less than `decision_s`.
    watches
        Whether the controller is asked in between, too, so that it sees every tick; what it says then is not followed.

    Raises
    ------
    InputError
        When the times make no sense.
    """

    def __init__(
        self, network: Network, controller: Controller, *, decision_s: float, amber_s: float, watches: bool = True
    ) -> None:
        if not 0 <= amber_s < decision_s:
            raise InputError(f"expected 0 <= amber_s < decision_s, got {amber_s:g} and {decision_s:g} s")
        offset = network.arrays.group_offset
        self._controller, self._watches = controller, watches
        self._decision_ds, self._amber_ds = tenths(decision_s), tenths(amber_s)
        self._owner = np.repeat(np.arange(len(network.intersections)), np.diff(offset))
        self._first_ds = -1
        self._chosen = Decision(np.zeros(len(self._owner), np.bool_), np.zeros(len(offset) - 1, np.int32))
        self._kept: BoolArray = np.ones(len(self._owner), np.bool_)

    def decide(self, snapshot: Snapshot) -> Decision:
        """Choose where a choice is due, else want what was chosen."""
        now_ds = tenths(snapshot.time_s)
        if self._first_ds < 0:
            self._first_ds = now_ds
        since_ds = (now_ds - self._first_ds) % self._decision_ds
        if since_ds == 0:
            self._choose(snapshot)
        elif self._watches:
            self._controller.decide(snapshot)
        want, stage = self._chosen
        return Decision(want & self._kept if since_ds < self._amber_ds else want.copy(), stage.copy())

    def _choose(self, snapshot: Snapshot) -> None:
        want, stage = self._controller.decide(snapshot)
        self._chosen = Decision(want.copy(), stage.copy())
        green = snapshot.aspect == Aspect.GREEN
        ends = np.bincount(self._owner, green & ~want, len(stage)) > 0
        self._kept = green | ~ends[self._owner]
