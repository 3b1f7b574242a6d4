"""What an older or newer writer left out or put in does not stop a reader of the same schema."""

from __future__ import annotations

import json
import math
from pathlib import Path

from signals.record.comparison import comparison_of
from signals.record.json_form import comparison_from_json, comparison_to_json, run_from_json
from signals.record.metrics import METRICS
from signals.record.run_record import RunRecord


def test_metrics_may_come_and_go() -> None:
    text = comparison_to_json(comparison_of([RunRecord("town", "a", 1, finished=True, metrics={"delay_s": 5.0})]))
    data = json.loads(text)
    metrics = data["rows"][0]["metrics"]
    del metrics["stops"]
    metrics["noise_db"] = metrics["delay_s"]
    row = comparison_from_json(json.dumps(data).encode(), "x").rows[0]
    assert row.delay.mean == 5
    assert math.isnan(row.metrics["stops"].mean)
    assert set(row.metrics) == {metric.name for metric in METRICS} | {"noise_db"}


GOLDEN = Path(__file__).with_name("golden")


def test_what_was_written_under_the_first_schema_is_still_read() -> None:
    run = run_from_json((GOLDEN / "run-1.json").read_bytes(), "x")
    assert (run.scenario, run.controller, run.seed, run.finished) == ("town", "net", 1, True)
    assert run.metrics["delay_s"] == 41
    assert math.isnan(run.metrics["person_delay_s"])
    record = comparison_from_json((GOLDEN / "comparison-1.json").read_bytes(), "x")
    assert [(row.controller, row.runs, row.interrupted) for row in record.rows] == [("net", 2, 1), ("best", 2, 1)]
    assert record.difference("best", "net").mean == -10
