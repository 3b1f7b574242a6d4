"""When a detector became occupied and free in a tick of which only a sum is known."""

from __future__ import annotations

from typing import Final

__all__ = ["FULL", "edges_in"]

FULL: Final = 0.99
"""From this share on it was occupied for the whole tick."""


def edges_in(*, on: bool, entered: int, share: float) -> list[tuple[bool, float]]:
    """Return the states that a detector goes through, each with where in the tick it begins, 0 to 1.

    Whoever enters last stays until the tick ends, and leaves in the next one after the share of that; so a vehicle that
    passes is as long on the detector as it was, and one that stops is on it without a pause.

    Parameters
    ----------
    on
        Whether it was occupied when the tick began.
    entered
        How many entered in the tick.
    share
        For how much of the tick it was occupied.
    """
    if entered <= 0:
        if on == (share >= FULL):
            return []
        return [(not on, share if on else 0.0)]
    each, free = share / (entered + on), (1.0 - share) / entered
    found = [(False, each)] if on else []
    at = each if on else 0.0
    for number in range(entered):
        at += free
        found.append((True, min(at, 1.0)))
        at += each
        if number < entered - 1:
            found.append((False, min(at, 1.0)))
    return found
