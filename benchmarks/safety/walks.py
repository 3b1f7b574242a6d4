"""Walks of memories beside walks of their rows: what `memory` leaves out must not be missed.

Every walk begins as a search does and is driven at random. It keeps one memory that is never turned into a row and
back, and one that is after every tick. Both have to be in the same row after every tick, and the monitor has to say the
same of both.
"""

from __future__ import annotations

import numpy as np

from benchmarks.safety.choices import Choices
from benchmarks.safety.machine import Machine
from benchmarks.safety.memory import CHARGE, LAYOUT
from benchmarks.safety.search import Moves
from signals.safety.interstage import COLD, IN_CHARGE, OUT

__all__ = ["misses"]

STAY = 0.7
"""How often a move is made again, so that greens and waits become long."""


def misses(machine: Machine, moves: Moves, draw: np.random.Generator, ticks: int) -> int:
    """Walk from both beginnings of every layout, and count in how many ticks a walk and its rows were not the same."""
    memory, missed = machine.memory, 0
    rows = np.concatenate([memory.start(COLD), memory.start(OUT)])
    site, card = machine.fleet.side_by_side(rows[:, LAYOUT])
    walking = memory.load(rows, card)
    pick = np.zeros(len(rows), np.int64)
    for _ in range(ticks):
        ours = rows[:, CHARGE] == IN_CHARGE
        pick = np.where(draw.random(len(rows)) < STAY, pick, draw.integers(0, 1 << 30, len(rows)))
        choices = _chosen(moves, ours, pick)
        loaded = memory.load(rows, card)
        said = machine.tick(site, card, walking, choices), machine.tick(site, card, loaded, choices)
        rows = memory.save(rows[:, LAYOUT], loaded)
        same = (memory.save(rows[:, LAYOUT], walking) == rows).all(axis=1)
        same[np.setxor1d(*said)] = False
        missed += int(np.count_nonzero(~same))
    return missed


def _chosen(moves: Moves, ours: np.ndarray, pick: np.ndarray) -> Choices:
    """Return a choice for each, from driving where it is ours and from taking over where it is not."""
    columns = (
        np.where(ours.reshape(-1, *(1,) * (driving.ndim - 1)), driving[pick % len(driving)], other[pick % len(other)])
        for driving, other in zip(moves.driving, moves.taking_over, strict=True)
    )
    return Choices(*columns)
