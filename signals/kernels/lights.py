"""What the signalled movements of many copies of a network are shown, from the aspects of their groups."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import kernel
from signals.kernels.traffic_state import AMBER, GO, RED, STOP, YIELD

__all__ = ["lights"]

SHOWS_RED, SHOWS_GREEN, SHOWS_AMBER = 0, 2, 3
"""Of `signals.model.values.Aspect`."""


@kernel
def lights(
    aspect: npt.NDArray[np.int8],
    before: npt.NDArray[np.int8],
    head: npt.NDArray[np.int32],
    foe_first: npt.NDArray[np.int32],
    foe_group: npt.NDArray[np.int32],
    moves: int,
    lit: npt.NDArray[np.int8],
    change: npt.NDArray[np.int32],
) -> int:
    """Say what changes; return how many rows were written.

    Parameters
    ----------
    aspect, before
        int8 [R, G] what every group of every copy shows, and what it showed; the second becomes the first.
    head
        int32 [n, 4] of each movement: its number, its group, whether it may turn on red after a stop, whether somebody
        whom the signals do not stop has priority over it.
    foe_first, foe_group
        int32 [n + 1], int32 the groups with priority over each; they count unless they are red.
    moves
        Movements of one copy.
    lit
        int8 [R, n] in and out: what each movement is shown (`signals.kernels.traffic_state.State.lit`).
    change
        Out, int32 [R n, 2]: movement of all copies, and what it shows now.
    """
    rows = 0
    for copy in range(len(aspect)):
        other = False
        for group in range(aspect.shape[1]):
            if aspect[copy, group] != before[copy, group]:
                before[copy, group] = aspect[copy, group]
                other = True
        if not other:
            continue
        for number in range(len(head)):
            shows = aspect[copy, head[number, 1]]
            found = RED
            if shows == SHOWS_RED and head[number, 2]:
                found = STOP
            elif shows == SHOWS_AMBER:
                found = AMBER
            elif shows == SHOWS_GREEN:
                found = YIELD if head[number, 3] else GO
                for row in range(foe_first[number], foe_first[number + 1]):
                    if aspect[copy, foe_group[row]] != SHOWS_RED:
                        found = YIELD
            if found != lit[copy, number]:
                lit[copy, number] = found
                change[rows, 0], change[rows, 1] = head[number, 0] + copy * moves, found
                rows += 1
    return rows
