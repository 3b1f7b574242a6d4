"""Which rows of a network are whose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from signals.errors import NetworkError, UnknownNameError
from signals.model.network import Network
from signals.safety.share import share_of
from tests.safety.worlds import joined, site


def changed(part: Network, **values: object) -> Network:
    return replace(part, intersections=(replace(part.intersections[0], **values),))


def test_everything_is_found_by_its_id() -> None:
    parts = [site("a", 2), site("b", 3), site("c", 1)]
    share = share_of(parts[1], joined(*parts))
    assert [column.tolist() for column in share] == [[1], [3, 4, 5], [2, 3, 4], [1]]
    assert {column.dtype for column in share} == {np.dtype(np.int32)}


def test_a_world_may_drive_several_intersections_in_any_order() -> None:
    parts = [site("a", 2), site("b", 3), site("c", 1)]
    share = share_of(joined(parts[2], parts[0]), joined(*parts))
    assert [column.tolist() for column in share] == [[2, 0], [6, 7, 8, 0, 1, 2], [5, 0, 1], [2, 0]]


def test_a_whole_is_its_own_part() -> None:
    whole = joined(site("a"), site("b"))
    assert all((column == np.arange(len(column))).all() for column in share_of(whole, whole))


def test_lanes_that_the_whole_does_not_know_are_none() -> None:
    whole = joined(site("a"), site("b"))
    part = replace(site("b"), lanes=(replace(site("b").lanes[0], id="elsewhere"),))
    assert share_of(part, whole).lanes.tolist() == [-1]


def test_who_drives_nothing_has_no_rows() -> None:
    nothing = Network("nothing", (), (), ())
    assert [len(column) for column in share_of(nothing, joined(site("a")))] == [0, 0, 0, 0]


def test_an_intersection_or_a_detector_that_is_not_there() -> None:
    with pytest.raises(UnknownNameError, match='unknown intersection "c"'):
        share_of(site("c"), joined(site("a"), site("b")))
    with pytest.raises(UnknownNameError, match=r'unknown detector "a:loop2".*did you mean'):
        share_of(site("a", 3), joined(site("a", 2)))


def test_the_difference_is_named() -> None:
    whole = joined(site("a"))
    (place,) = site("a").intersections
    one, *rest = place.groups
    start = 'intersection "a" is not the same in the network and at its adapter: '
    for values, sentence in (
        ({"groups": (replace(one, id="other"), *rest)}, "signal groups one, two, walk and other, two, walk"),
        ({"groups": (replace(one, min_green_ds=60), *rest)}, 'group "one", min_green_ds 50 and 60'),
        ({"groups": (replace(one, amber_ds=40), *rest)}, 'group "one", amber_ds 30 and 40'),
        (
            {"intergreen_ds": ((None, 60, None), (40, None, 70), (None, 90, None))},
            'intergreen from "two" to "one" 50 and 40',
        ),
        (
            {"intergreen_ds": ((None, 60, None), (50, None, None), (None, None, None))},
            'intergreen from "two" to "walk" 70 and None',
        ),
    ):
        with pytest.raises(NetworkError) as raised:
            share_of(changed(site("a"), **values), whole)
        assert str(raised.value) == start + sentence


def test_movements_have_other_numbers_in_other_networks() -> None:
    (place,) = site("a").intersections
    groups = tuple(replace(group, movements=(7,)) for group in place.groups)
    whole = joined(site("a"))
    part = site("a")
    object.__setattr__(part, "intersections", (replace(place, groups=groups),))
    assert share_of(part, whole).groups.tolist() == [0, 1, 2]
