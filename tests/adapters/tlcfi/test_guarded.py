"""What the guard permits, a virtual TLC shows, tick by tick, and what it shows is what the guard expects to read back."""

from __future__ import annotations

import numpy as np
import pytest

from signals.model.cabinets import Mode
from signals.model.crossroads import crossroads
from signals.model.values import Aspect, Decision, Readings
from signals.safety.guard import Guard
from tests.adapters.tlcfi.pairs import Pair
from tests.adapters.tlcfi.places import asked, crossing

SITE = crossing()
COUNT = len(SITE.groups)


@pytest.mark.parametrize("before", [1, 22, 31, 45])
def test_the_guard_and_a_tlc_agree_in_every_tick(before: int) -> None:
    """Control is taken over after some ticks of the TLC's own program, whatever it shows then."""
    guard = Guard(crossroads(), cold_start="street", max_lag_ticks=1)
    rng, pair, stages = np.random.default_rng(5), Pair(SITE).start(), SITE.intersection.stages
    for _ in range(before):
        pair.tick()
    pair.take()
    nothing, permitted, seen = np.zeros(0, np.float32), None, set()
    for tick in range(120):
        pair.tick()
        assert pair.app.mode is Mode.OURS
        shown = pair.app.board.aspects(pair.now_s)
        if permitted is not None:
            assert shown.tolist() == permitted.tolist()
        if tick % 17 == 0:
            stage = int(rng.integers(len(stages)))
        want = np.isin(np.arange(COUNT), stages[stage].groups)
        readings = Readings(
            float(tick), shown, np.zeros(COUNT, np.bool_), nothing.astype(np.int32), nothing, nothing,
            nothing.astype(np.int64), pair.entered, pair.occupied,
        )  # fmt: skip
        verdict = guard.permit(Decision(want, np.array([stage], np.int32)), readings, want)
        assert verdict.violations == ()
        permitted = verdict.command.aspect.copy()
        seen |= set(permitted.tolist())
        pair.carry(pair.app.ask(asked(SITE, permitted, 10, 20), pair.now_s))
        assert pair.firmware.illegal == ()
    assert {Aspect.RED, Aspect.GREEN, Aspect.AMBER, Aspect.CLEARANCE} <= seen
    assert pair.app.alarms(pair.now_s) == ()
