"""Which moments of change are worth telling anew: those that have become wrong since they were told.

What is promised to happen no earlier stays true when it turns out to be later still, so that it need not be told every
second; but it is told again when its moment has passed. All groups of a drive are looked at in one pass.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from signals.drive.foresight import Ends
from signals.model.values import Aspect, BoolArray, ByteArray

__all__ = ["AHEAD_DS", "AWAY", "LATER_DS", "MOVED_DS", "News"]

MOVED_DS: Final = 5
"""A moment is told anew when it has moved by this: the ticks of two sides are never quite the same."""
AWAY: Final = 0.2
"""And, when it is far away, by this share of the time until then."""
LATER_DS: Final = 50
"""The earliest moment is told anew when it has become later by this."""
AHEAD_DS: Final = 10
"""Or when the old one has passed, and the new one is at least so far ahead."""

NOT_TOLD: Final = np.iinfo(np.int64).min // 2

Moments = npt.NDArray[np.int64]


class News:
    """What was told last of each group.

    Parameters
    ----------
    groups
        How many there are.
    """

    def __init__(self, groups: int) -> None:
        self._told: Moments = np.full((3, groups), NOT_TOLD, np.int64)
        self._aspect = np.full(groups, Aspect.UNKNOWN, np.int8)

    def of(self, asked: BoolArray, aspect: ByteArray, ends: Ends, now_ds: int) -> BoolArray:
        """Return whose moments are to be told anew, bool [nG], and take them as told.

        Parameters
        ----------
        asked
            bool [nG] groups of cabinets that are asked in this tick; of the others everything is forgotten.
        aspect
            int8 [nG] what groups are asked to show.
        ends
            When that will change.
        now_ds
            The time.
        """
        told, ahead_ds = self._told, np.array(ends[:3], np.int64)
        known, was_known = asked & (ends.min_ds >= 0), asked & (told[0] != NOT_TOLD)
        moments = np.where(known & (ahead_ds >= 0), now_ds + np.maximum(ahead_ds, ahead_ds[0]), NOT_TOLD)
        news: BoolArray = (
            (known != was_known) | (aspect != self._aspect) | _earliest_is_wrong(moments[0], told[0], now_ds)
        )
        news |= _is_wrong(moments[1], told[1], now_ds) | _is_wrong(moments[2], told[2], now_ds)
        news &= known | was_known
        np.copyto(told, moments, where=news | ~asked)
        np.copyto(self._aspect, aspect, where=news)
        return news


def _earliest_is_wrong(new: Moments, old: Moments, now_ds: int) -> BoolArray:
    ahead = new - now_ds >= AHEAD_DS
    later_ds = new - old
    passed = old < now_ds
    now = (old == now_ds) & ahead
    wrong: BoolArray = np.where(passed, ahead, (later_ds < -MOVED_DS) | (later_ds >= LATER_DS) | now)
    return wrong


def _is_wrong(new: Moments, old: Moments, now_ds: int) -> BoolArray:
    """Whether moments are others than were told. What was told and has passed may be any moment since."""
    away_ds = np.abs(new - np.maximum(old, now_ds))
    moved = (away_ds >= MOVED_DS) & (away_ds >= AWAY * (new - now_ds))
    told_before, told_now = old != NOT_TOLD, new != NOT_TOLD
    wrong: BoolArray = (told_before != told_now) | (told_now & moved)
    return wrong
