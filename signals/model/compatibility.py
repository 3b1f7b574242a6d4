"""Which signal groups may be green together: the maximal compatible sets, from which stages are made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

__all__ = ["MOST_SETS", "maximal_compatible_sets"]

MOST_SETS = 64
"""Where there are more maximal sets than this, a small cover takes their place."""


def maximal_compatible_sets(conflict: Sequence[Sequence[bool]]) -> tuple[tuple[int, ...], ...]:
    """Find the sets of groups that may be green together and to which no group can be added.

    They are the maximal cliques of the graph of compatible pairs, found with pivoting (Bron and Kerbosch 1973,
    algorithm 457; pivot of Tomita, Tanaka and Takahashi 2006). Real junctions have few, but there may be 3^(n/3) of
    them: where more than `MOST_SETS` exist, a cover is returned instead, large maximal sets that contain every group.

    Parameters
    ----------
    conflict
        Square and symmetric: whether two groups must never be green together.

    Returns
    -------
    tuple of tuple of int
        Sets of groups, each ascending, in ascending order; the same input always gives the same answer.

    Raises
    ------
    ValueError
        When the matrix is not square and symmetric, or a group conflicts with itself.
    """
    size = len(conflict)
    for i, row in enumerate(conflict):
        if len(row) != size or row[i] or any(bool(row[j]) != bool(conflict[j][i]) for j in range(i)):
            raise ValueError(f"row {i} of the conflict matrix is not square, symmetric and free of self-conflict")
    friends = [{j for j in range(size) if j != i and not conflict[i][j]} for i in range(size)]
    found: list[tuple[int, ...]] = []
    for clique in _cliques(friends, [], set(range(size)), set()) if size else ():
        found.append(clique)
        if len(found) > MOST_SETS:
            return tuple(sorted(_cover(friends)))
    return tuple(sorted(found))


def _cliques(
    friends: list[set[int]], clique: list[int], candidates: set[int], excluded: set[int]
) -> Iterator[tuple[int, ...]]:
    if not candidates and not excluded:
        yield tuple(sorted(clique))
        return
    pivot = max(sorted(candidates | excluded), key=lambda group: len(candidates & friends[group]))
    for group in sorted(candidates - friends[pivot]):
        yield from _cliques(friends, [*clique, group], candidates & friends[group], excluded & friends[group])
        candidates = candidates - {group}
        excluded = excluded | {group}


def _cover(friends: list[set[int]]) -> Iterator[tuple[int, ...]]:
    """Grow one maximal set at a time, first with groups that are in none yet, until every group is in one."""
    missing = set(range(len(friends)))
    while missing:
        clique: list[int] = []
        candidates = set(range(len(friends)))
        while candidates:
            pool = candidates & missing or candidates
            group = max(
                sorted(pool), key=lambda g: len(friends[g] & pool) * len(friends) + len(friends[g] & candidates)
            )
            clique.append(group)
            candidates &= friends[group]
            missing.discard(group)
        yield tuple(sorted(clique))
