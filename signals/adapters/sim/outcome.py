"""What became of the travellers of the queue simulator."""

from __future__ import annotations

import numpy as np

from signals.adapters.sim.layout import Traffic
from signals.kernels.traffic_state import People
from signals.model.lanes import User
from signals.model.travel import Travel
from signals.model.trips import Incidents, Trips, TripState

__all__ = ["incidents_of", "trips_of"]

ARRIVED = -2


def trips_of(traffic: Traffic, travel: Travel, end_s: float) -> Trips:
    """Account for everybody who was scheduled before the end: the vehicles, then the people on foot.

    Parameters
    ----------
    traffic
        The simulator's arrays after the run.
    travel
        Who travels.
    end_s
        When the run ended, counted from its beginning.
    """
    parts = _drivers(traffic, travel, end_s), _walkers(traffic.people, travel, end_s)
    return Trips(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in Trips.__slots__})


def incidents_of(traffic: Traffic, end_s: float) -> Incidents:
    """Return the longest wait; nothing worse can happen here."""
    trip = traffic.state.trip
    driving = ~np.isnan(trip[:, 3]) & np.isnan(trip[:, 4])
    standing_s = np.where(driving, np.maximum(end_s - trip[:, 0], 0.0), 0.0)
    return Incidents(longest_wait_s=float(np.maximum(trip[:, 6], standing_s).max(initial=0.0)))


def _drivers(traffic: Traffic, travel: Travel, end_s: float) -> Trips:
    trip, depart_s = traffic.state.trip, traffic.travellers.depart[:, 0]
    inserted_s, left_s = trip[:, 3], trip[:, 4]
    entered, left = ~np.isnan(inserted_s), left_s < end_s
    driving = entered & ~left
    standing_s = np.where(driving, np.maximum(end_s - trip[:, 0], 0.0), 0.0)
    # Who is between two stop lines has lost what was lost before, at least until the ideal time at the next is over.
    lost_s = np.where(left, left_s - trip[:, 2], np.maximum(end_s - trip[:, 2], 0.0))
    user = np.array([kind.user for kind in travel.kinds], np.int8)[travel.kind]
    state = np.where(left, TripState.FINISHED, np.where(entered, TripState.DRIVING, TripState.NEVER_INSERTED))
    rows = (depart_s < end_s) & (depart_s >= 0)
    return Trips(
        scheduled_s=travel.depart_s[rows],
        departure_delay_s=(np.where(entered, inserted_s, end_s) - depart_s)[rows],
        time_loss_s=np.where(entered, np.maximum(lost_s, 0.0), 0.0)[rows],
        duration_s=np.where(entered, np.where(left, left_s, end_s) - inserted_s, 0.0)[rows],
        waiting_s=(trip[:, 5] + standing_s)[rows],
        stops=(traffic.state.trip_row[:, 2] + (standing_s > 0)).astype(np.float64)[rows],
        state=state[rows].astype(np.int8),
        user=user[rows],
    )


def _walkers(people: People, travel: Travel, end_s: float) -> Trips:
    """Account for people on foot, who are under way from their departure on."""
    rows = (people.depart_s < end_s) & (people.depart_s >= 0)
    arrived = (people.leg == ARRIVED)[rows]
    legs = people.leg_first[people.walk + 1]
    stands = ((people.leg >= 0) & (people.leg < legs) & (people.ready_s < end_s))[rows]
    depart_s, ready_s = people.depart_s[rows], people.ready_s[rows]
    waited_s = people.waited_s[rows] + np.where(stands, end_s - ready_s, 0.0)
    return Trips(
        scheduled_s=travel.walk_depart_s[rows],
        departure_delay_s=np.zeros(len(depart_s)),
        time_loss_s=waited_s,
        duration_s=np.where(arrived, ready_s, end_s) - depart_s,
        waiting_s=waited_s.copy(),
        stops=np.full(len(depart_s), np.nan),
        state=np.where(arrived, TripState.FINISHED, TripState.DRIVING).astype(np.int8),
        user=np.full(len(depart_s), User.PEDESTRIAN, np.int8),
    )
