"""Aspects become states of TLC-FI and come back, and only harmless ones can be asked for."""

from __future__ import annotations

import pytest

from signals.adapters.tlcfi.lamps import ASKED, aspect_of, clearance_states, states_of
from signals.adapters.tlcfi.objects import GroupState
from signals.model.intersections import SignalGroup
from signals.model.lanes import User
from signals.model.values import Aspect

PLAIN = SignalGroup("g", User.VEHICLE, (0, 1))
YIELDS = SignalGroup("g", User.VEHICLE, (0, 1), permissive_links=(1,))
WALK = SignalGroup("g", User.PEDESTRIAN, (0,), amber_ds=0, clearance_ds=60)


def test_a_group_that_yields_is_permissive() -> None:
    assert states_of(PLAIN, GroupState.RED) == (3, 4, 6, 8, 3)
    assert states_of(YIELDS, GroupState.RED) == (3, 4, 5, 7, 3)


@pytest.mark.parametrize("group", [PLAIN, YIELDS])
@pytest.mark.parametrize("aspect", [Aspect.RED, Aspect.RED_AMBER, Aspect.GREEN, Aspect.AMBER])
def test_aspects_come_back(group: SignalGroup, aspect: Aspect) -> None:
    assert aspect_of(states_of(group, GroupState.RED)[aspect], clears=False) is aspect


def test_a_clearance_is_red_or_flashing_green() -> None:
    names = clearance_states()
    assert names == {"red": 3, "flashing-green": 10}
    flashing = states_of(WALK, names["flashing-green"])[Aspect.CLEARANCE]
    assert aspect_of(flashing, clears=True) is Aspect.CLEARANCE
    assert aspect_of(flashing, clears=False) is Aspect.GREEN
    assert aspect_of(states_of(WALK, names["red"])[Aspect.CLEARANCE], clears=True) is Aspect.RED


def test_what_is_no_aspect_is_unknown() -> None:
    unknown = {state for state in GroupState if aspect_of(state, clears=True) is Aspect.UNKNOWN}
    assert unknown == {0, 1, 2, 9}


def test_only_what_is_harmless_can_be_asked_for() -> None:
    assert frozenset({3, 4, 5, 6, 7, 8, 10, 11}) == ASKED
    for group in (PLAIN, YIELDS, WALK):
        for clearance in clearance_states().values():
            assert set(states_of(group, clearance)) <= ASKED
