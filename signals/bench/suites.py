"""Suites as data: which maps, tiers, demands, seeds and controllers make one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite, prod

from signals import plugins
from signals.bench.legacy_lineup import LEGACY_LINEUP
from signals.bench.lineup import NOBODY, Lineup
from signals.bench.rule_sets import rule_set
from signals.bench.sites import RESCO, shipped_sites, site
from signals.bench.tiers import tier
from signals.errors import InputError, UnknownNameError

__all__ = ["LEGACY", "SUITES", "Suite", "cut", "lineup_of", "suite"]

LEGACY = "legacy"
"""The suite that needs another SUMO (`signals.bench.legacy_sumo`)."""

SUITES = ("quick", "full", "m7", LEGACY)
"""The suites that there are."""

_THIRTY = tuple(range(3001, 3031))
"""Seeds that nothing in this package was tuned on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Everything that a table is made of; every combination is run.

    Parameters
    ----------
    name
        How it is chosen.
    rules
        Name of the rule set.
    maps, tiers, demands, controllers, seeds
        What is combined. Of the maps, the names (`signals.bench.sites`); of the demands, how many travel for each one
        of the map; of the controllers, names, ``module:Class`` or policies (`signals.entrants`).
    scored_s
        How much time is scored; 0 = each map's own (an hour for all that come with a suite).
    warmup_s
        Length of the warm-up; `None` = the rule set's.

    Raises
    ------
    InputError
        When something is not there, is there twice or makes no sense.
    """

    name: str
    rules: str
    maps: tuple[str, ...]
    tiers: tuple[str, ...]
    demands: tuple[float, ...]
    controllers: tuple[str, ...]
    seeds: tuple[int, ...]
    scored_s: float = 0.0
    warmup_s: float | None = None

    def __post_init__(self) -> None:
        rule_set(self.rules)
        for name in self.maps:
            site(name)
        for name in self.tiers:
            tier(name)
        for what in ("maps", "tiers", "demands", "controllers", "seeds"):
            values = getattr(self, what)
            if not values:
                raise InputError(f"suite {self.name}: there are no {what}")
            if len(set(values)) < len(values):
                raise InputError(f"suite {self.name}: one of the {what} is named twice")
        if not all(isfinite(demand) and demand > 0 for demand in self.demands):
            raise InputError(f"suite {self.name}: a demand must be a number > 0, got {self.demands}")

    @property
    def runs(self) -> int:
        """How many runs it has."""
        return prod(map(len, (self.maps, self.tiers, self.demands, self.controllers, self.seeds)))


def suite(name: str) -> Suite:
    """Return a suite by its name. Raises `UnknownNameError`."""
    everybody = tuple(plugins.BUILT_IN["controllers"])
    match name:
        case "quick":
            return Suite(
                name=name, rules="M", maps=("cologne1", "ingolstadt1", "braunschweig"), tiers=("A", "C"),
                demands=(1.0,), controllers=("net", "max_pressure", "rolling_horizon"), seeds=(1, 2, 3),
                scored_s=600.0, warmup_s=300.0,
            )  # fmt: skip
        case "full":
            return Suite(
                name=name, rules="M", maps=(*RESCO, *shipped_sites()), tiers=("A", "B", "C"),
                demands=(0.6, 1.0, 1.2), controllers=everybody, seeds=_THIRTY,
            )  # fmt: skip
        case "m7":
            return Suite(
                name=name, rules="M7", maps=RESCO, tiers=("A",), demands=(1.0,), controllers=everybody, seeds=_THIRTY
            )
        case str() if name == LEGACY:
            return Suite(
                name=name, rules="L", maps=RESCO, tiers=("A",), demands=(1.0,), controllers=tuple(LEGACY_LINEUP),
                seeds=_THIRTY,
            )  # fmt: skip
        case _:
            raise UnknownNameError("suite", name, SUITES)


def lineup_of(name: str) -> Lineup:
    """Return the controllers of a suite that have settings."""
    return LEGACY_LINEUP if name == LEGACY else NOBODY


def cut(
    whole: Suite,
    *,
    maps: Sequence[str] = (),
    tiers: Sequence[str] = (),
    demands: Sequence[float] = (),
    controllers: Sequence[str] = (),
    seeds: Sequence[int] = (),
) -> Suite:
    """Return a suite with other maps, tiers, demands, controllers or seeds, where they are given.

    Raises
    ------
    InputError
        When one of them is not there or makes no sense.
    """
    return replace(
        whole,
        maps=tuple(maps) or whole.maps,
        tiers=tuple(tiers) or whole.tiers,
        demands=tuple(demands) or whole.demands,
        controllers=tuple(controllers) or whole.controllers,
        seeds=tuple(seeds) or whole.seeds,
    )
