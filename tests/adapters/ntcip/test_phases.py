"""Groups are phases or their pedestrian services, there and back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.adapters.ntcip.phases import NO_LAMPS, NO_MASKS, Lamps, Masks, PhaseMap, Service, bits_of, numbers_of
from signals.errors import InputError
from signals.model.cabinets import CabinetSite, HoldRequest
from signals.model.intersections import Intersection
from signals.model.values import Aspect, BoolArray

from .street import holds, site

OWN = PhaseMap.of(site(), None)
SHARED = PhaseMap(
    (Service(2, people=False), Service(2, people=True), Service(9, people=True), Service(12, people=False))
)
BOOLS = st.lists(st.booleans(), min_size=4, max_size=4).map(lambda row: np.array(row, np.bool_))


def test_without_names_a_group_is_the_phase_of_its_number() -> None:
    assert [str(service) for service in OWN.services] == [*map(str, range(1, 9)), "9p", "10p", "11p", "12p"]
    assert OWN.phases == tuple(range(1, 13))
    assert OWN.octets == (1, 2)
    assert OWN.alone == bits_of([9, 10, 11, 12])


def test_names_say_which_phase_and_whose_service() -> None:
    names = ["2", "4", "6", "8", "1", "3", "5", "7", "6p", "2p", "5p", "255p"]
    map_ = PhaseMap.of(site(), names)
    assert [str(service) for service in map_.services] == names
    assert map_.octets == (1, 32)
    assert map_.alone == bits_of([255])


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["1"], "expected a list of 12 names"),
        ("123456789012", "expected a list of 12 names"),
        (7, "expected a list of 12 names"),
        (["1"] * 12, "a name is there twice"),
        ([*"12345678", "9p", "10p", "11p", "256"], "'256' is no phase"),
        ([*"12345678", "9p", "10p", "11p", "0"], "'0' is no phase"),
        ([*"12345678", "9p", "10p", "11p", 12], "12 is no phase"),
        ([*"12345678", "9p", "10p", "11p", "2q"], "'2q' is no phase"),
        ([*"12345678", "1p", "10p", "11p", "12p"], "conflict and cannot both be served by phase 1"),
    ],
)
def test_other_names_are_refused(names: object, why: str) -> None:
    with pytest.raises(InputError, match=why) as caught:
        PhaseMap.of(site(), names)
    assert 'option "groups"' in str(caught.value)


def test_more_groups_than_phases_are_refused() -> None:
    group = site().intersection.groups[0]
    groups = tuple(replace(group, id=str(k), links=(k,)) for k in range(256))
    matrix = tuple((None,) * 256 for _ in range(256))
    with pytest.raises(InputError, match="NTCIP has 255 phases, the site 256 groups"):
        PhaseMap.of(CabinetSite(Intersection("J", groups, matrix, ())), None)


def test_a_request_becomes_six_masks() -> None:
    masks = OWN.masks_of(holds(hold=(0, 8), force_off=(1, 9), omit=(2, 10), call=(3, 11)))
    assert masks == Masks(
        phase_omit=bits_of([3, 11]), ped_omit=bits_of([11]), hold=bits_of([1, 9]), force_off=bits_of([2, 10]),
        veh_call=bits_of([4]), ped_call=bits_of([12]),
    )  # fmt: skip


def test_people_on_a_phase_with_vehicles_are_never_cut_short() -> None:
    yes, no = np.ones(4, np.bool_), np.zeros(4, np.bool_)
    people = np.array([False, True, False, False])
    assert SHARED.masks_of(HoldRequest(no, people, no, no)) == NO_MASKS
    assert SHARED.masks_of(HoldRequest(no, no, people, no)) == NO_MASKS._replace(ped_omit=bits_of([2]))
    assert SHARED.masks_of(HoldRequest(people, no, no, people)) == NO_MASKS._replace(ped_call=2)
    assert SHARED.masks_of(HoldRequest(yes, no, no, no)).hold == bits_of([2, 9, 12])


@given(BOOLS, BOOLS, BOOLS, BOOLS)
def test_a_controller_understands_what_was_asked(
    hold: BoolArray, force_off: BoolArray, omit: BoolArray, call: BoolArray
) -> None:
    request = HoldRequest(hold, force_off, omit, call)
    back = SHARED.request_of(SHARED.masks_of(request))
    assert back.hold.tolist() == (hold & [True, False, True, True]).tolist()
    assert back.force_off.tolist() == (force_off & [True, False, True, True]).tolist()
    assert back.omit.tolist() == omit.tolist()
    assert back.call.tolist() == call.tolist()


@given(
    st.lists(st.sampled_from([0, 1, 2, 3]), min_size=8, max_size=8),
    st.lists(st.sampled_from([0, 2, 4]), min_size=4, max_size=4),
)
def test_aspects_come_back_but_for_red_amber_that_phases_do_not_have(vehicles: list[int], people: list[int]) -> None:
    shown = [*vehicles, *people]
    red = [Aspect.RED if aspect == Aspect.RED_AMBER else aspect for aspect in shown]
    assert OWN.aspects_of(OWN.lamps_of(shown)).tolist() == red


def test_what_is_contradictory_or_dark_is_unknown() -> None:
    assert OWN.aspects_of(NO_LAMPS).tolist() == [-1] * 12
    both = Lamps(reds=1, yellows=0, greens=1, dont_walks=256, ped_clears=256, walks=0)
    assert OWN.aspects_of(both).tolist() == [-1] * 12
    assert OWN.lamps_of([-1] * 12) == NO_LAMPS


def test_buttons_belong_to_people() -> None:
    assert OWN.called(bits_of([1, 9, 12])).tolist() == [False] * 8 + [True, False, False, True]


@given(st.sets(st.integers(1, 255)))
def test_sets_of_phases(numbers: set[int]) -> None:
    assert numbers_of(bits_of(numbers)) == sorted(numbers)
