"""The richest way is taken, and nothing is asked for that the guard has not let through."""

from __future__ import annotations

import numpy as np
import pytest

from signals.drive.foresight import Ends
from signals.drive.translator import Wish, best_of, translate
from signals.model.cabinets import CabinetSite, Capability, GroupRequest, HoldRequest, StageRequest
from signals.model.crossroads import crossroads
from signals.model.values import Aspect

SITE = CabinetSite(crossroads(pedestrians=False).intersections[0])
COUNT = len(SITE.groups)
RED, RED_AMBER, GREEN, AMBER = Aspect.RED, Aspect.RED_AMBER, Aspect.GREEN, Aspect.AMBER


def wish_of(aspect: list[int], want: list[int], shown: list[int], stage: int = -1) -> Wish:
    return Wish(
        np.array(aspect, np.int8),
        np.array(want, np.bool_),
        np.array(shown, np.int8),
        np.array(want, np.bool_),
        stage,
    )


@pytest.mark.parametrize(
    ("can", "way"),
    [
        (Capability.GROUPS | Capability.HOLD_FORCE_OFF | Capability.STAGES, Capability.GROUPS),
        (Capability.HOLD_FORCE_OFF | Capability.STAGES | Capability.PLANS, Capability.HOLD_FORCE_OFF),
        (Capability.STAGES | Capability.PLANS, Capability.STAGES),
        (Capability.PLANS | Capability.STATUS, None),
    ],
)
def test_the_richest_way_is_taken(can: Capability, way: Capability | None) -> None:
    assert best_of(can) is way


def test_groups_are_told_what_is_permitted_and_when_it_may_change() -> None:
    wish = wish_of([GREEN, AMBER, RED, RED_AMBER], [1, 0, 0, 1], [GREEN, GREEN, RED, RED])
    request = translate(wish, Capability.GROUPS, SITE)
    assert isinstance(request, GroupRequest)
    assert request.aspect.tolist() == [GREEN, AMBER, RED, RED_AMBER]
    assert request.aspect is not wish.aspect
    assert request.min_end_ds.tolist() == request.likely_end_ds.tolist() == [-1] * 4
    assert request.max_end_ds is request.confidence is None
    ends = Ends(*(np.full(4, value, np.int32) for value in (30, 50, 90)), np.full(4, 70, np.int8))
    request = translate(wish._replace(ends=ends), Capability.GROUPS, SITE)
    assert isinstance(request, GroupRequest)
    assert request.max_end_ds is not None
    assert request.confidence is not None
    assert [column[0] for column in request[1:5]] == [30, 50, 90, 70]


def test_greens_are_held_until_the_guard_ends_them() -> None:
    # the first stays, the second has been ended, the third is wanted, the fourth is not, the fifth starts now
    aspect = [GREEN, AMBER, RED, RED, RED_AMBER]
    request = translate(
        wish_of(aspect, [0, 0, 1, 0, 1], [GREEN, GREEN, RED, RED, RED]), Capability.HOLD_FORCE_OFF, SITE
    )
    assert isinstance(request, HoldRequest)
    assert request.hold.tolist() == [True, False, False, False, False]
    assert request.force_off.tolist() == [False, True, False, False, False]
    assert request.call.tolist() == [False, False, True, False, True]
    assert request.omit.tolist() == [False, False, False, True, False]


@pytest.mark.parametrize("ends", [AMBER, Aspect.CLEARANCE])
def test_who_comes_back_at_once_is_called_when_his_red_has_been_seen(ends: Aspect) -> None:
    for shown, called in ((ends, False), (RED, True)):
        request = translate(wish_of([RED, GREEN], [1, 1], [shown, shown]), Capability.HOLD_FORCE_OFF, SITE)
        assert isinstance(request, HoldRequest)
        assert request.call.tolist() == [called] * 2
        assert request.omit.tolist() == [not called] * 2


def test_no_group_is_both_held_and_forced_off_or_called_and_omitted() -> None:
    rng = np.random.default_rng(1)
    for _ in range(500):
        wish = wish_of(*(rng.integers(0, high, 8).tolist() for high in (5, 2, 5)))
        request = translate(wish, Capability.HOLD_FORCE_OFF, SITE)
        assert isinstance(request, HoldRequest)
        assert (np.sum([*request], axis=0) == 1).all()
        assert not (request.hold & (wish.aspect != GREEN) & (wish.aspect != RED_AMBER)).any()


def test_a_stage_is_asked_for_by_its_number_or_found_by_its_groups() -> None:
    red = [RED] * COUNT
    assert translate(wish_of(red, [0] * COUNT, red, stage=1), Capability.STAGES, SITE) == StageRequest(1)
    groups = SITE.intersection.stages[0].groups
    want = [int(group in groups) for group in range(COUNT)]
    assert translate(wish_of(red, want, red), Capability.STAGES, SITE) == StageRequest(0)
    assert translate(wish_of(red, [0] * COUNT, red), Capability.STAGES, SITE) is None
