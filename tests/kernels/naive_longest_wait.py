"""The slow, obvious twin of `signals.kernels.longest_wait`: sets and dictionaries, one intersection."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

from signals.model.lanes import User
from signals.model.network import Network

NOTICE_S, NEVER_S = 2.0, 1e6


@dataclass
class Case:
    """One intersection: what it shows, and by when each group must be green."""

    network: Network
    running: int
    bound_s: float
    wait_s: list[float]
    pressing_s: list[float]
    needed_s: list[float]
    demand: list[bool]
    walking: list[bool]
    earliest_s: list[float]
    red_bound_s: list[float]
    due_s: dict[int, float] = field(default_factory=dict)
    turn_s: dict[int, float] = field(default_factory=dict)
    need_s: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.place = self.network.intersections[0]
        self.stages = [set(stage.groups) for stage in self.place.stages]
        arrays = self.network.arrays
        for g, wait_s in enumerate(self.wait_s):
            if wait_s > 0:
                self.due_s[g] = (self.bound_s or NEVER_S) - NOTICE_S - wait_s
                self.turn_s[g] = self.red_bound_s[g] - NOTICE_S - wait_s
        for a, pressing_s in enumerate(self.pressing_s):
            groups = {int(g) for g in arrays.link_group[arrays.link_offset[a] : arrays.link_offset[a + 1]]}
            for g in groups if pressing_s > 0 else ():
                due_s = (self.bound_s or NEVER_S) - NOTICE_S - pressing_s
                self.due_s[g] = min(self.due_s.get(g, math.inf), due_s)
                self.need_s[g] = max(self.need_s.get(g, 0.0), self.needed_s[a])

    def is_walk(self, g: int) -> bool:
        return self.place.groups[g].user is User.PEDESTRIAN

    def start_s(self, a: int, b: int, g: int) -> float:
        ending = {h for h in self.stages[a] - self.stages[b] if not self.is_walk(h) or self.walking[h]}
        return max([0.0, *((self.place.intergreen_ds[h][g] or 0) / 10 for h in ending)])

    def land_s(self, a: int, b: int) -> int:
        entering = {g for g in self.stages[b] - self.stages[a] if not self.is_walk(g) or self.demand[g]}
        greens = (self.start_s(a, b, g) + self.place.groups[g].min_green_ds / 10 for g in entering)
        return math.ceil(max([1.0, *greens]))

    def ready_s(self, b: int) -> float:
        entering = {g for g in self.stages[b] if not self.is_walk(g) or self.demand[g]}
        minima = {g: self.place.groups[g].min_green_ds / 10 for g in entering if self.earliest_s[g] > 0}
        return max([0.0, *(self.earliest_s[g] + least for g, least in minima.items())])

    def late_s(self, begin: int) -> float:
        """How late somebody is if a stage comes first and then whoever is due first."""
        owed = {g: min(self.due_s[g], self.turn_s.get(g, math.inf)) for g in self.due_s}
        a = self.running
        now_s = 1.0
        if begin == a:
            starting = [g for g in self.stages[a] if self.wait_s[g] > 0]
            now_s = max([1.0, *(self.earliest_s[g] + self.place.groups[g].min_green_ds / 10 for g in starting)])
        else:
            now_s = max(self.land_s(a, begin), math.ceil(self.ready_s(begin)))
        late_s, until_s = 0.0, 0.0
        for g in self.stages[begin] & set(owed):
            start_s = max(self.start_s(a, begin, g) if begin != a else 0.0, self.earliest_s[g])
            if g not in self.stages[a] or self.wait_s[g] > 0:
                late_s = max(late_s, start_s - self.due_s[g], -self.turn_s.get(g, math.inf))
            until_s = max(until_s, start_s + self.need_s.get(g, 0.0))
            del owed[g]
        a = begin
        while owed:
            urgent = min(owed, key=lambda g: (owed[g], g))
            able = [b for b, groups in enumerate(self.stages) if b != a and urgent in groups]
            b = min(able, key=lambda b: (-len(self.stages[b] & set(owed)), self.land_s(a, b), b))
            now_s = max(now_s, until_s)
            until_s = now_s
            for g in self.stages[b] & set(owed):
                start_s = max(now_s + self.start_s(a, b, g), self.earliest_s[g])
                late_s = max(late_s, start_s - self.due_s[g], now_s - self.turn_s.get(g, math.inf))
                del owed[g]
                until_s = max(until_s, start_s + self.need_s.get(g, 0.0))
            now_s += self.land_s(a, b)
            a = b
        return late_s

    def in_time(self) -> tuple[set[int], float]:
        late_s = {b: self.late_s(b) for b in range(len(self.stages))}
        in_time = {b for b, late in late_s.items() if late <= 0}
        return in_time or {min(late_s, key=lambda b: late_s[b])}, max(min(late_s.values()), 0.0)

    def allowed(self) -> tuple[set[int], float]:
        """Return the stages that may come first, and by how much somebody misses the bound whatever is done."""
        allowed, late_s = self.in_time()
        if late_s <= 0 or not self.bound_s:
            return allowed, 0.0
        _, late_s = self.anew(red_bound_s=[NEVER_S for _ in self.red_bound_s]).in_time()
        allowed, _ = self.anew(pressing_s=[0.0 for _ in self.pressing_s]).in_time()
        return allowed, late_s

    def anew(self, **changed: Any) -> Case:
        return replace(self, due_s={}, turn_s={}, need_s={}, **changed)
