"""The options of the command line that several commands have."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

import typer

from signals.errors import InputError

__all__ = [
    "Begin",
    "End",
    "Jobs",
    "Json",
    "Out",
    "Policies",
    "PolicyText",
    "Profile",
    "Routes",
    "Sensing",
    "Settings",
    "SiteCards",
    "Source",
    "Strict",
    "Traci",
    "World",
    "settings_of",
]

_A_POLICY = "A policy: a folder with its card, an .onnx file, or module:attribute"

Source = Annotated[
    str | None,
    typer.Argument(
        metavar="[SCENARIO]",
        help="A name, a folder with scenario.toml, a .sumocfg or a .net.xml; braunschweig by default.",
    ),
]
Routes = Annotated[list[str] | None, typer.Argument(metavar="[ROUTES]...", help="Route files of a .net.xml.")]
Out = Annotated[Path | None, typer.Option("--out", help="Where the results go; a folder under runs/ by default.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs, and nothing else.")]
World = Annotated[str | None, typer.Option(help="sumo, sim or an installed adapter.")]
Sensing = Annotated[str | None, typer.Option(help="What is seen: full, detectors or connected.")]
Profile = Annotated[str | None, typer.Option(help="Timing profile for intergreens and minimum greens.")]
SiteCards = Annotated[
    Path | None, typer.Option("--site-cards", help="Folder of site cards; where the network differs, nothing starts.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="A setting of the controller; as often as wanted."),
]
PolicyText = Annotated[str | None, typer.Option("--policy", help=f"{_A_POLICY}.")]
Policies = Annotated[list[str] | None, typer.Option("--policy", help=f"{_A_POLICY}; as often as wanted.")]
Begin = Annotated[str | None, typer.Option(help='Begin of the run: seconds, or a time such as "15:00:00".')]
End = Annotated[str | None, typer.Option(help="End of the run, likewise.")]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse a network with an unsafe plan instead of repairing it.")]
Traci = Annotated[bool, typer.Option("--traci", help="Run SUMO as a process of its own.")]
Jobs = Annotated[int, typer.Option(min=0, help="Runs at the same time; 0 = as many as there are processors.")]


def settings_of(texts: list[str] | None) -> dict[str, object]:
    """Return the settings of a controller that were given as ``key=value``; numbers, true and false are what they say.

    Raises
    ------
    InputError
        When one has no ``=``, or a key is given twice.
    """
    found: dict[str, object] = {}
    for text in texts or ():
        key, mark, value = text.partition("=")
        if not mark or not key.isidentifier():
            raise InputError(f'--set "{text}": expected key=value, such as --set plan_file=plans.toml')
        if key in found:
            raise InputError(f'--set: "{key}" is given twice')
        try:
            found[key] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            found[key] = value
    return found
