"""An answer counts for the tick in which it was given, and for no other."""

from __future__ import annotations

import numpy as np
import pytest

from signals.drive.attention import Attentive
from signals.model.crossroads import crossroads
from signals.model.values import Aspect, Decision, Snapshot
from signals.testing import random_snapshot

SNAPSHOT = random_snapshot(crossroads(), np.random.default_rng(1), 0.0)


class Moody:
    def __init__(self) -> None:
        self.error: Exception | None = None

    def decide(self, snapshot: Snapshot) -> Decision:
        if self.error is not None:
            raise self.error
        return Decision(np.ones(len(snapshot.aspect), np.bool_), np.zeros(1, np.int32))


def test_it_has_answered_until_the_next_tick() -> None:
    asked = Attentive(Moody())
    assert not asked.answered
    assert asked.want is None
    asked.decide(SNAPSHOT)
    assert asked.answered
    assert asked.want is not None
    assert asked.want.all()
    asked.forget()
    assert asked.want is None


def test_whoever_raises_has_not_answered() -> None:
    moody = Moody()
    asked = Attentive(moody)
    asked.decide(SNAPSHOT)
    asked.forget()
    moody.error = ValueError("no")
    with pytest.raises(ValueError, match="no"):
        asked.decide(SNAPSHOT)
    assert not asked.answered


def test_where_a_cabinet_was_just_taken_over_what_is_green_stays_green() -> None:
    asked = Attentive(Moody())
    asked.settling = np.arange(len(SNAPSHOT.aspect)) < 4
    shown = np.zeros(len(SNAPSHOT.aspect), np.int8)
    shown[1] = Aspect.GREEN
    found = asked.decide(SNAPSHOT._replace(aspect=shown)).want
    assert found[:4].tolist() == [False, True, False, False]
    assert found[4:].all()
    asked.settling = None
    assert asked.decide(SNAPSHOT).want.all()


class Seen:
    """Stands for a foresight, and remembers whom it was to believe."""

    def __init__(self) -> None:
        self.believed: list[list[bool]] = []

    def ends(self, believed: np.ndarray) -> str:
        self.believed.append(believed.tolist())
        return f"ends {len(self.believed)}"


def test_when_signals_will_change_is_asked_once_a_tick() -> None:
    seen = Seen()
    asked = Attentive(Moody(), seen)  # type: ignore[arg-type]
    assert asked.ends is None  # nothing was wanted yet, so that nothing is permitted
    asked.decide(SNAPSHOT)
    assert asked.ends == asked.ends == "ends 1"
    asked.forget()
    assert asked.ends == "ends 2"
    asked.settling = np.arange(len(SNAPSHOT.aspect)) < 4
    asked.forget()
    asked.decide(SNAPSHOT)
    assert asked.ends == "ends 3"
    groups = len(SNAPSHOT.aspect)
    assert seen.believed == [[True] * groups, [False] * groups, [False] * 4 + [True] * (groups - 4)]
    assert Attentive(Moody()).ends is None
