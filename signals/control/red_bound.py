"""How long the optimiser may let a group wait at red before the guard steps in."""

from __future__ import annotations

import numpy as np

from signals.model.network import Network
from signals.model.values import FloatArray

__all__ = ["red_bound_s"]

TICK_DS = 10
"""The longest tick that is usual."""


def red_bound_s(network: Network) -> FloatArray:
    """Return the wait at which each group has to be next if its red is to end within its maximum, s; float32 [nG].

    That is its maximum red less the longest that it can still take then: the minimum green of whoever conflicts and has
    just started, and the change. From then on the guard (`signals.safety.bounds`) serves it by itself, whatever that
    cuts short, so that a plan had better serve it before. With ticks of `TICK_DS` it is the guard's own figure to
    within one of them; with shorter ticks the guard is later.
    """
    bounds = [_bound_ds(network, i) for i in range(len(network.intersections))]
    return (np.concatenate([np.zeros(0), *bounds]) * 0.1).astype(np.float32)


def _bound_ds(network: Network, intersection: int) -> FloatArray:
    place = network.intersections[intersection]
    found = []
    for g, group in enumerate(place.groups):
        lead_ds = group.amber_ds + group.clearance_ds + TICK_DS
        for h, other in enumerate(place.groups):
            between_ds = place.intergreen_ds[h][g]
            if between_ds is not None:
                change_ds = max(other.amber_ds + other.clearance_ds, between_ds - group.red_amber_ds)
                lead_ds = max(lead_ds, other.red_amber_ds + other.min_green_ds + change_ds)
        found.append(group.max_red_ds - lead_ds - group.red_amber_ds - TICK_DS)
    return np.array(found, np.float32)
