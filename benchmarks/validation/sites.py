"""The networks, and the same demand for every world: routes that SUMO chose once."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

import signals
from benchmarks.validation.grids import END_S, GRIDS, generated
from signals.errors import MissingDependencyError
from signals.scenario import Scenario
from signals.scenario_file import DemandPart, SumoPart
from signals.scenario_worlds import sumo_inputs

__all__ = ["CONTROLLERS", "FIXED", "SITES", "WORLDS", "Site", "paired", "scenario_of"]

FIXED: Final = "net"
CONTROLLERS: Final = (FIXED, "actuated", "max_pressure", "greedy", "rolling_horizon")
WORLDS: Final = ("sumo", "sim", "half-step", "meso")
"""SUMO, ours, and two of SUMO's own variants to set them beside: steps of 0.5 s, and its mesoscopic model."""

HALF_STEP_S: Final = 0.5


class Site(NamedTuple):
    """A network, and how near the simulator is to come to SUMO in it.

    Attributes
    ----------
    name
        Its name.
    group
        Which networks it is judged with.
    fixed_percent, adaptive_percent
        The largest error of mean delay that is allowed, under the fixed plan and under other controllers.
    """

    name: str
    group: str
    fixed_percent: float
    adaptive_percent: float


SITES: Final[dict[str, Site]] = {
    site.name: site
    for site in (
        Site("cologne1", "first", 10, 10),
        Site("ingolstadt1", "first", 10, 10),
        Site("braunschweig", "first", 10, 10),
        Site("cologne8", "first", 10, 10),
        Site("grid4x4", "first", 10, 10),
        Site("cologne3", "second", 12, 12),
        Site("grid3x3", "second", 12, 12),
        Site("grid6x6", "second", 12, 12),
        Site("ingolstadt7", "third", 15, 25),
        Site("arterial4x4", "second", 12, 12),
        Site("ingolstadt21", "third", 15, 25),
    )
}
"""Those whose runs are slow come last."""


def scenario_of(name: str, cache: Path) -> Scenario:
    """Load a network with its own demand.

    Parameters
    ----------
    name
        One of `SITES`.
    cache
        Where generated networks are kept.

    Raises
    ------
    InputError, MissingDependencyError
        When it is not there.
    """
    if name in GRIDS:
        net, trips = generated(name, cache / "grids")
        return signals.load(net, [trips], begin_s=0.0, end_s=END_S)
    if name == "braunschweig":
        return signals.load(name)
    found = importlib.util.find_spec("sumo_rl")
    if found is None or found.origin is None:
        raise MissingDependencyError("the networks come with the package sumo-rl: pip install --no-deps sumo-rl")
    return signals.load(Path(found.origin).parent / "nets" / "RESCO" / name / f"{name}.sumocfg")


def paired(scenario: Scenario, routes: Path, world: str) -> Scenario:
    """Return a scenario in one of `WORLDS`, in which everybody drives a recorded route.

    Parameters
    ----------
    scenario
        The scenario as it was loaded.
    routes
        The route file that takes the place of its demand.
    world
        One of `WORLDS`.
    """
    inputs, file = sumo_inputs(scenario.file, scenario.folder), scenario.file
    step_s = HALF_STEP_S if world == "half-step" else file.time.step_s
    changed = replace(
        file,
        scenario=replace(file.scenario, world="sim" if world == "sim" else "sumo"),
        time=replace(file.time, step_s=step_s, warmup_s=0.0),
        sumo=SumoPart(
            net=str(inputs.net.resolve()), additionals=tuple(str(path.resolve()) for path in inputs.additionals)
        ),
        demand=(DemandPart(file=str(routes.resolve())),),
        sensing=replace(file.sensing, level="full"),
    )
    return Scenario(changed, scenario.folder)
