"""When an application expects its groups to change, as TLC-FI says it: told anew where it has become wrong. Pure.

What is promised to happen no earlier stays true when it turns out to be later still, so that it need not be told every
second; but it is told again when its moment has passed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from signals.adapters.tlcfi.objects import TICKS
from signals.model.cabinets import GroupRequest
from signals.model.values import Aspect, ByteArray, IntArray

__all__ = ["AWAY", "MOVED_MS", "Predictions"]

MOVED_MS: Final = 500
"""A moment is told anew when it has moved by this: the ticks of two sides are never quite the same."""
AWAY: Final = 0.2
"""And, when it is far away, by this share of the time until then."""
LATER_MS: Final = 5_000
"""The earliest moment is told anew when it has become later by this."""
AHEAD_MS: Final = 1_000
"""Or when the old one has passed, and the new one is at least so far ahead."""

HALF: Final = TICKS // 2
MS_IN_DS: Final = 100

Row = dict[str, int]


class _Told(NamedTuple):
    """What was told last of a group, in ticks; -1 = nothing."""

    first: int
    likely: int
    last: int


class Predictions:
    """What the other side has been told.

    Parameters
    ----------
    hides
        Of each group whether its clearance is asked for as red: that red does not end with the clearance.
    """

    def __init__(self, hides: Sequence[bool]) -> None:
        self._hides = hides
        self._told: list[_Told | None] = [None] * len(hides)

    def forget(self) -> None:
        """Begin anew: whatever is known next is new."""
        self._told = [None] * len(self._told)

    def rows(
        self, request: GroupRequest, ticks: int, asked: Sequence[int], changed: Mapping[int, Any]
    ) -> dict[int, list[Row]]:
        """Return the predictions that are new, by the group; an empty one where nothing is known any more.

        Parameters
        ----------
        request
            What is wanted, and when it will change.
        ticks
            Ours, now.
        asked
            The state that is asked for, of each group.
        changed
            Groups for which another state is asked now.
        """
        found: dict[int, list[Row]] = {}
        aspects, sure = request.aspect.tolist(), _listed(request.confidence, len(asked))
        columns = (request.min_end_ds.tolist(), request.likely_end_ds.tolist(), _listed(request.max_end_ds, len(asked)))
        for group, (first_ds, likely_ds, last_ds) in enumerate(zip(*columns, strict=True)):
            before = self._told[group]
            if self._hides[group] and aspects[group] == Aspect.CLEARANCE:
                likely_ds = last_ds = -1  # noqa: PLW2901  of the clearance, and not of the red
            if first_ds < 0:
                if before is not None:
                    self._told[group], found[group] = None, []
                continue
            ahead_ms = MS_IN_DS * first_ds, _ms(likely_ds, first_ds), _ms(last_ds, first_ds)
            if before is None or group in changed or _is_news(ahead_ms, before, ticks):
                told = _Told(*((ticks + ms) % TICKS if ms >= 0 else -1 for ms in ahead_ms))
                self._told[group] = told
                found[group] = [_row(asked[group], told, sure[group])]
        return found


def _is_news(ahead_ms: tuple[int, int, int], before: _Told, ticks: int) -> bool:
    """Whether what was told is wrong, or says nothing any more."""
    old_ms = _left_ms(before.first, ticks)
    first_ms = ahead_ms[0]
    if first_ms < old_ms - MOVED_MS or first_ms >= old_ms + LATER_MS or (not old_ms and first_ms >= AHEAD_MS):
        return True
    for ms, told in zip(ahead_ms[1:], before[1:], strict=True):
        if (ms < 0) != (told < 0):
            return True
        if ms >= 0 and abs(ms - _left_ms(told, ticks)) >= max(MOVED_MS, AWAY * ms):
            return True
    return False


def _row(state: int, told: _Told, sure: int) -> Row:
    row = {"state": state, "minEnd": told.first}
    if told.last >= 0:
        row["maxEnd"] = told.last
    if told.likely >= 0:
        row["likelyEnd"] = told.likely
        if sure >= 0:
            row["confidence"] = sure
    return row


def _ms(time_ds: int, least_ds: int) -> int:
    """Return a time in milliseconds, not before the earliest; negative = not known."""
    return MS_IN_DS * max(time_ds, least_ds) if time_ds >= 0 else -1


def _left_ms(then: int, ticks: int) -> int:
    """Return in how long a moment comes; 0 when it has passed, since then it may be any moment. Ticks go round."""
    return max((then - ticks + HALF) % TICKS - HALF, 0)


def _listed(column: IntArray | ByteArray | None, count: int) -> list[int]:
    found: list[int] = [-1] * count if column is None else column.tolist()
    return found
