"""The arrays of the loop estimator: how they begin."""

from __future__ import annotations

import numpy as np

from signals.kernels.loop_health import WORKS
from signals.kernels.loop_values import NEVER_S, Counters, Health, LoopBeliefs, LoopPlaces, Reported, Tracks, Turns
from signals.model.movements import Turn
from signals.model.network import Network
from signals.sensing.places import link_approaches

__all__ = ["MOST_EXPECTED", "first_beliefs", "first_counters", "first_turns", "healthy", "no_tracks", "nobody_reported"]

MOST_EXPECTED = 96
"""Vehicles followed on their way to one approach, improbable ones among them."""
TURN_PRIOR_VEH = {Turn.STRAIGHT: 3.0, Turn.UTURN: 0.1}
"""How many vehicles each turn is worth before any was counted, 1 where nothing is said: most drive straight on."""
FIRST_VEH_S = 0.03
"""Mean arrivals before anybody was counted."""


def healthy(detectors: int) -> Health:
    """Return the health of loops before their first reading."""
    return Health(
        state=np.full(detectors, WORKS, np.int8),
        missing_s=np.zeros(detectors),
        covered_s=np.zeros(detectors),
        still_s=np.zeros(detectors),
        unseen_share=np.zeros(detectors),
        liar=np.zeros(detectors, np.bool_),
    )


def first_counters(places: LoopPlaces) -> Counters:
    """Return counters of nobody: every row has its prior probability."""
    approaches, rows = len(places.lane), len(places.row_prior)
    return Counters(
        waiting=np.zeros(approaches, np.bool_),
        counted=np.zeros(approaches, np.bool_),
        announced=np.zeros(approaches, np.bool_),
        filled=np.zeros(approaches, np.bool_),
        through=np.zeros(approaches, np.bool_),
        rest=np.zeros(approaches, np.bool_),
        vacant_s=np.full(approaches, NEVER_S),
        red_s=np.zeros(approaches),
        green_s=np.zeros(approaches),
        ghost_s=np.zeros(approaches),
        clear_s=np.zeros(approaches),
        last_out=np.zeros(approaches, np.int64),
        rate_veh_s=np.full(approaches, FIRST_VEH_S),
        told_veh_s=np.zeros(approaches),
        credit_veh=np.zeros(approaches),
        lane_in_veh=np.zeros(approaches),
        lane_out_veh=np.zeros(approaches),
        crossed_veh=np.zeros(approaches),
        fresh_veh=np.full(approaches, -1.0),
        penetration=np.zeros(2),
        space=np.zeros(2),
        pace=np.ones(approaches),
        age_s=np.zeros(1),
        row_weight=places.row_prior.copy(),
        row_count=np.zeros(rows),
        row_sent=np.zeros(rows),
        row_missed=np.zeros(rows),
    )


def first_turns(network: Network) -> Turns:
    """Return the turning shares before anybody was counted."""
    arrays = network.arrays
    links = len(arrays.link_group)
    turns = (network.movements[movement].turn for movement in arrays.link_movement)
    prior = np.array([TURN_PRIOR_VEH.get(turn, 1.0) for turn in turns], np.float32)
    approach = link_approaches(network)
    total = np.bincount(approach, prior, minlength=len(arrays.approach_lane))
    return Turns(
        offset=arrays.link_offset,
        group=arrays.link_group,
        permissive=arrays.link_permissive,
        prior=prior,
        dark_s=np.full(links, NEVER_S),
        lit_s=np.zeros(links),
        likelihood=np.ones(links),
        counted_veh=np.zeros(links),
        known_veh=np.zeros(links, np.float32),
        share=(prior / total[approach]).astype(np.float32),
        taken=np.zeros(links, np.float32),
    )


def no_tracks(approaches: int) -> Tracks:
    """Return empty roads."""
    shape = (approaches, MOST_EXPECTED)
    return Tracks(
        number=np.zeros(approaches, np.int32),
        distance_m=np.zeros(shape, np.float32),
        speed_mps=np.zeros(shape, np.float32),
        weight=np.zeros(shape, np.float32),
        seen_m=np.zeros(shape, np.float32),
        since_s=np.full(shape, np.nan),
        row=np.zeros(shape, np.int32),
        handle=np.zeros(shape, np.int64),
        known=np.zeros(shape, np.int64),
        last_handle=np.zeros(1, np.int64),
    )


def nobody_reported(approaches: int) -> Reported:
    """Return the reports of no vehicle, where none is connected."""
    none = np.zeros(0, np.float32)
    return Reported(
        np.zeros(1, np.bool_), np.zeros(approaches + 1, np.int32), none, none, none, np.zeros(0, np.int64),
        np.zeros(0, np.int8),
    )  # fmt: skip


def first_beliefs(network: Network) -> LoopBeliefs:
    """Return the columns of a snapshot, NaN for lanes that are not watched."""
    approaches, lanes = len(network.arrays.approach_lane), len(network.lanes)
    room = approaches * MOST_EXPECTED
    return LoopBeliefs(
        demand=np.zeros(approaches, np.bool_),
        queue_veh=np.zeros(approaches, np.float32),
        count_veh=np.zeros(approaches, np.float32),
        wait_s=np.zeros(approaches, np.float32),
        gap_s=np.zeros(approaches, np.float32),
        lane_veh=np.full(lanes, np.nan, np.float32),
        lane_free_m=np.full(lanes, np.nan, np.float32),
        arrival_offset=np.zeros(approaches + 1, np.int32),
        arrival_distance_m=np.zeros(room, np.float32),
        arrival_speed_mps=np.zeros(room, np.float32),
        arrival_weight=np.zeros(room, np.float32),
        arrival_handle=np.zeros(room, np.int64),
        arrival_class=np.zeros(room, np.int8),
    )
