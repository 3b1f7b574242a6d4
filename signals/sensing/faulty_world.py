"""A world whose reports are broken on the way; what happens in it is true."""

from __future__ import annotations

from typing import Self

from signals.model.roles import World
from signals.model.trips import Incidents, Trips
from signals.model.values import Command, Readings
from signals.sensing.faults import Distortion, Faults

__all__ = ["FaultyWorld"]


class FaultyWorld:
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
        self.network, self.tick_ds = world.network, world.tick_ds
        self._world, self._faults, self._seed = world, faults, seed
        self._distortion = self._begun()

    def __enter__(self) -> Self:
        """Enter the world."""
        self._distortion = self._begun()
        self._world.__enter__()
        return self

    def __exit__(self, *reason: object) -> None:
        """Leave the world."""
        self._world.__exit__(*reason)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the world says about its inputs."""
        return tuple(getattr(self._world, "notes", ()))

    @property
    def finished(self) -> bool:
        """Whether the world's time is over."""
        return self._world.finished

    @property
    def progress(self) -> float:
        """How much of its time has passed, 0 to 1."""
        return self._world.progress

    def read(self) -> Readings:
        """Report what arrives of what the world reports. Raises `WorldError`."""
        return self._distortion.distort(self._world.read())

    def write(self, command: Command) -> None:
        """Show what is commanded and let one tick pass. Raises `WorldError`."""
        self._world.write(command)

    def outcome(self) -> tuple[Trips, Incidents]:
        """Account for every scheduled traveller, truly."""
        return self._world.outcome()

    def _begun(self) -> Distortion:
        return Distortion(self.network, self._faults, self._seed, self.tick_ds)
