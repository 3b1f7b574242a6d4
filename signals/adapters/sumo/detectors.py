"""Induction loops: where to lay them, how to tell SUMO, and what they report."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any, Protocol
from xml.sax.saxutils import quoteattr

import numpy as np

from signals.adapters.sumo.additionals import NOWHERE
from signals.adapters.sumo.client import Client
from signals.adapters.sumo.in_process import direct
from signals.errors import NetworkError
from signals.model.lanes import User
from signals.model.movements import Movement
from signals.model.network import Detector, Network
from signals.model.sole_ways import sole_ways
from signals.model.values import FloatArray, IntArray

__all__ = ["Loops", "loop_lines", "open_loops", "place_detectors"]

LENGTH_M = 2.0
STOP_LINE_M = 1.0
"""From the end of the first loop to the stop line."""
ADVANCE_M = 50.0
"""From the beginning of the second loop to the stop line."""
LONG_M, FAR_M = 100.0, 180.0
"""A way that is longer than the first has a third loop, which begins so far before the stop line."""
SHORT_M = 15.0
"""On a lane that is shorter, the second loop would see what the first one sees: it is laid further upstream."""
BEGIN_M = 12.0
"""Nearer to where traffic begins no loop is laid."""
MOST_LANES = 20
_ONE_PERIOD_S = 10**7


def place_detectors(network: Network) -> Network:
    """Return the network with two or three loops for every approach, instead of whatever loops it has.

    One ends 1 m before the stop line; the second begins 50 m before it, on a shorter lane 12 m behind its beginning. If
    the lane is shorter than 15 m, the second one is laid on every lane that leads to it without a signal in between.
    Where the lane has no room for the first one, it lies at the end of what leads to it, unless that leads elsewhere
    too. Where the lane, and what leads to it and nowhere else, is longer than 100 m there is a third one, 180 m before
    the stop line or 12 m behind the beginning: where SCOOT has its loops (Hunt and others, 1981), so that who comes is
    known of well before.

    Parameters
    ----------
    network
        The network.

    Raises
    ------
    NetworkError
        When it has no approach.
    """
    approaches = sorted({int(lane) for lane in network.arrays.approach_lane})
    if not approaches:
        raise NetworkError(f'network "{network.name}": there is no controlled approach to lay detectors on')
    upstream = _Upstream(network)
    found: dict[str, Detector] = {}
    for lane in approaches:
        places = [upstream.at_stop_line(lane), *upstream.places(lane, ADVANCE_M, 0), *upstream.far(lane)]
        for detector in (_loop(network, *place) for place in places):
            found.setdefault(detector.id, detector)
    return replace(network, detectors=tuple(found.values()))


class _Upstream:
    """Walks against the traffic."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._approaches = {int(lane) for lane in network.arrays.approach_lane}
        self._into: dict[int, list[Movement]] = {}
        for movement in network.movements:
            if movement.user is not User.PEDESTRIAN and movement.from_lane not in self._approaches:
                self._into.setdefault(movement.to_lane, []).append(movement)
        self._sole_ways = sole_ways(network)

    def at_stop_line(self, lane: int) -> tuple[int, float]:
        """Return (lane, position) of the loop at a stop line."""
        to_end_m = 0.0
        for place in (lane, *self._sole_ways[lane]):
            length_m, ends_m = self._network.lanes[place].length_m, max(STOP_LINE_M - to_end_m, 0.0)
            if length_m >= ends_m + LENGTH_M:
                return place, length_m - ends_m - LENGTH_M
            to_end_m += length_m
        return lane, self._network.lanes[lane].length_m - STOP_LINE_M - LENGTH_M

    def far(self, lane: int) -> Iterator[tuple[int, float]]:
        """Yield (lane, position) of the loop far away, where the lane and the only way to it are long enough."""
        found, away_m = [], 0.0
        for place in (lane, *self._sole_ways[lane]):
            here = self._network.lanes[place]
            end_m = away_m + here.length_m
            if end_m > LONG_M and here.length_m > BEGIN_M + LENGTH_M and not here.internal:
                found.append((place, max(end_m - FAR_M, BEGIN_M)))
            if end_m >= FAR_M:
                break
            away_m = end_m
        yield from found[-1:]

    def places(self, lane: int, distance_m: float, passed: int) -> Iterator[tuple[int, float]]:
        """Yield (lane, position) `distance_m` before the end of a lane, or as far as one comes."""
        length_m = self._network.lanes[lane].length_m
        before = self._into.get(lane, []) if length_m < SHORT_M and passed < MOST_LANES else []
        if not before:
            # Who begins to drive on a lane stands there with all his length, beyond what its beginning could count.
            begin_m = BEGIN_M if length_m > 2 * BEGIN_M else 0.0
            yield lane, max(length_m - distance_m, begin_m)
        for movement in before:
            inside_m = sum(self._network.lanes[via].length_m for via in movement.via) or movement.length_m
            rest_m = distance_m - length_m - inside_m
            if rest_m > LENGTH_M:
                yield from self.places(movement.from_lane, rest_m, passed + 1)
            else:
                yield movement.from_lane, self._network.lanes[movement.from_lane].length_m - LENGTH_M


def _loop(network: Network, lane: int, position_m: float) -> Detector:
    place = network.lanes[lane]
    position_m = round(max(position_m, 0.0), 2)
    name = f"{place.id}@{place.length_m - position_m:.0f}"
    return Detector(name, lane, position_m, round(min(LENGTH_M, place.length_m - position_m), 2))


def loop_lines(network: Network, existing: Collection[str]) -> list[str]:
    """Return the elements that lay the loops of a network, except those that an additional file lays already."""
    return [
        f"<inductionLoop id={quoteattr(loop.id)} lane={quoteattr(network.lanes[loop.lane].id)} pos='{loop.position_m}' "
        f"length='{loop.length_m}' period='{_ONE_PERIOD_S}' file='{NOWHERE}' friendlyPos='true'/>"
        for loop in network.detectors
        if loop.id not in existing
    ]


class Loops(Protocol):
    """Reads all loops of a network."""

    def read(self, time_s: float) -> tuple[IntArray, FloatArray]:
        """Return who entered and how long each was occupied in the tick that ends now (see `Readings`)."""
        ...


def open_loops(client: Client, network: Network, tick_s: float) -> Loops:
    """Build the reader that suits a client."""
    names = [loop.id for loop in network.detectors]
    return _Subscribed(client.api, names, tick_s) if client.remote else _Polled(client.api, names, tick_s)


class _Polled:
    """Asks libsumo; who is on the loop only where somebody is."""

    def __init__(self, api: Any, names: list[str], tick_s: float) -> None:
        self._names = names
        self._tick_s = tick_s
        self._occupancy = direct(api, "inductionloop", "getLastStepOccupancy")
        self._data = api.inductionloop.getVehicleData

    def read(self, time_s: float) -> tuple[IntArray, FloatArray]:
        """Ask every loop."""
        percent = np.fromiter(map(self._occupancy, self._names), np.float32, len(self._names))
        count = np.zeros(len(self._names), np.int32)
        for index in np.flatnonzero(percent).tolist():
            count[index] = _entered(self._data(self._names[index]), time_s - self._tick_s)
        return count, np.minimum(percent / 100, 1)


class _Subscribed:
    """Has SUMO send it with the answer to each step."""

    def __init__(self, api: Any, names: list[str], tick_s: float) -> None:
        import traci.constants as tc  # noqa: PLC0415  only needed here

        self._api = api
        self._names = names
        self._tick_s = tick_s
        self._occupancy, self._data = tc.LAST_STEP_OCCUPANCY, tc.LAST_STEP_VEHICLE_DATA
        for name in names:
            api.inductionloop.subscribe(name, (self._occupancy, self._data))

    def read(self, time_s: float) -> tuple[IntArray, FloatArray]:
        """Return what came."""
        results = self._api.inductionloop.getAllSubscriptionResults()
        rows = [results[name] for name in self._names]
        percent = np.array([row[self._occupancy] for row in rows], np.float32)
        count = np.array(
            [_entered(row[self._data], time_s - self._tick_s) if row[self._occupancy] else 0 for row in rows],
            np.int32,
        )
        return count, np.minimum(percent / 100, 1)


def _entered(vehicles: Any, since_s: float) -> int:
    """Count those of (id, length, entry time, exit time, type) that entered after a time."""
    return sum(vehicle[2] > since_s for vehicle in vehicles)
