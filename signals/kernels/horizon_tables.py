"""What the search of the rolling horizon looks up again and again, made once for each search.

It asks the same few things of every label: who has come by a second, whom a stage serves, and whom it serves better
than another one does.
"""

from __future__ import annotations

import numpy as np

from signals.kernels.compile import kernel, part
from signals.kernels.horizon_stages import BUSY, FREE, HEAD_FREE
from signals.kernels.horizon_values import Bits, Lists, Work

__all__ = [
    "ARRIVED",
    "BITS",
    "COST",
    "FLOWING",
    "MOMENT",
    "QUEUES",
    "SERVED",
    "STEPPED",
    "VALUED",
    "WEIGHT",
    "tabulate",
]

FLOWING, SERVED, QUEUES, STEPPED = 0, 1, 2, 3
"""Columns of `Work.tally`."""
BITS = 64
"""So many queues can be told apart in one number; where there are more, no stage is outdone by another one."""
VALUED, WEIGHT, COST, MOMENT, ARRIVED = 0, 1, 2, 3, 4
"""Columns of `Work.come`, `Work.gone` and `Lists.sums`."""


@part
def tabulate(first_stage: int, stages: int, queues: int, opposing: Bits, lists: Lists, work: Work) -> None:
    """Fill the tables of an intersection from its lists and from `Work.factors`.

    Parameters
    ----------
    first_stage
        The row of its first stage in `opposing`.
    stages, queues
        How many it has.
    opposing
        See `Site`.
    lists
        Its own part of the lists.
    work
        In and out.
    """
    for t in range(lists.arrived.shape[1]):
        for q in range(queues):
            n = lists.arrived[q, t]
            work.come[t, q, ARRIVED] = n
            for column in (VALUED, WEIGHT, COST, MOMENT):
                work.come[t, q, column] = lists.sums[q, n, column]
    for s in range(stages):
        _serving(s, queues, opposing[first_stage + s], work)
        for b in range(stages):
            _better(s, b, queues, work)


@kernel
def _serving(s: int, queues: int, opposing: Bits, work: Work) -> None:
    """List the queues that a stage serves: those that yield to nobody, those that yield; then all others."""
    place, stepped = 0, 0
    for kind in range(3):
        for q in range(queues):
            is_served = work.factors[s, q, FREE] + work.factors[s, q, HEAD_FREE] > 0
            own = (0 if opposing[q] == 0 else 1) if is_served else 2
            work.moves[s, q] = own < 2
            if own == kind:
                work.served[s, place] = q
                place += 1
            if opposing[q] != 0 and work.factors[s, q, FREE] > 0:
                stepped = 1
        work.tally[s, kind] = place
    work.tally[s, STEPPED] = stepped


@kernel
def _better(s: int, b: int, queues: int, work: Work) -> None:
    """List the queues that stage b serves better than stage s does."""
    place, bits = 0, np.uint64(0)
    for q in range(queues):
        free = work.factors[b, q, FREE] - work.factors[s, q, FREE]
        if max(free, work.factors[b, q, BUSY] - work.factors[s, q, BUSY]) > 0.02:
            work.better[s, b, place] = q
            bits |= np.uint64(1) << np.uint64(q) if q < BITS else np.uint64(0)
            place += 1
    work.better_count[s, b], work.better_bits[s, b] = place, bits
