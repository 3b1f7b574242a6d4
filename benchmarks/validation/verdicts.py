"""From the delays of all runs to errors, targets and ranks."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final, NamedTuple

from benchmarks.validation.cases import Case, Result
from benchmarks.validation.sites import FIXED, SITES

__all__ = ["MEAN_PERCENT", "RANK_PERCENT", "Row", "Verdict", "rows_of", "verdicts_of"]

MEAN_PERCENT: Final = 5.0
"""What the mean of the absolute errors over the first group may be."""

RANK_PERCENT: Final = 10.0
"""Controllers that differ by more than this in SUMO have to keep their order."""

MET, MISSED, OPEN = "met", "MISSED", "open"


class Row(NamedTuple):
    """A controller in a network, in one world beside SUMO.

    Attributes
    ----------
    site, controller, world
        Which.
    seeds
        How many seeds both have; means are over these only.
    sumo_s, delay_s
        Mean delay in SUMO and in the world.
    sumo_spread_s, spread_s
        Standard deviation over the seeds; NaN for a single one.
    why
        Why there is nothing; empty where there is.
    notes
        In how many of the runs a controller was not followed for a while.
    """

    site: str
    controller: str
    world: str
    seeds: int
    sumo_s: float
    delay_s: float
    sumo_spread_s: float
    spread_s: float
    why: str = ""
    notes: int = 0

    @property
    def error_percent(self) -> float:
        """How much longer the delay is than in SUMO; NaN where one is not known."""
        return 100.0 * (self.delay_s / self.sumo_s - 1.0) if self.seeds else math.nan


class Verdict(NamedTuple):
    """A target, and what became of it: met, missed, or open because something was not run."""

    target: str
    state: str
    detail: str


def rows_of(results: Mapping[Case, Result], cases: Sequence[Case]) -> list[Row]:
    """Set the runs of every world beside those of SUMO, seed by seed."""
    kinds = dict.fromkeys((case.site, case.controller, case.world) for case in cases)
    seeds: dict[tuple[str, str, str], list[int]] = {}
    for case in cases:
        seeds.setdefault((case.site, case.controller, case.world), []).append(case.seed)
    return [_row(*kind, seeds[kind], results) for kind in kinds]


def verdicts_of(rows: Sequence[Row], world: str = "sim") -> list[Verdict]:
    """Judge a world by its rows."""
    of_world = [row for row in rows if row.world == world]
    sites = [site for site in SITES.values() if any(row.site == site.name for row in of_world)]
    first = [row for row in of_world if SITES[row.site].group == "first"]
    found = [_mean_verdict(first)] if first else []
    for site in sites:
        mine = [row for row in of_world if row.site == site.name]
        fixed = [row for row in mine if row.controller == FIXED]
        adaptive = [row for row in mine if row.controller != FIXED]
        if site.fixed_percent == site.adaptive_percent:
            found.append(_bound_verdict(site.name, mine, site.fixed_percent))
            continue
        found += [_bound_verdict(f"{site.name}, fixed", fixed, site.fixed_percent)] if fixed else []
        found += [_bound_verdict(f"{site.name}, adaptive", adaptive, site.adaptive_percent)] if adaptive else []
    return [*found, _rank_verdict(of_world)] if of_world else []


def _row(site: str, controller: str, world: str, seeds: Sequence[int], results: Mapping[Case, Result]) -> Row:
    def of(world: str) -> dict[int, Result]:
        found = {seed: results.get(Case(site, world, controller, seed)) for seed in seeds}
        return {seed: result for seed, result in found.items() if result is not None}

    mine, sumo = of(world), of("sumo")
    both = [seed for seed in seeds if seed in mine and seed in sumo and not (mine[seed].failed or sumo[seed].failed)]
    if not both:
        failures = [result.failed for result in (*mine.values(), *sumo.values()) if result.failed]
        why = failures[0] if failures else f"{'sumo' if mine else world} not run yet"
        return Row(site, controller, world, 0, math.nan, math.nan, math.nan, math.nan, why)
    here_s, there_s = ([one[seed].delay_s for seed in both] for one in (mine, sumo))
    notes = sum(bool(mine[seed].note) for seed in both)
    means = statistics.fmean(there_s), statistics.fmean(here_s)
    return Row(site, controller, world, len(both), *means, _spread(there_s), _spread(here_s), notes=notes)


def _spread(values: Sequence[float]) -> float:
    return statistics.stdev(values) if len(values) > 1 else math.nan


def _mean_verdict(rows: Sequence[Row]) -> Verdict:
    target = f"mean |error| of the first group <= {MEAN_PERCENT:g} %"
    known = [abs(row.error_percent) for row in rows if row.seeds]
    if not known:
        return Verdict(target, OPEN, f"none of {len(rows)} cases")
    mean = statistics.fmean(known)
    state = OPEN if len(known) < len(rows) else MET if mean <= MEAN_PERCENT else MISSED
    return Verdict(target, state, f"{mean:.1f} % over {len(known)} of {len(rows)} cases")


def _bound_verdict(what: str, rows: Sequence[Row], percent: float) -> Verdict:
    known = [row for row in rows if row.seeds]
    over = [row for row in known if abs(row.error_percent) > percent]
    state = MISSED if over else OPEN if len(known) < len(rows) else MET
    target = f"{what}: every |error| <= {percent:g} %"
    if over:
        return Verdict(target, state, ", ".join(f"{row.controller} {row.error_percent:+.1f} %" for row in over))
    if not known:
        return Verdict(target, state, f"none of {len(rows)} cases")
    worst = max(known, key=lambda row: abs(row.error_percent))
    return Verdict(target, state, f"worst of {len(known)}: {worst.controller} {worst.error_percent:+.1f} %")


def _rank_verdict(rows: Sequence[Row]) -> Verdict:
    target = f"controllers that differ by > {RANK_PERCENT:g} % in SUMO keep their rank"
    pairs = list(_far_pairs(rows))
    lost = [(one, other) for one, other in pairs if (one.delay_s < other.delay_s) != (one.sumo_s < other.sumo_s)]
    incomplete = any(not row.seeds for row in rows)
    state = MISSED if lost else OPEN if incomplete or not pairs else MET
    named = "".join(f"; {one.site}: {one.controller} and {other.controller} swap" for one, other in lost)
    return Verdict(target, state, f"{len(pairs) - len(lost)} of {len(pairs)} pairs{named}")


def _far_pairs(rows: Sequence[Row]) -> Iterator[tuple[Row, Row]]:
    """Pairs of controllers of one network that are far apart in SUMO."""
    for one, other in combinations([row for row in rows if row.seeds], 2):
        nearer_s = min(one.sumo_s, other.sumo_s)
        if one.site == other.site and abs(one.sumo_s - other.sumo_s) > nearer_s * RANK_PERCENT / 100.0:
            yield one, other
