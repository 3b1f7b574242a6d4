"""Who travels in the synthetic towns: the routes, the peak, and what the plans are told."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from benchmarks.towns.demand import BEGIN_S, QUARTER_S, QUARTERS, routes, stops, turning_veh_h, way
from benchmarks.towns.make import PLACES
from benchmarks.towns.streets import connections_of, roads_of

TOWN, DEMAND = PLACES["small_town"].town, PLACES["small_town"].demand


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314  our own


def test_the_hour_that_counts_has_the_flows_of_the_table() -> None:
    assert len(QUARTERS) == 5
    assert sum(QUARTERS[1:]) == pytest.approx(4.0)
    rates: dict[str, float] = {}
    for flow in parsed(routes(TOWN, DEMAND)).iter("flow"):
        if flow.get("id", "").startswith("motor.W_wA.eD_E.") and float(flow.get("begin", "")) > BEGIN_S:
            rates[flow.get("id", "")] = float(flow.get("period", "")[4:-1]) * QUARTER_S
    wanted = next(row.per_h for row in DEMAND.motor if (row.start, row.end) == ("W_wA", "eD_E"))
    assert sum(rates.values()) == pytest.approx(wanted, rel=1e-3)


@pytest.mark.parametrize("name", PLACES)
def test_everybody_has_a_way_and_the_file_is_in_order(name: str) -> None:
    place = PLACES[name]
    joined = {(row.start, row.end) for row in connections_of(place.town)}
    begins = []
    for flow in parsed(routes(place.town, place.demand)):
        if flow.tag in ("flow", "personFlow"):
            begins.append(float(flow.get("begin", "")))
        for route in flow.iter("route"):
            assert set(pairwise(route.get("edges", "").split())) <= joined
    assert begins == sorted(begins)
    assert min(begins) == BEGIN_S


def test_the_bus_goes_by_the_school_and_turns_left_at_c() -> None:
    flows = {flow.get("id"): flow for flow in parsed(routes(TOWN, DEMAND)).iter("flow")}
    bus = flows["line2.east"]
    edges = bus.find("route").get("edges").split()  # type: ignore[union-attr]
    assert [edge for edge in edges if edge in {"nB_T", "T_F", "F_C", "C_eC"}] == ["nB_T", "T_F", "F_C", "C_eC"]
    halts = [stop.get("busStop") for stop in bus.iter("stop")]
    placed = {stop.id: stop.edge for stop in DEMAND.stops}
    assert [edge for edge in edges if edge in {placed[str(halt)] for halt in halts}] == [placed[str(h)] for h in halts]


@pytest.mark.parametrize("name", PLACES)
def test_buses_stop_on_a_motor_lane_that_is_long_enough(name: str) -> None:
    place = PLACES[name]
    roads = {road.id: road for road in roads_of(place.town)}
    for text in stops(place.town, place.demand):
        stop = parsed(text)
        edge, _, lane = stop.get("lane", "").rpartition("_")
        assert int(lane) == roads[edge].motor[0]
        assert float(stop.get("endPos", "")) - float(stop.get("startPos", "")) > 12.0


def test_turning_flows_are_those_of_the_routes() -> None:
    flow = turning_veh_h(TOWN, DEMAND)
    out = sum(row.per_h for row in DEMAND.motor if row.start == "uS_u")
    assert sum(rate for (start, _), rate in flow.items() if start == "uS_u") == pytest.approx(out)
    assert flow["nB_T", "T_F"] >= 6.0  # six buses an hour at least


def test_no_way() -> None:
    with pytest.raises(ValueError, match="there is no way from W_wA to nA_N"):
        way(TOWN, "W_wA", "nA_N", motor=False)  # cyclists do not turn left
