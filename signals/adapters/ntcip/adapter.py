"""A controller of NTCIP 1202 as a cabinet that we drive."""

from __future__ import annotations

import asyncio
import dataclasses
import secrets
from contextlib import nullcontext, suppress
from typing import Any, Final, TypeVar

import numpy as np

from signals.adapters.cabinet.clock import Clock
from signals.adapters.ntcip.ahead import FRESH_S, LookAhead
from signals.adapters.ntcip.ber import BrokenMessageError
from signals.adapters.ntcip.exchange import Steps
from signals.adapters.ntcip.gate import Gate, Turn, gate_of
from signals.adapters.ntcip.identity import CAPABILITIES, info_of
from signals.adapters.ntcip.messages import Answer, Ask
from signals.adapters.ntcip.objects import check_sendable
from signals.adapters.ntcip.phases import Lamps
from signals.adapters.ntcip.refusal import RefusedRequest
from signals.adapters.ntcip.session import Session
from signals.adapters.ntcip.settings import Settings
from signals.adapters.ntcip.transport import IDS, CommunityTransport, Dialogue, Transport
from signals.adapters.ntcip.tscbm import PHASES, FreshSpat
from signals.adapters.ntcip.usm import Credentials, UsmTransport
from signals.errors import WorldError, WorldLostError, WorldTimeoutError
from signals.model.cabinets import (
    CabinetAddress,
    CabinetInfo,
    CabinetRefusedError,
    CabinetReport,
    CabinetSite,
    HoldRequest,
    Mode,
    PlanRequest,
    Receipt,
    Request,
)

__all__ = ["COUNTED_S", "NtcipCabinet"]

T = TypeVar("T")

ACCEPTED: Final = "accepted"
TAKEN: Final = "taken; what it does, the next status shows"
CONNECT_S: Final = 15.0
STALE_S: Final = 2.0
"""How old a status may be before nobody knows any more."""
SPAT_FRESH_S: Final = 0.5
COUNTED_S: Final = 0.4
"""How long after a status was asked for its counts are waited for: a tick has no time for both where a line is slow."""
SOON_S: Final = 0.05
"""Whoever is told that nothing is to be written does it within this time."""
NO_TURN: Final = nullcontext()
FREE: Final = 254
"""The pattern of running free; 255 flashes."""
SECOND_MIDDLE_S: Final = 0.5
"""A controller tells whole seconds; on average half a second has passed since."""


class NtcipCabinet:
    """A controller of NTCIP 1202, by SNMP; see `signals.model.cabinets.CabinetLink`.

    Parameters
    ----------
    site
        What it must be.
    address
        Where it is. Secrets: ``read_community`` (``public``), ``write_community`` (that for reading); for SNMPv3
        ``user``, ``auth_password``, ``priv_password``. Options: `signals.adapters.ntcip.settings.Settings`.
    clock
        Time.

    Raises
    ------
    InputError
        When an option or a secret is missing, unknown or wrong.
    MissingDependencyError
        When SNMPv3 is asked for and not installed.
    """

    capabilities = CAPABILITIES

    def __init__(self, site: CabinetSite, address: CabinetAddress, clock: Clock) -> None:
        self.site, self._address, self._clock = site, address, clock
        self._settings = Settings.of(site, address)
        self._session = Session(self._settings)
        self._transport: Transport | None = None
        self._gate = Gate(clock)
        self._ears: asyncio.DatagramTransport | None = None
        self._next: asyncio.TimerHandle | None = None
        self._looking: asyncio.Task[None] | None = None
        if self._settings.version is None:
            UsmTransport(address.host, self._settings, Credentials(address.secrets, address.options), clock)
        self._sequence = 0  # goes on from one connection to the next
        self._forget()

    async def connect(self) -> CabinetInfo:
        """Connect, identify, and read what it tells of its timing; see `CabinetLink.connect`."""
        await self.close()
        self._session = Session(self._settings)
        self._forget()
        self._lost, self._heard_s = False, self._clock.now_s()
        self._transport, self._gate = self._make_transport(), gate_of(self._clock)
        try:
            await self._transport.open()
            identity = await self._run(self._session.identify(self._clock.now_s()), CONNECT_S)
            await self._listen()
            await self._sweep(CONNECT_S)
        except (WorldError, asyncio.CancelledError):
            await self.close()
            raise
        info = info_of(identity, self._settings.phases)
        version = "SNMPv3" if self._settings.version is None else f"SNMP{self._settings.version.name.lower()}"
        offset_s = None if np.isnan(self._clock_offset_s) else self._clock_offset_s
        return dataclasses.replace(info, protocol_version=f"1202 v02/v03, {version}", clock_offset_s=offset_s)

    async def close(self) -> None:
        """Leave; asks for nothing and gives nothing back."""
        await self._look_no_further()
        if self._ears is not None:
            self._ears.abort()
        if self._transport is not None:
            self._transport.close()
        self._ears = self._transport = None
        self._session.taken = False
        # A socket is closed in the next turn of the event loop.
        await asyncio.sleep(0)

    async def refresh(self) -> None:
        """Ask for the status and wait for it, unless it was asked for just before; see `CabinetLink.refresh`."""
        self._ahead.looked(self._clock.now_s())
        if self._looking is not None:
            with suppress(WorldError):  # it is asked again
                await self._looking
        if not self.is_fresh():
            await self._sweep(self._limit_s)
        self._is_ahead = False

    def is_fresh(self) -> bool:
        """Whether a status has come that was asked for shortly before this tick; see `PromptLink.is_fresh`."""
        known = not self._lost and self._transport is not None and self._looking is None and self._is_ahead
        return known and self._clock.now_s() - self._received_s <= FRESH_S

    def is_prompt(self, request: Request | None) -> bool:
        """Whether nothing is to be written; see `PromptLink.is_prompt`."""
        if self._session.is_beat_due(self._clock.now_s() + SOON_S):
            return False
        return request is None or (isinstance(request, HoldRequest) and self._session.is_as_before(request))

    def report(self) -> CabinetReport:
        """Return what is known; see `CabinetLink.report`."""
        session, now_s = self._session, self._clock.now_s()
        if self._is_ahead:
            self._ahead.looked(now_s)
        self._is_ahead = False
        count, occupied = session.detectors.report()
        if self._transport is None or self._lost or session.status is None or now_s - self._received_s > STALE_S:
            size = len(self.site.groups)
            unknown, calls = np.full(size, -1, np.int8), np.zeros(size, np.bool_)
            return CabinetReport(self._received_s, self._sequence, Mode.OFFLINE, unknown, calls, count, occupied)
        return CabinetReport(
            self._received_s,
            self._sequence,
            session.mode(),
            self._aspect.copy(),
            self._call.copy(),
            count,
            occupied,
            session.alarms(now_s),
            session.status.pattern if session.status.pattern < FREE else 0,
            self._clock_offset_s,
        )

    async def take(self) -> None:
        """Look whether it is free, and write that nothing is asked of it; see `CabinetLink.take`."""
        await self._look_no_further()
        await self._run(self._session.take(self._clock.now_s()), 2 * self._limit_s)

    async def send(self, request: Request) -> Receipt:
        """Ask for holds or for a pattern; see `CabinetLink.send`."""
        sent_s = self._clock.now_s()
        steps: Steps[bool]
        if isinstance(request, HoldRequest):
            steps = self._session.hold(request, sent_s)
        elif isinstance(request, PlanRequest):
            steps = self._session.plan(request, self._clock.utc_s(), sent_s)
        else:
            return self._receipt("unsupported", f"NTCIP has no {type(request).__name__}", sent_s)
        try:
            changed = await self._run(steps, self._limit_s)
        except RefusedRequest as refused:
            return self._receipt(refused.code, str(refused), sent_s)
        except CabinetRefusedError as refused:
            return self._receipt("refused", str(refused), sent_s)
        detail = TAKEN if changed else "as before"
        if isinstance(request, PlanRequest):
            detail += "; the splits of its pattern stay what they are"
        return self._receipt(ACCEPTED, detail, sent_s)

    async def heartbeat(self) -> None:
        """Repeat what is asked, which starts the backup timer anew; see `CabinetLink.heartbeat`.

        Only whoever calls this has the next status asked for before the next tick.
        """
        await self._run(self._session.beat(self._clock.now_s()), self._limit_s)
        rest_s = self._ahead.rest_s(self._clock.now_s())
        if rest_s is not None and self._next is None and self._transport is not None:
            self._next = self._clock.later(rest_s, self._look_ahead)

    async def release(self, reason: str) -> bool:  # noqa: ARG002  it cannot be told why
        """Ask for nothing any more; see `CabinetLink.release`. It is tried twice, and where it seems lost, too."""
        if self._transport is None:
            return False
        await self._look_no_further()
        self._lost = False
        for _ in range(2):
            try:
                if await self._run(self._session.release(self._clock.now_s()), self._limit_s):
                    return True
            except WorldError:
                # Its backup timer gives back what we cannot.
                continue
        return False

    def _receipt(self, code: str, detail: str, sent_s: float) -> Receipt:
        return Receipt(code == ACCEPTED, code, detail, sent_s, self._clock.now_s())

    @property
    def _limit_s(self) -> float:
        return self._settings.timeout_s * self._settings.tries

    def _forget(self) -> None:
        """Know nothing, as before the first connection."""
        size = len(self.site.groups)
        self._lost, self._heard_s = True, float("-inf")
        self._received_s = float("-inf")
        self._aspect, self._call = np.full(size, -1, np.int8), np.zeros(size, np.bool_)
        self._shown: Lamps | None = None
        self._pushed = 0
        self._clock_offset_s = float("nan")
        self._spat = FreshSpat()
        self._ahead, self._is_ahead = LookAhead(), False

    def _look_ahead(self) -> None:
        """Ask for the status before the next tick does."""
        self._next = None
        self._looking = asyncio.get_running_loop().create_task(self._sweep(self._limit_s))
        self._looking.add_done_callback(self._looked_ahead)

    def _looked_ahead(self, done: asyncio.Task[None]) -> None:
        self._looking = None
        # Whatever went wrong the next tick will find out for itself.
        self._is_ahead = not done.cancelled() and done.exception() is None

    async def _look_no_further(self) -> None:
        """End what was begun ahead of a tick."""
        timer, looking, self._next = self._next, self._looking, None
        if timer is not None:
            timer.cancel()
        if looking is not None:
            looking.cancel()
            await asyncio.wait({looking})

    def _make_transport(self) -> Transport:
        address, settings = self._address, self._settings
        if settings.version is None:
            return UsmTransport(address.host, settings, Credentials(address.secrets, address.options), self._clock)
        read = address.secrets.get("read_community", "public")
        write = address.secrets.get("write_community", read)
        # A number that nobody can guess, so that nobody else can answer.
        dialogue = Dialogue(settings.version, read.encode(), write.encode(), secrets.randbelow(IDS))
        return CommunityTransport(address.host, settings, dialogue, self._clock)

    async def _listen(self) -> None:
        """Listen for signal data that come by themselves."""
        settings = self._settings
        if not settings.spat_port:
            return
        address = (settings.peers.interface, settings.spat_port)
        loop = asyncio.get_running_loop()
        try:
            self._ears, _ = await loop.create_datagram_endpoint(lambda: _SpatEars(self), local_addr=address)
        except OSError as error:
            raise WorldLostError(
                f"NTCIP: cannot listen for signal data at port {settings.spat_port}: {error}"
            ) from error

    def hear_spat(self, data: bytes, host: str) -> None:
        """Take a datagram with signal data; whatever is none, or comes from somebody else, changes nothing."""
        if host not in self._settings.peers:
            return
        try:
            newer = self._spat.hear(data, self._clock.now_s(), STALE_S)
        except BrokenMessageError:
            return
        if newer and self._spat.spat is not None:
            self._session.show(self._spat.spat.lamps)
            self._note_lamps()

    async def _sweep(self, limit_s: float) -> None:
        fresh = self._clock.now_s() - self._spat.received_s <= SPAT_FRESH_S
        by_itself = fresh and self._settings.phases.phases[-1] <= PHASES
        begin_s = self._clock.now_s()
        async with self._gate.turn():
            asked_s = self._clock.now_s()
            status = await self._talk(self._session.sweep(asked_s, lamps=not by_itself), limit_s)
            # What is known is as old as the question: an answer may have been on its way for long.
            self._received_s, self._sequence = asked_s, self._sequence + 1
            self._ahead.took(self._clock.now_s() - begin_s)
            if status.time_s >= 0:
                self._clock_offset_s = status.time_s + SECOND_MIDDLE_S - self._clock.utc_s()
            if self._session.buttons != self._pushed:
                self._pushed = self._session.buttons
                self._call = self._settings.phases.called(self._pushed)
            self._note_lamps()
            await self._talk(self._session.count(), COUNTED_S - (self._clock.now_s() - begin_s))

    def _note_lamps(self) -> None:
        lamps = self._session.lamps
        if lamps is not None and lamps != self._shown:
            self._shown, self._aspect = lamps, self._settings.phases.aspects_of(lamps)

    async def _run(self, steps: Steps[T], limit_s: float) -> T:
        """Have a conversation with the controller, when it is its turn."""
        return await self._talk(steps, limit_s, self._gate.turn())

    async def _talk(self, steps: Steps[T], limit_s: float, turn: Turn | nullcontext[None] = NO_TURN) -> T:
        """Carry every ask of a conversation to the controller, and the answers back; no turn is waited for in vain."""
        try:
            ask = next(steps)
            async with turn:
                until_s = self._clock.now_s() + limit_s
                while True:
                    try:
                        answer = await self._carry(ask, until_s)
                    except WorldTimeoutError as error:
                        ask = steps.throw(error)
                    else:
                        ask = steps.send(answer)
        except StopIteration as end:
            result: T = end.value
            return result

    async def _carry(self, ask: Ask, until_s: float) -> Answer:
        """Carry one ask: the only way by which anything reaches the controller."""
        check_sendable(ask)
        if self._transport is None or self._lost:
            raise WorldLostError(f'cabinet "{self.site.id}": NTCIP: the connection is lost')
        try:
            answer = await self._transport.ask(ask, until_s)
        except WorldTimeoutError:
            if self._clock.now_s() - self._heard_s >= self._settings.lost_s:
                self._lost, self._session.taken = True, False
            raise
        self._heard_s = self._clock.now_s()
        return answer


class _SpatEars(asyncio.DatagramProtocol):
    """Hands datagrams to the cabinet that they tell about."""

    def __init__(self, cabinet: NtcipCabinet) -> None:
        self._cabinet = cabinet

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self._cabinet.hear_spat(data, str(addr[0]))
