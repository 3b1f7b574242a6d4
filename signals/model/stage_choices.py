"""More stages than a network comes with: whatever its groups may do together.

The stages of a program are few, in an order that suits a cycle: both through streams, both left turns. Who chooses a
stage each second can use others as well: one arm alone while its opposite is empty, say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from signals.model.compatibility import maximal_compatible_sets
from signals.model.intersections import Intersection, Stage
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import IntArray

__all__ = ["MOST_STAGES", "own_stages", "with_all_stages"]

MOST_STAGES: Final = 16
"""Where there would be more, an intersection keeps the stages that it has: whoever searches has to weigh them all."""
_DRIVERS: Final = (User.VEHICLE, User.TRANSIT)


def with_all_stages(network: Network) -> Network:
    """Add to the stages of every intersection the largest sets of its groups that may be green together.

    Which groups may be is what the intersection says: drivers yield to others only where they do so in its own stages.
    Added are the sets to which no group can be added, and those to which none can be added without any driver yielding
    to another. What is part of another set is left out, unless its drivers would have to yield to more drivers there;
    so is a stage of the intersection, in whose place stands what serves more. The others come first, as they are.

    Where the groups of a stage start or end one after the other, somebody has designed it, and the intersection keeps
    what it has; so it does where there would be more than `MOST_STAGES`.
    """
    return replace(
        network, intersections=tuple(_widened(intersection, network) for intersection in network.intersections)
    )


def own_stages(network: Network) -> IntArray:
    """Return how many stages of each intersection, the first ones, are its own and serve all its groups, int32 [nI].

    Where some group is served by a derived stage only, all stages count.
    """
    counts = []
    for intersection in network.intersections:
        stages = intersection.stages
        own = [stage for stage in stages if stage.source == "file"]
        served, all_served = ({group for stage in some for group in stage.groups} for some in (own, stages))
        counts.append(len(own) if served == all_served else len(stages))
    return np.array(counts, np.int32)


def _widened(intersection: Intersection, network: Network) -> Intersection:
    if any(stage.late_start_ds or stage.early_cutoff_ds for stage in intersection.stages):
        return intersection
    yielding = _yielding(intersection, network)
    stages = {frozenset(stage.groups): stage for stage in reversed(intersection.stages)}
    sets = [frozenset(stage.groups) for stage in intersection.stages]
    sets += [frozenset(one) for one in sorted(_candidates(intersection, yielding), key=lambda one: (-len(one), one))]
    found = [
        one
        for one in dict.fromkeys(sets)
        if not any(one < other and not _frees(one, other, yielding) for other in sets)
    ]
    if len(found) > MOST_STAGES:
        return intersection
    names = _names({stage.id for stage in intersection.stages})
    return replace(
        intersection,
        stages=tuple(
            stages[groups] if groups in stages else Stage(next(names), tuple(sorted(groups)), "derived")
            for groups in found
        ),
    )


def _yielding(intersection: Intersection, network: Network) -> list[list[bool]]:
    """Say of each pair of groups whether drivers of the first yield to drivers of the second."""
    groups = intersection.groups
    return [
        [
            one.user in _DRIVERS
            and other.user in _DRIVERS
            and any(set(other.movements) & set(network.movements[m].yields_to) for m in one.movements)
            for other in groups
        ]
        for one in groups
    ]


def _candidates(intersection: Intersection, yielding: list[list[bool]]) -> Iterator[tuple[int, ...]]:
    """Yield the largest sets of the groups that are served, then those in which nobody yields."""
    served = sorted({group for stage in intersection.stages for group in stage.groups})
    for alone in (False, True):
        barred = [
            [a != b and (intersection.conflict(a, b) or (alone and (yielding[a][b] or yielding[b][a]))) for b in served]
            for a in served
        ]
        for members in maximal_compatible_sets(barred):
            yield tuple(served[place] for place in members)


def _frees(part: frozenset[int], whole: frozenset[int], yielding: list[list[bool]]) -> bool:
    """Whether somebody yields in the whole to those who are not in the part."""
    return any(yielding[one][other] for one in part for other in whole - part)


def _names(taken: set[str]) -> Iterator[str]:
    number = len(taken)
    while True:
        number += 1
        if str(number) not in taken:
            yield str(number)
