"""What the kernel believes of vehicles, once more: with dictionaries, slow and obvious."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf, isfinite

from signals.model.feeders import feeders
from signals.model.movements import Turn
from signals.model.network import Network

Vehicle = tuple[int, float, float, int]  # lane, position, speed, handle


@dataclass
class Known:
    lane: int = -1
    since_s: float | None = None
    trail: list[int] = field(default_factory=list)


class Naive:
    def __init__(self, network: Network, range_m: float) -> None:
        self.network, self.range_m = network, range_m
        arrays = network.arrays
        reach = feeders(network, range_m)
        self.watched = set(reach.watched_lanes.tolist())
        self.prior: dict[int, dict[int, float]] = {}
        self.distance: dict[tuple[int, int], float] = {}
        for lane in range(len(network.lanes)):
            for row in range(reach.lane_offset[lane], reach.lane_offset[lane + 1]):
                self.prior.setdefault(lane, {})[int(reach.approach[row])] = float(reach.probability[row])
                self.distance[lane, int(reach.approach[row])] = float(reach.distance_m[row])
        self.went: dict[tuple[int, int], float] = dict.fromkeys(self.distance, 0.0)
        self.left: dict[int, float] = dict.fromkeys(self.prior, 0.0)
        self.approach_of = {int(lane): approach for approach, lane in enumerate(arrays.approach_lane)}
        self.links: dict[int, list[int]] = {
            approach: list(range(arrays.link_offset[approach], arrays.link_offset[approach + 1]))
            for approach in self.approach_of.values()
        }
        self.owner = {link: approach for approach, links in self.links.items() for link in links}
        moves = [network.movements[movement] for movement in arrays.link_movement]
        self.inside = {via: link for link, move in enumerate(moves) for via in move.via}
        self.to_lane = [move.to_lane for move in moves]
        self.taken = [0.1 if move.turn is Turn.UTURN else 1.0 for move in moves]
        self.taken_prior = list(self.taken)
        self.known: dict[int, Known] = {}
        self.present_s = dict.fromkeys(self.links, -inf)
        self.skipped = 0

    def weight(self, lane: int, approach: int) -> float:
        if lane in self.approach_of:
            return 1.0
        return (4 * self.prior[lane][approach] + self.went[lane, approach]) / (4 + self.left[lane])

    def share(self, link: int) -> float:
        return self.taken[link] / sum(self.taken[k] for k in self.links[self.owner[link]])

    def learn(self, known: Known, approach: int | None) -> None:
        for lane in known.trail:
            if self.left[lane] >= 200:
                self.left[lane] /= 2
                for other in self.prior[lane]:
                    self.went[lane, other] /= 2
            self.left[lane] += 1
            if approach in self.prior[lane]:
                self.went[lane, approach] += 1
        known.trail = []

    def take(self, link: int) -> None:
        links = self.links[self.owner[link]]
        self.taken[link] += 1
        if sum(self.taken[k] - self.taken_prior[k] for k in links) >= 200:
            for k in links:
                self.taken[k] = self.taken_prior[k] + (self.taken[k] - self.taken_prior[k]) / 2

    def link_between(self, before: int, lane: int) -> int | None:
        if lane in self.inside:
            return None if self.inside.get(before) == self.inside[lane] else self.inside[lane]
        for link in self.links.get(self.approach_of.get(before, -1), []):
            if self.to_lane[link] == lane:
                return link
        return None

    def move(self, known: Known, lane: int, time_s: float) -> None:
        link = self.link_between(known.lane, lane)
        if link is not None:
            self.take(link)
            self.present_s[self.owner[link]] = time_s
            self.learn(known, self.owner[link])
        elif known.lane in self.approach_of and lane not in self.approach_of:
            self.learn(known, self.approach_of[known.lane])
        elif lane not in self.prior:
            self.learn(known, None)
        known.lane = lane
        if lane in self.prior and lane not in self.approach_of and lane not in known.trail and len(known.trail) < 16:
            known.trail.append(lane)

    def possible(self, vehicle: Vehicle) -> bool:
        lane, position, speed, handle = vehicle
        if not (0 <= lane < len(self.network.lanes) and handle >= 0 and isfinite(position) and isfinite(speed)):
            return False
        return 0 <= position <= self.network.lanes[lane].length_m + 1.0 and 0 <= speed < 100.0

    def update(self, time_s: float, vehicles: list[Vehicle]) -> None:
        seen = [vehicle for vehicle in vehicles if self.possible(vehicle)]
        self.skipped += len(vehicles) - len(seen)
        for lane, _, speed, handle in seen:
            known = self.known.setdefault(handle, Known())
            if known.lane != lane:
                self.move(known, lane, time_s)
            if speed >= 1.0:
                known.since_s = None
            elif known.since_s is None:
                known.since_s = time_s
        for handle in set(self.known) - {vehicle[3] for vehicle in seen}:
            known = self.known.pop(handle)
            self.learn(known, self.approach_of.get(known.lane))
        self.vehicles, self.time_s = seen, time_s
        for approach in self.links:
            if any(d <= 30 and w >= 0.3 for d, w, _, _ in self.arrivals(approach)):
                self.present_s[approach] = time_s

    def arrivals(self, approach: int) -> list[tuple[float, float, float, int]]:
        """Return (distance, weight, speed, handle), nearest first."""
        found = []
        for lane, position, speed, handle in self.vehicles:
            if approach in self.prior.get(lane, {}):
                rest = max(self.network.lanes[lane].length_m - position, 0.0)
                distance, weight = rest + self.distance[lane, approach], self.weight(lane, approach)
                if distance <= self.range_m and weight >= 0.02:
                    found.append((distance, weight, speed, handle))
        return sorted(found)

    def wait_s(self, approach: int) -> float:
        since = [self.known[handle].since_s for _, weight, _, handle in self.arrivals(approach) if weight >= 0.3]
        return max((self.time_s - start for start in since if start is not None), default=0.0)

    def free_m(self, lane: int) -> float:
        tails = [position - 5.0 for where, position, speed, _ in self.vehicles if where == lane and speed < 1.0]
        return max(min([self.network.lanes[lane].length_m, *tails]), 0.0)
