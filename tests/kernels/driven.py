"""Traffic at the crossroads, driven by hand."""

from __future__ import annotations

import numpy as np

from signals.adapters.sim.heads import Heads
from signals.adapters.sim.layout import Traffic, traffic
from signals.kernels.traffic import advance
from signals.model.crossroads import crossroads
from signals.model.network import Network
from signals.model.travel import CAR, Travel, VehicleKind, Walk
from signals.model.values import Aspect

GROUP = {"north_ahead": 0, "north_left": 1, "east_ahead": 2, "south_ahead": 4, "west_ahead": 6, "west_left": 7}


def cars(
    network: Network, ways: list[tuple[str, str]], depart_s: list[float], kind: VehicleKind = CAR, factor: float = 1.0
) -> Travel:
    """Return one car for each departure, each on the way of its number (the last is repeated)."""
    edges = network.edge_index
    routes = tuple((edges[start], edges[end]) for start, end in ways)
    count = len(depart_s)
    return Travel(
        kinds=(kind,),
        routes=routes,
        depart_s=np.array(depart_s, np.float64),
        kind=np.zeros(count, np.int32),
        route=np.minimum(np.arange(count), len(routes) - 1).astype(np.int32),
        speed_factor=np.full(count, factor, np.float32),
    )


def random_travel(network: Network, seed: int, count: int = 300, people: int = 20, end_s: float = 600.0) -> Travel:
    """Return cars, trucks and people on all ways through the crossroads."""
    rng = np.random.default_rng(seed)
    arms = ("north", "east", "south", "west")
    routes = tuple(
        (network.edge_index[f"{a}_in"], network.edge_index[f"{b}_out"]) for a in arms for b in arms if a != b
    )
    first = next(n for n, m in enumerate(network.movements) if m.id == "north_walk>north_cross")
    walks = tuple(Walk((first + n,), (float(rng.uniform(0, 30)),), 5.0) for n in range(4))
    truck = VehicleKind(id="truck", length_m=12.0, accel_mps2=1.3, speed_mps=25.0)
    return Travel(
        kinds=(CAR, truck),
        routes=routes,
        depart_s=np.sort(rng.uniform(0, end_s, count)),
        kind=(rng.random(count) < 0.1).astype(np.int32),
        route=rng.integers(0, len(routes), count).astype(np.int32),
        speed_factor=np.clip(rng.normal(1.0, 0.1, count), 0.7, 1.3).astype(np.float32),
        walks=walks,
        walk_depart_s=np.sort(rng.uniform(0, end_s, people)),
        walk=rng.integers(0, 4, people).astype(np.int32),
        walk_speed_mps=rng.uniform(0.9, 1.6, people).astype(np.float32),
    )


class Drive:
    """Second by second, with the aspects that a test sets."""

    def __init__(self, travel: Travel, network: Network | None = None) -> None:
        self.network = network or crossroads()
        self.traffic: Traffic = traffic(self.network, travel)
        self.heads = Heads(self.network)
        self.aspect = np.full(len(self.network.arrays.group_user), Aspect.RED, np.int8)
        self.now_s = 0.0

    def on(self, seconds: int) -> None:
        """Let time pass."""
        for _ in range(seconds):
            changes = self.heads.show(self.aspect)
            since = np.full(len(changes), self.now_s)
            roads, travellers, state, *_ = self.traffic
            advance(self.now_s, self.now_s + 1.0, since, changes, tuple(roads), tuple(travellers), tuple(state))
            self.now_s += 1.0

    def show(self, aspect: Aspect, *groups: str) -> None:
        """Have groups show something from now on."""
        self.aspect[[GROUP[name] for name in groups]] = aspect

    def exits_s(self, lane: str) -> list[float]:
        """Return when vehicles left a lane."""
        number = self.row(lane)
        first, size, _ = self.traffic.roads.lane_ring[number].tolist()
        left = int(self.traffic.state.lane_count[number, 2])
        assert left <= size
        return [float(value) for value in self.traffic.state.exit_s[first : first + left]]

    def count(self, lane: str) -> int:
        """Return how many vehicles are on a lane."""
        return int(self.traffic.state.lane_count[self.row(lane), 0])

    def row(self, lane: str) -> int:
        """Return the row of a lane in the arrays."""
        return self.traffic.lane.tolist().index(self.network.lane_index[lane])
