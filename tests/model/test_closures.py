"""Lanes that are closed: when, and which."""

from __future__ import annotations

from dataclasses import replace

import pytest

from signals.errors import ScenarioError, UnknownNameError
from signals.model.closures import Closure, check_closures, closed_lanes
from signals.model.crossroads import crossroads
from signals.model.lanes import User

NETWORK = crossroads()
INSIDE = next(lane.id for lane in NETWORK.lanes if lane.internal)
ROAD = next(lane.edge for lane in NETWORK.lanes if sum(other.edge == lane.edge for other in NETWORK.lanes) > 1)
LANES = [lane.id for lane in NETWORK.lanes if lane.edge == ROAD]


def test_a_lane_is_closed_from_its_begin_until_before_its_end() -> None:
    closures = (
        Closure(lane="a", begin_s=10, end_s=20),
        Closure(lane="b", begin_s=20),
        Closure(lane="a", begin_s=15, end_s=30),
    )
    found = {time_s: sorted(closed_lanes(closures, time_s)) for time_s in (9.9, 10, 19.9, 20, 29.9, 30, 1e9)}
    assert found == {9.9: [], 10: ["a"], 19.9: ["a"], 20: ["a", "b"], 29.9: ["a", "b"], 30: ["b"], 1e9: ["b"]}


@pytest.mark.parametrize(
    "closure",
    [{"lane": ""}, {"begin_s": -1}, {"begin_s": 5, "end_s": 5}, {"begin_s": float("inf")}, {"end_s": float("nan")}],
)
def test_times_must_make_sense(closure: dict[str, object]) -> None:
    with pytest.raises(ScenarioError, match="expected a lane and 0 <= begin_s < end_s"):
        Closure(**{"lane": "a"} | closure)


def test_one_lane_of_a_road_must_stay_open() -> None:
    one, two = (Closure(lane=lane, begin_s=100 * k, end_s=100 * k + 100) for k, lane in enumerate(LANES))
    check_closures(NETWORK, (one, two))
    for both in (
        (one, replace(two, begin_s=99)),
        (replace(one, begin_s=0, end_s=400), two),
        (replace(one, begin_s=150, end_s=160), two),
        (two, one, Closure(lane=LANES[0], begin_s=180, end_s=190)),
    ):
        with pytest.raises(ScenarioError, match=f'all lanes of road "{ROAD}"'):
            check_closures(NETWORK, both)


def test_a_lane_for_others_does_not_count_as_a_way() -> None:
    lanes = tuple(replace(lane, user=User.BICYCLE) if lane.id == LANES[1] else lane for lane in NETWORK.lanes)
    with pytest.raises(ScenarioError, match="leave one open"):
        check_closures(replace(NETWORK, lanes=lanes), (Closure(lane=LANES[0]),))


def test_only_lanes_between_junctions_can_be_closed() -> None:
    with pytest.raises(ScenarioError, match="inside a junction"):
        check_closures(NETWORK, (Closure(lane=INSIDE),))
    with pytest.raises(UnknownNameError, match=r'unknown lane in a closure "nowhere"'):
        check_closures(NETWORK, (Closure(lane="nowhere"),))
