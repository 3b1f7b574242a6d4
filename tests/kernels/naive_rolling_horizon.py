"""The slow, obvious twin of `signals.kernels.rolling_horizon`: plain lists, double precision, no tables, no pruning of memory."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import permutations

from signals.model.lanes import User
from signals.model.network import Network

START_ACCELERATION = 2.6
NEVER_S = -60.0


@dataclass
class Vehicle:
    arrival_s: float
    weight: float
    moving: float


@dataclass
class Queue:
    position: int
    available_s: float
    last_s: float


@dataclass
class Case:
    """One intersection, its queues (approaches, then pedestrian groups) and what is on its way."""

    network: Network
    vehicles: list[list[Vehicle]]
    calls: list[bool]
    green_age_s: list[float]
    blocked_s: list[float]
    wait_s: list[float]
    running: int
    rules: object
    worth: list[float]
    usual_wait_s: float


def travel_time_s(distance_m: float, speed_mps: float, limit_mps: float) -> float:
    speed_mps = min(speed_mps, limit_mps)
    ramp_m = (limit_mps**2 - speed_mps**2) / (2 * START_ACCELERATION)
    if distance_m <= ramp_m:
        return (math.sqrt(speed_mps**2 + 2 * START_ACCELERATION * distance_m) - speed_mps) / START_ACCELERATION
    return (limit_mps - speed_mps) / START_ACCELERATION + (distance_m - ramp_m) / limit_mps


class Search:
    def __init__(self, case: Case) -> None:
        self.case = case
        self.site = case.network.intersections[0]
        arrays = case.network.arrays
        self.links = [range(arrays.link_offset[a], arrays.link_offset[a + 1]) for a in range(len(arrays.approach_lane))]
        self.walks = [g for g, group in enumerate(self.site.groups) if group.user is User.PEDESTRIAN]
        self.queues = len(self.links) + len(self.walks)

    def counts_for(self, queue: int, number: int) -> float:
        """How many vehicles one counts for: the first of a queue more, the longer its groups have been red."""
        vehicle = self.case.vehicles[queue][number]
        worth = vehicle.weight * self.case.worth[queue]
        if number:
            return worth
        wait_s = max(self.case.wait_s[g] for g in self.groups_of(queue))
        return worth * (1 + (wait_s / self.case.rules.fair_wait_s) ** 3)

    def active(self, stage: int) -> set[int]:
        groups = set(self.site.stages[stage].groups)
        return {g for g in groups if self.site.groups[g].user is not User.PEDESTRIAN or self.case.calls[g]}

    def groups_of(self, queue: int) -> set[int]:
        if queue >= len(self.links):
            return {self.walks[queue - len(self.links)]}
        return {int(self.case.network.arrays.link_group[k]) for k in self.links[queue]}

    def group_start_s(self, a: int, b: int) -> dict[int, float]:
        before, after = self.active(a), self.active(b)
        return {
            g: max((self.site.intergreen_ds[h][g] or 0) / 10 for h in {*(before - after), g})
            for g in after
            if g not in self.site.stages[a].groups
        }

    def stay_s(self, a: int, b: int) -> int:
        """How long all that drives may stay green after a change is decided, since people on foot take longer to leave."""
        before, after = self.active(a), self.active(b)
        walks = {h for h in before - after if self.site.groups[h].user is User.PEDESTRIAN}
        spare = []
        for g in after - set(self.site.stages[a].groups):
            walked, driven = (
                max([0.0, *((self.site.intergreen_ds[h][g] or 0) / 10 for h in who)])
                for who in (walks, before - after - walks)
            )
            spare.append(max(walked - driven, 0.0))
        return int(min(spare, default=0.0))

    def start_s(self, a: int, b: int, queue: int) -> float | None:
        starts = self.group_start_s(a, b)
        return max((starts[g] for g in self.groups_of(queue) if g in starts), default=None)

    def land_s(self, a: int, b: int) -> int:
        starts = self.group_start_s(a, b)
        return math.ceil(max([1.0, *(start + self.site.groups[g].min_green_ds / 10 for g, start in starts.items())]))

    @property
    def change_s(self) -> float:
        """What a change takes, mean of all."""
        pairs = list(permutations(range(len(self.site.stages)), 2))
        return sum(self.land_s(a, b) for a, b in pairs) / max(len(pairs), 1)

    @property
    def left_s(self) -> float:
        """What a vehicle costs besides that waits at a red at the end."""
        rules = self.case.rules
        return max(rules.red_queue_share * self.change_s, rules.left_wait_share * self.case.usual_wait_s)

    def factors(self, stage: int, queue: int) -> tuple[float, float]:
        arrays, green = self.case.network.arrays, self.site.stages[stage].groups
        if queue >= len(self.links):
            served = float(self.walks[queue - len(self.links)] in green)
            return served, served
        shown = [k for k in self.links[queue] if arrays.link_group[k] in green]
        share = 1 / len(self.links[queue])
        yields = bool(self.opposing(stage, queue))
        permitted = share * sum(yields and bool(arrays.link_permissive[k]) for k in shown)
        protected = share * len(shown) - permitted
        flowing = permitted + protected
        power = self.case.rules.blocking_power
        free = flowing**power if flowing > 0.07 else 0.0
        busy = min(free, max(protected**power, self.case.rules.sneak * free * permitted))
        return free, busy

    def opposing(self, stage: int, queue: int) -> list[int]:
        if queue >= len(self.links):
            return []
        arrays, green = self.case.network.arrays, self.site.stages[stage].groups
        found = set()
        for k in self.links[queue]:
            if not arrays.link_permissive[k] or arrays.link_group[k] not in green:
                continue
            for other in arrays.yield_link[arrays.yield_offset[k] : arrays.yield_offset[k + 1]]:
                if arrays.link_group[other] in green:
                    found |= {q for q, links in enumerate(self.links) if other in links and q != queue}
        return sorted(found)

    def serve(self, state: list[Queue], queue: int, stage: int, until_s: float) -> float:
        rules, cost, opposing = self.case.rules, 0.0, self.opposing(stage, queue)
        free, busy = self.factors(stage, queue)
        while state[queue].position < len(self.case.vehicles[queue]):
            vehicle = self.case.vehicles[queue][state[queue].position]
            departure = max(vehicle.arrival_s, state[queue].available_s)
            conflict = 0.0
            for p in opposing:
                departure = max(departure, state[p].last_s + 1)
                for other in self.case.vehicles[p][state[p].position :]:
                    if max(other.arrival_s, state[p].available_s) < departure + rules.gap_s:
                        conflict += other.weight
            conflict = min(conflict, 1.0)
            factor = free * (1 - conflict) + busy * conflict
            if factor < 0.02 or departure >= until_s:
                break
            delay = departure - vehicle.arrival_s
            stop = min(max((delay - 1.5) / 2.5, 0), 1)
            cost += self.counts_for(queue, state[queue].position) * (delay + stop * vehicle.moving * rules.stop_cost_s)
            state[queue].available_s = departure + rules.headway_s * vehicle.weight / factor
            if vehicle.weight > 0.3:
                if state[queue].last_s <= NEVER_S and (delay > 1.5 or vehicle.moving < 0.1):
                    state[queue].available_s += rules.follow_up_s
                state[queue].last_s = departure
            state[queue].position += 1
        return cost

    def advance(self, state: list[Queue], stage: int, t: int, until: int) -> float:
        served = [q for q in range(self.queues) if self.factors(stage, q)[0] > 0]
        yielding = [q for q in served if self.opposing(stage, q)]
        step, cost = (2 if yielding else until - t), 0.0
        while t < until:
            t = min(t + step, until)
            for q in [q for q in served if q not in yielding] + yielding:
                cost += self.serve(state, q, stage, t)
        return cost

    def outlook(self, state: list[Queue], stage: int, t: int) -> float:
        value = 0.0
        for q in range(self.queues):
            vehicles = self.case.vehicles[q]
            waiting = [n for n in range(state[q].position, len(vehicles)) if vehicles[n].arrival_s <= t]
            weight = sum(vehicles[n].weight for n in waiting)
            value += sum(self.counts_for(q, n) * (t - vehicles[n].arrival_s) for n in waiting)
            value += 0.5 * weight**2 * self.case.worth[q] * self.case.rules.headway_s
            if self.factors(stage, q)[0] < 0.02:
                value += self.left_s * sum(self.counts_for(q, n) for n in waiting)
        return value

    def useful(self, state: list[Queue], t: int, a: int, b: int) -> bool:
        by = min(t + max(self.land_s(a, b), 5), self.case.rules.horizon_s)
        for q in range(self.queues):
            arrived = sum(v.arrival_s <= by for v in self.case.vehicles[q])
            gains = (after - before for after, before in zip(self.factors(b, q), self.factors(a, q), strict=True))
            if max(gains) > 0.02 and arrived > state[q].position:
                return True
        return False

    def among(self, t: int) -> list[int]:
        """Which stages a plan may change to at a time: early on all, later those that the network came with."""
        all_of_them = list(range(len(self.site.stages)))
        own = [s for s in all_of_them if self.site.stages[s].source == "file"]
        return all_of_them if t < self.case.rules.derived_s or not own else own

    def outdone(self, state: list[Queue], t: int, a: int, b: int) -> bool:
        """Whether another stage is there as soon as b, serves those who are here by then as well, and somebody better."""
        by = min(t + 20, self.case.rules.horizon_s)
        here = [
            q for q in range(self.queues) if sum(v.arrival_s <= by for v in self.case.vehicles[q]) > state[q].position
        ]

        def better(one: int, other: int) -> bool:
            pairs = (zip(self.factors(one, q), self.factors(other, q), strict=True) for q in here)
            return any(mine - its > 0.02 for pair in pairs for mine, its in pair)

        rivals = [c for c in self.among(t) if c not in (a, b) and self.land_s(a, c) <= self.land_s(a, b)]
        return any(not better(b, c) and (better(c, b) or c < b) for c in rivals)

    def root(self) -> list[Queue]:
        state = []
        for q in range(self.queues):
            age = self.case.green_age_s[q]
            ready = max(self.case.rules.start_up_s - age, 0.0) if age >= 0 else 0.0
            blocked = self.case.blocked_s[q] if q < len(self.links) else 0.0
            state.append(Queue(0, max(ready, blocked), NEVER_S if age <= self.case.rules.start_up_s else -30.0))
        return state

    def best(self) -> tuple[int, float]:
        """Return the stage wanted now, and the value of the plan that wants it."""
        horizon, rules = self.case.rules.horizon_s, self.case.rules
        labels = {(0, self.case.running): (0.0, 0.0, self.case.running, self.root())}
        for t in range(horizon):
            now = {s: labels[t, s] for s in range(len(self.site.stages)) if (t, s) in labels}
            for a, (value, cost, first, state) in now.items():
                if value > min(label[0] for label in now.values()) + rules.prune_s:
                    continue
                for b in sorted({a, *self.among(t)}):
                    if b != a and (not self.useful(state, t, a, b) or self.outdone(state, t, a, b)):
                        continue
                    self.extend(labels, (t, a, b), cost, b if t == 0 else first, state)
        finals = {s: labels[horizon, s] for s in range(len(self.site.stages)) if (horizon, s) in labels}
        wanted = min(finals, key=lambda s: finals[s][0])
        return finals[wanted][2], finals[wanted][0]

    def extend(self, labels: dict, move: tuple[int, int, int], cost: float, first: int, state: list[Queue]) -> None:
        t, a, b = move
        trial = [Queue(q.position, q.available_s, q.last_s) for q in state]
        until = t + (2 if a == b else self.land_s(a, b))
        until = min(until + -until % self.case.rules.decision_s, self.case.rules.horizon_s)
        if a != b:
            for q, queue in enumerate(trial):
                start = self.start_s(a, b, q)
                if start is not None:
                    queue.available_s = max(queue.available_s, t + start + self.case.rules.start_up_s)
                    queue.last_s = NEVER_S
        stay = min(self.stay_s(a, b), until - t) if a != b else 0
        cost += self.advance(trial, a, t, t + stay) + self.advance(trial, b, t + stay, until)
        value = cost + self.outlook(trial, b, until)
        if (until, b) not in labels or value < labels[until, b][0] - 1e-4:
            labels[until, b] = (value, cost, first, trial)
