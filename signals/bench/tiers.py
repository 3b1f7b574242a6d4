"""What a controller is told, and what is broken: the sensing tiers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from signals.errors import UnknownNameError
from signals.sensing.faults import Faults

__all__ = ["CLOSED", "SHOCKED", "SIGHT_M", "TIERS", "Tier", "tier"]

SIGHT_M = 200.0
"""How far from the stop line vehicles are seen at tier A (as in RESCO)."""

SHOCKED = (1 / 3, 1 / 2)
"""From which to which share of the scored time more people travel, where a tier has them."""

CLOSED = (1 / 2, 2 / 3)
"""From which to which share of the scored time a lane is closed, where a tier closes one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A sensing tier.

    Parameters
    ----------
    name
        How it is chosen.
    text
        What people read.
    sensing
        The level of sensing of the scenario.
    faults
        What is broken between the road and the estimator. Which detectors, and in which tick, is drawn from the seed
        of the run, so that every controller meets the same.
    closes
        Whether one lane is closed during `CLOSED` of the scored time; which one is drawn, too.
    shock
        How many travel for each one who does otherwise, during `SHOCKED` of the scored time.
    """

    name: str
    text: str
    sensing: Literal["full", "detectors"]
    faults: Faults = field(default_factory=Faults)
    closes: bool = False
    shock: float = 1.0

    @property
    def distorted(self) -> bool:
        """Whether anything is broken."""
        return self.faults != Faults()


TIERS: Mapping[str, Tier] = MappingProxyType(
    {
        "A": Tier(name="A", text=f"every vehicle within {SIGHT_M:.0f} m, exactly", sensing="full"),
        "B": Tier(name="B", text="induction loops only, all of them healthy", sensing="detectors"),
        "C": Tier(
            name="C",
            text=(
                "loops with faults: 5 % dead, 3 % stuck on, 2 % stuck off, 10 % miscount one vehicle in ten, 10 % are "
                "2 s late, 1 % of all reports are lost; one lane closed, and half as much traffic again, for a sixth "
                "of the scored time each"
            ),
            sensing="detectors",
            faults=Faults(
                dead=0.05, stuck_on=0.03, stuck_off=0.02, noisy=0.1, noise=0.1, late=0.1, late_s=2.0, lost=0.01
            ),
            closes=True,
            shock=1.5,
        ),
    }
)
"""The tiers that there are: exact, loops, broken loops."""


def tier(name: str) -> Tier:
    """Return a tier by its name. Raises `UnknownNameError`."""
    if name not in TIERS:
        raise UnknownNameError("tier", name, TIERS)
    return TIERS[name]
