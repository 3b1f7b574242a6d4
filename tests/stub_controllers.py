"""Controllers for tests of everything around them; named on the command line as ``tests.stub_controllers:Class``."""

from __future__ import annotations

import os
import signal

import numpy as np

from signals.errors import WorldLostError
from signals.model.network import Network
from signals.model.values import Decision, Event, Snapshot


class Nothing:
    """Wants nothing."""

    def __init__(self, network: Network, *, patience_s: float = 0.0) -> None:
        self.network, self.patience_s = network, patience_s

    def decide(self, snapshot: Snapshot) -> Decision:
        groups, places = len(self.network.arrays.group_user), len(self.network.intersections)
        return Decision(np.zeros(groups, np.bool_), np.full(places, -1, np.int32))


class Raises(Nothing):
    """Fails half-way."""

    def decide(self, snapshot: Snapshot) -> Decision:
        if snapshot.time_s >= 30:
            raise RuntimeError("too hard")
        return super().decide(snapshot)


class Interrupts(Nothing):
    """Is there when somebody presses Ctrl-C."""

    def decide(self, snapshot: Snapshot) -> Decision:
        if snapshot.time_s >= 30:
            os.kill(os.getpid(), signal.SIGINT)
        return super().decide(snapshot)


class Dies(Nothing):
    """Takes its process with it."""

    def decide(self, snapshot: Snapshot) -> Decision:
        os.kill(os.getpid(), signal.SIGKILL)
        return super().decide(snapshot)


class Unmade(Nothing):
    """Has settings that it does not like."""

    def __init__(self, network: Network, needed: int) -> None:
        super().__init__(network)
        self.needed = needed


class Mute:
    """Is no controller."""

    def __init__(self, network: Network) -> None:
        self.network = network


class LosesTheWorld(Nothing):
    """Loses the world while it is made."""

    def __init__(self, network: Network) -> None:
        super().__init__(network)
        raise WorldLostError("the world is gone")


class Tardy(Nothing):
    """Says once that it had no time."""

    def __init__(self, network: Network) -> None:
        super().__init__(network)
        self._events = [Event(0.0, 0, "plan-late", "no time")]

    def take_events(self) -> tuple[Event, ...]:
        taken = tuple(self._events)
        self._events.clear()
        return taken
