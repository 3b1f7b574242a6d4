"""Distributions of types and of routes: which of several a traveller takes."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from signals.adapters.sumo.attributes import refuse
from signals.adapters.sumo.safe_xml import Element

__all__ = ["Mix", "mix_of"]


class Mix(NamedTuple):
    """Names to choose from, and how probable each is together with all before it, not yet in proportion."""

    names: tuple[str, ...]
    upto: tuple[float, ...]

    def draw(self, stream: np.random.Generator) -> str:
        """Choose one."""
        return self.names[min(bisect(self.upto, stream.random() * self.upto[-1]), len(self.names) - 1)]


def mix_of(element: Element, inside: Sequence[str], weights: Mapping[str, float], key: str) -> Mix:
    """Read a distribution.

    Parameters
    ----------
    element
        The ``<…Distribution>``.
    inside
        The names of what is defined inside it.
    weights
        The probability that each name has of its own.
    key
        The attribute that names things defined elsewhere; ``probabilities`` goes with it.

    Raises
    ------
    FileError
        When it names something that does not exist, or its probabilities make no sense.
    """
    named = element.attributes.get(key, "").split()
    for name in named:
        if name not in weights:
            refuse(element, f'it names "{name}", which is not defined before it')
    given = element.attributes.get("probabilities", "").split()
    try:
        chances = [*(float(chance) for chance in given)] if given else [weights[name] for name in named]
    except ValueError:
        refuse(element, f'probabilities must be numbers, got "{element.attributes["probabilities"][:40]}"')
    chances += [weights[name] for name in inside]
    names = (*named, *inside)
    if len(chances) != len(names) or not all(chance >= 0 for chance in chances) or not 0 < sum(chances) < float("inf"):
        refuse(element, f"expected a probability >= 0 for each of its {len(names)} entries, and one of them > 0")
    return Mix(names, tuple(accumulate(chances)))
