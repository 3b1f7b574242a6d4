"""The bound beside the figures of controllers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from statistics import fmean, stdev

from benchmarks.control.bound_run import BOUND, Case, Result, is_bound

__all__ = ["table"]


def table(results: Mapping[Case, Result], ours: str) -> list[str]:
    """Return the mean delays of every map and rule set as lines of Markdown.

    Parameters
    ----------
    results
        All runs; a map whose runs are not all there shows what there is.
    ours
        Whose way from the first controller to the bound is told.
    """
    whos = [who for who in dict.fromkeys(case.who for case in results) if not is_bound(who)]
    grounds = dict.fromkeys((case.rules, case.site) for case in results)
    lines = [
        "| rules | map | seeds | " + " | ".join(f"`{who}`" for who in whos) + " | bound | closed by ours | left, s |",
        "|---|---|---|" + "---|" * len(whos) + "---|---|---|",
    ]
    for rules, site in grounds:
        delays_s = {who: _delays_s(results, (rules, site, who)) for who in (*whos, BOUND)}
        seeds = sorted(set.intersection(*(set(row) for row in delays_s.values())))
        paired = {who: [row[seed] for seed in seeds] for who, row in delays_s.items()}
        cells = [_mean(paired[who]) for who in (*whos, BOUND)]
        lines.append(
            f"| {rules} | {site} | {_span(seeds)} | {' | '.join(cells)} | {' | '.join(_left(paired, whos, ours))} |"
        )
    return lines


def _delays_s(results: Mapping[Case, Result], wanted: tuple[str, str, str]) -> dict[int, float]:
    """Return the delays by seed; for the bound, of the best plan that any pass found."""
    found: dict[int, float] = {}
    for case, result in results.items():
        who = BOUND if is_bound(case.who) else case.who
        if (case.rules, case.site, who) == wanted and not result.violations:
            found[case.seed] = min(result.metrics["delay_s"], found.get(case.seed, inf))
    return found


def _mean(delays_s: Sequence[float]) -> str:
    if not delays_s:
        return "-"
    spread = f" ± {stdev(delays_s):.1f}" if len(delays_s) > 1 else ""
    return f"{fmean(delays_s):.1f}{spread}"


def _span(seeds: Sequence[int]) -> str:
    if not seeds:
        return "none"
    whole = list(seeds) == list(range(seeds[0], seeds[-1] + 1)) and len(seeds) > 1
    return f"{seeds[0]} to {seeds[-1]}" if whole else ", ".join(map(str, seeds))


def _left(paired: Mapping[str, Sequence[float]], whos: Sequence[str], ours: str) -> tuple[str, str]:
    """Say how much of the way from the first controller to the bound ours goes, and how much is left."""
    if ours not in paired or not paired[BOUND]:
        return "-", "-"
    best_s, our_s = fmean(paired[BOUND]), fmean(paired[ours])
    first_s = fmean(paired[whos[0]])
    share = f"{(first_s - our_s) / (first_s - best_s):.0%}" if whos[0] != ours and first_s > best_s else "-"
    return share, f"{our_s - best_s:.1f}"
