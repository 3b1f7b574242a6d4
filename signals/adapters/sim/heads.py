"""What the movements of the queue simulator are shown, from the aspects of their groups."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from signals.kernels.traffic_state import AMBER, GO, RED, STOP, YIELD
from signals.model.movements import Turn
from signals.model.network import Network
from signals.model.values import Aspect, ByteArray, IntArray

__all__ = ["Heads", "heads_of"]

_LIT = {Aspect.GREEN: GO, Aspect.AMBER: AMBER}


class _Head(NamedTuple):
    """A signalled movement.

    Attributes
    ----------
    move
        The movement.
    group
        Its group, network-wide.
    on_red
        Whether it may turn after a stop.
    always_yields
        Whether somebody whom this controller does not stop has priority over it.
    yields_to
        The groups with priority over it; none if it never yields.
    """

    move: int
    group: int
    on_red: bool
    always_yields: bool
    yields_to: tuple[int, ...]


class Heads:
    """Tells what changes when groups show something else.

    A green yields as long as somebody with priority over it is not red, as in `signals.adapters.sumo.letters`.

    Parameters
    ----------
    network
        The network.
    """

    def __init__(self, network: Network) -> None:
        offset = network.arrays.group_offset.tolist()
        self._rows = [slice(first, end) for first, end in pairwise(offset)]
        self._owner = np.repeat(np.arange(len(self._rows)), np.diff(offset))
        self._heads = heads_of(network)
        self._aspect = np.full(offset[-1], -2, np.int8)
        self._known: list[dict[bytes, npt.NDArray[np.int8]]] = [{} for _ in self._rows]
        self._lit = [np.full(len(heads), -1, np.int8) for heads in self._heads]
        self._moves = [np.array([head.move for head in heads], np.int32) for heads in self._heads]

    @property
    def group_of(self) -> dict[int, int]:
        """Movement → network-wide group."""
        return {head.move: head.group for heads in self._heads for head in heads}

    def show(self, aspect: ByteArray) -> IntArray:
        """Return which movements show something else than before.

        Parameters
        ----------
        aspect
            int8 [nG] `Aspect`.

        Returns
        -------
        int32 [n, 2]
            The movement, and what it shows now (`signals.kernels.traffic_state.State.lit`).
        """
        changes = [np.empty((0, 2), np.int32)]
        for place in np.unique(self._owner[aspect != self._aspect]).tolist():
            lit = self.lit(place, aspect[self._rows[place]])
            other = lit != self._lit[place]
            self._lit[place] = lit
            changes.append(np.column_stack([self._moves[place][other], lit[other]]).astype(np.int32))
        self._aspect = aspect.copy()
        return np.concatenate(changes)

    def moves(self, place: int) -> IntArray:
        """Return int32 [n]: the signalled movements of an intersection."""
        return self._moves[place]

    def lit(self, place: int, aspect: ByteArray) -> ByteArray:
        """Return int8 [n]: what the movements of an intersection show while its groups show `aspect`, int8 [nG]."""
        key = aspect.tobytes()
        found = self._known[place].get(key)
        if found is None:
            shown = {self._rows[place].start + n: Aspect(value) for n, value in enumerate(aspect.tolist())}
            found = np.array([_lit(head, shown) for head in self._heads[place]], np.int8)
            self._known[place][key] = found
        return found


def _lit(head: _Head, shown: dict[int, Aspect]) -> int:
    aspect = shown[head.group]
    if aspect is Aspect.RED and head.on_red:
        return STOP
    lit = _LIT.get(aspect, RED)
    yields = head.always_yields or any(shown[group] is not Aspect.RED for group in head.yields_to)
    return YIELD if lit == GO and yields else lit


def heads_of(network: Network) -> list[list[_Head]]:
    """Return the signalled movements of every intersection."""
    owner = {
        move: (place, int(network.arrays.group_offset[place]) + number)
        for place, intersection in enumerate(network.intersections)
        for number, group in enumerate(intersection.groups)
        for move in group.movements
    }
    found: list[list[_Head]] = []
    for place, intersection in enumerate(network.intersections):
        heads = []
        for group in intersection.groups:
            for move in group.movements:
                movement = network.movements[move]
                permissive = movement.link in group.permissive_links and movement.turn is not Turn.CROSSING
                foes = [owner.get(foe, (-1, -1)) for foe in movement.yields_to] if permissive else []
                heads.append(
                    _Head(
                        move,
                        owner[move][1],
                        movement.link in group.turn_on_red_links,
                        any(at != place for at, _ in foes),
                        tuple(sorted({number for at, number in foes if at == place})),
                    )
                )
        found.append(heads)
    return found
