"""Vehicle-actuated control: each green lasts as long as vehicles keep coming, and what nobody needs is skipped.

The classical logic of signal controllers (gap-out, max-out, skip, rest in green), e.g. FHWA, Traffic Signal Timing
Manual, 2nd edition 2015, chapter 5, applied to signal groups in the order of the deployed plan
(`signals.control.group_steps`). SUMO's ``actuated`` programs use the same rule with detectors 2 s of driving before the
stop line and a gap of 3 s for all lanes of a stage together.
"""

from __future__ import annotations

import numpy as np

from signals.control.green_chains import longest_chain_ds
from signals.control.group_steps import GroupSteps, steps_of
from signals.control.running_stages import tenths
from signals.model.intersections import Intersection
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import BoolArray, Decision, IntArray, Snapshot

__all__ = ["Actuated", "maxima_ds"]

SHORTEST_MAXIMUM_DS = 150
"""A queue of six vehicles."""
SHORTEST_GREEN_DS = 50
SHARE_OF_MAX_RED = 0.75
"""The guard steps in about a change of stages before the maximum red is over."""


class Actuated:
    """Vehicle-actuated groups in the order of the plan, every intersection by itself.

    A green ends when somebody waits for a later one and either no vehicle has been near its stop lines for `gap_s`
    (gap-out), or it has been green for its maximum since somebody who conflicts with it waited (max-out). While nobody
    waits, it stays. A failed detector (gap unknown) counts as a vehicle, so that its groups run to their maximum.

    Parameters
    ----------
    network
        The network.
    gap_s
        The gap that ends a green: the manual's 3 s, and SUMO's.
    max_green_s
        The longest green against somebody waiting. It is shorter where a group has a shorter maximum, and where the
        intersection has a fixed-time plan: `plan_share` times the green that the group has there, but at least 15 s.
        And all of them are shortened alike where a cycle of maxima would keep somebody waiting longer than the maximum
        red.
    plan_share
        The manual's 1.5 (chapter 6: 1.25 to 1.5).
    """

    def __init__(
        self, network: Network, *, gap_s: float = 3.0, max_green_s: float = 40.0, plan_share: float = 1.5
    ) -> None:
        arrays = network.arrays
        self._gap_s = gap_s
        self._steps = GroupSteps(network, maxima_ds(network, tenths(max_green_s), plan_share))
        self._link_group = arrays.link_group
        self._link_approach = np.repeat(np.arange(len(arrays.approach_lane)), np.diff(arrays.link_offset))
        self._groups = len(arrays.group_user)

    def decide(self, snapshot: Snapshot) -> Decision:
        """End the greens that nobody uses any more, or for too long."""
        return self._steps.decide(snapshot, self._used(snapshot))

    def _used(self, snapshot: Snapshot) -> BoolArray:
        """Return bool [nG]: whether a vehicle has lately been near one of its stop lines."""
        near = ~(snapshot.gap_s > self._gap_s)  # NaN is near
        found = np.zeros(self._groups, np.bool_)
        found[self._link_group[near[self._link_approach]]] = True
        return found


def maxima_ds(network: Network, usual_ds: int, plan_share: float) -> IntArray:
    """Return int32 [nG]: the maximum green of every group.

    Parameters
    ----------
    network
        The network.
    usual_ds
        Where nothing else makes it shorter.
    plan_share
        How much longer than in the plan.
    """
    found = [_maxima_ds(network, i, usual_ds, plan_share) for i in range(len(network.intersections))]
    return np.array([one for place in found for one in place], np.int32)


def _maxima_ds(network: Network, i: int, usual_ds: int, plan_share: float) -> list[int]:
    """Return the maximum green of every group of an intersection."""
    place = network.intersections[i]
    longest_ds = [_longest_ds(place, group, usual_ds, plan_share) for group in range(len(place.groups))]
    cycle_ds, lost_ds = longest_chain_ds(place, steps_of(network, i), longest_ds)
    green_ds = min(group.max_red_ds for group in place.groups) * SHARE_OF_MAX_RED - lost_ds
    if cycle_ds <= green_ds:
        return longest_ds
    share = max(green_ds, 0) / cycle_ds
    return [max(round(one_ds * share), SHORTEST_GREEN_DS) for one_ds in longest_ds]


def _longest_ds(place: Intersection, group: int, usual_ds: int, plan_share: float) -> int:
    """Return the maximum green of a group."""
    longest_ds = min(usual_ds, place.groups[group].max_green_ds)
    planned_ds = _planned_green_ds(place, group)
    if planned_ds and place.groups[group].user is not User.PEDESTRIAN:
        longest_ds = min(longest_ds, max(round(planned_ds * plan_share), SHORTEST_MAXIMUM_DS))
    return longest_ds


def _planned_green_ds(place: Intersection, group: int) -> int:
    """Return the longest green of a group in the first plan of its intersection; 0 where it has none."""
    steps = place.plans[0].steps if place.plans else ()
    run_ds = longest_ds = 0
    for step in (*steps, *steps):  # twice: a green may go on across the end of the cycle
        run_ds = run_ds + step.duration_ds if group in step.groups else 0
        longest_ds = max(longest_ds, run_ds)
    return min(longest_ds, sum(step.duration_ds for step in steps))
