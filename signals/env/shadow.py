"""A guard of a controller's own, which does what the real one behind it does: masks where no guard can be asked."""

from __future__ import annotations

from typing import Final

import numpy as np

from signals.control.running_stages import tenths
from signals.errors import InputError
from signals.model.network import Network
from signals.model.values import Aspect, BoolArray, ByteArray, Decision, Readings, Snapshot
from signals.safety.guard import DO_NOT_WRITE, Guard

__all__ = ["ShadowGuard"]

MOST_MISSED: Final = 600
"""Ticks that are made up for at most; whoever was not asked for longer begins anew anyway."""


class ShadowGuard:
    """Follows what is shown, tick by tick, and answers like `signals.safety.rehearsal.Rehearsal`.

    A controller is told what is shown and who waits, which is all that the guard's kernel needs; it is not told of
    emergency vehicles. Where something else is shown than this guard would show (another controller was followed for a
    while, or an emergency vehicle went first), it lets that intersection go for a tick, during which nothing there
    counts as refused, and takes it over as it is shown then.

    Parameters
    ----------
    network
        What the real guard guards.
    tick_ds
        Length of a tick, > 0.
    """

    def __init__(self, network: Network, tick_ds: int) -> None:
        self._guard, self._tick_ds = Guard(network, tick_ds=tick_ds, on_violation="count"), tick_ds
        self._rehearsal = self._guard.rehearsal()
        self._first_group = network.arrays.group_offset[:-1]
        groups, places = len(network.arrays.group_user), len(network.intersections)
        self._shows = np.full(groups, Aspect.UNKNOWN, np.int8)
        self._last: Decision | None = None
        self._demand = np.zeros(groups, np.bool_)
        self._strange: BoolArray = np.zeros(places, np.bool_)
        self._time_ds = 0

    @property
    def strange(self) -> BoolArray:
        """Bool [nI] where something else is shown than was expected (a copy)."""
        return self._strange.copy()

    def follow(self, snapshot: Snapshot) -> Readings:
        """Take a new tick: catch up with the time, and compare with what is shown.

        Parameters
        ----------
        snapshot
            What is believed now.

        Returns
        -------
        Readings
            The same as the real guard is given, as far as a controller can know.

        Raises
        ------
        InputError
            When the ticks have another length than was said.
        """
        now_ds, readings = tenths(snapshot.time_s), _readings(snapshot)
        if self._last is not None:
            elapsed_ds = now_ds - self._time_ds
            if elapsed_ds <= 0 or elapsed_ds % self._tick_ds:
                raise InputError(
                    f"a policy was made for ticks of {self._tick_ds / 10:g} s, but {elapsed_ds / 10:g} s have passed: "
                    "give tick_s= the length of the scenario's tick"
                )
            for _ in range(min(elapsed_ds // self._tick_ds - 1, MOST_MISSED)):
                self._permit(self._last, readings, self._demand)
            differs = (snapshot.aspect != self._shows) & (snapshot.aspect != Aspect.UNKNOWN)
            self._strange = np.logical_or.reduceat(differs & (self._shows != Aspect.UNKNOWN), self._first_group)
        self._time_ds = now_ds
        return readings

    def refusals(self, decision: Decision, readings: Readings, demand: BoolArray) -> ByteArray:
        """Say where a decision would be refused; parameters and result as of `Rehearsal.refusals`."""
        found = self._rehearsal.refusals(decision, readings, demand)
        found[self._strange] = 0
        return found

    def note(self, decision: Decision, readings: Readings, demand: BoolArray) -> None:
        """Take down what was decided in this tick, as the real guard is given it."""
        self._last = Decision(decision.want.copy(), decision.stage.copy())
        self._demand[:] = demand
        self._permit(self._last, readings, demand)

    def _permit(self, decision: Decision, readings: Readings, demand: BoolArray) -> None:
        stage = np.where(self._strange, np.int32(DO_NOT_WRITE), decision.stage)
        command = self._guard.permit(Decision(decision.want, stage), readings, demand).command
        written = np.repeat(command.write, np.diff(np.append(self._first_group, len(self._shows))))
        self._shows = np.where(written, command.aspect, np.int8(Aspect.UNKNOWN))


def _readings(snapshot: Snapshot) -> Readings:
    nothing = np.zeros(0, np.float32)
    none = np.zeros(0, np.int32)
    return Readings(
        time_s=snapshot.time_s,
        aspect=snapshot.aspect,
        call=np.zeros(len(snapshot.aspect), np.bool_),
        vehicle_lane=none,
        vehicle_position_m=nothing,
        vehicle_speed_mps=nothing,
        vehicle_handle=np.zeros(0, np.int64),
        detector_count=none,
        detector_occupied=nothing,
    )
