"""A world around another one: what happens in it is the other's, and what is seen of it may be different."""

from __future__ import annotations

from typing import Self

from signals.model.roles import World
from signals.model.trips import Incidents, Trips
from signals.model.values import Command, Readings

__all__ = ["OuterWorld"]


class OuterWorld:
    """Another world, passed on as it is (see `signals.model.roles.World`); made to be derived from.

    Parameters
    ----------
    world
        The world inside; entered and left with this one.

    Attributes
    ----------
    network, tick_ds
        The world's.
    """

    def __init__(self, world: World) -> None:
        self.network, self.tick_ds = world.network, world.tick_ds
        self._world = world

    def __enter__(self) -> Self:
        """Enter the world."""
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
        """Report what the world reports. Raises `WorldError`."""
        return self._world.read()

    def write(self, command: Command) -> None:
        """Show what is commanded and let one tick pass. Raises `WorldError`."""
        self._world.write(command)

    def outcome(self) -> tuple[Trips, Incidents]:
        """Account for every scheduled traveller, truly."""
        return self._world.outcome()
