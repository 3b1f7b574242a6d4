"""Route files that SUMO may read: checked against the network, and rewritten where they cannot be used as they are.

A file is used as it is when nothing in it names another file, SUMO would drop nobody in it (departures out of order,
fixed speeds) and nothing is asked to be changed. Otherwise a sorted copy is written into the folder of the run.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from signals.adapters.sumo.config import AS_WRITTEN, RouteFile
from signals.adapters.sumo.harmless import ACTIVE_TAGS, harmless, speakable, write_xml, xml
from signals.adapters.sumo.route_files import TAGS, TRAVELLERS, check_edges, departure_s, read_routes
from signals.adapters.sumo.safe_xml import Element, events

__all__ = ["DemandWriter", "VehicleTypes"]

# SUMO gives up travellers whose fixed speed does not suit the road ahead, with nothing but a line in its log: how many
# depends on the queue before them, and so on the controller. They enter as fast as is safe instead, like all others.
_AS_FAST_AS_IS_SAFE = "max"


@dataclass(slots=True)
class VehicleTypes:
    """Vehicle classes by vehicle type, as the files are read."""

    vclass: dict[str, str] = field(
        default_factory=lambda: {
            "DEFAULT_VEHTYPE": "passenger",
            "DEFAULT_PEDTYPE": "pedestrian",
            "DEFAULT_BIKETYPE": "bicycle",
            "DEFAULT_TAXITYPE": "taxi",
            "DEFAULT_RAILTYPE": "rail",
        }
    )

    def take(self, element: Element) -> None:
        """Note the types that an element defines."""
        if element.tag == "vType":
            self.vclass[element.attributes.get("id", "")] = element.attributes.get("vClass", "passenger")
        elif element.tag == "vTypeDistribution":
            for child in element.children:
                self.take(child)


class DemandWriter:
    """Makes route files ready for SUMO.

    Parameters
    ----------
    edges
        The edges of the network.
    begin_s
        Whoever departs earlier is dropped (so SUMO does, too).
    folder
        Where copies are written.
    """

    def __init__(self, edges: Collection[str], begin_s: float, folder: Path) -> None:
        self.types = VehicleTypes()
        self.notes: list[str] = []
        self._edges = edges
        self._begin_s = begin_s
        self._folder = folder
        self._written = 0

    def ready(self, file: RouteFile, *, definitions: bool = True) -> Path:
        """Return the file itself, or a copy that SUMO may read.

        Parameters
        ----------
        file
            The route file.
        definitions
            False: a copy is written in any case, without the types and routes that the file defines.

        Raises
        ------
        FileError
            When it cannot be read, or something in it is not what it must be.
        ScenarioError
            When it uses an edge that the network does not have.
        """
        as_it_is = self._check(file.path) and speakable(file.path)
        if as_it_is and definitions and file.flows == AS_WRITTEN and file.scale == 1:
            return file.path
        contents = read_routes(file, self._begin_s)
        if contents.early:
            text = f"{file.path}: {contents.early} departures before the begin, {self._begin_s:g} s, are left out"
            self.notes.append(text)
        self._written += 1
        target = self._folder / f"demand{self._written}.rou.xml"
        defined = map(xml, contents.definitions if definitions else ())
        return write_xml(target, "routes", [*defined, *(xml(_free(traveller)) for traveller in contents.travellers)])

    def _check(self, path: Path) -> bool:
        """Check a file against the network; say whether it can be used as it is."""
        usable, last_s, fixed = True, -inf, 0
        for element in events(path, TAGS):
            self.types.take(element)
            if element.tag in ACTIVE_TAGS or harmless(element) is not element:
                usable = False
                self.notes.append(f"{path}, line {element.line}: what names files in <{element.tag}> is left out")
            for traveller in element.children if element.tag == "interval" else [element]:
                check_edges(traveller, self._edges)
                if traveller.tag in TRAVELLERS:
                    departs_s = departure_s(traveller, last_s, self._begin_s)
                    usable = usable and departs_s >= last_s
                    fixed += _has_fixed_speed(traveller)
                    last_s = departs_s
        if fixed:
            text = f"{path}: {fixed} travellers with a fixed departSpeed enter as fast as is safe instead"
            self.notes.append(f"{text}, since SUMO gives up those whose speed does not suit the queue before them")
        return usable and not fixed


def _free(traveller: Element) -> Element:
    """Return the traveller without a fixed departure speed."""
    if not _has_fixed_speed(traveller):
        return traveller
    return traveller._replace(attributes={**traveller.attributes, "departSpeed": _AS_FAST_AS_IS_SAFE})


def _has_fixed_speed(traveller: Element) -> bool:
    try:
        speed_mps = float(traveller.attributes.get("departSpeed", "0"))
    except ValueError:  # a word, such as max
        return False
    return speed_mps > 0 and "insertionChecks" not in traveller.attributes
