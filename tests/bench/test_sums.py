from __future__ import annotations

from math import isnan

import numpy as np
import pytest

from signals.bench.sums import EDGES_S, INTERVAL_S, STARVED_S, series_rows, starved, trip_rows
from signals.record.tables import Values

ROWS = (  # scheduled, departure delay, time loss, waiting, state, user
    (10.0, 0.0, 999.0, 999.0, "finished", "vehicle"),  # before
    (100.0, 0.0, 4.0, 1.0, "finished", "vehicle"),
    (110.0, 6.0, 30.0, 301.0, "driving", "vehicle"),
    (300.0, 400.0, 0.0, 0.0, "never_inserted", "vehicle"),
    (300.0, 0.0, 10.0, 9.0, "finished", "bicycle"),
    (310.0, 0.0, 8.0, 302.0, "finished", "pedestrian"),
    (700.0, 400.0, 0.0, 0.0, "never_inserted", "vehicle"),  # after
)


def trips() -> dict[str, Values]:
    names = ("scheduled_s", "departure_delay_s", "time_loss_s", "waiting_s", "state", "user")
    return {name: np.array(column) for name, column in zip(names, zip(*ROWS, strict=True), strict=True)}


def queues(*rows: tuple[float, float, float]) -> dict[str, Values]:
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    return dict(zip(("time_s", "duration_s", "queue_mean_veh"), map(np.array, columns), strict=True))


def test_everybody_scheduled_counts_by_class() -> None:
    found = {row["class"]: row for row in trip_rows(trips(), 100.0, 700.0)}
    assert set(found) == {"vehicles", "motor", "bicycle", "person"}
    everybody = found["vehicles"]
    assert everybody["scheduled"] == 4
    assert [everybody[name] for name in ("finished", "driving", "never_inserted")] == [2, 1, 1]
    assert everybody["delay_mean_s"] == pytest.approx((4 + 36 + 400 + 10) / 4)
    assert everybody["delay_max_s"] == 400
    assert everybody["delay_p50_s"] == pytest.approx(23)
    assert [everybody[f"within_{edge}_s"] for edge in (2, 5, 10, 40, 300, 450)] == [0, 1, 2, 3, 3, 4]
    assert found["person"]["delay_mean_s"] == 8


def test_who_is_left_standing_is_starved() -> None:
    assert STARVED_S == 300
    assert starved(trips(), 100.0, 700.0) == 3
    assert starved(trips(), 0.0, 900.0) == 5


def test_delays_and_queues_over_time() -> None:
    noted = queues((100, 10, 3), (100, 10, 1), (110, 110, 2), (110, 110, np.nan), (580, 10, 9), (580, 10, 1))
    found = series_rows(trips(), noted, 100.0, 700.0)
    assert [row["time_s"] for row in found] == [0, 120, 240, 360, 480]
    assert found[0]["scheduled_veh"] == 2
    assert found[0]["delay_s"] == pytest.approx(20)
    assert found[0]["queue_veh"] == pytest.approx((4 * 10 + 2 * 110) / 120)
    assert isnan(float(found[2]["delay_s"]))
    assert isnan(float(found[2]["queue_veh"]))
    assert found[4]["queue_veh"] == 10


def test_nothing_noted_is_unknown() -> None:
    assert all(isnan(float(row["queue_veh"])) for row in series_rows(trips(), queues(), 100.0, 100.0 + INTERVAL_S))


def test_edges_rise() -> None:
    assert list(EDGES_S) == sorted(set(EDGES_S))
