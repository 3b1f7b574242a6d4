"""What an agent may do, and what is wished for it in the ticks that follow.

A form of action says for every intersection what the actions are (`Space`), which of them are open now, and when the
next one is due; it turns the last one into the stage to be asked for, tick by tick. People on foot get their green on
call within a stage, as with every controller of this package. Whatever is asked for passes the guard.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np
from gymnasium import Space
from gymnasium.spaces import Discrete

from signals.model.network import Network
from signals.model.values import BoolArray, ByteArray

__all__ = ["Action", "KeepSwitch", "NextStage", "Steering", "Tick"]


class Tick(NamedTuple):
    """What a steering is told each tick.

    Attributes
    ----------
    time_ds
        The time.
    stage
        The stage that was asked for last.
    shown
        Whether all that is wanted of it is green.
    """

    time_ds: int
    stage: int
    shown: bool


class Steering(Protocol):
    """The hands of one agent at one intersection, for one episode."""

    def mask(self, tick: Tick, open_stages: BoolArray) -> Any:
        """Say which actions are open.

        Parameters
        ----------
        tick
            Now.
        open_stages
            bool [S] the stages that the guard would not refuse; one is open at least.

        Returns
        -------
        Any
            A mask as `gymnasium.Space.sample` takes it, at least one action open; None where a mask makes no sense.
        """
        ...

    def take(self, action: Any, tick: Tick) -> None:
        """Take an action, which is in the space."""
        ...

    def stage(self, tick: Tick) -> int:
        """Return the stage to ask for now."""
        ...

    def due(self, tick: Tick) -> bool:
        """Whether the next action is wanted; asked once every tick, before anything else."""
        ...


class Action(Protocol):
    """A form of action."""

    def space(self, network: Network, intersection: int) -> Space[Any]:
        """Say what the actions of an intersection are."""
        ...

    def steering(self, network: Network, intersection: int, decision_ds: int) -> Steering:
        """Begin an episode at an intersection, with an action every `decision_ds` where the form has no other rule."""
        ...


class NextStage:
    """The stage to be asked for: ``Discrete(S)``, action k is stage k of the intersection, in any order.

    Asking for the stage that runs keeps it. An action is due every `decision_s`. A stage is open when the guard would
    not refuse it (`signals.safety.rehearsal`): it will be shown as soon as minimum green and intergreens are over.
    """

    def space(self, network: Network, intersection: int) -> Discrete:
        """Return ``Discrete(S)``."""
        return Discrete(len(network.intersections[intersection].stages))

    def steering(self, network: Network, intersection: int, decision_ds: int) -> Steering:  # noqa: ARG002  of the protocol
        """Begin an episode."""
        return _Choice(decision_ds)


class KeepSwitch:
    """Keep the running stage (0) or go on to the next one in order (1): ``Discrete(2)``.

    An action is due every `decision_s`. Either is open when the guard would not refuse the stage that it means.
    """

    def space(self, network: Network, intersection: int) -> Discrete:  # noqa: ARG002  of the protocol
        """Return ``Discrete(2)``."""
        return Discrete(2)

    def steering(self, network: Network, intersection: int, decision_ds: int) -> Steering:
        """Begin an episode."""
        return _Order(len(network.intersections[intersection].stages), decision_ds)


class _Choice:
    """A stage, and how long it is asked for at least."""

    def __init__(self, decision_ds: int) -> None:
        self._decision_ds = decision_ds
        self._stage, self._taken_ds = 0, -decision_ds

    def mask(self, tick: Tick, open_stages: BoolArray) -> ByteArray | None:  # noqa: ARG002  of the protocol
        return open_stages.astype(np.int8)

    def take(self, action: Any, tick: Tick) -> None:
        self._stage, self._taken_ds = int(action), tick.time_ds

    def stage(self, tick: Tick) -> int:  # noqa: ARG002  of the protocol
        return self._stage

    def due(self, tick: Tick) -> bool:
        return tick.time_ds - self._taken_ds >= self._decision_ds


class _Order(_Choice):
    """Stages in order."""

    def __init__(self, stages: int, decision_ds: int) -> None:
        super().__init__(decision_ds)
        self._stages = stages

    def mask(self, tick: Tick, open_stages: BoolArray) -> ByteArray | None:
        keep, switch = open_stages[tick.stage], open_stages[(tick.stage + 1) % self._stages]
        return np.array([keep or not switch, switch], np.int8)

    def take(self, action: Any, tick: Tick) -> None:
        super().take((tick.stage + int(action)) % self._stages, tick)
