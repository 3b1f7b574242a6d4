"""Made-up runs: trips, snapshots and whole folders with known contents."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from signals.model.lanes import User
from signals.model.network import Network
from signals.model.trips import Trips, TripState
from signals.model.values import Command, Decision, Snapshot, Verdict, Violation

Row = tuple[float, float, float, float, float, float, TripState, User]


def trips_of(rows: Iterable[Row]) -> Trips:
    """Build a table from rows (scheduled, departure delay, time loss, duration, waiting, stops, state, user)."""
    columns = list(zip(*rows, strict=True)) or [()] * 8
    numbers = [np.array(column, np.float64) for column in columns[:6]]
    return Trips(*numbers, np.array(columns[6], np.int8), np.array(columns[7], np.int8))


def random_trips(rng: np.random.Generator, count: int, delay_s: float) -> Trips:
    """Build trips of every class and state around a mean delay."""
    state = rng.choice([0, 0, 0, 0, 1, 2], count).astype(np.int8)
    user = rng.choice([0, 0, 0, 1, 2, 3], count).astype(np.int8)
    got_in = state != TripState.NEVER_INSERTED
    loss = rng.exponential(delay_s, count) * got_in
    return Trips(
        scheduled_s=np.sort(rng.uniform(0, 900, count)),
        departure_delay_s=np.where(got_in, rng.exponential(2, count), 60.0),
        time_loss_s=loss,
        duration_s=(loss + 40) * got_in,
        waiting_s=loss * 0.6,
        stops=np.where(user == User.PEDESTRIAN, np.nan, rng.poisson(1.2, count)),
        state=state,
        user=user,
    )


def snapshot_of(network: Network, time_s: float, aspect: np.ndarray, queue: np.ndarray | float = 0.0) -> Snapshot:
    """Build a snapshot of which only time, aspects and queues matter."""
    queue_veh = np.zeros(len(network.arrays.approach_lane), np.float32) + np.float32(queue)
    known = {"time_s": time_s, "aspect": aspect.astype(np.int8), "queue_veh": queue_veh, "count_veh": queue_veh + 1}
    return Snapshot(**(dict.fromkeys(Snapshot._fields, np.empty(0, np.float32)) | known))


def decision_of(network: Network, stages: Iterable[int]) -> Decision:
    """Want these stages, one per intersection; none where it is -1."""
    stage = np.array(list(stages), np.int32)
    want = np.concatenate(
        [
            np.isin(np.arange(len(place.groups)), place.stages[k].groups if k >= 0 else ())
            for place, k in zip(network.intersections, stage, strict=True)
        ]
    )
    return Decision(want, stage)


def verdict_of(snapshot: Snapshot, reason: np.ndarray | None = None, violations: tuple[Violation, ...] = ()) -> Verdict:
    """Permit what is shown."""
    reasons = np.zeros(len(snapshot.aspect), np.int8) if reason is None else reason.astype(np.int8)
    return Verdict(Command(snapshot.time_s, snapshot.aspect, np.ones(1, np.bool_)), violations, reasons)
