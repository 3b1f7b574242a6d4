"""What a fixed-time plan can be: steps in a fixed order, of which some may be stretched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from signals.control.overlaps import late_ends_ds
from signals.control.stage_sequence import stage_sequence
from signals.control.stage_sums import DoubleArray
from signals.model.intersections import Intersection, Plan, PlanStep
from signals.model.lanes import User
from signals.model.network import Network

__all__ = ["Bounds", "PlanFrame", "bounds_of", "frames_of", "interstage_steps"]

LONG_DS = 40
"""Steps of a deployed plan that are at least as long are stretched; shorter ones are part of a change."""


@dataclass(frozen=True, slots=True)
class PlanFrame:
    """Steps in order, as they are and which of them may last longer or shorter.

    Parameters
    ----------
    id
        Where it comes from: the id of a deployed plan, or ``stages``.
    groups
        The groups that are green in each step.
    duration_ds
        How long each step lasts as it is.
    stretches
        Which steps may be stretched.
    offset_ds
        Offset of the plan it comes from.
    """

    id: str
    groups: tuple[tuple[int, ...], ...]
    duration_ds: tuple[int, ...]
    stretches: tuple[bool, ...]
    offset_ds: int = 0

    def plan(self, duration_ds: Sequence[int], offset_ds: int | None = None) -> Plan:
        """Return the plan with other durations, and perhaps another offset.

        Parameters
        ----------
        duration_ds
            Of each step; steps of no length are left out.
        offset_ds
            Where the cycle starts; as the frame has it where it is not given.
        """
        steps = tuple(
            PlanStep(int(length), groups) for length, groups in zip(duration_ds, self.groups, strict=True) if length > 0
        )
        return Plan(self.id, steps, self.offset_ds if offset_ds is None else offset_ds)


class Bounds(NamedTuple):
    """What the lengths of steps have to keep: ``steps @ length_ds >= least_ds``.

    Attributes
    ----------
    steps
        float64 [n, steps] 1 for the steps that count.
    least_ds
        float64 [n].
    """

    steps: DoubleArray
    least_ds: DoubleArray


def bounds_of(place: Intersection, frame: PlanFrame) -> Bounds:
    """Return minimum greens, and intergreens from every end of green to the next starts of green that conflict.

    What the frame does not keep as it is, it need not keep when it is stretched: a deployed plan is legal.

    Parameters
    ----------
    place
        The intersection.
    frame
        The steps of its plan.
    """
    count = len(frame.groups)
    greens = [frozenset(groups) for groups in frame.groups]
    lengths = np.array(frame.duration_ds, np.float64)
    rows: dict[tuple[int, ...], float] = {}

    def add(begin: int, steps: int, least_ds: int, *, at_most_now: bool) -> None:
        chosen = tuple((begin + n) % count for n in range(steps))
        now_ds = float(lengths[list(chosen)].sum()) if chosen else 0.0
        bound = min(least_ds, now_ds) if at_most_now else least_ds
        rows[chosen] = max(rows.get(chosen, 0.0), bound)

    for k, begin in enumerate(greens):
        for group in begin - greens[k - 1]:
            length = next(n for n in range(1, count + 1) if group not in greens[(k + n) % count])
            add(k, length, place.groups[group].min_green_ds, at_most_now=False)
            end = (k + length) % count
            for other, cell in enumerate(place.intergreen_ds[group]):
                if cell is not None:
                    gap = next((n for n in range(count) if other in greens[(end + n) % count]), None)
                    if gap is not None:
                        add(end, gap, cell, at_most_now=True)
    steps = np.zeros((len(rows), count))
    for row, chosen in zip(steps, rows, strict=True):
        row[list(chosen)] = 1.0
    return Bounds(steps, np.array(list(rows.values())))


def frames_of(network: Network, intersection: int) -> list[PlanFrame]:
    """Return the frames that an intersection's plans can have: its deployed plan, and as few stages as serve everybody.

    Parameters
    ----------
    network, intersection
        Which intersection of which network; one without stages has none.
    """
    place = network.intersections[intersection]
    stages = stage_sequence(network, intersection).stages
    if not stages:
        return []
    found = [_of_stages(place, stages)]
    if place.plans and _serves(place):
        found.insert(0, _of_plan(place, place.plans[0]))
    return found


def interstage_steps(
    place: Intersection, before: Sequence[int], after: Sequence[int]
) -> list[tuple[int, tuple[int, ...]]]:
    """Return the steps (length in tenths of a second, green groups) between two stages.

    It is as short as the intergreens allow. Who ends stays green for as long as that delays nobody
    (`signals.control.overlaps`), and who begins does so at once when its own intergreens are over.

    Parameters
    ----------
    place
        The intersection.
    before, after
        The groups of the stages.
    """
    matrix = place.intergreen_ds
    going, coming = [g for g in before if g not in after], [g for g in after if g not in before]
    ends_ds = late_ends_ds(place, dict.fromkeys(going, 0), tuple(coming))
    starts_ds = {
        j: max((ends_ds[i] + cell for i in going if (cell := matrix[i][j]) is not None), default=0) for j in coming
    }
    stay = [g for g in before if g in after]
    times = sorted({0, *ends_ds.values(), *starts_ds.values()})
    return [
        (
            until - time,
            tuple(
                sorted([*stay, *(i for i in going if time < ends_ds[i]), *(j for j in coming if starts_ds[j] <= time)])
            ),
        )
        for time, until in pairwise(times)
    ]


def _of_stages(place: Intersection, stages: Sequence[int]) -> PlanFrame:
    """Return a frame of stages and the changes between them, every stage as long as its minimum greens need."""
    groups, durations, stretches = [], [], []
    for k, stage in enumerate(stages):
        now = place.stages[stage].groups
        if len(stages) > 1:
            for length_ds, green in interstage_steps(place, place.stages[stages[k - 1]].groups, now):
                groups.append(green)
                durations.append(length_ds)
                stretches.append(False)
        groups.append(now)
        durations.append(max(place.groups[group].min_green_ds for group in now))
        stretches.append(True)
    return PlanFrame("stages", tuple(groups), tuple(durations), tuple(stretches))


def _of_plan(place: Intersection, plan: Plan) -> PlanFrame:
    """Return the frame of a deployed plan; equal steps that follow each other are one."""
    joined: list[tuple[int, tuple[int, ...]]] = []
    for step in plan.steps:
        if joined and joined[-1][1] == step.groups:
            joined[-1] = joined[-1][0] + step.duration_ds, step.groups
        else:
            joined.append((step.duration_ds, step.groups))
    drivers = {g for g, group in enumerate(place.groups) if group.user is not User.PEDESTRIAN}
    return PlanFrame(
        plan.id,
        tuple(groups for _, groups in joined),
        tuple(length for length, _ in joined),
        tuple(length >= LONG_DS and bool(drivers & set(groups)) for length, groups in joined),
        plan.offset_ds,
    )


def _serves(place: Intersection) -> bool:
    """Whether the first plan serves all that the stages serve."""
    planned = {group for step in place.plans[0].steps for group in step.groups}
    return planned >= {group for stage in place.stages for group in stage.groups}
