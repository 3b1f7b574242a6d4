"""More and fewer travellers, closed lanes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from signals.env.disruptions import Disruptions, disrupted
from signals.errors import InputError, UnknownNameError
from signals.model.closures import Closure
from signals.scenario import load
from signals.scenario_sim import SimPart, SourcePart
from tests.env.made import two_junctions

CLOSED = Closure(lane="n_1", begin_s=60, end_s=120)


def test_the_options_of_reset_go_before_the_setting() -> None:
    usual = Disruptions(demand_scale=1.5, closures=(CLOSED,))
    assert usual.otherwise(None) == usual.otherwise({}) == usual
    assert usual.otherwise({"demand_scale": 2}) == Disruptions(demand_scale=2, closures=(CLOSED,))
    assert usual.otherwise({"closures": []}) == Disruptions(demand_scale=1.5)


@pytest.mark.parametrize("scale", [-1, float("nan"), float("inf"), "2"])
def test_a_scale_is_a_number(scale: Any) -> None:
    with pytest.raises(InputError, match="demand_scale must be a number >= 0"):
        Disruptions(demand_scale=scale)


@pytest.mark.parametrize("closures", [("n_1",), CLOSED, "n_1"])
def test_closures_are_closures(closures: Any) -> None:
    with pytest.raises(InputError, match="closures must be a tuple"):
        Disruptions().otherwise({"closures": closures})


def test_another_option_is_refused() -> None:
    with pytest.raises(UnknownNameError, match='did you mean "demand_scale"'):
        Disruptions().otherwise({"demand_scales": 1})


def test_every_kind_of_demand_is_multiplied(tmp_path: Path) -> None:
    more, less = Disruptions(demand_scale=1.5), Disruptions(demand_scale=0.5)
    assert disrupted(load("crossroads").file, more).sim.veh_h == 600
    flows = disrupted(two_junctions(tmp_path).file, less).sim.flows
    assert {flow.rate_veh_h for flow in flows} == {75.0}
    drawn = replace(load("crossroads").file, sim=SimPart(sources=(SourcePart(edge="n", rate_veh_h=100),)))
    assert [source.rate_veh_h for source in disrupted(drawn, less).sim.sources] == [50]
    rows = disrupted(load("braunschweig").file, more).demand
    assert [row.scale for row in rows] == [1.5, 1.5, 1.5]


def test_closures_are_added_to_those_of_the_scenario() -> None:
    file = load("braunschweig").file
    once = disrupted(file, Disruptions(closures=(CLOSED,)))
    twice = disrupted(once, Disruptions(closures=(Closure(lane="n_2"),)))
    assert [(part.lane, part.begin_s, part.end_s) for part in twice.closures] == [("n_1", 60, 120), ("n_2", 0, None)]


def test_nothing_changes_where_nothing_is_done() -> None:
    file = load("crossroads").file
    assert disrupted(file, Disruptions()) == file


def test_the_demand_of_a_plug_in_cannot_be_scaled() -> None:
    file = load("crossroads").file
    other = replace(file, scenario=replace(file.scenario, world="street"))
    assert disrupted(other, Disruptions()) == other
    with pytest.raises(InputError, match='the world "street" cannot be scaled'):
        disrupted(other, Disruptions(demand_scale=2.0))
