from __future__ import annotations

from dataclasses import replace

import pytest

from signals.model.crossroads import crossroads
from signals.model.intersections import Intersection, SignalGroup
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.timed_by_group import red_clear_ds, timed_by_group

CAR = SignalGroup("car", User.VEHICLE, (0,), amber_ds=35)
TRAM = SignalGroup("tram", User.VEHICLE, (1,), amber_ds=30)
WALK = SignalGroup("walk", User.PEDESTRIAN, (2,), amber_ds=0, clearance_ds=64)
FREE = SignalGroup("free", User.VEHICLE, (3,))
MATRIX = ((None, 52, 61, None), (20, None, 12, None), (64, 71, None, None), (None,) * 4)


def network(matrix: tuple[tuple[int | None, ...], ...] = MATRIX) -> Network:
    return Network("n", (), (), (Intersection("j", (CAR, TRAM, WALK, FREE), matrix, ()),))


@pytest.mark.parametrize(
    ("tick_ds", "clear", "rows"),
    [
        (1, (26, 0, 1, 0), ((None, 61, 61, None), (30, None, 30, None), (71, 71, None, None))),
        (10, (30, 0, 10, 0), ((None, 70, 70, None), (30, None, 30, None), (80, 80, None, None))),
    ],
)
def test_every_intergreen_from_a_group_is_its_amber_and_its_red_clearance(
    tick_ds: int, clear: tuple[int, ...], rows: tuple[tuple[int | None, ...], ...]
) -> None:
    before = network()
    after = timed_by_group(before, tick_ds)
    assert red_clear_ds(before.intersections[0], tick_ds) == clear
    assert after.intersections[0].intergreen_ds == (*rows, (None,) * 4)
    assert before.intersections[0].intergreen_ds == MATRIX


@pytest.mark.parametrize("tick_ds", [1, 7, 10])
def test_nothing_becomes_shorter_and_twice_is_once(tick_ds: int) -> None:
    for before in (network(), crossroads(), crossroads(pedestrians=False)):
        after = timed_by_group(before, tick_ds)
        old, new = before.intersections[0].intergreen_ds, after.intersections[0].intergreen_ds
        for one, two in zip(old, new, strict=True):
            assert [cell is None for cell in one] == [cell is None for cell in two]
            assert all(b >= a for a, b in zip(one, two, strict=True) if a is not None and b is not None)
        assert timed_by_group(after, tick_ds) is after


def test_everything_else_stays() -> None:
    place = crossroads().intersections[0]
    row = list(place.intergreen_ds[0])
    row[row.index(50)] = 40
    place = replace(place, intergreen_ds=(tuple(row), *place.intergreen_ds[1:]))
    before = replace(crossroads(), intersections=(place,))
    after = timed_by_group(before, 10)
    assert after == crossroads()
    restored = replace(after.intersections[0], intergreen_ds=before.intersections[0].intergreen_ds)
    assert replace(after, intersections=(restored,)) == before


def test_times_of_a_group_become_whole_ticks_and_what_is_kept_in_seconds_whole_seconds() -> None:
    def times(tick_ds: int) -> list[tuple[int, int, int, int]]:
        groups = timed_by_group(Network("n", (), (), (place,)), tick_ds).intersections[0].groups
        return [(group.min_green_ds, group.max_green_ds, group.amber_ds, group.clearance_ds) for group in groups]

    short = replace(WALK, min_green_ds=53, max_green_ds=55)
    place = Intersection("j", (CAR, short), ((None, 40), (70, None)), ())
    assert times(1) == [(50, 900, 35, 0), (60, 60, 0, 70)]
    assert times(5) == [(50, 900, 35, 0), (60, 60, 0, 70)]
    assert times(10) == [(50, 900, 40, 0), (60, 60, 0, 70)]
