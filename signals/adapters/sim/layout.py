"""From a network and its travellers to the arrays of the point-queue simulator, at time 0."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from typing import NamedTuple

import numpy as np

from signals.adapters.sim.schedule import Schedule
from signals.kernels.queue_state import Fleet, Signals, Streets, Traffic, Walkers
from signals.model.demand import Demand
from signals.model.movements import Turn
from signals.model.network import Network
from signals.model.trips import DoubleArray
from signals.model.values import Aspect, IntArray

__all__ = ["Stock", "stock"]

SPACE_M = 7.5
"""Length of road that a standing vehicle takes."""
LEAST_HEADWAY_S = 0.6
"""Vehicles follow each other on a lane at no less than this, however many lanes lead to it."""


class Stock(NamedTuple):
    """Everything that the simulator works on."""

    streets: Streets
    signals: Signals
    traffic: Traffic
    fleet: Fleet
    walkers: Walkers


def stock(network: Network, demand: Demand, travellers: Schedule) -> Stock:
    """Build the arrays.

    Parameters
    ----------
    network
        The network.
    demand
        Its flows, checked.
    travellers
        Who belongs to which flow, and when they start.
    """
    streets, first_step = _streets(network, demand)
    groups = len(network.arrays.group_user)
    step = first_step[travellers.vehicle_flow]
    return Stock(
        streets,
        Signals(np.full(groups, Aspect.RED, np.int8), np.full(groups, -np.inf), np.full(groups, -np.inf)),
        _traffic(network, streets, streets.step_lane[step]),
        _fleet(travellers.vehicle_s, step),
        _walkers(demand, travellers),
    )


def _streets(network: Network, demand: Demand) -> tuple[Streets, IntArray]:
    """Build the roads and routes, and tell where the route of each flow begins."""
    length_m = np.array([lane.length_m for lane in network.lanes])
    speed_mps = np.array([lane.speed_mps for lane in network.lanes])
    storage = np.maximum(length_m / SPACE_M, 1.0).astype(np.int32)
    routes = [_steps(network, flow.route) for flow in demand.flows]
    steps = [step for route in routes for step in route]
    yields = _yields(network)
    detectors = sorted(range(len(network.detectors)), key=lambda d: network.detectors[d].lane)
    rows = [network.detectors[d] for d in detectors]
    per_lane = np.bincount([row.lane for row in rows], minlength=len(network.lanes)) if rows else [0] * len(length_m)
    streets = Streets(
        length_m=length_m,
        speed_mps=speed_mps,
        storage=storage,
        ring_offset=_offsets(_places(network, storage)),
        step_lane=np.array([lane for lane, _ in steps], np.int32),
        step_movement=np.array([movement for _, movement in steps], np.int32),
        movement_lane=np.array([movement.from_lane for movement in network.movements], np.int32),
        movement_group=_movement_group(network),
        movement_time_s=np.array([movement.length_m / movement.speed_mps for movement in network.movements]),
        crossing=np.array([movement.turn is Turn.CROSSING for movement in network.movements], np.int8),
        yield_offset=_offsets(len(row) for row in yields),
        yield_movement=np.array([foe for row in yields for foe in row], np.int32),
        detector_offset=_offsets(per_lane),
        detector=np.array(detectors, np.int32),
        detector_from_m=np.array([row.position_m for row in rows]),
        detector_length_m=np.array([row.length_m for row in rows]),
    )
    return streets, _offsets(len(route) for route in routes)[:-1]


def _steps(network: Network, route: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return (lane, movement by which it is left) along a route, -1 on the last lane."""
    steps = [(network.movements[movement].from_lane, movement) for movement in route]
    return [*steps, (network.movements[route[-1]].to_lane, -1)]


def _places(network: Network, storage: IntArray) -> list[int]:
    """Return how many vehicles may be on each lane: all that flow through it, be it ever so short."""
    inside_s = [0.0] * len(network.lanes)
    for movement in network.movements:
        inside_s[movement.to_lane] = max(inside_s[movement.to_lane], movement.length_m / movement.speed_mps)
    through_s = [lane.length_m / lane.speed_mps + over for lane, over in zip(network.lanes, inside_s, strict=True)]
    return [
        max(int(stand), ceil((over + 1.0) / LEAST_HEADWAY_S) + 1)
        for stand, over in zip(storage, through_s, strict=True)
    ]


def _movement_group(network: Network) -> IntArray:
    """Return the network-wide group of each movement, -1 where no signal controls it."""
    group_of = np.full(len(network.movements), -1, np.int32)
    groups = [group for intersection in network.intersections for group in intersection.groups]
    for number, group in enumerate(groups):
        group_of[list(group.movements)] = number
    return group_of


def _yields(network: Network) -> list[list[int]]:
    """Return who has priority over each movement; two who would wait for each other for ever do not."""
    movements = network.movements
    return [
        [foe for foe in movement.yields_to if index not in movements[foe].yields_to]
        for index, movement in enumerate(movements)
    ]


def _traffic(network: Network, streets: Streets, entry_lane: IntArray) -> Traffic:
    lanes, movements, detectors = len(network.lanes), len(network.movements), len(network.detectors)
    entries = _offsets(np.bincount(entry_lane, minlength=lanes))
    return Traffic(
        steps=np.zeros(1, np.int64),
        ring=np.zeros(streets.ring_offset[-1], np.int32),
        first=np.zeros(lanes, np.int32),
        queued=np.zeros(lanes, np.int32),
        entry_offset=entries,
        entry_vehicle=np.argsort(entry_lane, kind="stable").astype(np.int32),
        entry_next=entries[:-1].copy(),
        next_exit_s=np.full(lanes, -np.inf),
        last_exit_s=np.full(lanes, -np.inf),
        sneaked_s=np.full(lanes, -np.inf),
        yielding=np.full(lanes, -1, np.int32),
        last_crossing_s=np.full(movements, -np.inf),
        busy_until_s=np.full(movements, -np.inf),
        detector_count=np.zeros(detectors, np.int32),
        detector_occupied_s=np.zeros(detectors),
        detector_stood=np.zeros(detectors, np.int8),
    )


def _fleet(scheduled_s: DoubleArray, step: IntArray) -> Fleet:
    vehicles = len(scheduled_s)
    return Fleet(
        scheduled_s=scheduled_s,
        entered_s=np.full(vehicles, np.nan),
        left_s=np.full(vehicles, np.nan),
        step=step.copy(),
        ready_s=np.zeros(vehicles),
        front_m=np.full(vehicles, -1.0),
        loss_s=np.zeros(vehicles),
        longest_s=np.zeros(vehicles),
        stops=np.zeros(vehicles, np.int32),
    )


def _walkers(demand: Demand, travellers: Schedule) -> Walkers:
    """Sort the people by crossing; within one they stay in order of time."""
    flow_crossing = np.array([flow.route[0] for flow in demand.flows], np.int32)
    crossing = flow_crossing[travellers.person_flow]
    used, count = np.unique(crossing, return_counts=True)
    offset = _offsets(count)
    return Walkers(
        offset=offset,
        movement=used.astype(np.int32),
        scheduled_s=travellers.person_s[np.argsort(crossing, kind="stable")],
        started_s=np.full(len(crossing), np.nan),
        next=offset[:-1].copy(),
    )


def _offsets(counts: Iterable[int]) -> IntArray:
    return np.cumsum([0, *counts], dtype=np.int32)
