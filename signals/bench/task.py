"""A run of a suite as a worker does it: run, sum up, and tell what is kept."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from signals.bench.cases import Case
from signals.bench.clocked import ClockedMaker
from signals.bench.disturbed import DisturbedScenario
from signals.bench.legacy_delay import RESCO_DELAY, resco_delay_s
from signals.bench.results import Result, to_data
from signals.bench.sums import series_rows, starved, trip_rows
from signals.entrants import scenario_for
from signals.record.run_record import RunRecord
from signals.record.tables import read_table
from signals.trial import RunOptions, falls_of, run

__all__ = ["Task"]


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is told (see `signals.worker.Work`).

    Parameters
    ----------
    case
        Which run.
    taken
        Who controls (`signals.entrants`).
    settings
        Keyword arguments of its class.
    scenario
        The scenario of the case.
    entrant_sha256, fingerprint
        As in `signals.bench.results.Result`.
    """

    case: Case
    taken: str
    settings: Mapping[str, object]
    scenario: DisturbedScenario
    entrant_sha256: str
    fingerprint: str

    def run(self, on_tick: Callable[[float], None]) -> Mapping[str, object]:
        """Run it and return its result as data; raises as `signals.trial.run`."""
        scenario = scenario_for(self.taken, self.scenario)
        maker = ClockedMaker(self.taken, scenario, self.settings, self.case.controller)
        with tempfile.TemporaryDirectory(prefix="signals-bench-") as name:
            folder = Path(name) / "run"
            options = RunOptions(traci=self.scenario.legacy)
            record = run(scenario, maker, seed=self.case.seed, out=folder, options=options, on_tick=on_tick)
            return to_data(self._result(record, folder, maker))

    def _result(self, record: RunRecord, folder: Path, maker: ClockedMaker) -> Result:
        time = self.scenario.file.time
        begin_s, end_s = time.begin_s + time.warmup_s, time.end_s
        trips, queues = read_table(folder / "trips.csv"), read_table(folder / "queues.csv")
        published = {RESCO_DELAY: resco_delay_s(trips, self.case.ground.site, end_s)} if self.scenario.legacy else {}
        return Result(
            self.case,
            self.entrant_sha256,
            self.fingerprint,
            metrics={**record.metrics, "starved": float(starved(trips, begin_s, end_s)), **published},
            violations=record.violations,
            falls=falls_of(record),
            trips=tuple(trip_rows(trips, begin_s, end_s)),
            series=tuple(series_rows(trips, queues, begin_s, end_s)),
            cost=maker.cost(),
        )
