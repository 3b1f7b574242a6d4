"""Which induction loops count for which approach."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from signals.kernels.loop_values import LoopPlaces
from signals.model.feeders import Feeders, feeders
from signals.model.lanes import User
from signals.model.network import Detector, Network
from signals.model.sole_ways import sole_ways
from signals.model.values import FloatArray

__all__ = ["loop_places"]


class Row(NamedTuple):
    """Where vehicles go: by a link (-1: from a lane that feeds), to an approach, how far, and how probably."""

    link: int
    approach: int
    distance_m: float
    probability: float


class Post(NamedTuple):
    """A loop that counts in, how far it is to the stop line, and the row of its lane (-1: it is the approach's)."""

    loop: int
    distance_m: float
    row: int


STOP_LINE_M = 10.0
"""A loop that begins no further than this before the end of an approach lane is its stop-line loop."""
LEAST_M = 3.0
"""On a lane that is shorter nobody stands: vehicles stop before it, and are seen from what leads to it."""
ALONG_M = 60.0
"""Loops on the only way to a stop line are as good as on its lane, if no farther away: few change lanes after them."""
APART_M = 20.0
"""A loop tells something new if it is so much farther away than another one."""
FAR_M = 600.0
"""Who has left a stop line is followed as far as this."""
LANE_CHANGE = 0.5
"""Of those who enter a road of several lanes, as many leave it on another lane than their first."""
CYCLING_MPS = 5.0
"""Whatever the limit, cyclists ride at about 18 km/h."""
PROBABLE = 0.1
"""A loop upstream counts for approaches where its vehicles go at least this probably."""


def loop_places(network: Network, range_m: float) -> LoopPlaces:
    """Assign the detectors of a network.

    The stop-line loop is the one nearest the end of the approach lane, within 10 m of it; where that lane is too short
    to stand on, of what leads to it and nowhere else. The others of that lane count in; where it has none, those of
    what leads to it and nowhere else, within 60 m; with either, those farther away on the same way; where there are
    none, those on every way to it at the last lane that has loops. Stop-line loops tell the next stop lines of who has
    left.

    Parameters
    ----------
    network
        The network and its detectors.
    range_m
        How far before a stop line vehicles are of interest, and loops on feeding lanes are looked for.
    """
    arrays, reach = network.arrays, feeders(network, range_m)
    on_lane: dict[int, list[int]] = defaultdict(list)
    for number, detector in enumerate(network.detectors):
        on_lane[detector.lane].append(number)
    feeding, sole = _feeding(reach, len(arrays.approach_lane)), sole_ways(network)
    stop, posts, feeds = [], list[list[Post]](), list[Row]()
    for approach, lane in enumerate(arrays.approach_lane.tolist()):
        here = on_lane[lane] if network.lanes[lane].length_m >= LEAST_M else []
        near = [number for number in here if _to_end_m(network, number) <= STOP_LINE_M]
        if network.lanes[lane].length_m < LEAST_M:
            near = _before(network, on_lane, (lane, *sole[lane]))
        stop.append(min(near, key=lambda number: _to_end_m(network, number), default=-1))
        own = [Post(number, _to_end_m(network, number), -1) for number in here if number not in near]
        ways = _on_the_way(network, on_lane, sole[lane], near, feeding[approach])
        own = own or _near_enough(ways)
        own += _beyond(ways, own)
        if not own:
            elsewhere = {
                place: [number for number in numbers if number not in near] for place, numbers in on_lane.items()
            }
            for number, way_m, probability in _upstream(network, elsewhere, feeding[approach]):
                own.append(Post(number, _to_end_m(network, number) + way_m, len(feeds)))
                feeds.append(Row(-1, approach, own[-1].distance_m, probability))
        posts.append(sorted(own, key=lambda post: -post.distance_m))
    far = feeders(network, FAR_M)
    onward = [_onward(network, approach, far) for approach in range(len(stop))]
    return _tables(network, _sight(network, reach, range_m), stop, posts, onward, feeds)


def _on_the_way(
    network: Network,
    on_lane: Mapping[int, list[int]],
    lanes: Iterable[int],
    near: list[int],
    feeding: Iterable[tuple[float, int, float]],
) -> list[list[Post]]:
    """Return the loops on each lane that leads to a stop line and nowhere else, the nearest lane first."""
    away_m = {lane: distance_m for distance_m, lane, _ in feeding}
    return [
        [Post(number, away_m[lane] + _to_end_m(network, number), -1) for number in on_lane[lane] if number not in near]
        for lane in lanes
        if lane in away_m and lane in on_lane
    ]


def _near_enough(ways: Iterable[list[Post]]) -> list[Post]:
    """Return the loops of the first lane that has some near enough to stand for those of the approach lane."""
    near = ([post for post in posts if STOP_LINE_M < post.distance_m <= ALONG_M] for posts in ways)
    return next((posts for posts in near if posts), [])


def _beyond(ways: Iterable[list[Post]], own: Sequence[Post]) -> list[Post]:
    """Return the loops that are farther away than those of the approach lane: they tell of who comes earlier."""
    far_m = max((post.distance_m for post in own), default=np.inf) + APART_M
    return [post for posts in ways for post in posts if post.distance_m >= far_m]


def _tables(
    network: Network,
    sight_m: FloatArray,
    stop: list[int],
    posts: list[list[Post]],
    onward: list[list[Row]],
    feeds: list[Row],
) -> LoopPlaces:
    """Put what was found into arrays; the rows of feeding lanes come last."""
    arrays = network.arrays
    flat, places = [row for found in onward for row in found], [post for found in posts for post in found]
    rows, beside = [*flat, *feeds], [_others(network, approach) for approach in range(len(stop))]
    return LoopPlaces(
        stop_loop=np.array(stop, np.int32),
        post_offset=np.cumsum([0, *map(len, posts)], dtype=np.int32),
        post_loop=np.array([post.loop for post in places], np.int32),
        post_distance_m=np.array([post.distance_m for post in places], np.float32),
        post_row=np.array([post.row + len(flat) if post.row >= 0 else -1 for post in places], np.int32),
        row_offset=np.cumsum([0, *map(len, onward)], dtype=np.int32),
        row_link=np.array([row.link for row in rows], np.int32),
        row_approach=np.array([row.approach for row in rows], np.int32),
        row_distance_m=np.array([row.distance_m for row in rows], np.float32),
        row_prior=np.array([row.probability for row in rows], np.float32),
        speed_mps=_speed(network),
        sight_m=sight_m,
        lane=arrays.approach_lane,
        lane_length_m=arrays.lane_length_m[arrays.approach_lane],
        beside_offset=np.cumsum([0, *map(len, beside)], dtype=np.int32),
        beside=np.array([other for found in beside for other in found], np.int32),
    )


def _speed(network: Network) -> FloatArray:
    """Return float32 [nA], how fast those drive who come to each stop line."""
    lanes = network.arrays.approach_lane.tolist()
    return np.array(
        [min(lane.speed_mps, CYCLING_MPS) if lane.user is User.BICYCLE else lane.speed_mps
         for lane in map(network.lanes.__getitem__, lanes)], np.float32,
    )  # fmt: skip


def _sight(network: Network, reach: Feeders, range_m: float) -> FloatArray:
    """Return float32 [nA], the length of road before each stop line as far as the one before."""
    lane = np.repeat(np.arange(len(reach.lane_offset) - 1), np.diff(reach.lane_offset))
    sight = np.zeros(len(network.arrays.approach_lane), np.float32)
    np.maximum.at(sight, reach.approach, reach.distance_m + network.arrays.lane_length_m[lane])
    return np.minimum(sight, np.float32(range_m))


def _onward(network: Network, approach: int, reach: Feeders) -> list[Row]:
    """Return where those go who leave an approach: to the stop lines that follow on each of its links."""
    arrays = network.arrays
    found: list[Row] = []
    for link in range(int(arrays.link_offset[approach]), int(arrays.link_offset[approach + 1])):
        movement = network.movements[int(arrays.link_movement[link])]
        to = movement.to_lane
        inside_m = sum(network.lanes[via].length_m for via in movement.via) or movement.length_m
        for row in range(int(reach.lane_offset[to]), int(reach.lane_offset[to + 1])):
            away_m = inside_m + network.lanes[to].length_m + float(reach.distance_m[row])
            there, chance = int(reach.approach[row]), float(reach.probability[row])
            # Feeders have everybody stay on a lane that ends at a stop line; here they have all of it to change.
            ends = _beside(network, there) if reach.distance_m[row] == 0 else {there: 1.0}
            found += [Row(link, end, away_m, chance * stays) for end, stays in ends.items()]
    return found


def _beside(network: Network, approach: int) -> dict[int, float]:
    """Return the approaches of the same road, and the share of those on an approach's lane who end up on each."""
    others = _others(network, approach)
    if not others:
        return {approach: 1.0}
    return {approach: 1.0 - LANE_CHANGE, **dict.fromkeys(others, LANE_CHANGE / len(others))}


def _others(network: Network, approach: int) -> list[int]:
    """Return the other approaches of the same road."""
    lanes = network.arrays.approach_lane.tolist()
    edge = network.lanes[lanes[approach]].edge
    return [other for other, lane in enumerate(lanes) if other != approach and network.lanes[lane].edge == edge]


def _to_end_m(network: Network, number: int) -> float:
    detector: Detector = network.detectors[number]
    return max(network.lanes[detector.lane].length_m - detector.position_m, 0.0)


def _before(network: Network, on_lane: Mapping[int, list[int]], lanes: Iterable[int]) -> list[int]:
    """Return the loops within reach of a stop line on the first of the lanes before it that has such loops."""
    to_end_m = 0.0
    for lane in lanes:
        near = [number for number in on_lane.get(lane, ()) if to_end_m + _to_end_m(network, number) <= STOP_LINE_M]
        if near and network.lanes[lane].length_m >= LEAST_M:
            return near
        to_end_m += network.lanes[lane].length_m
    return []


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
    network: Network, on_lane: Mapping[int, list[int]], feeding: Iterable[tuple[float, int, float]]
) -> list[tuple[int, float, float]]:
    """Return (detector, way from the end of its lane to the stop line, probability) on the lanes that feed one."""
    rows = [row for row in feeding if row[0] > 0.0 and row[2] >= PROBABLE]
    after = _successors(network, {lane for _, lane, _ in rows})
    chosen: dict[int, tuple[int, float, float]] = {}
    for distance_m, lane, probability in rows:
        if on_lane.get(lane) and not _leads_over(lane, after, chosen):
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
