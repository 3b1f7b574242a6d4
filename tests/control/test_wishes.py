from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.control.wishes import NO_STAGE, Wishes
from signals.model.crossroads import crossroads
from signals.model.network import Network
from tests.model.generated import networks


@settings(deadline=None, max_examples=60)
@given(networks(), st.randoms(use_true_random=False))
def test_a_stage_wants_its_groups_and_no_others(network: Network, random: st.DataObject) -> None:
    chosen = [random.randint(NO_STAGE, len(place.stages) - 1) for place in network.intersections]  # type: ignore[attr-defined]
    decision = Wishes(network).of_stages(np.array(chosen, np.int32))
    wanted = [
        s != NO_STAGE and g in place.stages[s].groups
        for place, s in zip(network.intersections, chosen, strict=True)
        for g in range(len(place.groups))
    ]
    assert decision.want.tolist() == wanted
    assert decision.stage.tolist() == chosen


def test_people_on_foot_are_wanted_on_call() -> None:
    wishes = Wishes(crossroads())
    called = np.zeros(12, np.bool_)
    called[[8, 9]] = True
    decision = wishes.of_stages(np.array([0], np.int32), called)
    assert np.flatnonzero(decision.want).tolist() == [0, 4, 9]  # 8 calls but is not in the stage, 11 is but does not


def test_groups_may_be_chosen_freely() -> None:
    want = np.array([True, False] * 6)
    decision = Wishes(crossroads()).of_groups(want)
    assert decision.want.tolist() == want.tolist()
    assert decision.stage.tolist() == [NO_STAGE]


@pytest.mark.parametrize("kind", [np.int32, np.int64])
def test_types_are_those_of_the_contract(kind: type) -> None:
    decision = Wishes(crossroads()).of_stages(np.array([1], kind))
    assert decision.want.dtype == np.bool_
    assert decision.stage.dtype == np.int32
