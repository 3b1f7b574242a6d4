"""What the movements of many copies of a network are shown."""

from __future__ import annotations

from typing import Any

import numpy as np

from signals.adapters.sim.heads import heads_of
from signals.kernels.lights import lights
from signals.model.network import Network
from signals.model.values import ByteArray, IntArray

__all__ = ["CopiedHeads"]


class CopiedHeads:
    """As `signals.adapters.sim.heads.Heads`, for many copies of a network (`signals.model.copies`) at once.

    Parameters
    ----------
    network
        One copy.
    count
        How many.
    """

    def __init__(self, network: Network, count: int) -> None:
        self._count, self._total = count, len(network.movements)
        self._groups = int(network.arrays.group_offset[-1])
        heads = [head for place in heads_of(network) for head in place]
        rows = [(head.move, head.group, head.on_red, head.always_yields) for head in heads]
        self._head = np.array(rows, np.int32).reshape(-1, 4)
        self._foe_first = np.cumsum([0, *(len(head.yields_to) for head in heads)], dtype=np.int32)
        self._foe_group = np.array([group for head in heads for group in head.yields_to], np.int32)
        self._change = np.empty((count * len(heads), 2), np.int32)
        self.forget()

    def forget(self) -> None:
        """Have everything shown anew with the next call."""
        self._aspect = np.full((self._count, self._groups), -2, np.int8)
        self._lit = np.full((self._count, len(self._head)), -1, np.int8)

    def columns(self, aspect: ByteArray) -> tuple[Any, ...]:
        """Return the arrays of `signals.kernels.lights.lights`, room for times of changes, and int8 [nG] as rows."""
        return (
            self._aspect, self._head, self._foe_first, self._foe_group, self._total, self._lit, self._change,
            np.empty(len(self._change)), aspect.reshape(self._count, self._groups),
        )  # fmt: skip

    def group_of(self) -> IntArray:
        """Return int32 [nM]: the group of every movement of all copies, -1 where no signal controls it."""
        one = np.full(self._total, -1, np.int32)
        one[self._head[:, 0]] = self._head[:, 1]
        shift = np.arange(self._count, dtype=np.int32)[:, None] * self._groups
        return np.where(one >= 0, one + shift, -1).astype(np.int32).ravel()

    def show(self, aspect: ByteArray) -> IntArray:
        """Return int32 [n, 2]: which movements show something else than before, and what; valid until the next call.

        Parameters
        ----------
        aspect
            int8 [nG] of all copies.
        """
        now = aspect.reshape(self._count, self._groups)
        rows = lights(
            now, self._aspect, self._head, self._foe_first, self._foe_group, self._total, self._lit, self._change
        )
        return self._change[:rows]
