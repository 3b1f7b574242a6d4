"""Which induction loops count for which approach."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from signals.kernels.loops import LoopPlaces
from signals.model.feeders import Feeders
from signals.model.network import Detector, Network

__all__ = ["loop_places"]

STOP_LINE_M = 10.0
"""A loop that begins no further than this before the end of an approach lane is its stop-line loop."""
PROBABLE = 0.1
"""A loop upstream counts for approaches where its vehicles go at least this probably."""


def loop_places(network: Network, reach: Feeders) -> LoopPlaces:
    """Assign the detectors of a network.

    The stop-line loop is the one nearest the end of the approach lane, within 10 m of it. Vehicles are counted in at
    the loop of that lane furthest upstream; where it has none, on every way to it at the last lane that has loops.

    Parameters
    ----------
    network
        The network and its detectors.
    reach
        Its feeders.
    """
    arrays = network.arrays
    on_lane: dict[int, list[int]] = defaultdict(list)
    for number, detector in enumerate(network.detectors):
        on_lane[detector.lane].append(number)
    feeding = _feeding(reach, len(arrays.approach_lane))
    stop, rows = [], []
    for approach, lane in enumerate(arrays.approach_lane.tolist()):
        near = [number for number in on_lane[lane] if _to_end_m(network, number) <= STOP_LINE_M]
        stop.append(min(near, key=lambda number: _to_end_m(network, number), default=-1))
        far = [number for number in on_lane[lane] if number not in near]
        found = [(_furthest(network, far), 0.0, 1.0)] if far else []
        rows.append(found or _upstream(network, on_lane, feeding[approach]))
    flat = [row for found in rows for row in found]
    return LoopPlaces(
        stop_loop=np.array(stop, np.int32),
        loop_offset=np.cumsum([0, *map(len, rows)], dtype=np.int32),
        loop=np.array([number for number, _, _ in flat], np.int32),
        loop_distance_m=np.array([_to_end_m(network, number) + way for number, way, _ in flat], np.float32),
        loop_weight=np.array([weight for _, _, weight in flat], np.float32),
        speed_mps=arrays.lane_speed_mps[arrays.approach_lane],
        lane=arrays.approach_lane,
        lane_length_m=arrays.lane_length_m[arrays.approach_lane],
    )


def _to_end_m(network: Network, number: int) -> float:
    detector: Detector = network.detectors[number]
    return max(network.lanes[detector.lane].length_m - detector.position_m, 0.0)


def _furthest(network: Network, numbers: Iterable[int]) -> int:
    return max(numbers, key=lambda number: _to_end_m(network, number))


def _feeding(reach: Feeders, approaches: int) -> list[list[tuple[float, int, float]]]:
    """Return per approach (distance from the end of the lane, lane, probability), nearest first."""
    found: list[list[tuple[float, int, float]]] = [[] for _ in range(approaches)]
    lane_of_row = np.repeat(np.arange(len(reach.lane_offset) - 1), np.diff(reach.lane_offset))
    columns = (reach.distance_m, lane_of_row, reach.probability, reach.approach)
    for distance_m, lane, probability, approach in zip(*(column.tolist() for column in columns), strict=True):
        found[approach].append((distance_m, lane, probability))
    return [sorted(rows) for rows in found]


def _upstream(
    network: Network, on_lane: dict[int, list[int]], feeding: Iterable[tuple[float, int, float]]
) -> list[tuple[int, float, float]]:
    """Return (detector, way from the end of its lane to the stop line, probability) on the lanes that feed one."""
    rows = [row for row in feeding if row[0] > 0.0 and row[2] >= PROBABLE]
    after = _successors(network, {lane for _, lane, _ in rows})
    chosen: dict[int, tuple[int, float, float]] = {}
    for distance_m, lane, probability in rows:
        if on_lane[lane] and not _leads_over(lane, after, chosen):
            chosen[lane] = (_furthest(network, on_lane[lane]), distance_m, probability)
    return list(chosen.values())


def _successors(network: Network, lanes: set[int]) -> dict[int, set[int]]:
    """Return which of the lanes follows directly on which."""
    after: dict[int, set[int]] = {lane: set() for lane in lanes}
    for movement in network.movements:
        chain = (movement.from_lane, *movement.via)
        for lane in chain:
            if lane in lanes and movement.to_lane in lanes:
                after[lane].add(movement.to_lane)
    return after


def _leads_over(lane: int, after: dict[int, set[int]], chosen: Iterable[int]) -> bool:
    """Whether a vehicle from a lane comes over one of the chosen lanes."""
    seen, rest = {lane}, [lane]
    while rest:
        for following in after[rest.pop()] - seen:
            seen.add(following)
            rest.append(following)
    return any(other in seen for other in chosen)
