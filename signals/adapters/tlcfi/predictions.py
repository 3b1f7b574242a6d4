"""When an application expects its groups to change, as TLC-FI says it: told anew where it has become wrong. Pure.

What is promised to happen no earlier stays true when it turns out to be later still, so that it need not be told every
second; but it is told again when its moment has passed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from signals.adapters.tlcfi.objects import TICKS
from signals.model.cabinets import GroupRequest
from signals.model.values import Aspect, IntArray

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
        self._hiding = frozenset(group for group, hidden in enumerate(hides) if hidden)
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
        count, told = len(asked), self._told
        columns = request.min_end_ds.tolist(), request.likely_end_ds.tolist(), _listed(request.max_end_ds, count)
        clearing = self._clearing(request)
        for group, (first_ds, likely_ds, last_ds) in enumerate(zip(*columns, strict=True)):
            before = told[group]
            if first_ds < 0:
                if before is not None:
                    told[group], found[group] = None, []
                continue
            if group in clearing:
                likely_ds = last_ds = -1  # noqa: PLW2901  of the clearance, and not of the red
            ahead_ms = (
                MS_IN_DS * first_ds,
                -1 if likely_ds < 0 else MS_IN_DS * max(likely_ds, first_ds),
                -1 if last_ds < 0 else MS_IN_DS * max(last_ds, first_ds),
            )
            if before is None or group in changed or _is_news(ahead_ms, before, ticks):
                told[group] = new = _Told(*[(ticks + ms) % TICKS if ms >= 0 else -1 for ms in ahead_ms])
                sure = -1 if request.confidence is None else int(request.confidence[group])
                found[group] = [_row(asked[group], new, sure)]
        return found

    def _clearing(self, request: GroupRequest) -> frozenset[int]:
        """Return the groups whose clearance is asked for as red now."""
        if not self._hiding:
            return self._hiding
        aspects = request.aspect.tobytes()
        return frozenset(group for group in self._hiding if aspects[group] == Aspect.CLEARANCE)


# Nearly all of the time of a tick in which nothing is news is spent here: hence no loop, and no calls.
def _is_news(ahead_ms: tuple[int, int, int], before: _Told, ticks: int) -> bool:
    """Whether what was told is wrong, or says nothing any more. Ticks go round.

    What was told and has passed may be any moment.
    """
    first_ms, likely_ms, last_ms = ahead_ms
    first, likely, last = before
    half_ago = HALF - ticks
    later_ms = first_ms - ((first + half_ago) % TICKS - HALF)
    if later_ms > first_ms:  # it has passed
        if first_ms >= AHEAD_MS:
            return True
    elif later_ms < -MOVED_MS or later_ms >= LATER_MS or (later_ms == first_ms >= AHEAD_MS):
        return True
    if (likely_ms < 0) != (likely < 0) or (last_ms < 0) != (last < 0):
        return True
    if likely_ms >= 0 and _moved(likely_ms, (likely + half_ago) % TICKS - HALF):
        return True
    return last_ms >= 0 and _moved(last_ms, (last + half_ago) % TICKS - HALF)


def _moved(ms: int, old_ms: int) -> bool:
    """Whether a moment is another one than was told."""
    away_ms = ms - old_ms if old_ms > 0 else ms
    return not -MOVED_MS < away_ms < MOVED_MS and abs(away_ms) >= AWAY * ms


def _row(state: int, told: _Told, sure: int) -> Row:
    row = {"state": state, "minEnd": told.first}
    if told.last >= 0:
        row["maxEnd"] = told.last
    if told.likely >= 0:
        row["likelyEnd"] = told.likely
        if sure >= 0:
            row["confidence"] = sure
    return row


def _listed(column: IntArray | None, count: int) -> list[int]:
    found: list[int] = [-1] * count if column is None else column.tolist()
    return found
