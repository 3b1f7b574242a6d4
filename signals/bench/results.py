"""What is kept of a run: one small file, whole or absent."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from signals.bench.cases import Case, Ground
from signals.bench.clocked import Cost
from signals.bench.sums import Row
from signals.errors import RecordError
from signals.record.fields import Fields
from signals.record.files import write_whole

__all__ = ["RESULT_SCHEMA", "Result", "from_data", "read_result", "to_data", "write_result"]

RESULT_SCHEMA = "signals-bench-run/1"
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Result:
    """A run of a suite.

    Parameters
    ----------
    case
        Which.
    entrant_sha256
        What its controller is, settings and code included.
    fingerprint
        Everything that the result depends on, hashed; what is known of a run that failed is worth nothing without it.
    metrics
        As `signals.record.metrics.summarise` returns them, with ``starved``; nothing where the run failed.
    violations
        How many the monitor saw; one voids the run.
    note
        Why it failed; empty where it did not.
    falls
        When and why the controller was not followed for a while.
    trips, series
        Rows of the tables of those names (`signals.bench.sums`).
    cost
        What its decisions took; the one thing that is not the same twice.
    """

    case: Case
    entrant_sha256: str
    fingerprint: str
    metrics: Mapping[str, float] = field(default_factory=dict)
    violations: int = 0
    note: str = ""
    falls: tuple[str, ...] = ()
    trips: tuple[Row, ...] = ()
    series: tuple[Row, ...] = ()
    cost: Cost | None = None

    @property
    def state(self) -> str:
        """Return ``failed``, ``void`` (it broke a rule) or ``valid``."""
        if self.note:
            return "failed"
        return "void" if self.violations else "valid"


def to_data(result: Result) -> dict[str, object]:
    """Return a result as plain JSON data."""
    ground, controller, seed = result.case
    return _finite_table({
        "schema": RESULT_SCHEMA,
        "ground": ground._asdict(),
        "controller": controller,
        "seed": seed,
        "entrant_sha256": result.entrant_sha256,
        "fingerprint": result.fingerprint,
        "metrics": dict(result.metrics),
        "violations": result.violations,
        "note": result.note,
        "falls": list(result.falls),
        "trips": list(result.trips),
        "series": list(result.series),
        "cost": None if result.cost is None else asdict(result.cost),
    })  # fmt: skip


def from_data(data: object, where: str) -> Result:
    """Make a result of plain JSON data. Raises `RecordError` where it is damaged or of an unknown schema."""
    fields = Fields(data, where)
    if (schema := fields.take("schema", str)) != RESULT_SCHEMA:
        raise RecordError(f'"{where}" has the schema "{schema}"; this version of signals reads "{RESULT_SCHEMA}" only')
    ground = fields.part("ground")
    rules, site, tier = (ground.take(key, str) for key in ("rules", "site", "tier"))
    cost = fields.take("cost", dict) if fields.take("note", str) == "" else None
    return Result(
        case=Case(
            Ground(rules, site, tier, ground.number("demand")), fields.take("controller", str), fields.take("seed", int)
        ),
        entrant_sha256=fields.take("entrant_sha256", str),
        fingerprint=fields.take("fingerprint", str),
        metrics=fields.numbers("metrics"),
        violations=fields.take("violations", int),
        note=fields.take("note", str),
        falls=tuple(map(str, fields.take("falls", list))),
        trips=tuple(map(_row, fields.parts("trips"))),
        series=tuple(map(_row, fields.parts("series"))),
        cost=None if cost is None else _cost(Fields(cost, where)),
    )


def read_result(path: Path) -> Result:
    """Read the file of a result. Raises `RecordError` where it is not there or damaged."""
    try:
        return from_data(json.loads(path.read_bytes()), str(path))
    except OSError as error:
        raise RecordError(f'cannot read "{path}": {error.strerror}') from error
    except ValueError as error:
        raise RecordError(f'"{path}" is damaged: {error}') from error


def write_result(folder: Path, result: Result) -> None:
    """Write the file of a result into the folder of a suite. Raises `RecordError`."""
    text = json.dumps(to_data(result), indent=1, ensure_ascii=False, allow_nan=False)
    write_whole(result.case.path(folder), f"{text}\n".encode())


def _row(fields: Fields) -> Row:
    return {name: fields.take(name, str) if name == "class" else fields.number(name) for name in fields.names}


def _cost(fields: Fields) -> Cost:
    return Cost(
        fields.take("decisions", int),
        fields.take("intersections", int),
        fields.number("mean_ms"),
        fields.number("worst_ms"),
    )


def _finite_table(table: Mapping[str, object]) -> dict[str, object]:
    """Round numbers to a billionth and turn what is not a number into ``null``, which JSON has."""
    return {key: _finite(item) for key, item in table.items()}


def _finite(value: object) -> object:
    if isinstance(value, dict):
        return _finite_table(value)
    if isinstance(value, list):
        return [_finite(item) for item in value]
    if isinstance(value, float):
        return round(value, _DIGITS) if math.isfinite(value) else None
    return value
