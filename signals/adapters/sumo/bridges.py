"""Pedestrian greens that a plan interrupts for less than their own clearance.

During such a gap nothing that conflicts may start, so it keeps people waiting for nobody; and the guard, which lets a
clearance run out before the next green, would make it longer and delay all that follows. The gap is filled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from signals.model.intersections import Plan, PlanStep

__all__ = ["bridged"]


def bridged(
    plan: Plan, clearance_ds: Sequence[int], conflict: Callable[[int, int], bool]
) -> tuple[Plan, tuple[int, ...]]:
    """Fill the gaps of a plan.

    Parameters
    ----------
    plan
        The plan.
    clearance_ds
        Clearance of each group; 0 where it has none.
    conflict
        Whether two groups must never be green together.

    Returns
    -------
    Plan
        The same one where there was nothing to fill.
    tuple of int
        The groups of which a gap was filled, ascending.
    """
    steps = list(plan.steps)
    filled = [
        group for group, needed_ds in enumerate(clearance_ds) if needed_ds and _fill(steps, group, needed_ds, conflict)
    ]
    return (replace(plan, steps=tuple(steps)), tuple(filled)) if filled else (plan, ())


def _fill(steps: list[PlanStep], group: int, needed_ds: int, conflict: Callable[[int, int], bool]) -> bool:
    """Fill the gaps of one group; return whether there were any."""
    wanted = [group in step.groups for step in steps]
    if all(wanted) or not any(wanted):
        return False
    first = wanted.index(True)  # begin inside a green, so that no gap is cut in two
    order = [(first + number) % len(steps) for number in range(len(steps))]
    gap: list[int] = []
    found = False
    for number in [*order, first]:
        if not wanted[number]:
            gap.append(number)
            continue
        short = 0 < sum(steps[step].duration_ds for step in gap) < needed_ds
        if short and not any(conflict(group, other) for step in gap for other in steps[step].groups):
            found = True
            for step in gap:
                steps[step] = replace(steps[step], groups=tuple(sorted((*steps[step].groups, group))))
        gap = []
    return found
