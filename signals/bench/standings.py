"""Who is better: delays with their intervals, paired differences, ranks.

A run that broke a rule is void and one that failed is none; a controller that has either on a map has no delay there
and the last rank, because its other runs would be a selection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import permutations
from typing import NamedTuple

import numpy as np

from signals.bench.paired import holm, sign_flip_p
from signals.bench.results import Result
from signals.record.statistics import NO_RUN, Interval, mean_interval, paired_difference

__all__ = ["HEADLINE", "REFERENCE", "Cell", "Contrast", "Standing", "standings_of"]

HEADLINE = "delay_s"
"""Mean over all scheduled vehicles of time loss + departure delay; who never got in counts in full."""

REFERENCE = "net"
"""Delays are also given as a share of this controller's: the network's own plan. One that was added from elsewhere does
it where there is none of our own."""


class Cell(NamedTuple):
    """A controller on a map.

    Attributes
    ----------
    runs
        Its valid runs, by seed.
    void, failed
        How many broke a rule, and how many did not reach their end.
    """

    runs: Mapping[int, Result]
    void: int
    failed: int

    @property
    def counts(self) -> bool:
        """Whether it has a delay: there are runs, and all of them are valid."""
        return bool(self.runs) and not (self.void or self.failed)

    def values(self, metric: str, seeds: Iterable[int] | None = None) -> list[float]:
        """Return a metric of every valid run, or of those with some seeds."""
        return [self.runs[seed].metrics[metric] for seed in (self.runs if seeds is None else seeds)]

    def interval(self, metric: str = HEADLINE) -> Interval:
        """Return the mean over seeds of a metric, with its interval."""
        return mean_interval(self.values(metric)) if self.counts else NO_RUN


class Contrast(NamedTuple):
    """``controller - other`` on a map.

    Attributes
    ----------
    site, controller, other
        Where and who.
    interval
        Of the mean delay, over the seeds that both have.
    p, p_holm
        Probability of a difference as large where there is none: for this map, and corrected for all maps.
    """

    site: str
    controller: str
    other: str
    interval: Interval
    p: float
    p_holm: float


class Standing(NamedTuple):
    """One table: a rule set, a tier and a demand.

    Attributes
    ----------
    rules, tier, demand
        Which.
    sites
        Its maps.
    controllers
        Best first.
    cells
        Map and controller → runs.
    rank
        Controller → mean rank over the maps.
    reference
        Whose delay the shares are of: `REFERENCE`, or the first of that name from elsewhere.
    share
        Controller → mean over the maps of its delay as a share of the reference's, with its interval over seeds.
    contrasts
        Every ordered pair on every map.
    """

    rules: str
    tier: str
    demand: float
    sites: tuple[str, ...]
    controllers: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]
    rank: Mapping[str, float]
    reference: str
    share: Mapping[str, Interval]
    contrasts: tuple[Contrast, ...]

    def column(self, controller: str) -> list[Cell]:
        """Return the cells of a controller, map by map."""
        return [self.cells[site, controller] for site in self.sites]


def standings_of(results: Sequence[Result]) -> tuple[Standing, ...]:
    """Make a table of every rule set, tier and demand that there is.

    Parameters
    ----------
    results
        Runs in any number; maps and controllers stand in the order in which they come first.
    """
    by_setting: dict[tuple[str, str, float], list[Result]] = {}
    for result in results:
        by_setting.setdefault(result.case.ground.setting, []).append(result)
    return tuple(_standing(*setting, found) for setting, found in by_setting.items())


def _standing(rules: str, tier: str, demand: float, results: Sequence[Result]) -> Standing:
    sites = tuple(dict.fromkeys(result.case.ground.site for result in results))
    names = tuple(dict.fromkeys(result.case.controller for result in results))
    cells = {(site, name): _cell(results, site, name) for site in sites for name in names}
    rank = _mean_ranks(cells, sites, names)
    ordered = tuple(sorted(names, key=lambda name: rank[name]))
    reference = next((name for name in sorted(names) if name.partition(" (")[0] == REFERENCE), REFERENCE)
    return Standing(
        rules=rules,
        tier=tier,
        demand=demand,
        sites=sites,
        controllers=ordered,
        cells=cells,
        rank=rank,
        reference=reference,
        share={name: _share(cells, sites, name, reference) for name in names},
        contrasts=tuple(
            contrast for one, two in permutations(ordered, 2) for contrast in _contrasts(cells, sites, one, two)
        ),
    )


def _cell(results: Sequence[Result], site: str, name: str) -> Cell:
    here = [found for found in results if (found.case.ground.site, found.case.controller) == (site, name)]
    count: Callable[[str], int] = lambda state: sum(found.state == state for found in here)  # noqa: E731
    return Cell({f.case.seed: f for f in here if f.state == "valid"}, count("void"), count("failed"))


def _mean_ranks(cells: Mapping[tuple[str, str], Cell], sites: Sequence[str], names: Sequence[str]) -> dict[str, float]:
    """Return the mean over maps of the rank; equals share theirs, and who has no delay is last."""
    delays = np.array([[cells[site, name].interval().mean for name in names] for site in sites])
    known = np.where(np.isnan(delays), np.inf, delays)
    before = (known[:, None, :] < known[:, :, None]).sum(2)
    equal = (known[:, None, :] == known[:, :, None]).sum(2)
    ranks = np.where(np.isinf(known), float(len(names)), before + (equal + 1) / 2)
    return dict(zip(names, ranks.mean(0).tolist(), strict=True))


def _share(cells: Mapping[tuple[str, str], Cell], sites: Sequence[str], name: str, reference: str) -> Interval:
    """Return the mean over maps of delay / reference's delay: the maps of one seed are resampled together."""
    both = [(cells[site, name], cells.get((site, reference))) for site in sites]
    pairs = [(ours, other) for ours, other in both if other is not None and ours.counts and other.counts]
    if len(pairs) < len(sites):
        return NO_RUN
    seeds = sorted(set.intersection(*(set(cell.runs) for pair in pairs for cell in pair)))
    shares = [np.divide(ours.values(HEADLINE, seeds), other.values(HEADLINE, seeds)) for ours, other in pairs]
    return mean_interval(np.mean(shares, axis=0)) if seeds else NO_RUN


def _contrasts(cells: Mapping[tuple[str, str], Cell], sites: Sequence[str], one: str, two: str) -> Iterable[Contrast]:
    found: list[tuple[Interval, float]] = []
    for site in sites:
        first, second = cells[site, one], cells[site, two]
        seeds = sorted(set(first.runs) & set(second.runs)) if first.counts and second.counts else []
        ours, theirs = first.values(HEADLINE, seeds), second.values(HEADLINE, seeds)
        found.append((paired_difference(ours, theirs), sign_flip_p(np.subtract(ours, theirs))))
    corrected = holm([p for _, p in found])
    for site, (interval, p), p_holm in zip(sites, found, corrected, strict=True):
        yield Contrast(site, one, two, interval, p, p_holm)
