from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from signals.control.lane_groups import LaneGroups, delay_s, gap_flow_veh_h
from signals.control.plan_frames import frames_of
from signals.control.webster import Settings
from signals.model.crossroads import crossroads
from tests.control.test_stage_sequence import yielding_left


def delay(flow: float, capacity: float, green_s: float, cycle_s: float) -> float:
    return float(delay_s(np.array([flow]), np.array([capacity]), np.array([green_s]), np.array([cycle_s]))[0])


def test_a_textbook_lane_group() -> None:
    """Roess and Prassas: v 800, c 775, g/C 0.4, C 90 s: d1 = 27.0 s, d2 = 40.9 s."""
    assert delay(800.0, 775.0, 36.0, 90.0) == pytest.approx(67.9, abs=0.1)


@pytest.mark.parametrize(
    ("flow", "capacity", "green_s", "expected"), [(511.0, 453.0, 25.0, 144.4), (2967.0, 2694.0, 117.0, 68.5)]
)
def test_a_published_report(flow: float, capacity: float, green_s: float, expected: float) -> None:
    """Eugene, Oregon, 4th Avenue and Coburg Road: cycle 150 s, T = 0.25 h."""
    assert delay(flow, capacity, green_s, 150.0) == pytest.approx(expected, abs=0.6)


def test_gaps_get_fewer_as_the_opposing_flow_grows() -> None:
    found = [gap_flow_veh_h(flow) for flow in (0.0, 300.0, 600.0, 1200.0)]
    assert found == sorted(found, reverse=True)
    assert found[0] == pytest.approx(1440.0, rel=0.01)  # follow-up time 2.5 s
    assert found[2] == pytest.approx(600 * np.exp(-0.75) / (1 - np.exp(-600 * 2.5 / 3600)), rel=1e-6)


def mean_delay(network: Any, flow: Any, scale: float = 1.0) -> float:
    frame = frames_of(network, 0)[-1]
    rows = LaneGroups(network, 0, frame)
    demand = rows.demand(flow * scale, Settings())
    lengths = np.array(
        [[200.0 if stretches else length for length, stretches in zip(frame.duration_ds, frame.stretches, strict=True)]]
    )
    return float(rows.delay_veh_s(lengths, demand)[0] / demand.flow_veh_h.sum())


def test_more_vehicles_wait_longer() -> None:
    flow = np.array([180.0, 60.0, 60.0] * 4)
    assert mean_delay(crossroads(), flow) < mean_delay(crossroads(), flow, 1.5) < mean_delay(crossroads(), flow, 3.0)


def test_who_yields_waits_for_a_busy_opposing_street() -> None:
    network = yielding_left()
    flow, busy = np.zeros(12), np.zeros(12)
    flow[2] = busy[2] = 100.0
    foes = network.arrays.yield_link[network.arrays.yield_offset[2] : network.arrays.yield_offset[3]]
    busy[foes] = 600.0
    rows = LaneGroups(network, 0, frames_of(network, 0)[-1])
    calm, crowded = rows.demand(flow, Settings()), rows.demand(busy, Settings())
    row = int(np.flatnonzero(calm.flow_veh_h)[0])
    assert crowded.yielding_veh_h[row].max() < 0.6 * calm.yielding_veh_h[row].max()
    assert crowded.opposing[row] > 0.3


def apart() -> Any:
    """The crossroads whose right turn from the north has a group of its own, always green with straight on."""
    network = crossroads(pedestrians=False)
    place = network.intersections[0]
    ahead = place.groups[0]
    groups = (
        replace(ahead, links=ahead.links[:1], movements=ahead.movements[:1]),
        *place.groups[1:],
        replace(ahead, id="north right", links=ahead.links[1:], movements=ahead.movements[1:]),
    )
    rows = [(*row, row[0]) for row in place.intergreen_ds]
    right = len(place.groups)
    stages = tuple(replace(s, groups=(*s.groups, right) if 0 in s.groups else s.groups) for s in place.stages)
    place = replace(place, groups=groups, intergreen_ds=(*rows, rows[0]), stages=stages, plans=())
    return replace(network, intersections=(place,))


def test_one_group_of_a_lane_has_all_of_it_while_the_other_has_nobody() -> None:
    flow = np.zeros(12)
    flow[0] = 500.0
    assert mean_delay(apart(), flow) == pytest.approx(mean_delay(crossroads(pedestrians=False), flow))


def test_two_groups_of_a_lane_share_its_room() -> None:
    network = apart()
    frame = frames_of(network, 0)[0]
    rows, flow = LaneGroups(network, 0, frame), np.zeros(12)
    flow[:2] = 150.0
    lengths = np.array([[300.0 if stretches else 50.0 for stretches in frame.stretches]])
    demand = rows.demand(flow, Settings())
    both = np.flatnonzero(demand.flow_veh_h)
    assert len(both) == 2
    assert rows.rows[both, 0].tolist() == [0, 0]
    green_s = float((lengths @ (demand.rate_veh_h[both[0]] > 0))[0]) / 10.0
    cycle_s = float(lengths.sum()) / 10.0
    alone = Settings().saturation_veh_h * (green_s - Settings().lost_s) / cycle_s
    expected = 300.0 * delay(150.0, alone / 2, green_s, cycle_s)
    assert rows.delay_veh_s(lengths, demand)[0] == pytest.approx(expected)
