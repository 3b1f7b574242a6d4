"""What a controller says it is: make, phases, rings, times, backup timer. Read once, when it is connected; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from signals.adapters.ntcip.exchange import Chunks, Steps, fetch
from signals.adapters.ntcip.objects import instance
from signals.adapters.ntcip.phases import PhaseMap, bits_of
from signals.adapters.ntcip.settings import Settings
from signals.model.cabinets import CabinetInfo, CabinetRefusedError, Capability

__all__ = ["CAPABILITIES", "Identity", "PhaseTiming", "backup_time", "identify", "info_of"]

CAPABILITIES: Final = (
    Capability.STATUS
    | Capability.DETECTORS
    | Capability.CALLS
    | Capability.HOLD_FORCE_OFF
    | Capability.PLANS
    | Capability.TIMING
    | Capability.BACKUP_TIMER
)

ENABLED: Final = 1

SCALARS: Final = ("maxPhases", "volumeOccupancyPeriod", "unitAlarmStatus2")
NAMES: Final = ("moduleMake", "moduleModel", "moduleVersion")
COLUMNS: Final = (
    "phaseWalk",
    "phasePedestrianClear",
    "phaseMinimumGreen",
    "phaseYellowChange",
    "phaseRedClear",
    "phaseOptions",
    "phaseRing",
    "phaseConcurrency",
)


class PhaseTiming(NamedTuple):
    """The row of a phase; `None` = the controller does not tell.

    Attributes
    ----------
    walk_s, ped_clear_s, min_green_s
        In seconds.
    yellow_ds, red_clear_ds
        In tenths of a second.
    ring
        Its ring; 0 = none.
    concurrent
        The phases that may be on together with it, as a set.
    enabled
        Whether it is in use.
    """

    walk_s: int | None
    ped_clear_s: int | None
    min_green_s: int | None
    yellow_ds: int | None
    red_clear_ds: int | None
    ring: int | None
    concurrent: int | None
    enabled: bool


class Identity(NamedTuple):
    """What a controller says it is.

    Attributes
    ----------
    make, model, version
        Names.
    max_phases
        How many phases it has.
    phases
        Rows of the phases that are spoken about.
    backup_s
        Its backup time; 0 = it has none; `None` = it does not tell.
    cycles_s
        Cycle of each of its patterns that has one.
    volume_s
        Over how many seconds it counts vehicles; 0 = it does not.
    alarm2
        ``unitAlarmStatus2`` as it was when it was read; reading clears part of it.
    """

    make: str
    model: str
    version: str
    max_phases: int
    phases: Mapping[int, PhaseTiming]
    backup_s: int | None
    cycles_s: Mapping[int, int]
    volume_s: int
    alarm2: int

    def together(self, first: int, second: int) -> bool | None:
        """Whether two phases may be on together; `None` = the controller does not tell."""
        there, back = self.phases[first].concurrent, self.phases[second].concurrent
        if there is None or back is None:
            return None
        return bool(there & bits_of([second]) and back & bits_of([first]))


def identify(settings: Settings, chunks: Chunks) -> Steps[Identity]:
    """Ask a controller what it is; changes nothing there.

    Raises
    ------
    CabinetRefusedError
        When it has no phases, or not those that are expected.
    """
    scalars = yield from _named(chunks, SCALARS)
    names = {name: instance(name, 1) for name in NAMES}
    words = yield from fetch(chunks, names.values())
    max_phases = scalars.get("maxPhases")
    if max_phases is None:
        raise CabinetRefusedError("NTCIP: it answers, but has no maxPhases: no traffic signal controller of NTCIP 1202")
    phases = settings.phases.phases
    if phases[-1] > max_phases:
        raise CabinetRefusedError(f"NTCIP: phase {phases[-1]} is expected, but it has {max_phases} phases only")
    rows = yield from _rows(chunks, phases)
    for phase, row in rows.items():
        if not row.enabled:
            raise CabinetRefusedError(f"NTCIP: phase {phase} is expected, but it is not enabled there")
    backup_s = yield from backup_time(chunks)
    cycles_s = yield from _cycles(chunks, settings.patterns)
    make, model, version = (_word(words.get(oid)) for oid in names.values())
    return Identity(
        make, model, version, max_phases, rows, backup_s, cycles_s,
        scalars.get("volumeOccupancyPeriod", 0), scalars.get("unitAlarmStatus2", 0),
    )  # fmt: skip


def backup_time(chunks: Chunks) -> Steps[int | None]:
    """Read after how many seconds without a master it returns to its own program; 0 = never, `None` = not told.

    The one that a user has defined goes before the other. Controllers differ in the instance of the other.
    """
    own = instance("unitUserDefinedBackupTime", 0)
    value = (yield from fetch(chunks, [own])).get(own)
    if isinstance(value, int) and value > 0:
        return value
    for index in ((0,), (1,), ()):
        oid = instance("unitBackupTime", *index)
        value = (yield from fetch(chunks, [oid])).get(oid)
        if isinstance(value, int):
            return value
    return None


def info_of(identity: Identity, map_: PhaseMap) -> CabinetInfo:
    """Return what is told of the site's groups; the clock is added by whoever has one.

    From the end of green of one group to the green of another lie, whatever the other is, the pedestrian clearance
    (for people), yellow and red clearance of the first. Two groups conflict where their phases may not be on together.
    """
    services = map_.services
    rows = [identity.phases[service.phase] for service in services]
    return CabinetInfo(
        protocol="NTCIP 1202",
        protocol_version="v02",
        capabilities=CAPABILITIES,
        make=identity.make,
        model=identity.model,
        version=identity.version,
        min_green_ds=tuple(
            _tenths(r.walk_s if s.people else r.min_green_s) for s, r in zip(services, rows, strict=True)
        ),
        amber_ds=tuple(None if s.people else r.yellow_ds for s, r in zip(services, rows, strict=True)),
        red_amber_ds=(None,) * len(services),
        clearance_ds=tuple(_tenths(r.ped_clear_s) if s.people else None for s, r in zip(services, rows, strict=True)),
        intergreen_ds=_intergreens(identity, map_),
        backup_s=identity.backup_s,
        plans=tuple(identity.cycles_s),
    )


def _intergreens(identity: Identity, map_: PhaseMap) -> tuple[tuple[int | None, ...], ...] | None:
    matrix: list[tuple[int | None, ...]] = []
    for service in map_.services:
        row = identity.phases[service.phase]
        if row.yellow_ds is None or row.red_clear_ds is None or (service.people and row.ped_clear_s is None):
            return None
        after_ds = row.yellow_ds + row.red_clear_ds + (10 * (row.ped_clear_s or 0) if service.people else 0)
        line: list[int | None] = []
        for other in map_.services:
            together = other.phase == service.phase or identity.together(service.phase, other.phase)
            if together is None:
                return None
            line.append(None if together else after_ds)
        matrix.append(tuple(line))
    return tuple(matrix)


def _named(chunks: Chunks, names: Iterable[str]) -> Steps[dict[str, int]]:
    """Read scalars by name."""
    oids = {instance(name, 0): name for name in names}
    got = yield from fetch(chunks, oids)
    return {oids[oid]: value for oid, value in got.items() if isinstance(value, int)}


def _rows(chunks: Chunks, phases: Iterable[int]) -> Steps[dict[int, PhaseTiming]]:
    """Read the rows of the phase table."""
    cells = {instance(name, phase): (name, phase) for phase in phases for name in COLUMNS}
    got = yield from fetch(chunks, cells)
    table: dict[int, dict[str, int | bytes]] = {phase: {} for phase in phases}
    for oid, value in got.items():
        name, phase = cells[oid]
        table[phase][name] = value
    return {phase: _row(row) for phase, row in table.items()}


def _row(row: Mapping[str, int | bytes]) -> PhaseTiming:
    numbers = {name: value for name, value in row.items() if isinstance(value, int)}
    together = row.get("phaseConcurrency")
    return PhaseTiming(
        numbers.get("phaseWalk"),
        numbers.get("phasePedestrianClear"),
        numbers.get("phaseMinimumGreen"),
        numbers.get("phaseYellowChange"),
        numbers.get("phaseRedClear"),
        numbers.get("phaseRing"),
        bits_of(number for number in together if number) if isinstance(together, bytes) else None,
        bool(numbers.get("phaseOptions", ENABLED) & ENABLED),
    )


def _cycles(chunks: Chunks, count: int) -> Steps[dict[int, int]]:
    """Read the cycles of its patterns; those of 0 s are not in use."""
    most = (yield from _named(chunks, ["maxPatterns"])).get("maxPatterns", 0)
    oids = {instance("patternCycleTime", number): number for number in range(1, min(most, count) + 1)}
    got = yield from fetch(chunks, oids)
    return {oids[oid]: value for oid, value in got.items() if isinstance(value, int) and value > 0}


def _tenths(time_s: int | None) -> int | None:
    return None if time_s is None else 10 * time_s


def _word(value: object) -> str:
    """Return a name as printable text: what a stranger sends goes into logs."""
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else ""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:64])
