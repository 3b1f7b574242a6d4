"""Two junctions so near to each other that hardly anybody fits between them, and who waits inside them.

Who turns across the oncoming traffic waits inside the junction for a gap. If the link from the other side fills
meanwhile, the last one on it stands across his path with its tail in the junction; and if the same happens at the other
end, two of them keep each other from leaving for ever, which no signal can undo. Three rules are against it. While
somebody is in between in both directions, those who come towards him start only when he has had the time to leave. As
soon as somebody waits inside both junctions, nobody more is let in between, from either side, and whoever is in between
gets green, until nobody waits in either. And the same is done for one of the links alone while somebody stands inside
the junction where it begins, since it is full.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import kernel

__all__ = ["Facing", "Seen", "keep_out"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.int8]
Bools = npt.NDArray[np.bool_]

GREEN = 2
LEAD_S = 6.0
"""For so long those who would start wait for those who come towards them, at most."""
WAITS_S = np.float32(1.0)
"""Who has stood inside a junction for so long waits there."""
JAM_S = 3.0
"""Who has stood inside a junction for so long, to get on a link, does so because the link is full."""
FULL_M = np.float32(1.0)
"""Who stands on a lane with less than this behind him has his tail in the junction, or is about to."""
MOST_S = 30.0
"""After this long they let in again: whoever still stands inside waits for something else."""
PAUSE_S = 20.0
"""For so long, until it is tried once more."""


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
    out_offset, out_group
        int32 [n links + 1], int32 [n] the groups with which each is left.
    against_offset, against_group
        int32 [n links + 1], int32 [n] the groups that may not be green beside one of those.
    held_s
        float32 [n links / 2], kept from tick to tick: for how long nobody has been let in; negative: for how long
        everybody will still be.
    jam_s
        float32 [n links] the same of each link alone, since it is full.
    led_s
        float32 [n links], kept as well: for how long those who would enter have waited for those who come towards them.
    """

    into_offset: Ints
    into_group: Ints
    before_offset: Ints
    before_lane: Ints
    behind_offset: Ints
    behind_lane: Ints
    first_offset: Ints
    first_lane: Ints
    out_offset: Ints
    out_group: Ints
    against_offset: Ints
    against_group: Ints
    held_s: Floats
    jam_s: Floats
    led_s: Floats


class Seen(NamedTuple):
    """What is believed.

    Attributes
    ----------
    aspect
        int8 [nG] what each group shows.
    lane_veh
        float32 [nL] vehicles on each lane.
    lane_free_m
        float32 [nL] free length at its beginning.
    """

    aspect: Bytes
    lane_veh: Floats
    lane_free_m: Floats


@kernel
def keep_out(tick_s: float, stood_s: Floats, seen: Seen, facing: Facing, want: Bools) -> None:
    """Let whoever is between two junctions leave before anybody more gets in, where they might shut each other in.

    Parameters
    ----------
    tick_s
        How long a decision lasts.
    stood_s
        float32 [nL] for how long the last vehicle of a lane has not moved (`signals.kernels.box.Inside`).
    seen
        What is believed.
    facing
        Which links; in and out.
    want
        In and out, bool [nG] the groups that are wanted.
    """
    for pair in range(len(facing.held_s)):
        one, other = 2 * pair, 2 * pair + 1
        here = _waits_behind(other, stood_s, facing) or _waits_before(one, stood_s, seen.lane_free_m, facing)
        there = _waits_behind(one, stood_s, facing) or _waits_before(other, stood_s, seen.lane_free_m, facing)
        facing.held_s[pair] = _held_s(float(facing.held_s[pair]), tick_s, (here, there))
        for link in range(one, other + 1):
            stands_s = _stands_before_s(link, stood_s, facing)
            jam = (stands_s >= JAM_S, stands_s >= float(WAITS_S))
            facing.jam_s[link] = _held_s(float(facing.jam_s[link]), tick_s, jam)
            if facing.held_s[pair] > 0.0 or facing.jam_s[link] > 0.0:
                _let_out(link, facing, want)
    for link in range(len(facing.led_s)):
        _lead(link, tick_s, seen, facing, want)
    for pair in range(len(facing.held_s)):  # who leaves one pair of junctions may enter another
        if facing.held_s[pair] > 0.0 or facing.jam_s[2 * pair] > 0.0 or facing.jam_s[2 * pair + 1] > 0.0:
            for row in range(facing.into_offset[2 * pair], facing.into_offset[2 * pair + 2]):
                want[facing.into_group[row]] = False


@kernel
def _lead(link: int, tick_s: float, seen: Seen, facing: Facing, want: Bools) -> None:
    """Let whoever comes from the other side leave before those start who come towards him."""
    back, starts, leaves = link ^ 1, False, True
    for row in range(facing.into_offset[link], facing.into_offset[link + 1]):
        group = facing.into_group[row]
        starts = starts or (want[group] and seen.aspect[group] != GREEN)
    for row in range(facing.out_offset[back], facing.out_offset[back + 1]):
        leaves = leaves and want[facing.out_group[row]]
    somebody = _is_used(link, seen.lane_veh, facing) and _is_used(back, seen.lane_veh, facing)
    if not (starts and leaves and somebody):
        facing.led_s[link] = 0.0
        return
    facing.led_s[link] += np.float32(tick_s)
    if facing.led_s[link] > LEAD_S + 0.01:
        return
    for row in range(facing.into_offset[link], facing.into_offset[link + 1]):
        group = facing.into_group[row]
        if seen.aspect[group] != GREEN:
            want[group] = False


@kernel
def _is_used(link: int, lane_veh: Floats, facing: Facing) -> bool:
    """Whether somebody is on a link, or has come along it and is still inside the junction at its end."""
    for row in range(facing.first_offset[link], facing.first_offset[link + 1]):
        if lane_veh[facing.first_lane[row]] > 0.5:
            return True
    for row in range(facing.behind_offset[link], facing.behind_offset[link + 1]):
        if lane_veh[facing.behind_lane[row]] > 0.5:
            return True
    return False


@kernel
def _let_out(link: int, facing: Facing, want: Bools) -> None:
    """Give green to whoever is on a link."""
    for row in range(facing.against_offset[link], facing.against_offset[link + 1]):
        want[facing.against_group[row]] = False
    for row in range(facing.out_offset[link], facing.out_offset[link + 1]):
        want[facing.out_group[row]] = True


@kernel
def _held_s(held_s: float, tick_s: float, waits: tuple[bool, bool]) -> float:
    """For how long nobody has been let in, after one more tick; negative = everybody is, for a while.

    It begins where both of two things are so, and goes on while one of them is.
    """
    if held_s < 0.0:
        return min(held_s + tick_s, 0.0)
    if not (waits[0] or waits[1]) or (held_s == 0.0 and not (waits[0] and waits[1])):
        return 0.0
    return held_s + tick_s if held_s < MOST_S - 0.01 else tick_s - PAUSE_S


@kernel
def _waits_behind(link: int, stood_s: Floats, facing: Facing) -> bool:
    """Whether somebody who came along a link waits inside the junction at its end."""
    for row in range(facing.behind_offset[link], facing.behind_offset[link + 1]):
        if stood_s[facing.behind_lane[row]] >= WAITS_S:
            return True
    return False


@kernel
def _waits_before(link: int, stood_s: Floats, lane_free_m: Floats, facing: Facing) -> bool:
    """Whether somebody waits inside the junction where a link begins: to get in, or with its tail still outside."""
    if _stands_before_s(link, stood_s, facing) >= WAITS_S:
        return True
    for row in range(facing.first_offset[link], facing.first_offset[link + 1]):
        lane = facing.first_lane[row]
        if stood_s[lane] >= WAITS_S and lane_free_m[lane] < FULL_M:
            return True
    return False


@kernel
def _stands_before_s(link: int, stood_s: Floats, facing: Facing) -> float:
    """For how long somebody has stood inside the junction where a link begins, to get in."""
    longest_s = 0.0
    for row in range(facing.before_offset[link], facing.before_offset[link + 1]):
        longest_s = max(longest_s, float(stood_s[facing.before_lane[row]]))
    return longest_s
