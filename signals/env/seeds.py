"""Which seed the world of an episode has."""

from __future__ import annotations

import numpy as np

__all__ = ["world_seed"]


def world_seed(rng: np.random.Generator, given: int | None) -> int:
    """Return the seed of a world: the one that was given, or the next one that chance gives.

    Parameters
    ----------
    rng
        Where chance comes from.
    given
        The seed that the user gave for this episode, if any.
    """
    return int(rng.integers(2**31)) if given is None else given
