"""Records as JSON and back; a schema that this version does not know is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping

from signals.errors import RecordError
from signals.model.network import Finding
from signals.record.comparison import ComparisonRecord, ControllerRow, Difference, RunRow
from signals.record.fields import Fields
from signals.record.metrics import METRICS
from signals.record.provenance import without_paths
from signals.record.run_record import RunRecord
from signals.record.statistics import NO_RUN, Interval

__all__ = [
    "COMPARISON_SCHEMA",
    "RUN_SCHEMA",
    "comparison_from_json",
    "comparison_to_json",
    "files_from_json",
    "run_from_json",
    "run_to_json",
]

RUN_SCHEMA = "signals-run/1"
COMPARISON_SCHEMA = "signals-comparison/1"

_DIGITS = 9


def run_to_json(record: RunRecord, files: Mapping[str, str]) -> bytes:
    """Return the text of `run.json`; the same record gives the same bytes.

    Parameters
    ----------
    record
        What to write; paths in it are reduced to file names.
    files
        Name → SHA-256 of the files beside it.
    """
    return _text(
        {
            "schema": RUN_SCHEMA,
            "scenario": record.scenario,
            "controller": record.controller,
            "seed": record.seed,
            "finished": record.finished,
            "note": record.note,
            "violations": record.violations,
            "metrics": record.metrics,
            "refusals": record.refusals,
            "findings": _finding_data(record.findings),
            "settings": record.settings,
            "provenance": record.provenance,
            "files": files,
        }
    )


def run_from_json(text: bytes, where: str) -> RunRecord:
    """Read the text of `run.json`; raises `RecordError` where it is damaged or of an unknown schema."""
    data = _fields(text, where, RUN_SCHEMA)
    return RunRecord(
        scenario=data.take("scenario", str),
        controller=data.take("controller", str),
        seed=data.take("seed", int),
        finished=data.take("finished", bool),
        metrics=data.numbers("metrics"),
        violations=data.take("violations", int),
        note=data.take("note", str),
        settings=data.take("settings", dict),
        provenance=data.take("provenance", dict),
        findings=_findings(data),
        refusals={name: int(count) for name, count in data.numbers("refusals").items()},
    )


def files_from_json(text: bytes, where: str) -> dict[str, str]:
    """Return name → SHA-256 of the files that `run.json` answers for."""
    files = _fields(text, where, RUN_SCHEMA).part("files")
    return {name: files.take(name, str) for name in files.names}


def comparison_to_json(record: ComparisonRecord) -> bytes:
    """Return the text of `comparison.json`; the same record gives the same bytes."""
    return _text(
        {
            "schema": COMPARISON_SCHEMA,
            "scenario": record.scenario,
            "rows": [_row_data(record, row) for row in record.rows],
            "runs": [
                {
                    "controller": run.controller,
                    "seed": run.seed,
                    "finished": run.finished,
                    "violations": run.violations,
                    "metrics": run.metrics,
                }
                for run in record.runs
            ],
            "findings": _finding_data(record.findings),
            "settings": record.settings,
            "provenance": record.provenance,
        }
    )


def comparison_from_json(text: bytes, where: str) -> ComparisonRecord:
    """Read the text of `comparison.json`; raises as `run_from_json`."""
    data = _fields(text, where, COMPARISON_SCHEMA)
    rows = data.parts("rows")
    return ComparisonRecord(
        scenario=data.take("scenario", str),
        rows=tuple(_row(row) for row in rows),
        differences=tuple(_differences(rows)),
        runs=tuple(_run_row(run) for run in data.parts("runs")),
        settings=data.take("settings", dict),
        provenance=data.take("provenance", dict),
        findings=_findings(data),
    )


def _fields(text: bytes, where: str, schema: str) -> Fields:
    try:
        data = Fields(json.loads(text), where)
    except ValueError as error:
        raise RecordError(f'"{where}" is damaged: {error}') from error
    found = data.take("schema", str)
    if found != schema:
        raise RecordError(f'"{where}" has the schema "{found}"; this version of signals reads "{schema}" only')
    return data


def _text(data: Mapping[str, object]) -> bytes:
    plain = _finite(without_paths(data))
    return f"{json.dumps(plain, indent=1, ensure_ascii=False, allow_nan=False)}\n".encode()


def _finite(value: object) -> object:
    """Round numbers to a billionth and turn what is not a number into ``null``, which JSON has."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    if isinstance(value, float):
        return round(value, _DIGITS) if math.isfinite(value) else None
    return value


def _row_data(record: ComparisonRecord, row: ControllerRow) -> dict[str, object]:
    """Return a controller's row: the headline first, as most readers want only that."""
    differences: dict[str, dict[str, object]] = {}
    for found in record.differences:
        for way in (found, found.turned()):
            if way.controller == row.controller:
                differences.setdefault(way.other, {})[way.metric] = way.interval._asdict()
    return {
        "controller": row.controller,
        "delay_s": row.delay.mean,
        "low_s": row.delay.low,
        "high_s": row.delay.high,
        "runs": row.runs,
        "interrupted": row.interrupted,
        "violations": row.violations,
        "replaced": row.replaced,
        "metrics": {name: interval._asdict() for name, interval in row.metrics.items()},
        "differences": differences,
    }


def _row(data: Fields) -> ControllerRow:
    metrics = data.part("metrics")
    unknown = {metric.name: NO_RUN for metric in METRICS}
    return ControllerRow(
        controller=data.take("controller", str),
        runs=data.take("runs", int),
        interrupted=data.take("interrupted", int),
        violations=data.take("violations", int),
        replaced=data.take("replaced", int) if "replaced" in data.names else 0,  # was not counted before
        metrics=unknown | {name: _interval(metrics.part(name)) for name in metrics.names},
    )


def _differences(rows: Iterable[Fields]) -> Iterable[Difference]:
    """Yield each pair of controllers once, the earlier row first."""
    seen: set[str] = set()
    for row in rows:
        controller, others = row.take("controller", str), row.part("differences")
        seen.add(controller)
        for other in others.names:
            metrics = others.part(other)
            if other not in seen:
                yield from (Difference(controller, other, m, _interval(metrics.part(m))) for m in metrics.names)


def _run_row(data: Fields) -> RunRow:
    return RunRow(
        controller=data.take("controller", str),
        seed=data.take("seed", int),
        finished=data.take("finished", bool),
        violations=data.take("violations", int),
        metrics=data.numbers("metrics"),
    )


def _interval(data: Fields) -> Interval:
    return Interval(data.number("mean"), data.number("low"), data.number("high"), data.take("runs", int))


def _finding_data(findings: Iterable[Finding]) -> list[dict[str, str]]:
    return [{"level": f.level, "intersection": f.intersection, "code": f.code, "text": f.text} for f in findings]


def _findings(data: Fields) -> tuple[Finding, ...]:
    keys = ("level", "intersection", "code", "text")
    return tuple(Finding(*(found.take(key, str) for key in keys)) for found in data.parts("findings"))
