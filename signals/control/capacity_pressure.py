"""Capacity-aware max pressure: pressure is measured against the room that a road has, so that full exits get nobody.

Source: J. Gregoire, X. Qian, E. Frazzoli, A. de La Fortelle and T. Wongpiromsarn, Capacity-aware backpressure traffic
signal control, IEEE Transactions on Control of Network Systems 2(2), 2015. The pressure of a road a with q vehicles
and room for C_a is ``P_a(q) = min(1, (q / C + (2 - C_a / C) (q / C_a)^m) / (1 + (q / C_a)^(m - 1)))``, where C is far
beyond every C_a and m > 1: few vehicles count in proportion to their number whatever the road, as in plain max
pressure, and a full road has the pressure 1, which no road before it can exceed. The weight of a movement is its
saturation flow times ``max(P_a - P_b, 0)``, so that a movement without room counts as nothing and never against those
that have room.
"""

from __future__ import annotations

import numpy as np

from signals.control.stage_sums import DoubleArray, StageSums
from signals.control.timed_choice import TimedChoice
from signals.model.network import Network
from signals.model.values import Decision, FloatArray, Snapshot

__all__ = ["CapacityPressure", "normalised_pressure"]

VEHICLE_M = 7.5
"""Room that a standing car takes: 5 m and a gap of 2.5 m."""
SIGHT_M = 200.0
"""Vehicles are counted as far as that, also over shorter lanes before the approach."""


class CapacityPressure:
    """Acyclic max pressure with normalised pressures, every intersection by itself.

    When a stage has been green for `decision_s`, and after that every `decision_s`, the stage of highest pressure is
    chosen; of equal ones the running one, then the first. What is not known (NaN) counts as nothing. All exits count,
    not only those with a signal at their end: a jam in them holds up just the same.

    Parameters
    ----------
    network
        The network.
    decision_s
        Green between two choices; as of `signals.control.max_pressure`, so that only the weights differ.
    exponent
        The formula's m; 4 lets a road be half full before its room begins to matter.
    far_veh
        The formula's C, beyond the room of every road (a lane of 200 m has room for 27).
    pedestrian_weight
        Pressure of a called pedestrian group, in vehicles.
    """

    def __init__(
        self,
        network: Network,
        *,
        decision_s: float = 10.0,
        exponent: float = 4.0,
        far_veh: float = 500.0,
        pedestrian_weight: float = 1.0,
    ) -> None:
        arrays = network.arrays
        self._choice = TimedChoice(network, decision_s=decision_s)
        self._sum = StageSums(network, pedestrian_weight / far_veh)
        self._exponent, self._far_veh = exponent, far_veh
        self._link_approach = np.repeat(np.arange(len(arrays.approach_lane)), np.diff(arrays.link_offset))
        lane_m = arrays.lane_length_m.astype(np.float64)
        self._room_before_veh = np.maximum(lane_m[arrays.approach_lane], SIGHT_M) / VEHICLE_M
        self._exit_lane = arrays.link_to_lane
        self._room_behind_veh = np.maximum(lane_m[self._exit_lane] / VEHICLE_M, 1.0)

    def decide(self, snapshot: Snapshot) -> Decision:
        """Choose where a choice is due."""
        return self._choice.decide(snapshot, self._pressure)

    def _pressure(self, snapshot: Snapshot) -> DoubleArray:
        """Return float64 [nS]: the pressure of every stage."""
        before = self._normalised(snapshot.count_veh, self._room_before_veh)[self._link_approach]
        behind = self._normalised(snapshot.lane_veh[self._exit_lane], self._room_behind_veh)
        # A lane's saturation flow is shared by its movements as its vehicles are.
        weight: DoubleArray = np.maximum(before - behind, 0.0) * np.nan_to_num(snapshot.link_share).astype(np.float64)
        return self._sum.of_links(weight, snapshot)

    def _normalised(self, veh: FloatArray, room_veh: DoubleArray) -> DoubleArray:
        return normalised_pressure(np.nan_to_num(veh).astype(np.float64), room_veh, self._far_veh, self._exponent)


def normalised_pressure(veh: DoubleArray, room_veh: DoubleArray, far_veh: float, exponent: float) -> DoubleArray:
    """Return the pressure of roads, 0 to 1.

    Parameters
    ----------
    veh, room_veh
        Vehicles on each road, and how many it has room for.
    far_veh, exponent
        The formula's C and m.
    """
    share = veh / room_veh
    curved = veh / far_veh + (2.0 - room_veh / far_veh) * share**exponent
    found: DoubleArray = np.minimum(curved / (1.0 + share ** (exponent - 1.0)), 1.0)
    return found
