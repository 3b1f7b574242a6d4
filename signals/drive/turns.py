"""How many cabinets have their turn in a tick, to be connected or asked for control: as many as there is time for.

Where hundreds are asked for control at once, the tick ends before they have answered; nobody knows who has heard it,
and all are asked again, so that none ever is ours. And hundreds that are identified at once leave no time for those
that are ours. So a tick that was too short for them halves the number, and each that was not doubles it.
"""

from __future__ import annotations

from typing import Final

__all__ = ["AT_ONCE_PER_S", "Turns"]

AT_ONCE_PER_S: Final = 50
"""A thousand have had theirs after twenty seconds at best."""


class Turns:
    """Learns how many there is time for.

    Parameters
    ----------
    tick_ds
        Length of a tick.

    Attributes
    ----------
    most
        So many may have their turn now, at least one.
    """

    def __init__(self, tick_ds: int) -> None:
        self.most = self._bound = max(1, AT_ONCE_PER_S * tick_ds // 10)

    def note(self, *, late: bool) -> None:
        """Take note of a tick, and whether it was too short."""
        self.most = max(1, self.most // 2) if late else min(2 * self.most, self._bound)
