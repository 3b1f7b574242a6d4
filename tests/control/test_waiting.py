from __future__ import annotations

import numpy as np

from signals.control import horizon_site
from signals.control.waiting import Waiting
from signals.model.crossroads import crossroads
from signals.model.values import Aspect


def test_a_stage_counts_those_who_stand_before_it_and_those_who_called_it() -> None:
    network = crossroads()
    seen = horizon_site.one_waiting_everywhere(network)
    queue_veh, wait_s = seen.queue_veh.copy(), seen.wait_s.copy()
    queue_veh[:] = [3, 1, np.nan, 0, 2, 0, 0, 0]
    wait_s[:] = [20, 50, np.nan, 0, 30, 0, 0, 0]
    demand, aspect = np.zeros(12, np.bool_), seen.aspect.copy()
    demand[[9, 11]] = True
    aspect[11] = Aspect.GREEN
    found = Waiting(network).of(0, seen._replace(queue_veh=queue_veh, wait_s=wait_s, demand=demand, aspect=aspect))
    # north and south straight on, with the crossings 9 (called) and 11 (being served)
    assert found[0] == (6.0, 30.0)
    assert found[1] == (1.0, 50.0)
    assert found[2] == (0.0, 0.0)
