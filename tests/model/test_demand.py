from __future__ import annotations

from typing import Any

import pytest

from signals.errors import InputError, ScenarioError
from signals.model.crossroads import crossroads, crossroads_demand
from signals.model.demand import BICYCLE, Demand, Flow, Source, TurnShare, usual_kind
from signals.model.lanes import User
from signals.model.travel import VehicleKind


@pytest.mark.parametrize("wrong", [{"route": ()}, {"rate_veh_h": -1.0}, {"begin_s": 10.0, "end_s": 5.0}])
def test_a_flow_goes_somewhere_at_some_rate_for_some_time(wrong: dict[str, Any]) -> None:
    given: dict[str, Any] = {"route": (0,), "rate_veh_h": 10.0, **wrong}
    with pytest.raises(ScenarioError, match="a flow needs a route"):
        Flow(**given)


def test_scaling_multiplies_rates_and_nothing_else() -> None:
    flow = Flow((3, 4), 120.0, 60.0, 90.0, User.BICYCLE)
    sources, turns, kinds = (Source(2, 10.0, 5.0, 6.0, "van"),), (TurnShare(1, 2, 0.5),), (VehicleKind(id="van"),)
    assert Demand((flow,), sources, turns, kinds).scaled(1.5) == Demand(
        (Flow((3, 4), 180.0, 60.0, 90.0, User.BICYCLE),), (Source(2, 15.0, 5.0, 6.0, "van"),), turns, kinds
    )


def test_the_crossroads_are_demanded_from_everywhere_to_everywhere() -> None:
    network, demand = crossroads(), crossroads_demand(500.0)
    assert sum(flow.rate_veh_h for flow in demand.flows) == pytest.approx(4 * 500.0)
    ends = {network.movements[flow.route[0]].id for flow in demand.flows}
    assert len(ends) == 12


def test_the_usual_kind_looks_for_the_lanes_of_its_user() -> None:
    assert usual_kind(User.BICYCLE) is BICYCLE
    assert all(usual_kind(user).user is user for user in User if user is not User.PEDESTRIAN)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"flows": (Flow((0,), 1.0, kind="vna"),)}, 'unknown kind of vehicle "vna"; did you mean "van"'),
        ({"sources": (Source(0, 1.0, kind="lorry"),)}, 'unknown kind of vehicle "lorry"'),
        (
            {"flows": (Flow((0,), 1.0, user=User.BICYCLE, kind="van"),)},
            'flow 0: its user is BICYCLE, but its kind "van"',
        ),
        ({"kinds": (VehicleKind(id="van"), VehicleKind(id="van", length_m=7.0))}, "a name of its own"),
        ({"kinds": (VehicleKind(id=""),)}, "a name of its own"),
        ({"turns": (TurnShare(1, 2, 0.5), TurnShare(1, 2, 0.4))}, "from edge 1 to 2 is given twice"),
        ({"turns": (TurnShare(1, 2, 0.0), TurnShare(1, 3, 0.0))}, "all shares of the turns from edge 1 are 0"),
    ],
)
def test_what_does_not_fit_together_is_refused(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        Demand(**{"kinds": (VehicleKind(id="van"),), **wrong})


@pytest.mark.parametrize("share", [-0.1, float("nan"), float("inf")])
def test_a_share_is_a_number(share: float) -> None:
    with pytest.raises(ScenarioError, match="share of a turn must be a number >= 0"):
        TurnShare(0, 1, share)


@pytest.mark.parametrize("wrong", [{"rate_veh_h": float("nan")}, {"begin_s": 10.0, "end_s": 5.0}])
def test_a_source_has_a_rate_for_some_time(wrong: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError, match="a source needs"):
        Source(**{"edge": 0, "rate_veh_h": 10.0, **wrong})
