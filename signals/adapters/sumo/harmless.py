"""What a file of somebody else's may say to SUMO: nothing that makes it write, read or run another file.

Elements are taken over one by one, attributes that name files are left out, and so are parameters that do. Everything
else stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import quoteattr

from signals.adapters.sumo.safe_xml import Element
from signals.errors import FileError

__all__ = ["ACTIVE_TAGS", "PROGRAM_TYPES", "harmless", "speakable", "write_xml", "xml"]

ACTIVE_TAGS = frozenset({
    "calibrator", "edgeData", "include", "laneData", "rerouter", "routeProbe", "timedEvent", "variableSpeedSign",
    "vTypeProbe", "inductionLoop", "e1Detector", "instantInductionLoop", "laneAreaDetector", "e2Detector",
    "entryExitDetector", "e3Detector", "overheadWire", "overheadWireSegment", "tractionSubstation",
})  # fmt: skip
"""Elements with which SUMO writes or reads other files."""

PROGRAM_TYPES = frozenset({"static", "actuated", "delay_based", "NEMA", "rail_signal", "rail_crossing", "off"})
"""Types of signal programs that write no log of their own."""

_SPECIAL = (",", ";", "${", "\n")
_FILE_ATTRIBUTES = frozenset({"file", "output", "dest", "href", "imgFile", "osgFile", "edgesFile"})
_FILE_PARAMETERS = frozenset({"file", "output"})
# The other devices write a file (ssm even without being told which), or keep a traveller out of our own accounts.
_DEVICES = frozenset({"rerouting", "bluelight", "battery", "emissions", "driverstate", "taxi", "glosa", "friction"})


def harmless(element: Element) -> Element:
    """Leave out what names a file, here and in everything inside; the same element where nothing does."""
    attributes = element.attributes
    if not _FILE_ATTRIBUTES.isdisjoint(attributes):
        attributes = {key: value for key, value in attributes.items() if key not in _FILE_ATTRIBUTES}
    children = [harmless(child) for child in element.children if not _names_file(child)]
    same = len(children) == len(element.children) and all(
        new is old for new, old in zip(children, element.children, strict=True)
    )
    if same and attributes is element.attributes:
        return element
    return element._replace(attributes=attributes, children=children)


def _names_file(element: Element) -> bool:
    if element.tag != "param":
        return element.tag in ACTIVE_TAGS
    words = element.attributes.get("key", "").strip().split(".")
    device = words[1] if len(words) > 1 and words[0] in {"has", "device"} else None
    return words[-1].lower() in _FILE_PARAMETERS or (device is not None and device not in _DEVICES)


def xml(element: Element) -> str:
    """Write an element as text."""
    attributes = "".join(f" {key}={quoteattr(value)}" for key, value in element.attributes.items())
    if not element.children:
        return f"<{element.tag}{attributes}/>"
    return f"<{element.tag}{attributes}>{''.join(map(xml, element.children))}</{element.tag}>"


def speakable(path: Path) -> bool:
    """Whether SUMO takes a path on its command line for one file: it splits lists and fills in variables."""
    return not any(mark in str(path) for mark in _SPECIAL)


def write_xml(path: Path, root: str, lines: Iterable[str]) -> Path:
    """Write a file whole or not at all.

    Parameters
    ----------
    path
        The file.
    root
        Name of the outermost element.
    lines
        What stands in it.

    Raises
    ------
    FileError
        When it cannot be written.
    """
    half = path.with_name(path.name + ".part")
    try:
        with half.open("w", encoding="utf-8") as file:
            file.write(f"<{root}>\n")
            file.writelines(f"    {line}\n" for line in lines)
            file.write(f"</{root}>\n")
        half.replace(path)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise FileError(f"{path}: cannot be written ({error.strerror})") from error
    return path
