"""What is kept of a comparison: controllers on the same scenario with the same seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from signals.errors import RecordError
from signals.model.network import Finding
from signals.record.metrics import METRICS
from signals.record.run_record import FALLBACK, RunRecord
from signals.record.statistics import NO_RUN, Interval, mean_interval, paired_difference

__all__ = ["HEADLINE", "ComparisonRecord", "ControllerRow", "Difference", "RunRow", "comparison_of"]

HEADLINE = "delay_s"
"""The metric that controllers are ranked by."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in the table of all runs (see `RunRecord`)."""

    controller: str
    seed: int
    finished: bool
    violations: int
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ControllerRow:
    """One controller over all its seeds.

    Parameters
    ----------
    controller
        Its name.
    runs
        How many runs reached their end; only they are counted in the metrics.
    interrupted
        How many did not.
    violations
        Sum over all runs, interrupted ones as well.
    replaced
        In how many of them somebody else decided for a while, because the controller failed.
    metrics
        Every name of `METRICS` → mean over the runs with its interval.
    """

    controller: str
    runs: int
    interrupted: int
    violations: int
    replaced: int
    metrics: Mapping[str, Interval]

    @property
    def delay(self) -> Interval:
        """The headline."""
        return self.metrics[HEADLINE]


@dataclass(frozen=True, slots=True)
class Difference:
    """``controller - other`` in one metric, over the seeds that both of them finished."""

    controller: str
    other: str
    metric: str
    interval: Interval

    def turned(self) -> Difference:
        """Return ``other - controller``."""
        mean, low, high, runs = self.interval
        return Difference(self.other, self.controller, self.metric, Interval(-mean, -high, -low, runs))


@dataclass(frozen=True, slots=True)
class ComparisonRecord:
    """Several controllers on one scenario.

    Parameters
    ----------
    scenario
        Its name.
    rows
        One per controller, in the order they were asked for.
    differences
        Every pair of controllers once, every metric that has a better direction.
    runs
        Every run.
    settings, provenance, findings
        As in `RunRecord`, as far as they are the same for all runs.
    """

    scenario: str
    rows: tuple[ControllerRow, ...]
    differences: tuple[Difference, ...] = ()
    runs: tuple[RunRow, ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)
    provenance: Mapping[str, object] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def difference(self, controller: str, other: str, metric: str = HEADLINE) -> Interval:
        """Return ``controller - other``; an interval of no runs where the two share no seed."""
        pair = (controller, other, metric)
        for found in self.differences:
            for way in (found, found.turned()):
                if (way.controller, way.other, way.metric) == pair:
                    return way.interval
        return NO_RUN


def comparison_of(
    runs: Sequence[RunRecord],
    *,
    settings: Mapping[str, object] | None = None,
    provenance: Mapping[str, object] | None = None,
) -> ComparisonRecord:
    """Compare runs of one scenario.

    Parameters
    ----------
    runs
        Any number of controllers and seeds; a seed that a controller lacks is left out of its pairs.
    settings, provenance
        What all runs have in common; the first run's provenance where it is not given.

    Raises
    ------
    RecordError
        When there is no run, the scenarios differ, or a controller ran twice with the same seed.
    """
    by_name = _by_controller(runs)
    compared = [metric.name for metric in METRICS if metric.better]
    differences = (
        Difference(one, two, name, _paired(by_name[one], by_name[two], name))
        for one, two in combinations(by_name, 2)
        for name in compared
    )
    return ComparisonRecord(
        scenario=runs[0].scenario,
        rows=tuple(_row(name, list(found.values())) for name, found in by_name.items()),
        differences=tuple(difference for difference in differences if difference.interval.runs),
        runs=tuple(RunRow(r.controller, r.seed, r.finished, r.violations, dict(r.metrics)) for r in runs),
        settings=dict(settings or {}),
        provenance=dict(runs[0].provenance if provenance is None else provenance),
        findings=runs[0].findings,
    )


def _by_controller(runs: Sequence[RunRecord]) -> dict[str, dict[int, RunRecord]]:
    """Return controller → seed → run, in the order given."""
    if not runs:
        raise RecordError("there is no run to compare")
    found: dict[str, dict[int, RunRecord]] = {}
    for run in runs:
        if run.scenario != runs[0].scenario:
            raise RecordError(f'runs of two scenarios cannot be compared: "{runs[0].scenario}" and "{run.scenario}"')
        seeds = found.setdefault(run.controller, {})
        if run.seed in seeds:
            raise RecordError(f'controller "{run.controller}" has two runs with seed {run.seed}')
        seeds[run.seed] = run
    return found


def _row(controller: str, runs: Sequence[RunRecord]) -> ControllerRow:
    whole = [run for run in runs if run.finished]
    return ControllerRow(
        controller=controller,
        runs=len(whole),
        interrupted=len(runs) - len(whole),
        violations=sum(run.violations for run in runs),
        replaced=sum(any(finding.code == FALLBACK for finding in run.findings) for run in runs),
        metrics={
            metric.name: mean_interval([run.metrics.get(metric.name, np.nan) for run in whole]) for metric in METRICS
        },
    )


def _paired(one: Mapping[int, RunRecord], two: Mapping[int, RunRecord], metric: str) -> Interval:
    seeds = [seed for seed, run in one.items() if run.finished and seed in two and two[seed].finished]
    first, second = ([runs[seed].metrics.get(metric, np.nan) for seed in seeds] for runs in (one, two))
    return paired_difference(first, second)
