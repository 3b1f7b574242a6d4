"""The naive twin of the monitor: one intersection, with its whole history read again every tick."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from signals.model.intersections import Intersection
from signals.model.lanes import User

RED, RED_AMBER, GREEN, AMBER, CLEARANCE = range(5)

Found = tuple[str, str, int, int]
"""Rule, ``command`` or ``display``, group, other group or -1."""


class NaiveMonitor:
    def __init__(
        self,
        site: Intersection,
        tick_ds: int,
        max_lag_ticks: int,
        longest_waits_ds: Sequence[int],
        emergency_ds: int,
        unseen_ticks: int = 0,
    ) -> None:
        self.unseen_ds = unseen_ticks * tick_ds
        self.site, self.tick_ds, self.lag, self.longest_waits_ds = site, tick_ds, max_lag_ticks, longest_waits_ds
        self.emergency_ds = emergency_ds
        self.size = range(len(site.groups))
        self.forget()

    def forget(self) -> None:
        self.commands: list[list[int | None]] = []
        self.displays: list[list[int | None]] = []
        self.demands: list[Sequence[bool]] = []
        self.preempts: list[Sequence[int]] = []
        self.apart = [False for _ in self.size]

    def check(
        self,
        demand: Sequence[bool],
        preempt: Sequence[int],
        shown: Sequence[int],
        command: Sequence[int],
        *,
        write: bool,
    ) -> list[Found]:
        if not write:
            self.forget()
            return []
        found: list[Found] = []
        self.displays.append([self.display(g, shown[g], found) for g in self.size])
        found += self.history_faults("display", self.displays, self.lately())
        self.commands.append([aspect if RED <= aspect <= CLEARANCE else None for aspect in command])
        self.demands.append(demand)
        self.preempts.append(preempt)
        found += [("unknown-aspect", "command", g, -1) for g in self.size if self.commands[-1][g] is None]
        found += self.history_faults("command", self.commands, self.called(len(self.preempts) - 1))
        return found + self.waiting_faults()

    def called(self, tick: int) -> set[int]:
        """Return who is called in a tick of the past, and not by a stuck input."""
        found = set()
        for g in self.size:
            column = [row[g] for row in self.preempts[: tick + 1]]
            ticks = len(list(takewhile(lambda number: number > 0, reversed(column))))
            if ticks and (ticks - 1) * self.tick_ds <= self.emergency_ds:
                found.add(g)
        return found

    def lately(self) -> set[int]:
        """Return who was called in a tick whose command may be what is shown now."""
        now = len(self.preempts)
        return {g for tick in range(max(now - 1 - self.lag, 0), now) for g in self.called(tick)}

    def display(self, g: int, shown: int, found: list[Found]) -> int | None:
        """Settle what counts as shown."""
        asked = [row[g] for row in self.commands[-1 - self.lag :]][::-1]
        if len(asked) < 1 + self.lag:
            asked.append(None)
        if shown == -1 and self.lag:
            self.apart[g] = False
            return None
        if asked[0] is None or shown == -1:
            shown = asked[0]
        elif not RED <= shown <= CLEARANCE:
            found.append(("unknown-aspect", "display", g, -1))
            shown = asked[0]
        follows = shown in asked or None in asked
        first = asked.index(None) if None in asked else len(asked)
        if shown == RED and CLEARANCE in asked[:first]:
            may_be_red = RED in asked or None in asked
            if may_be_red and not (self.displays and self.displays[-1][g] is not None):
                self.apart[g] = False
                return None
            if not (may_be_red and self.clearance_over(g)):
                shown, follows = CLEARANCE, True
        if not follows and not self.apart[g]:
            found.append(("display", "display", g, -1))
        self.apart[g] = not follows
        return shown

    def clearance_over(self, g: int) -> bool:
        """Tell whether a lamp that is red need not mean clearance any more."""
        seen = self.displays[-1][g] if self.displays else None
        lasted_ds = self.run_ds(g, self.displays, len(self.displays) - 1) + self.unseen_ds
        enough = lasted_ds >= self.site.groups[g].clearance_ds
        return seen == RED or (seen == CLEARANCE and enough)

    def history_faults(self, kind: str, history: list[list[int | None]], called: set[int]) -> list[Found]:
        found: list[Found] = []
        for g in self.size:
            aspect = history[-1][g]
            before = history[-2][g] if len(history) > 1 else None
            if aspect is not None and before is not None and aspect != before:
                hurry = any(self.site.conflict(g, j) for j in called)
                found += [(rule, kind, g, -1) for rule in self.change_faults(g, history, hurry=hurry)]
            if aspect == GREEN and before not in (None, GREEN):
                found += [("intergreen", kind, g, j) for j in self.size if self.too_early(g, j, history)]
            if aspect not in (None, RED) and before in (None, RED):
                lit = [j for j in self.size if history[-1][j] not in (None, RED)]
                found += [("conflict", kind, g, j) for j in lit if self.site.conflict(g, j)]
        return found

    def run_ds(self, g: int, history: list[list[int | None]], last: int) -> int:
        """Return for how long a group had shown the same, up to and with a row of its history."""
        ticks = 0
        while ticks <= last and history[last - ticks][g] == history[last][g]:
            ticks += 1
        begin = last + 1 - ticks
        if history is self.displays and begin and history[begin - 1][g] is None and self.noticed(g, history, begin):
            return 10**9  # it began out of sight
        return ticks * self.tick_ds

    def noticed(self, g: int, history: list[list[int | None]], t: int) -> bool:
        """Tell whether a group was seen, or could have been, before a row."""
        earlier = [*history[:t], *(self.commands[: max(t - 1, 0)] if history is self.displays else ())]
        return any(row[g] is not None for row in earlier)

    def change_faults(self, g: int, history: list[list[int | None]], *, hurry: bool) -> list[str]:
        group, before, aspect = self.site.groups[g], history[-2][g], history[-1][g]
        least_ds = [0, group.red_amber_ds, group.min_green_ds, group.amber_ds, group.clearance_ds][before]
        if before == GREEN and group.user == User.PEDESTRIAN and hurry:
            least_ds = 0
        found = []
        if self.run_ds(g, history, len(history) - 2) + self.spare_ds(history) < least_ds:
            found.append(["", "short-red-amber", "short-green", "short-amber", "clearance-cut"][before])
        ways = {
            RED: RED_AMBER if group.red_amber_ds else GREEN,
            RED_AMBER: GREEN,
            GREEN: AMBER if group.amber_ds else CLEARANCE if group.clearance_ds else RED,
            AMBER: CLEARANCE if group.clearance_ds else RED,
            CLEARANCE: RED,
        }
        way = ways[before]
        if aspect != way:
            skipped = {
                AMBER: ("skipped-amber", (CLEARANCE, RED)),
                CLEARANCE: ("clearance-cut", (RED,)),
                RED_AMBER: ("short-red-amber", (GREEN,)),
            }
            name, places = skipped.get(way, ("", ()))
            found.append(name if aspect in places else "illegal-transition")
        return found

    def spare_ds(self, history: list[list[int | None]]) -> int:
        """Return how much longer than it was seen something may have lasted."""
        return self.unseen_ds if history is self.displays else 0

    def too_early(self, g: int, j: int, history: list[list[int | None]]) -> bool:
        needed_ds = self.site.intergreen_ds[j][g]
        ends = [t for t in range(len(history)) if self.ends(j, history, t)]
        if needed_ds is None or not ends:
            return False
        return (len(history) - 1 - ends[-1]) * self.tick_ds + self.spare_ds(history) < needed_ds

    def ends(self, g: int, history: list[list[int | None]], t: int) -> bool:
        """Tell whether a green ended before a row; what is first seen between green and red has just ended."""
        before, now = history[t - 1][g] if t else None, history[t][g]
        if before == GREEN:
            return now != GREEN
        return now in (RED_AMBER, AMBER, CLEARANCE) and not self.noticed(g, history, t)

    def waiting_faults(self) -> list[Found]:
        found: list[Found] = []
        now = len(self.commands) - 1
        for g in self.size:
            if self.commands[-1][g] == GREEN:
                for_ds = self.run_ds(g, self.commands, now) - self.tick_ds
                if for_ds >= self.site.groups[g].max_green_ds and g not in self.called(now):
                    rivals = [j for j in self.size if self.demands[-1][j] and self.site.conflict(g, j)]
                    found += [("long-green", "command", g, j) for j in rivals]
                continue
            ticks = [tick for tick in range(now + 1) if self.commands[tick][g] == GREEN]
            red = range(ticks[-1] + 1 if ticks else 0, now + 1)
            most_ds = self.longest_waits_ds[g] + self.emergency_ds * any(self.called(tick) for tick in red)
            before_ds = self.tick_ds * sum(bool(self.demands[tick][g]) for tick in red[:-1])
            if before_ds <= most_ds < before_ds + self.tick_ds * bool(self.demands[-1][g]):
                found.append(("max-red", "command", g, -1))
        return found
