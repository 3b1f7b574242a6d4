"""A few lines of text about what agents have in front of them."""

from __future__ import annotations

import numpy as np

from signals.env.rollout import Rollout

__all__ = ["picture"]

_LETTERS = "ruGac"
"""Red, red-amber, Green, amber, clearance; as SUMO's letters where it has one."""


def picture(rollout: Rollout) -> str:
    """Draw the intersections that agents control: one line each, under the time.

    Parameters
    ----------
    rollout
        Its episode has begun.

    Returns
    -------
    str
        The time; then id, stage asked for, a letter for each signal group (``r`` red, ``u`` red-amber, ``G`` green,
        ``a`` amber, ``c`` clearance, ``?`` not known) and the vehicles standing on each approach.
    """
    snapshot, lines = rollout.episode.snapshot, [f"{rollout.episode.time_s:8.1f} s"]
    for i, name in zip(rollout.setting.controlled, rollout.setting.names, strict=True):
        view = rollout.seats.view(i, snapshot)
        stage = view.network.intersections[i].stages[view.stage].id
        shown = "".join(_LETTERS[aspect] if aspect >= 0 else "?" for aspect in snapshot.aspect[view.groups])
        queue_veh = " ".join(f"{veh:.0f}" for veh in np.nan_to_num(snapshot.queue_veh[view.approaches]))
        lines.append(f"{name}  stage {stage}  {shown}  queues {queue_veh}")
    return "\n".join(lines)
