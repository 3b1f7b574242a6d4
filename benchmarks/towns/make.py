"""Make the synthetic networks under ``scenarios/`` anew, all of their files but the two that people write.

    python benchmarks/towns/make.py                     # both
    python benchmarks/towns/make.py small_town --out elsewhere

Same SUMO, same bytes. What ``netconvert`` is given lies in the folder ``plain`` of each scenario, so that the network
can also be built, or changed, without this program: ``netconvert -c plain/small_town.netccfg``.
"""

from __future__ import annotations

import argparse
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.towns import flemish_junction, small_town
from benchmarks.towns.coordination import best_offsets
from benchmarks.towns.demand import Demand, routes, stops, turning_veh_h
from benchmarks.towns.programs import Built, Program, Signal, designed, draft, programs
from benchmarks.towns.streets import Town, document
from signals.adapters.sumo.install import find_sumo
from signals.adapters.sumo.network import read_network
from signals.adapters.sumo.safe_xml import events
from signals.model.lanes import User
from signals.model.network import Network
from signals.site_cards import write_site_cards

__all__ = ["PLACES", "Place", "build", "make", "without_header"]

ROOT: Final = Path(__file__).parents[2] / "scenarios"
PLAIN: Final = "plain"
STOP_LINE_M: Final = 3.0
AHEAD_M: Final = 50.0
"""How far before the stop line the other loop lies, where the lane is long enough."""
LOOP_M: Final = 2.0
_HEADER = re.compile(r"<!--.*?-->\s*", re.DOTALL)


class Place(NamedTuple):
    """A scenario: streets, signals, travellers; and the junctions of a coordinated road with the speed along it."""

    town: Town
    signals: tuple[Signal, ...]
    demand: Demand
    coordinated: tuple[str, ...] = ()
    progression_kmh: float = 50.0


PLACES: Final = {
    "flemish_junction": Place(flemish_junction.TOWN, flemish_junction.SIGNALS, flemish_junction.DEMAND),
    "small_town": Place(
        small_town.TOWN, small_town.SIGNALS, small_town.DEMAND, small_town.MAIN_ROAD, small_town.PROGRESSION_KMH
    ),
}


def make(name: str, folder: Path) -> list[Program]:
    """Write all files of a scenario.

    Parameters
    ----------
    name
        One of `PLACES`.
    folder
        Where.

    Returns
    -------
    list of Program
        The signal programs.
    """
    place, plain = PLACES[name], folder / PLAIN
    plain.mkdir(parents=True, exist_ok=True)
    for ending, text in {
        "nod": place.town.nodes(),
        "edg": place.town.edges(),
        "con": place.town.connections(),
        "tll": document("tlLogics", ()),
    }.items():
        (plain / f"{name}.{ending}.xml").write_text(text)
    (plain / f"{name}.netccfg").write_text(_settings(name))
    net = build(name, folder)
    found = _designed(place, net, folder / "draft.add.xml")
    (plain / f"{name}.tll.xml").write_text(programs(found, _offsets_s(place, found), _links(net)))
    network = read_network(build(name, folder))
    (folder / f"{name}.rou.xml").write_text(routes(place.town, place.demand))
    rows = [*_loops(network), *stops(place.town, place.demand)]
    (folder / f"{name}.add.xml").write_text(document("additional", rows))
    write_site_cards(folder / "site_cards", read_network(net, [folder / f"{name}.add.xml"]))
    return found


def build(name: str, folder: Path) -> Path:
    """Have ``netconvert`` make the network of the files in ``plain``; return its file.

    Raises
    ------
    RuntimeError
        When it cannot.
    """
    installation = find_sumo()
    program = installation.binary.with_name("netconvert" + installation.binary.suffix)
    command: list[str | Path] = [program, "-c", f"{name}.netccfg"]
    done = subprocess.run(
        command, cwd=folder / PLAIN, env=installation.environment(), capture_output=True, text=True, check=False
    )
    if done.returncode or done.stderr.strip():
        raise RuntimeError(f"netconvert: {done.stderr.strip()}")
    net = folder / f"{name}.net.xml"
    net.write_text(without_header(net.read_text()))
    return net


def without_header(text: str) -> str:
    """Return a network without the comments that name the day and the program."""
    return _HEADER.sub("", text)


def _settings(name: str) -> str:
    given = {
        "node-files": f"{name}.nod.xml",
        "edge-files": f"{name}.edg.xml",
        "connection-files": f"{name}.con.xml",
        "tllogic-files": f"{name}.tll.xml",
        "output-file": f"../{name}.net.xml",
        "no-turnarounds": "true",
        "walkingareas": "true",
        "default.junctions.radius": "6",
        "junctions.corner-detail": "5",
        "offset.disable-normalization": "true",
    }
    return document("configuration", [f'<{key} value="{value}"/>' for key, value in given.items()])


def _designed(place: Place, net: Path, drafts: Path) -> list[Program]:
    """Design all programs by the intergreens that the network itself asks for."""
    crossed = _crossed(net)
    first = Built(place.town, read_network(net), crossed)
    drafts.write_text(document("additional", [draft(first, signal) for signal in place.signals]))
    second = Built(place.town, read_network(net, [drafts], respect_plans=False), crossed)
    drafts.unlink()
    flow_veh_h = turning_veh_h(place.town, place.demand)
    return [designed(second, signal, flow_veh_h) for signal in place.signals]


def _crossed(net: Path) -> dict[str, str]:
    """Return the road towards the junction that each crossing leads over."""
    found = {}
    for edge in events(net, {"edge"}):
        if edge.attributes.get("function") == "crossing":
            junction = edge.attributes["id"][1:].rpartition("_")[0]
            over = edge.attributes["crossingEdges"].split()
            found[edge.attributes["id"]] = next(road for road in over if road.endswith(f"_{junction}"))
    return found


def _offsets_s(place: Place, found: list[Program]) -> Mapping[str, int]:
    if not place.coordinated:
        return {}
    along = [next(program for program in found if program.junction == name) for name in place.coordinated]
    band = best_offsets(
        [program.green_s[0] for program in along],
        [place.town.junction(name).x_m for name in place.coordinated],
        len(along[0].states),
        place.progression_kmh / 3.6,
    )
    return dict(zip(place.coordinated, band.offsets_s, strict=True))


def _links(net: Path) -> list[str]:
    """Return which connection is shown by which letter, as ``netconvert`` wants to read it."""
    keys = ("from", "to", "fromLane", "toLane", "tl", "linkIndex")
    return [
        "<connection " + " ".join(f'{key}="{row.attributes[key]}"' for key in keys) + "/>"
        for row in events(net, {"connection"})
        if "tl" in row.attributes and not row.attributes["from"].startswith(":")
    ]


def _loops(network: Network) -> list[str]:
    """Return two loops on every lane that ends at a signal: one at the stop line, one ahead of it."""
    numbers = sorted(set(network.arrays.approach_lane.tolist()))
    lanes = [network.lanes[number] for number in numbers if network.lanes[number].user is not User.PEDESTRIAN]
    return [
        f'<inductionLoop id="{what}.{lane.id}" lane="{lane.id}" pos="{lane.length_m - before_m:.2f}" '
        f'length="{LOOP_M:g}" period="3600" file="NUL"/>'
        for lane in lanes
        for what, before_m in (("stop", STOP_LINE_M), ("ahead", min(AHEAD_M, lane.length_m - STOP_LINE_M)))
    ]


def main() -> None:
    """Make what is asked for, and say what came of it."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(PLACES)}; all by default")
    reader.add_argument("--out", type=Path, help="the folder to write to, for one scenario; scenarios/NAME by default")
    given = reader.parse_args()
    unknown = sorted(set(given.names) - set(PLACES))
    if unknown:
        reader.error(f'there is no "{unknown[0]}"; known: {", ".join(PLACES)}')
    if given.out and len(given.names) != 1:
        reader.error("--out needs the name of one scenario")
    for name in given.names or PLACES:
        for program in make(name, given.out or ROOT / name):
            greens = ", ".join(map(str, program.green_s))
            print(f"{name} {program.junction}: cycle {len(program.states)} s, greens {greens} s, Y {program.ratio:.2f}")


if __name__ == "__main__":
    main()
