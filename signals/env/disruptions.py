"""What is different about an episode: more or fewer travellers than the scenario has, lanes that are closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import isfinite, isinf
from typing import Any

from signals.errors import InputError, UnknownNameError
from signals.model.closures import Closure
from signals.scenario_file import ClosurePart, ScenarioFile

__all__ = ["Disruptions", "disrupted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disruptions:
    """What is done to a scenario.

    Parameters
    ----------
    demand_scale
        By how much the demand is multiplied.
    closures
        Lanes that are closed, besides those of the scenario.

    Raises
    ------
    InputError
        When the factor is no number >= 0, or a closure is none.
    """

    demand_scale: float = 1.0
    closures: tuple[Closure, ...] = ()

    def __post_init__(self) -> None:
        scale: object = self.demand_scale
        closures: object = self.closures
        if not (isinstance(scale, int | float) and isfinite(scale) and scale >= 0):
            raise InputError(f"demand_scale must be a number >= 0, got {scale!r}")
        if not isinstance(closures, tuple) or not all(isinstance(row, Closure) for row in closures):
            raise InputError(f"closures must be a tuple of signals.model.closures.Closure, got {closures!r}")

    def otherwise(self, options: Mapping[str, Any] | None) -> Disruptions:
        """Return these with what the options of a ``reset`` say otherwise.

        Raises
        ------
        InputError
            When there is no such option, or it makes no sense.
        """
        for name in options or ():
            if name not in self.__slots__:
                raise UnknownNameError("option of reset", name, self.__slots__)
        given = dict(options or {})
        if isinstance(given.get("closures"), list):
            given["closures"] = tuple(given["closures"])
        return replace(self, **given)


def disrupted(file: ScenarioFile, disruptions: Disruptions) -> ScenarioFile:
    """Return a scenario to which something is done.

    Parameters
    ----------
    file
        The scenario.
    disruptions
        What is done to it.

    Raises
    ------
    InputError
        When its world is a plug-in's, whose demand nobody else can scale. Whether its world can close lanes, and has
        such lanes, is asked when it is opened.
    """
    closures = (*file.closures, *_parts(disruptions.closures))
    return replace(_surged(file, disruptions.demand_scale), closures=closures)


def _surged(file: ScenarioFile, scale: float) -> ScenarioFile:
    if scale == 1.0:
        return file
    if file.scenario.world not in ("sumo", "sim"):
        raise InputError(f'the demand of the world "{file.scenario.world}" cannot be scaled from outside')
    demand = tuple(replace(part, scale=part.scale * scale) for part in file.demand)
    sim = file.sim
    if sim is not None:
        flows = tuple(replace(flow, rate_veh_h=flow.rate_veh_h * scale) for flow in sim.flows)
        sources = tuple(replace(source, rate_veh_h=source.rate_veh_h * scale) for source in sim.sources)
        sim = replace(sim, veh_h=sim.veh_h * scale, flows=flows, sources=sources)
    return replace(file, demand=demand, sim=sim)


def _parts(closures: Iterable[Closure]) -> Iterable[ClosurePart]:
    for row in closures:
        yield ClosurePart(lane=row.lane, begin_s=row.begin_s, end_s=None if isinf(row.end_s) else row.end_s)
