"""The point-queue simulator once more, with objects and lists: slow and obvious."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import ceil, inf

from signals.model.movements import Turn
from signals.model.network import Network
from signals.model.values import Aspect


@dataclass
class Car:
    number: int
    scheduled_s: float
    route: list[int]  # movements still to do
    entered_s: float | None = None
    left_s: float | None = None
    ready_s: float = 0.0
    waits_s: list[float] = field(default_factory=list)


@dataclass
class Walk:
    scheduled_s: float
    movement: int
    started_s: float | None = None


@dataclass
class Road:
    length_m: float
    speed_mps: float
    stand: int = 0
    drive: int = 0
    cars: deque[Car] = field(default_factory=deque)
    waiting: deque[Car] = field(default_factory=deque)
    next_s: float = -inf
    last_s: float = -inf
    sneaked_s: float = -inf
    yielded: Car | None = None

    def has_room(self, at_s: float) -> bool:
        if len(self.cars) < self.stand:
            return True
        return len(self.cars) < self.drive and self.cars[0].ready_s > at_s

    def take(self, car: Car, ready_s: float) -> None:
        car.ready_s = ready_s
        self.cars.append(car)


class Naive:
    def __init__(
        self, network: Network, trips: list[tuple[float, tuple[int, ...]]], walks: list[tuple[float, int]]
    ) -> None:
        self.network = network
        self.moves = network.movements
        self.roads = [Road(lane.length_m, lane.speed_mps) for lane in network.lanes]
        for number, road in enumerate(self.roads):
            inside = [m.length_m / m.speed_mps for m in self.moves if m.to_lane == number]
            road.stand = max(int(road.length_m / 7.5), 1)
            road.drive = max(
                road.stand, ceil((road.length_m / road.speed_mps + max(inside, default=0.0) + 1.0) / 0.6) + 1
            )
        groups = [group for intersection in network.intersections for group in intersection.groups]
        self.group = {m: number for number, group in enumerate(groups) for m in group.movements}
        self.aspect = [Aspect.RED] * len(groups)
        self.green_s = [-inf] * len(groups)
        self.amber_s = [-inf] * len(groups)
        self.crossed_s = [-inf] * len(self.moves)
        self.busy_s = [-inf] * len(self.moves)
        self.cars = [Car(n, time, list(route)) for n, (time, route) in enumerate(trips)]
        for car in self.cars:
            self.roads[self.moves[car.route[0]].from_lane].waiting.append(car)
        self.walks = [Walk(time, movement) for time, movement in walks]
        self.steps = 0

    def is_green(self, movement: int) -> bool:
        return movement not in self.group or self.aspect[self.group[movement]] == Aspect.GREEN

    def since_s(self, movement: int) -> float:
        return self.green_s[self.group[movement]] if movement in self.group else -inf

    def earliest_s(self, car: Car, road: Road) -> float:
        times = [car.ready_s, road.next_s]
        if car.ready_s <= self.since_s(car.route[0]):
            times.append(self.since_s(car.route[0]) + 2.0)
        return max(times)

    def next_road(self, car: Car) -> Road:
        if len(car.route) > 1:
            return self.roads[self.moves[car.route[1]].from_lane]
        return self.roads[self.moves[car.route[0]].to_lane]

    def comes(self, foe: int, at_s: float) -> bool:
        if self.moves[foe].turn is Turn.CROSSING:
            return at_s < self.busy_s[foe]
        if self.crossed_s[foe] > at_s - 1.0:
            return True
        road = self.roads[self.moves[foe].from_lane]
        if not road.cars or not self.is_green(foe) or road.cars[0].route[:1] != [foe]:
            return False
        foe_s = self.earliest_s(road.cars[0], road)
        stuck = max(road.cars[0].ready_s, road.last_s, self.since_s(foe)) < at_s - 10.0
        return foe_s < at_s + 3.0 and self.next_road(road.cars[0]).has_room(foe_s) and not stuck

    def must_yield(self, movement: int, at_s: float) -> bool:
        foes = [foe for foe in self.moves[movement].yields_to if movement not in self.moves[foe].yields_to]
        return any(self.comes(foe, at_s) for foe in foes)

    def try_head(self, road: Road, end_s: float) -> bool:  # noqa: PLR0911
        """Let the head go if it can; tell whether it did."""
        car = road.cars[0]
        if car.ready_s >= end_s:
            return False
        if not car.route:
            car.left_s = car.ready_s
            road.cars.popleft()
            return True
        movement, at_s, sneaks = car.route[0], self.earliest_s(car, road), False
        if not self.is_green(movement):
            amber_s = self.amber_s[self.group[movement]]
            amber = self.aspect[self.group[movement]] == Aspect.AMBER
            sneaks = amber and road.yielded is car and road.sneaked_s < amber_s
            if not sneaks:
                return False
            at_s = max(at_s, amber_s)
        if at_s >= end_s:
            return False
        if not sneaks and self.must_yield(movement, at_s):
            road.yielded, road.next_s = car, end_s
            return False
        target = self.next_road(car)
        if not target.has_room(at_s):
            road.next_s = end_s
            return False
        car.waits_s.append(at_s - car.ready_s)
        road.next_s, road.last_s = at_s + 2.0, at_s
        if sneaks:
            road.sneaked_s = at_s
        self.crossed_s[movement] = at_s
        road.cars.popleft()
        car.route.pop(0)
        via_s = self.moves[movement].length_m / self.moves[movement].speed_mps
        target.take(car, at_s + (via_s + target.length_m / target.speed_mps))
        return True

    def step(self, start_s: float, end_s: float) -> None:
        for walk in self.walks:
            if walk.started_s is None and walk.scheduled_s < end_s and self.is_green(walk.movement):
                walk.started_s = max(walk.scheduled_s, self.since_s(walk.movement))
                crossing = self.moves[walk.movement]
                over_s = walk.started_s + crossing.length_m / crossing.speed_mps
                self.busy_s[walk.movement] = max(self.busy_s[walk.movement], over_s)
        for road in self.roads:
            while road.waiting and road.waiting[0].scheduled_s < end_s:
                at_s = max(road.waiting[0].scheduled_s, start_s)
                if not road.has_room(at_s):
                    break
                car = road.waiting.popleft()
                car.entered_s = at_s
                road.take(car, at_s + road.length_m / road.speed_mps)
        for number in range(len(self.roads)):
            road = self.roads[(number + self.steps) % len(self.roads)]
            while road.cars and self.try_head(road, end_s):
                pass
        self.steps += 1

    def advance(self, start_s: float, end_s: float, aspect: list[Aspect]) -> None:
        for group, shown in enumerate(aspect):
            if shown != self.aspect[group]:
                if shown == Aspect.GREEN:
                    self.green_s[group] = start_s
                if shown == Aspect.AMBER:
                    self.amber_s[group] = start_s
        self.aspect = list(aspect)
        steps = max(ceil(end_s - start_s), 1)
        for number in range(steps):
            self.step(start_s + (end_s - start_s) * number / steps, start_s + (end_s - start_s) * (number + 1) / steps)

    def places(self, time_s: float) -> dict[int, tuple[int, float, float]]:
        """Return lane, position and speed of every car under way."""
        found = {}
        for number, road in enumerate(self.roads):
            tail_m, speed = 0.0, 0.0
            for car in road.cars:
                free_m = (car.ready_s - time_s) * road.speed_mps
                speed = road.speed_mps if free_m > tail_m else speed
                away_m = max(free_m, tail_m)
                tail_m = away_m + 7.5
                found[car.number] = (number, max(road.length_m - away_m, 0.0), speed)
        return found
