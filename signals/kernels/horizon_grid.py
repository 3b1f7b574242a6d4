"""When a plan may change: every 2 s at first, less often farther away.

What a plan does in half a minute is planned anew thirty times before it happens. It matters for what it costs to wait
until then, not for its second.
"""

from __future__ import annotations

import numpy as np

from signals.kernels.compile import inlined
from signals.kernels.horizon_service import EXTEND_S
from signals.kernels.horizon_values import Rules, Work

__all__ = ["NEAR_S", "next_change", "on_grid", "stay_s"]

NEAR_S = 32
"""Until then every `EXTEND_S`, then half as often."""


@inlined
def on_grid(t: int, rules: Rules) -> int:
    """Return the first second from t on at which a plan may change, or at which it ends.

    Parameters
    ----------
    t
        Seconds from now.
    rules
        How far plans reach; and the grid of decisions, where there is one: it takes the place of this one.
    """
    step: int = EXTEND_S if t <= NEAR_S else 2 * EXTEND_S
    if rules.decision_s > 1:
        step = rules.decision_s
    return min(-(-t // step) * step, rules.horizon_s)


@inlined
def next_change(t: int, s: int, b: int, rules: Rules, work: Work) -> int:
    """Until when a label (t, s) goes on with stage b before it can change again.

    Parameters
    ----------
    t, s, b
        The label, and the stage that follows; b = s: none does.
    rules, work
        As in `signals.kernels.rolling_horizon`.
    """
    if b == s:
        return on_grid(t + 1, rules)
    return on_grid(max(t + work.land_s[s, b], int(np.ceil(work.ready_s[b, 0]))), rules)


@inlined
def stay_s(t: int, s: int, b: int, until: int, work: Work) -> int:
    """How long stage s lasts on when b follows: people walk, and the others need not end before they have.

    Parameters
    ----------
    t, s, b
        As in `next_change`.
    until
        What that returned.
    work
        As in `signals.kernels.rolling_horizon`.
    """
    if b == s:
        return 0
    spare: np.float32 = max(work.stay_s[s, b, 0], work.ready_s[b, 1] - np.float32(t) - work.stay_s[s, b, 1])
    return min(int(max(spare, np.float32(0.0))), until - t)
