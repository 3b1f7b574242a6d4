"""Results made by hand, and suites that take seconds."""

from __future__ import annotations

from signals.bench.cases import Case, Ground
from signals.bench.clocked import Cost
from signals.bench.results import Result
from signals.bench.suites import Suite
from signals.bench.sums import EDGES_S, Row
from signals.record.metrics import METRICS

GROUND = Ground("M", "crossroads", "A", 1.0)


def small_suite(**otherwise: object) -> Suite:
    """One map without SUMO, a minute scored."""
    chosen: dict[str, object] = {
        "name": "small", "rules": "M", "maps": ("crossroads",), "tiers": ("A",), "demands": (1.0,),
        "controllers": ("net", "max_pressure"), "seeds": (1, 2), "scored_s": 60.0, "warmup_s": 30.0,
    }  # fmt: skip
    return Suite(**{**chosen, **otherwise})  # type: ignore[arg-type]


def trip_row(delay_s: float, scheduled: float = 100.0) -> Row:
    row: Row = {
        "class": "vehicles",
        "scheduled": scheduled,
        "finished": scheduled,
        "driving": 0.0,
        "never_inserted": 0.0,
    }
    row |= {f"delay_{name}_s": delay_s for name in ("mean", "p50", "p90", "p95", "p99", "max")}
    row |= {f"within_{edge}_s": scheduled * (edge >= delay_s) for edge in EDGES_S}
    return {**row, "waiting_mean_s": 1.0}


def make_result(
    controller: str = "net", seed: int = 1, delay_s: float = 30.0, ground: Ground = GROUND, **otherwise: object
) -> Result:
    metrics = dict.fromkeys([*(metric.name for metric in METRICS), "starved"], 0.0)
    case = Case(ground, controller, seed)
    known: dict[str, object] = {
        "entrant_sha256": f"hash of {controller}",
        "fingerprint": f"print of {case}, {seed}",
        "metrics": {**metrics, "delay_s": delay_s, "scheduled_veh": 100.0, "person_delay_s": float("nan")},
        "trips": (trip_row(delay_s),),
        "series": tuple(
            {"time_s": time_s, "scheduled_veh": 50.0, "delay_s": delay_s, "queue_veh": delay_s / 10}
            for time_s in (0.0, 120.0)
        ),
        "cost": Cost(90, 2, 0.5, 4.0),
    }
    return Result(case, **{**known, **otherwise})  # type: ignore[arg-type]


def failed_result(controller: str = "net", seed: int = 1, note: str = "SUMO died", ground: Ground = GROUND) -> Result:
    return Result(Case(ground, controller, seed), f"hash of {controller}", "print", note=note)
