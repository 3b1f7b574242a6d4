from __future__ import annotations

import numpy as np

from signals.adapters.sim.heads import Heads
from signals.adapters.sim.layout import traffic
from signals.adapters.sim.running import TrafficRun
from signals.model.crossroads import crossroads
from tests.kernels.driven import cars


def test_it_reports_a_car_only_where_it_is_asked_for() -> None:
    network = crossroads()
    run = TrafficRun(network, traffic(network, cars(network, [("north_in", "south_out")], [0.5])))
    aspect = np.zeros(12, np.int8)
    run.advance(0.0, 3.0, Heads(network).show(aspect))
    seen = run.read(3.0, 1.0, aspect, vehicles=True)
    assert [network.lanes[lane].id for lane in seen.vehicle_lane] == ["north_in_0"]
    assert 25.0 < seen.vehicle_position_m[0] < 40.0
    assert len(run.read(3.0, 1.0, aspect, vehicles=False).vehicle_lane) == 0
