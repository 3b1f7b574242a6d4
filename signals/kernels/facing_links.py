"""Two junctions so near to each other that hardly anybody fits between them, and who waits inside them.

Who turns across the oncoming traffic waits inside the junction for a gap. If the link from the other side fills
meanwhile, the last one on it stands across his path with its tail in the junction; and if the same happens at the other
end, two of them keep each other from leaving for ever, which no signal can undo. So as soon as somebody waits inside
both, nobody more is let in between, from either side: then they find their gap.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import kernel

__all__ = ["Facing", "keep_out"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

WAITS_S = np.float32(1.0)
"""Who has stood inside a junction for so long waits there."""
FULL_M = np.float32(1.0)
"""Who stands on a lane with less than this behind him has his tail in the junction, or is about to."""
MOST_S = np.float32(30.0)
"""After this long they let in again: whoever still stands inside waits for something else."""


class Facing(NamedTuple):
    """Short links in pairs: number 2 n leads from one junction to another, number 2 n + 1 back.

    Attributes
    ----------
    into_offset, into_group
        int32 [n links + 1], int32 [n] the groups with which each is entered.
    before_offset, before_lane
        int32 [n links + 1], int32 [n] the lanes inside the junction at its beginning, of those who enter it.
    behind_offset, behind_lane
        int32 [n links + 1], int32 [n] the lanes inside the junction at its end, of those who come from it.
    first_offset, first_lane
        int32 [n links + 1], int32 [n] the lanes on which it begins.
    held_s
        float32 [n links / 2], kept from tick to tick: for how long nobody has been let in.
    """

    into_offset: Ints
    into_group: Ints
    before_offset: Ints
    before_lane: Ints
    behind_offset: Ints
    behind_lane: Ints
    first_offset: Ints
    first_lane: Ints
    held_s: Floats


@kernel
def keep_out(tick_s: float, stood_s: Floats, free_m: Floats, facing: Facing, want: Bools) -> None:
    """Let nobody in between two junctions while somebody waits inside both, before or behind the links between them.

    Parameters
    ----------
    tick_s
        How long a decision lasts.
    stood_s
        float32 [nL] for how long the last vehicle of a lane has not moved (`signals.kernels.box.Inside`).
    free_m
        float32 [nL] free length at the beginning of a lane.
    facing
        Which links.
    want
        In and out, bool [nG] the groups that are wanted.
    """
    for pair in range(len(facing.held_s)):
        one, other = 2 * pair, 2 * pair + 1
        here = _waits_behind(other, stood_s, facing) or _waits_before(one, stood_s, free_m, facing)
        there = _waits_behind(one, stood_s, facing) or _waits_before(other, stood_s, free_m, facing)
        if not (here and there):
            facing.held_s[pair] = 0.0
        elif facing.held_s[pair] < MOST_S:
            facing.held_s[pair] += np.float32(tick_s)
            for row in range(facing.into_offset[2 * pair], facing.into_offset[2 * pair + 2]):
                want[facing.into_group[row]] = False


@kernel
def _waits_behind(link: int, stood_s: Floats, facing: Facing) -> bool:
    """Whether somebody who came along a link waits inside the junction at its end."""
    for row in range(facing.behind_offset[link], facing.behind_offset[link + 1]):
        if stood_s[facing.behind_lane[row]] >= WAITS_S:
            return True
    return False


@kernel
def _waits_before(link: int, stood_s: Floats, free_m: Floats, facing: Facing) -> bool:
    """Whether somebody waits inside the junction where a link begins: to get in, or with its tail still outside."""
    for row in range(facing.before_offset[link], facing.before_offset[link + 1]):
        if stood_s[facing.before_lane[row]] >= WAITS_S:
            return True
    for row in range(facing.first_offset[link], facing.first_offset[link + 1]):
        lane = facing.first_lane[row]
        if stood_s[lane] >= WAITS_S and free_m[lane] < FULL_M:
            return True
    return False
