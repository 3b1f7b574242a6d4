"""The options of the command line that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
    "SiteCards",
    "Source",
    "Strict",
    "Traci",
    "World",
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
Sensing = Annotated[str | None, typer.Option(help="What is seen: full or detectors.")]
Profile = Annotated[str | None, typer.Option(help="Timing profile for intergreens and minimum greens.")]
SiteCards = Annotated[
    Path | None, typer.Option("--site-cards", help="Folder of site cards; where the network differs, nothing starts.")
]
PolicyText = Annotated[str | None, typer.Option("--policy", help=f"{_A_POLICY}.")]
Policies = Annotated[list[str] | None, typer.Option("--policy", help=f"{_A_POLICY}; as often as wanted.")]
Begin = Annotated[str | None, typer.Option(help='Begin of the run: seconds, or a time such as "15:00:00".')]
End = Annotated[str | None, typer.Option(help="End of the run, likewise.")]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse a network with an unsafe plan instead of repairing it.")]
Traci = Annotated[bool, typer.Option("--traci", help="Run SUMO as a process of its own.")]
Jobs = Annotated[int, typer.Option(min=0, help="Runs at the same time; 0 = as many as there are processors.")]
