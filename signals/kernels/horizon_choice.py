"""Which stages a label of the search goes on with: those that serve somebody better, and that no other one outdoes."""

from __future__ import annotations

import numpy as np

from signals.kernels.compile import inlined
from signals.kernels.horizon_service import NEXT
from signals.kernels.horizon_tables import ARRIVED, BITS
from signals.kernels.horizon_values import Rules, Work
from signals.kernels.longest_wait import BARRED

__all__ = ["here_bits", "outdone", "useful"]

SOON_S = 5
HERE_S = 20
"""Of stages that serve the same ones of those who are there by then, one is looked at."""


@inlined
def useful(t: int, s: int, b: int, horizon_s: int, work: Work) -> bool:
    """Whether stage b serves somebody, there by the time it could be green or soon, better than stage s does."""
    by = min(t + max(work.land_s[s, b], SOON_S), horizon_s)
    for place in range(work.better_count[s, b]):
        q = work.better[s, b, place]
        if work.come[by, q, ARRIVED] > work.label[t, s, q, NEXT]:
            return True
    return False


@inlined
def here_bits(queues: int, t: int, s: int, rules: Rules, work: Work) -> np.uint64:
    """Return the queues of the label (t, s) where somebody is, or will be within `HERE_S`: bit q set for queue q."""
    by, here = min(t + HERE_S, rules.horizon_s), np.uint64(0)
    for q in range(min(queues, BITS)):
        if work.come[by, q, ARRIVED] > work.label[t, s, q, NEXT]:
            here |= np.uint64(1) << np.uint64(q)
    return here


@inlined
def outdone(t: int, s: int, b: int, among: int, here: np.uint64, work: Work) -> bool:
    """Whether another stage is mature as soon as stage b, and serves those who are here as well and somebody better."""
    for c in range(among):
        if c in (b, s) or (t == 0 and work.allowed[c] == BARRED) or work.land_s[s, c] > work.land_s[s, b]:
            continue
        if work.better_bits[c, b] & here == 0 and (work.better_bits[b, c] & here != 0 or c < b):
            return True
    return False
