"""Whether cabinets that run plans show them, cycle by cycle.

Who is told a plan answers with the times that it was told; whether it runs them, only its lamps say. So for how long
each group was green in a cycle is held against the plan. A cycle is counted from when a plan was asked for:

- in the first one the cabinet goes over from the plan before to the new one, wherever in it its own cycle begins; where
  it was told too late for that, in the second one: each group must be green for as long as one of these ways has it;
- in each that follows, for as long as the new plan has it.

A green may be seen a second late at either end. One cycle that is not as it must be is forgiven, `STRIKES` in a row are
not. So a plan that is not run is noticed four cycles after it was asked for, if it gives any group more than
`TOLERANCE_S` more or less than what is run instead; less than that nobody sees, and it does little. Where the cabinet
is on its way to another offset, its greens do not come once a cycle, and it has `MOST_ON_THE_WAY` cycles more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from signals.drive.plan_greens import plan_greens
from signals.model.cabinets import CabinetSite, PlanRequest
from signals.model.values import Aspect, BoolArray, ByteArray

__all__ = ["MOST_ON_THE_WAY", "STRIKES", "TOLERANCE_S", "Cycles"]

TOLERANCE_S: Final = 2.0
"""By how much the green of a group in a cycle may differ, for each time that it is green in it."""
STRIKES: Final = 2
MOST_ON_THE_WAY: Final = 6
"""A controller that dwells for a fifth of each cycle has any offset after five; the sixth is the one it begins in."""
MOST_UNSEEN: Final = 1
"""Ticks of a cycle in which nobody looked; with more of them it is not judged."""
NEVER: Final = np.iinfo(np.int64).max

Rows = npt.NDArray[np.int64]
Seconds = npt.NDArray[np.float64]


@dataclass(slots=True)
class _Asked:
    """The plan that a cabinet was told, and how far that has come.

    Attributes
    ----------
    greens, before, earlier
        bool [cycle in seconds, nG] what is green by this plan, and by those that were asked for a cycle and two cycles
        before; None = what that was nobody knows.
    begin_ticks, begin_looks
        For how many ticks each group had been green, and how often it had been looked, when this cycle began.
    strikes, on_the_way
        How many cycles in a row were not as they must be; how many were excused.
    """

    greens: BoolArray
    before: BoolArray | None
    earlier: BoolArray | None
    begin_ticks: Rows
    begin_looks: int
    strikes: int = 0
    on_the_way: int = 0


class Cycles:
    """Follows all cabinets of a drive; costs next to nothing where none has been told a plan.

    Parameters
    ----------
    sites, rows
        The intersection of each cabinet, and the numbers of its groups in the network.
    tick_ds
        Length of a tick.
    """

    def __init__(self, sites: Sequence[CabinetSite], rows: Sequence[Rows], tick_ds: int) -> None:
        groups = 1 + max((int(row.max(initial=-1)) for row in rows), default=-1)
        self._places, self._rows, self._tick_ds = [site.intersection for site in sites], rows, tick_ds
        self._asked: dict[int, _Asked] = {}
        self._due_tick = np.full(len(sites), NEVER, np.int64)
        self._green: BoolArray = np.zeros(groups, np.bool_)
        self._green_ticks, self._began_tick = np.zeros(groups, np.int64), np.zeros(groups, np.int64)
        self._apart_ticks = np.zeros(groups, np.int64)
        self._looks = 0

    def forget(self, k: int) -> None:
        """Begin anew with a cabinet: it was asked nothing."""
        self._asked.pop(k, None)
        self._due_tick[k] = NEVER

    def asked(self, k: int, request: PlanRequest, tick: int) -> None:
        """Take it that a cabinet is asked to run a plan.

        Parameters
        ----------
        k
            The number of the cabinet.
        request
            The plan.
        tick
            The number of the tick.
        """
        place, known = self._places[k], self._asked.get(k)
        greens = plan_greens(place, place.plans[request.plan - 1], request.green_s)
        asked = self._asked[k] = _Asked(greens, None, None, self._green_ticks[self._rows[k]], self._looks)
        if known is not None and len(known.greens) == len(greens):
            asked.before = known.greens
            asked.earlier = known.earlier if known.before is known.greens else known.before
            asked.strikes, asked.on_the_way = known.strikes, known.on_the_way
        self._due_tick[k] = tick + self._cycle_ticks(asked)

    def see(self, shown: ByteArray, tick: int) -> dict[int, str]:
        """Take what is shown in a tick, and say who does not run the plan that he was told, and why.

        Parameters
        ----------
        shown
            int8 [nG of the network] aspects.
        tick
            The number of the tick.
        """
        if not self._asked:
            return {}
        green = shown[: len(self._green)] == Aspect.GREEN
        began = green & ~self._green
        if began.any():
            self._apart_ticks[began] = tick - self._began_tick[began]
            self._began_tick[began] = tick
        self._green_ticks += green
        self._green, self._looks = green, self._looks + 1
        due = np.flatnonzero(self._due_tick <= tick).tolist()
        return {k: why for k in due if (why := self._judged(k, tick))}

    def _cycle_ticks(self, asked: _Asked) -> int:
        return 10 * len(asked.greens) // self._tick_ds

    def _judged(self, k: int, tick: int) -> str:
        """Judge the cycle of a cabinet that ends, and begin the next one."""
        asked, cycle_ticks = self._asked[k], self._cycle_ticks(self._asked[k])
        unseen = cycle_ticks - (self._looks - asked.begin_looks)
        wrong = "" if unseen > MOST_UNSEEN else self._difference(k, asked)
        excused = bool(wrong) and asked.on_the_way < MOST_ON_THE_WAY and self._is_on_the_way(k, asked)
        asked.on_the_way = asked.on_the_way + excused if wrong else 0
        asked.strikes = asked.strikes + 1 if wrong and not excused else 0
        asked.before, asked.earlier = asked.greens, asked.before
        asked.begin_ticks, asked.begin_looks = self._green_ticks[self._rows[k]], self._looks
        self._due_tick[k] = tick + cycle_ticks
        return f"it does not run the plan that it was told: {wrong}" if asked.strikes >= STRIKES else ""

    def _difference(self, k: int, asked: _Asked) -> str:
        """Say which group was not green for as long as the plan has it; empty = all were."""
        if asked.before is None or asked.earlier is None:
            return ""
        shown_s = (self._green_ticks[self._rows[k]] - asked.begin_ticks) * self._tick_ds / 10
        late, in_time = _bounds_s(asked.earlier, asked.before), _bounds_s(asked.before, asked.greens)
        least_s, most_s = np.minimum(late[0], in_time[0]), np.maximum(late[1], in_time[1])
        wrong_s = np.maximum(least_s - shown_s, shown_s - most_s) - TOLERANCE_S * np.maximum(1, _times(asked.greens))
        worst = int(np.argmax(wrong_s))
        if wrong_s[worst] <= 0:
            return ""
        group, least, most = self._places[k].groups[worst].id, least_s[worst], most_s[worst]
        span = f"{least:g}" if least == most else f"{least:g} to {most:g}"
        return f'group "{group}" was green for {shown_s[worst]:g} s of a cycle, expected {span} s'

    def _is_on_the_way(self, k: int, asked: _Asked) -> bool:
        """Whether most groups have begun at other times than once a cycle: it is on its way to another offset."""
        apart_s = (self._apart_ticks[self._rows[k]] - self._cycle_ticks(asked)) * self._tick_ds / 10
        elsewhere = np.abs(apart_s[_times(asked.greens) == 1]) > TOLERANCE_S
        return 2 * int(elsewhere.sum()) > len(elsewhere)


def _times(greens: BoolArray) -> Rows:
    """Return how often each group becomes green in a cycle."""
    found: Rows = (greens & ~np.roll(greens, 1, axis=0)).sum(axis=0)
    return found


def _bounds_s(before: BoolArray, greens: BoolArray) -> tuple[Seconds, Seconds]:
    """Return for how long each group is green at least and at most in a cycle in which one plan gives way to another.

    It begins anywhere in the plan before, and goes on with that to its end; the rest is the beginning of the new one.
    """
    nothing = np.zeros((1, greens.shape[1]), np.int64)
    heads = np.concatenate([nothing, np.cumsum(greens, axis=0)])
    tails = before.sum(axis=0) - np.concatenate([nothing, np.cumsum(before, axis=0)])
    mixed = (heads + tails).astype(np.float64)
    return mixed.min(axis=0), mixed.max(axis=0)
