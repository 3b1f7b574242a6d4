"""Stages and fixed-time plans out of the courses of one signal, made safe where they are not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from signals.adapters.sumo.conflicts import Judgement
from signals.adapters.sumo.courses import Course
from signals.adapters.sumo.groups import Draft
from signals.adapters.sumo.ways import Ways
from signals.model.compatibility import maximal_compatible_sets
from signals.model.intersections import Plan, PlanStep, Stage
from signals.model.lanes import User

__all__ = ["Plans", "plans_of", "stages_of"]


class Plans(NamedTuple):
    """What the courses come to.

    Attributes
    ----------
    plans
        One for each course.
    green_sets
        Of each step that shows neither amber nor red-amber, the groups that are green after repair, and whether
        nothing had to be repaired.
    early
        How often red-amber begins while a conflicting group is still green.
    """

    plans: tuple[Plan, ...]
    green_sets: tuple[tuple[tuple[int, ...], bool], ...]
    early: int


def plans_of(courses: Sequence[Course], drafts: Sequence[Draft], judgement: Judgement) -> Plans:
    """Turn courses into plans: the groups that are wanted green in each step.

    A group is wanted from its red-amber on. Of two groups that conflict, the later one is left out of the step; one
    that is only red-amber gives way to one that is green.

    Parameters
    ----------
    courses
        The programs of a signal.
    drafts
        Its groups.
    judgement
        Which of them conflict.
    """
    plans, sets = [], []
    early = first = 0
    for course in courses:
        steps = []
        for step in range(len(course.states)):
            letters = [draft.column[first + step] for draft in drafts]
            green = [group for group, letter in enumerate(letters) if letter == "G"]
            kept = _compatible(green, [], judgement)
            starting = [group for group, letter in enumerate(letters) if letter == "u" and "G" in drafts[group].column]
            wanted = _compatible(starting, kept, judgement)
            early += len(starting) + len(kept) - len(wanted)
            steps.append(PlanStep(course.duration_ds[step], wanted, course.min_ds[step], course.max_ds[step]))
            if green and not {"y", "u"} & set(letters):
                sets.append((tuple(kept), len(kept) == len(green)))
        plans.append(Plan(course.id, _merged(steps), course.offset_ds))
        first += len(course.states)
    return Plans(tuple(plans), tuple(sets), early)


def stages_of(
    plans: Plans, drafts: Sequence[Draft], judgement: Judgement, ways: Ways, *, derived: bool
) -> tuple[Stage, ...]:
    """Return the stages: those of the file, or maximal compatible sets.

    A stage that is part of another one is left out, unless its drivers would have to yield to other drivers there
    (left turns have such a stage of their own). A group that is green in the file and yet in no stage gets one.

    Parameters
    ----------
    plans
        What the courses came to.
    drafts
        The groups.
    judgement
        Which of them conflict.
    ways
        Lanes and movements.
    derived
        Whether to ignore the stages of the file.
    """
    served = [group for group, draft in enumerate(drafts) if "G" in draft.column]
    found: list[tuple[tuple[int, ...], str]] = []
    if not derived:
        sets = list(dict.fromkeys(green for green, _ in plans.green_sets if green))
        found = [(one, "file") for one in sets if not any(_adds_nothing(one, other, drafts, ways) for other in sets)]
    missing = set(served).difference(*(green for green, _ in found))
    if missing:
        conflict = [[one != other and judgement.conflict(one, other) for other in served] for one in served]
        for clique in sorted(maximal_compatible_sets(conflict), key=len, reverse=True):
            green = tuple(served[index] for index in clique)
            if derived or missing & set(green):
                found.append((green, "derived"))
                missing.difference_update(green)
    return tuple(Stage(str(number), green, source) for number, (green, source) in enumerate(found, 1))


def _adds_nothing(part: tuple[int, ...], whole: tuple[int, ...], drafts: Sequence[Draft], ways: Ways) -> bool:
    """Whether one stage serves nobody better than another one does."""
    if not set(part) < set(whole):
        return False
    others = {
        movement
        for group in set(whole) - set(part)
        if drafts[group].user in (User.VEHICLE, User.TRANSIT)
        for movement in drafts[group].movements
    }
    return not any(
        others & set(ways.movements[movement].yields_to) for group in part for movement in drafts[group].movements
    )


def _compatible(candidates: Sequence[int], present: Sequence[int], judgement: Judgement) -> tuple[int, ...]:
    """Add groups to others as long as none conflicts."""
    kept = list(present)
    for group in candidates:
        if not any(judgement.conflict(group, other) for other in kept):
            kept.append(group)
    return tuple(sorted(kept))


def _merged(steps: Sequence[PlanStep]) -> tuple[PlanStep, ...]:
    """Join steps that want the same and have no bounds."""
    merged: list[PlanStep] = []
    for step in steps:
        last = merged[-1] if merged else None
        if last and last.groups == step.groups and not (last.min_ds or last.max_ds or step.min_ds or step.max_ds):
            merged[-1] = PlanStep(last.duration_ds + step.duration_ds, step.groups)
        else:
            merged.append(step)
    return tuple(merged)
