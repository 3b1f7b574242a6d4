from __future__ import annotations

from typing import Any

import pytest

from signals.errors import ScenarioError
from signals.model.crossroads import crossroads, crossroads_demand
from signals.model.demand import Demand, Flow
from signals.model.lanes import User


@pytest.mark.parametrize("wrong", [{"route": ()}, {"rate_veh_h": -1.0}, {"begin_s": 10.0, "end_s": 5.0}])
def test_a_flow_goes_somewhere_at_some_rate_for_some_time(wrong: dict[str, Any]) -> None:
    given: dict[str, Any] = {"route": (0,), "rate_veh_h": 10.0, **wrong}
    with pytest.raises(ScenarioError, match="a flow needs a route"):
        Flow(**given)


def test_scaling_multiplies_rates_and_nothing_else() -> None:
    flow = Flow((3, 4), 120.0, 60.0, 90.0, User.BICYCLE)
    assert Demand((flow,)).scaled(1.5) == Demand((Flow((3, 4), 180.0, 60.0, 90.0, User.BICYCLE),))


def test_the_crossroads_are_demanded_from_everywhere_to_everywhere() -> None:
    network, demand = crossroads(), crossroads_demand(500.0)
    assert sum(flow.rate_veh_h for flow in demand.flows) == pytest.approx(4 * 500.0)
    ends = {network.movements[flow.route[0]].id for flow in demand.flows}
    assert len(ends) == 12
