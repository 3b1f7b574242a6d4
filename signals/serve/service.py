"""Serve a scenario: a plant in time, a server for each of its controllers, and what became of everybody."""

from __future__ import annotations

import gc
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, cast

from signals import plugins
from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.host import Hosted, host_until_done
from signals.adapters.cabinet.station import CabinetServer, WarningServer
from signals.errors import UnknownNameError
from signals.model.cabinets import CabinetAddress
from signals.model.timed_by_group import TIMED_BY_GROUP, timed_by_group
from signals.record.files import write_whole
from signals.record.metrics import summarise
from signals.scenario import Scenario
from signals.scenario_worlds import Opening
from signals.serve.addresses import Speaker, addresses_of
from signals.serve.mischief import read_mischief
from signals.serve.plant import Plant
from signals.serve.seldom import Seldom

__all__ = ["NOBODY", "ServeOptions", "Served", "serve"]

NOBODY: Final = "virtual"
"""The protocol that nobody speaks: the controllers run their own programs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """How a scenario is served.

    Parameters
    ----------
    protocol
        A name of the plug-ins ``servers``, or `NOBODY`.
    elsewhere
        Intersections where another protocol is spoken, and which.
    host, port
        Where the first controller listens; port 0 = that of the protocol.
    speed
        How much faster than the wall time goes.
    seed
        Of all chance.
    controller_tick_ds
        Length of a tick of the controllers; 0 = that of the scenario.
    backup_s
        After how long without anybody they return to their own programs.
    options, secrets
        Of `protocol`, the same for all that speak it.
    mischief
        What goes wrong, as `signals.serve.mischief.read_mischief` reads it.
    on_warning
        Is told where somebody comes to a controller and cannot be spoken to: each sentence once a minute at most.
    """

    protocol: str
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    host: str = "127.0.0.1"
    port: int = 0
    speed: float = 1.0
    seed: int = 1
    controller_tick_ds: int = 0
    backup_s: float = 10.0
    options: Mapping[str, object] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    mischief: tuple[str, ...] = ()
    on_warning: Callable[[str], object] = lambda _: None


@dataclass(frozen=True, slots=True)
class Served:
    """What became of it.

    Parameters
    ----------
    scenario, protocol, seed
        What was served.
    hosted
        How the ticks went.
    metrics
        As of a run (`signals.record.metrics.METRICS`); empty where it was ended before anything could be scored.
    violations
        What the monitor saw on the lamps, a sentence each.
    """

    scenario: str
    protocol: str
    seed: int
    hosted: Hosted
    metrics: Mapping[str, float]
    violations: tuple[str, ...]

    def write(self, path: Path) -> None:
        """Write it as JSON; what is undefined is null. Raises `RecordError`."""
        metrics = {name: None if math.isnan(value) else value for name, value in self.metrics.items()}
        table = {
            "scenario": self.scenario,
            "protocol": self.protocol,
            "seed": self.seed,
            **self.hosted._asdict(),
            "violations": list(self.violations),
            "metrics": metrics,
        }
        write_whole(path, (json.dumps(table, indent=2) + "\n").encode())


def serve(
    scenario: Scenario, options: ServeOptions, on_started: Callable[[tuple[CabinetAddress, ...]], None] | None = None
) -> Served:
    """Serve a scenario to its end, or until SIGINT or SIGTERM.

    Parameters
    ----------
    scenario
        Should be one that is seen by detectors, as streets are.
    options
        How.
    on_started
        Called once with the addresses of the controllers, when all of them can be spoken to.

    Raises
    ------
    InputError, MissingDependencyError
        When something does not fit or is not there.
    WorldError
        When the world is lost, or a server cannot listen.
    """
    speakers = _speakers(options, [place.id for place in scenario.network.intersections])
    alone = {name for name, speaker in speakers.items() if speaker.protocol in TIMED_BY_GROUP}
    network = timed_by_group(scenario.network, scenario.tick_ds, alone)
    mischief = read_mischief(options.mischief, list(speakers))
    with TemporaryDirectory(prefix="signals-") as folder:
        world = scenario.open_world(Opening(seed=options.seed, folder=Path(folder)))
        plant = Plant(
            world,
            network,
            tick_ds=options.controller_tick_ds,
            backup_s=options.backup_s,
            seed=options.seed,
            mischief=mischief,
        )
        with plant:
            hosted = _host(plant, speakers, options, on_started)
        metrics = _metrics(scenario, plant, hosted)
    seen = tuple(violation.detail for violation in plant.violations)
    return Served(scenario.name, options.protocol, options.seed, hosted, metrics, seen)


def _speakers(options: ServeOptions, intersections: Sequence[str]) -> dict[str, Speaker]:
    """Say what is spoken at each intersection."""
    for name in options.elsewhere:
        if name not in intersections:
            raise UnknownNameError("intersection", name, intersections)
    for protocol in {options.protocol, *options.elsewhere.values()} - {NOBODY}:
        plugins.load("servers", protocol)  # one that is unknown is said before ports are given out
    main = Speaker(options.protocol, options.port, options.options, options.secrets)
    return {name: Speaker(options.elsewhere[name]) if name in options.elsewhere else main for name in intersections}


def _host(
    plant: Plant,
    speakers: Mapping[str, Speaker],
    options: ServeOptions,
    on_started: Callable[[tuple[CabinetAddress, ...]], None] | None,
) -> Hosted:
    """Put a server before each controller that somebody speaks for, and let time pass."""
    clock = Clock(options.speed)
    spoken = {name: speaker for name, speaker in speakers.items() if speaker.protocol != NOBODY}
    addresses = addresses_of(spoken, options.host)
    firmware = dict(zip(speakers, plant.firmwares, strict=True))
    servers = [
        cast("CabinetServer", plugins.load("servers", address.scheme)(firmware[address.name], address, clock))
        for address in addresses
    ]
    seldom = Seldom(options.on_warning, lambda: clock.now_s() / clock.speed)
    for server in servers:
        if isinstance(server, WarningServer):
            server.on_warning = seldom

    def told() -> None:
        plant.set_clocks(clock.utc_s())
        # Looking through all objects of a thousand controllers takes a second in which none answers.
        gc.collect()
        gc.freeze()
        if on_started is not None:
            on_started(addresses)

    try:
        return host_until_done(plant, servers, clock, told)
    finally:
        gc.unfreeze()


def _metrics(scenario: Scenario, plant: Plant, hosted: Hosted) -> dict[str, float]:
    """Score what became of everybody, until it was ended."""
    time = scenario.file.time
    end_s = min(time.end_s, time.begin_s + hosted.ticks * plant.tick_ds / 10)
    if end_s <= time.begin_s + time.warmup_s:
        return {}
    trips, incidents = plant.world.outcome()
    return summarise(trips, incidents, begin_s=time.begin_s, end_s=end_s, warmup_s=time.warmup_s)
