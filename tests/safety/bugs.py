"""Bugs that people write, to be planted in the safety layer. `benchmarks/safety/mutate.py` and the tests plant them all.

Most of them the monitor has to see, and to call by its rule. A few break no rule that a monitor can know (the lower
number of two emergencies goes first, say): there the naive twins have to disagree.
"""

from __future__ import annotations

from types import ModuleType
from typing import Final, NamedTuple

import signals.safety.bounds
import signals.safety.guard
import signals.safety.interstage

KERNEL: Final = signals.safety.interstage
GUARD: Final = signals.safety.guard
BOUNDS: Final = signals.safety.bounds

TWIN: Final = "differs from the twin"


class Bug(NamedTuple):
    """A passage of a module, what a bug makes of it, and what says so: a rule of the monitor, or `TWIN`."""

    module: ModuleType
    name: str
    old: str
    new: str
    found: str

    @property
    def place(self) -> str:
        return self.module.__name__.rpartition(".")[2]

    @property
    def by(self) -> str:
        return "twin" if self.found == TWIN else "monitor"


INTERVALS = (
    Bug(KERNEL, "amber of no length", "AMBER if site.amber_ds[g] > 0 else CLEARANCE", "CLEARANCE", "skipped-amber"),
    Bug(KERNEL, "amber a second short", "age_ds >= site.amber_ds[g]", "age_ds >= site.amber_ds[g] - 10", "short-amber"),
    Bug(KERNEL, "amber of another group", "age_ds >= site.amber_ds[g]", "age_ds >= site.amber_ds[last - 1]", "short-amber"),
    Bug(KERNEL, "amber ends with a new wish", "age_ds >= site.amber_ds[g]", "age_ds >= site.amber_ds[g] or wish[g] > REFUSED", "short-amber"),
    Bug(KERNEL, "amber cut by an emergency", "age_ds >= site.amber_ds[g]", "age_ds >= site.amber_ds[g] or wish[g] == CUT", "short-amber"),
    Bug(KERNEL, "minimum green a tick short", "else site.min_green_ds[g]", "else site.min_green_ds[g] - site.tick_ds", "short-green"),
    Bug(KERNEL, "minimum green of another group", "else site.min_green_ds[g]", "else site.min_green_ds[first]", "short-green"),
    Bug(KERNEL, "minimum green cut by an emergency", "site.least_green_ds[g] if wish", "0 if wish", "short-green"),
    Bug(KERNEL, "a walk cut without an emergency", "if wish[g] == CUT else", "if wish[g] <= REFUSED else", "short-green"),
    Bug(KERNEL, "minimum green from the end of the one before", "wish[g] <= REFUSED and age_ds >=", "wish[g] <= REFUSED and state.ended_ds[g] >=", "short-green"),
    Bug(KERNEL, "a clock that counts seconds as tenths", "age_ds[g] += tick_ds", "age_ds[g] += 10 * tick_ds", "short-green"),
    Bug(KERNEL, "clearance half as long", "age_ds >= site.clearance_ds[g]", "age_ds >= site.clearance_ds[g] // 2", "clearance-cut"),
    Bug(KERNEL, "clearance of another group", "age_ds >= site.clearance_ds[g]", "age_ds >= site.clearance_ds[last - 1]", "clearance-cut"),
    Bug(KERNEL, "clearance cut by an emergency", "age_ds >= site.clearance_ds[g]", "age_ds >= site.clearance_ds[g] or wish[g] == CUT", "clearance-cut"),
    Bug(KERNEL, "clearance left out", "else CLEARANCE if site.clearance_ds[g] > 0 else RED", "else RED", "clearance-cut"),
    Bug(KERNEL, "clearance after amber left out", "now = CLEARANCE if site.clearance_ds[g] > 0 else RED", "now = RED", "clearance-cut"),
    Bug(KERNEL, "red-amber left out", "state.aspect[g] = RED_AMBER", "state.aspect[g] = GREEN", "short-red-amber"),
    Bug(KERNEL, "red-amber left out for an emergency", "if site.red_amber_ds[g] > 0:", "if site.red_amber_ds[g] > 0 and state.wish[g] != MUST:", "short-red-amber"),
    Bug(KERNEL, "red-amber cut", "if age_ds >= site.red_amber_ds[g]:", "if True:", "short-red-amber"),
    Bug(KERNEL, "red-amber given up", "                now = GREEN\n", "                now = GREEN if wish[g] > REFUSED else RED\n", "illegal-transition"),
    Bug(KERNEL, "red not seen", "GRANTED if state.age_ds[g] > 0 else INTERGREEN", "GRANTED", "illegal-transition"),
    Bug(KERNEL, "a green taken over has been there for long", "= shown[g], 0, 0", "= shown[g], SATURATED, 0", "short-green"),
    Bug(KERNEL, "a clock of a byte", "age_ds[g] += tick_ds", "age_ds[g] = (age_ds[g] + tick_ds + 128) % 256 - 128", "long-green"),
)  # fmt: skip

CONFLICTS = (
    Bug(KERNEL, "matrix transposed", "        j = rival[c]\n",
        "        j = rival[c]\n"
        "        for d in range(site.rival_offset[j], site.rival_offset[j + 1]):\n"
        "            c = d if rival[d] == g else c\n", "intergreen"),
    Bug(KERNEL, "conflicts of the first intersection", "j = rival[c]\n", "j = rival[c % site.rival_offset[4]]\n", "conflict"),
    Bug(KERNEL, "the last conflict left out", "site.rival_offset[g + 1]):\n        j = rival", "site.rival_offset[g + 1] - 1):\n        j = rival", "conflict"),
    Bug(KERNEL, "only conflicts with lower numbers", "if shows != RED:", "if shows != RED and j < g:", "conflict"),
    Bug(KERNEL, "amber does not count", "if shows != RED:", "if shows == GREEN:", "conflict"),
    Bug(KERNEL, "clearance does not count", "if shows != RED:", "if shows != RED and shows != CLEARANCE:", "conflict"),
    Bug(KERNEL, "two start at once", "shows, wished = aspect[j], wish[j]", "shows, wished = state.out[j], wish[j]", "conflict"),
    Bug(KERNEL, "an emergency starts at once", "if obstacle == GRANTED:", "if obstacle == GRANTED or state.wish[g] == MUST:", "conflict"),
    Bug(KERNEL, "an emergency does not wait for intergreens", "            obstacle = max(obstacle, INTERGREEN)", "            obstacle = max(obstacle, INTERGREEN if wish[g] != MUST else GRANTED)", "intergreen"),
    Bug(KERNEL, "no intergreen", "state.ended_ds[j] < site.between_ds[c] - site.red_amber_ds[g]", "False", "intergreen"),
    Bug(KERNEL, "intergreen from the end of amber", "                state.ended_ds[g] = 0\n                now = AMBER", "                now = AMBER", "intergreen"),
    Bug(KERNEL, "red-amber subtracted twice", "- site.red_amber_ds[g]:", "- 2 * site.red_amber_ds[g]:", "intergreen"),
    Bug(KERNEL, "intergreen in seconds", "site.between_ds[c] - site.red", "site.between_ds[c] // 10 - site.red", "intergreen"),
    Bug(KERNEL, "the end of green is that of the one who starts", "state.ended_ds[j] < site", "state.ended_ds[g] < site", "intergreen"),
    Bug(KERNEL, "outputs reversed", "shows = out[g] = aspect[g]", "shows = aspect[g]\n        out[g] = aspect[first + last - 1 - g]", "conflict"),
    Bug(KERNEL, "an aspect that does not exist", "shows = out[g] = aspect[g]", "shows = aspect[g]\n        out[g] = aspect[g] * 3", "unknown-aspect"),
    Bug(KERNEL, "takes over anything", " and (shown[g] == RED or shown[site.rival[c]] == RED)", "", "conflict"),
)  # fmt: skip

WAITING = (
    Bug(KERNEL, "no maximum green", "            _end_at_maximum(site, state, demand, first, last)\n", "", "long-green"),
    Bug(KERNEL, "maximum green in the wrong unit", "== WISHED and state.age_ds[g] >= site", "== WISHED and state.age_ds[g] >= 10 * site", "long-green"),
    Bug(KERNEL, "maximum green by the wrong clock", "== WISHED and state.age_ds[g]", "== WISHED and state.wait_ds[g]", "long-green"),
    Bug(KERNEL, "maximum green for its own demand", "waits = demand[j]", "waits = demand[g]", "long-green"),
    Bug(KERNEL, "nobody is urgent", "            _serve_pressing(site, state, preempt, first, last)\n", "", "max-red"),
    Bug(KERNEL, "the last becomes the first", "rank > best_rank and (", "rank >= 0 and (best < 0 or rank < best_rank) and (", "max-red"),
    Bug(KERNEL, "the wait begins far below zero", "state.wait_ds[g], state.called_ds[g] = 0, 0", "state.wait_ds[g], state.called_ds[g] = -100000, 0", "max-red"),
    Bug(KERNEL, "waiting is forgotten when demand goes", "            wait_ds[g] += tick_ds\n", "            wait_ds[g] += tick_ds\n        if not demand[g]:\n            wait_ds[g] = 0\n", "max-red"),
    Bug(KERNEL, "a stuck call is heard for ever", "state.called_ds[g] <= site.emergency_ds:", "True:", "long-green"),
    Bug(KERNEL, "the time of a call does not run", "called_ds[g] += site.tick_ds", "called_ds[g] += 0", "long-green"),
    Bug(KERNEL, "emergencies starve everybody", "if rank >= site.emergency_ds:", "if False:", "max-red"),
    Bug(GUARD, "patience in the wrong unit", "patience_ds=patience_ds", "patience_ds=10 * patience_ds", "max-red"),
    Bug(GUARD, "an emergency ten times as long", "emergency_ds=EMERGENCY_DS,\n        tick_ds", "emergency_ds=10 * EMERGENCY_DS,\n        tick_ds", "long-green"),
)  # fmt: skip

SITES = (
    Bug(GUARD, "intergreens transposed", "zip(*place.intergreen_ds, strict=True)", "place.intergreen_ds", "intergreen"),
    Bug(GUARD, "intergreens in seconds", "[time_ds for _, time_ds in found]", "[time_ds // 10 for _, time_ds in found]", "intergreen"),
    Bug(GUARD, "an intergreen of nothing is no conflict", "if time_ds is not None", "if time_ds", "conflict"),
    Bug(GUARD, "conflicts numbered within the intersection", "(first + row, time_ds)", "(row, time_ds)", "conflict"),
    Bug(GUARD, "lists of conflicts that start a group late", "offset, rival, between_ds = [0], [], []", "offset, rival, between_ds = [0, 0], [], []", "conflict"),
    Bug(GUARD, "only the upper half of the matrix", "enumerate(column) if time_ds", "enumerate(column) if row > (len(offset) - 1 - first) and time_ds", "conflict"),
    Bug(GUARD, "amber in seconds", "amber_ds=twin.amber_ds,", "amber_ds=twin.amber_ds // 10,", "short-amber"),
    Bug(GUARD, "minimum green in seconds", "min_green_ds=twin.min_green_ds,", "min_green_ds=twin.min_green_ds // 10,", "short-green"),
    Bug(GUARD, "clearance in seconds", "clearance_ds=twin.clearance_ds,", "clearance_ds=twin.clearance_ds // 10,", "clearance-cut"),
    Bug(GUARD, "amber and clearance swapped", "clearance_ds=twin.clearance_ds,", "clearance_ds=twin.amber_ds,", "clearance-cut"),
    Bug(GUARD, "maximum green in the wrong unit", "max_green_ds=twin.max_green_ds,", "max_green_ds=twin.max_green_ds * 10,", "long-green"),
    Bug(GUARD, "red-amber rounded down", "-(-twin.red_amber_ds // tick_ds) * tick_ds", "twin.red_amber_ds // tick_ds * tick_ds", "short-red-amber"),
    Bug(GUARD, "emergencies cut everybody's minimum green", "== User.PEDESTRIAN, 0,", ">= User.VEHICLE, 0,", "short-green"),
    Bug(GUARD, "emergencies cut only the minimum of vehicles", "== User.PEDESTRIAN, 0,", "!= User.PEDESTRIAN, 0,", "short-green"),
    Bug(GUARD, "what cannot be read is red", "self._shown[:] = Aspect.UNKNOWN", "self._shown[:] = Aspect.RED", "display"),
    Bug(GUARD, "what was shown is what was wanted", "if not copied(readings.aspect, self._shown):", "if not copied(self._want.astype(np.int8), self._shown):", "display"),
)  # fmt: skip

ORDER = (
    Bug(KERNEL, "the higher number of two emergencies first", "rank = OVERDUE - preempt[g]", "rank = OVERDUE - 128 + preempt[g]", TWIN),
    Bug(KERNEL, "a call that ends is not over", "            called_ds[g] = 0\n", "            called_ds[g] += 0\n", TWIN),
    Bug(KERNEL, "an emergency refuses nobody", "state.wish[j], state.reason[j] = REFUSED, why", "state.reason[j] = why", TWIN),
    Bug(KERNEL, "an emergency does not cut a walk", "                    state.wish[j] = CUT\n", "                    state.wish[j] = REFUSED\n", TWIN),
    Bug(KERNEL, "the shortest wait ends a maximum green", "state.wait_ds[j] > state.wait_ds[longest]", "state.wait_ds[j] < state.wait_ds[longest]", TWIN),
    Bug(KERNEL, "who waits for time is overtaken", "                state.wish[g] = NEXT\n", "                state.wish[g] = WISHED\n", TWIN),
    Bug(KERNEL, "the shortest red starts first", "age_ds > best_ds and (age_ds < after_ds", "(best < 0 or age_ds < best_ds) and (after < 0 or age_ds > after_ds", TWIN),
    Bug(KERNEL, "intergreen from the start of red", "state.ended_ds[j] < site", "state.age_ds[j] < site", TWIN),
    Bug(KERNEL, "no start-up after nonsense", "        state.startup_ds[i] = longest_ds\n", "        state.startup_ds[i] = 0\n", TWIN),
    Bug(KERNEL, "start-up half as long", "state.startup_ds[i] -= site.tick_ds", "state.startup_ds[i] -= 2 * site.tick_ds", TWIN),
    Bug(KERNEL, "start-up by the last intergreen", "longest_ds = max(longest_ds, site.between_ds[c])", "longest_ds = site.between_ds[c]", TWIN),
    Bug(KERNEL, "takes over aspects that do not exist", "sound = sound and RED <= shown[g] <= CLEARANCE", "sound = sound and shown[g] <= CLEARANCE", TWIN),
    Bug(KERNEL, "red taken over has been there for ever", "SATURATED if cold else 0", "SATURATED", TWIN),
    Bug(KERNEL, "what is not written is remembered", "            _set_red(state, first, last, 0)\n            for", "            for", TWIN),
    Bug(KERNEL, "written again, it goes on as before", "            state.charge[i] = OUT\n", "", TWIN),
    Bug(KERNEL, "groups of the first intersection start twice", "            _start(site, state, first, last)\n", "            _start(site, state, 0, last)\n", TWIN),
    Bug(GUARD, "what is latched is written", "            self._write &= ~self._monitor.latched\n", "            pass\n", TWIN),
    Bug(GUARD, "latched before the restart is forgotten", "self._monitor.latched[_numbers(network, latched)] = True", "_numbers(network, latched)", TWIN),
    Bug(GUARD, "a violation stops the intersection after it", "rows = slice(self._group_offset[i], self._group_offset[i + 1])", "rows = slice(self._group_offset[i + 1], self._group_offset[-1])", TWIN),
    Bug(GUARD, "the command that violates is shown for a tick", "self._write[i], self._state.charge[i] = False, OUT", "self._state.charge[i] = OUT", TWIN),
    Bug(GUARD, "a person resets all intersections", "self._monitor.reset(intersection)", "[self._monitor.reset(i) for i in range(len(self._write))]", TWIN),
    Bug(GUARD, "nobody waits where demand is unknown", "self._demand[:] = True", "self._demand[:] = False", TWIN),
    Bug(GUARD, "a wish that cannot be read wishes nothing", "self._want[:] = (aspect == Aspect.GREEN) | (aspect == Aspect.RED_AMBER)", "self._want[:] = False", TWIN),
    Bug(GUARD, "calls are not heard", "if not copied(readings.preempt, self._preempt):", "if copied(readings.preempt, self._preempt):", TWIN),
    Bug(GUARD, "what is left alone is any stage below 0", "np.not_equal(self._stage, DO_NOT_WRITE, out=self._write)", "np.greater(self._stage, -1, out=self._write)", TWIN),
    Bug(BOUNDS, "urgent only at the maximum red", "max(site.max_red_ds[g] - lead_ds, tick_ds)", "max(site.max_red_ds[g], tick_ds)", TWIN),
    Bug(BOUNDS, "the lead in the wrong direction of the matrix", "(j - first) * (last - first) + g - first", "(g - first) * (last - first) + j - first", TWIN),
)  # fmt: skip

BUGS: Final = (*INTERVALS, *CONFLICTS, *WAITING, *SITES, *ORDER)
