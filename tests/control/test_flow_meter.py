from __future__ import annotations

import numpy as np
import pytest

from signals.control.flow_meter import COUNT_LINE_M, FlowMeter
from signals.model.crossroads import crossroads
from signals.model.values import Snapshot
from tests.control.made import quiet

NETWORK = crossroads()


def seen(time_s: float, distance_m: list[float], speed_mps: float = 10.0, weight: float = 1.0) -> Snapshot:
    """Vehicles on the first approach, and none elsewhere."""
    count = len(distance_m)
    return quiet(
        NETWORK,
        time_s,
        arrival_offset=np.array([0] + [count] * 8, np.int32),
        arrival_distance_m=np.array(distance_m, np.float32),
        arrival_speed_mps=np.full(count, speed_mps, np.float32),
        arrival_weight=np.full(count, weight, np.float32),
        arrival_handle=np.zeros(count, np.int64),
    )


def drive(
    meter: FlowMeter, tick_s: float, vehicles: list[float], speed_mps: float = 10.0, weight: float = 1.0
) -> float:
    """Let vehicles drive from their distances to the stop line and beyond; return when they have."""
    time_s = 0.0
    while any(d > 0 for d in vehicles):
        meter.count(seen(time_s, sorted(d for d in vehicles if d > 0), speed_mps, weight))
        time_s = round(time_s + tick_s, 1)
        vehicles = [d - speed_mps * tick_s for d in vehicles]
    return time_s


@pytest.mark.parametrize("tick_s", [0.1, 0.5, 1.0])
def test_everybody_who_passes_is_counted_once(tick_s: float) -> None:
    meter = FlowMeter(NETWORK)
    end_s = drive(meter, tick_s, [30.0, 55.5, 61.0, 61.5])
    flow = meter.take(seen(end_s, []))
    assert flow[:2].sum() == pytest.approx(4 * 3600 / end_s)
    assert flow[0] == flow[1]  # the shares of the two links of the lane
    assert flow[2:].sum() == 0.0


def test_probable_vehicles_count_as_probable() -> None:
    meter = FlowMeter(NETWORK)
    end_s = drive(meter, 1.0, [60.0], weight=0.25)
    assert meter.take(seen(end_s, [])).sum() == pytest.approx(0.25 * 3600 / end_s)


def test_who_stands_before_the_line_is_not_counted_again_and_again() -> None:
    meter = FlowMeter(NETWORK)
    for t in range(10):
        meter.count(seen(float(t), [COUNT_LINE_M - 1, COUNT_LINE_M + 1], speed_mps=0.0))
    assert meter.take(seen(10.0, [])).sum() == 0.0


def test_what_piles_up_wanted_to_pass_as_well() -> None:
    meter = FlowMeter(NETWORK)
    held = np.zeros(8, np.float32)
    meter.count(seen(0.0, [])._replace(count_veh=held))
    held = held.copy()
    held[:2] = [6.0, np.nan]
    flow = meter.take(seen(60.0, [])._replace(count_veh=held))
    assert flow.tolist() == [180.0, 180.0] + [0.0] * 10
    assert meter.take(seen(120.0, [])._replace(count_veh=np.zeros(8, np.float32))).tolist() == [0.0] * 12


def test_counting_begins_with_the_first_tick_and_again_with_each_answer() -> None:
    meter = FlowMeter(NETWORK)
    assert meter.elapsed_s(100.0) == 0.0
    meter.count(seen(100.0, []))
    assert meter.elapsed_s(130.0) == 30.0
    meter.take(seen(130.0, []))
    assert meter.elapsed_s(130.0) == 0.0
