"""A world whose reports are broken on the way; what happens in it is true."""

from __future__ import annotations

from typing import Self

from signals.model.outer_world import OuterWorld
from signals.model.roles import World
from signals.model.values import Readings
from signals.sensing.faults import Distortion, Faults

__all__ = ["FaultyWorld"]


class FaultyWorld(OuterWorld):
    """Another world seen through faults (see `signals.model.roles.World`).

    Parameters
    ----------
    world
        The world; entered and left with this one.
    faults
        What is broken.
    seed
        Of all chance in the faults; every time the world is entered they begin anew.

    Attributes
    ----------
    network, tick_ds
        The world's.
    """

    def __init__(self, world: World, faults: Faults, seed: int = 0) -> None:
        super().__init__(world)
        self._faults, self._seed = faults, seed
        self._distortion = self._begun()

    def __enter__(self) -> Self:
        """Enter the world."""
        self._distortion = self._begun()
        return super().__enter__()

    def read(self) -> Readings:
        """Report what arrives of what the world reports. Raises `WorldError`."""
        return self._distortion.distort(super().read())

    def _begun(self) -> Distortion:
        return Distortion(self.network, self._faults, self._seed, self.tick_ds)
