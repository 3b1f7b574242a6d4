"""NEMA rings and barriers: from the phase that each ring asks for to the signal groups that are wanted.

In a ring the phases follow each other; rings run side by side, and all of them cross a barrier together (NEMA TS 2,
section 3.5; FHWA Signal Timing Manual, 2nd edition, chapter 5). A ring that asks for a phase beyond the barrier rests
in its own until every ring does. That phases of one ring, and phases across a barrier, are never green together is
not promised here but by the matrix of intergreens: `Rings` refuses a network whose matrix would allow it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Final

import numpy as np

from signals.errors import NetworkError, UnknownNameError
from signals.model.intersections import Intersection
from signals.model.values import BoolArray

__all__ = ["REST", "Rings"]

REST: Final = ""
"""Asked for by a ring that stays where it is."""

_Place = tuple[int, int]
"""Ring and side of the barrier."""


class Rings:
    """The rings of one intersection, and where each of them is.

    Parameters
    ----------
    intersection
        The intersection.
    sides
        For each side of the barrier, for each ring, the ids of its phases' signal groups. The classic eight phases are
        ``[[("1", "2"), ("5", "6")], [("3", "4"), ("7", "8")]]``.

    Raises
    ------
    UnknownNameError
        When there is no such group.
    NetworkError
        When a group stands in two places, the sides have different numbers of rings, or two groups that must not be
        green together do not conflict.
    """

    def __init__(self, intersection: Intersection, sides: Sequence[Sequence[Sequence[str]]]) -> None:
        self._name, self._size = intersection.id, len(intersection.groups)
        self._number = {group.id: number for number, group in enumerate(intersection.groups)}
        self._place: dict[str, _Place] = {}
        self._rings = len(sides[0]) if sides else 0
        for side, rings in enumerate(sides):
            if len(rings) != self._rings:
                raise NetworkError(
                    f'intersection "{self._name}": side {side} of the barrier has {len(rings)} rings, side 0 has '
                    f"{self._rings}; give an empty one where a ring has no phase"
                )
            for ring, phases in enumerate(rings):
                for phase in phases:
                    self._add(phase, (ring, side))
        self._check(intersection)
        self._side = 0
        self._now = [REST] * self._rings

    def want(self, asked: Sequence[str]) -> BoolArray:
        """Say which groups are wanted.

        Parameters
        ----------
        asked
            For each ring the id of the phase it asks for, or `REST`.

        Returns
        -------
        BoolArray
            bool [groups of the intersection].

        Raises
        ------
        NetworkError
            When a ring asks for a phase of another one, or their number is wrong.
        """
        if len(asked) != self._rings:
            raise NetworkError(f'intersection "{self._name}" has {self._rings} rings, {len(asked)} asked')
        sides = set()
        for ring, phase in enumerate(asked):
            if phase == REST:
                sides.add(self._side)
            elif self._place.get(phase, (None, None))[0] == ring:
                sides.add(self._place[phase][1])
            else:
                raise NetworkError(f'intersection "{self._name}": ring {ring} has no phase "{phase}"')
        if len(sides) == 1 and self._side not in sides:
            self._side = sides.pop()
            self._now = [REST] * self._rings
        wanted = np.zeros(self._size, np.bool_)
        for ring, phase in enumerate(asked):
            if phase != REST and self._place[phase][1] == self._side:
                self._now[ring] = phase
            if self._now[ring] != REST:
                wanted[self._number[self._now[ring]]] = True
        return wanted

    def _add(self, phase: str, place: _Place) -> None:
        if phase not in self._number:
            raise UnknownNameError("signal group", phase, self._number)
        if phase in self._place:
            raise NetworkError(f'intersection "{self._name}": signal group "{phase}" stands in the rings twice')
        self._place[phase] = place

    def _check(self, intersection: Intersection) -> None:
        """Make sure that the matrix keeps apart what rings and barrier keep apart."""
        for (one, here), (other, there) in combinations(self._place.items(), 2):
            apart = here[0] == there[0] or here[1] != there[1]
            if apart and not intersection.conflict(self._number[one], self._number[other]):
                why = "share a ring" if here[0] == there[0] else "are on different sides of the barrier"
                raise NetworkError(
                    f'intersection "{self._name}": signal groups "{one}" and "{other}" {why} but do not conflict; '
                    "give them intergreens"
                )
