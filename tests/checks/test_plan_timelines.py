from __future__ import annotations

from signals.checks.plan_timelines import Wishes, plan_timeline
from signals.model.intersections import Intersection, SignalGroup
from signals.model.lanes import User
from signals.model.timelines import Timeline

CAR = SignalGroup("car", User.VEHICLE, (3, 4), min_green_ds=50, amber_ds=30, red_amber_ds=10)
FOOT = SignalGroup("foot", User.PEDESTRIAN, (), amber_ds=0, clearance_ds=80)
PLACE = Intersection("J", (CAR, FOOT), ((None, 60), (70, None)), ())


def timeline(*steps: tuple[int, set[int]]) -> Timeline:
    wishes = Wishes("p", tuple(step[0] for step in steps), tuple(frozenset(step[1]) for step in steps))
    return plan_timeline(PLACE, wishes, (("a", "b"), ()), "the file")


def shown(made: Timeline) -> list[tuple[int, int, str, int]]:
    columns = [lamp.column for lamp in made.layout.lamps]
    letters = ["".join(column[step] for column in columns) for step in range(len(made.begin_ds))]
    return list(zip(made.begin_ds, made.duration_ds, letters, made.number, strict=True))


def test_red_amber_and_amber_follow_by_themselves() -> None:
    made = timeline((200, {0}), (100, set()), (150, {1}), (100, set()))
    assert shown(made) == [
        (0, 10, "ur", 0),
        (10, 190, "Gr", 0),
        (200, 30, "yr", 1),
        (230, 70, "rr", 1),
        (300, 150, "rG", 2),
        (450, 100, "rr", 3),
    ]
    assert made.follow == ((1,), (2,), (3,), (4,), (5,), (0,))
    assert (made.intersection, made.program, made.line) == ("J", "p", (0,) * 6)


def test_what_is_wanted_over_the_end_of_the_cycle() -> None:
    made = timeline((100, {0}), (200, set()), (50, {0}))
    assert shown(made) == [
        (0, 100, "Gr", 0),
        (100, 30, "yr", 1),
        (130, 170, "rr", 1),
        (300, 10, "ur", 2),
        (310, 40, "Gr", 2),
    ]


def test_amber_over_the_end_of_the_cycle() -> None:
    made = timeline((100, set()), (200, {0}))
    assert shown(made)[0] == (0, 30, "yr", 0)


def test_always_and_never_wanted() -> None:
    assert (
        shown(timeline((100, {0}), (200, {0}))) == [(0, 100, "Gr", 0), (100, 200, "Gr", 1)]
        or shown(timeline((100, {0}), (200, {0})))[0][2] == "Gr"
    )


def test_a_gap_shorter_than_the_amber() -> None:
    made = timeline((100, {0}), (20, set()), (100, {0}), (100, set()))
    assert [letters for _, _, letters, _ in shown(made)] == ["ur", "Gr", "yr", "ur", "Gr", "yr", "rr"]


def test_the_layout_is_the_site_s_own() -> None:
    layout = timeline((200, {0}), (100, {1})).layout
    (meeting,) = layout.meetings
    assert (meeting.needed_ds, meeting.floor_ds) == ((60, 80), (60, 80)), "people leave in their clearance"
    assert (layout.source, layout.own) == ("the file", True)
    assert [(way.movement, way.link, way.user) for way in layout.ways] == [
        ("a, b", 3, User.VEHICLE),
        ("", -1, User.PEDESTRIAN),
    ]
    assert layout.lamps[0].movements == ("a", "b")
