"""Vehicles on their way to a stop line, gathered into clusters that are served as one.

Source: X.-F. Xie, S. F. Smith, L. Lu and G. J. Barlow, Schedule-driven intersection control, Transportation Research
Part C 24, 2012: vehicles closer together than a threshold are a cluster; who stands, and who will come while they
leave, is the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

__all__ = ["Arrival", "Cluster", "clusters_of"]


class Arrival(NamedTuple):
    """Somebody who arrives.

    Attributes
    ----------
    time_s
        When, from now, at the stop line if nobody is in the way; 0 of who stands.
    veh
        How many: the probability that it goes there.
    lane
        On which lane.
    """

    time_s: float
    veh: float
    lane: int


class Cluster(NamedTuple):
    """Vehicles that are served one after the other, on all lanes of a stage at the same time.

    Attributes
    ----------
    veh
        How many.
    arrival_s
        When the first arrives.
    long_s
        For how long they pass if nobody stops them.
    short_s
        For how long they pass if they have been stopped.
    """

    veh: float
    arrival_s: float
    long_s: float
    short_s: float


def clusters_of(arrivals: Iterable[Arrival], headway_s: float, gap_s: float, most: int) -> list[Cluster]:
    """Gather arrivals.

    Parameters
    ----------
    arrivals
        Who arrives, in any order.
    headway_s
        Saturation headway of a lane.
    gap_s
        Who comes at most so long after the one before belongs to the same cluster.
    most
        So many clusters at most: those that are nearest to each other are joined.
    """
    ordered = sorted(arrivals)
    groups: list[list[Arrival]] = []
    for one in ordered:
        if groups and one.time_s <= _until_s(groups[-1], headway_s) + gap_s:
            groups[-1].append(one)
        else:
            groups.append([one])
    while len(groups) > most:
        gaps = [then[0].time_s - _until_s(first, headway_s) for first, then in pairwise(groups)]
        k = gaps.index(min(gaps))
        groups[k : k + 2] = [groups[k] + groups[k + 1]]
    return [_cluster(group, headway_s) for group in groups]


def _until_s(group: list[Arrival], headway_s: float) -> float:
    """Return when the last one has passed, at the earliest."""
    return max(group[-1].time_s, group[0].time_s + _discharge_s(group, headway_s) - headway_s)


def _cluster(group: list[Arrival], headway_s: float) -> Cluster:
    short_s = _discharge_s(group, headway_s)
    arrival_s = group[0].time_s
    return Cluster(
        sum(one.veh for one in group), arrival_s, max(group[-1].time_s - arrival_s + headway_s, short_s), short_s
    )


def _discharge_s(group: list[Arrival], headway_s: float) -> float:
    """Return how long the fullest lane needs."""
    lanes: dict[int, float] = {}
    for one in group:
        lanes[one.lane] = lanes.get(one.lane, 0.0) + one.veh
    return max(lanes.values()) * headway_s
