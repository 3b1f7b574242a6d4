"""When to ask for a status so that it is there when the next tick begins. Pure.

Hundreds of controllers that are all asked at the edge of a tick answer one after the other, and the tick waits for the
last. Asked shortly before, they have answered by then. How shortly, their own answers tell: whoever answers within
a few milliseconds is asked at the edge, and what he says is as new as it can be. A slow answer is remembered for a
while: those that are asked ahead answer at once, and would all be asked at the next edge again.
"""

from __future__ import annotations

from typing import Final

__all__ = ["FRESH_S", "LookAhead"]

MARGIN: Final = 2.0
"""So many times as long as the last answer took."""
MOST_S: Final = 0.4
"""How old a status may be when a tick begins: what is shown may be seen so much later."""
KEPT: Final = 0.98
"""What is left of a slow answer with each that was faster."""
LEAST_S: Final = 0.03
"""Not worth a timer."""
FRESH_S: Final = MOST_S + 0.05
PERIOD_S: Final = (2 * MOST_S, 4.0)
"""How long a tick is where looking ahead makes sense."""


class LookAhead:
    """Learns from looks how long answers take, and when the next look is due."""

    def __init__(self) -> None:
        self._looked_s, self._period_s, self._took_s = float("-inf"), 0.0, 0.0

    def looked(self, now_s: float) -> None:
        """Note that a tick has begun, and that what is known was looked at."""
        self._looked_s, self._period_s = now_s, now_s - self._looked_s

    def took(self, for_s: float) -> None:
        """Note how long a whole status took."""
        self._took_s = max(for_s, KEPT * self._took_s)

    def rest_s(self, now_s: float) -> float | None:
        """Return in how long to ask; None where it is better to ask when the tick begins."""
        lead_s = min(MARGIN * self._took_s, MOST_S)
        if lead_s < LEAST_S or not PERIOD_S[0] <= self._period_s <= PERIOD_S[1]:
            return None
        rest_s = self._looked_s + self._period_s - lead_s - now_s
        return rest_s if rest_s >= 0 else None
