"""Plays one intersection of the fuzz again and prints the end."""

from __future__ import annotations

from collections import deque
from typing import Final

from benchmarks.safety.matches import Batch, Match, Round
from signals.model.intersections import Intersection
from signals.model.values import Aspect
from signals.safety.guard import DO_NOT_WRITE

__all__ = ["replay"]

LAST_TICKS: Final = 60
LETTERS: Final = {
    Aspect.RED: "r",
    Aspect.RED_AMBER: "R",
    Aspect.GREEN: "G",
    Aspect.AMBER: "a",
    Aspect.CLEARANCE: "c",
    Aspect.UNKNOWN: "-",
}
LEGEND: Final = (
    "w wanted, d demanded, 1 called with this number; shown > commanded: "
    "r red, R red-amber, G green, a amber, c clearance, - unknown, ? no aspect"
)


def replay(batch: Batch, i: int) -> bool:
    """Play one intersection alone to the last tick of a batch, print its end, and tell whether it violates a rule."""
    match = Match(batch, [i])
    (place,) = match.network.intersections
    rows: deque[str] = deque(maxlen=LAST_TICKS)
    violated = False
    for tick, now in enumerate(match.rounds()):
        rows.append(_row(tick, place, now))
        violated = bool(now.verdict.violations)
        if violated:
            break
    _describe(batch, place)
    print("\n".join(rows))
    return violated


def _describe(batch: Batch, place: Intersection) -> None:
    print(f'intersection "{place.id}", ticks of {batch.tick_ds / 10:g} s, displays up to {batch.lag} ticks late')
    print("times in tenths of a second: minimum green, amber, clearance, red-amber, maximum green, maximum red")
    for group in place.groups:
        times = (group.min_green_ds, group.amber_ds, group.clearance_ds, group.red_amber_ds, group.max_green_ds)
        print(f"  {group.id:14}", *(f"{time:5}" for time in (*times, group.max_red_ds)))
    print("intergreens from row to column")
    for group, row in zip(place.groups, place.intergreen_ds, strict=True):
        print(f"  {group.id:14}", *(f"{'-' if cell is None else cell:>5}" for cell in row))
    print(f"\n{LEGEND}")
    print(f"{'tick':>6} {'ours':4}", *(f"{group.id:>14}" for group in place.groups))


def _row(tick: int, place: Intersection, now: Round) -> str:
    """Describe a tick in a line, and what it violates in more."""
    cells = []
    for g in range(len(place.groups)):
        call = now.readings.preempt[g] if now.readings.preempt is not None else 0
        asked = f"{'w' if now.decision.want[g] else '.'}{'d' if now.demand[g] else '.'}{call if call > 0 else '.'}"
        cells.append(f"{asked} {_letter(now.readings.aspect[g])}>{_letter(now.verdict.command.aspect[g])}")
    ours = "no" if now.decision.stage[0] == DO_NOT_WRITE else "yes"
    line = f"{tick:6} {ours:4} " + " ".join(f"{cell:>14}" for cell in cells)
    return "\n".join([line, *(f"       {violation.rule}: {violation.detail}" for violation in now.verdict.violations)])


def _letter(aspect: int) -> str:
    return LETTERS.get(Aspect(aspect), "?") if aspect in set(Aspect) else "?"
