"""Whether the controller has answered in this tick, and what: a drive holds on to nothing that was not just decided."""

from __future__ import annotations

import numpy as np

from signals.drive.foresight import Ends, Foresight
from signals.model.roles import Controller
from signals.model.values import Aspect, BoolArray, Decision, Snapshot

__all__ = ["Attentive"]


class Attentive:
    """Asks a controller, and remembers whether it has answered.

    Stands between `signals.safety.fallback.Fallback` and whoever decides (a `signals.safety.punctual.Punctual`).

    Parameters
    ----------
    controller
        Who is asked.
    foresight
        Who knows when signals will change; None = nobody does.

    Attributes
    ----------
    answered
        Whether it has answered since `forget`.
    settling
        bool [nG] groups of cabinets that were just taken over: what is green there stays so, whatever is wanted. None =
        there are none.
    """

    def __init__(self, controller: Controller, foresight: Foresight | None = None) -> None:
        self._controller, self._foresight = controller, foresight
        self._want: BoolArray | None = None
        self._ends: Ends | None = None
        self.answered = False
        self.settling: BoolArray | None = None

    def forget(self) -> None:
        """Begin a tick."""
        self.answered, self._ends = False, None

    @property
    def want(self) -> BoolArray | None:
        """What it wanted in this tick, bool [nG], valid until the next; None where it has not answered."""
        return self._want if self.answered else None

    @property
    def ends(self) -> Ends | None:
        """When signals will change after what the guard has permitted in this tick; None where nobody knows."""
        if self._ends is None and self._foresight is not None and self._want is not None:
            believed = np.full(len(self._want), self.answered)
            if self.settling is not None:
                believed &= ~self.settling
            self._ends = self._foresight.ends(believed)
        return self._ends

    def decide(self, snapshot: Snapshot) -> Decision:
        """Say what the controller wants; raises what it raises."""
        decision = self._controller.decide(snapshot)
        if self.settling is not None:
            held = np.where(self.settling, snapshot.aspect == Aspect.GREEN, decision.want)
            decision = Decision(held, decision.stage)
        self._want, self.answered = decision.want, True
        return decision
