"""The metrics: one definition each, as data, and the one place where they are computed.

Nobody drops out of a mean: who never got in waits until the end of the run and counts with that. A mean over finished
trips only gets better when the network jams, and is therefore not among these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from signals.model.lanes import User
from signals.model.trips import Incidents, Trips, TripState

__all__ = ["CLASSES", "GRIDLOCK_S", "METRICS", "Metric", "summarise"]

GRIDLOCK_S = 300.0
"""A vehicle that stands longer than this without pause marks a run as gridlocked."""

CLASSES: dict[str, tuple[str, tuple[User, ...]]] = {
    "": ("vehicles", (User.VEHICLE, User.BICYCLE, User.TRANSIT)),
    "motor_": ("motor vehicles without public transport", (User.VEHICLE,)),
    "bicycle_": ("bicycles", (User.BICYCLE,)),
    "transit_": ("public-transport vehicles", (User.TRANSIT,)),
    "person_": ("persons on foot", (User.PEDESTRIAN,)),
}
"""Prefix of a metric's name → who is counted: in words, and as `User`. The first is all that drives."""

BoolColumn = npt.NDArray[np.bool_]


class Metric(NamedTuple):
    """What one number means.

    Attributes
    ----------
    name
        Key of `summarise` and column of the tables.
    unit
        Its unit.
    better
        ``lower``, ``higher``, or empty where neither is.
    definition
        One sentence.
    source
        What it is computed from.
    """

    name: str
    unit: str
    better: str
    definition: str
    source: str


class _Column(NamedTuple):
    """A metric that every class of travellers has."""

    name: str
    unit: str
    better: str
    definition: str
    compute: Callable[[Trips], float]


def _mean(values: npt.NDArray[np.float64]) -> float:
    """Return the mean of what is known, NaN where nothing is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def _inserted(trips: Trips) -> BoolColumn:
    return np.asarray(trips.state != TripState.NEVER_INSERTED)


def _delays(trips: Trips) -> npt.NDArray[np.float64]:
    return trips.time_loss_s + trips.departure_delay_s


def _p95(trips: Trips) -> float:
    return float(np.percentile(_delays(trips), 95)) if len(trips) else float("nan")


def _count(state: TripState) -> Callable[[Trips], float]:
    return lambda trips: float(np.count_nonzero(trips.state == state))


_OF_ALL = "over all {who} that were scheduled: finished, still under way or never inserted"
_OF_INSERTED = "over the {who} that got in, finished or still under way"
_COLUMNS = (
    _Column("delay_s", "s", "lower", f"Mean of time loss + departure delay {_OF_ALL}.", lambda t: _mean(_delays(t))),
    _Column("delay_p95_s", "s", "lower", f"95th percentile of time loss + departure delay {_OF_ALL}.", _p95),
    _Column(
        "trip_time_s", "s", "lower", f"Mean time under way, up to the end of the run, {_OF_INSERTED}.",
        lambda t: _mean(t.duration_s[_inserted(t)]),
    ),
    _Column(
        "time_loss_s", "s", "lower", f"Mean time lost against driving at the desired speed {_OF_INSERTED}.",
        lambda t: _mean(t.time_loss_s[_inserted(t)]),
    ),
    _Column(
        "departure_delay_s", "s", "lower", f"Mean time between the scheduled and the real departure {_OF_ALL}.",
        lambda t: _mean(t.departure_delay_s),
    ),
    _Column(
        "waiting_s", "s", "lower", f"Mean time spent standing (below 0.1 m/s) {_OF_INSERTED}.",
        lambda t: _mean(t.waiting_s[_inserted(t)]),
    ),
    _Column("stops", "1", "lower", f"Mean number of halts {_OF_INSERTED}.", lambda t: _mean(t.stops[_inserted(t)])),
    _Column("scheduled_veh", "veh", "", "Number of {who} whose trip should have begun.", lambda t: float(len(t))),
    _Column("finished_veh", "veh", "higher", "Number of {who} that arrived.", _count(TripState.FINISHED)),
    _Column(
        "unfinished_veh", "veh", "lower", "Number of {who} still under way at the end of the run.",
        _count(TripState.DRIVING),
    ),
    _Column(
        "never_inserted_veh", "veh", "lower", "Number of {who} that found no room to begin their trip.",
        _count(TripState.NEVER_INSERTED),
    ),
)  # fmt: skip

_OF_RUN = (
    Metric(
        "queue_veh", "veh", "lower",
        "Mean over time of the number of vehicles standing on all controlled approaches together, as the estimator "
        "believed.",
        "Snapshot.queue_veh",
    ),
    Metric(
        "throughput_veh_h", "veh/h", "higher",
        "Vehicles that arrived during the scored time, per hour, whenever they were scheduled.", "Trips",
    ),
    Metric(
        "longest_wait_s", "s", "lower", "The longest time that any one vehicle stood without pause.",
        "Incidents.longest_wait_s",
    ),
    Metric(
        "gridlock", "1", "lower", f"1 where a vehicle stood for more than {GRIDLOCK_S:.0f} s without pause, else 0.",
        "Incidents.longest_wait_s",
    ),
    Metric(
        "teleports", "1", "lower", "Vehicles that the simulator lifted out of a jam or a collision.",
        "Incidents.teleports",
    ),
    Metric("collisions", "1", "lower", "Collisions that the simulator reported.", "Incidents.collisions"),
    Metric(
        "emergency_braking", "1", "lower", "Times a vehicle braked harder than comfortable braking allows.",
        "Incidents.emergency_braking",
    ),
    Metric(
        "emergency_stops", "1", "lower", "Times a vehicle stopped because it could not go on safely.",
        "Incidents.emergency_stops",
    ),
)  # fmt: skip


def _class_name(prefix: str, column: _Column) -> str:
    """Return the metric's name for a class; only vehicles are counted in ``_veh``."""
    return prefix + (column.name.removesuffix("_veh") if prefix else column.name)


def _class_metrics(prefix: str) -> list[Metric]:
    who, _ = CLASSES[prefix]
    return [
        Metric(
            _class_name(prefix, column),
            column.unit if column.unit != "veh" or prefix != "person_" else "persons",
            column.better,
            column.definition.format(who=who),
            "Trips",
        )
        for column in _COLUMNS
    ]


METRICS: tuple[Metric, ...] = (
    *_class_metrics(""),
    *_OF_RUN,
    *(metric for prefix in CLASSES if prefix for metric in _class_metrics(prefix)),
)
"""Every metric. Trips are counted by when they were scheduled: from the end of the warm-up to the end of the run."""


def summarise(
    trips: Trips,
    incidents: Incidents,
    queue_veh: float = float("nan"),
    *,
    begin_s: float = 0.0,
    end_s: float,
    warmup_s: float = 0.0,
) -> dict[str, float]:
    """Compute every metric of one run.

    Parameters
    ----------
    trips
        Everybody who wanted to travel.
    incidents
        What went wrong, over the whole run.
    queue_veh
        Mean number of standing vehicles over the scored time (`Recorder.mean_queue_veh`).
    begin_s, end_s
        Bounds of the run in the world's time.
    warmup_s
        Length of the first part, which is not scored.

    Returns
    -------
    dict
        Name → value in the order of `METRICS`; NaN where undefined (nobody of that class travelled).

    Raises
    ------
    ValueError
        When no scored time is left.
    """
    start_s = begin_s + warmup_s
    if end_s <= start_s:
        raise ValueError(f"no scored time is left: warm-up ends at {start_s:g} s, the run at {end_s:g} s")
    scored = (trips.scheduled_s >= start_s) & (trips.scheduled_s < end_s)
    found: dict[str, float] = {}
    for prefix, (_, users) in CLASSES.items():
        travellers = _rows(trips, scored & np.isin(trips.user, users))
        found |= {_class_name(prefix, column): column.compute(travellers) for column in _COLUMNS}
    found["queue_veh"] = float(queue_veh)
    found["throughput_veh_h"] = _arrived(trips, start_s, end_s) / (end_s - start_s) * 3600.0
    found["gridlock"] = float(incidents.longest_wait_s > GRIDLOCK_S)
    for name in ("longest_wait_s", "teleports", "collisions", "emergency_braking", "emergency_stops"):
        found[name] = float(getattr(incidents, name))
    return {metric.name: found[metric.name] for metric in METRICS}


def _rows(trips: Trips, chosen: BoolColumn) -> Trips:
    return Trips(**{name: getattr(trips, name)[chosen] for name in trips.__slots__})


def _arrived(trips: Trips, start_s: float, end_s: float) -> int:
    """Count the vehicles that arrived in a period."""
    arrival_s = trips.scheduled_s + trips.departure_delay_s + trips.duration_s
    drove = np.isin(trips.user, CLASSES[""][1]) & (trips.state == TripState.FINISHED)
    return int(np.count_nonzero(drove & (arrival_s > start_s) & (arrival_s <= end_s)))
