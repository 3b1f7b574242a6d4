"""Delay-based actuation: a green is extended while vehicles that have lost time are still on their way to it.

Source: R. Oertel and P. Wagner, Delay-time actuated traffic signal control for an isolated intersection, 90th Annual
Meeting of the Transportation Research Board, 2011, and SUMO's programs of the type ``delay_based``, which are made
after it: vehicles within the range of a detector gather time loss; the running stage is prolonged while one of them
has lost more than a minimum and can reach the stop line before the maximum green is over. It needs to see vehicles,
not only a loop; who rolls through without a loss does not extend a green.
"""

from __future__ import annotations

import numpy as np

from signals.control.actuated import maxima_ds
from signals.control.gathered_delay import GatheredDelay
from signals.control.group_steps import GroupSteps
from signals.control.running_stages import tenths
from signals.model.network import Network
from signals.model.values import BoolArray, Decision, Snapshot

__all__ = ["DelayBased"]


class DelayBased:
    """Delay-based extension of greens in the order of the plan, every intersection by itself.

    All but the rule of extension is as in `signals.control.actuated`: order, skips, maxima. Where vehicles are only
    inferred, from loops, a green is extended while somebody stands.

    Parameters
    ----------
    network
        The network.
    min_time_loss_s
        A vehicle that lost less does not extend; SUMO's 1 s.
    range_m
        How far from the stop line vehicles count; SUMO's 100 m.
    max_green_s, plan_share
        The longest greens, as of `signals.control.actuated.Actuated`.
    """

    def __init__(
        self,
        network: Network,
        *,
        min_time_loss_s: float = 1.0,
        range_m: float = 100.0,
        max_green_s: float = 40.0,
        plan_share: float = 1.5,
    ) -> None:
        arrays = network.arrays
        self._min_time_loss_s, self._range_m = min_time_loss_s, range_m
        self._delay = GatheredDelay(network)
        self._steps = GroupSteps(network, maxima_ds(network, tenths(max_green_s), plan_share))
        self._limit_mps = arrays.lane_speed_mps[arrays.approach_lane].astype(np.float64)
        self._link_group = arrays.link_group
        self._link_approach = np.repeat(np.arange(len(arrays.approach_lane)), np.diff(arrays.link_offset))
        self._groups = len(arrays.group_user)

    def decide(self, snapshot: Snapshot) -> Decision:
        """End the greens that nobody who lost time is on the way to any more, or that last too long."""
        self._delay.gather(snapshot)
        return self._steps.decide(snapshot, self._used(snapshot))

    def _used(self, snapshot: Snapshot) -> BoolArray:
        """Return bool [nG]: whether a delayed vehicle can still be served."""
        count = len(self._limit_mps)
        approach = np.repeat(np.arange(count), np.diff(snapshot.arrival_offset))
        delayed = np.where(
            snapshot.arrival_handle != 0,
            self._delay.row_s > self._min_time_loss_s,
            snapshot.arrival_speed_mps <= 0.0,
        )
        delayed &= snapshot.arrival_distance_m <= self._range_m
        far_s = np.full(count, np.inf)
        reach_s = snapshot.arrival_distance_m / self._limit_mps[approach]
        np.minimum.at(far_s, approach[delayed], reach_s[delayed])
        nearest_s = far_s[self._link_approach]
        found = np.zeros(self._groups, np.bool_)
        found[self._link_group[nearest_s <= self._steps.left_ds(snapshot.time_s)[self._link_group] / 10.0]] = True
        return found
