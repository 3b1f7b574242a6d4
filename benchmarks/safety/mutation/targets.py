"""The modules that are mutated, and what their mutants are held against."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any, Final

import signals.safety.bounds
import signals.safety.guard
import signals.safety.interstage
import signals.safety.monitor
import signals.safety.prospects
import signals.safety.watch
from benchmarks.safety.mutation import bounds_checks, guard_checks, kernel_checks, monitor_checks, prospects_checks
from benchmarks.safety.mutation.kills import Check, Names
from benchmarks.safety.mutation.mutants import Specimen
from signals.model.arrays import NetworkArrays
from signals.model.intersections import Intersection, SignalGroup

Comparison = tuple[Callable[[Names, Any], str], Callable[[int, int], Iterable[Any]], int]
"""What compares a module with its twin in a case; what draws the cases; how many."""


@dataclass(frozen=True)
class Target:
    """A module that is mutated.

    Parameters
    ----------
    module
        The module.
    comparisons
        With its twin.
    by_hand
        Checks that need no cases.
    plant
        A bug that has to be found: old and new text.
    kinds
        Classes of other modules whose fields it uses.
    """

    module: ModuleType
    comparisons: tuple[Comparison, ...]
    by_hand: tuple[Callable[[Names], str], ...]
    plant: tuple[str, str]
    kinds: tuple[type, ...] = ()

    def specimen(self) -> Specimen:
        """Make the mutants."""
        return Specimen(self.module, self.kinds)

    def checks(self, seed: int, share: float = 1) -> list[Check]:
        """Draw the cases, or a share of them, and return all checks, the cheapest first."""
        found = [
            Check("twin", partial(compare, case=case))
            for compare, draw, count in self.comparisons
            for case in draw(seed, max(round(count * share), 1))
        ]
        return found[:10] + [Check("checks by hand", find) for find in self.by_hand] + found[10:]


TARGETS: Final = {
    "interstage": Target(
        signals.safety.interstage,
        ((kernel_checks.unlike_trace, kernel_checks.traces, 400),),
        (kernel_checks.unlike_in_ruins,),
        ("now = AMBER if site.amber_ds[g] > 0 else CLEARANCE", "now = CLEARANCE"),
    ),
    "watch": Target(
        signals.safety.watch,
        (
            (monitor_checks.unlike_rows, monitor_checks.watchings, 400),
            (monitor_checks.unlike_together, monitor_checks.watchings, 4),
        ),
        (),
        ("if record.seen[rival] > RED:", "if record.seen[rival] == GREEN:"),
    ),
    "monitor": Target(
        signals.safety.monitor,
        (
            (monitor_checks.unlike_sentences, monitor_checks.watchings, 100),
            (bounds_checks.unlike_limits, bounds_checks.promises, 60),
        ),
        (monitor_checks.unlike_settings, monitor_checks.without_room, monitor_checks.unlike_in_haste),
        ("zip(*intersection.intergreen_ds, strict=True)", "intersection.intergreen_ds"),
        (Intersection, SignalGroup),
    ),
    "bounds": Target(
        signals.safety.bounds,
        ((bounds_checks.unlike_bounds, bounds_checks.promises, 200),),
        (),
        ("max(site.max_red_ds[g] - lead_ds, tick_ds)", "max(site.max_red_ds[g], tick_ds)"),
        (NetworkArrays,),
    ),
    "guard": Target(
        signals.safety.guard,
        ((guard_checks.unlike_answers, guard_checks.services, 100),),
        (
            guard_checks.unlike_manners,
            guard_checks.unlike_rehearsal,
            guard_checks.unlike_prospects,
            guard_checks.unlike_latches,
            guard_checks.unlike_settled,
            guard_checks.unlike_emergencies,
        ),
        ("self._write &= ~self._monitor.latched", "pass"),
        (NetworkArrays,),
    ),
    "prospects": Target(
        signals.safety.prospects,
        ((prospects_checks.unlike_promises, prospects_checks.outlooks, 300),),
        (prospects_checks.unlike_looks,),
        ("closed_ds = _left_ds(site, state, j) + site.clearance_ds[j]", "closed_ds = _left_ds(site, state, j)"),
    ),
}
"""By the name of the module."""
