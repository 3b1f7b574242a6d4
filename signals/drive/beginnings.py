"""From when on cabinets are driven second by second: from a beginning at which it is known what they do.

The guard counts a tick for each that it has permitted, and knows since when a group has been red only where it has seen
it. A cabinet that times itself (hold and force-off) knows better: it would be ahead of what is permitted, and the
monitor would take that for a broken rule. So whoever has come to us, or has gone on while edges were missed, does what
it was asked last until nothing of that is to come any more, and is lost to the guard for a tick at least, which then
forgets what it knew; and its greens stay as they are until no intergreen of before can be running.

A cabinet that shows what it is told ends an amber when that has lasted, also where the guard has counted fewer ticks of
it because edges were missed: then it is lost for a tick, too.

A cabinet that is taken may have decided on a green, or on the end of one, before it heard that everybody is left out.
That is its own program and no fault: it is lost to the guard for a tick and begins anew. Twice; whoever goes on like
this does not do what he is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from signals.drive.arming import is_at_rest
from signals.drive.seat import Seat
from signals.drive.shown import lag_ticks
from signals.model.cabinets import Capability, HoldRequest, Request
from signals.model.values import Aspect, BoolArray, ByteArray

__all__ = ["Beginnings"]

MOST_OWN: Final = 2
"""How often a cabinet may go on with its own program after it was taken: one green, and the next."""

LATER: Final = (
    (Aspect.AMBER, Aspect.RED),
    (Aspect.CLEARANCE, Aspect.RED),
    (Aspect.RED_AMBER, Aspect.GREEN),
)
"""What comes by itself, and what after it."""


class Beginnings:
    """Which cabinets are driven from a beginning that is known.

    Parameters
    ----------
    seats
        The cabinets.
    tick_ds
        Length of a tick.

    Attributes
    ----------
    begun
        Of each seat whether it is.
    """

    def __init__(self, seats: Sequence[Seat], tick_ds: int) -> None:
        self._seats = seats
        self.begun = [False] * len(seats)
        self._longest_ticks = [-(-_longest_ds(seat) // tick_ds) for seat in seats]
        self._lag_ticks = lag_ticks(tick_ds)
        self._settled_tick = np.full(len(seats), -1, np.int64)
        self._lost_tick = np.full(len(seats), -1, np.int64)
        self._to_come: dict[int, tuple[int, HoldRequest]] = {}
        self._green: dict[int, BoolArray] = {}
        self._own = [0] * len(seats)
        self._ahead = [False] * len(seats)

    def begins(self, k: int, aspect: ByteArray, tick: int) -> bool:
        """Look at what a cabinet that is ours shows, int8 [its nG]; whether it begins now."""
        if self.begun[k] or tick <= self._lost_tick[k] or not is_at_rest(aspect) or self._is_to_come(k, aspect, tick):
            return False
        self.begun[k] = True
        if self._times_itself(k):
            self._settled_tick[k] = tick + self._longest_ticks[k]
            self._green[k] = aspect == Aspect.GREEN
        return True

    def goes_on_by_itself(self, k: int, aspect: ByteArray, tick: int) -> bool:
        """Whether a green has begun or ended that was to stay as it was, int8 [its nG]; then it is to begin anew."""
        if not self.begun[k] or tick > self._settled_tick[k] or self._own[k] >= MOST_OWN:
            return False
        if ((aspect == Aspect.GREEN) == self._green[k]).all():
            return False
        self.begun[k], self._lost_tick[k] = False, tick
        self._own[k] += 1
        return True

    def is_ahead(self, k: int, aspect: ByteArray, asked: ByteArray, tick: int) -> bool:
        """Whether edges were missed and it shows what follows on what it was asked, int8 [its nG]; begin anew then."""
        if not self._ahead[k] or not self.begun[k]:
            return False
        if is_at_rest(asked):
            self._ahead[k] = False
            return False
        if not any(((asked == now) & (aspect == later)).any() for now, later in LATER):
            return False
        self.begun[k], self._ahead[k], self._lost_tick[k] = False, False, tick
        return True

    def leave(self, k: int) -> None:
        """Take it that a cabinet has not been ours all the time: of what it was asked nothing is to come any more."""
        self.begun[k], self._own[k], self._ahead[k] = False, 0, False
        self._to_come.pop(k, None)

    def missed(self, tick: int, asked: Callable[[int], Request | None]) -> list[int]:
        """Take it that edges were missed; return who has to begin anew, whatever he shows.

        Parameters
        ----------
        tick
            The number of the last tick that was missed.
        asked
            What a seat was asked last.
        """
        anew = [k for k, begun in enumerate(self.begun) if begun and self._times_itself(k)]
        self._ahead = [begun and not self._times_itself(k) for k, begun in enumerate(self.begun)]
        for k in anew:
            self.begun[k], self._lost_tick[k] = False, tick + 1
            request = asked(k)
            if isinstance(request, HoldRequest):
                self._to_come[k] = tick + self._longest_ticks[k] + self._lag_ticks, request
        return anew

    def settling(self, tick: int) -> list[int]:
        """Return whose greens stay as they are in a tick."""
        found: list[int] = np.flatnonzero(self._settled_tick > tick).tolist()
        return found

    def _is_to_come(self, k: int, aspect: ByteArray, tick: int) -> bool:
        """Whether a green that it was asked for, or the end of one, is still to come; not for ever."""
        until_tick, request = self._to_come.get(k, (-1, None))
        if request is None or tick > until_tick:
            return False
        green = aspect == Aspect.GREEN
        return bool((request.call & ~green | request.force_off & green).any())

    def _times_itself(self, k: int) -> bool:
        return self._seats[k].way is Capability.HOLD_FORCE_OFF


def _longest_ds(seat: Seat) -> int:
    """Return the longest intergreen of a site."""
    return max((between or 0 for row in seat.site.intersection.intergreen_ds for between in row), default=0)
