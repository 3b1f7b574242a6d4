"""How many runs of a suite are over, and how long the rest will take."""

from __future__ import annotations

from collections.abc import Callable

from signals.study import Progress

__all__ = ["Countdown"]


class Countdown:
    """Adds to what is told about runs how far the suite is.

    Parameters
    ----------
    total
        How many runs there are.
    now_s
        A clock that only moves on.
    """

    def __init__(self, total: int, now_s: Callable[[], float]) -> None:
        self._total, self._now_s = total, now_s
        self._begun_s, self._kept, self._ended = now_s(), 0, 0

    def told(self, step: Progress) -> Progress:
        """Return the same step, with its state in words; what was kept is not worth a line."""
        if step.state == "running":
            return step
        if step.state == "kept":
            self._kept += 1
            return step if step.note else step._replace(state="running")
        self._ended += 1
        return step._replace(state=f"{step.state} ({self._kept + self._ended} of {self._total}{self._left()})")

    def _left(self) -> str:
        rest = self._total - self._kept - self._ended
        if rest <= 0:
            return ""
        seconds = (self._now_s() - self._begun_s) / self._ended * rest
        text = (
            f"{seconds:.0f} s"
            if seconds < 120
            else f"{seconds / 60:.0f} min"
            if seconds < 7200
            else f"{seconds / 3600:.1f} h"
        )
        return f", about {text} left"
