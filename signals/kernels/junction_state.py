"""What agents of many replicas see, as one row of numbers each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import kernel

__all__ = ["see_junctions"]

GREEN = 2
"""Of `signals.model.values.Aspect`."""
OLDEST_DS = 2**31 - 1


@kernel
def see_junctions(
    most_veh: float,
    most_wait_s: float,
    most_green_s: float,
    queue_veh: npt.NDArray[np.float32],
    count_veh: npt.NDArray[np.float32],
    wait_s: npt.NDArray[np.float32],
    stage: npt.NDArray[np.int32],
    in_stage: npt.NDArray[np.bool_],
    aspect: npt.NDArray[np.int8],
    age_ds: npt.NDArray[np.int32],
    demand: npt.NDArray[np.bool_],
    out: npt.NDArray[np.float32],
) -> None:
    """Write a row for each replica.

    Parameters
    ----------
    most_veh, most_wait_s, most_green_s
        What counts as 1; the first two are rounded to 32 bits.
    queue_veh, count_veh, wait_s
        float32 [R, A] vehicles standing, vehicles within range, longest time for which one has stood.
    stage
        int32 [R] the stage that was asked for.
    in_stage, aspect, age_ds, demand
        bool, int8, int32, bool [R, G] groups of that stage; what each group shows and for how long; who is demanded.
    out
        Out, float32 [R, 3 A + S + 1 + G] as in `signals.env.observations.JunctionState`.
    """
    approaches, groups = queue_veh.shape[1], aspect.shape[1]
    stages = out.shape[1] - 3 * approaches - 1 - groups
    full_veh, full_s = np.float32(most_veh), np.float32(most_wait_s)
    for r in range(len(out)):
        for a in range(approaches):
            out[r, a] = min(queue_veh[r, a] / full_veh, np.float32(1.0))
            out[r, approaches + a] = min(count_veh[r, a] / full_veh, np.float32(1.0))
            out[r, 2 * approaches + a] = min(wait_s[r, a] / full_s, np.float32(1.0))
        first = 3 * approaches
        for s in range(stages):
            out[r, first + s] = 1.0 if s == stage[r] else 0.0
        youngest_ds, first = OLDEST_DS, first + stages
        for g in range(groups):
            out[r, first + 1 + g] = 1.0 if demand[r, g] else 0.0
            if in_stage[r, g] and aspect[r, g] == GREEN:
                youngest_ds = min(youngest_ds, age_ds[r, g])
        out[r, first] = 0.0 if youngest_ds == OLDEST_DS else min(youngest_ds / 10.0 / most_green_s, 1.0)
