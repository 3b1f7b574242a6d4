"""What the signal groups show and who wants them: the same for every estimator."""

from __future__ import annotations

from typing import Any

import numpy as np

from signals.kernels.compile import quick
from signals.kernels.signal_state import note_demand, note_green, note_signals
from signals.model.network import Network
from signals.model.values import Aspect, BoolArray, Readings
from signals.sensing.places import link_approaches

__all__ = ["SignalHeads"]


class SignalHeads:
    """Aspects with their age, calls that wait to be served, and the demand of every group.

    Parameters
    ----------
    network
        The network.
    """

    def __init__(self, network: Network) -> None:
        arrays = network.arrays
        groups = len(arrays.group_user)
        self._min_green_ds = arrays.min_green_ds
        self._link_group = arrays.link_group
        self._link_approach = link_approaches(network)
        self._shown = np.empty(groups, np.int8)
        self._call = np.empty(groups, np.bool_)
        self._latched = np.zeros(groups, np.bool_)
        self.aspect = np.full(groups, Aspect.UNKNOWN, np.int8)
        self.age_ds = np.zeros(groups, np.int32)
        self.demand = np.zeros(groups, np.bool_)

    @property
    def columns(self) -> tuple[Any, ...]:
        """Least greens, approach and group of each link, latched calls, aspects, ages and demand; not copies."""
        return quick(
            (
                self._min_green_ds, self._link_approach, self._link_group,
                self._latched, self.aspect, self.age_ds, self.demand,
            )
        )  # fmt: skip

    def update(self, readings: Readings, elapsed_ds: int) -> None:
        """Take one tick: what was read back, and who calls."""
        # Copies: a kernel is compiled anew for every type and layout of array that it meets.
        self._shown[:] = readings.aspect
        self._call[:] = readings.call
        note_signals(
            elapsed_ds, self._shown, self._call, self._min_green_ds, self._latched, self.aspect, self.age_ds
        )  # fmt: skip

    def join(self, approach_demand: BoolArray) -> None:
        """Renew the demand of every group from the calls and from bool [nA] whether an approach is demanded."""
        note_demand(approach_demand, self._link_approach, self._link_group, self._latched, self.demand)

    def note_green(self, green: BoolArray) -> None:
        """Set bool [nA] where some signal of the approach is green."""
        note_green(self.aspect, self._link_approach, self._link_group, green)
