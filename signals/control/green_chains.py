"""How long a cycle may become: chains of greens that can only follow each other, once around the steps of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from signals.model.intersections import Intersection

__all__ = ["longest_chain_ds"]


class _Window(NamedTuple):
    """A group's green: its first step, and for how many."""

    group: int
    begin: int
    steps: int


def longest_chain_ds(place: Intersection, steps: Sequence[frozenset[int]], green_ds: Sequence[int]) -> tuple[int, int]:
    """Return the longest chain of conflicting greens from one green of a group to its next.

    Parameters
    ----------
    place
        The intersection.
    steps
        The groups of each step, again and again.
    green_ds
        For how long each group is green.

    Returns
    -------
    tuple
        The greens of the chain together, and the intergreens between them; 0 and 0 where nothing conflicts.
    """
    windows = _windows(steps)
    chains = [_chain_ds(place, windows, window, len(steps), green_ds) for window in windows]
    return max(chains, key=sum, default=(0, 0))


def _windows(steps: Sequence[frozenset[int]]) -> list[_Window]:
    """Return all greens of a cycle that begin and end."""
    count, found = len(steps), []
    for k, step in enumerate(steps):
        for group in sorted(step - steps[k - 1]):
            length = next(n for n in range(1, count + 1) if group not in steps[(k + n) % count])
            found.append(_Window(group, k, length))
    return found


def _chain_ds(
    place: Intersection, windows: Sequence[_Window], first: _Window, count: int, green_ds: Sequence[int]
) -> tuple[int, int]:
    """Return the longest chain that begins with one green and comes back to it."""
    ordered = sorted(windows, key=lambda window: (window.begin - first.begin) % count)
    best: dict[_Window, tuple[int, int]] = {first: (green_ds[first.group], 0)}
    for window in ordered:
        begin = (window.begin - first.begin) % count
        found = _reached(place, best, window.group, [w for w in best if _end(w, first, count) <= begin])
        if window != first and found is not None:
            best[window] = found[0] + green_ds[window.group], found[1]
    around = [w for w in best if w != first and _end(w, first, count) <= count]
    return _reached(place, best, first.group, around) or (0, 0)


def _reached(
    place: Intersection, best: dict[_Window, tuple[int, int]], group: int, before: Sequence[_Window]
) -> tuple[int, int] | None:
    """Return the longest chain up to the start of a group; `None` where it conflicts with nobody before."""
    found = [
        (best[window][0], best[window][1] + cell)
        for window in before
        if (cell := place.intergreen_ds[window.group][group]) is not None
    ]
    return max(found, key=sum, default=None)


def _end(window: _Window, first: _Window, count: int) -> int:
    return (window.begin - first.begin) % count + window.steps
