"""Each interval, each intergreen, and what happens to a request that is not legal."""

from __future__ import annotations

import pytest

from signals.adapters.cabinet.firmware_lamps import ANY, Lamps
from signals.model.intersections import Intersection, SignalGroup
from signals.model.lanes import User
from signals.model.values import Aspect

RED, RED_AMBER, GREEN, AMBER, CLEARANCE = tuple(Aspect)[:5]

CAR = SignalGroup("car", User.VEHICLE, (0,), min_green_ds=50, amber_ds=30, red_amber_ds=15)
BIKE = SignalGroup("bike", User.VEHICLE, (1,), min_green_ds=40, amber_ds=20)
WALK = SignalGroup("walk", User.PEDESTRIAN, (2,), min_green_ds=60, amber_ds=0, clearance_ds=80)


def lamps(tick_ds: int = 10, *, rest_ds: int = 1_000) -> Lamps:
    """A car that conflicts with a bicycle and with people, who do not conflict with each other."""
    matrix = ((None, 60, 50), (40, None, None), (90, None, None))
    made = Lamps(Intersection("j", (CAR, BIKE, WALK), matrix, ()), tick_ds)
    for _ in range(rest_ds // tick_ds):
        made.tick()
    return made


def follow(made: Lamps, *green: str) -> list[Aspect]:
    made.tick()
    made.follow([name in green for name in ("car", "bike", "walk")])
    return [Aspect(aspect) for aspect in made.aspect]


def obey(made: Lamps, *requested: int) -> list[str]:
    made.tick()
    return [f"{group}: {why}" for group, why in made.obey(requested)]


def until(made: Lamps, group: int, aspect: Aspect, *green: str) -> int:
    """Count ticks until a group shows an aspect."""
    ticks = 1
    while follow(made, *green)[group] != aspect:
        ticks += 1
        assert ticks < 100
    return ticks


def test_nothing_starts_before_the_longest_intergreen_after_switching_on() -> None:
    made = lamps(rest_ds=0)
    assert until(made, 0, GREEN, "car") == 9  # 90 ds after the green of `walk` that may have been
    made = lamps(rest_ds=0)
    assert until(made, 1, GREEN, "bike") == 6


@pytest.mark.parametrize(("tick_ds", "red_amber", "green", "amber"), [(10, 2, 5, 3), (1, 15, 50, 30), (7, 3, 8, 5)])
def test_intervals_last_their_time_in_whole_ticks(tick_ds: int, red_amber: int, green: int, amber: int) -> None:
    made = lamps(tick_ds)
    assert follow(made, "car")[0] == RED_AMBER
    assert until(made, 0, GREEN) == red_amber  # not wanted any more, but it has begun
    assert until(made, 0, AMBER) == green
    assert until(made, 0, RED) == amber


def test_people_get_clearance_and_no_amber() -> None:
    made = lamps()
    assert follow(made, "walk")[2] == GREEN
    assert until(made, 2, CLEARANCE) == 6
    assert until(made, 2, RED, "walk") == 8  # though it is wanted again
    assert until(made, 2, GREEN, "walk") == 1


def test_a_conflicting_group_starts_after_the_intergreen_with_its_red_amber_inside() -> None:
    made = lamps()
    until(made, 1, GREEN, "bike")
    until(made, 1, AMBER, "car")
    assert until(made, 0, RED_AMBER, "car") == 2  # bike is red, and 4 s less 2 s of red-amber have gone by
    assert until(made, 0, GREEN, "car") == 2


def test_a_group_that_turns_red_is_red_for_a_tick() -> None:
    made = lamps()
    follow(made, "bike")
    until(made, 1, AMBER)
    assert until(made, 1, RED, "bike") == 2


def test_order_says_who_goes_first() -> None:
    made = lamps()
    made.tick()
    made.follow([True, True, False], [1, 0])
    assert made.aspect == [RED, GREEN, RED]


def test_darkness_forgets() -> None:
    made = lamps()
    follow(made, "bike", "walk")
    made.changed = False
    made.darken()
    assert made.aspect == [RED] * 3
    assert made.changed
    assert until(made, 0, GREEN, "car") == 9


def test_legal_requests_are_shown() -> None:
    made = lamps()
    assert obey(made, RED, GREEN, GREEN) == []
    assert made.aspect == [RED, GREEN, GREEN]
    for _ in range(5):
        assert obey(made, RED, GREEN, GREEN) == []
    assert obey(made, RED, AMBER, CLEARANCE) == []
    assert made.aspect == [RED, AMBER, CLEARANCE]


@pytest.mark.parametrize("wish", [RED, GREEN, AMBER, CLEARANCE, 5])
def test_red_is_followed_by_red_amber_where_there_is_one(wish: int) -> None:
    made = lamps()
    assert bool(obey(made, wish, RED, RED)) is (wish != RED)
    assert made.aspect == [RED] * 3


def test_a_request_against_a_conflict_or_an_intergreen_is_refused() -> None:
    made = lamps()
    obey(made, RED, GREEN, RED)
    assert obey(made, RED_AMBER, GREEN, RED) == ["0: a conflicting group is not red, or not long enough"]
    until(made, 1, RED)
    made = lamps()
    obey(made, RED, RED, GREEN)
    until(made, 2, RED)
    assert obey(made, RED_AMBER, RED, RED) == []  # 80 of 90 ds, and the red-amber takes 20
    made = lamps()
    assert obey(made, RED_AMBER, GREEN, RED) == ["1: a conflicting group is not red, or not long enough"]


def test_green_and_amber_are_not_cut() -> None:
    made = lamps()
    obey(made, RED, GREEN, RED)
    for _ in range(3):
        assert obey(made, RED, AMBER, RED) == ["1: what is shown was too short"]
    assert obey(made, RED, AMBER, RED) == []
    assert obey(made, RED, RED, RED) == ["1: what is shown was too short"]
    assert obey(made, RED, RED, RED) == []
    assert made.aspect == [RED] * 3


def test_amber_is_not_skipped_and_not_aborted() -> None:
    made = lamps()
    obey(made, RED, GREEN, RED)
    for _ in range(10):
        assert obey(made, RED, RED, RED) == ["1: it is followed by something else"]
    obey(made, RED, AMBER, RED)
    assert obey(made, RED, GREEN, RED) == ["1: it is followed by something else"]
    assert made.aspect[1] == AMBER


def test_clearance_may_be_asked_for_as_red() -> None:
    made = lamps()
    obey(made, RED, RED, GREEN)
    for _ in range(5):
        obey(made, RED, RED, GREEN)
    for tick in range(9):
        assert obey(made, RED, RED, RED) == []
        assert made.aspect[2] == (RED if tick == 8 else CLEARANCE)


def test_nothing_between_red_and_green_lasts_for_ever() -> None:
    made = lamps()
    obey(made, RED, GREEN, RED)
    for _ in range(4):
        obey(made, RED, GREEN, RED)
    for _ in range(4):
        assert obey(made, RED, AMBER, RED) == []
    assert obey(made, RED, AMBER, RED) == ["1: it does not wait any longer"]
    assert made.aspect[1] == RED
    assert obey(made, RED, AMBER, RED) == ["1: red is followed by something else"]


def test_an_amber_that_ends_by_itself_when_it_is_asked_to_is_fine() -> None:
    made = lamps(tick_ds=15)
    obey(made, RED_AMBER, RED, RED)
    assert obey(made, RED_AMBER, RED, RED) == []
    assert obey(made, GREEN, RED, RED) == []
    assert made.aspect[0] == GREEN


def test_where_nothing_is_asked_a_group_stays_or_moves_on_from_what_is_timed() -> None:
    made = lamps()
    obey(made, RED_AMBER, ANY, ANY)
    assert made.aspect == [RED_AMBER, RED, RED]
    obey(made, ANY, ANY, ANY)
    assert obey(made, ANY, ANY, ANY) == []
    assert made.aspect[0] == GREEN
    for _ in range(20):
        assert obey(made, ANY, ANY, ANY) == []
    assert made.aspect[0] == GREEN


def test_a_group_that_is_red_already_may_be_asked_for_the_end_of_its_way_there() -> None:
    made = lamps()
    obey(made, RED, GREEN, GREEN)
    until(made, 1, RED)
    assert obey(made, RED, AMBER, CLEARANCE) == []
    assert obey(made, RED, AMBER, CLEARANCE) == []
    assert obey(made, RED, AMBER, CLEARANCE) == ["1: red is followed by something else"]  # two ambers ago it was green
    assert made.aspect[1] == RED
