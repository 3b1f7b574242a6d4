"""Section ``[sim]`` of a ``scenario.toml``: a network without SUMO, and who travels in it as rates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from signals.errors import ScenarioError
from signals.schema import at_least, more_than

__all__ = ["FlowPart", "KindPart", "SimPart", "SourcePart", "TurnPart"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowPart:
    """One ``[[sim.flows]]``.

    Parameters
    ----------
    route
        Ids of the movements, in order.
    rate_veh_h
        Mean rate.
    begin_s, end_s
        When it runs; the whole run where it is not given.
    kind
        A kind of vehicle, by its id in ``[[sim.kinds]]``; cars where it is not given, or people on foot where the route
        is a crossing.
    """

    route: tuple[str, ...]
    rate_veh_h: float = field(metadata=at_least(0))
    begin_s: float | None = field(default=None, metadata=at_least(0))
    end_s: float | None = field(default=None, metadata=more_than(0))
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePart:
    """One ``[[sim.sources]]``: vehicles whose way is drawn from the shares in ``[[sim.turns]]``.

    Parameters
    ----------
    edge
        Where they enter.
    rate_veh_h
        Mean rate.
    begin_s, end_s
        When it runs; the whole run where it is not given.
    kind
        A kind of vehicle, by its id in ``[[sim.kinds]]``; cars where it is not given.
    """

    edge: str
    rate_veh_h: float = field(metadata=at_least(0))
    begin_s: float | None = field(default=None, metadata=at_least(0))
    end_s: float | None = field(default=None, metadata=more_than(0))
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnPart:
    """One ``[[sim.turns]]``; an edge without any splits evenly over straight on, left and right.

    Parameters
    ----------
    from_edge, to_edge
        From where to where.
    share
        In proportion to the other shares of `from_edge`; counts do as well.
    """

    from_edge: str
    to_edge: str
    share: float = field(metadata=at_least(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class KindPart:
    """One ``[[sim.kinds]]``: a kind of vehicle. What is not given is that of a car.

    Parameters
    ----------
    id
        Its name.
    user
        The lanes that it looks for: of ``vehicle``, ``transit`` or ``bicycle``.
    length_m, gap_m
        Its length, and the gap before it when it stands.
    speed_mps
        The fastest that it can drive.
    accel_mps2, decel_mps2
        Acceleration and comfortable deceleration.
    headway_s
        Net time headway that its driver keeps.
    imperfection
        How much of the acceleration is lost by dawdling, 0 to 1.
    emergency
        Whether it calls its signals.
    rail
        Whether it runs on rails: of public transport, a tram and no bus.
    """

    id: str
    user: Literal["vehicle", "transit", "bicycle"] = "vehicle"
    length_m: float = field(default=5.0, metadata=more_than(0))
    gap_m: float = field(default=2.5, metadata=at_least(0))
    speed_mps: float = field(default=55.56, metadata=more_than(0))
    accel_mps2: float = field(default=2.6, metadata=more_than(0))
    decel_mps2: float = field(default=4.5, metadata=more_than(0))
    headway_s: float = field(default=1.0, metadata=more_than(0))
    imperfection: float = field(default=0.5, metadata=at_least(0))
    emergency: bool = False
    rail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SimPart:
    """Section ``[sim]``.

    Parameters
    ----------
    network
        ``crossroads`` (made by rule) or a network in TOML.
    pedestrians
        Of the crossroads: whether it has crossings.
    veh_h
        Of the crossroads: vehicles per hour and arm.
    flows, sources
        Who travels; one of them is needed for every other network.
    turns
        Where those from the sources go.
    kinds
        The kinds of vehicles that flows and sources name.
    """

    network: str = "crossroads"
    pedestrians: bool = True
    veh_h: float = field(default=400.0, metadata=at_least(0))
    flows: tuple[FlowPart, ...] = ()
    sources: tuple[SourcePart, ...] = ()
    turns: tuple[TurnPart, ...] = ()
    kinds: tuple[KindPart, ...] = ()

    def __post_init__(self) -> None:
        if self.turns and not self.sources:
            raise ScenarioError("sim.turns say where vehicles from sim.sources go, and there are none")
