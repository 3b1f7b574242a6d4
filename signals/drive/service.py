"""A drive, from its configuration to its end: the loop of a simulation, with cabinets as its world."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple, cast

from signals import loop, plugins
from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.line import Line
from signals.drive.attention import Attentive
from signals.drive.config import DriveFile, address_of, check_intersections, read_drive_file
from signals.drive.diary import Diary
from signals.drive.foresight import Foresight
from signals.drive.litter import Litter
from signals.drive.pacer import Pace, Pacer
from signals.drive.plug_ins import PlugIn, vet
from signals.drive.seat import Seat
from signals.drive.secrets import redacted
from signals.drive.shown import lag_ticks
from signals.drive.street import Street
from signals.entrants import controller_on, name_of
from signals.errors import InputError
from signals.model.cabinets import CabinetAddress, CabinetLink, CabinetSite, sites_of
from signals.model.network import Network
from signals.model.timed_by_group import TIMED_BY_GROUP, timed_by_group
from signals.record.audit import AuditLog
from signals.record.files import sha256_of
from signals.record.latches import LatchFile
from signals.safety.fallback import Fallback
from signals.safety.guard import Guard
from signals.safety.punctual import Punctual
from signals.scenario import Scenario, load
from signals.sensing.loops import LoopEstimator

__all__ = ["DriveEnd", "DriveOptions", "SeatEnd", "drive"]


Maker = Callable[[CabinetSite, CabinetAddress, Clock], CabinetLink]


@dataclass(frozen=True, slots=True, kw_only=True)
class DriveOptions:
    """How a drive is started.

    Parameters
    ----------
    armed
        Whether anything may be sent at all.
    ticks
        After how many ticks it ends; None = never.
    environment
        Where secrets may be.
    on_event
        Is told every sentence that a person should read.
    """

    armed: bool = False
    ticks: int | None = None
    environment: Mapping[str, str]
    on_event: Callable[[str], None] = lambda _: None


class SeatEnd(NamedTuple):
    """What became of one cabinet.

    Attributes
    ----------
    intersection, address
        Which, and where.
    level, standing, why
        How much was done there, how far it got, and what stood in the way.
    ours
        Share of the ticks in which it was ours.
    agreement
        Share of the time of its groups in which it showed what was wanted; NaN where nobody knows.
    """

    intersection: str
    address: str
    level: str
    standing: str
    why: str
    ours: float
    agreement: float


class DriveEnd(NamedTuple):
    """How a drive ended.

    Attributes
    ----------
    seats
        Each cabinet.
    ticks, missed
        How many ticks there were, and how many deadlines were missed.
    busy_p999_s
        How long the work of a tick took in 99.9 % of them.
    violations
        What the monitor saw.
    let_go_s
        How long cabinets took to confirm that they decide themselves, at most; 0 where none was given back.
    check
        The last checksum of the audit log.
    """

    seats: tuple[SeatEnd, ...]
    ticks: int
    missed: int
    busy_p999_s: float
    violations: int
    let_go_s: float
    check: str


def drive(path: Path, options: DriveOptions) -> DriveEnd:
    """Drive what a configuration says, until it is told to stop.

    Parameters
    ----------
    path
        The configuration (`signals.drive.config`).
    options
        How.

    Raises
    ------
    InputError, MissingDependencyError
        Before anything is connected, when something does not fit or is not there.
    RecordError
        When the audit log or the latches cannot be written, or somebody else drives with them.
    """
    file = read_drive_file(path)
    strangers = vet(file, armed=options.armed)
    scenario = load(_scenario_of(file, path.parent), sensing="detectors")
    scenario.check_site_cards()
    check_intersections(file, scenario.network.intersection_index)
    network = _network_of(file, scenario.network, scenario.tick_ds)
    addresses = [address_of(part, path.parent, options.environment) for part in file.cabinets]
    folder = path.parent / file.drive.audit
    options.on_event("getting ready; the first time that takes a minute or more, since kernels are compiled")
    with AuditLog(folder, _about(path, file, scenario)) as log, LatchFile(folder / "latches.jsonl") as latches:
        parts = _Parts(file, scenario, network, addresses, log, latches, strangers)
        return _driven(parts, options)


class _Parts(NamedTuple):
    """What a drive is made of."""

    file: DriveFile
    scenario: Scenario
    network: Network
    addresses: list[CabinetAddress]
    log: AuditLog
    latches: LatchFile
    strangers: tuple[PlugIn, ...]


def _driven(parts: _Parts, options: DriveOptions) -> DriveEnd:
    network, tick_ds, clock = parts.network, parts.scenario.tick_ds, Clock(parts.file.drive.speed)
    deadline_s = min(parts.file.drive.deadline_s, tick_ds / 20) / clock.speed
    drive, guard = parts.file.drive, _guard(parts)
    controller = controller_on(drive.controller, network, tick_ds, drive.settings)
    foresight = Foresight(controller, network, guard.prospects(), tick_ds)
    asked = Attentive(Punctual(foresight, deadline_s), foresight)
    diary = Diary(network, parts.log, options.on_event, foresight.take_events)
    for one in parts.strangers:
        diary.tell("plug-in", -1, code="not-listed", text=f"{one}: nobody has said in [plugins] that it was looked at")
    litter = Litter()
    pacer = Pacer(tick_ds / 10 / clock.speed, idle=litter.sweep)
    street = Street(
        network,
        _seats(parts, clock, armed=options.armed),
        Pace(clock, pacer, tick_ds, options.ticks),
        asked=asked,
        diary=diary,
        latched=lambda: guard.latched,
    )
    mind = Fallback(asked, network, tick_ds=tick_ds, source=street)
    armed = "armed" if options.armed else "not armed: nothing is sent"
    options.on_event(f"ready, {armed}; cabinets: {len(street.seats)}")
    with _told_to_stop() as look, litter:
        loop.run(street, LoopEstimator(network, tick_ds=tick_ds), mind, guard, diary, look)
    return _end(parts, street, diary, pacer)


def _guard(parts: _Parts) -> Guard:
    network, tick_ds = parts.network, parts.scenario.tick_ds
    names = [place.id for place in network.intersections]
    return Guard(
        network,
        tick_ds=tick_ds,
        cold_start="street",
        max_lag_ticks=lag_ticks(tick_ds) + 1,
        latched=[name for name in parts.latches.log.latched if name in network.intersection_index],
        on_latch=lambda seen: parts.latches.note(seen, names),
    )


def _seats(parts: _Parts, clock: Clock, *, armed: bool) -> list[Seat]:
    """Make a seat for each cabinet; protocols of our own share a line each, everybody else has his own."""
    sites = {site.id: site for site in sites_of(parts.network)}
    makers = []
    for part, address in zip(parts.file.cabinets, parts.addresses, strict=True):
        maker = cast("Maker", plugins.load("cabinets", address.scheme))
        makers.append(partial(_link, maker, sites[part.intersection], address, clock))
        makers[-1]()  # what is wrong with its options is said before anything is connected
    names = [
        address.scheme if address.scheme in plugins.BUILT_IN["cabinets"] else part.intersection
        for part, address in zip(parts.file.cabinets, parts.addresses, strict=True)
    ]
    lines = {name: Line(name) for name in names}
    tick_ds = parts.scenario.tick_ds
    return [
        Seat(make, lines[name], wanted=parts.file.level_of(part), armed=armed, clock=clock, tick_ds=tick_ds)
        for make, name, part in zip(makers, names, parts.file.cabinets, strict=True)
    ]


def _link(maker: Maker, site: CabinetSite, address: CabinetAddress, clock: Clock) -> CabinetLink:
    """Make who speaks to a cabinet. Raises `InputError` that says which one, whatever goes wrong in it."""
    name = f'cabinet of intersection "{site.id}"'
    try:
        found = plugins.made(f'"{address.scheme}"', partial(maker, site, address, clock))
    except InputError as error:
        raise InputError(f"{name}: {redacted(str(error), address.secrets)}") from None
    if not isinstance(found, CabinetLink):
        parts = {*CabinetLink.__annotations__, *(part for part in vars(CabinetLink) if not part.startswith("_"))}
        lacks = ", ".join(sorted(part for part in parts if not hasattr(found, part)))
        raise InputError(
            f'{name}: "{address.scheme}": {type(found).__name__} lacks parts of '
            f"signals.model.cabinets.CabinetLink: {lacks}"
        )
    return found


def _network_of(file: DriveFile, network: Network, tick_ds: int) -> Network:
    """Return the network as its cabinets time it."""
    alone = {part.intersection for part in file.cabinets if part.address.partition(":")[0] in TIMED_BY_GROUP}
    return timed_by_group(network, tick_ds, alone) if alone else network


def _about(path: Path, file: DriveFile, scenario: Scenario) -> dict[str, object]:
    """Say what drives: versions, and what was configured; no secret is in it."""
    return {
        "signals": version("signals"),
        "configuration": sha256_of(path),
        "scenario": scenario.name,
        "inputs": {found.name: sha256_of(found) for found in scenario.inputs},
        "controller": name_of(file.drive.controller),
    }


@contextmanager
def _told_to_stop() -> Iterator[Callable[[float], None]]:
    """Let SIGTERM and SIGHUP do what Ctrl-C does, and let either end the drive in good order.

    What is given is called after each tick: an exception that is raised within a finaliser goes no further than that.
    """
    told: list[str] = []

    def stop(number: int, _: object) -> None:
        told.append(signal.Signals(number).name)
        raise KeyboardInterrupt(told[0])

    def look(_: float) -> None:
        if told:
            raise KeyboardInterrupt(told[0])

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield look
    except KeyboardInterrupt:
        return
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(parts: _Parts, street: Street, diary: Diary, pacer: Pacer) -> DriveEnd:
    index = parts.network.intersection_index
    ends = []
    for part, seat, driven in zip(parts.file.cabinets, street.seats, street.ours_ticks.tolist(), strict=True):
        place = index[part.intersection]
        share = float(diary.same[place] / diary.heard[place]) if diary.heard[place] else float("nan")
        ours = driven / max(pacer.ticks, 1)
        level = seat.level.name.lower()
        ends.append(SeatEnd(part.intersection, part.address, level, seat.reached, seat.why, ours, share))
    slowest = max(street.let_go_s, default=0.0)
    return DriveEnd(
        tuple(ends), pacer.ticks, pacer.missed, pacer.busy_s(0.999), diary.violations, slowest, parts.log.check
    )


def _scenario_of(file: DriveFile, folder: Path) -> str | Path:
    """Find the scenario beside the configuration, or by its name."""
    beside = folder / file.drive.scenario
    return beside if beside.exists() else file.drive.scenario
