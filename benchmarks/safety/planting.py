"""Bugs planted on purpose: what the search has to find before its word counts.

Each is planted in the source of the interstage kernel, which then runs as plain Python in the same search.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from benchmarks.safety.counterexample import tell
from benchmarks.safety.families import Family, drawn
from benchmarks.safety.machine import PROMISES, RULES
from benchmarks.safety.search import Search
from tests.safety.planted import plain_step

__all__ = ["BUGS", "Bug", "Caught", "catch"]

SAFETY: Final = Family("planted", 3, 12, longest_ticks=3, calls=1)
WAITING: Final = Family("planted", 3, 2, longest_ticks=1, more_ticks=0, wait_ticks=2, shapes=("complete",))
PAIRS: Final = Family("planted", 2, 3, longest_ticks=1, more_ticks=0, wait_ticks=1, shapes=("complete",))
"""Few small layouts, because plain Python takes thirty times as long."""


class Bug(NamedTuple):
    """A passage of the kernel, what stands there instead, where it is looked for, and the promise or rule it breaks."""

    name: str
    old: str
    new: str
    family: Family
    breaks: str


class Caught(NamedTuple):
    """What came of it: the promises and rules that were found broken, after how many moves, in how many ticks."""

    bug: Bug
    broken: frozenset[str]
    moves: int
    ticks: int

    @property
    def right(self) -> bool:
        """Whether the right thing was found broken."""
        return self.bug.breaks in self.broken


LAST_FIRST: Final = "rank >= 0 and (best < 0 or rank < best_rank) and ("

BUGS: Final = (
    Bug(
        "one obstacle ignored",
        "        j = rival[c]\n        shows",
        "        j = rival[c]\n        if c == site.rival_offset[g]:\n            continue\n        shows",
        SAFETY,
        "conflict",
    ),
    Bug(
        "minimum green a tick too short",
        "else site.min_green_ds[g]",
        "else site.min_green_ds[g] - site.tick_ds",
        SAFETY,
        "short-green",
    ),
    Bug(
        "clearance cut by a call",
        "if age_ds >= site.clearance_ds[g]:",
        "if wish[g] == CUT or age_ds >= site.clearance_ds[g]:",
        SAFETY,
        "clearance-cut",
    ),
    Bug(
        "intergreen a tick too short",
        "site.between_ds[c] - site.red_amber_ds[g]:",
        "site.between_ds[c] - site.red_amber_ds[g] - site.tick_ds:",
        SAFETY,
        "intergreen",
    ),
    Bug("any display adopted", " and (shown[g] == RED or shown[site.rival[c]] == RED)", "", SAFETY, "conflict"),
    Bug("start-up without end", "state.startup_ds[i] -= site.tick_ds", "state.startup_ds[i] -= 0", SAFETY, "serves"),
    Bug("greens end by themselves", "if wish[g] <= REFUSED and age_ds", "if age_ds", SAFETY, "holds"),
    Bug(
        "intergreen a tick too long",
        "site.between_ds[c] - site.red_amber_ds[g]:",
        "site.between_ds[c] - site.red_amber_ds[g] + site.tick_ds:",
        SAFETY,
        "starts",
    ),
    Bug(
        "maximum red ignored",
        "        if wait_ds[g] >= patience_ds[g]:\n            pressing = True\n",
        "",
        PAIRS,
        "waits",
    ),
    Bug(
        "maximum green ignored",
        "            _end_at_maximum(site, state, demand, first, last)\n",
        "",
        WAITING,
        "long-green",
    ),
    Bug("the last in the queue goes first", "rank > best_rank and (", LAST_FIRST, WAITING, "waits"),
)


def catch(bug: Bug, seed: int) -> Caught:
    """Search a few layouts with a bug; the first broken promises decide."""
    step = plain_step((bug.old, bug.new))
    task = next(drawn(bug.family, seed, bug.family.share))
    search = Search(task.machine(step), task.moves(), task.most_rows)
    search.run(first_only=True)
    told = [tell(task, broken, step) for broken in search.broken]
    promises = {broken.promise for broken in search.broken} - {PROMISES[RULES]}
    found = promises.union(*(one.rules for one in told))
    ticks = min((len(broken.path) for broken in search.broken), default=0)
    return Caught(bug, frozenset(found), int(search.moved.sum()), ticks)
