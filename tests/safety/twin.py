"""The naive twin of the interstage kernel: one intersection, written from its theory of operation and nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence

from signals.model.intersections import Intersection
from signals.model.lanes import User
from signals.model.values import Aspect

RED, RED_AMBER, GREEN, AMBER, CLEARANCE = (Aspect(number) for number in range(5))
FOR_EVER = 100_000_000


class Group:
    """One signal group and its four clocks."""

    def __init__(self, since_ds: int) -> None:
        self.aspect, self.age_ds, self.ended_ds, self.wait_ds = RED, since_ds, since_ds, 0
        self.called_ds = 0
        self.wish = self.must = self.next = self.cut = False

    def show(self, aspect: Aspect) -> None:
        self.ended_ds = 0 if self.aspect == GREEN else self.ended_ds
        self.aspect, self.age_ds = aspect, 0
        self.wait_ds = 0 if aspect == GREEN else self.wait_ds


class Twin:
    def __init__(
        self, site: Intersection, tick_ds: int, patience_ds: Sequence[int], *, cold: bool, emergency_ds: int = 1800
    ) -> None:
        self.site, self.tick_ds, self.patience_ds, self.emergency_ds = site, tick_ds, patience_ds, emergency_ds
        self.cold, self.ours, self.startup_ds = cold, False, 0
        self.size = range(len(site.groups))
        self.groups = [Group(0) for _ in self.size]

    def foes(self, g: int) -> list[int]:
        return [j for j in self.size if self.site.conflict(g, j)]

    def over_ds(self, g: int) -> int:
        return self.groups[g].wait_ds - self.patience_ds[g]

    def step(
        self, want: Sequence[bool], demand: Sequence[bool], preempt: Sequence[int], shown: Sequence[int], *, write: bool
    ) -> tuple[list[Aspect], list[str]]:
        if not write:
            self.cold, self.ours, self.groups = False, False, [Group(0) for _ in self.size]
            return [RED for _ in self.size], ["not written" for _ in self.size]
        if self.ours:
            self.advance(demand)
        else:
            self.take_over(shown)
        for group, wanted, number in zip(self.groups, want, preempt, strict=True):
            group.wish, group.must, group.next, group.cut = bool(wanted), False, False, False
            group.called_ds = group.called_ds + self.tick_ds if number > 0 else 0
        why = ["granted" for _ in self.size]
        self.end_at_maximum(demand, why)
        self.serve_pressing(preempt, why)
        self.end()
        self.start(why)
        return [group.aspect for group in self.groups], [self.reason(g, want[g], why[g]) for g in self.size]

    def take_over(self, shown: Sequence[int]) -> None:
        known = all(0 <= aspect <= 4 for aspect in shown)
        lit = [g for g in self.size if shown[g] != RED]
        sound = known and not any(self.site.conflict(g, j) for g in lit for j in lit)
        dark = all(aspect == Aspect.UNKNOWN for aspect in shown)
        fine = sound or (self.cold and dark)
        self.groups = [Group(FOR_EVER if fine and self.cold else 0) for _ in self.size]
        if sound:
            for g in lit:
                self.groups[g].aspect, self.groups[g].age_ds, self.groups[g].ended_ds = Aspect(shown[g]), 0, 0
        self.startup_ds = 0 if fine else max(cell or 0 for row in self.site.intergreen_ds for cell in row)
        self.ours, self.cold = True, False

    def advance(self, demand: Sequence[bool]) -> None:
        for g, group in enumerate(self.groups):
            group.age_ds += self.tick_ds
            group.ended_ds += self.tick_ds
            if group.aspect != GREEN and (demand[g] or self.over_ds(g) >= 0):
                group.wait_ds += self.tick_ds

    def end_at_maximum(self, demand: Sequence[bool], why: list[str]) -> None:
        for g, group in enumerate(self.groups):
            rivals = [j for j in self.foes(g) if demand[j] or self.over_ds(j) >= 0]
            if group.aspect == GREEN and group.wish and group.age_ds >= self.site.groups[g].max_green_ds and rivals:
                first = max(rivals, key=lambda j: (self.groups[j].wait_ds, -j))
                group.wish, why[g] = False, "maximum green"
                self.groups[first].wait_ds = max(self.groups[first].wait_ds, self.patience_ds[first])

    def serve_pressing(self, preempt: Sequence[int], why: list[str]) -> None:
        urgent = sorted((g for g in self.size if self.over_ds(g) >= 0), key=lambda g: (-self.over_ds(g), g))
        overdue = [g for g in urgent if self.over_ds(g) >= self.emergency_ds]
        called = [g for g in self.size if 0 < self.groups[g].called_ds <= self.emergency_ds and g not in overdue]
        called.sort(key=lambda g: (preempt[g], g))
        order = [*overdue, *called, *(g for g in urgent if g not in overdue and g not in called)]
        for g in order:
            if any(self.groups[j].must for j in self.foes(g)):
                continue
            because = "emergency" if g in called else "a group waited too long"
            why[g] = why[g] if self.groups[g].wish else because
            self.groups[g].wish = self.groups[g].must = True
            for j in self.foes(g):
                if self.groups[j].wish:
                    self.groups[j].wish, why[j] = False, because
                self.groups[j].cut = self.groups[j].cut or g in called

    def end(self) -> None:
        for group, times in zip(self.groups, self.site.groups, strict=True):
            least_ds = 0 if group.cut and times.user == User.PEDESTRIAN else times.min_green_ds
            after = [RED]
            if times.clearance_ds and group.aspect != CLEARANCE:
                after.append(CLEARANCE)
            if times.amber_ds and group.aspect == GREEN:
                after.append(AMBER)
            red_amber_ds = -(-times.red_amber_ds // self.tick_ds) * self.tick_ds
            lasts_ds = {AMBER: times.amber_ds, CLEARANCE: times.clearance_ds, GREEN: least_ds}
            lasts_ds |= {RED_AMBER: red_amber_ds, RED: math.inf}
            if group.age_ds >= lasts_ds[group.aspect] and not (group.aspect == GREEN and group.wish):
                group.show(GREEN if group.aspect == RED_AMBER else after[-1])

    def start(self, why: list[str]) -> None:
        if self.startup_ds > 0:
            self.startup_ds -= self.tick_ds
            why[:] = ["start-up" for _ in why]
            return
        waiting = [g for g in self.size if self.groups[g].aspect == RED and self.groups[g].wish]
        for g in sorted(waiting, key=lambda g: (-self.groups[g].age_ds, g)):
            obstacles = self.obstacles(g)
            if not obstacles:
                self.groups[g].show(RED_AMBER if self.site.groups[g].red_amber_ds else GREEN)
                continue
            why[g] = max(obstacles, key=["intergreen", "conflicting group not red yet", TOGETHER].index)
            self.groups[g].next = why[g] != TOGETHER

    def obstacles(self, g: int) -> set[str]:
        red_amber_ds = -(-self.site.groups[g].red_amber_ds // self.tick_ds) * self.tick_ds
        found = {"intergreen"} if self.groups[g].age_ds == 0 else set()
        for j in self.foes(g):
            foe = self.groups[j]
            if foe.next or (foe.wish and foe.aspect in (GREEN, RED_AMBER)):
                found.add(TOGETHER)
            elif foe.aspect != RED:
                found.add("conflicting group not red yet")
            elif foe.ended_ds + red_amber_ds < self.site.intergreen_ds[j][g]:
                found.add("intergreen")
        return found

    def reason(self, g: int, wanted: bool, why: str) -> str:
        group = self.groups[g]
        if group.aspect == RED_AMBER:
            return why if group.must and not wanted else "red-amber"
        if (group.aspect == GREEN) == bool(wanted):
            return "granted"
        if not wanted:
            return why if group.must else "minimum green"
        if why == "granted":
            return {AMBER: "amber", CLEARANCE: "clearance"}[group.aspect]
        return why


TOGETHER = "conflicting groups wanted together"
