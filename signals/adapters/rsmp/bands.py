"""Greens of a plan as dynamic bands, and back.

A dynamic band of RSMP lengthens one place of a plan by 0 to 99 seconds; there are ten. So the plan in the controller
has every step at its shortest, and a band for each step: step k takes ``shortest_s[k]`` and the extension of its band.
Both ends make the same table from the same plan.

- A step of a plan has a band while there are ten; where it has more steps, the ten longest have one, in their order,
  and the others keep their length.
- The shortest length of a step with a band is its programmed minimum (`PlanStep.min_ds`), or else one second; where
  99 s more would not reach its length, as much as is missing. All are whole seconds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from signals.model.intersections import Plan, PlanStep

__all__ = ["BANDS", "Bands", "bands_of", "read_bands", "read_pairs"]

BANDS: Final = 10
EXTENSION_S: Final = 99


@dataclass(frozen=True, slots=True)
class Bands:
    """How the bands of a plan lie.

    Parameters
    ----------
    shortest_s
        The length of each step without its band.
    step_of
        For each band, from 1, the step that it lengthens.
    """

    shortest_s: tuple[int, ...]
    step_of: tuple[int, ...]

    def extensions(self, green_s: Sequence[int]) -> dict[int, int] | None:
        """Return the extension of each band that gives steps these lengths; None where none does.

        Parameters
        ----------
        green_s
            The length of each step in seconds.
        """
        if len(green_s) != len(self.shortest_s):
            return None
        more_s = [green - base for green, base in zip(green_s, self.shortest_s, strict=True)]
        if any(extra for step, extra in enumerate(more_s) if step not in self.step_of):
            return None
        found = {band: more_s[step] for band, step in enumerate(self.step_of, 1)}
        return found if all(0 <= extra <= EXTENSION_S for extra in found.values()) else None

    def lengths(self, extensions: dict[int, int]) -> tuple[int, ...]:
        """Return the length of each step in seconds under these extensions; bands that are not there add nothing."""
        more_s = dict.fromkeys(range(len(self.shortest_s)), 0)
        for band, step in enumerate(self.step_of, 1):
            more_s[step] = extensions.get(band, 0)
        return tuple(base + more_s[step] for step, base in enumerate(self.shortest_s))


def bands_of(plan: Plan) -> Bands:
    """Return how the bands of a plan lie.

    Parameters
    ----------
    plan
        The plan as it is in the controller.
    """
    longest = sorted(range(len(plan.steps)), key=lambda step: (-plan.steps[step].duration_ds, step))
    with_band = tuple(sorted(longest[:BANDS]))
    shortest_s = tuple(_shortest_s(step, banded=number in with_band) for number, step in enumerate(plan.steps))
    return Bands(shortest_s, with_band)


def _shortest_s(step: PlanStep, *, banded: bool) -> int:
    length_s = max(1, round(step.duration_ds / 10))
    if not banded:
        return length_s
    least_s = min(length_s, max(1, ceil(step.min_ds / 10)))
    return max(least_s, length_s - EXTENSION_S)


def read_bands(text: str) -> dict[int, int] | None:
    """Return the extension of each band in ``dd-ee,dd-ee``; None where it is none of that."""
    found = read_pairs(text)
    if found is None or not all(1 <= band <= BANDS and extra <= EXTENSION_S for band, extra in found.items()):
        return None
    return found


def read_pairs(text: str) -> dict[int, int] | None:
    """Return the numbers of ``a-b,c-d``; None where it is none of that, or a number comes twice."""
    if not re.fullmatch(r"\d{1,3}-\d{1,5}(,\d{1,3}-\d{1,5}){0,511}", text, re.ASCII):
        return {} if text == "" else None
    parts = [part.partition("-") for part in text.split(",")]
    found = {int(first): int(second) for first, _, second in parts}
    return found if len(found) == len(parts) else None
