"""What a TLC shows becomes what an application knows, by the TLC's own ticks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from signals.adapters.tlcfi.board import OLD_S, OVERDUE_S, Board
from signals.adapters.tlcfi.objects import TICKS, IntersectionState, ObjectType, Reference, TlcfiError, Update
from signals.adapters.tlcfi.settings import read_settings
from signals.model.values import Aspect
from tests.adapters.tlcfi.pairs import plain
from tests.adapters.tlcfi.places import crossing

SITE = crossing()
COUNT = len(SITE.groups)
WALK = next(number for number, group in enumerate(SITE.intersection.groups) if group.clearance_ds)
CLEARANCE_S = SITE.intersection.groups[WALK].clearance_ds / 10
NAME = f"{WALK + 1:02d}"
BUTTON = f"K{WALK + 1:02d}"


def board(**options: Any) -> Board:
    return Board(SITE, read_settings(SITE, plain(options)), 0.0)


def told(kind: ObjectType, **states: dict[str, Any]) -> Update:
    return Update(Reference(kind, tuple(states)), tuple(states.values()))


def groups(**states: dict[str, Any]) -> Update:
    return told(ObjectType.SIGNAL_GROUP, **states)


def detectors(**states: dict[str, Any]) -> Update:
    return told(ObjectType.DETECTOR, **states)


def test_nothing_is_known_at_first() -> None:
    known = board()
    assert known.intersection is None
    assert (known.aspects(0.0) == Aspect.UNKNOWN).all()
    count, occupied = known.detectors(1.0)
    assert (count == -1).all()
    assert np.isnan(occupied).all()
    assert len(known.alarms(0.0)) == len(SITE.detectors)


def test_aspects() -> None:
    known = board()
    known.update(groups(**{"01": {"state": 5}, "02": {"state": 8}, "03": {"state": 9}}), 0, 0.0)
    found = known.aspects(0.0)
    assert found[:4].tolist() == [Aspect.GREEN, Aspect.AMBER, Aspect.UNKNOWN, Aspect.UNKNOWN]
    found[:] = 0
    assert known.aspects(0.0)[0] == Aspect.GREEN
    known.update(groups(**{"01": {"predictions": []}}), 0, 0.0)
    assert known.aspects(0.0)[0] == Aspect.GREEN


def test_a_clearance_is_told_from_red_by_its_age() -> None:
    known = board()
    known.update(groups(**{NAME: {"state": 6}}), 0, 0.0)
    known.update(groups(**{NAME: {"state": 3, "stateticks": 9_000}}), 10_000, 10.0)  # a second ago
    known.update(groups(**{NAME: {"state": 3, "stateticks": 10_500}}), 10_500, 10.5)  # which is no change
    assert known.aspects(10.6)[WALK] == Aspect.CLEARANCE
    assert known.aspects(8.95 + CLEARANCE_S)[WALK] == Aspect.CLEARANCE
    assert known.aspects(9.05 + CLEARANCE_S)[WALK] == Aspect.RED
    assert not known._clearing
    known.update(groups(**{NAME: {"state": 6}}), 30_000, 30.0)
    known.update(groups(**{NAME: {"state": 3}}), 40_000, 40.0)
    known.update(groups(**{NAME: {"state": 6}}), 41_000, 41.0)
    assert known.aspects(41.0)[WALK] == Aspect.GREEN


def test_a_clearance_is_over_where_somebody_is_let_in_whom_it_keeps_out() -> None:
    known = board()
    rival = next(group for group in range(COUNT) if SITE.intersection.conflict(WALK, group))
    friend = next(group for group in range(WALK) if not SITE.intersection.conflict(WALK, group))
    known.update(groups(**{NAME: {"state": 3}}), 0, 0.0)
    known.update(groups(**{f"{friend + 1:02d}": {"state": 6}, f"{rival + 1:02d}": {"state": 3}}), 0, 0.1)
    assert known.aspects(0.1)[WALK] == Aspect.CLEARANCE
    known.update(groups(**{f"{rival + 1:02d}": {"state": 4}}), 0, 0.2)
    assert known.aspects(0.2)[WALK] == Aspect.RED
    other = board()
    other.update(groups(**{f"{rival + 1:02d}": {"state": 6}, NAME: {"state": 3}}), 0, 0.0)
    assert other.aspects(0.0)[WALK] == Aspect.RED


def test_a_clearance_is_what_we_have_asked_for() -> None:
    known, wish = board(), [int(Aspect.RED)] * COUNT
    known.update(groups(**{NAME: {"state": 6}}), 0, 0.0)
    wish[WALK] = int(Aspect.CLEARANCE)
    known.asked(wish, {WALK: 3}, 0.0)
    assert known.aspects(0.0)[WALK] == Aspect.GREEN
    known.update(groups(**{NAME: {"state": 3}}), 0, 0.5)
    assert known.aspects(0.5)[WALK] == Aspect.CLEARANCE
    assert known.aspects(CLEARANCE_S + 9.0)[WALK] == Aspect.CLEARANCE  # clocks differ; whoever asks knows
    known.asked([int(Aspect.RED)] * COUNT, {}, 3.0)
    assert known.aspects(3.0)[WALK] == Aspect.RED
    wish[WALK] = int(Aspect.GREEN)
    known.asked(wish, {WALK: 6}, 3.0)
    assert known.aspects(3.0)[WALK] == Aspect.RED
    known.update(groups(**{NAME: {"state": 6}}), 0, 4.0)
    known.update(groups(**{NAME: {"state": 3}}), 0, 5.0)  # by itself
    assert known.aspects(5.0)[WALK] == Aspect.CLEARANCE
    known.forget_asked()
    assert known.aspects(5.0)[WALK] == Aspect.CLEARANCE


def test_a_clearance_that_is_shown_needs_no_age() -> None:
    known = board(clearance="flashing-green")
    known.update(groups(**{NAME: {"state": 10}}), 0, 0.0)
    assert known.aspects(0.0)[WALK] == Aspect.CLEARANCE
    known.update(groups(**{NAME: {"state": 3}}), 0, 0.1)
    assert known.aspects(0.1)[WALK] == Aspect.RED


@pytest.mark.parametrize(
    ("stateticks", "age_s"), [(TICKS - 500, 1.5), (5000, 0.0), (TICKS - 3_600_000, OLD_S), (None, 0.0)]
)
def test_ages_are_bounded(stateticks: int | None, age_s: float) -> None:
    known = board()
    known.update(detectors(D1={"state": 0, "faultstate": 0}), 0, 0.0, first=True)
    row = {"state": 1} if stateticks is None else {"state": 1, "stateticks": stateticks}
    known.update(detectors(D1=row), 1000, 100.0)
    assert known.detectors(200.0)[1][0] == pytest.approx((100 + age_s) / 200)


def test_detectors_and_their_faults() -> None:
    known = board()
    known.update(detectors(D1={"state": 1, "faultstate": 0}, D2={"state": 0}), 0, 0.0, first=True)
    known.update(detectors(D1={"state": 0}), 1000, 1.0)
    known.update(detectors(D1={"state": 1}), 1500, 1.5)
    count, occupied = known.detectors(2.0)
    assert count[:2].tolist() == [1, 0]
    assert occupied[0] == pytest.approx(0.75)
    known.update(detectors(D1={"faultstate": 3, "swico": 2}), 2000, 2.0)
    assert f"detector-fault:{SITE.detectors[0]}" in known.alarms(2.0)
    assert "detector-switched-by-hand:D1" in known.alarms(2.0)
    assert known.detectors(3.0)[0][0] == -1
    known.update(detectors(D1={"faultstate": 0, "swico": 0}), 3000, 3.0)
    assert not [name for name in known.alarms(3.0) if "D1" in name or name.endswith(f":{SITE.detectors[0]}")]


def test_a_call_stands_until_it_is_served() -> None:
    known = board()
    known.update(detectors(**{BUTTON: {"state": 0, "faultstate": 0}}), 0, 0.0, first=True)
    assert not known.call.any()
    known.update(detectors(**{BUTTON: {"state": 1}}), 0, 0.0)
    known.update(detectors(**{BUTTON: {"state": 0}}), 0, 0.0)
    assert known.call.tolist() == [number == WALK for number in range(COUNT)]
    known.update(detectors(**{BUTTON: {"faultstate": 0}}), 0, 0.0)
    known.update(groups(**{NAME: {"state": 6}}), 0, 0.0)
    assert not known.call.any()
    known.update(groups(**{NAME: {"state": 3}}), 0, 0.0)
    known.update(detectors(**{BUTTON: {"state": 1}}), 0, 0.0)
    known.update(groups(**{NAME: {"state": 6}}), 0, 0.0)
    assert known.call[WALK]  # somebody still leans on it
    known.update(detectors(**{BUTTON: {"state": 0}}), 0, 0.0)
    assert not known.call[WALK]  # and walks now
    known.update(detectors(**{BUTTON: {"state": 1}}), 0, 0.0)
    known.update(groups(**{NAME: {"state": 3}}), 0, 0.0)
    assert known.call[WALK]  # too late for this green


def test_what_was_asked_for_and_does_not_come_is_an_alarm() -> None:
    known = board()
    known.update(detectors(**{f"D{n}": {"state": 0} for n in range(1, 17)}), 0, 0.0, first=True)
    known.update(groups(**{"01": {"state": 3}}), 0, 0.0)
    known.asked([0, 2, 2, 2, *[0] * (COUNT - 4)], {0: 3, 1: 6, 2: 6, 3: 6}, 0.0)
    known.update(groups(**{"02": {"state": 6}, "03": {"state": 4}}), 0, 1.0)
    assert known.alarms(OVERDUE_S) == []
    ids = SITE.groups
    assert known.alarms(OVERDUE_S + 0.1) == [f"not-as-asked:{ids[2]}", f"not-as-asked:{ids[3]}"]
    known.update(groups(**{"03": {"state": 6}}), 0, 4.0)
    assert known.alarms(5.0) == [f"not-as-asked:{ids[3]}"]
    known.forget_asked()
    assert known.alarms(5.0) == []


def test_the_intersection() -> None:
    known = board()
    known.update(told(ObjectType.INTERSECTION, **{SITE.id: {"state": 6}}), 0, 0.0)
    known.update(told(ObjectType.INTERSECTION, **{SITE.id: {"reqState": 7}}), 0, 0.0)
    assert known.intersection is IntersectionState.ALL_RED
    known.update(told(ObjectType.OUTPUT, a={"state": 6}), 0, 0.0)


@pytest.mark.parametrize(
    "update",
    [
        told(ObjectType.INTERSECTION, other={"state": 7}),
        told(ObjectType.INTERSECTION, **{SITE.id: {"state": 8}}),
        groups(**{"01": {"state": 6}, "99": {"state": 6}}),
        groups(**{"01": {"state": 6}, "02": {"state": 12}}),
        groups(**{"01": {"state": 6}, "02": {"state": 3, "stateticks": -1}}),
        detectors(D1={"state": 1}, D99={"state": 1}),
        detectors(D1={"state": 1}, D2={"state": 2}),
        detectors(D1={"state": 1}, D2={"state": 1, "stateticks": "x"}),
    ],
)
def test_of_what_cannot_be_nothing_is_taken(update: Update) -> None:
    known = board()
    known.update(detectors(D1={"state": 0}), 0, 0.0, first=True)
    with pytest.raises(TlcfiError):
        known.update(update, 0, 0.5)
    assert known.intersection is None
    assert known.aspects(0.5)[0] == Aspect.UNKNOWN
    assert known.detectors(1.0)[0][0] == 0
