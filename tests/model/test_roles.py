from __future__ import annotations

from signals.model import roles
from signals.model.values import Decision, Snapshot


class Mine:
    def decide(self, snapshot: Snapshot) -> Decision:
        raise NotImplementedError


def test_whoever_has_the_methods_may_play() -> None:
    assert isinstance(Mine(), roles.Controller)
    assert not isinstance(Mine(), roles.Estimator)
    assert not isinstance(object(), roles.Controller)
