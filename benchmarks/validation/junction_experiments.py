"""One junction, one question: networks by SUMO's own converter, and a saturated flow among others."""

from __future__ import annotations

import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

import signals
from signals.adapters.sim.replay import Replay, replay
from signals.adapters.sumo.install import find_sumo
from signals.adapters.sumo.safe_xml import events
from signals.model.trips import TripState
from signals.record.files import write_whole
from signals.scenario_worlds import travel_of

__all__ = ["EXPERIMENTS", "Experiment", "measured"]

END_S: Final = 3600.0
SATURATED_VEH_H: Final = 1700.0
_ARM_M: Final = 300
_TO_STOP_LINE_M: Final = 7
"""From the middle of the junction to its stop lines."""
_SEED: Final = 5
_SUMO_SEED: Final = 3


class Experiment(NamedTuple):
    """How many vehicles of a saturated flow get through a junction of four arms in an hour.

    Attributes
    ----------
    question
        What is measured.
    flow
        Where the flow comes from and goes to: two of ``NESW``.
    others
        Other flows, and how many of them per hour.
    cycle_s
        Of a signal with two equal stages; 0 for a minor street (north and south) that yields.
    minor_mps, major_mps
        Speed limits.
    waits_m
        Where one who turns left waits inside the junction: so far behind the stop line; 0 for what the converter says.
    divided_m
        Where the road of the flow is divided into pieces, before the stop line.
    """

    question: str
    flow: str
    others: tuple[tuple[str, float], ...] = ()
    cycle_s: int = 0
    minor_mps: float = 13.89
    major_mps: float = 13.89
    waits_m: float = 0.0
    divided_m: tuple[int, ...] = ()


def _discharge() -> list[Experiment]:
    turns = (("straight", "SN"), ("right", "SE"), ("left", "SW"))
    return [
        Experiment(f"green of {cycle_s // 2 - 3} s, {turn}", flow, cycle_s=cycle_s)
        for cycle_s in (40, 60, 90)
        for turn, flow in turns
    ]


def _gaps() -> list[Experiment]:
    conflicts = (
        ("crosses", "SN", "WE"), ("crosses the far lane", "SN", "EW"), ("turns right and joins", "SE", "WE"),
        ("turns left and crosses", "SW", "WE"), ("turns left and joins", "SW", "EW"),
    )  # fmt: skip
    speeds = ((13.89, 13.89), (5.56, 13.89), (13.89, 8.33), (13.89, 19.44))
    return [
        Experiment(f"{what} 600 veh/h, {minor:g} and {major:g} m/s", flow, ((other, 600.0),), 0, minor, major)
        for minor, major in speeds
        for what, flow, other in conflicts
    ]


def _left_turns() -> list[Experiment]:
    return [
        Experiment(f"left against {veh_h:g} veh/h, waits at {waits_m:g} m", "SW", (("NS", veh_h),), 60, waits_m=waits_m)
        for waits_m in (3.0, 5.0, 8.0, 10.0)
        for veh_h in (150.0, 300.0, 500.0)
    ]


def _divided() -> list[Experiment]:
    return [
        Experiment(f"green of 27 s, road divided at {' and '.join(map(str, at_m))} m", "SN", cycle_s=60, divided_m=at_m)
        for at_m in ((10,), (20,), (40,), (20, 50), (10, 20, 30))
    ]


EXPERIMENTS: Final = (*_discharge(), *_divided(), *_gaps(), *_left_turns())


def measured(one: Experiment, folder: Path) -> tuple[int, int]:
    """Make an experiment.

    Parameters
    ----------
    one
        Which.
    folder
        For its files.

    Returns
    -------
    sumo, sim
        How many vehicles of the flow arrived in SUMO and in the built-in world.
    """
    folder.mkdir(parents=True, exist_ok=True)
    net = _network(one, folder)
    routes, mine = _routes(one, folder)
    return _in_sumo(net, routes, folder, mine), _in_sim(net, routes, mine)


def _network(one: Experiment, folder: Path) -> Path:
    """Convert a cross; beside it a signal without traffic, since a scenario has to have one."""
    kind = "traffic_light" if one.cycle_s else "priority"
    ends = {"W": (-_ARM_M, 0), "E": (_ARM_M, 0), "N": (0, _ARM_M), "S": (0, -_ARM_M), "G": (900, 300), "H": (900, -300)}
    nodes = "".join(f'<node id="{name}" x="{x}" y="{y}"/>' for name, (x, y) in ends.items())
    nodes += f'<node id="C" x="0" y="0" type="{kind}"/><node id="F" x="900" y="0" type="traffic_light"/>'
    nodes += "".join(f'<node id="D{at_m}" x="0" y="{-at_m - _TO_STOP_LINE_M}"/>' for at_m in one.divided_m)
    edges = "".join(_street("F", end, 1, 13.89) for end in "GH")
    for arm in "NESW":
        major = arm in "EW" or one.cycle_s
        edges += _street("C", arm, 9 if major else 3, one.major_mps if major else one.minor_mps, one.divided_m)
    files = {"nod": f"<nodes>{nodes}</nodes>", "edg": f"<edges>{edges}</edges>"}
    flags = ["--node-files", "--edge-files"]
    if one.waits_m:
        turn = f'<connection from="SC" to="CW" fromLane="0" toLane="0" contPos="{one.waits_m}"/>'
        rest = "".join(f'<connection from="SC" to="C{arm}" fromLane="0" toLane="0"/>' for arm in "NE")
        files["con"] = f"<connections>{turn}{rest}</connections>"
        flags.append("--connection-files")
    command: list[str | Path] = []
    for flag, (suffix, text) in zip(flags, files.items(), strict=True):
        path = folder / f"cross.{suffix}.xml"
        write_whole(path, text.encode())
        command += [flag, path]
    installation = find_sumo()
    program = installation.binary.with_name("netconvert" + installation.binary.suffix)
    net = folder / "cross.net.xml"
    timing = ["--tls.cycle.time", str(one.cycle_s or 90), "--tls.left-green.time", "0", "--no-turnarounds", "true"]
    command = [program, *command, *timing, "--output-file", net]
    subprocess.run(command, check=True, capture_output=True, env=installation.environment())
    return net


def _street(middle: str, end: str, priority: int, speed_mps: float, divided_m: tuple[int, ...] = ()) -> str:
    """Return both directions; that from the south is divided, its first piece has the name of the whole."""
    rest = f'priority="{priority}" numLanes="1" speed="{speed_mps}"'
    away = f'<edge id="{middle}{end}" from="{middle}" to="{end}" {rest}/>'
    if end != "S":
        return f'<edge id="{end}{middle}" from="{end}" to="{middle}" {rest}/>{away}'
    places = ["S", *(f"D{at_m}" for at_m in reversed(divided_m)), middle]
    names = ["SC", *_pieces(divided_m)]
    return away + "".join(
        f'<edge id="{name}" from="{first}" to="{last}" {rest}/>'
        for name, (first, last) in zip(names, pairwise(places), strict=True)
    )


def _pieces(divided_m: tuple[int, ...]) -> list[str]:
    return [f"piece{at_m}" for at_m in reversed(divided_m)]


def _routes(one: Experiment, folder: Path) -> tuple[Path, list[bool]]:
    """Write Poisson arrivals; return the file, and of each vehicle whether it is of the flow."""
    stream = np.random.default_rng(_SEED)
    rows = []
    for flow, veh_h in ((one.flow, SATURATED_VEH_H), *one.others):
        rows += [(depart_s, flow) for depart_s in stream.uniform(0.0, END_S, stream.poisson(veh_h)).tolist()]
    rows.sort()
    lines = [
        f'<vehicle id="{number}" depart="{depart_s:.2f}" departLane="best" departSpeed="max">'
        f'<route edges="{_route(one, flow)}"/></vehicle>\n'
        for number, (depart_s, flow) in enumerate(rows)
    ]
    path = folder / "cross.rou.xml"
    write_whole(path, f"<routes>\n{''.join(lines)}</routes>\n".encode())
    return path, [flow == one.flow for _, flow in rows]


def _route(one: Experiment, flow: str) -> str:
    pieces = _pieces(one.divided_m) if flow[0] == "S" else []
    return " ".join([f"{flow[0]}C", *pieces, f"C{flow[1]}"])


def _in_sumo(net: Path, routes: Path, folder: Path, mine: list[bool]) -> int:
    installation, out = find_sumo(), folder / "cross.tripinfo.xml"
    command: list[str | Path] = [
        installation.binary, "--net-file", net, "--route-files", routes, "--tripinfo-output", out,
        "--end", str(END_S), "--time-to-teleport", "-1", "--seed", str(_SUMO_SEED), "--no-step-log", "true",
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, env=installation.environment())
    return sum(mine[int(row.attributes["id"])] for row in events(out, {"tripinfo"}))


def _in_sim(net: Path, routes: Path, mine: list[bool]) -> int:
    scenario = signals.load(net, [routes], begin_s=0.0, end_s=END_S, world="sim")
    travel, _ = travel_of(scenario.file, scenario.folder, scenario.network, _SUMO_SEED)
    trips, _ = replay(Replay(scenario.network, travel, 0.0, END_S))
    return int((np.array(mine) & (trips.state == TripState.FINISHED)).sum())
