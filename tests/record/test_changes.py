"""Only changes are kept, and nothing is lost by that."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from signals.model.crossroads import crossroads
from signals.model.values import Aspect
from signals.record.changes import AspectLog, WishLog, WriteLog
from tests.record.made import decision_of

GROUPS = 3
rows = st.lists(st.lists(st.integers(-1, 4), min_size=GROUPS, max_size=GROUPS), min_size=1, max_size=30)


@given(rows)
def test_every_tick_can_be_told_from_the_spans(seen: list[list[int]]) -> None:
    log = AspectLog(0.5, GROUPS)
    for tick, row in enumerate(seen):
        log.note(tick * 0.5, np.array(row, np.int8))
    spans = log.spans()
    told = np.full((len(seen), GROUPS), 99)
    for time_s, group, aspect, duration_s in zip(*spans, strict=True):
        first = round((time_s + 0.5) / 0.5)
        told[first : first + round(duration_s / 0.5), group] = aspect
    assert told.tolist() == seen
    assert (spans.duration_s > 0).all()
    changes = sum(one != two for one, two in pairwise(seen))
    assert len(set(spans.time_s.tolist())) == changes + 1


def test_nothing_seen_nothing_told() -> None:
    assert len(AspectLog(1.0, GROUPS).spans().time_s) == 0
    assert WishLog(crossroads()).columns()["time_s"] == []


def test_a_first_tick_of_unknown_is_kept() -> None:
    log = AspectLog(1.0, 1)
    log.note(0.0, np.array([Aspect.UNKNOWN], np.int8))
    assert log.spans().aspect.tolist() == [Aspect.UNKNOWN]


def test_a_wish_for_the_same_stage_with_other_groups_is_a_change() -> None:
    network = crossroads()
    log, decision = WishLog(network), decision_of(network, [0])
    log.note(0.0, decision)
    log.note(1.0, decision._replace(want=np.zeros(12, np.bool_)))
    log.note(2.0, decision._replace(want=np.zeros(12, np.bool_)))
    assert log.columns()["time_s"] == [0.0, 1.0]
    assert log.columns()["groups"] == ["north_ahead south_ahead east_walk west_walk", ""]


def test_only_the_intersections_whose_wish_changed_get_a_row() -> None:
    network = crossroads(pedestrians=False)
    two = replace(network, intersections=tuple(replace(network.intersections[0], id=name) for name in "ab"))
    log = WishLog(two)
    for time_s, stages in ((0.0, [0, 0]), (1.0, [0, 2]), (2.0, [1, 2])):
        log.note(time_s, decision_of(two, stages))
    columns = log.columns()
    assert columns["time_s"] == [0, 0, 1, 2]
    assert columns["intersection"] == ["a", "b", "b", "a"]


def test_who_is_in_charge_is_kept_when_it_changes() -> None:
    log = WriteLog(["a", "b"])
    for time_s, write in ((0.0, [True, True]), (1.0, [True, True]), (2.0, [True, False]), (3.0, [False, True])):
        log.note(time_s, np.array(write))
    columns = log.columns()
    assert columns["time_s"] == [0, 0, 2, 3, 3]
    assert columns["intersection"] == ["a", "b", "b", "a", "b"]
    assert columns["written"] == [1, 1, 0, 0, 1]
    assert WriteLog([]).columns()["time_s"] == []
