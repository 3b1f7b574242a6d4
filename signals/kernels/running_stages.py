"""The stage that every intersection was asked for: whether it is shown, may be left, and what it wants now."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import kernel

__all__ = ["Running", "Stages", "ask_stages", "want_stages", "watch_stages"]

Columns = tuple[Any, ...]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.int8]
Bools = npt.NDArray[np.bool_]

GREEN = 2
"""Of `signals.model.values.Aspect`."""


class Stages(NamedTuple):
    """What does not change.

    Attributes
    ----------
    group_first
        int32 [nI + 1] the groups of each intersection.
    stage_first
        int32 [nI + 1] the stages of each intersection, rows of `green`.
    green
        int8 [nS, most groups of an intersection] 1 where a group is green in the stage.
    min_green_ds
        int32 [nG].
    on_foot, servable
        bool [nG] it is for pedestrians; it is in a stage at all.
    patience_ds
        int32 [nI] after this time a stage counts as shown although a group of it is not green.
    """

    group_first: Ints
    stage_first: Ints
    green: Bytes
    min_green_ds: Ints
    on_foot: Bools
    servable: Bools
    patience_ds: Ints


class Running(NamedTuple):
    """What is remembered.

    Attributes
    ----------
    stage
        int32 [nI] what was asked for; negative: nothing.
    asked_ds
        int64 [nI] when; negative: it is not known yet.
    shown, mature, rival
        bool [nI] see `watch_stages`.
    in_stage, walk
        bool [nG] the groups of the stage; people on foot who were promised their green in it.
    """

    stage: Ints
    asked_ds: Longs
    shown: Bools
    mature: Bools
    rival: Bools
    in_stage: Bools
    walk: Bools


@kernel
def watch_stages(now_ds: int, stages: Columns, running: Columns, aspect: Bytes, age_ds: Ints, demand: Bools) -> None:
    """Look at what is shown and who waits.

    `Running.shown`: all that is wanted is green, or never will be; `Running.mature`: the stage may be left;
    `Running.rival`: somebody waits for another one.

    Parameters
    ----------
    now_ds
        The time.
    stages, running
        The arrays of a `Stages` and of a `Running`; the latter are changed.
    aspect, age_ds, demand
        int8, int32, bool [nG] what is shown, for how long, and whether somebody waits.
    """
    fixed, now = Stages(*stages), Running(*running)
    for i in range(len(now.stage)):
        if now.asked_ds[i] < 0:
            now.asked_ds[i] = now_ds
        missing, young, rival = False, False, False
        for g in range(fixed.group_first[i], fixed.group_first[i + 1]):
            if aspect[g] == GREEN:
                young = young or age_ds[g] < fixed.min_green_ds[g]
            elif now.in_stage[g] and (now.walk[g] or not fixed.on_foot[g]):
                missing = True
            if demand[g] and fixed.servable[g] and not now.in_stage[g]:
                rival = True
        shown = not missing or now_ds - now.asked_ds[i] >= fixed.patience_ds[i]
        now.shown[i], now.rival[i] = shown, rival
        now.mature[i] = shown and not young and now.stage[i] >= 0


@kernel
def ask_stages(now_ds: int, asked: Ints, running: Columns) -> None:
    """Ask for stages, which are neither shown nor mature then; where one runs already it goes on.

    Parameters
    ----------
    now_ds
        The time.
    asked
        int32 [nI].
    running
        The arrays of a `Running`; changed.
    """
    now = Running(*running)
    for i in range(len(asked)):
        if asked[i] != now.stage[i]:
            now.stage[i], now.asked_ds[i] = asked[i], now_ds
            now.shown[i] = now.mature[i] = False


@kernel
def want_stages(stages: Columns, running: Columns, aspect: Bytes, demand: Bools, want: Bools) -> None:
    """Want the groups of the stages, people on foot on call.

    Parameters
    ----------
    stages, running
        The arrays of a `Stages` and of a `Running`; of the latter `in_stage` and `walk` are changed.
    aspect, demand
        int8, bool [nG] what is shown, and whether somebody waits.
    want
        Out, bool [nG].
    """
    fixed, now = Stages(*stages), Running(*running)
    for i in range(len(now.stage)):
        first, row = fixed.group_first[i], fixed.stage_first[i] + now.stage[i]
        runs = fixed.stage_first[i] <= row < fixed.stage_first[i + 1]
        open_to_calls = not (now.rival[i] and now.shown[i])
        for g in range(first, fixed.group_first[i + 1]):
            inside = runs and fixed.green[row, g - first] > 0
            if fixed.on_foot[g]:
                walks = now.walk[g] or (demand[g] and open_to_calls)
                now.walk[g] = walks and inside and (demand[g] or aspect[g] != GREEN)
                want[g] = now.walk[g]
            else:
                want[g] = inside
            now.in_stage[g] = inside
