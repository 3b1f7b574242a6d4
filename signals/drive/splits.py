"""From wishes to the splits of a plan, for cabinets that take nothing finer.

A cabinet that only runs plans cannot be told second by second what shall be green. But what the controller wishes
second by second says how it would share the cycle out: each second counts for the step of the plan whose groups it
would have green. Once a cycle the steps that may be longer or shorter move towards these shares, by a few seconds at
most, as SCOOT's splits do (Hunt et al. 1981: 4 s a stage). The cycle stays what it is, so that coordination stays, too.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from signals.model.cabinets import CabinetSite, PlanRequest
from signals.model.intersections import Intersection, Plan
from signals.model.values import BoolArray

__all__ = ["MOST_STEP_S", "SplitPlanner", "main_steps"]

MOST_STEP_S: Final = 4
"""How much longer or shorter a step may become from one cycle to the next."""
MEMORY: Final = 0.5
"""Weight of the last cycle's shares beside those before; one cycle alone is a small sample."""
LEAST_MAIN_DS: Final = 50
"""A step that is shorter is part of the way from one step to the next, and stays as it is."""


class SplitPlanner:
    """Shares out the cycle of the first plan of an intersection.

    Parameters
    ----------
    site
        The intersection; it must have a plan.
    tick_ds
        Length of a tick.

    Raises
    ------
    ValueError
        When the intersection has no plan.
    """

    def __init__(self, site: CabinetSite, tick_ds: int) -> None:
        if not site.intersection.plans:
            raise ValueError(f'intersection "{site.id}" has no plan')
        self._plan, self._tick_ds = site.intersection.plans[0], tick_ds
        self._main = main_steps(self._plan)
        self._least_s = [_least_s(site.intersection, self._plan, step) for step in range(len(self._plan.steps))]
        groups = len(site.groups)
        self._has = np.zeros((len(self._main), groups), np.bool_)
        for row, step in enumerate(self._main):
            self._has[row, list(self._plan.steps[step].groups)] = True
        self.restart()

    def restart(self) -> None:
        """Begin with the plan as it is in the controller: what was asked before is not there any more."""
        self._green_s = _whole_seconds(self._plan)
        self._wished, self._share = np.zeros(len(self._main)), np.zeros(0)
        self._passed_ds = 0

    @property
    def cycle_s(self) -> int:
        """The length of its cycle."""
        return sum(self._green_s)

    def note(self, want: BoolArray | None) -> PlanRequest | None:
        """Take the wish of a tick; once a cycle return how the plan shall be from then on.

        Parameters
        ----------
        want
            bool [nG] what the controller wants; None where it has not answered.

        Returns
        -------
        PlanRequest or None
            None within a cycle, and at the end of one in which nothing has to change.
        """
        if want is not None and self._main:
            # The step most of whose groups are wanted, and which has fewest that are not.
            alike = (self._has & want).sum(axis=1) / np.maximum((self._has | want).sum(axis=1), 1)
            self._wished[int(np.argmax(alike))] += alike.max() > 0
        self._passed_ds += self._tick_ds
        if self._passed_ds < self.cycle_s * 10:
            return None
        self._passed_ds = 0
        return self._shared_out()

    def _shared_out(self) -> PlanRequest | None:
        total, wished = self._wished.sum(), self._wished.copy()
        self._wished[:] = 0
        if len(self._main) < 2 or not total:
            return None
        share = wished / total
        self._share = share if not self._share.size else MEMORY * share + (1 - MEMORY) * self._share
        before = list(self._green_s)
        self._move()
        if self._green_s == before:
            return None
        at_midnight_s = -(self._plan.offset_ds // 10) % self.cycle_s  # where the plan stands when the day begins
        return PlanRequest(1, self.cycle_s, at_midnight_s, tuple(self._green_s))

    def _move(self) -> None:
        """Give seconds one by one from the step that has most too many to the one that lacks most."""
        first = list(self._green_s)
        free_s = sum(first[step] for step in self._main)
        for _ in range(MOST_STEP_S * len(self._main)):
            lack = [self._share[row] * free_s - self._green_s[step] for row, step in enumerate(self._main)]
            takers = [row for row, step in enumerate(self._main) if self._green_s[step] - first[step] < MOST_STEP_S]
            givers = [
                row
                for row, step in enumerate(self._main)
                if self._green_s[step] > self._least_s[step] and first[step] - self._green_s[step] < MOST_STEP_S
            ]
            if not takers or not givers:
                return
            taker, giver = max(takers, key=lack.__getitem__), min(givers, key=lack.__getitem__)
            if lack[taker] - lack[giver] <= 1:
                return
            self._green_s[self._main[taker]] += 1
            self._green_s[self._main[giver]] -= 1


def main_steps(plan: Plan) -> tuple[int, ...]:
    """Return the steps of a plan whose length is a matter of choice: all but the ways from one to the next.

    A step is on the way where it is short, or where its groups are a part of those of the step before or after it.
    """
    count = len(plan.steps)
    found = []
    for number, step in enumerate(plan.steps):
        own = set(step.groups)
        beside = [set(plan.steps[(number + by) % count].groups) for by in (-1, 1)] if count > 1 else []
        if step.duration_ds >= LEAST_MAIN_DS and not any(own < other for other in beside):
            found.append(number)
    return tuple(found)


def _least_s(place: Intersection, plan: Plan, number: int) -> int:
    """Return how short a step may become: until one of its groups would have less than its minimum green.

    Counted as if the group were green in this step alone, except that what it is green in steps beside it is left out
    of account; so a minimum is never touched.
    """
    groups = plan.steps[number].groups
    least_ds = max((place.groups[group].min_green_ds for group in groups), default=10)
    return -(-min(least_ds, plan.steps[number].duration_ds) // 10)


def _whole_seconds(plan: Plan) -> list[int]:
    """Round the steps of a plan to seconds so that no remainder is lost."""
    ends = np.round(np.cumsum([step.duration_ds for step in plan.steps]) / 10).astype(int)
    return [int(length) for length in np.diff(ends, prepend=0)]
