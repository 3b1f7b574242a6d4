"""A controller that may do what one at a cabinet with plans may do: change the splits of the plan once a cycle."""

from __future__ import annotations

import numpy as np

from signals.drive.splits import SplitPlanner
from signals.model.cabinets import CabinetSite
from signals.model.network import Network
from signals.model.roles import Controller
from signals.model.values import Decision, Snapshot

__all__ = ["SplitControl"]


class SplitControl:
    """Runs the first plan of every intersection, with the splits that a controller's wishes make of it.

    Parameters
    ----------
    network
        What is controlled; every intersection has a plan.
    inner
        Whose wishes count; it sees what the plan shows.
    tick_ds
        Length of a tick.
    """

    def __init__(self, network: Network, inner: Controller, tick_ds: int = 10) -> None:
        self._network, self._inner = network, inner
        self._planners = [SplitPlanner(CabinetSite(place), tick_ds) for place in network.intersections]
        self._green_s = [
            np.round(np.cumsum([0, *(step.duration_ds for step in place.plans[0].steps)]) / 10)
            for place in network.intersections
        ]
        self._next = list(self._green_s)
        self._cycle = [-1] * len(self._planners)

    def decide(self, snapshot: Snapshot) -> Decision:
        """Want what the plans show now."""
        wished = self._inner.decide(snapshot).want.copy()
        want = np.zeros_like(wished)
        for number, place in enumerate(self._network.intersections):
            first, last = self._network.arrays.group_offset[[number, number + 1]]
            told = self._planners[number].note(wished[first:last])
            if told is not None:
                self._next[number] = np.cumsum([0, *told.green_s])
            plan = place.plans[0]
            cycle, at_s = divmod(snapshot.time_s - plan.offset_ds / 10, plan.cycle_ds / 10)
            if cycle != self._cycle[number]:
                self._cycle[number], self._green_s[number] = int(cycle), self._next[number]
            step = min(int(np.searchsorted(self._green_s[number], at_s, "right")) - 1, len(plan.steps) - 1)
            want[[first + group for group in plan.steps[step].groups]] = True
        return Decision(want, np.full(len(self._planners), -1, np.int32))
