"""Everything that SUMO is given: its files and its command line.

Of the command line not a word is foreign, and every file that SUMO writes lies in the folder of the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

from signals.adapters.sumo.additionals import check_net, read_additionals
from signals.adapters.sumo.config import RouteFile, SumoInputs
from signals.adapters.sumo.demand import DemandWriter
from signals.adapters.sumo.detectors import loop_lines
from signals.adapters.sumo.harmless import write_xml
from signals.adapters.sumo.options import SumoOptions
from signals.adapters.sumo.results import LOG, STATISTICS, TRIPS
from signals.errors import ScenarioError
from signals.model.network import Network

__all__ = ["STATES", "Prepared", "prepare"]

STATES = "tls_states.xml"
_ADDITIONAL = "additional.add.xml"
# SUMO splits lists of files at a comma, fills in variables, and takes what stands before a colon for a host.
_UNWRITABLE = (",", ";", ":", "${", "\n")


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is ready to run.

    Parameters
    ----------
    arguments
        The command line, without the program.
    vclass
        Vehicle class of each vehicle type.
    notes
        What was left out or changed on the way, one sentence each.
    copies
        Files that are of no use after the run.
    """

    arguments: tuple[str, ...]
    vclass: dict[str, str]
    notes: tuple[str, ...]
    copies: tuple[Path, ...]


def prepare(network: Network, inputs: SumoInputs, folder: Path, options: SumoOptions) -> Prepared:
    """Check all inputs, write what SUMO may read into the folder, and put the command line together.

    Parameters
    ----------
    network
        The network.
    inputs
        Files and times.
    folder
        The folder of the run; results of an earlier run in it are deleted.
    options
        How it is run.

    Raises
    ------
    FileError
        When a file cannot be read or written.
    ScenarioError
        When the parts do not fit.
    """
    folder = folder.resolve()
    if any(mark in str(folder) for mark in _UNWRITABLE):
        raise ScenarioError(f"{folder}: SUMO cannot write to a path with one of {' '.join(_UNWRITABLE[:4])} in it")
    folder.mkdir(parents=True, exist_ok=True)
    for name in (TRIPS, STATISTICS, LOG, STATES):
        (folder / name).unlink(missing_ok=True)
    edges = check_net(inputs.net)
    demand = DemandWriter(edges, inputs.begin_s, folder)
    additional = read_additionals(inputs.additionals, demand.types)
    lines = [*additional.lines, *loop_lines(network, additional.loops), *_state_lines(network, folder, options)]
    target = write_xml(folder / _ADDITIONAL, "additional", lines)
    routes = [demand.ready(file) for file in inputs.routes]
    routes += [demand.ready(RouteFile(path), definitions=False) for path in additional.with_travellers]
    return Prepared(
        _arguments(inputs, options, folder, routes),
        demand.types.vclass,
        (*inputs.notes, *additional.notes, *demand.notes),
        tuple(path for path in (target, *routes) if path.parent == folder),
    )


def _state_lines(network: Network, folder: Path, options: SumoOptions) -> list[str]:
    """Have SUMO itself write what every signal showed."""
    target = quoteattr(str(folder / STATES))
    return [
        f"<timedEvent type='SaveTLSStates' source={quoteattr(intersection.id)} dest={target}/>"
        for intersection in network.intersections
        if options.record_states
    ]


def _arguments(inputs: SumoInputs, options: SumoOptions, folder: Path, routes: Sequence[Path]) -> tuple[str, ...]:
    settings = {
        "net-file": inputs.net.resolve(),
        "additional-files": folder / _ADDITIONAL,
        "begin": f"{inputs.begin_s:.3f}",
        "end": f"{inputs.end_s:.3f}",
        "step-length": options.step_s,
        "seed": options.seed,
        "scale": options.scale,
        "time-to-teleport": options.teleport_s,
        "collision.action": "warn",
        "xml-validation": "never",
        "xml-validation.net": "never",
        "xml-validation.routes": "never",
        "tripinfo-output": folder / TRIPS,
        "tripinfo-output.write-unfinished": "true",
        "tripinfo-output.write-undeparted": "true",
        "statistic-output": folder / STATISTICS,
        "log": folder / LOG,
        "no-step-log": "true",
        "no-warnings": "true",  # on the console; they are in the log
        "duration-log.disable": "true",
    }
    if routes:
        settings["route-files"] = ",".join(str(path.resolve()) for path in routes)
    return tuple(word for key, value in settings.items() for word in (f"--{key}", str(value)))
