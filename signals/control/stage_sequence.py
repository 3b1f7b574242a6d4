"""A cyclic sequence of stages that serves everybody, and the times that its changes take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from signals.model.intersections import Intersection
from signals.model.lanes import User
from signals.model.network import Network

__all__ = ["StageSequence", "protected_links", "stage_sequence"]

MOST_NODES = 20_000
"""So many partial choices are looked at for the smallest sequence; then a small one is enough."""


@dataclass(frozen=True, slots=True)
class StageSequence:
    """Stages in the order in which they are served, again and again.

    Parameters
    ----------
    stages
        Indices within the intersection.
    lost_ds
        Of each stage: from the end of the one before it until all its new vehicles have green.
    shortest_ds
        Of each stage: from the end of the one before it until all its new groups, people on foot too, have had
        their minimum green.
    """

    stages: tuple[int, ...]
    lost_ds: tuple[int, ...]
    shortest_ds: tuple[int, ...]


def stage_sequence(network: Network, intersection: int) -> StageSequence:
    """Choose as few stages as serve every group, in the order of the intersection.

    Those that were derived are left out where the others serve every group: somebody has chosen these for a cycle.

    A movement that may have to yield counts as served only by a stage that stops those it yields to, where there is
    one: an unprotected left turn alone would starve.

    Parameters
    ----------
    network, intersection
        Which intersection of which network.
    """
    place = network.intersections[intersection]
    protected = protected_links(network, intersection)
    served = [frozenset((*stage.groups, *(("link", k) for k in protected[s]))) for s, stage in enumerate(place.stages)]
    usable = _usable(place)
    chosen = tuple(sorted(usable[n] for n in _cover([served[s] for s in usable])))
    before = (*chosen[-1:], *chosen)
    changes = [_change_ds(place, first, then) for first, then in pairwise(before)]
    return StageSequence(chosen, tuple(lost for lost, _ in changes), tuple(shortest for _, shortest in changes))


def _usable(place: Intersection) -> list[int]:
    """Return the stages that were not derived, or all where these do not serve every group that is served."""
    own = [s for s, stage in enumerate(place.stages) if stage.source == "file"]
    everybody = {group for stage in place.stages for group in stage.groups}
    return own if everybody == {g for s in own for g in place.stages[s].groups} else list(range(len(place.stages)))


def protected_links(network: Network, intersection: int) -> list[frozenset[int]]:
    """Return, per stage, the permissive links (network-wide) that are green there and have nobody to yield to."""
    arrays = network.arrays
    first = int(arrays.group_offset[intersection])
    approaches = arrays.approach_offset[intersection : intersection + 2]
    links = range(int(arrays.link_offset[approaches[0]]), int(arrays.link_offset[approaches[1]]))

    def group(link: int) -> int:
        return int(arrays.link_group[link]) - first

    rivals = {
        k: {group(int(other)) for other in arrays.yield_link[arrays.yield_offset[k] : arrays.yield_offset[k + 1]]}
        for k in links
        if arrays.link_permissive[k]
    }
    return [
        frozenset(k for k, foes in rivals.items() if foes and group(k) in stage.groups and not foes & set(stage.groups))
        for stage in network.intersections[intersection].stages
    ]


def _cover(served: Sequence[frozenset[object]]) -> tuple[int, ...]:
    """Return a smallest choice of sets whose union is the union of all (of equally small ones, the first met)."""
    everything = frozenset().union(*served)
    if not everything:
        return ()
    budget, size = iter(range(MOST_NODES)), 1
    while (found := _cover_of(served, everything, size, budget)) is None:
        if next(budget, None) is None:
            return _small_cover(served, everything)
        size += 1
    return found


def _cover_of(
    served: Sequence[frozenset[object]], missing: frozenset[object], size: int, budget: Iterator[int]
) -> tuple[int, ...] | None:
    """Cover what is missing with at most `size` sets, beginning with what fewest sets contain."""
    if not missing:
        return ()
    if size == 0:
        return None
    rarest = min(sorted(missing, key=str), key=lambda item: sum(item in groups for groups in served))
    options = [s for s, groups in enumerate(served) if rarest in groups]
    for s in sorted(options, key=lambda s: -len(served[s] & missing)):
        if next(budget, None) is None:
            return None
        rest = _cover_of(served, missing - served[s], size - 1, budget)
        if rest is not None:
            return (s, *rest)
    return None


def _small_cover(served: Sequence[frozenset[object]], everything: frozenset[object]) -> tuple[int, ...]:
    """Take the set that serves most of what is missing, until nothing is."""
    chosen: list[int] = []
    missing = everything
    while missing:
        best = max(range(len(served)), key=lambda s: (len(served[s] & missing), -s))
        chosen.append(best)
        missing -= served[best]
    return tuple(chosen)


def _change_ds(place: Intersection, first: int, then: int) -> tuple[int, int]:
    """Return how long a change of stages serves nobody new, and when all new groups have had their minimum.

    Where nobody new begins, those who go on gain something (their rivals' end) only after the amber of who ends.
    """
    before, after = set(place.stages[first].groups), place.stages[then].groups
    if first == then:
        before = set()
    ending = before - set(after)
    if set(after) <= before:
        lost = max((place.groups[group].amber_ds for group in ending), default=0)
        return lost, lost + max((place.groups[group].min_green_ds for group in after), default=0)
    lost = shortest = 0
    for group in after:
        if group in before:
            continue
        delay = max((place.intergreen_ds[other][group] or 0 for other in ending), default=0)
        if place.groups[group].user is not User.PEDESTRIAN:
            lost = max(lost, delay)
        shortest = max(shortest, delay + place.groups[group].min_green_ds)
    return lost, shortest
