"""What an intersection does when there is no time left for a search: as it had planned, or what serves most now."""

from __future__ import annotations

import numpy as np

from signals.kernels.compile import kernel
from signals.kernels.horizon_stages import FREE, factors
from signals.kernels.horizon_values import Arrivals, Choice, Ints, Lists, Rules, Site, Work

__all__ = ["follow"]

WEIGHT = 1
"""Column of `Lists.sums`."""
SOON_S = 5
"""Who is there by then counts."""


@kernel
def _greediest(i: int, site: Site, lists: Lists, work: Work, running: int) -> int:
    """Return the stage that serves most of those who are there soon; the running one where none serves more."""
    best, most = running, np.float32(-1.0)
    for turn in range(-1, site.stage_offset[i + 1] - site.stage_offset[i]):
        s, veh = running if turn < 0 else turn, np.float32(0.0)
        for q in range(site.queue_offset[i], site.queue_offset[i + 1]):
            soon = lists.arrived[q, min(SOON_S, lists.arrived.shape[1] - 1)]
            veh += lists.sums[q, soon, WEIGHT] * work.factors[s, q - site.queue_offset[i], FREE]
        if veh > most:
            best, most = s, veh
    return best


@kernel
def follow(
    first: int, beyond: int, time_s: float, planned_s: np.ndarray[tuple[int], np.dtype[np.float64]], site: Site,
    arrivals: Arrivals, rules: Rules, lists: Lists, work: Work, choice: Choice, late: Ints,
) -> None:  # fmt: skip
    """Choose the stage of intersections that may decide now, without a search.

    Each goes on with its last plan, as far as that reaches. Where it has none, the stage follows that serves most.

    Parameters
    ----------
    first, beyond
        The first intersection, and one more than the last.
    time_s
        Now.
    planned_s
        float64 [nI] when the last plan of each was made.
    site, arrivals, rules, lists, work, choice
        As in `signals.kernels.rolling_horizon.decide`.
    late
        In and out, int32 [nI]: how often each intersection had to decide like this.
    """
    for i in range(first, beyond):
        choice.planned[i], choice.late_s[i] = False, 0.0
        if not choice.mature[i] or lists.weight_veh[i] <= 0.0:
            continue
        late[i] += 1
        ahead = int(time_s - planned_s[i] + 0.5)
        if 0 <= ahead < choice.course.shape[1] and choice.course[i, ahead] >= 0:
            choice.stage[i] = choice.course[i, ahead]
        else:
            factors(i, site, arrivals, rules, lists, work)
            choice.stage[i] = _greediest(i, site, lists, work, choice.stage[i])
