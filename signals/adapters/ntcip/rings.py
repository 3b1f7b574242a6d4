"""Rings for a junction that was not planned in rings: phases of one ring conflict, so that one at a time is on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

__all__ = ["rings_of"]


def rings_of(phases: Sequence[int], conflict: Callable[[int, int], bool]) -> tuple[tuple[int, ...], ...]:
    """Put every phase into a ring, all phases of which conflict with one another.

    That is a cover of the conflict graph by cliques, and a greedy one: a phase goes into the first ring that it fits
    in, phases with few conflicts first, since they have the least choice. Phases that may be on together are thus in
    different rings, as a controller wants them; how few rings there are is not promised.

    Parameters
    ----------
    phases
        Their numbers.
    conflict
        Whether two of them may not be on together.

    Returns
    -------
    tuple
        The phases of each ring, ascending; the rings by their first phase.
    """
    degree = {phase: sum(conflict(phase, other) for other in phases if other != phase) for phase in phases}
    rings: list[list[int]] = []
    for phase in sorted(phases, key=lambda number: (degree[number], number)):
        for ring in rings:
            if all(conflict(phase, other) for other in ring):
                ring.append(phase)
                break
        else:
            rings.append([phase])
    return tuple(sorted(tuple(sorted(ring)) for ring in rings))
