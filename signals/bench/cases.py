"""One combination of a suite: a controller on a map, with a tier, a demand and a seed."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from signals.record.file_names import file_name

__all__ = ["Case", "Ground"]


class Ground(NamedTuple):
    """Where controllers meet: what all of them have in common.

    Attributes
    ----------
    rules, site, tier
        Names of the rule set, the map and the sensing tier.
    demand
        How many travel for each one of the map.
    """

    rules: str
    site: str
    tier: str
    demand: float

    @property
    def setting(self) -> tuple[str, str, float]:
        """Rule set, tier and demand: what a table is about, whatever the map."""
        return self.rules, self.tier, self.demand


class Case(NamedTuple):
    """A run of a suite.

    Attributes
    ----------
    ground
        Where.
    controller
        What it is called in tables.
    seed
        Of all chance in it.
    """

    ground: Ground
    controller: str
    seed: int

    def path(self, folder: Path) -> Path:
        """Return the file of its result in the folder of a suite."""
        rules, site, tier, demand = self.ground
        place = folder / "runs" / site / f"{rules}-{tier}-{demand:g}" / file_name(self.controller, "controller")
        return place / f"seed-{self.seed}.json"

    def __str__(self) -> str:
        """Say which, for people."""
        rules, site, tier, demand = self.ground
        return f"{site} {rules} {tier} x{demand:g}, {self.controller}"
