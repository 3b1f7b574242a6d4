"""What the interstage kernel can promise about waiting, worked out once from the site.

The *lead* of a group is the longest time from being first in the urgent queue to green: a tick to notice, the red-amber
and minimum green of a conflicting group that has just started, its way to red or its intergreen (or, if longer, the
group's own way to red), and the group's own red-amber. A group becomes urgent when its wait reaches its *patience*,
maximum red minus lead, so that it is green within its maximum red if it is alone in being urgent. Others that became
urgent before it are served before it, which takes at most their leads: that sum is its *guarantee*. Emergency vehicles
may hold it up for as long as the longest call, in all and whatever they do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from signals.kernels.compile import kernel
from signals.model.values import IntArray

if TYPE_CHECKING:
    from signals.model.arrays import NetworkArrays

__all__ = ["waiting_bounds"]

NO_CONFLICT = -1


def waiting_bounds(network: NetworkArrays, tick_ds: int) -> tuple[IntArray, IntArray]:
    """Work out when groups become urgent, and the longest wait that can happen.

    Parameters
    ----------
    network
        The site.
    tick_ds
        Length of a tick, > 0.

    Returns
    -------
    patience_ds, guarantee_ds
        int32 [nG] the wait from which on a group is urgent; the wait, counted while it is not green and demanded, that
        no group exceeds: with all other groups of its intersection urgent before it, and a start-up on top.
    """
    patience_ds, guarantee_ds = np.zeros((2, len(network.min_green_ds)), np.int32)
    work_out(network, tick_ds, patience_ds, guarantee_ds)
    return patience_ds, guarantee_ds


@kernel
def work_out(site: NetworkArrays, tick_ds: int, patience_ds: IntArray, guarantee_ds: IntArray) -> None:
    """Do what `waiting_bounds` says, for all groups; out: its two columns."""
    for i in range(len(site.group_offset) - 1):
        first, last, matrix = site.group_offset[i], site.group_offset[i + 1], site.matrix_offset[i]
        total_ds, longest_ds = 0, 0
        for g in range(first, last):
            lead_ds = _whole(site.amber_ds[g], tick_ds) + _whole(site.clearance_ds[g], tick_ds) + tick_ds
            for j in range(first, last):
                between_ds = site.intergreen_ds[matrix + (j - first) * (last - first) + g - first]
                if between_ds != NO_CONFLICT:
                    longest_ds = max(longest_ds, between_ds)
                    green_ds = _whole(site.red_amber_ds[j], tick_ds) + _whole(site.min_green_ds[j], tick_ds)
                    to_red_ds = _whole(site.amber_ds[j], tick_ds) + _whole(site.clearance_ds[j], tick_ds)
                    to_start_ds = _whole(max(between_ds - site.red_amber_ds[g], 0), tick_ds)
                    lead_ds = max(lead_ds, green_ds + max(to_red_ds, to_start_ds))
            lead_ds += _whole(site.red_amber_ds[g], tick_ds) + tick_ds
            patience_ds[g] = max(site.max_red_ds[g] - lead_ds, tick_ds)
            total_ds += lead_ds
        for g in range(first, last):
            guarantee_ds[g] = patience_ds[g] + total_ds + _whole(longest_ds, tick_ds)


@kernel
def _whole(time_ds: int, tick_ds: int) -> int:
    """Round a time up to whole ticks."""
    return (time_ds + tick_ds - 1) // tick_ds * tick_ds
