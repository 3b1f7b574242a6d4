"""The search of the rolling horizon before it was made fast: no tables, no bounds, every label is served in full.

It does the same arithmetic in the same order, so that `signals.kernels.rolling_horizon` must agree to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from signals.kernels.horizon_stages import BUSY, FREE, HEAD_BUSY, HEAD_FREE

TIME, WEIGHT, COST, MOVING, MOMENT = 0, 1, 2, 3, 3
VALUED = 0
EXTEND_S, SOON_S, HERE_S = 2, 5, 20
NEVER_S, STOOD_S, CRAWLS = np.float32(-60.0), np.float32(1.5), np.float32(0.1)
ONE = np.float32(1.0)


@dataclass
class Queue:
    """How far one has come: the next of its arrivals, when somebody can leave, when the last one left."""

    next: int
    ready_s: np.float32
    last_s: np.float32


@dataclass
class Label:
    value: np.float32
    spent: np.float32
    first: int
    origin: tuple[int, int]
    queues: list[Queue]


class Search:
    """Of one intersection; `work` holds its interstage tables and factors, `lists` its own arrivals."""

    def __init__(self, root: list[Queue], opposing: Any, own: int, rules: Any, lists: Any, work: Any) -> None:
        self.own, self.root, self.opposing, self.rules, self.lists, self.work = own, root, opposing, rules, lists, work
        self.labels: dict[tuple[int, int], Label] = {}

    def best(self, running: int) -> tuple[int, np.float32, list[int]]:
        """Return the stage wanted now, what the plan costs, and the stage that it wants in each second."""
        horizon, stages = self.rules.horizon_s, len(self.opposing)
        self.labels = {(0, running): Label(np.float32(0.0), np.float32(0.0), -1, (-1, -1), self.root)}
        for t in range(horizon):
            now = [(s, self.labels[t, s]) for s in range(stages) if (t, s) in self.labels]
            for s, label in now:
                if label.value > min(one.value for _, one in now) + np.float32(self.rules.prune_s):
                    continue
                for b in sorted({s, *self.among(t)}):
                    if b == s or (self.useful(t, s, b, label) and not self.outdone(t, s, b, label)):
                        self.extend(t, s, b, label)
        last = min(
            (s for s in range(stages) if (horizon, s) in self.labels), key=lambda s: self.labels[horizon, s].value
        )
        label = self.labels[horizon, last]
        return (label.first if label.first >= 0 else running), label.value, self.course((horizon, last))

    def course(self, at: tuple[int, int]) -> list[int]:
        wanted: list[int] = []
        while at[0] > 0:
            before = self.labels[at].origin
            wanted = [at[1]] * (at[0] - before[0]) + wanted
            at = before
        return wanted

    def among(self, t: int) -> range:
        return range(len(self.opposing) if t < self.rules.derived_s else self.own)

    def useful(self, t: int, s: int, b: int, label: Label) -> bool:
        by = min(t + max(self.work.land_s[s, b], SOON_S), self.lists.arrived.shape[1] - 1)
        gains = self.work.factors[b] - self.work.factors[s]
        better = np.maximum(gains[:, FREE], gains[:, BUSY]) > 0.02
        return any(better[q] and self.lists.arrived[q, by] > one.next for q, one in enumerate(label.queues))

    def outdone(self, t: int, s: int, b: int, label: Label) -> bool:
        by = min(t + HERE_S, self.lists.arrived.shape[1] - 1)
        here = np.array([self.lists.arrived[q, by] > one.next for q, one in enumerate(label.queues)])

        def serves_better(one: int, other: int) -> bool:
            gains = (self.work.factors[one] - self.work.factors[other])[: len(here)]
            return bool((here & (np.maximum(gains[:, FREE], gains[:, BUSY]) > 0.02)).any())

        return any(
            self.work.land_s[s, c] <= self.work.land_s[s, b]
            and not serves_better(b, c)
            and (serves_better(c, b) or c < b)
            for c in self.among(t)
            if c not in (b, s)
        )

    def extend(self, t: int, s: int, b: int, label: Label) -> None:
        work, rules = self.work, self.rules
        queues = [Queue(one.next, one.ready_s, one.last_s) for one in label.queues]
        until, first, stay = t + EXTEND_S, label.first, 0
        if b != s:
            until = max(t + int(work.land_s[s, b]), int(np.ceil(work.ready_s[b, 0])))
        until = min(-(-until // rules.decision_s) * rules.decision_s, rules.horizon_s)
        if b != s:
            spare = max(work.stay_s[s, b, 0], work.ready_s[b, 1] - np.float32(t) - work.stay_s[s, b, 1])
            stay = min(int(max(spare, np.float32(0.0))), until - t)
            for q, one in enumerate(queues):
                if work.start_s[s, b, q] >= 0:
                    ready = np.float32(t) + work.start_s[s, b, q] + np.float32(rules.start_up_s)
                    one.ready_s, one.last_s = max(one.ready_s, ready), NEVER_S
            first = b if t == 0 else first
        spent = label.spent
        if stay > 0:
            spent += self.advance(queues, s, t, t + stay)
        spent += self.advance(queues, b, t + stay, until)
        value = spent + self.outlook(queues, b, until)
        known = self.labels.get((until, b))
        if known is None or not value >= known.value - np.float32(1e-4):
            self.labels[until, b] = Label(value, spent, first, (t, s), queues)

    def advance(self, queues: list[Queue], s: int, t: int, until: int) -> np.float32:
        opposing, factors = self.opposing[s], self.work.factors[s]
        yielding = any(opposing[q] != 0 and factors[q, FREE] > 0 for q in range(len(queues)))
        step = min(until - t, EXTEND_S) if yielding else until - t
        served = [q for q in range(len(queues)) if factors[q, FREE] + factors[q, HEAD_FREE] > 0]
        cost, now = np.float32(0.0), t
        while now < until:
            now = min(now + step, until)
            for waits in (False, True):
                for q in served:
                    if (opposing[q] != 0) == waits:
                        cost += self.serve(queues, q, factors[q], now, int(opposing[q]))
        return cost

    def serve(self, queues: list[Queue], q: int, factors: Any, until_s: int, opposing: int) -> np.float32:
        own, cost, rules = queues[q], np.float32(0.0), self.rules
        while own.next < self.lists.total[q]:
            arrival, weight, counts, moving = self.lists.arrivals[q, own.next]
            departure = max(arrival, own.ready_s)
            factor = factors[FREE] if own.next else factors[HEAD_FREE]
            if opposing:
                departure, conflict = self.give_way(queues, departure, opposing)
                busy = factors[BUSY] if own.next else factors[HEAD_BUSY]
                factor = factor * (ONE - conflict) + busy * conflict
            if factor < 0.02 or departure >= until_s:
                break
            delay = departure - arrival
            stop = min(max((delay - np.float32(1.5)) / np.float32(2.5), np.float32(0.0)), ONE)
            cost += counts * (delay + stop * moving * np.float32(rules.stop_cost_s))
            own.ready_s = departure + np.float32(rules.headway_s) * weight / factor
            if weight > 0.3:
                if own.last_s <= NEVER_S and (departure > arrival + STOOD_S or moving < CRAWLS):
                    own.ready_s += np.float32(rules.follow_up_s)
                own.last_s = departure
            own.next += 1
        return cost

    def give_way(self, queues: list[Queue], departure: np.float32, opposing: int) -> tuple[np.float32, np.float32]:
        conflict = np.float32(0.0)
        for p in (p for p in range(len(queues)) if opposing >> p & 1):
            departure = max(departure, queues[p].last_s + ONE)
            m, coming = queues[p].next, queues[p].ready_s
            while m < self.lists.total[p] and conflict < 1.0:
                coming = max(coming, self.lists.arrivals[p, m, TIME])
                if float(coming) >= float(departure) + self.rules.gap_s:
                    break
                conflict += self.lists.arrivals[p, m, WEIGHT]
                m += 1
        return departure, min(conflict, ONE)

    def outlook(self, queues: list[Queue], s: int, t: int) -> np.float32:
        value, headway, sums = np.float32(0.0), np.float32(self.rules.headway_s), self.lists.sums
        for q, one in enumerate(queues):
            n, m = one.next, self.lists.arrived[q, t]
            if m <= n:
                continue
            waiting, counts = sums[q, m, WEIGHT] - sums[q, n, WEIGHT], sums[q, m, COST] - sums[q, n, COST]
            value += np.float32(t) * counts
            value -= sums[q, m, MOMENT] - sums[q, n, MOMENT]
            value += np.float32(0.5) * (sums[q, m, VALUED] - sums[q, n, VALUED]) * waiting * headway
            if self.work.factors[s, q, FREE] < 0.02:
                value += self.work.left_s[0] * counts
        return value
