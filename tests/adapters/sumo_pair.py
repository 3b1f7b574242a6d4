"""Two signals in a row, built by SUMO itself: people cross at the first one.

Cars drive from ``ab`` over ``bc`` to ``cd``, straight on or left; ``sb`` and ``sc`` join from the south.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from signals.adapters.sumo.config import RouteFile, SumoInputs
from signals.adapters.sumo.install import find_sumo
from signals.adapters.sumo.network import read_network
from signals.adapters.sumo.options import SumoOptions
from signals.adapters.sumo.safe_xml import Element, events
from signals.adapters.sumo.world import SumoWorld
from signals.model.network import Network
from signals.model.trips import Incidents, Trips
from signals.model.values import Aspect, Command, Readings
from tests.adapters.sumo_tee import write

_NODES = """<nodes>
  <node id="a" x="0" y="0"/><node id="b" x="300" y="0" type="traffic_light"/>
  <node id="c" x="600" y="0" type="traffic_light"/><node id="d" x="900" y="0"/>
  <node id="s" x="300" y="-200"/><node id="n" x="300" y="200"/>
  <node id="t" x="600" y="-200"/><node id="m" x="600" y="200"/>
</nodes>"""
_EDGES = """<edges>
  <edge id="ab" from="a" to="b" numLanes="1" speed="13.89" sidewalkWidth="2"/>
  <edge id="bc" from="b" to="c" numLanes="2" speed="13.89" sidewalkWidth="2"/>
  <edge id="cd" from="c" to="d" numLanes="1" speed="13.89"/>
  <edge id="sb" from="s" to="b" numLanes="1" speed="13.89" sidewalkWidth="2"/>
  <edge id="bn" from="b" to="n" numLanes="1" speed="13.89" sidewalkWidth="2"/>
  <edge id="tc" from="t" to="c" numLanes="1" speed="13.89"/>
  <edge id="cm" from="c" to="m" numLanes="1" speed="13.89"/>
</edges>"""

BOTH = pytest.mark.parametrize("traci", [False, True], ids=["libsumo", "traci"])
"""A test of both ways to talk to SUMO."""

DEMAND = """
  <vType id="bike" vClass="bicycle"/>
  <vType id="line" vClass="bus"/>
  <person id="early" depart="5" departPos="280"><walk from="ab" to="bc" arrivalPos="20"/></person>
  <trip id="bus" type="line" depart="10" from="ab" to="cd"/>
  <flow id="f" begin="12" end="400" period="7" from="ab" to="cd"/>
  <flow id="g" begin="13" end="400" period="11" from="sb" to="cm"/>
  <trip id="bike" type="bike" depart="15" from="tc" to="cm"/>
  <person id="walker" depart="20" departPos="180"><walk from="sb" to="bn" arrivalPos="20"/></person>
  <vehicle id="parker" depart="25"><route edges="ab bc cd"/>
    <stop lane="bc_1" startPos="100" endPos="150" parking="true" duration="60"/></vehicle>
  <trip id="late" depart="500" from="ab" to="cd"/>
"""


def pair_net(folder: Path) -> Path:
    """Build the network."""
    net = folder / "pair.net.xml"
    if not net.exists():
        netconvert = find_sumo().binary.with_name("netconvert")
        nodes, edges = write(folder, "pair.nod.xml", _NODES), write(folder, "pair.edg.xml", _EDGES)
        subprocess.run(
            [netconvert, "-n", nodes, "-e", edges, "-o", net, "--crossings.guess", "--walkingareas", "--no-warnings"],
            check=True,
            capture_output=True,
        )
    return net


def pair_inputs(
    folder: Path, demand: str = DEMAND, *, end_s: float = 200.0, additionals: Sequence[Path] = ()
) -> SumoInputs:
    """The network with demand."""
    routes = write(folder, "pair.rou.xml", f"<routes>{demand}</routes>")
    return SumoInputs(pair_net(folder), (RouteFile(routes),), tuple(additionals), 0.0, end_s)


def pair_world(folder: Path, demand: str = DEMAND, *, end_s: float = 200.0, **options: object) -> SumoWorld:
    """A world of it; its results lie in ``run``."""
    inputs = pair_inputs(folder, demand, end_s=end_s)
    return SumoWorld(read_network(inputs.net), inputs, folder / "run", SumoOptions(**options))  # type: ignore[arg-type]


def hands_off(network: Network) -> Command:
    """A command that leaves every program alone."""
    groups = len(network.arrays.group_user)
    return Command(0.0, np.zeros(groups, np.int8), np.zeros(len(network.intersections), np.bool_))


def all_red(network: Network) -> Command:
    """A command that stops everybody."""
    groups = len(network.arrays.group_user)
    return Command(0.0, np.full(groups, Aspect.RED, np.int8), np.ones(len(network.intersections), np.bool_))


def drive(world: SumoWorld, command: Command | None = None) -> tuple[list[Readings], Trips, Incidents]:
    """Run a world to its end with one command; readings are copied."""
    seen = []
    with world:
        command = command or hands_off(world.network)
        while not world.finished:
            seen.append(copied(world.read()))
            world.write(command)
        seen.append(copied(world.read()))
    return seen, *world.outcome()


def copied(readings: Readings) -> Readings:
    """Readings that stay as they are."""
    return Readings(readings.time_s, *(column.copy() for column in readings[1:]))


def element(text: str, folder: Path) -> Element:
    """The one element of a text that travels, or defines something."""
    tags = {"flow", "personFlow", "vType", "vehicle", "tlLogic"}
    (found,) = events(write(folder, "element.xml", text), tags)
    return found


def children() -> set[int]:
    """Processes that this one started."""
    return set(map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()))


def exists(process: int) -> bool:
    """Whether a process is there and more than a corpse."""
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Wait for something; whether it came."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
