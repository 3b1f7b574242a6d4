"""The whole program on one page: read, believe, wish, permit, show, remember."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from signals.model.roles import Estimator, World
from signals.model.values import BoolArray, Decision, Event, Readings, Snapshot, Verdict

__all__ = ["Judge", "Mind", "Witness", "run"]


class Mind(Protocol):
    """A controller in its safe seat (`signals.safety.fallback.Fallback`): it always answers."""

    def decide(self, snapshot: Snapshot) -> Decision:
        """Say what is wanted, whatever happens to the controller inside."""
        ...

    def take_events(self) -> tuple[Event, ...]:
        """Return what happened since the last call, and forget it."""
        ...


class Judge(Protocol):
    """The last word (`signals.safety.guard.Guard`)."""

    def permit(self, decision: Decision, readings: Readings, demand: BoolArray) -> Verdict:
        """Turn a wish into what is allowed."""
        ...


class Witness(Protocol):
    """Whoever keeps what happened (`signals.record.recorder.Recorder`)."""

    def note(self, snapshot: Snapshot, decision: Decision, verdict: Verdict, events: tuple[Event, ...]) -> None:
        """Keep one tick."""
        ...


def run(
    world: World,
    estimator: Estimator,
    mind: Mind,
    judge: Judge,
    witness: Witness,
    on_tick: Callable[[float], None] | None = None,
) -> None:
    """Run a world to its end.

    Parameters
    ----------
    world
        Where time passes; it is entered here and left however the run ends.
    estimator, mind, judge, witness
        The parts that see every tick.
    on_tick
        Called after each tick with the share of the run that is done, 0 to 1.

    Raises
    ------
    WorldError
        When the world dies or does not answer; what was noted until then is kept.
    """
    with world:
        while not world.finished:
            readings = world.read()
            snapshot = estimator.update(readings)
            decision = mind.decide(snapshot)
            verdict = judge.permit(decision, readings, snapshot.demand)
            witness.note(snapshot, decision, verdict, mind.take_events())
            world.write(verdict.command)
            if on_tick is not None:
                on_tick(world.progress)
