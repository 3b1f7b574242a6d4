"""The queue simulator again, slow and obvious: objects instead of rows, every lane looked at in every step."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf, nan, sqrt

from signals.adapters.sim.layout import Traffic

RED, STOP, YIELD, GO, AMBER = range(5)
EXTRA_S = (1.2, 0.5, 0.25, 0.15, 0.1, 0.05)


@dataclass(eq=False)
class Kind:
    space_m: float
    headway_s: float
    top_mps: float
    usable_accel: float
    dawdle_mps: float
    decel: float
    accel: float
    start_mps: list[float]

    def drives_mps(self, limit_mps: float, factor: float) -> float:
        wished = limit_mps * factor
        return max(min(wished, self.top_mps) - self.dawdle_mps, 0.3 * wished)


@dataclass(eq=False)
class Car:
    number: int
    kind: Kind
    factor: float
    depart_s: float
    hops: list[list[tuple[int, int]]]
    move: int = -1
    arrival_s: float = 0.0
    ideal_s: float = 0.0
    inserted_s: float = nan
    left_s: float = nan
    stood_s: float = 0.0
    longest_s: float = 0.0
    stops: int = 0


@dataclass(eq=False)
class Road:
    length_m: float
    limit_mps: float
    room_m: float
    most: int
    places: int
    cars: deque[Car] = field(default_factory=deque)
    entered: int = 0
    exits_s: list[float] = field(default_factory=list)
    next_s: float = -1e9
    next_insertion_s: float = -1e9
    place: int = 0
    blocked: bool = False
    asleep: bool = False
    closed: bool = False
    tails: int = 0

    def room_s(self, car: Car, at_s: float) -> float:
        if self.closed or len(self.cars) >= self.most:
            return inf
        full = (
            bool(self.cars) and sum(other.kind.space_m for other in self.cars) + car.kind.space_m > self.room_m + 1e-9
        )
        if full and self.place == 0 and self.cars[0].arrival_s < at_s:
            return inf
        ahead = self.entered - self.places
        return max(at_s, self.exits_s[ahead] + 1.2 * self.places) if 0 <= ahead < len(self.exits_s) else at_s

    def takes(self, car: Car, at_s: float) -> bool:
        return self.room_s(car, at_s) <= at_s

    def due_s(self) -> float:
        return inf if not self.cars or self.asleep else max(self.cars[0].arrival_s, self.next_s)


@dataclass(eq=False)
class Move:
    length_m: float
    limit_mps: float
    place_m: float
    road: int
    to_road: int
    yields: list[int]
    waits_inside: bool
    crossing: bool
    shown: int
    since_s: float = -1e9
    last_s: float = -1e9
    over_s: float = -1e9
    inside: deque[Car] = field(default_factory=deque)

    def fits(self, car: Car) -> bool:
        if not self.inside:
            return self.waits_inside
        return len(self.inside) < 3 and (len(self.inside) + 1) * car.kind.space_m <= self.place_m


class Naive:
    """A town that does the same as the kernel."""

    def __init__(self, traffic: Traffic) -> None:
        roads, travellers, state, *_ = traffic
        self.roads = [
            Road(*row, int(ring[1]), int(ring[2]))
            for row, ring in zip(roads.lane.tolist(), roads.lane_ring.tolist(), strict=True)
        ]
        self.moves = [
            Move(
                row[0],
                row[2],
                row[3],
                at[0],
                at[1],
                roads.yield_move[at[2] : at[3]].tolist(),
                bool(at[4]),
                bool(at[5]),
                lit,
            )
            for row, at, lit in zip(roads.move.tolist(), roads.move_row.tolist(), state.lit.tolist(), strict=True)
        ]
        kinds = [Kind(*row[:7], row[7:]) for row in roads.kind.tolist()]
        first = roads.hop_first.tolist()
        options = [[tuple(o) for o in roads.option[a:b].tolist()] for a, b in pairwise(first)]
        steps = roads.step_hop.tolist()
        self.cars = []
        self.origin: dict[int, deque[Car]] = {}
        for number, (step, kind, origin) in enumerate(travellers.row.tolist()):
            depart_s, factor = travellers.depart[number].tolist()
            last = next(at for at in range(step, len(steps)) if options[steps[at]][0][1] < 0)
            hops = [options[hop] for hop in steps[step : last + 1]]
            car = Car(number, kinds[kind], factor, depart_s, hops)
            self.cars.append(car)
            self.origin.setdefault(origin, deque()).append(car)
        self.open: list[int] = []
        self.waiting: list[int] = []
        self.steps = 0

    def light(self, move: int, shown: int, at_s: float) -> None:
        here = self.moves[move]
        opens = here.shown in (RED, AMBER) and shown not in (RED, AMBER)
        here.shown, here.since_s = shown, at_s
        if opens and here.road >= 0:
            road = self.roads[here.road]
            if road.cars and road.asleep:
                road.next_s, road.asleep = max(road.next_s, at_s + 0.56), False

    def second(self, from_s: float) -> None:
        to_s = from_s + 1.0
        for origin in self._newly_due(from_s):
            if origin not in self.open:
                self.open.append(origin)
        self.open = [origin for origin in self.open if self._insert(origin, from_s, to_s)]
        for number in self.waiting:
            self._leaves_inside(self.moves[number], from_s)
        self.waiting = [number for number in self.waiting if self.moves[number].inside]
        count = len(self.roads)
        for number in range(count):
            road = self.roads[(number + self.steps) % count]
            if road.due_s() < to_s and self._serve(road, from_s, to_s):
                self._serve(road, from_s, to_s)
        self.steps += 1

    def _newly_due(self, from_s: float) -> list[int]:
        due = [car for car in self.cars if from_s - 1.0 < car.depart_s <= from_s]
        return [next(o for o, cars in self.origin.items() if car in cars) for car in due]

    def _insert(self, origin: int, from_s: float, to_s: float) -> bool:
        cars = self.origin[origin]
        while cars and cars[0].depart_s <= from_s:
            car, best = cars[0], None
            for lane, move in car.hops[0]:
                road = self.roads[lane]
                at_s = max(from_s, road.next_insertion_s)
                if at_s < to_s and road.takes(car, at_s) and (best is None or len(road.cars) < len(best[0].cars)):
                    best = road, move, at_s
            if best is None:
                return True
            road, move, at_s = best
            cars.popleft()
            road.next_insertion_s = at_s + 2.2
            car.inserted_s = car.ideal_s = at_s
            self._enter(car, road, move, at_s, 0.0)
        return False

    def _enter(self, car: Car, road: Road, move: int, at_s: float, loss_s: float) -> None:
        car.arrival_s = at_s + loss_s + road.length_m / car.kind.drives_mps(road.limit_mps, car.factor)
        car.ideal_s += road.length_m / min(road.limit_mps * car.factor, car.kind.top_mps)
        car.move = move
        if not road.cars:
            road.asleep = False
        road.cars.append(car)
        road.entered += 1

    def _leave(self, road: Road, at_s: float) -> None:
        car = road.cars.popleft()
        road.exits_s.append(at_s)
        road.blocked = road.asleep = False
        stood_s = at_s - car.arrival_s
        if stood_s > 2.0:
            car.stood_s += stood_s
            car.longest_s = max(car.longest_s, stood_s)
            car.stops += 1

    def _target(self, car: Car, at_s: float) -> tuple[Road, int] | None:
        able = [(self.roads[lane], move) for lane, move in car.hops[1] if self.roads[lane].takes(car, at_s)]
        return min(able, key=lambda option: len(option[0].cars), default=None)

    def _soonest_s(self, car: Car, at_s: float) -> float:
        return min(self.roads[lane].room_s(car, at_s) for lane, _ in car.hops[1])

    def _comes(self, move: Move, car: Car, at_s: float, way_m: float, speed_mps: float) -> bool:
        kind = car.kind
        first_mps = max(min(speed_mps, 6.5), kind.accel)
        last_mps = min(sqrt(first_mps**2 + 2 * kind.accel * way_m), move.limit_mps)
        gap_s = 0.1 + (way_m + kind.space_m) / ((min(first_mps, move.limit_mps) + last_mps) / 2)
        for number in move.yields:
            foe = self.moves[number]
            if foe.crossing:
                if foe.last_s > at_s:
                    return True
            elif foe.shown >= YIELD:
                before_s, behind_s = gap_s, 0.0
                if foe.to_road == move.to_road:
                    slower_mps = max(foe.limit_mps - move.limit_mps, 0.0)
                    before_s += 1.2 + 0.7 * slower_mps**2 / (2 * kind.usable_accel * foe.limit_mps)
                    behind_s = 1.0
                if foe.over_s + behind_s > at_s or self._is_near(foe, car, at_s, before_s):
                    return True
        return False

    def _is_near(self, foe: Move, car: Car, at_s: float, gap_s: float) -> bool:
        road = self.roads[foe.road] if foe.road >= 0 else None
        if not (road and road.cars and not road.blocked and road.due_s() < at_s + gap_s):
            return False
        head = road.cars[0]
        impatient = at_s - car.arrival_s >= 90.0
        return head.move >= 0 and self.moves[head.move] is foe and (not impatient or head.arrival_s > at_s - 2.0)

    def _loss_s(self, road: Road, move: Move, car: Car, place: int, soft: float, shown: int) -> float:
        speed_mps, turn_mps, kind = car.kind.drives_mps(road.limit_mps, car.factor), move.limit_mps, car.kind
        start_s = 0.0
        if place < 7 and kind.start_mps[place] < speed_mps:
            start_s = soft * (speed_mps - kind.start_mps[place]) ** 2 / (2 * kind.usable_accel * speed_mps)
        if place == 99:
            turn_mps = {YIELD: min(turn_mps, 6.5), STOP: 0.0}.get(shown, turn_mps)
        if turn_mps >= speed_mps:
            return start_s
        return max(start_s, (speed_mps - turn_mps) ** 2 / (2 * speed_mps) * (1 / kind.usable_accel + 1 / kind.decel))

    def _headway_s(self, road: Road, move: Move, car: Car, place: int, soft: float, shown: int) -> float:
        speed_mps = min(road.limit_mps, move.limit_mps, car.kind.top_mps, inf if shown == GO else 7.0)
        headway_s = car.kind.headway_s + car.kind.space_m / (0.93 * speed_mps)
        if place < 6:
            start_s = car.kind.headway_s + car.kind.space_m / (0.93 * 13.89)
            headway_s = max(headway_s, start_s + EXTRA_S[place] * soft)
        elif place == 99 and speed_mps > 7.0:
            headway_s = min(headway_s, 2.0)
        return max(headway_s, 4.0) if shown == STOP else headway_s

    def _drive(
        self, car: Car, move: Move, option: tuple[Road, int], at_s: float, how: tuple[float, int, float]
    ) -> None:
        share, place, loss_s = how
        move.last_s = at_s
        speed_mps = min(car.kind.start_mps[place], move.limit_mps) if place < 7 else move.limit_mps
        way_m, over_s = share * move.length_m + 5.0, 0.0
        speeding_up_m = (move.limit_mps**2 - speed_mps**2) / (2 * car.kind.usable_accel)
        if way_m < speeding_up_m:
            end_mps = sqrt(speed_mps**2 + 2 * car.kind.usable_accel * way_m)
            over_s = (end_mps - speed_mps) / car.kind.usable_accel
        else:
            over_s = (move.limit_mps - speed_mps) / car.kind.usable_accel + (way_m - speeding_up_m) / move.limit_mps
        move.over_s = at_s + over_s
        car.ideal_s += move.length_m / min(move.limit_mps * car.factor, car.kind.top_mps)
        car.hops = car.hops[1:]
        driven_s = share * move.length_m / car.kind.drives_mps(move.limit_mps, car.factor)
        self._enter(car, *option, at_s + driven_s, loss_s)

    def _leaves_inside(self, move: Move, at_s: float) -> None:
        car, left_m = move.inside[0], move.length_m - move.place_m
        if at_s < max(car.arrival_s, move.last_s + 2.3) or self._comes(move, car, at_s, left_m, 0.0):
            return
        option = self._target(car, at_s)
        if option is None:
            return
        road = self.roads[move.road]
        if car.kind.space_m > move.place_m:
            road.tails -= 1
        road.next_s = max(road.next_s, at_s + 1.2)
        move.inside.popleft()
        car.stood_s += at_s - car.arrival_s
        car.longest_s = max(car.longest_s, at_s - car.arrival_s)
        self._drive(
            car, move, option, at_s, (left_m / move.length_m, 0, self._loss_s(option[0], move, car, 0, 1.0, GO))
        )

    def _serve(self, road: Road, from_s: float, to_s: float) -> bool:
        if not road.cars:
            return False
        car = road.cars[0]
        free = car.arrival_s >= road.next_s
        at_s = max(car.arrival_s, road.next_s, from_s)
        if at_s >= to_s:
            return False
        if car.move < 0:
            car.left_s = car.arrival_s
            self._leave(road, car.arrival_s)
            return True
        move = self.moves[car.move]
        if move.shown == RED or (move.shown == AMBER and at_s > move.since_s + (1.0 if free else 0.4)):
            road.place, road.asleep = 0, True
            return False
        place, shown = (99 if free else road.place), move.shown
        soft = min((at_s - car.arrival_s) / 4.0, 1.0)
        comes = shown in (STOP, YIELD) and self._comes(move, car, at_s, move.length_m, move.limit_mps if free else 0.0)
        behind = not road.tails and (bool(move.inside) or comes)
        option = None if behind or road.tails else self._target(car, at_s)
        inside = behind and shown != STOP and move.fits(car)
        if option is None and not inside:
            rolling_s = inf
            if not behind and not road.tails:
                rolling_s = self._soonest_s(car, at_s)
            road.next_s, road.blocked = rolling_s, not behind
            if rolling_s == inf:
                road.next_s, road.place = to_s, 0
            return road.next_s < to_s
        self._leave(road, at_s)
        if option is None:
            if not move.inside:
                self.waiting.append(self.moves.index(move))
                road.tails += car.kind.space_m > move.place_m
            move.inside.append(car)
            car.arrival_s = at_s + move.place_m / min(move.limit_mps, 6.5)
        else:
            loss_s = self._loss_s(option[0], move, car, place, soft, shown)
            self._drive(car, move, option, at_s, (1.0, place, loss_s))
        road.next_s = at_s + self._headway_s(road, move, car, place, soft, shown)
        road.place = 99 if place == 99 else place + 1
        return True
