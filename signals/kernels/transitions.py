"""The time between two stages: who has to wait for whom, and who may stay green meanwhile.

A group may start when the intergreens of all conflicting groups that have ended are over. Where people on foot are
still on their crossing that takes far longer than where cars leave, so that those cars need not end yet: they stay
green as long as nobody waits for them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import kernel

__all__ = ["Changes", "linger", "waits"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.int8]
Bools = npt.NDArray[np.bool_]

RED, GREEN, AMBER, CLEARANCE = 0, 2, 3, 4
PEDESTRIAN = 1
LONG_AGO_S = np.float32(1e6)


class Changes(NamedTuple):
    """What does not change.

    Attributes
    ----------
    group_offset
        int32 [nI + 1].
    group_user
        int8 [nG].
    closing_s
        float32 [nG] from the end of green to red: amber, or the clearance of people on foot.
    matrix_offset
        int32 [nI + 1], with intergreen_s float32 [sum n²]; negative = compatible.
    """

    group_offset: Ints
    group_user: Bytes
    closing_s: Floats
    matrix_offset: Ints
    intergreen_s: Floats


@kernel
def _ended_s(g: int, aspect: Bytes, age_ds: Ints, changes: Changes) -> np.float32:
    """How long ago the green of a group ended; negative while it lasts."""
    age_s = np.float32(age_ds[g]) * np.float32(0.1)
    if aspect[g] == GREEN:
        return np.float32(-1.0)
    if aspect[g] == AMBER or aspect[g] == CLEARANCE:
        return age_s
    return age_s + changes.closing_s[g] if aspect[g] == RED else LONG_AGO_S


@kernel
def waits(aspect: Bytes, age_ds: Ints, changes: Changes, wait_s: Floats) -> None:
    """Say for each group how long it has to wait for those that have ended already.

    Parameters
    ----------
    aspect, age_ds
        int8, int32 [nG] what each group shows, and for how long.
    changes
        What does not change.
    wait_s
        Out, float32 [nG] seconds; 0 where nobody is waited for, and for groups that are green.
    """
    for i in range(len(changes.group_offset) - 1):
        first, count = changes.group_offset[i], changes.group_offset[i + 1] - changes.group_offset[i]
        for h in range(count):
            wait_s[first + h] = 0.0
            if aspect[first + h] == GREEN:
                continue
            for g in range(count):
                needed_s = changes.intergreen_s[changes.matrix_offset[i] + g * count + h]
                ended_s = _ended_s(first + g, aspect, age_ds, changes)
                if needed_s > 0 and ended_s >= 0:
                    wait_s[first + h] = max(wait_s[first + h], needed_s - ended_s)


@kernel
def linger(tick_s: float, aspect: Bytes, changes: Changes, wait_s: Floats, stage: Bools, want: Bools) -> None:
    """Keep groups that end green as long as all for whom they have to make room wait for somebody else anyway.

    Those for whom they make room are not wanted before they have ended.

    Parameters
    ----------
    tick_s
        How long a decision lasts.
    aspect
        int8 [nG] what each group shows.
    changes
        What does not change.
    wait_s
        float32 [nG] of `waits`.
    stage
        bool [nG] the groups of the stages that are wanted.
    want
        Out, bool [nG]: the same, but those that linger in the place of those that wait for them.
    """
    for i in range(len(changes.group_offset) - 1):
        first, count = changes.group_offset[i], changes.group_offset[i + 1] - changes.group_offset[i]
        matrix = changes.matrix_offset[i]
        for g in range(count):
            want[first + g] = stage[first + g]
        for g in range(count):
            if aspect[first + g] != GREEN or stage[first + g] or changes.group_user[first + g] == PEDESTRIAN:
                continue
            spare_s = LONG_AGO_S
            for h in range(count):
                needed_s = changes.intergreen_s[matrix + g * count + h]
                if needed_s < 0 or not stage[first + h] or aspect[first + h] == GREEN:
                    continue
                waits_s = wait_s[first + h]
                for other in range(count):  # people on foot whose green ends now
                    is_walk = changes.group_user[first + other] == PEDESTRIAN and aspect[first + other] == GREEN
                    if is_walk and not stage[first + other]:
                        waits_s = max(waits_s, changes.intergreen_s[matrix + other * count + h])
                spare_s = min(spare_s, waits_s - needed_s)
            if tick_s <= spare_s < LONG_AGO_S:
                want[first + g] = True
                for h in range(count):
                    if changes.intergreen_s[matrix + g * count + h] >= 0 and aspect[first + h] != GREEN:
                        want[first + h] = False
