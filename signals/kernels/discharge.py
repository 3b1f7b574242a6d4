"""How fast each queue really leaves, learned while it does: no two lanes turn, merge or yield alike.

Where somebody could cross the stop line at green, the model of the search says how many should have within the last
tick, and the lane says how many did. The ratio of both, over many ticks, is what the model is multiplied with.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from signals.kernels.compile import kernel
from signals.kernels.horizon_stages import HEAD_BUSY, HEAD_FREE, serve
from signals.kernels.horizon_values import Arrivals, Choice, Floats, Lists, Rules, Site

__all__ = ["Discharge", "learn"]

TIME, WEIGHT = 0, 1
MODEL, REAL = 0, 1
BEGIN_S = 3.0
"""A queue that has had green for less is still starting up."""
PRIOR_VEH = 8.0
"""How many vehicles have to leave before the lane is believed as much as the model."""
MEAN_S = 1800.0
LEAST, MOST = np.float32(0.05), np.float32(1.3)


class Discharge(NamedTuple):
    """What is kept from tick to tick.

    Attributes
    ----------
    left_veh
        float32 [nQ, 2, 2] vehicles that should have left and that did, fading; with nobody to yield to, and with.
    vigour
        float32 [nQ, 2] out: their ratio.
    factor
        float32 [4] scratch memory.
    """

    left_veh: Floats
    vigour: Floats
    factor: Floats


@kernel
def _conflict(i: int, opposing: int, site: Site, rules: Rules, lists: Lists) -> np.float32:
    """How surely somebody with priority comes within the gap that a yielding vehicle needs."""
    conflict = np.float32(0.0)
    p, bits = site.queue_offset[i], opposing
    while bits:
        n = 0
        while bits & 1 and n < lists.total[p] and lists.arrivals[p, n, TIME] < rules.gap_s:
            conflict += lists.arrivals[p, n, WEIGHT]
            n += 1
        bits >>= 1
        p += 1
    return min(conflict, np.float32(1.0))


@kernel
def _served(queue: int, site: Site, arrivals: Arrivals, rules: Rules, lists: Lists, choice: Choice) -> bool:
    """Whether somebody could cross the stop line of a queue in any second from now."""
    approach = site.queue_approach[queue]
    if approach < 0 or choice.age_s[queue] < BEGIN_S or lists.total[queue] == 0:
        return False
    for a in range(approach, site.queue_beyond[queue]):
        if arrivals.blocked_s[a] > 0:
            return False
    # A queue that flows has somebody nearer than a headway at any time; a lone vehicle is so near for one headway.
    return bool(lists.arrivals[queue, 0, TIME] < rules.headway_s and lists.arrivals[queue, 0, WEIGHT] > 0.5)


@kernel
def _remember(queue: int, kind: int, weight: np.float32, left: np.float32, fade: np.float32, should: np.float32,
              learned: Discharge) -> None:  # fmt: skip
    """Add one tick to what is known of a queue, as far as it was of a kind."""
    part = np.float32(1.0) - (np.float32(1.0) - fade) * weight
    learned.left_veh[queue, kind, MODEL] = learned.left_veh[queue, kind, MODEL] * part + weight * should
    learned.left_veh[queue, kind, REAL] = learned.left_veh[queue, kind, REAL] * part + weight * left
    prior = np.float32(PRIOR_VEH)
    ratio = (learned.left_veh[queue, kind, REAL] + prior) / (learned.left_veh[queue, kind, MODEL] + prior)
    learned.vigour[queue, kind] = min(max(ratio, LEAST), MOST)


@kernel
def learn(
    tick_s: float, left_veh: Floats, site: Site, arrivals: Arrivals, rules: Rules, lists: Lists, choice: Choice,
    learned: Discharge,
) -> None:  # fmt: skip
    """Compare what left each queue since the last tick with what should have.

    Parameters
    ----------
    tick_s
        Time since the last call.
    left_veh
        float32 [nA] vehicles that crossed each stop line since then.
    site, arrivals, rules, lists, choice
        As they were then.
    learned
        In and out.
    """
    fade = np.float32(np.exp(-tick_s / MEAN_S))
    possible = np.float32(tick_s / rules.headway_s)
    for i in range(len(choice.stage)):
        if choice.stage[i] < 0:
            continue
        row = site.stage_offset[i] + choice.stage[i]
        for queue in range(site.queue_offset[i], site.queue_offset[i + 1]):
            if not _served(queue, site, arrivals, rules, lists, choice):
                continue
            left = np.float32(0.0)
            for a in range(site.queue_approach[queue], site.queue_beyond[queue]):
                left += left_veh[a]
            q = queue - site.queue_offset[i]
            serve(i, int(np.int64(choice.stage[i])), q, site, arrivals, rules, lists, learned.factor)
            conflict = _conflict(i, int(site.opposing[row, q]), site, rules, lists)
            for kind in range(2):
                weight = conflict if kind else np.float32(1.0) - conflict
                model = learned.factor[HEAD_BUSY if kind else HEAD_FREE] / learned.vigour[queue, kind]
                if weight > 0 and model > 0.02:
                    _remember(queue, kind, weight, left, fade, model * possible, learned)
