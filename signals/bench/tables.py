"""The tables of a suite on disk: every run, every sum over trips, every difference, every cost; and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from signals.bench.cases import Case, Ground
from signals.bench.clocked import Cost
from signals.bench.legacy_delay import RESCO_DELAY
from signals.bench.results import Result
from signals.bench.standings import Standing
from signals.bench.sums import EDGES_S, STARVED_S, Row
from signals.errors import RecordError
from signals.record.dictionary import TABLES, Column
from signals.record.metrics import METRICS
from signals.record.tables import Columns, Values, read_table, write_table

__all__ = ["BENCH_TABLES", "COSTS", "read_results", "write_tables"]

COSTS = "costs"
"""The one table with wall times in it, which are not the same twice."""

_CASE = (
    Column("rules", "", "text", "Rule set."),
    Column("map", "", "text", "Map."),
    Column("tier", "", "text", "Sensing tier."),
    Column("demand", "1", "number", "How many travel for each one of the map."),
    Column("controller", "", "text", "Name of the controller."),
    Column("seed", "", "integer", "Seed of the run; the same travellers and faults for every controller."),
)
_RUNS = (
    *_CASE,
    Column("state", "", "text", "valid, void (a rule was broken) or failed (it did not reach its end)."),
    Column("violations", "1", "integer", "Things seen by the safety monitor that must never be seen."),
    Column("not_followed", "", "text", "When and why the controller was not followed for a while."),
    Column("note", "", "text", "Why the run failed."),
    Column("entrant_sha256", "", "text", "What the controller is: its files, settings and our code, hashed."),
    Column("fingerprint", "", "text", "Everything the result depends on, hashed."),
    *(Column(metric.name, metric.unit, "number", metric.definition) for metric in METRICS),
    Column(
        "starved", "1", "number",
        f"Travellers who stood, or waited to get in without ever doing so, for more than {STARVED_S:.0f} s altogether.",
    ),
    Column(RESCO_DELAY, "s", "number", "Rules L only: the mean delay as RESCO's code computes it."),
)  # fmt: skip
_TRIPS = (
    *_CASE,
    Column("class", "", "text", "Who: vehicles (all that drive), motor, bicycle, transit or person."),
    Column("scheduled", "1", "number", "How many trips should have begun during the scored time."),
    Column("finished", "1", "number", "How many of them arrived."),
    Column("driving", "1", "number", "How many were under way at the end."),
    Column("never_inserted", "1", "number", "How many found no room to begin."),
    Column("delay_mean_s", "s", "number", "Mean of time loss + departure delay over all scheduled."),
    *(Column(f"delay_p{q}_s", "s", "number", f"{q}th percentile of the same.") for q in (50, 90, 95, 99)),
    Column("delay_max_s", "s", "number", "Largest of the same."),
    Column("waiting_mean_s", "s", "number", "Mean time spent standing."),
    *(Column(f"within_{edge}_s", "1", "number", f"How many lost {edge} s at most.") for edge in EDGES_S),
)
_SERIES = (
    *_CASE,
    Column("time_s", "s", "number", "Begin of the interval, after the begin of the scored time."),
    Column("scheduled_veh", "veh", "number", "Vehicles scheduled in the interval."),
    Column("delay_s", "s", "number", "Their mean delay."),
    Column(
        "queue_veh", "veh", "number", "Mean number of vehicles standing on all approaches, as the estimator believed."
    ),
)
_COSTS = (
    *_CASE,
    Column("decisions", "1", "integer", "How many decisions were made."),
    Column("intersections", "1", "integer", "For how many intersections at once."),
    Column("mean_ms", "ms", "number", "Mean wall time of a decision, on the machine that ran it."),
    Column("worst_ms", "ms", "number", "Longest wall time of a decision."),
)
_DIFFERENCES = (
    *(column for column in _CASE if column.name not in ("controller", "seed")),
    Column("controller", "", "text", "Name of the controller."),
    Column("other", "", "text", "Name of the controller it is compared with."),
    Column("seeds", "1", "integer", "Number of seeds that both have."),
    Column("mean_s", "s", "number", "Mean over seeds of controller minus other, in mean delay."),
    Column("low_s", "s", "number", "Lower bound of its 95 % interval (bootstrap over seeds)."),
    Column("high_s", "s", "number", "Upper bound of its 95 % interval."),
    Column("p", "1", "number", "Two-sided probability by sign flips, for this map alone."),
    Column("p_holm", "1", "number", "The same, corrected for all maps of the table (Holm)."),
)

BENCH_TABLES: Mapping[str, tuple[Column, ...]] = {
    "runs": _RUNS,
    "trips": _TRIPS,
    "series": _SERIES,
    "differences": _DIFFERENCES,
    COSTS: _COSTS,
}
"""Table → its columns."""


def write_tables(folder: Path, results: Sequence[Result], standings: Sequence[Standing]) -> None:
    """Write every table, as CSV and where pyarrow is installed as Parquet. Raises `RecordError`."""
    rows: dict[str, list[Row]] = {
        "runs": [_run_row(result) for result in results],
        "trips": [{**_case_row(found.case), **row} for found in results for row in found.trips],
        "series": [{**_case_row(found.case), **row} for found in results for row in found.series],
        COSTS: [_cost_row(found.case, found.cost) for found in results if found.cost is not None],
        "differences": [row for standing in standings for row in _difference_rows(standing)],
    }
    for name, found in rows.items():
        write_table(folder, name, _columns(BENCH_TABLES[name], found), specs=BENCH_TABLES[name])
    described = [(name, *column) for name, specs in BENCH_TABLES.items() for column in specs]
    headers = [column.name for column in TABLES["data_dictionary"]]
    columns = dict(zip(headers, zip(*described, strict=True), strict=True))
    write_table(folder, "data_dictionary", columns, parquet=False)


def read_results(folder: Path) -> tuple[Result, ...]:
    """Make the results again of which tables were written.

    Raises
    ------
    RecordError
        When a table is missing, damaged or does not fit the others.
    """
    runs = _rows_of(folder, "runs")
    trips, series = (_by_case(_rows_of(folder, name), folder / f"{name}.csv") for name in ("trips", "series"))
    costs = _by_case(_rows_of(folder, COSTS), folder / f"{COSTS}.csv")
    known = {_case_of(row, folder / "runs.csv") for row in runs}
    if len(known) < len(runs):
        raise RecordError(f'"{folder / "runs.csv"}" has a run twice')
    for name, found in (("trips", trips), ("series", series), (COSTS, costs)):
        if not found.keys() <= known:
            raise RecordError(f'"{folder / name}.csv" has rows of runs that are not in runs.csv')
    return tuple(_result(row, folder, trips, series, costs) for row in runs)


def _columns(specs: Iterable[Column], rows: Sequence[Row]) -> Columns:
    return {spec.name: [row[spec.name] for row in rows] for spec in specs}


def _case_row(case: Case) -> Row:
    rules, site, tier, demand = case.ground
    return {
        "rules": rules, "map": site, "tier": tier, "demand": demand, "controller": case.controller, "seed": case.seed,
    }  # fmt: skip


def _run_row(result: Result) -> Row:
    unknown = {name: float("nan") for name in (*(metric.name for metric in METRICS), "starved", RESCO_DELAY)}
    return {
        **_case_row(result.case),
        "state": result.state,
        "violations": result.violations,
        "not_followed": "; ".join(result.falls),
        "note": result.note,
        "entrant_sha256": result.entrant_sha256,
        "fingerprint": result.fingerprint,
        **unknown,
        **result.metrics,
    }


def _cost_row(case: Case, cost: Cost) -> Row:
    return {
        **_case_row(case),
        "decisions": cost.decisions,
        "intersections": cost.intersections,
        "mean_ms": cost.mean_ms,
        "worst_ms": cost.worst_ms,
    }


def _difference_rows(standing: Standing) -> Iterable[Row]:
    for found in standing.contrasts:
        mean, low, high, seeds = found.interval
        yield {
            "rules": standing.rules, "map": found.site, "tier": standing.tier, "demand": standing.demand,
            "controller": found.controller, "other": found.other, "seeds": seeds,
            "mean_s": mean, "low_s": low, "high_s": high, "p": found.p, "p_holm": found.p_holm,
        }  # fmt: skip


def _rows_of(folder: Path, name: str) -> list[Row]:
    table: dict[str, Values] = read_table(folder / f"{name}.csv", BENCH_TABLES[name])
    cells = zip(*(column.tolist() for column in table.values()), strict=True)
    return [dict(zip(table, row, strict=True)) for row in cells]


def _case_of(row: Row, path: Path) -> Case:
    ground = Ground(str(row["rules"]), str(row["map"]), str(row["tier"]), float(row["demand"]))
    if not (ground.rules and ground.site and ground.tier and row["controller"]):
        raise RecordError(f'"{path}" has a row without the name of its rules, map, tier or controller')
    return Case(ground, str(row["controller"]), int(row["seed"]))


def _by_case(rows: Iterable[Row], path: Path) -> dict[Case, list[Row]]:
    found: dict[Case, list[Row]] = {}
    ours = {column.name for column in _CASE}
    for row in rows:
        rest = {key: value for key, value in row.items() if key not in ours}
        found.setdefault(_case_of(row, path), []).append(rest)
    return found


def _result(
    row: Row,
    folder: Path,
    trips: Mapping[Case, list[Row]],
    series: Mapping[Case, list[Row]],
    costs: Mapping[Case, list[Row]],
) -> Result:
    case = _case_of(row, folder / "runs.csv")
    text: Callable[[str], str] = lambda key: str(row[key])  # noqa: E731
    names = () if row["note"] else (*(metric.name for metric in METRICS), "starved")
    legacy = () if np.isnan(float(row[RESCO_DELAY])) else (RESCO_DELAY,)
    result = Result(
        case,
        text("entrant_sha256"),
        text("fingerprint"),
        metrics={name: float(row[name]) for name in (*names, *legacy)},
        violations=int(row["violations"]),
        note=text("note"),
        falls=tuple(filter(None, text("not_followed").split("; "))),
        trips=tuple(trips.get(case, ())),
        series=tuple(series.get(case, ())),
        cost=next((Cost(*_cost_values(cost)) for cost in costs.get(case, ())), None),
    )
    if result.state != row["state"]:
        raise RecordError(
            f'"{folder / "runs.csv"}": {case}, seed {case.seed} is called {row["state"]} with {result.violations} '
            f'violations and the note "{result.note}"; that is {result.state}'
        )
    return result


def _cost_values(row: Row) -> tuple[int, int, float, float]:
    return int(row["decisions"]), int(row["intersections"]), float(row["mean_ms"]), float(row["worst_ms"])
