"""Generated grids: SUMO's own network generator, and random trips over the edges at the border."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from signals.adapters.sumo.install import find_sumo
from signals.adapters.sumo.safe_xml import events
from signals.record.files import write_whole

__all__ = ["GRIDS", "Grid", "generated", "network", "trips"]

END_S: Final = 3600.0
_COMMENT = re.compile(rb"<!--.*?-->\s*", re.DOTALL)


class Grid(NamedTuple):
    """A grid with traffic.

    Attributes
    ----------
    options
        What `netgenerate` is told besides what all grids have in common.
    veh_h
        Vehicles per hour, all borders together.
    seed
        Of the trips.
    """

    options: tuple[str, ...]
    veh_h: float
    seed: int


GRIDS: Final[dict[str, Grid]] = {
    # One lane and two stages: every left turn yields to the oncoming traffic.
    "grid6x6": Grid(("--grid.number", "6", "--default.lanenumber", "1"), 3000.0, 11),
    "grid3x3": Grid(
        ("--grid.number", "3", "--default.lanenumber", "1", "--turn-lanes", "1", "--turn-lanes.length", "60"),
        2000.0,
        12,
    ),
}

_ALL: Final = (
    "--grid", "--grid.length", "200", "--grid.attach-length", "200", "--default.speed", "13.89",
    "--default-junction-type", "traffic_light", "--no-turnarounds", "--tls.cycle.time", "80", "--seed", "1",
)  # fmt: skip


def generated(name: str, folder: Path) -> tuple[Path, Path]:
    """Write a grid and its trips into a folder; what is there already is used.

    Returns
    -------
    net, trips
        The network and the route file.
    """
    net, rows = folder / f"{name}.net.xml", folder / f"{name}.rou.xml"
    grid = GRIDS[name]
    if not net.exists():
        write_whole(net, network((*_ALL, *grid.options), folder / f"{name}.raw.xml"))
    if not rows.exists():
        write_whole(rows, trips(net, grid.veh_h, grid.seed).encode())
    return net, rows


def network(options: Sequence[str], raw: Path) -> bytes:
    """Return what `netgenerate` makes, without its comments, which name the day and the folder.

    Parameters
    ----------
    options
        What it is told.
    raw
        Where it may write meanwhile.

    Raises
    ------
    MissingDependencyError
        When there is no SUMO.
    CalledProcessError
        When it does not like the options.
    """
    raw.parent.mkdir(parents=True, exist_ok=True)
    installation = find_sumo()
    program = installation.binary.with_name("netgenerate" + installation.binary.suffix)
    command: list[str | Path] = [program, *options, "--output-file", raw]
    subprocess.run(command, check=True, capture_output=True, env=installation.environment())
    text = _COMMENT.sub(b"", raw.read_bytes())
    raw.unlink()
    return text


def trips(net: Path, veh_h: float, seed: int) -> str:
    """Return trips from border to border for an hour: Poisson, every origin alike, every other destination alike."""
    ends = {row.attributes["id"] for row in events(net, {"junction"}) if row.attributes["type"] == "dead_end"}
    edges = [row.attributes for row in events(net, {"edge"}) if "from" in row.attributes]
    origins = [(row["id"], row["from"]) for row in edges if row["from"] in ends]
    destinations = [(row["id"], row["to"]) for row in edges if row["to"] in ends]
    stream = np.random.default_rng(seed)
    departures_s = np.sort(stream.uniform(0.0, END_S, stream.poisson(veh_h * END_S / 3600.0)))
    lines = []
    for number, departs_s in enumerate(departures_s.tolist()):
        origin, begins_at = origins[stream.integers(len(origins))]
        elsewhere = [edge for edge, ends_at in destinations if ends_at != begins_at]
        destination = elsewhere[stream.integers(len(elsewhere))]
        lines.append(f'    <trip id="{number}" depart="{departs_s:.2f}" from="{origin}" to="{destination}"/>\n')
    return f"<routes>\n{''.join(lines)}</routes>\n"
