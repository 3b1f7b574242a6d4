"""Runs fixed-time plans: what every intersection wants at a time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from math import inf

import numpy as np

from signals.control.running_stages import tenths
from signals.control.wishes import NO_STAGE
from signals.model.intersections import Intersection, Plan
from signals.model.network import Network
from signals.model.values import BoolArray, Decision

__all__ = ["PlanClock"]


class PlanClock:
    """One plan per intersection, each in its own cycle. Only intersections whose step ends are looked at.

    Parameters
    ----------
    network
        The network.
    plans
        A plan for each of its intersections.
    """

    def __init__(self, network: Network, plans: Sequence[Plan]) -> None:
        self._places = network.intersections
        self._offset = network.arrays.group_offset
        self._tables = [_Table(place, plan) for place, plan in zip(self._places, plans, strict=True)]
        self._next: dict[int, Plan] = {}
        self._until_ds = np.full(len(plans), -inf)
        self._began_ds = np.full(len(plans), -inf)
        self._now_ds = -inf
        self._soonest_ds = -inf
        groups = int(self._offset[-1])
        self._decision = Decision(np.zeros(groups, np.bool_), np.full(len(plans), NO_STAGE, np.int32))

    def decide(self, time_s: float) -> Decision:
        """Say what the plans want from a time on; the same object as before while no step ends.

        Parameters
        ----------
        time_s
            The time; it may also go back.
        """
        now_ds = tenths(time_s)
        if now_ds < self._now_ds:
            self._until_ds[:] = -inf
        elif now_ds < self._soonest_ds:
            self._now_ds = now_ds
            return self._decision
        self._now_ds = now_ds
        want, stage = self._decision.want.copy(), self._decision.stage.copy()
        for i in np.flatnonzero(self._until_ds <= now_ds):
            table = self._table(int(i), now_ds)
            step, self._until_ds[i] = table.at(now_ds)
            want[self._offset[i] : self._offset[i + 1]] = table.wants[step]
            stage[i] = table.stages[step]
        self._soonest_ds = min(self._until_ds, default=inf)
        self._decision = Decision(want, stage)
        return self._decision

    def adopt(self, intersection: int, plan: Plan) -> None:
        """Change to another plan where the running cycle ends; the new one begins with its first step there.

        Parameters
        ----------
        intersection
            Whose.
        plan
            The plan; its offset is replaced.
        """
        self._next[intersection] = plan

    def _table(self, i: int, now_ds: int) -> _Table:
        """Return the plan of one intersection, the next one where a new cycle has begun."""
        table = self._tables[i]
        began_ds = now_ds - (now_ds - table.offset_ds) % table.cycle_ds
        if i in self._next and began_ds != self._began_ds[i]:
            self._tables[i] = table = _Table(self._places[i], replace(self._next.pop(i), offset_ds=began_ds))
        self._began_ds[i] = began_ds
        return table


class _Table:
    """The steps of one plan, ready to be looked up."""

    def __init__(self, place: Intersection, plan: Plan) -> None:
        stage_of = {frozenset(stage.groups): s for s, stage in reversed(list(enumerate(place.stages)))}
        self.offset_ds = plan.offset_ds
        self.cycle_ds = plan.cycle_ds
        self.ends_ds = list(accumulate(step.duration_ds for step in plan.steps))
        self.stages = [stage_of.get(frozenset(step.groups), NO_STAGE) for step in plan.steps]
        self.wants: BoolArray = np.zeros((len(plan.steps), len(place.groups)), np.bool_)
        for row, step in zip(self.wants, plan.steps, strict=True):
            row[list(step.groups)] = True

    def at(self, now_ds: int) -> tuple[int, int]:
        """Return the step of a time, and when it ends."""
        position = (now_ds - self.offset_ds) % self.cycle_ds
        step = bisect_right(self.ends_ds, position)
        return step, now_ds - position + self.ends_ds[step]
