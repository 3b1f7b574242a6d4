"""What is kept of the trips of a run: who lost how much, as sums that name nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from signals.record.metrics import CLASSES
from signals.record.tables import Values

__all__ = ["CLASS_NAMES", "EDGES_S", "INTERVAL_S", "STARVED_S", "Row", "series_rows", "starved", "trip_rows"]

Row = dict[str, float | str]
"""One line of a table: column → value."""

EDGES_S = (2, 5, 10, 15, 20, 30, 40, 50, 60, 75, 90, 120, 150, 180, 240, 300, 450, 600, 900, 1800)
"""Delays at which the distribution is kept."""

INTERVAL_S = 120.0
"""Travellers and queues are summed up over this time for the pictures."""

STARVED_S = 300.0
"""Who stands, or waits to get in, for longer than this altogether is starved."""

CLASS_NAMES: Mapping[str, str] = {prefix: prefix.rstrip("_") or "vehicles" for prefix in CLASSES}
"""Prefix of a metric → name of the class in the tables."""

Table = Mapping[str, Values]
_Mask = npt.NDArray[np.bool_]
_QUANTILES = (("delay_p50_s", 50), ("delay_p90_s", 90), ("delay_p95_s", 95), ("delay_p99_s", 99), ("delay_max_s", 100))


def trip_rows(trips: Table, begin_s: float, end_s: float) -> list[Row]:
    """Sum up the travellers of every class that travelled.

    Parameters
    ----------
    trips
        The table `trips` of a run.
    begin_s, end_s
        Who is scheduled from when to when is counted.
    """
    scored = _scored(trips, begin_s, end_s)
    return [
        _class_row(CLASS_NAMES[prefix], trips, chosen)
        for prefix, (_, users) in CLASSES.items()
        if (chosen := scored & np.isin(trips["user"], [user.name.lower() for user in users])).any()
    ]


def starved(trips: Table, begin_s: float, end_s: float) -> int:
    """Return how many travellers, of any class, were starved (see `STARVED_S`)."""
    outside_s = np.where(trips["state"] == "never_inserted", _numbers(trips, "departure_delay_s"), 0.0)
    waited_s = np.nan_to_num(_numbers(trips, "waiting_s")) + outside_s
    return int(np.count_nonzero(_scored(trips, begin_s, end_s) & (waited_s > STARVED_S)))


def series_rows(trips: Table, queues: Table, begin_s: float, end_s: float) -> list[Row]:
    """Sum up delays and queues over time.

    Parameters
    ----------
    trips, queues
        Tables of a run.
    begin_s, end_s
        The scored time.

    Returns
    -------
    list
        One row per `INTERVAL_S`: when it begins (after `begin_s`), how many vehicles were scheduled in it, their mean
        delay, and how many stood on all approaches together on average (NaN where nothing was noted).
    """
    driving = np.isin(trips["user"], [user.name.lower() for user in CLASSES[""][1]])
    scheduled_s, delay_s = _numbers(trips, "scheduled_s"), _delays(trips)
    return [
        {
            "time_s": start_s - begin_s,
            "scheduled_veh": float(np.count_nonzero(here)),
            "delay_s": float(delay_s[here].mean()) if here.any() else float("nan"),
            "queue_veh": _queue_veh(queues, start_s, stop_s),
        }
        for start_s, stop_s in _intervals(begin_s, end_s)
        for here in (driving & (scheduled_s >= start_s) & (scheduled_s < stop_s),)
    ]


def _intervals(begin_s: float, end_s: float) -> Iterator[tuple[float, float]]:
    for start_s in np.arange(begin_s, end_s, INTERVAL_S).tolist():
        yield start_s, min(start_s + INTERVAL_S, end_s)


def _queue_veh(queues: Table, start_s: float, stop_s: float) -> float:
    """Return the mean over time of the sum over approaches."""
    time_s, duration_s = _numbers(queues, "time_s"), _numbers(queues, "duration_s")
    here = (time_s >= start_s) & (time_s < stop_s)
    _, first = np.unique(time_s[here], return_index=True)
    length_s = float(duration_s[here][first].sum())
    if not length_s:
        return float("nan")
    return float((np.nan_to_num(_numbers(queues, "queue_mean_veh"))[here] * duration_s[here]).sum()) / length_s


def _class_row(name: str, trips: Table, chosen: _Mask) -> Row:
    delay_s, state = _delays(trips)[chosen], trips["state"][chosen]
    row: Row = {"class": name, "scheduled": float(len(delay_s))}
    for text in ("finished", "driving", "never_inserted"):
        row[text] = float(np.count_nonzero(state == text))
    row["delay_mean_s"] = float(delay_s.mean())
    row |= {column: float(np.percentile(delay_s, percent)) for column, percent in _QUANTILES}
    row["waiting_mean_s"] = float(np.nan_to_num(_numbers(trips, "waiting_s")[chosen]).mean())
    row |= {f"within_{edge}_s": float(np.count_nonzero(delay_s <= edge)) for edge in EDGES_S}
    return row


def _scored(trips: Table, begin_s: float, end_s: float) -> _Mask:
    scheduled_s = _numbers(trips, "scheduled_s")
    return np.asarray((scheduled_s >= begin_s) & (scheduled_s < end_s))


def _delays(trips: Table) -> npt.NDArray[np.float64]:
    return np.asarray(_numbers(trips, "time_loss_s") + _numbers(trips, "departure_delay_s"))


def _numbers(table: Table, name: str) -> npt.NDArray[np.float64]:
    return np.asarray(table[name], np.float64)
