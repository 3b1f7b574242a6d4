"""The own program of a virtual cabinet: its first plan as fixed time, or its stages in turn where it has no plan."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Final, Protocol

from signals.model.cabinets import PlanRequest
from signals.model.intersections import Intersection

__all__ = ["FixedTime", "OwnProgram", "StagesInTurn", "own_program"]

DWELL: Final = 5
"""The reciprocal of the share of a cycle that it may stand still to come into step with its clock."""

STAGE_GREEN_DS: Final = 150
"""For how long a stage is wanted where stages take turns, unless one of its minimum greens is longer."""


class OwnProgram(Protocol):
    """What a controller shows when nobody far away decides.

    Attributes
    ----------
    position_ds
        Where it stands in its cycle; 0 without a plan.
    """

    position_ds: int

    @property
    def plan(self) -> int:
        """Number of the plan that runs, 1 the first; 0 = there is none."""
        ...

    @property
    def cycle_ds(self) -> int:
        """The length of its cycle; 0 without a plan."""
        ...

    def start(self, clock_ds: int) -> None:
        """Begin where the clock stands, with the times that it was built with."""
        ...

    def tick(self, clock_ds: int, called: Sequence[bool]) -> list[bool]:
        """Go on by a tick; return which groups shall be green [nG]. `called`: somebody waits for the group [nG]."""
        ...

    def ask(self, request: PlanRequest) -> bool:
        """Take other times from the next cycle on; False where they are impossible."""
        ...

    def restore(self) -> None:
        """Return to the times that it was built with, from the next cycle on."""
        ...


def own_program(intersection: Intersection, tick_ds: int) -> OwnProgram:
    """Return the program that an intersection has of its own."""
    return FixedTime(intersection, tick_ds) if intersection.plans else StagesInTurn(intersection, tick_ds)


class _Times:
    """A plan with its times."""

    def __init__(self, number: int, greens: list[list[bool]], durations_ds: list[int], offset_ds: int) -> None:
        self.number, self.greens, self.offset_ds = number, greens, offset_ds
        self.cycle_ds = sum(durations_ds)
        self.begins_ds = [0, *accumulate(durations_ds[:-1])]
        self.longest = durations_ds.index(max(durations_ds))

    def step(self, position_ds: int) -> int:
        return bisect_right(self.begins_ds, position_ds) - 1


class FixedTime:
    """A fixed-time plan whose position in the cycle is that of a clock.

    Where the two differ (the clock was set, or other times came into force), it stands still in its longest step, for
    at most a fifth of a cycle in each, until they agree.

    Parameters
    ----------
    intersection
        An intersection with at least one plan; the first is the one that runs.
    tick_ds
        Length of a tick.
    """

    def __init__(self, intersection: Intersection, tick_ds: int) -> None:
        self._site, self._tick_ds = intersection, tick_ds
        self._built = self._times(1, [step.duration_ds for step in intersection.plans[0].steps])
        self._running = self._next = self._built
        self.position_ds = self._dwelt_ds = 0

    @property
    def plan(self) -> int:
        """Number of the plan that runs."""
        return self._running.number

    @property
    def cycle_ds(self) -> int:
        """Its cycle."""
        return self._running.cycle_ds

    def start(self, clock_ds: int) -> None:
        """Begin where the clock stands, with the times that it was built with."""
        self._running = self._next = self._built
        self.position_ds = (clock_ds - self._built.offset_ds) % self._built.cycle_ds
        self._dwelt_ds = 0

    def tick(self, clock_ds: int, called: Sequence[bool]) -> list[bool]:  # noqa: ARG002  it serves everybody anyway
        """Go on by a tick; return which groups shall be green."""
        running, tick_ds = self._running, self._tick_ds
        ahead_ds = (self.position_ds + tick_ds - clock_ds + running.offset_ds) % running.cycle_ds
        if tick_ds <= ahead_ds <= running.cycle_ds - tick_ds and self._may_dwell():
            self._dwelt_ds += tick_ds
        else:
            self.position_ds += tick_ds
        if self.position_ds >= running.cycle_ds:
            self.position_ds -= running.cycle_ds
            self._running, self._dwelt_ds = self._next, 0
            self.position_ds %= self._running.cycle_ds
        return self._running.greens[self._running.step(self.position_ds)]

    def ask(self, request: PlanRequest) -> bool:
        """Take other times from the next cycle on; False where they are impossible.

        They are where there is no such plan, the lengths are not one for each of its steps, positive, and together the
        cycle, or a green would be shorter than its minimum.
        """
        if not 1 <= request.plan <= len(self._site.plans):
            return False
        steps = self._site.plans[request.plan - 1].steps
        if len(request.green_s) != len(steps) or min(request.green_s) <= 0 or sum(request.green_s) != request.cycle_s:
            return False
        durations_ds = [10 * green_s for green_s in request.green_s]
        for number, group in enumerate(self._site.groups):
            if _shortest([number in step.groups for step in steps], durations_ds) < group.min_green_ds:
                return False
        # Where the clock shall stand at midnight is how far the cycle began before it.
        self._next = self._times(request.plan, durations_ds, -10 * request.offset_s)
        return True

    def restore(self) -> None:
        """Return to the times that it was built with, from the next cycle on."""
        self._next = self._built

    def _times(self, number: int, durations_ds: list[int], offset_ds: int | None = None) -> _Times:
        plan = self._site.plans[number - 1]
        greens = [[group in step.groups for group in range(len(self._site.groups))] for step in plan.steps]
        return _Times(number, greens, durations_ds, plan.offset_ds if offset_ds is None else offset_ds)

    def _may_dwell(self) -> bool:
        if (self._dwelt_ds + self._tick_ds) * DWELL > self._running.cycle_ds:
            return False
        return self._running.step(self.position_ds) == self._running.longest


class StagesInTurn:
    """Stages one after another, of those that somebody waits for; without a stage, each group is one.

    Parameters
    ----------
    intersection
        Its stages.
    tick_ds
        Length of a tick.
    """

    plan = 0
    cycle_ds = 0
    position_ds = 0

    def __init__(self, intersection: Intersection, tick_ds: int) -> None:
        groups = intersection.groups
        stages = [stage.groups for stage in intersection.stages] or [(group,) for group in range(len(groups))]
        self._tick_ds, self._stages = tick_ds, stages
        self._greens = [[group in stage for group in range(len(groups))] for stage in stages]
        # Red-amber and the way out of the stage before come first.
        lead_ds = max(between or 0 for row in intersection.intergreen_ds for between in row)
        lead_ds += max(group.red_amber_ds for group in groups)
        least_ds = [max(groups[group].min_green_ds for group in stage) for stage in stages]
        self._lengths_ds = [max(STAGE_GREEN_DS, least) + lead_ds for least in least_ds]
        self._stage = self._age_ds = 0

    def start(self, clock_ds: int) -> None:  # noqa: ARG002  it has no clock
        """Begin with the first stage."""
        self._stage = self._age_ds = 0

    def tick(self, clock_ds: int, called: Sequence[bool]) -> list[bool]:  # noqa: ARG002  it has no clock
        """Go on by a tick; return which groups shall be green."""
        self._age_ds += self._tick_ds
        if self._age_ds >= self._lengths_ds[self._stage]:
            count = len(self._stages)
            for stage in ((self._stage + ahead) % count for ahead in range(1, count)):
                if any(called[group] for group in self._stages[stage]):
                    self._stage, self._age_ds = stage, 0
                    break
        return self._greens[self._stage]

    def ask(self, request: PlanRequest) -> bool:  # noqa: ARG002  it has no plan
        """Take no times: there is no plan."""
        return False

    def restore(self) -> None:
        """Do nothing: there is no plan."""


def _shortest(green: list[bool], durations_ds: list[int]) -> float:
    """Return the shortest uninterrupted time for which a group is wanted in a cycle; infinite where it always is."""
    if all(green) or not any(green):
        return float("inf")
    first = green.index(False)  # from there on, no green is cut in two by the end of the cycle
    runs, length_ds = [], 0
    for step in (*range(first, len(green)), *range(first + 1)):
        if green[step]:
            length_ds += durations_ds[step]
        elif length_ds:
            runs.append(length_ds)
            length_ds = 0
    return min(runs)
