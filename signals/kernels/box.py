"""Who still stands inside a junction when its lights change, and who had better wait for them.

Somebody who turned in late, or waits for a gap that comes with the end of the green, leaves the junction after the
intergreen. Whoever gets green meanwhile drives into the box, and both may wait for each other for ever. So the next
groups wait a few seconds more, while somebody of a conflicting movement stands in there.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import kernel

__all__ = ["Box", "Inside", "hold", "watch"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.int8]
Bools = npt.NDArray[np.bool_]

GREEN = 2
PEDESTRIAN = 1
CRAWLING_MPS = np.float32(0.5)
STOOD_S = np.float32(3.0)
"""Slower than this for so long, the last vehicle on a lane inside the junction counts as standing."""
SEVERAL = 2
"""So many who stood there make a jam, in which nobody counts as gone before he has left."""
CREEPING_MPS = np.float32(2.0)
CREEPING_S = np.float32(2.0)
"""Where the room behind who stands has not grown faster for so long, whoever need not yield counts as standing: turning
vehicles are in his way already. So does a lane on which there is always somebody who drives: it is not clear yet."""
HALTED_S = np.float32(1.0)
"""Who need not yield and has stood for so long counts as standing until he has left, also while he moves up."""
SAME_M = np.float32(0.1)
"""The tail of a vehicle does not move back by more than this."""
MOST_S = np.float32(10.0)
"""After so long in which nobody who stood has left, the next groups start all the same: no one will go by himself."""


class Box(NamedTuple):
    """What does not change.

    Attributes
    ----------
    group_offset
        int32 [nI + 1].
    group_user
        int8 [nG].
    matrix_offset
        int32 [nI + 1], with intergreen_s float32 [sum n²]; negative = compatible.
    link_offset
        int32 [nI + 1] links of each intersection; link_group int32 [nK].
    link_permissive
        int8 [nK] 1 where the movement may have to yield while it is green.
    via_offset, via_lane
        int32 [nK + 1], int32 [n] the lanes of each link inside the junction.
    """

    group_offset: Ints
    group_user: Bytes
    matrix_offset: Ints
    intergreen_s: Floats
    link_offset: Ints
    link_group: Ints
    link_permissive: Bytes
    via_offset: Ints
    via_lane: Ints


class Inside(NamedTuple):
    """What is kept from tick to tick.

    Attributes
    ----------
    lane_veh, lane_free_m
        float32 [nL] as they were a tick ago.
    stood_s, creeping_s
        float32 [nL] for how long the last vehicle of a lane has not moved, and for how long it has hardly moved.
    slow
        bool [nL] whether somebody on the lane has stood, and nobody has left it since.
    halted
        bool [nL] the same of who has stood for `HALTED_S`.
    stands
        bool [nG] whether somebody of a movement of the group stands inside the junction.
    held_s
        float32 [nI] for how long somebody has been made to wait for them, since one of them has last left.
    """

    lane_veh: Floats
    lane_free_m: Floats
    stood_s: Floats
    creeping_s: Floats
    slow: Bools
    halted: Bools
    stands: Bools
    held_s: Floats


@kernel
def watch(tick_s: float, lane_veh: Floats, lane_free_m: Floats, box: Box, inside: Inside) -> None:
    """Find who stands inside the junctions: the last vehicle of a lane, if it is the same and where it was a tick ago.

    Parameters
    ----------
    tick_s
        Time since the last call.
    lane_veh, lane_free_m
        float32 [nL] vehicles on each lane, and free length at its beginning.
    box, inside
        What is there; in and out.
    """
    tick = np.float32(max(tick_s, 0.1))
    for g in range(len(inside.stands)):
        inside.stands[g] = False
    for i in range(len(box.link_offset) - 1):
        _forget(i, lane_veh, box, inside)
    for lane in range(len(lane_veh)):
        same = lane_veh[lane] > 0.5 and abs(lane_veh[lane] - inside.lane_veh[lane]) < 0.5
        moved_m = lane_free_m[lane] - inside.lane_free_m[lane]
        stays = same and abs(moved_m) < CRAWLING_MPS * tick
        inside.stood_s[lane] = inside.stood_s[lane] + np.float32(tick_s) if stays else np.float32(0.0)
        # The last vehicle is the same where its tail has not moved back, whoever has left before it.
        creeps = lane_veh[lane] > 0.5 and -SAME_M < moved_m < CREEPING_MPS * tick
        inside.creeping_s[lane] = inside.creeping_s[lane] + np.float32(tick_s) if creeps else np.float32(0.0)
        left = lane_veh[lane] < inside.lane_veh[lane] - 0.5
        inside.slow[lane] = inside.stood_s[lane] >= STOOD_S or (inside.slow[lane] and lane_veh[lane] > 0.5 and not left)
        halted = inside.stood_s[lane] >= HALTED_S or inside.halted[lane]
        inside.halted[lane] = halted and lane_veh[lane] > 0.5 and not left
        inside.lane_veh[lane], inside.lane_free_m[lane] = lane_veh[lane], lane_free_m[lane]
    for i in range(len(box.link_offset) - 1):
        _judge(box.link_offset[i], box.link_offset[i + 1], box, inside)


@kernel
def _forget(i: int, lane_veh: Floats, box: Box, inside: Inside) -> None:
    """Begin to wait anew where somebody who stood has left: the others may follow."""
    for k in range(box.link_offset[i], box.link_offset[i + 1]):
        for row in range(box.via_offset[k], box.via_offset[k + 1]):
            lane = box.via_lane[row]
            if inside.slow[lane] and lane_veh[lane] < inside.lane_veh[lane] - 0.5:
                inside.held_s[i] = 0.0


@kernel
def _judge(first: int, beyond: int, box: Box, inside: Inside) -> None:
    """Say for which groups of a junction somebody stands: now, or lately if there are several of them."""
    slow = 0
    for k in range(first, beyond):
        for row in range(box.via_offset[k], box.via_offset[k + 1]):
            slow += int(inside.slow[box.via_lane[row]])
    for k in range(first, beyond):
        for row in range(box.via_offset[k], box.via_offset[k + 1]):
            lane = box.via_lane[row]
            blocks = inside.halted[lane] or inside.creeping_s[lane] >= CREEPING_S
            blocks = blocks and not box.link_permissive[k]
            if blocks or inside.stood_s[lane] >= STOOD_S or (inside.slow[lane] and slow >= SEVERAL):
                inside.stands[box.link_group[k]] = True


@kernel
def _people_cross(first: int, beyond: int, group_user: Bytes) -> bool:
    """Whether a junction has crossings: who stands in it mostly waits for people, and leaves while the others wait."""
    for g in range(first, beyond):  # noqa: SIM110  generators do not compile
        if group_user[g] == PEDESTRIAN:
            return True
    return False


@kernel
def hold(tick_s: float, aspect: Bytes, box: Box, inside: Inside, want: Bools) -> None:
    """Let groups that are about to start wait for those who stand in their way.

    Parameters
    ----------
    tick_s
        How long a decision lasts.
    aspect
        int8 [nG] what each group shows.
    box, inside
        What is there; in and out.
    want
        In and out, bool [nG] the groups that are wanted.
    """
    for i in range(len(box.group_offset) - 1):
        first, count = box.group_offset[i], box.group_offset[i + 1] - box.group_offset[i]
        if _people_cross(first, first + count, box.group_user):
            continue
        held, somebody = False, False
        for h in range(count):
            if not want[first + h] or aspect[first + h] == GREEN:
                continue
            for g in range(count):
                needed_s = box.intergreen_s[box.matrix_offset[i] + g * count + h]
                if needed_s < 0 or not inside.stands[first + g] or aspect[first + g] == GREEN:
                    continue
                somebody = True
                if inside.held_s[i] < MOST_S:
                    want[first + h] = False
                    held = True
                break
        if held:
            inside.held_s[i] += np.float32(tick_s)
        elif not somebody:
            inside.held_s[i] = 0.0
