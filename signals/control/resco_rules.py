"""RESCO's two rules as its code has them, for comparison with what was published.

Source: RESCO (J. Ault and G. Sharon, NeurIPS Datasets and Benchmarks 2021), ``agents/maxwave.py`` (Greedy in the
paper), ``agents/maxpressure.py``, ``states.py`` and ``traffic_signal.py``. They differ from `signals.control.greedy`
and `signals.control.max_pressure`, which are as one would build them: whole lanes count, but only the last ones before
the stop lines; of equal stages the first is taken; and choices fall on a grid of ten seconds.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from signals.control.decision_grid import DecisionGrid
from signals.control.resco_lanes import SHORT_M, StageLanes, find_lanes, read_lanes
from signals.control.stage_sums import DoubleArray
from signals.control.wishes import NO_STAGE, Wishes
from signals.model.network import Network
from signals.model.values import BoolArray, Decision, IntArray, Snapshot

__all__ = ["RescoGreedy", "RescoMaxPressure"]

STANDING_MPS = 0.1
"""SUMO's own bound of standing, which RESCO goes by."""
_LIKELY = 0.5
"""On the way to a stop line is who is more probably than not bound for it."""
_AT_THE_LINE_M = 0.1
"""Tolerance of a position on a lane."""


class RescoGreedy:
    """Most vehicles within 50 m of the stop lines of a stage, standing or not.

    Parameters
    ----------
    network
        The network.
    decision_s, amber_s
        See `signals.control.decision_grid.DecisionGrid`.
    signal_config_file
        RESCO's own table of lanes; where it is not given they are found in the network.
    near_m
        How far from the stop line a vehicle counts.

    Raises
    ------
    InputError
        When the times make no sense or the table cannot be used.
    """

    def __init__(
        self,
        network: Network,
        *,
        decision_s: float = 10.0,
        amber_s: float = 3.0,
        signal_config_file: str = "",
        near_m: float = 50.0,
    ) -> None:
        lanes = _lanes(network, signal_config_file)
        self._road = _Road(network, near_m)
        chooser = _Chooser(network, lambda snapshot: _sums(network, lanes.served, self._road.vehicles(snapshot)))
        self._grid = DecisionGrid(network, chooser, decision_s=decision_s, amber_s=amber_s, watches=False)

    def decide(self, snapshot: Snapshot) -> Decision:
        """Choose where a choice is due, else want what was chosen."""
        return self._grid.decide(snapshot)


class RescoMaxPressure:
    """Most vehicles queued before a stage, less those queued before the next signals.

    Parameters
    ----------
    network
        The network.
    decision_s, amber_s
        See `signals.control.decision_grid.DecisionGrid`.
    signal_config_file
        RESCO's own table of lanes; where it is not given they are found in the network.
    near_m
        How far from the stop line a vehicle counts.

    Raises
    ------
    InputError
        When the times make no sense or the table cannot be used.
    """

    def __init__(
        self,
        network: Network,
        *,
        decision_s: float = 10.0,
        amber_s: float = 3.0,
        signal_config_file: str = "",
        near_m: float = 200.0,
    ) -> None:
        self._network, self._lanes = network, _lanes(network, signal_config_file)
        self._road = _Road(network, near_m)
        chooser = _Chooser(network, self._pressure)
        self._grid = DecisionGrid(network, chooser, decision_s=decision_s, amber_s=amber_s, watches=False)

    def decide(self, snapshot: Snapshot) -> Decision:
        """Choose where a choice is due, else want what was chosen."""
        return self._grid.decide(snapshot)

    def _pressure(self, snapshot: Snapshot) -> DoubleArray:
        """Return float64 [nS]."""
        queue_veh = self._road.queue(snapshot)
        ahead = _sums(self._network, self._lanes.beyond, queue_veh)
        return _sums(self._network, self._lanes.served, queue_veh) - ahead


class _Chooser:
    """Takes the stage that is worth most whenever it is asked; of equal ones the first."""

    def __init__(self, network: Network, worth: Callable[[Snapshot], DoubleArray]) -> None:
        self._wishes, self._worth = Wishes(network), worth
        self._stage_offset = network.arrays.stage_offset

    def decide(self, snapshot: Snapshot) -> Decision:
        """Choose everywhere."""
        worth = self._worth(snapshot)
        parts = np.split(worth, self._stage_offset[1:-1])
        stage = [int(np.argmax(part)) if len(part) else NO_STAGE for part in parts]
        return self._wishes.of_stages(np.array(stage, np.int32))


class _Road:
    """Vehicles on the last lanes before the stop lines (a short one is looked through), and who of them is queued.

    Queued is who stands, or stood when it was looked at before. The first look at a vehicle does not count for later
    ones: RESCO then forgets what it has just noted.
    """

    def __init__(self, network: Network, near_m: float) -> None:
        arrays = network.arrays
        self._approaches = len(arrays.approach_lane)
        length_m = arrays.lane_length_m[arrays.approach_lane]
        self._reach_m = np.where(length_m < SHORT_M, near_m, np.minimum(length_m + _AT_THE_LINE_M, near_m))
        self._owner = np.repeat(np.arange(len(network.intersections)), np.diff(arrays.approach_offset))
        self._seen: set[tuple[int, int]] | None = None
        self._stood: set[tuple[int, int]] = set()

    def vehicles(self, snapshot: Snapshot) -> DoubleArray:
        """Return float64 [nA]: how many there are."""
        approach, _ = self._near(snapshot)
        return np.bincount(approach, minlength=self._approaches).astype(np.float64)

    def queue(self, snapshot: Snapshot) -> DoubleArray:
        """Return float64 [nA]: how many of them are queued, and remember who."""
        approach, near = self._near(snapshot)
        who = list(zip(self._owner[approach].tolist(), snapshot.arrival_handle[near].tolist(), strict=True))
        stands = snapshot.arrival_speed_mps[near] < STANDING_MPS
        queued = np.array([vehicle in self._stood for vehicle in who], np.bool_) | stands
        seen = set(who)
        known = seen if self._seen is None else self._seen
        self._stood = {
            vehicle for vehicle, stays in zip(who, queued.tolist(), strict=True) if stays and vehicle in known
        }
        self._seen = seen
        return np.bincount(approach, queued, self._approaches).astype(np.float64)

    def _near(self, snapshot: Snapshot) -> tuple[IntArray, BoolArray]:
        """Return the approaches of those who are near, int32 [n], and which rows of the arrivals they are."""
        approach = np.repeat(np.arange(self._approaches, dtype=np.int32), np.diff(snapshot.arrival_offset))
        near: BoolArray = (snapshot.arrival_distance_m <= self._reach_m[approach]) & (snapshot.arrival_weight > _LIKELY)
        return approach[near], near


def _lanes(network: Network, signal_config_file: str) -> StageLanes:
    return read_lanes(signal_config_file, network) if signal_config_file else find_lanes(network)


def _sums(network: Network, pairs: IntArray, approach_veh: DoubleArray) -> DoubleArray:
    """Return float64 [nS]: the sum over the lanes of every stage."""
    stages = int(network.arrays.stage_offset[-1])
    return np.bincount(pairs[:, 0], approach_veh[pairs[:, 1]], stages).astype(np.float64)
