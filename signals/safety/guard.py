"""The last word: turns what is wanted into what is allowed. The only place that builds a Command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from signals.model.values import Aspect, BoolArray, Command, Decision, Readings, Verdict
from signals.safety.bounds import waiting_bounds
from signals.safety.interstage import COLD, NOT_WRITTEN, OUT, Site, State, step
from signals.safety.monitor import Monitor
from signals.safety.plausible import copied

if TYPE_CHECKING:
    from signals.model.network import Network

__all__ = ["DO_NOT_WRITE", "Guard"]

DO_NOT_WRITE: Final = -2
"""In `Decision.stage`: leave this intersection to its own program."""


class Guard:
    """Lets a wish through as far as the rules of `interstage` allow, and has `monitor` check the result.

    Parameters
    ----------
    network
        What is guarded.
    tick_ds
        Length of a tick, > 0.
    cold_start
        What may be assumed of an intersection before the first tick. ``simulated``: what is not seen to be something
        else has been red for ever, so that a plan starts unchanged. ``street``: nothing, so that a display that
        cannot be adopted is followed by all-red for the longest intergreen, and what is red has just become so.
    on_violation
        ``stop-writing``: an intersection that violates a rule is not written any more, beginning with the command that
        violates it. ``count``: it runs on; for tests and simulations that ask how often.
    max_lag_ticks
        How many ticks late a display may follow its command.

    Raises
    ------
    ValueError
        When `tick_ds` is not positive.
    """

    def __init__(
        self,
        network: Network,
        *,
        tick_ds: int = 10,
        cold_start: Literal["simulated", "street"] = "simulated",
        on_violation: Literal["stop-writing", "count"] = "stop-writing",
        max_lag_ticks: int = 0,
    ) -> None:
        if tick_ds <= 0:
            raise ValueError(f"tick_ds must be > 0, got {tick_ds}")
        intersections, groups = len(network.intersections), len(network.arrays.min_green_ds)
        self._group_offset = network.arrays.group_offset
        self._stops = on_violation == "stop-writing"
        self._stopped = False
        self._want, self._demand = np.zeros((2, groups), np.bool_)
        self._shown = np.zeros(groups, np.int8)
        self._stage = np.zeros(intersections, np.int32)
        self._write = np.zeros(intersections, np.bool_)
        self._site = _site(network, tick_ds)
        self._state = _state(intersections, groups)
        self._monitor = Monitor(network, tick_ds=tick_ds, max_lag_ticks=max_lag_ticks)
        # Compile now, not in the first tick. Nothing is written yet, so nothing is remembered.
        step(self._site, self._state, self._want, self._demand, self._shown, self._write)
        self._state.charge[:] = COLD if cold_start == "simulated" else OUT

    @property
    def latched(self) -> BoolArray:
        """Intersections that have violated a rule since they were last `reset` (a copy)."""
        return self._monitor.latched.copy()

    def reset(self, intersection: int) -> None:
        """Trust an intersection again and take it over anew; only a person may decide this."""
        self._monitor.reset(intersection)
        self._stopped = self._stops and bool(self._monitor.latched.any())

    def permit(self, decision: Decision, readings: Readings, demand: BoolArray) -> Verdict:
        """Turn a wish into what is allowed.

        Total: a wish of the wrong shape holds what is green, a read-back of the wrong shape is unknown, demand of the
        wrong shape is demand everywhere.

        Parameters
        ----------
        decision
            What is wanted; `DO_NOT_WRITE` as the stage of an intersection leaves it to its own program.
        readings
            What was reported; its time and aspects are used.
        demand
            bool [nG] somebody waits.

        Returns
        -------
        Verdict
            Its arrays are valid until the next call.
        """
        self._take(decision, readings, demand)
        step(self._site, self._state, self._want, self._demand, self._shown, self._write)
        command = self._state.out
        violations = self._monitor.check(readings.time_s, self._demand, self._shown, command, self._write)
        if violations and self._stops:
            self._stop()
        return Verdict(Command(readings.time_s, command, self._write), violations, self._state.reason)

    def _take(self, decision: Decision, readings: Readings, demand: BoolArray) -> None:
        """Copy what was given into arrays of the right kind, whatever it is."""
        given: object = decision
        want, stage = given if isinstance(given, Decision) else (None, None)
        if not copied(want, self._want):
            aspect = self._state.aspect
            self._want[:] = (aspect == Aspect.GREEN) | (aspect == Aspect.RED_AMBER)
        if not copied(demand, self._demand):
            self._demand[:] = True
        if not copied(readings.aspect, self._shown):
            self._shown[:] = Aspect.UNKNOWN
        copied(stage, self._stage)
        np.not_equal(self._stage, DO_NOT_WRITE, out=self._write)
        if self._stopped:
            self._write &= ~self._monitor.latched

    def _stop(self) -> None:
        """Take back what was commanded to latched intersections."""
        self._stopped = True
        for i in np.flatnonzero(self._monitor.latched & self._write):
            rows = slice(self._group_offset[i], self._group_offset[i + 1])
            self._state.out[rows] = Aspect.RED
            self._state.reason[rows] = NOT_WRITTEN
            self._write[i], self._state.charge[i] = False, OUT


def _site(network: Network, tick_ds: int) -> Site:
    twin = network.arrays
    patience_ds, _ = waiting_bounds(twin, tick_ds)
    return Site(
        twin.group_offset,
        twin.matrix_offset,
        twin.intergreen_ds,
        twin.min_green_ds,
        twin.max_green_ds,
        twin.amber_ds,
        -(-twin.red_amber_ds // tick_ds) * tick_ds,  # whole ticks, so that its end meets the end of the intergreen
        twin.clearance_ds,
        patience_ds,
        tick_ds,
    )


def _state(intersections: int, groups: int) -> State:
    return State(
        charge=np.zeros(intersections, np.int8),
        startup_ds=np.zeros(intersections, np.int32),
        aspect=np.zeros(groups, np.int8),
        age_ds=np.zeros(groups, np.int32),
        ended_ds=np.zeros(groups, np.int32),
        wait_ds=np.zeros(groups, np.int32),
        wish=np.zeros(groups, np.int8),
        out=np.zeros(groups, np.int8),
        reason=np.zeros(groups, np.int8),
    )
