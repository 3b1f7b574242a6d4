"""Whether the controller has answered in this tick, and what: a drive holds on to nothing that was not just decided."""

from __future__ import annotations

import numpy as np

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

    Attributes
    ----------
    answered
        Whether it has answered since `forget`.
    settling
        bool [nG] groups of cabinets that were just taken over: what is green there stays so, whatever is wanted. None =
        there are none.
    """

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._want: BoolArray | None = None
        self.answered = False
        self.settling: BoolArray | None = None

    def forget(self) -> None:
        """Begin a tick."""
        self.answered = False

    @property
    def want(self) -> BoolArray | None:
        """What it wanted in this tick, bool [nG], valid until the next; None where it has not answered."""
        return self._want if self.answered else None

    def decide(self, snapshot: Snapshot) -> Decision:
        """Say what the controller wants; raises what it raises."""
        decision = self._controller.decide(snapshot)
        if self.settling is not None:
            held = np.where(self.settling, snapshot.aspect == Aspect.GREEN, decision.want)
            decision = Decision(held, decision.stage)
        self._want, self.answered = decision.want, True
        return decision
