"""SOTL: self-organising traffic lights, which change when enough time of vehicles has been spent at red.

Source: C. Gershenson, Self-organizing traffic lights, Complex Systems 16, 2005, method *sotl-platoon*; S.-B. Cools,
C. Gershenson and B. D'Hooghe, Self-organizing traffic lights: a realistic simulation, 2007, for its numbers. A counter
kappa adds up, second by second, the vehicles near a red light. When it has reached theta the light asks for green, and
gets it once the running green has lasted phi_min, unless a few vehicles (fewer than mu) are just before the green stop
line: those are let through first, while a long platoon is cut.

The source has two directions; here every signal group counts, a stage asks with the sum of its groups, and of those
beyond theta the highest is served.
"""

from __future__ import annotations

import numpy as np

from signals.control.running_stages import RunningStages, tenths
from signals.control.stage_sums import DoubleArray, StageSums
from signals.control.wishes import NO_STAGE
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import BoolArray, Decision, Snapshot

__all__ = ["Sotl"]


CALLED_VEH = 1.0
"""What a called pedestrian group counts for; the source has no people on foot."""


class Sotl:
    """Self-organising lights, every intersection by itself.

    What is not known (NaN) counts as nothing.

    Parameters
    ----------
    network
        The network.
    theta_veh_s
        Vehicles times seconds at red before a stage asks for green.
    phi_min_s
        Shortest green before a change. Of 5, 10, 15 and 20 s, 15 s did best in one run of cologne1 (seed 1): a change
        costs 5 to 10 s of green here, which the two directions of the source do not lose.
    mu_veh
        A platoon of as many vehicles is cut, fewer are let through.
    omega_m
        How near to a green stop line a vehicle is let through.
    rho_m
        How far from a red stop line vehicles count.
    """

    def __init__(
        self,
        network: Network,
        *,
        theta_veh_s: float = 41.0,
        phi_min_s: float = 15.0,
        mu_veh: float = 3.0,
        omega_m: float = 25.0,
        rho_m: float = 80.0,
    ) -> None:
        arrays = network.arrays
        stages = np.diff(arrays.stage_offset)
        self._theta, self._phi_min_ds, self._mu = theta_veh_s, tenths(phi_min_s), mu_veh
        self._omega_m, self._rho_m = omega_m, rho_m
        self._running = RunningStages(network, np.where(stages > 0, 0, NO_STAGE).astype(np.int32))
        self._sum = StageSums(network, 0.0)
        self._first_stage, self._link_group = arrays.stage_offset, arrays.link_group
        self._approaches = np.arange(len(arrays.approach_lane))
        self._link_approach = np.repeat(self._approaches, np.diff(arrays.link_offset))
        self._approach_place = np.repeat(np.arange(len(stages)), np.diff(arrays.approach_offset))
        self._walker = np.where(arrays.group_user == User.PEDESTRIAN, CALLED_VEH, 0.0)
        self._kappa: DoubleArray = np.zeros(len(arrays.group_user))
        self._shown_ds = np.zeros(len(stages), np.int64)
        self._time_s = np.nan

    def decide(self, snapshot: Snapshot) -> Decision:
        """Count who spends time at red, and change where that is enough."""
        running, now_ds = self._running, tenths(snapshot.time_s)
        running.watch(snapshot)
        self._shown_ds[~running.shown] = now_ds
        self._count(snapshot)
        due = running.mature & (now_ds - self._shown_ds >= self._phi_min_ds) & ~self._tail(snapshot)
        if due.any():
            asks = self._sum.of_groups(self._kappa)
            for i in np.flatnonzero(due):
                mine = asks[self._first_stage[i] : self._first_stage[i + 1]]
                best = int(np.argmax(mine))
                if mine[best] >= self._theta and best != running.stage[i]:
                    running.ask(int(i), best, snapshot)
        return running.decide(snapshot)

    def _count(self, snapshot: Snapshot) -> None:
        """Add the time since the last tick to the counters of all who are not served."""
        elapsed_s = 0.0 if np.isnan(self._time_s) else max(snapshot.time_s - self._time_s, 0.0)
        self._time_s = snapshot.time_s
        links = self._near(snapshot, self._rho_m)[self._link_approach] * np.nan_to_num(snapshot.link_share)
        veh = np.bincount(self._link_group, links, len(self._kappa)) + self._walker * snapshot.demand
        self._kappa = np.where(self._running.in_stage, 0.0, self._kappa + elapsed_s * veh)

    def _tail(self, snapshot: Snapshot) -> BoolArray:
        """Return bool [nI]: whether a few vehicles, but no platoon, are just before a green stop line."""
        green = np.zeros(len(self._approaches), np.bool_)
        green[self._link_approach[self._running.in_stage[self._link_group]]] = True
        near = np.where(green, self._near(snapshot, self._omega_m), 0.0)
        veh = np.bincount(self._approach_place, near, len(self._shown_ds))
        found: BoolArray = (veh > 0) & (veh < self._mu)
        return found

    def _near(self, snapshot: Snapshot, reach_m: float) -> DoubleArray:
        """Return float64 [nA]: the vehicles within a distance of each stop line."""
        approach = np.repeat(self._approaches, np.diff(snapshot.arrival_offset))
        near = np.where(snapshot.arrival_distance_m <= reach_m, np.nan_to_num(snapshot.arrival_weight), 0.0)
        return np.bincount(approach, near, len(self._approaches)).astype(np.float64)
