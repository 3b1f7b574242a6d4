"""The network as the estimators see it: feeders, watched lanes, and which lane belongs to which approach or link."""

from __future__ import annotations

import numpy as np

from signals.kernels.sensing import Places
from signals.model.feeders import Feeders
from signals.model.movements import Turn
from signals.model.network import Network
from signals.model.values import FloatArray, IntArray

__all__ = ["first_shares", "link_approaches", "places_of"]

LINK_PRIOR = {Turn.UTURN: 0.1}
"""Weight of a link before anybody was seen to take it, in vehicles; 1 for every other turn."""


def places_of(network: Network, reach: Feeders) -> Places:
    """Build what does not change for the kernel."""
    arrays = network.arrays
    lane_approach = np.full(len(network.lanes), -1, np.int32)
    lane_approach[arrays.approach_lane] = np.arange(len(arrays.approach_lane))
    lane_link = np.full(len(network.lanes), -1, np.int32)
    for link, movement in enumerate(arrays.link_movement):
        lane_link[list(network.movements[movement].via)] = link
    return Places(
        lane_length_m=arrays.lane_length_m,
        watched_lanes=reach.watched_lanes,
        lane_offset=reach.lane_offset,
        row_approach=reach.approach,
        row_distance_m=reach.distance_m,
        row_prior=reach.probability,
        lane_approach=lane_approach,
        lane_link=lane_link,
        link_offset=arrays.link_offset,
        link_to_lane=arrays.link_to_lane,
        link_approach=link_approaches(network),
        link_prior=_link_prior(network),
    )


def link_approaches(network: Network) -> IntArray:
    """Return int32 [nK], the approach of each link."""
    offset = network.arrays.link_offset
    return np.repeat(np.arange(len(offset) - 1, dtype=np.int32), np.diff(offset))


def first_shares(network: Network) -> FloatArray:
    """Return float32 [nK], the share of each link of its approach before anybody was seen."""
    prior, approach = _link_prior(network), link_approaches(network)
    total = np.bincount(approach, prior, minlength=len(network.arrays.approach_lane))
    return (prior / total[approach]).astype(np.float32)


def _link_prior(network: Network) -> FloatArray:
    turns = (network.movements[movement].turn for movement in network.arrays.link_movement)
    return np.array([LINK_PRIOR.get(turn, 1.0) for turn in turns], np.float32)
