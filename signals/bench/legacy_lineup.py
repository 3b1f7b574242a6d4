"""Who takes part in the suite ``legacy``: on RESCO's grid of decisions, and beside it.

A name that ends in ``_grid`` decides every 10 s (arterial4x4: 5 s); the others decide every second, which RESCO's own
controllers may not, and are no match for what it published.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from signals.bench.lineup import Chosen, Lineup

__all__ = ["LEGACY_LINEUP"]

_FIVE: Mapping[str, object] = {"arterial4x4": {"decision_s": 5, "amber_s": 2.0}}

LEGACY_LINEUP: Lineup = MappingProxyType(
    {
        "net": Chosen(controller="net"),
        "resco_greedy_grid": Chosen(controller="signals.control.resco_rules:RescoGreedy", maps=_FIVE),
        "resco_max_pressure_grid": Chosen(controller="signals.control.resco_rules:RescoMaxPressure", maps=_FIVE),
        "rolling_horizon_grid": Chosen(controller="signals.control.horizon_on_grid:HorizonOnGrid", maps=_FIVE),
        "rolling_horizon": Chosen(controller="rolling_horizon"),
    }
)
"""Name in tables → controller with settings."""
