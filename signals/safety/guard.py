"""The last word: turns what is wanted into what is allowed. The only place that builds a Command."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from signals.errors import UnknownNameError
from signals.kernels.compile import quick
from signals.model.lanes import User
from signals.model.values import Aspect, BoolArray, Command, Decision, IntArray, Readings, Verdict, Violation
from signals.safety.bounds import waiting_bounds
from signals.safety.interstage import COLD, NOT_WRITTEN, OUT, Site, State, step
from signals.safety.monitor import Monitor
from signals.safety.offsets import StageOffsets
from signals.safety.plausible import copied
from signals.safety.prospects import Prospects
from signals.safety.rehearsal import Rehearsal

if TYPE_CHECKING:
    from signals.model.network import Network

__all__ = ["DO_NOT_WRITE", "EMERGENCY_DS", "Guard"]

DO_NOT_WRITE: Final = -2
"""In `Decision.stage`: leave this intersection to its own program."""

EMERGENCY_DS: Final = 1_800
"""How long an emergency vehicle may call a group; what calls longer is a stuck input."""


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
        cannot be adopted is followed by all-red for the longest intergreen, and what is red has just become so. With
        `max_lag_ticks` it also has a clock of its own, so that its displays are seen to a tick only.
    on_violation
        ``stop-writing``: an intersection that violates a rule is not written any more, beginning with the command that
        violates it. ``count``: it runs on; for tests and simulations that ask how often.
    max_lag_ticks
        How many ticks late a display may follow its command.
    latched
        Ids of the intersections that violated a rule before a restart and were not `reset` by a person since.
    on_latch
        Told of the violations of a tick in which an intersection is latched that was not.

    Raises
    ------
    ValueError
        When `tick_ds` is not positive.
    UnknownNameError
        When an intersection in `latched` does not exist.
    """

    def __init__(  # noqa: PLR0913  settings of a site, all but one by name
        self,
        network: Network,
        *,
        tick_ds: int = 10,
        cold_start: Literal["simulated", "street"] = "simulated",
        on_violation: Literal["stop-writing", "count"] = "stop-writing",
        max_lag_ticks: int = 0,
        latched: Collection[str] = (),
        on_latch: Callable[[tuple[Violation, ...]], None] | None = None,
    ) -> None:
        if tick_ds <= 0:
            raise ValueError(f"tick_ds must be > 0, got {tick_ds}")
        intersections, groups = len(network.intersections), len(network.arrays.min_green_ds)
        self._group_offset = network.arrays.group_offset
        self._stops, self._on_latch = on_violation == "stop-writing", on_latch
        self._want, self._demand = np.zeros((2, groups), np.bool_)
        self._shown, self._preempt = np.zeros((2, groups), np.int8)
        self._stage = np.zeros(intersections, np.int32)
        self._write = np.zeros(intersections, np.bool_)
        self._offsets = StageOffsets(network, tick_ds)
        self._site = _site(network, tick_ds)
        self._state = _state(intersections, groups)
        self._site_columns, self._state_columns = quick(self._site), quick(self._state)
        self._inputs = quick((self._want, self._demand, self._preempt, self._shown, self._write))
        self._monitor = Monitor(
            network,
            tick_ds=tick_ds,
            max_lag_ticks=max_lag_ticks,
            unseen_ticks=0 if cold_start == "simulated" else min(max_lag_ticks, 1),
            emergency_ds=EMERGENCY_DS,
        )
        self._monitor.latched[_numbers(network, latched)] = True
        self._stopped, self._known = self._stops and bool(latched), self.latched
        # Compile now, not in the first tick. Nothing is written yet, so nothing is remembered.
        step(self._site_columns, self._state_columns, *self._inputs)
        self._state.charge[:] = COLD if cold_start == "simulated" else OUT

    @property
    def latched(self) -> BoolArray:
        """Intersections that have violated a rule since they were last `reset` (a copy)."""
        return self._monitor.latched.copy()

    def reset(self, intersection: int) -> None:
        """Trust an intersection again and take it over anew; only a person may decide this."""
        self._monitor.reset(intersection)
        self._known[intersection] = False
        self._stopped = self._stops and bool(self._monitor.latched.any())

    def rehearsal(self) -> Rehearsal:
        """Return who can be asked what would be refused in the tick that comes; asking has no effect here."""
        unwritten = self._monitor.latched if self._stops else np.zeros(len(self._write), np.bool_)
        return Rehearsal(self._site, self._state, self._offsets, unwritten)

    def prospects(self) -> Prospects:
        """Return who can be asked in how long what was permitted will change; asking has no effect here."""
        return Prospects(self._site, self._state, self._demand)

    def permit(self, decision: Decision, readings: Readings, demand: BoolArray) -> Verdict:
        """Turn a wish into what is allowed.

        Total: a wish of the wrong shape holds what is green, a read-back of the wrong shape is unknown, demand of the
        wrong shape is demand everywhere, calls of the wrong shape are none.

        Parameters
        ----------
        decision
            What is wanted; `DO_NOT_WRITE` as the stage of an intersection leaves it to its own program.
        readings
            What was reported; its time, aspects and emergency calls are used.
        demand
            bool [nG] somebody waits.

        Returns
        -------
        Verdict
            Its arrays are valid until the next call.
        """
        self._take(decision, readings, demand)
        step(self._site_columns, self._state_columns, *self._inputs)
        command = self._state.out
        violations = self._monitor.check(
            readings.time_s, self._demand, self._preempt, self._shown, command, self._write
        )
        if violations:
            self._stop(violations)
        return Verdict(Command(readings.time_s, command, self._write), violations, self._state.reason)

    @property
    def columns(self) -> tuple[tuple[Any, ...], ...]:
        """The arrays that `permit` works on, for a kernel that does the same for many ticks; not copies.

        Site, memory, inputs (wanted, demanded, called, shown, written) and those of the monitor. Which intersections
        are written is what it was in the last `permit` or `settle`. Late starts and early cut-offs are not among them.
        """
        return (self._site_columns, self._state_columns, self._inputs, *self._monitor.columns)

    def settle(self, time_s: float, count: int) -> tuple[Violation, ...]:
        """Do what `permit` does about violations that the monitor's kernel has counted in a tick."""
        violations = self._monitor.found(time_s, count)
        if violations:
            self._stop(violations)
        return violations

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
        if not copied(readings.preempt, self._preempt):
            self._preempt[:] = 0
        if copied(stage, self._stage) and self._offsets.any:
            self._offsets.apply(self._stage, self._state.aspect, self._want)
        np.not_equal(self._stage, DO_NOT_WRITE, out=self._write)
        if self._stopped:
            self._write &= ~self._monitor.latched

    def _stop(self, violations: tuple[Violation, ...]) -> None:
        """Take back what was commanded to intersections that are latched now, and tell who wants to know."""
        latched = self._monitor.latched
        if self._stops:
            self._stopped = True
            for i in np.flatnonzero(latched):
                rows = slice(self._group_offset[i], self._group_offset[i + 1])
                self._state.out[rows] = Aspect.RED
                self._state.reason[rows] = NOT_WRITTEN
                self._write[i], self._state.charge[i] = False, OUT
        new = latched & ~self._known
        if self._on_latch is not None and new.any():
            self._on_latch(tuple(violation for violation in violations if new[violation.intersection]))
        self._known |= latched


def _site(network: Network, tick_ds: int) -> Site:
    twin = network.arrays
    patience_ds, _ = waiting_bounds(twin, tick_ds)
    offset, rival, between_ds = _rivals(network)
    return Site(
        group_offset=twin.group_offset,
        rival_offset=offset,
        rival=rival,
        between_ds=between_ds,
        min_green_ds=twin.min_green_ds,
        max_green_ds=twin.max_green_ds,
        amber_ds=twin.amber_ds,
        red_amber_ds=-(-twin.red_amber_ds // tick_ds) * tick_ds,  # whole ticks: its end meets that of the intergreen
        clearance_ds=twin.clearance_ds,
        least_green_ds=np.where(twin.group_user == User.PEDESTRIAN, 0, twin.min_green_ds).astype(np.int32),
        patience_ds=patience_ds,
        emergency_ds=EMERGENCY_DS,
        tick_ds=tick_ds,
    )


def _rivals(network: Network) -> tuple[IntArray, IntArray, IntArray]:
    """List for each group what conflicts with it, and the intergreen from there."""
    offset, rival, between_ds = [0], [], []
    for first, place in zip(network.arrays.group_offset.tolist(), network.intersections, strict=False):
        for column in zip(*place.intergreen_ds, strict=True):
            found = [(first + row, time_ds) for row, time_ds in enumerate(column) if time_ds is not None]
            rival += [group for group, _ in found]
            between_ds += [time_ds for _, time_ds in found]
            offset.append(len(rival))
    return np.array(offset, np.int32), np.array(rival, np.int32), np.array(between_ds, np.int32)


def _numbers(network: Network, names: Collection[str]) -> list[int]:
    for name in names:
        if name not in network.intersection_index:
            raise UnknownNameError("intersection", name, network.intersection_index)
    return [network.intersection_index[name] for name in names]


def _state(intersections: int, groups: int) -> State:
    return State(
        charge=np.zeros(intersections, np.int8),
        startup_ds=np.zeros(intersections, np.int32),
        aspect=np.zeros(groups, np.int8),
        age_ds=np.zeros(groups, np.int32),
        ended_ds=np.zeros(groups, np.int32),
        wait_ds=np.zeros(groups, np.int32),
        called_ds=np.zeros(groups, np.int32),
        wish=np.zeros(groups, np.int8),
        out=np.zeros(groups, np.int8),
        reason=np.zeros(groups, np.int8),
    )
