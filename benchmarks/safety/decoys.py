"""Bugs planted on purpose: what the fuzz has to find before its word counts.

Each is planted in the source of the interstage kernel, which then runs as plain Python in the same guard, between the
same adversary and the same monitor.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from benchmarks.safety.matches import Batch, play
from signals.safety import guard, interstage
from tests.safety.planted import plant, views

__all__ = ["DECOYS", "Catch", "Decoy", "catch", "field"]

WIDTH: Final = 24
TICKS: Final = 4_000
"""Intersections of a match against a bug, and for how many ticks it is played at most."""


class Decoy(NamedTuple):
    """A bug: a passage of the kernel, what stands there instead, and the rule that it breaks."""

    name: str
    old: str
    new: str
    rule: str


class Catch(NamedTuple):
    """What came of it: the rules that were violated first, and after how many ticks; none if it was not caught."""

    decoy: Decoy
    rules: set[str]
    ticks: int

    @property
    def right(self) -> bool:
        """Whether the monitor named the right rule."""
        return self.decoy.rule in self.rules


DECOYS: Final = (
    Decoy(
        "amber a tick too short",
        "if age_ds >= site.amber_ds[g]:",
        "if age_ds >= site.amber_ds[g] - site.tick_ds:",
        "short-amber",
    ),
    Decoy(
        "minimum green a tick too short",
        "else site.min_green_ds[g]",
        "else site.min_green_ds[g] - site.tick_ds",
        "short-green",
    ),
    Decoy(
        "an intergreen ignored",
        "state.ended_ds[j] < site.between_ds[c] - site.red_amber_ds[g]",
        "False",
        "intergreen",
    ),
    Decoy(
        "conflicting groups start together",
        "shows, wished = aspect[j], wish[j]",
        "shows, wished = state.out[j], wish[j]",
        "conflict",
    ),
    Decoy(
        "clearance cut by a call",
        "if age_ds >= site.clearance_ds[g]:",
        "if wish[g] == CUT or age_ds >= site.clearance_ds[g]:",
        "clearance-cut",
    ),
    Decoy(
        "walk cut without a call",
        "if wish[g] == CUT else",
        "if wish[g] <= REFUSED else",
        "short-green",
    ),
    Decoy(
        "red-amber given up with the wish",
        "                now = GREEN\n",
        "                now = GREEN if wish[g] > REFUSED else RED\n",
        "illegal-transition",
    ),
    Decoy(
        "maximum green ignored",
        "                state.wish[g], state.reason[g] = REFUSED, MAX_GREEN\n",
        "",
        "long-green",
    ),
    Decoy(
        "maximum red ignored",
        "        if wait_ds[g] >= patience_ds[g]:\n            pressing = True\n",
        "",
        "max-red",
    ),
    Decoy(
        "calls go before everybody for ever",
        "if rank >= site.emergency_ds:",
        "if rank >= FIRST:",
        "max-red",
    ),
    Decoy(
        "any display adopted",
        " and (shown[g] == RED or shown[site.rival[c]] == RED)",
        "",
        "conflict",
    ),
)


def field(seed: int) -> Batch:
    """Return the batch in which bugs are looked for; without one it violates nothing."""
    return Batch(seed, 0, WIDTH, TICKS)


def catch(decoy: Decoy, seed: int) -> Catch:
    """Let the fuzz look for a bug; the first round with a violation decides."""
    with _planted(decoy):
        outcome = play(field(seed))
    return Catch(decoy, {rule for _, rule, _ in outcome.violations}, outcome.ticks)


@contextmanager
def _planted(decoy: Decoy) -> Iterator[None]:
    """Have the guard use a kernel with a bug."""
    step = plant(interstage, (decoy.old, decoy.new)).step
    kept = guard.step, guard.quick
    guard.step, guard.quick = step, views  # type: ignore[attr-defined]
    try:
        yield
    finally:
        guard.step, guard.quick = kept  # type: ignore[attr-defined]
