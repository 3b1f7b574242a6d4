"""Cycles, offsets and bands of the plans in a virtual site, as commands change them."""

from __future__ import annotations

from dataclasses import dataclass

from signals.adapters.rsmp.bands import Bands
from signals.model.cabinets import PlanRequest
from signals.model.intersections import Plan

__all__ = ["PlanTables", "Times"]


@dataclass(frozen=True, slots=True)
class Times:
    """The times of a plan: cycle and offset in seconds, and the extension of each band."""

    cycle_s: int
    offset_s: int
    extensions: dict[int, int]


class PlanTables:
    """The times of every plan, as built and as commanded.

    A cycle, an offset and bands come one after another; a plan takes them over together, once they fit one another.

    Parameters
    ----------
    plans
        The plans, 1 the first.
    bands
        How the bands of each lie.

    Attributes
    ----------
    now
        The times of each plan by its number, as they stand.
    """

    def __init__(self, plans: tuple[Plan, ...], bands: tuple[Bands, ...]) -> None:
        self._bands = dict(enumerate(bands, 1))
        self._built = {number: _built(plan, self._bands[number]) for number, plan in enumerate(plans, 1)}
        self.now = dict(self._built)

    def __contains__(self, plan: int) -> bool:
        return plan in self.now

    def restore(self) -> None:
        """Return to the times as built."""
        self.now = dict(self._built)

    @property
    def changed(self) -> bool:
        """Whether anything is not as built."""
        return self.now != self._built

    def request(self, plan: int) -> PlanRequest | None:
        """Return the times of a plan as one request; None where cycle and bands do not fit one another."""
        times = self.now[plan]
        green_s = self._bands[plan].lengths(times.extensions)
        if sum(green_s) != times.cycle_s:
            return None
        return PlanRequest(plan, times.cycle_s, times.offset_s, green_s)

    def cycles(self) -> str:
        """Return the cycles as S0028 tells them."""
        return ",".join(f"{plan}-{times.cycle_s}" for plan, times in self.now.items())

    def offsets(self) -> str:
        """Return the offsets as S0024 tells them."""
        return ",".join(f"{plan}-{times.offset_s}" for plan, times in self.now.items())

    def bands(self) -> str:
        """Return the bands as S0023 tells them."""
        rows = [(plan, band, more) for plan, times in self.now.items() for band, more in times.extensions.items()]
        return ",".join(f"{plan}-{band}-{more}" for plan, band, more in rows)


def _built(plan: Plan, bands: Bands) -> Times:
    lengths_s = [max(1, round(step.duration_ds / 10)) for step in plan.steps]
    extensions = bands.extensions(lengths_s) or dict.fromkeys(range(1, len(bands.step_of) + 1), 0)
    cycle_s = sum(lengths_s)
    # The plan begins at its offset; the standard counts where the cycle stands when the clock is at 0.
    return Times(cycle_s, round(-plan.offset_ds / 10) % cycle_s, extensions)
