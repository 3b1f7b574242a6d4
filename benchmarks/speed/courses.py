"""The same network and the same demand for every simulator: a route file in which every route is fixed."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

import signals
from signals import scenario_worlds
from signals.adapters.sumo.install import find_sumo
from signals.errors import ScenarioError
from signals.model.movements import Turn
from signals.model.network import Network
from signals.model.values import IntArray

__all__ = ["GRID30", "RESCO", "Course", "Grid", "made", "random_routes"]

RESCO: Final = ("grid4x4", "cologne8", "ingolstadt21")
"""Networks of the package `sumo-rl`, driven on the routes that SUMO chose in them."""


class Grid(NamedTuple):
    """A generated grid.

    Attributes
    ----------
    side
        Lights along each side.
    vehicles
        How many depart, evenly at random.
    end_s
        Until when.
    """

    side: int
    vehicles: int
    end_s: float


GRID30: Final = Grid(30, 9000, 1800.0)


class Course(NamedTuple):
    """A network and who drives in it.

    Attributes
    ----------
    name
        Its name.
    net, routes
        Files of SUMO.
    begin_s, end_s
        From when to when.
    """

    name: str
    net: str
    routes: str
    begin_s: float
    end_s: float


def made(name: str, folder: Path, grid: Grid = GRID30) -> Course:
    """Find or generate a network and write its route file into a folder.

    Parameters
    ----------
    name
        One of `RESCO`; anything else is a generated grid.
    folder
        Where to write.
    grid
        What is generated.
    """
    return _recorded(name, folder) if name in RESCO else _generated(name, folder, grid)


def random_routes(network: Network, trips: int, seed: int) -> list[tuple[int, ...]]:
    """Draw shortest ways (by number of edges) from border to border; of several ways each is as likely at every fork.

    Parameters
    ----------
    network
        The network; its border are the edges to which, or from which, nothing leads.
    trips
        How many.
    seed
        Of the choice.

    Raises
    ------
    ScenarioError
        When there is no way between two of them.
    """
    following, before = _graph(network)
    driven = sorted(set(following) | set(before))
    origins = [edge for edge in driven if edge not in before]
    destinations = [edge for edge in driven if edge not in following]
    stream = np.random.default_rng(seed)
    ends = stream.integers((len(origins), len(destinations)), size=(trips, 2))
    far = {int(end): _hops_to(destinations[end], before, len(network.edges)) for end in np.unique(ends[:, 1])}
    routes = []
    for start, end in ends.tolist():
        hops, route = far[end], [origins[start]]
        if hops[route[0]] < 0:
            first, last = network.edges[route[0]], network.edges[destinations[end]]
            raise ScenarioError(f'no way leads from edge "{first}" to edge "{last}"')
        while hops[route[-1]] > 0:
            nearest = [edge for edge in following[route[-1]] if hops[edge] == hops[route[-1]] - 1]
            route.append(nearest[stream.integers(len(nearest))])
        routes.append(tuple(route))
    return routes


def _graph(network: Network) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Return which edges follow each edge, and which lead to it; U-turns are left out."""
    number, lanes = network.edge_index, network.lanes
    following: dict[int, list[int]] = {}
    before: dict[int, list[int]] = {}
    hops = {
        (number[lanes[move.from_lane].edge], number[lanes[move.to_lane].edge])
        for move in network.movements
        if move.turn not in (Turn.CROSSING, Turn.UTURN)
    }
    for edge, after in sorted(hops):
        following.setdefault(edge, []).append(after)
        before.setdefault(after, []).append(edge)
    return following, before


def _hops_to(end: int, before: dict[int, list[int]], edges: int) -> IntArray:
    """Return int32 [nE]: how many hops each edge is away from the end; -1 where there is no way."""
    hops = np.full(edges, -1, np.int32)
    hops[end] = 0
    waiting = deque([end])
    while waiting:
        edge = waiting.popleft()
        for other in before.get(edge, ()):
            if hops[other] < 0:
                hops[other] = hops[edge] + 1
                waiting.append(other)
    return hops


def _recorded(name: str, folder: Path) -> Course:
    found = importlib.util.find_spec("sumo_rl")
    if found is None or found.origin is None:
        sys.exit("the networks come with the package sumo-rl: pip install --no-deps sumo-rl")
    scenario = signals.load(Path(found.origin).parent / "nets" / "RESCO" / name / f"{name}.sumocfg")
    routes = folder / f"{name}.rou.xml"
    scenario_worlds.record_routes(scenario.file, scenario.folder, scenario.network, routes, seed=1)
    inputs = scenario_worlds.sumo_inputs(scenario.file, scenario.folder)
    return Course(name, str(inputs.net.resolve()), str(routes), inputs.begin_s, inputs.end_s)


def _generated(name: str, folder: Path, grid: Grid) -> Course:
    net, routes = folder / f"{name}.net.xml", folder / f"{name}.rou.xml"
    installation = find_sumo()
    command = [
        installation.binary.with_name("netgenerate" + installation.binary.suffix), "--grid",
        "--grid.number", str(grid.side), "--grid.length", "200", "--grid.attach-length", "200",
        "--default.lanenumber", "2", "--default.speed", "13.89", "--default-junction-type", "traffic_light",
        "--no-turnarounds", "--tls.cycle.time", "80", "--seed", "1", "--output-file", net,
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, env=installation.environment())
    routes.write_text("<routes/>")
    network = signals.load(net, [routes], begin_s=0.0, end_s=grid.end_s).network
    routes.write_text(_route_file(network, grid))
    return Course(name, str(net), str(routes), 0.0, grid.end_s)


def _route_file(network: Network, grid: Grid) -> str:
    ways = random_routes(network, grid.vehicles, seed=1)
    departs_s = np.sort(np.random.default_rng(2).uniform(0.0, grid.end_s, grid.vehicles))
    lines = [
        f'<vehicle id="{number}" depart="{depart_s:.2f}" departLane="best" departSpeed="max">'
        f'<route edges="{" ".join(network.edges[edge] for edge in way)}"/></vehicle>\n'
        for number, (depart_s, way) in enumerate(zip(departs_s.tolist(), ways, strict=True))
    ]
    return f"<routes>\n{''.join(lines)}</routes>\n"
