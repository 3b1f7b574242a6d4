"""What the kernel believes of induction loops, once more: one object an approach, slow and obvious."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isnan


@dataclass
class Car:
    due_s: float
    weight: float


@dataclass
class Loop:
    distance_m: float
    weight: float
    covered_s: float = 0.0


@dataclass
class Reading:
    count: int
    occupied: float

    @property
    def works(self) -> bool:
        return self.count >= 0 and not isnan(self.occupied) and 0.0 <= self.occupied <= 1.0


@dataclass
class Approach:
    speed_mps: float
    has_stop_loop: bool
    loops: list[Loop]
    cars: list[Car] = field(default_factory=list)
    waiting: bool = False
    vacant_s: float = 3600.0
    red_s: float = 0.0
    credit: float = 0.0
    recall: bool = False
    now_s: float = 0.0

    def expect(self, due_s: float, weight: float) -> None:
        if len(self.cars) < 64:
            self.cars.append(Car(due_s, weight))
            self.cars.sort(key=lambda car: car.due_s)

    def count_out(self, vehicles: float) -> None:
        while vehicles > 0.0 and self.cars:
            taken = min(vehicles, self.cars[0].weight)
            vehicles -= taken
            self.cars[0].weight -= taken
            if self.cars[0].weight == 0.0:
                self.cars.pop(0)

    def count_in(self, loop: Loop, reading: Reading, dt: float) -> None:
        if not reading.works:
            loop.covered_s = 0.0
            return
        for _ in range(reading.count):
            self.expect(self.now_s - dt / 2 + loop.distance_m / self.speed_mps, loop.weight)
        loop.covered_s = loop.covered_s + dt if reading.occupied >= 0.95 else 0.0
        if loop.covered_s >= 3.0:
            for car in self.cars:
                car.due_s = min(car.due_s, self.now_s)
            while len(self.cars) < min(loop.distance_m / 7.0, 64):
                self.expect(self.now_s, 1.0)

    def stop_line(self, reading: Reading, dt: float, green: bool) -> None:
        there = reading.count > 0 or reading.occupied > 0.0
        self.vacant_s = 0.0 if there else min(self.vacant_s + dt, 3600.0)
        if green:
            self.count_out(reading.count)
            if self.waiting and (reading.count > 0 or reading.occupied < 0.5):
                self.count_out(1)
                self.waiting = False
        else:
            entered = reading.count
            if self.waiting and (entered > 0 or not there):
                self.count_out(1)
                self.waiting = False
            if entered > 0:
                self.count_out(entered - 1)
                self.waiting = True
        if green and self.vacant_s >= 3.0:
            self.cars = [car for car in self.cars if car.due_s > self.now_s - 3.0]
        if reading.occupied >= 0.5 and not (green and reading.count > 0) and not self.cars:
            self.expect(self.now_s, 1.0)
            self.waiting = True

    def no_stop_line(self, dt: float, green: bool) -> None:
        self.waiting = False
        self.credit = self.credit + dt / 2.0 if green else 0.0
        while self.credit >= 1.0 and self.cars and self.cars[0].due_s <= self.now_s:
            self.count_out(1)
            self.credit -= 1.0
        self.credit = min(self.credit, 1.0) if not self.cars or self.cars[0].due_s > self.now_s else self.credit
        near = bool(self.cars) and self.cars[0].due_s <= self.now_s + 2.0
        self.vacant_s = 0.0 if near else min(self.vacant_s + dt, 3600.0)

    def update(self, now_s: float, dt: float, green: bool, stop: Reading | None, upstream: list[Reading]) -> None:
        self.now_s = now_s
        self.red_s = 0.0 if green else min(self.red_s + dt, 3600.0)
        for loop, reading in zip(self.loops, upstream, strict=True):
            self.count_in(loop, reading, dt)
        self.recall = False
        if stop is not None and stop.works:
            self.stop_line(stop, dt, green)
        elif any(reading.works for reading in upstream):
            self.no_stop_line(dt, green)
        else:
            self.recall, self.cars, self.waiting = True, [], False

    def arrivals(self) -> list[tuple[float, float, float]]:
        """Return (distance, speed, weight)."""
        if self.recall:
            return [(0.0, 0.0, 1.0)]
        rows: list[tuple[float, float, float]] = []
        for place, car in enumerate(self.cars):
            free_m = self.speed_mps * (car.due_s - self.now_s)
            stands = free_m <= 7.0 * place and all(speed == 0.0 for _, speed, _ in rows)
            distance_m = 7.0 * place if stands else max(free_m, 7.0 * place)
            rows.append((distance_m, 0.0 if stands else self.speed_mps, car.weight))
        return rows

    def wait_s(self) -> float:
        if self.recall:
            return self.red_s
        rows = self.arrivals()
        return max(self.now_s - self.cars[0].due_s, 0.0) if rows and rows[0][1] == 0.0 else 0.0
