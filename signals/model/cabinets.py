"""Street controllers as values: what a cabinet can do, what it says it is, what it reports, and what it is asked.

A cabinet is the street's own controller: it has its firmware, its program and its conflict monitor, and it keeps them.
We ask. Every array has one row for each signal group (nG) or detector (nD) of its one intersection, in the order of a
`CabinetSite`, whatever the protocol calls them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Flag, IntEnum, auto
from typing import Final, NamedTuple, Protocol, runtime_checkable

from signals.errors import WorldError
from signals.model.feeders import owners
from signals.model.intersections import Intersection
from signals.model.network import Network
from signals.model.values import BoolArray, ByteArray, FloatArray, IntArray

__all__ = [
    "REACH_M",
    "CabinetAddress",
    "CabinetInfo",
    "CabinetLink",
    "CabinetRefusedError",
    "CabinetReport",
    "CabinetSite",
    "Capability",
    "GroupRequest",
    "HoldRequest",
    "Mode",
    "PlanRequest",
    "Receipt",
    "Request",
    "StageRequest",
    "sites_of",
]

REACH_M: Final = 500.0
"""How far before an approach a detector may lie and still belong to its intersection."""


class CabinetRefusedError(WorldError):
    """A cabinet answered, and the answer was no."""


class Capability(Flag):
    """What a controller can do."""

    STATUS = auto()
    """Says what every signal group shows."""
    DETECTORS = auto()
    """Says what its detectors see."""
    CALLS = auto()
    """Says who has pushed a button."""
    GROUPS = auto()
    """Shows each signal group what it is told to."""
    HOLD_FORCE_OFF = auto()
    """Holds greens, ends them, omits groups and takes calls; times the rest itself."""
    STAGES = auto()
    """Takes a wish for one of its stages."""
    PLANS = auto()
    """Runs one of its plans when it is told to."""
    SPLITS = auto()
    """Takes cycle, offset and splits for a plan."""
    TIMING = auto()
    """Tells its minimum greens, ambers and intergreens."""
    BACKUP_TIMER = auto()
    """Returns to its own program by itself when nobody asks any more."""
    PREDICTIONS = auto()
    """Passes on when a signal will change."""


class Mode(IntEnum):
    """Who decides at a cabinet."""

    OFFLINE = 0
    """Nobody knows: not connected, or silent."""
    LOCAL = 1
    """Its own program."""
    READY = 2
    """Its own program; it would let us."""
    OURS = 3
    """We do."""
    MANUAL = 4
    """A person at the cabinet, or the police."""
    PREEMPT = 5
    """An emergency vehicle, or a train."""
    FLASH = 6
    """Flashing or dark."""
    FAULT = 7
    """Its conflict monitor, or another fault."""
    BACKUP = 8
    """Its own program, since it missed us."""


@dataclass(frozen=True, slots=True)
class CabinetSite:
    """One intersection as its cabinet must be.

    Parameters
    ----------
    intersection
        Its groups, intergreens, stages and plans.
    detectors
        Ids of its detectors.
    """

    intersection: Intersection
    detectors: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The id of the intersection."""
        return self.intersection.id

    @property
    def groups(self) -> tuple[str, ...]:
        """Ids of its signal groups."""
        return tuple(group.id for group in self.intersection.groups)


def sites_of(network: Network) -> tuple[CabinetSite, ...]:
    """Return the site of each intersection of a network, with the detectors on its approaches and before them.

    A detector from which no intersection can be reached belongs to none.

    Parameters
    ----------
    network
        What exists.
    """
    owner = owners(network, (detector.lane for detector in network.detectors), REACH_M)
    return tuple(
        CabinetSite(place, tuple(detector.id for detector in network.detectors if owner.get(detector.lane) == number))
        for number, place in enumerate(network.intersections)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CabinetAddress:
    """Where a cabinet is and how it is spoken to.

    Parameters
    ----------
    scheme
        The protocol: a name of the plug-ins ``cabinets``.
    host, port
        Where; port 0 = the protocol's own.
    name
        What it is called there: an intersection of a TLC, a site of RSMP.
    options
        Settings of the protocol, as the configuration gives them.
    secrets
        Passwords and codes by name; they are in no `repr`.
    """

    scheme: str
    host: str
    port: int = 0
    name: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CabinetInfo:
    """What a cabinet says it is. `None` stands for what it does not tell.

    Parameters
    ----------
    protocol, protocol_version, make, model, version
        Names.
    capabilities
        What it can do.
    min_green_ds, amber_ds, red_amber_ds, clearance_ds
        Of each group [nG]; `None` for a group that has none of it, or of which it is not told.
    intergreen_ds
        [nG][nG] as in `Intersection.intergreen_ds`; `None` where it tells no intergreens at all.
    backup_s
        After how long without us it returns to its own program; 0 = never.
    clock_offset_s
        How much its clock is ahead of ours.
    plans
        Numbers of its plans.
    lacks
        What is missing for it to be able to do more, and what to do about it; empty = nothing that is known.
    """

    protocol: str
    protocol_version: str
    capabilities: Capability
    make: str = ""
    model: str = ""
    version: str = ""
    min_green_ds: tuple[int | None, ...] = ()
    amber_ds: tuple[int | None, ...] = ()
    red_amber_ds: tuple[int | None, ...] = ()
    clearance_ds: tuple[int | None, ...] = ()
    intergreen_ds: tuple[tuple[int | None, ...], ...] | None = None
    backup_s: float | None = None
    clock_offset_s: float | None = None
    plans: tuple[int, ...] = ()
    lacks: str = ""


class CabinetReport(NamedTuple):
    """What is known of a cabinet now.

    Attributes
    ----------
    received_s
        When the last whole status came, by our clock; -inf = never.
    sequence
        Grows with every status that came.
    mode
        Who decides there.
    aspect
        int8 [nG] what each group shows (`signals.model.values.Aspect`); -1 = not known.
    call
        bool [nG] a push button asks for this group.
    detector_count
        int32 [nD] vehicles that came since the last report; -1 = not known.
    detector_occupied
        float32 [nD] share of the time since the last report during which it was occupied; NaN = not known.
    alarms
        What is wrong there, a short name each.
    plan
        Number of the plan that runs; 0 = none, or not known.
    clock_offset_s
        How much its clock is ahead of ours; NaN = not known.
    notes
        What a person who only looks on should know of it, a sentence each; nothing of it stands against anything.
    """

    received_s: float
    sequence: int
    mode: Mode
    aspect: ByteArray
    call: BoolArray
    detector_count: IntArray
    detector_occupied: FloatArray
    alarms: tuple[str, ...] = ()
    plan: int = 0
    clock_offset_s: float = float("nan")
    notes: tuple[str, ...] = ()


class GroupRequest(NamedTuple):
    """What each group shall show.

    Attributes
    ----------
    aspect
        int8 [nG].
    min_end_ds, likely_end_ds, max_end_ds
        int32 [nG] in how long it will change at the earliest, probably, at the latest; -1 = not known.
    confidence
        int8 [nG] how sure the probable one is, in percent; -1 = not known. None, as `max_end_ds` = of nobody.
    news
        bool [nG] whose moments of change are worth telling anew, since they are others than before; None = all.
    """

    aspect: ByteArray
    min_end_ds: IntArray
    likely_end_ds: IntArray
    max_end_ds: IntArray | None = None
    confidence: ByteArray | None = None
    news: BoolArray | None = None


class HoldRequest(NamedTuple):
    """Which greens shall stay and which shall end: bool [nG] each; the cabinet times everything between."""

    hold: BoolArray
    force_off: BoolArray
    omit: BoolArray
    call: BoolArray


class StageRequest(NamedTuple):
    """Which stage shall be served next, or stay: its number in `Intersection.stages`."""

    stage: int


class PlanRequest(NamedTuple):
    """How the plan shall be from the next cycle on.

    Attributes
    ----------
    plan
        Its number.
    cycle_s, offset_s
        The cycle, and where in it the cabinet's clock shall stand at midnight UTC.
    green_s
        For each step of `Intersection.plans[0]` its length; the sum is the cycle.
    """

    plan: int
    cycle_s: int
    offset_s: int
    green_s: tuple[int, ...]


Request = GroupRequest | HoldRequest | StageRequest | PlanRequest


class Receipt(NamedTuple):
    """What became of a request.

    Attributes
    ----------
    accepted
        Whether the cabinet took it; that it also does it, only its read-back shows.
    code
        ``accepted``, or in a word why not.
    detail
        A sentence for people; no secret is in it.
    sent_s, answered_s
        When, by our clock.
    """

    accepted: bool
    code: str
    detail: str
    sent_s: float
    answered_s: float


@runtime_checkable
class CabinetLink(Protocol):
    """A cabinet as we speak to it. All of it lives in one event loop; nothing in it blocks.

    Made as ``Class(site, address, clock)``. An adapter is dumb: it sends what it is given and reports what it is told.
    What may be sent, and when, others decide (`signals.drive`).

    Attributes
    ----------
    site
        What it must be.
    capabilities
        What the protocol can do; known before it is connected.
    """

    site: CabinetSite
    capabilities: Capability

    async def connect(self) -> CabinetInfo:
        """Connect, identify, and read what it tells of its timing; changes nothing there.

        Raises
        ------
        WorldLostError, WorldTimeoutError
            When it is not there, or does not answer.
        CabinetRefusedError
            When it does not let us in, or is another than expected.
        """
        ...

    async def close(self) -> None:
        """Leave; safe to call twice, and after everything has failed."""
        ...

    async def refresh(self) -> None:
        """Ask for the status where the protocol polls, and wait for it. Raises `WorldError` where none comes."""
        ...

    def report(self) -> CabinetReport:
        """Return what is known, and begin to count vehicles anew. Its arrays are the caller's."""
        ...

    async def take(self) -> None:
        """Ask for control once; `report` says when it is ours. Raises `WorldError`."""
        ...

    async def send(self, request: Request) -> Receipt:
        """Ask for something that it can do. Raises `WorldError` where no answer comes."""
        ...

    async def heartbeat(self) -> None:
        """Say that all is well here, so that it does not return to its own program. Raises `WorldError`."""
        ...

    async def release(self, reason: str) -> bool:
        """Give everything back.

        Returns
        -------
        bool
            Whether it says so itself.
        """
        ...
