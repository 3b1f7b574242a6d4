"""What became of the travellers of the point-queue simulator."""

from __future__ import annotations

import numpy as np

from signals.adapters.sim.layout import Stock
from signals.kernels.queue_state import Streets, Walkers
from signals.model.lanes import User
from signals.model.trips import DoubleArray, Incidents, Trips, TripState
from signals.model.values import IntArray

__all__ = ["incidents_of", "trips_of"]

STOP_S = 1.0


def trips_of(stock: Stock, vehicle_user: IntArray, end_s: float) -> Trips:
    """Account for everybody who was scheduled before the end: the vehicles, then the people on foot.

    Time is lost only in queues, so that the time lost is the time spent standing.

    Parameters
    ----------
    stock
        The simulator's arrays after the run.
    vehicle_user
        `User` of every vehicle.
    end_s
        When the run ended.
    """
    drivers, walkers = _drivers(stock, vehicle_user, end_s), _walkers(stock.walkers, stock.streets, end_s)
    columns = {name: np.concatenate([getattr(drivers, name), getattr(walkers, name)]) for name in Trips.__slots__}
    return Trips(**columns)


def incidents_of(stock: Stock, end_s: float) -> Incidents:
    """Return the longest wait; nothing worse can happen here."""
    fleet = stock.fleet
    longest_s = np.fmax(fleet.longest_s, _standing_s(stock, end_s))
    return Incidents(longest_wait_s=float(longest_s.max(initial=0.0)))


def _standing_s(stock: Stock, end_s: float) -> DoubleArray:
    """Return how long each vehicle has been standing at the end of the run; 0 for who is not under way."""
    fleet = stock.fleet
    driving = ~np.isnan(fleet.entered_s) & np.isnan(fleet.left_s)
    return np.where(driving, np.maximum(end_s - fleet.ready_s, 0.0), 0.0)


def _drivers(stock: Stock, user: IntArray, end_s: float) -> Trips:
    fleet = stock.fleet
    entered, left = ~np.isnan(fleet.entered_s), ~np.isnan(fleet.left_s)
    standing_s = _standing_s(stock, end_s)
    lost_s = fleet.loss_s + standing_s
    begun_s, ended_s = np.where(entered, fleet.entered_s, end_s), np.where(left, fleet.left_s, end_s)
    state = np.where(left, TripState.FINISHED, np.where(entered, TripState.DRIVING, TripState.NEVER_INSERTED))
    rows = fleet.scheduled_s < end_s
    return Trips(
        scheduled_s=fleet.scheduled_s[rows],
        departure_delay_s=(begun_s - fleet.scheduled_s)[rows],
        time_loss_s=lost_s[rows],
        duration_s=np.where(entered, ended_s - begun_s, 0.0)[rows],
        waiting_s=lost_s[rows].copy(),
        stops=(fleet.stops + (standing_s > STOP_S)).astype(np.float64)[rows],
        state=state[rows].astype(np.int8),
        user=user[rows].astype(np.int8),
    )


def _walkers(walkers: Walkers, streets: Streets, end_s: float) -> Trips:
    """Account for people on foot, who are under way from the moment they come to the crossing."""
    rows = walkers.scheduled_s < end_s
    walk_s = np.repeat(streets.movement_time_s[walkers.movement], np.diff(walkers.offset))[rows]
    scheduled_s, started_s = walkers.scheduled_s[rows], walkers.started_s[rows]
    waiting_s = np.where(np.isnan(started_s), end_s, started_s) - scheduled_s
    duration_s = np.minimum(waiting_s + walk_s, end_s - scheduled_s)
    finished = started_s + walk_s <= end_s
    return Trips(
        scheduled_s=scheduled_s,
        departure_delay_s=np.zeros(len(scheduled_s)),
        time_loss_s=waiting_s,
        duration_s=duration_s,
        waiting_s=waiting_s.copy(),
        stops=np.full(len(scheduled_s), np.nan),
        state=np.where(finished, TripState.FINISHED, TripState.DRIVING).astype(np.int8),
        user=np.full(len(scheduled_s), User.PEDESTRIAN, np.int8),
    )
