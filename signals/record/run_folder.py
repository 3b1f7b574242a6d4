"""The folder of a run and the folder of a comparison: what is in them, and how to read it back.

A run::

    run.json          schema signals-run/1: what ran, how it ended, the metrics; written last, so that a folder with it
                      is whole
    network.toml      the network it ran on
    signals.csv …     the tables (see data_dictionary.csv)
    tripinfo.xml …    what the simulator itself wrote

A comparison::

    comparison.json   schema signals-comparison/1
    comparison.csv, differences.csv, runs.csv
    report.html       written by `signals.report.render`
    <controller>/seed-<n>/   the runs
"""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

import tomli_w

from signals.errors import RecordError
from signals.model.document import to_document
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.trips import Trips, TripState
from signals.record.comparison import HEADLINE, ComparisonRecord, ControllerRow
from signals.record.file_names import file_name
from signals.record.files import sha256_of, write_whole
from signals.record.json_form import (
    COMPARISON_SCHEMA,
    RUN_SCHEMA,
    comparison_from_json,
    comparison_to_json,
    files_from_json,
    run_from_json,
    run_to_json,
)
from signals.record.metrics import METRICS
from signals.record.recorder import RECORDED, Recorder
from signals.record.run_record import RunRecord
from signals.record.tables import Columns, write_dictionary, write_table

__all__ = [
    "COMPARISON_FILE",
    "COMPARISON_SCHEMA",
    "NETWORK_FILE",
    "RUN_FILE",
    "RUN_SCHEMA",
    "altered_files",
    "is_whole",
    "read_comparison",
    "read_run",
    "run_path",
    "write_comparison",
    "write_run",
]

RUN_FILE = "run.json"
COMPARISON_FILE = "comparison.json"
NETWORK_FILE = "network.toml"

_NOT_HASHED = frozenset({RUN_FILE, "report.html"})


def run_path(folder: Path, controller: str, seed: int) -> Path:
    """Return where a run lies in the folder of its comparison: ``<controller>/seed-<n>``.

    A controller whose name cannot be a folder's gets a mark that keeps it apart from all others.
    """
    return folder / file_name(controller, "controller") / f"seed-{seed}"


def write_run(
    folder: Path, record: RunRecord, network: Network, recorder: Recorder, trips: Trips | None = None
) -> None:
    """Write the folder of a run; `run.json` comes last, so that a folder with it is whole.

    Parameters
    ----------
    folder
        Where; files that the simulator wrote there are kept and entered with their SHA-256.
    record
        What to write.
    network
        What it ran on.
    recorder
        What it noted.
    trips
        Who travelled; `None` where the world was lost before it could say.

    Raises
    ------
    RecordError
        When a file cannot be written.
    """
    _forget(folder / RUN_FILE)
    recorder.write(folder)
    if trips is not None:
        write_table(folder, "trips", _trip_columns(trips))
    write_dictionary(folder, (*RECORDED, "trips") if trips is not None else RECORDED)
    write_whole(folder / NETWORK_FILE, tomli_w.dumps(to_document(network)).encode())
    write_whole(folder / RUN_FILE, run_to_json(record, _hashes(folder)))


def read_run(folder: Path) -> RunRecord:
    """Read the record of a run.

    Raises
    ------
    RecordError
        When `run.json` is missing, damaged, or of a schema that this version does not know.
    """
    path = folder / RUN_FILE
    return run_from_json(_bytes(path), str(path))


def is_whole(folder: Path) -> bool:
    """Whether a folder holds a finished run whose files are still what they were when it was written."""
    try:
        return read_run(folder).finished and not altered_files(folder)
    except RecordError:
        return False


def altered_files(folder: Path, among: Container[str] | None = None) -> tuple[str, ...]:
    """Return the files of a run that are no longer what they were when it was written.

    Parameters
    ----------
    folder
        The folder of the run.
    among
        The names to look at; all that `run.json` answers for if not given.

    Raises
    ------
    RecordError
        When `run.json` cannot be read, or a file that it answers for.
    """
    path = folder / RUN_FILE
    known = files_from_json(_bytes(path), str(path))
    looked_at = [name for name in known if among is None or name in among]
    return tuple(name for name in looked_at if sha256_of(folder / name) != known[name])


def write_comparison(folder: Path, record: ComparisonRecord) -> None:
    """Write `comparison.json` and its tables; raises `RecordError` where a file cannot be written."""
    _forget(folder / COMPARISON_FILE)
    write_table(folder, "comparison", _comparison_columns(record))
    write_table(folder, "differences", _difference_columns(record))
    write_table(folder, "runs", _run_columns(record))
    write_dictionary(folder, ("comparison", "differences", "runs"))
    write_whole(folder / COMPARISON_FILE, comparison_to_json(record))


def read_comparison(folder: Path) -> ComparisonRecord:
    """Read the record of a comparison; raises as `read_run`."""
    path = folder / COMPARISON_FILE
    return comparison_from_json(_bytes(path), str(path))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RecordError(f'cannot read "{path}": {error.strerror}') from error


def _forget(path: Path) -> None:
    """Take away the mark of a whole folder while its files change."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise RecordError(f'cannot write "{path}": {error.strerror}') from error


def _hashes(folder: Path) -> dict[str, str]:
    files = [p for p in sorted(folder.iterdir()) if p.is_file() and not p.name.startswith(".")]
    return {path.name: sha256_of(path) for path in files if path.name not in _NOT_HASHED}


def _trip_columns(trips: Trips) -> Columns:
    numbers = ("scheduled_s", "departure_delay_s", "time_loss_s", "duration_s", "waiting_s", "stops")
    return {
        **{name: getattr(trips, name) for name in numbers},
        "state": [TripState(state).name.lower() for state in trips.state.tolist()],
        "user": [User(user).name.lower() for user in trips.user.tolist()],
    }


def _comparison_columns(record: ComparisonRecord) -> Columns:
    rows = record.rows
    bounds = {
        f"{metric.name}{end}": _bounds(rows, metric.name, at)
        for metric in METRICS
        for at, end in enumerate(("", "_low", "_high"))
    }
    low, high = bounds.pop(f"{HEADLINE}_low"), bounds.pop(f"{HEADLINE}_high")
    return {
        "controller": [row.controller for row in rows],
        "runs": [row.runs for row in rows],
        "interrupted": [row.interrupted for row in rows],
        "violations": [row.violations for row in rows],
        "low_s": low,
        "high_s": high,
        **bounds,
    }


def _bounds(rows: tuple[ControllerRow, ...], metric: str, at: int) -> list[float]:
    """Return mean, low or high (at 0, 1, 2) of a metric for every controller."""
    return [float(row.metrics[metric][at]) for row in rows]


def _difference_columns(record: ComparisonRecord) -> Columns:
    units = {metric.name: metric.unit for metric in METRICS}
    found = record.differences
    return {
        "controller": [d.controller for d in found],
        "other": [d.other for d in found],
        "metric": [d.metric for d in found],
        "unit": [units[d.metric] for d in found],
        "mean": [d.interval.mean for d in found],
        "low": [d.interval.low for d in found],
        "high": [d.interval.high for d in found],
        "runs": [d.interval.runs for d in found],
    }


def _run_columns(record: ComparisonRecord) -> Columns:
    runs = record.runs
    return {
        "controller": [run.controller for run in runs],
        "seed": [run.seed for run in runs],
        "finished": [int(run.finished) for run in runs],
        "violations": [run.violations for run in runs],
        **{metric.name: [run.metrics.get(metric.name, float("nan")) for run in runs] for metric in METRICS},
    }
