"""What may happen again and again is said once, and after a while once more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

__all__ = ["AGAIN_S", "MOST", "Seldom"]

AGAIN_S: Final = 60.0
"""After how long the same sentence may be said again."""
MOST: Final = 64
"""How many sentences may be said in that time."""


class Seldom:
    """Called with a sentence, it says it, unless it has done so within a minute.

    Parameters
    ----------
    say
        Says a sentence.
    now_s
        The time.
    """

    def __init__(self, say: Callable[[str], object], now_s: Callable[[], float]) -> None:
        self._say, self._now_s = say, now_s
        self._said_s: dict[str, float] = {}

    def __call__(self, text: str) -> None:
        """Say a sentence, or keep quiet."""
        now_s = self._now_s()
        self._said_s = {said: at_s for said, at_s in self._said_s.items() if now_s - at_s < AGAIN_S}
        if text not in self._said_s and len(self._said_s) < MOST:
            self._said_s[text] = now_s
            self._say(text)
