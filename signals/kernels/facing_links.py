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

__all__ = ["Facing", "part"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

WAITS_S = np.float32(1.0)
"""Who has stood inside a junction for so long waits there."""
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
    held_s
        float32 [n links / 2], kept from tick to tick: for how long nobody has been let in.
    """

    into_offset: Ints
    into_group: Ints
    before_offset: Ints
    before_lane: Ints
    behind_offset: Ints
    behind_lane: Ints
    held_s: Floats


@kernel
def part(tick_s: float, stood_s: Floats, facing: Facing, want: Bools) -> None:
    """Let nobody in between two junctions while somebody waits inside both, before or behind the links between them.

    Parameters
    ----------
    tick_s
        How long a decision lasts.
    stood_s
        float32 [nL] for how long the last vehicle of a lane has not moved (`signals.kernels.box.Inside`).
    facing
        Which links.
    want
        In and out, bool [nG] the groups that are wanted.
    """
    for pair in range(len(facing.held_s)):
        one, other = 2 * pair, 2 * pair + 1
        before_one = _wait(one, stood_s, facing.before_offset, facing.before_lane)
        behind_one = _wait(one, stood_s, facing.behind_offset, facing.behind_lane)
        before_other = _wait(other, stood_s, facing.before_offset, facing.before_lane)
        behind_other = _wait(other, stood_s, facing.behind_offset, facing.behind_lane)
        # Not where they wait before one and behind the other: that is the same junction, and mostly a red for the one.
        if not ((behind_one or before_other) and (behind_other or before_one)):
            facing.held_s[pair] = 0.0
        elif facing.held_s[pair] < MOST_S:
            facing.held_s[pair] += np.float32(tick_s)
            for row in range(facing.into_offset[2 * pair], facing.into_offset[2 * pair + 2]):
                want[facing.into_group[row]] = False


@kernel
def _wait(link: int, stood_s: Floats, offset: Ints, lane: Ints) -> bool:
    """Whether somebody waits on one of a link's lanes."""
    for row in range(offset[link], offset[link + 1]):  # noqa: SIM110  generators do not compile
        if stood_s[lane[row]] >= WAITS_S:
            return True
    return False
