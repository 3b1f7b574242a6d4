"""The roles in the loop, as protocols: whoever has these methods may play."""

from __future__ import annotations

from typing import Protocol, Self, runtime_checkable

from signals.model.network import Network
from signals.model.trips import Incidents, Trips
from signals.model.values import Command, Decision, Readings, Snapshot

__all__ = ["Controller", "Estimator", "World"]


@runtime_checkable
class Controller(Protocol):
    """Decides what is wanted.

    A controller is built as ``Class(network, **settings)``. Everything slow (compiling, pre-computing) belongs into
    the constructor: `decide` is called once a tick and has a deadline. What it wants need not be safe; the guard
    makes it so.

    One that explains itself has a method ``take_comparisons() -> tuple[Comparison, ...]``, too: what it weighed at the
    changes since the last call. Where a record is kept it is called once before the first decision and once a tick
    from then on; who is never asked need not weigh for the record. It must not raise. Nor must ``take_events() ->
    tuple[Event, ...]``, called once a tick, of one to whom things happen, such as being too slow. One that knows when
    signals will probably change has a method `signals.model.predictions.Predicts.predict`.
    """

    def decide(self, snapshot: Snapshot) -> Decision:
        """Say which groups are wanted green from now on."""
        ...


@runtime_checkable
class Estimator(Protocol):
    """Turns what was reported into what we believe."""

    def update(self, readings: Readings) -> Snapshot:
        """Take one tick of readings; the snapshot is valid until the next call."""
        ...


@runtime_checkable
class World(Protocol):
    """Where time passes: a simulator or street controllers. Used as a context manager.

    Attributes
    ----------
    network
        What it is a world of.
    tick_ds
        Length of a tick in tenths of a second.
    """

    network: Network
    tick_ds: int

    def __enter__(self) -> Self:
        """Start it; the first `read` follows."""
        ...

    def __exit__(self, *_: object) -> None:
        """End it and leave nothing running; safe to call twice."""
        ...

    @property
    def finished(self) -> bool:
        """Whether its time is over."""
        ...

    @property
    def progress(self) -> float:
        """How much of its time has passed, 0 to 1."""
        ...

    def read(self) -> Readings:
        """Report what was seen since the last tick. Raises `WorldError`."""
        ...

    def write(self, command: Command) -> None:
        """Show what is commanded and let one tick pass. Raises `WorldError`."""
        ...

    def outcome(self) -> tuple[Trips, Incidents]:
        """Account for every scheduled traveller; called once, after the world has been left."""
        ...
