"""Two signals in a row, with all that makes feeding lanes hard, and vehicles that wander about in it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from signals.model.intersections import Intersection, SignalGroup
from signals.model.lanes import Lane, User
from signals.model.movements import Movement, Turn
from signals.model.network import Detector, Network

Vehicle = tuple[int, float, float, int]

LANES = (
    ("a0", "a", 120.0), ("a1", "a", 120.0), (":a", ":", 6.0), ("b0", "b", 80.0), ("b1", "b", 80.0), ("c", "c", 60.0),
    (":b", ":", 10.0), (":bb", ":", 4.0), ("d", "d", 70.0), ("e", "e", 5.0), ("f", "f", 50.0), ("g", "g", 50.0),
    ("h", "h", 50.0), ("back", "back", 50.0),
)  # fmt: skip
"""Lane, edge, length: a forks without a signal into b (signal) and c; d and the short e lead to the second signal."""


def corridor(detectors: tuple[tuple[str, float], ...] = ()) -> Network:
    """Return the network; `detectors` are (lane, position)."""
    lanes = tuple(Lane(name, edge, length, 12.0, internal=name[0] == ":") for name, edge, length in LANES)
    index = {name: number for number, (name, _, _) in enumerate(LANES)}
    ways = (
        ("a0", "b0", (":a",), Turn.STRAIGHT, -1), ("a1", "b1", (), Turn.STRAIGHT, -1), ("a1", "c", (), Turn.LEFT, -1),
        ("b0", "d", (":b", ":bb"), Turn.STRAIGHT, 0), ("b0", "g", (), Turn.RIGHT, 1), ("b1", "g", (), Turn.LEFT, 2),
        ("b1", "back", (), Turn.UTURN, 3), ("d", "e", (), Turn.STRAIGHT, -1), ("e", "f", (), Turn.STRAIGHT, 0),
        ("e", "h", (), Turn.RIGHT, 1),
    )  # fmt: skip
    movements = tuple(
        Movement(f"{start}>{end}", index[start], index[end], tuple(index[v] for v in via), 14.0, 10.0, turn, link=link)
        for start, end, via, turn, link in ways
    )
    first = Intersection(
        "first",
        (
            SignalGroup("ahead", User.VEHICLE, (0, 1), (3, 4)),
            SignalGroup("left", User.VEHICLE, (2, 3), (5, 6)),
            SignalGroup("walk", User.PEDESTRIAN, (4,), ()),
        ),
        ((None, 40, None), (40, None, None), (None, None, None)),
        (),
    )
    second = Intersection("second", (SignalGroup("all", User.VEHICLE, (0, 1), (8, 9)),), ((None,),), ())
    loops = tuple(Detector(f"{lane}@{place:g}", index[lane], place) for lane, place in detectors)
    return Network("corridor", lanes, movements, (first, second), loops)


def wander(network: Network, ticks: int, seed: int) -> Iterator[list[Vehicle]]:
    """Let vehicles come, drive, stand, change lane, take movements at random, and sometimes be seen no more."""
    rng = np.random.default_rng(seed)
    leaving = {number: [m for m in network.movements if m.from_lane == number] for number in range(len(network.lanes))}
    inside = {via: (m, k) for m in network.movements for k, via in enumerate(m.via)}
    vehicles: list[list[float]] = []
    handle = 0
    for _ in range(ticks):
        if rng.random() < 0.5:
            handle += 1
            vehicles.append([int(rng.integers(0, 2)), 0.0, 0.0, handle])
        for vehicle in vehicles:
            vehicle[2] = 0.0 if rng.random() < 0.3 else float(rng.uniform(0.5, 14.0))
            vehicle[1] += vehicle[2]
            lane = int(vehicle[0])
            while lane >= 0 and vehicle[1] > network.lanes[lane].length_m:
                vehicle[1] -= network.lanes[lane].length_m
                if lane in inside:
                    move, place = inside[lane]
                    lane = (*move.via, move.to_lane)[place + 1]
                elif leaving[lane]:
                    move = leaving[lane][int(rng.integers(len(leaving[lane])))]
                    lane = (*move.via, move.to_lane)[0]
                else:
                    lane = -1
            if lane in (0, 1, 3, 4) and rng.random() < 0.03:
                lane = {0: 1, 1: 0, 3: 4, 4: 3}[lane]
            vehicle[0] = lane
        vehicles = [vehicle for vehicle in vehicles if vehicle[0] >= 0 and rng.random() > 0.002]
        yield [(int(lane), position, speed, int(number)) for lane, position, speed, number in vehicles]
