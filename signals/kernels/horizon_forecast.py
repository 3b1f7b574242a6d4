"""From the plans of the rolling horizon to when each group will probably be green."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import kernel
from signals.kernels.horizon_values import Bools, Bytes, Choice, Floats, Ints, Site

__all__ = ["foretell"]

Doubles = npt.NDArray[np.float64]

GREEN = 2
PEDESTRIAN = 1
NOTHING = np.float32(np.nan)


@kernel
def foretell(
    time_s: float, planned_s: Doubles, aspect: Bytes, age_ds: Ints, called: Bools, lead_s: Floats, earliest_s: Floats,
    site: Site, choice: Choice, start_s: Floats, end_s: Floats,
) -> None:  # fmt: skip
    """Follow the last plan of every intersection, as far as it reaches and is still carried out.

    Parameters
    ----------
    time_s
        Now.
    planned_s
        float64 [nI] when the last plan of each was made.
    aspect, age_ds
        int8, int32 [nG] what each group shows, and for how long.
    called
        bool [nG] groups of people that are served, since somebody waits.
    lead_s
        float32 [nG] the red-amber of each group.
    earliest_s
        float32 [nG] how long each group has to wait for those that have ended already.
    site, choice
        As `signals.kernels.rolling_horizon.decide` has them.
    start_s, end_s
        Out, float32 [nG] in how long each group turns green, and stops being it; NaN = the plan does not say.
    """
    for i in range(len(site.group_offset) - 1):
        first, beyond = site.group_offset[i], site.group_offset[i + 1]
        for g in range(first, beyond):
            start_s[g] = end_s[g] = NOTHING
        if choice.stage[i] < 0:
            continue
        ahead = int(time_s - planned_s[i] + 0.5)
        horizon = choice.course.shape[1]
        if not (0 <= ahead < horizon) or choice.course[i, ahead] != choice.stage[i]:
            ahead = horizon - 1  # the plan is old, or another than what is done: only what is wanted now is known
        for second in range(horizon - ahead):
            s = choice.stage[i] if second == 0 else choice.course[i, ahead + second]
            if s < 0:
                break
            _end(i, s, second, aspect, age_ds, called, site, start_s, end_s)
            _start(i, s, second, aspect, called, lead_s, earliest_s, site, start_s, end_s)


@kernel
def _wanted(i: int, s: int, g: int, called: Bools, site: Site) -> bool:
    """Whether a stage has a group green: people only where they are heard."""
    if not site.stage_green[site.stage_offset[i] + s, g - site.group_offset[i]]:
        return False
    return site.group_user[g] != PEDESTRIAN or bool(called[g])


@kernel
def _end(
    i: int, s: int, second: int, aspect: Bytes, age_ds: Ints, called: Bools, site: Site, start_s: Floats, end_s: Floats
) -> None:
    """End the greens that stage s does not have, after their minimum."""
    for g in range(site.group_offset[i], site.group_offset[i + 1]):
        if not np.isnan(end_s[g]) or _wanted(i, s, g, called, site):
            continue
        if aspect[g] == GREEN:
            left_s = site.min_green_s[g] - np.float32(0.1) * np.float32(age_ds[g])
            end_s[g] = max(np.float32(second), left_s)
        elif not np.isnan(start_s[g]):
            end_s[g] = max(np.float32(second), start_s[g] + site.min_green_s[g])


@kernel
def _start(
    i: int, s: int, second: int, aspect: Bytes, called: Bools, lead_s: Floats, earliest_s: Floats, site: Site,
    start_s: Floats, end_s: Floats,
) -> None:  # fmt: skip
    """Start the groups of stage s that are not green, when those that made room have been gone for long enough."""
    first = site.group_offset[i]
    count = site.group_offset[i + 1] - first
    for g in range(first, first + count):
        if aspect[g] == GREEN or not np.isnan(start_s[g]) or not _wanted(i, s, g, called, site):
            continue
        start = max(np.float32(second) + lead_s[g], earliest_s[g])
        for j in range(first, first + count):
            between_s = site.intergreen_s[site.matrix_offset[i] + (j - first) * count + g - first]
            if between_s >= 0 and not np.isnan(end_s[j]):
                start = max(start, end_s[j] + between_s)
        start_s[g] = start
