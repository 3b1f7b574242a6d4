"""Turning shares from the stop line alone: who leaves takes a link that is green, and who stays wants one that is not.

Each vehicle counted out is shared among the links that it may have taken, in proportion to what is believed of each
(expectation and maximisation in one, as in Dempster, Laird and Rubin, 1977, vehicle by vehicle).
"""

from __future__ import annotations

from signals.kernels.compile import kernel
from signals.kernels.loop_values import Bytes, Turns

__all__ = ["count_turn", "follow_known", "watch_head"]

GREEN = 2
LIT_S = 5.0
"""Somebody who is counted after the end of green, in amber, took a link that was green until then."""
HESITATION_S = 3.0
FADE, FADE_YIELDING = 0.6, 0.97
"""What remains a second of the likelihood of a link whose green the head does not use; or yields, and may have to."""
LEAST = 1e-3
MEMORY_VEH = 200.0


@kernel
def watch_head(a: int, elapsed_s: float, stands: int, aspect: Bytes, turns: Turns) -> None:
    """Follow the signals of an approach, and whether one who stands at its stop line (1, or 0) makes use of them."""
    for k in range(turns.offset[a], turns.offset[a + 1]):
        green = aspect[turns.group[k]] == GREEN
        turns.dark_s[k] = 0.0 if green else turns.dark_s[k] + elapsed_s
        turns.lit_s[k] = turns.lit_s[k] + elapsed_s if green else 0.0
        if stands and turns.lit_s[k] >= HESITATION_S:
            fade = FADE_YIELDING if turns.permissive[k] else FADE
            turns.likelihood[k] = max(turns.likelihood[k] * fade**elapsed_s, LEAST)


@kernel
def count_turn(a: int, turns: Turns) -> None:
    """Share a vehicle that leaves among the links that it may have taken, and forget what it did before."""
    first, last = turns.offset[a], turns.offset[a + 1]
    total = 0.0
    for k in range(first, last):
        chance = turns.share[k] * turns.likelihood[k] if turns.dark_s[k] <= LIT_S else 0.0
        turns.taken[k] = chance
        turns.likelihood[k] = 1.0
        total += chance
    counted = 0.0
    for k in range(first, last):
        turns.taken[k] = turns.taken[k] / total if total > 0.0 else turns.share[k]
        turns.counted_veh[k] += turns.taken[k] if total > 0.0 else 0.0
        counted += turns.counted_veh[k]
    fade = 0.5 if counted >= MEMORY_VEH else 1.0
    for k in range(first, last):
        turns.counted_veh[k] *= fade
    share_out(a, turns)


@kernel
def follow_known(a: int, turns: Turns) -> None:
    """Forget what the one at the stop line did who leaves now and says himself where he goes."""
    for k in range(turns.offset[a], turns.offset[a + 1]):
        turns.likelihood[k] = 1.0
    share_out(a, turns)


@kernel
def share_out(a: int, turns: Turns) -> None:
    """Say how probably each link of an approach is taken."""
    total = 0.0
    for k in range(turns.offset[a], turns.offset[a + 1]):
        total += turns.prior[k] + turns.counted_veh[k] + turns.known_veh[k]
    for k in range(turns.offset[a], turns.offset[a + 1]):
        turns.share[k] = (turns.prior[k] + turns.counted_veh[k] + turns.known_veh[k]) / total
