"""A cabinet that speaks TLC-FI, and we are its Control application: signal groups are asked for directly."""

from __future__ import annotations

import asyncio
import math
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.tls import handshake_trouble, left_in_silence
from signals.adapters.tlcfi.described import CAPABILITIES, information
from signals.adapters.tlcfi.keeper import Keeper, keeper_of
from signals.adapters.tlcfi.line import Answer
from signals.adapters.tlcfi.objects import ControlState, TlcfiError
from signals.adapters.tlcfi.session import LATEST_PULSE_S, PULSE_S, ApplicationSession
from signals.adapters.tlcfi.settings import PORT, read_settings
from signals.adapters.tlcfi.wire import Wire
from signals.errors import WorldError, WorldLostError, WorldTimeoutError
from signals.model.cabinets import (
    CabinetAddress,
    CabinetInfo,
    CabinetRefusedError,
    CabinetReport,
    CabinetSite,
    GroupRequest,
    Mode,
    Receipt,
    Request,
)

__all__ = ["FRESH_S", "TlcfiCabinet"]

FRESH_S: Final = LATEST_PULSE_S + 0.1
"""Whoever has said something within this need not be asked whether it is still there.

It is longer than the keeping alive lets pass before it asks a TLC that is ours: so a tick need not ask all of them at
once, and wait."""

WATCH_S: Final = PULSE_S
"""How long the keeping alive looks away at most."""


class TlcfiCabinet:
    """A TLC as its Control application sees it; see `signals.model.cabinets.CabinetLink`.

    A TLC tells what changes when it changes: `refresh` only asks for a sign of life, and only where none has come of
    late. Control is kept for as long as `heartbeat` is called: without it, it is given up after ``dead_man_s``, and no
    signs of life are given until the TLC has taken it back.

    Parameters
    ----------
    site
        What its intersection must be.
    address
        Where it is; `docs/tlcfi.md` lists the options.
    clock
        Of everything that waits.

    Attributes
    ----------
    due_s
        When `look` has something to do.

    Raises
    ------
    InputError
        When an option is wrong.
    """

    capabilities = CAPABILITIES

    def __init__(self, site: CabinetSite, address: CabinetAddress, clock: Clock) -> None:
        self.site = site
        self._settings, self._address, self._clock = read_settings(site, address), address, clock
        tls = self._settings.tls
        self._tls = None if tls is None else tls.client()
        self._tls_name = None if tls is None else tls.server_name or address.host
        self._session, self._sequence_before = self._new_session(), 0
        self._wire: Wire | None = None
        self._keeper: Keeper | None = None
        self.due_s = float("inf")
        self._news = asyncio.Event()

    async def connect(self) -> CabinetInfo:
        """Connect, register, read what the TLC is and shows; see `CabinetLink.connect`."""
        if self._wire is not None:
            raise WorldError(f"{self._name}: close the connection before a new one")
        settings = self._settings
        self._wire = wire = Wire(self._hear, lambda _: None, self._lose)
        self._sequence_before += self._session.line.sequence
        self._session = session = self._new_session()
        try:
            await self._open(wire)
            await self._clock.sleep(settings.settle_s)
            wire.send(session.start(self._clock.now_s()))
            self._keeper = keeper_of(self._clock)
            self._keeper.keep(self)
            self.look()
            await self._until(lambda: session.is_set_up, settings.setup_s, "a whole description")
            with suppress(WorldTimeoutError):  # a TLC that keeps us in error may still be looked at
                await self._until(lambda: session.seat.is_free, settings.reply_s, "a control state")
            return self._information(session)
        except BaseException:
            await self._drop()
            raise

    async def close(self) -> None:
        """Give back what is ours, deregister and leave; see `CabinetLink.close`."""
        wire, session = self._wire, self._session
        if wire is None:
            return
        try:
            if wire.is_open and session.is_set_up:
                if not session.seat.is_left:
                    await self.release("closing")
                answers: list[Answer] = []
                wire.send(session.deregister(self._clock.now_s(), lambda answer, _: answers.append(answer)))
                with suppress(WorldError):  # whoever does not answer is left, too
                    await self._until(lambda: bool(answers), self._settings.reply_s, "an answer")
        finally:
            await self._drop()

    async def refresh(self) -> None:
        """Ask for a sign of life where none has come of late; see `CabinetLink.refresh`."""
        if self.is_fresh():
            return
        wire, session = self._connected()
        now_s = self._clock.now_s()
        wire.send(session.ping(now_s))
        try:
            await self._until(lambda: session.line.echoed_s >= now_s, self._settings.refresh_s, "a sign of life")
        except WorldTimeoutError as error:
            session.line.fail(error)
            wire.abort()
            raise

    def is_fresh(self) -> bool:
        """Whether it has said something of late; see `PromptLink.is_fresh`."""
        _, session = self._connected()
        return session.line.is_mute or self._clock.now_s() - session.line.heard_s < FRESH_S

    def is_prompt(self, request: Request | None) -> bool:  # noqa: ARG002  it is so whatever is asked
        """TLC-FI answers with what it shows; see `PromptLink.is_prompt`."""
        return True

    def report(self) -> CabinetReport:
        """Return what is known; see `CabinetLink.report`."""
        session, now_s = self._session, self._clock.now_s()
        line, board = session.line, session.board
        count, occupied = board.detectors(now_s)
        return CabinetReport(
            line.heard_s,
            self._sequence_before + line.sequence,
            session.mode,
            board.aspects(now_s),
            board.call.copy(),
            count,
            occupied,
            session.alarms(now_s),
            clock_offset_s=math.nan if line.peer_ahead_s is None else line.peer_ahead_s,
        )

    async def take(self) -> None:
        """Ask for control; see `CabinetLink.take`."""
        wire, session = self._connected()
        if session.seat.is_spent or session.seat.state in (None, ControlState.ERROR):
            raise CabinetRefusedError(f"{self._name}: it keeps us in error ({session.seat.errors} times so far)")
        now_s = self._clock.now_s()
        session.beat(now_s)
        wire.send(session.take(now_s))

    async def send(self, request: Request) -> Receipt:
        """Ask for what the groups shall show, as far as it has changed; see `CabinetLink.send`.

        Raises
        ------
        WorldLostError
            When nobody is there.
        InputError
            When the request is none for this intersection.
        """
        wire, session = self._connected()
        now_s = self._clock.now_s()
        if not isinstance(request, GroupRequest):
            return _refused("not-supported", "TLC-FI takes requests of signal groups", now_s)
        if session.mode is not Mode.OURS:
            return _refused("not-in-control", "nothing was sent", now_s)
        data = session.ask(request, now_s)
        wire.send(data)
        self.due_s = min(self.due_s, session.next_s)
        detail = "sent; TLC-FI answers with what it shows" if data else "nothing has changed"
        detail += "; a group waits for what it was asked before" * session.waits
        return Receipt(accepted=True, code="accepted", detail=detail, sent_s=now_s, answered_s=now_s)

    async def heartbeat(self) -> None:
        """Say that all is well here; see `CabinetLink.heartbeat`."""
        _, session = self._connected()
        session.beat(self._clock.now_s())

    async def release(self, reason: str) -> bool:  # noqa: ARG002  TLC-FI has no place for it
        """Give control back, and wait until the TLC says that it has it; see `CabinetLink.release`."""
        wire, session = self._wire, self._session
        if wire is None or not wire.is_open or not session.is_set_up:
            return False
        wire.send(session.leave(self._clock.now_s()))
        try:
            await self._until(lambda: session.seat.is_left, self._settings.release_s, "control to be taken back")
        except WorldError:
            return False
        return True

    def look(self) -> None:
        """Do what keeps the connection alive, as far as it is due."""
        wire, session = self._wire, self._session
        if wire is None or not wire.is_open:
            self.due_s = float("inf")
            return
        now_s = self._clock.now_s()
        wire.send(session.poll(now_s))
        if session.line.failure is not None:
            wire.abort()
            self._news.set()
        self.due_s = min(session.due_s, now_s + WATCH_S)

    @property
    def _name(self) -> str:
        return f"TLC at {self._address.host}:{self._address.port or PORT}"

    def _new_session(self) -> ApplicationSession:
        return ApplicationSession(self.site, self._settings, self._clock.now_s(), self._utc_s)

    def _utc_s(self, now_s: float) -> float:
        return self._clock.utc_s() - self._clock.now_s() + now_s

    def _connected(self) -> tuple[Wire, ApplicationSession]:
        """Return the connection. Raises `WorldLostError` where there is none."""
        wire, session = self._wire, self._session
        if wire is None or not wire.is_open or not session.is_set_up or session.line.failure is not None:
            raise WorldLostError(f"{self._name}: {session.line.failure or 'not connected'}")
        return wire, session

    async def _open(self, wire: Wire) -> None:
        host, port = self._address.host, self._address.port or PORT
        opening = asyncio.get_running_loop().create_connection(
            lambda: wire, host, port, ssl=self._tls, server_hostname=self._tls_name
        )
        try:
            await self._clock.within(self._settings.setup_s, opening)
        except TimeoutError:
            raise WorldTimeoutError(f"{self._name} does not answer") from None
        except OSError as error:
            of_tls = self._tls is not None and (isinstance(error, ssl.SSLError) or not str(error))
            why = handshake_trouble(error) if of_tls else error.strerror or str(error) or type(error).__name__
            raise WorldLostError(f"{self._name} cannot be reached: {why}") from error

    async def _until(self, done: Callable[[], bool], limit_s: float, what: str) -> None:
        """Wait for something that whatever comes may bring. Raises `WorldError` where it does not come."""

        async def come() -> None:
            while not done():
                failure = self._session.line.failure
                if failure is not None:
                    raise type(failure)(f"{self._name}: {failure}")
                self._news.clear()
                await self._news.wait()

        try:
            await self._clock.within(limit_s, come())
        except TimeoutError:
            raise WorldTimeoutError(f"{self._name}: {what} did not come within {limit_s:g} s") from None

    def _hear(self, wire: Wire, data: bytes) -> None:
        session = self._session
        wire.send(session.receive(data, self._clock.now_s()))
        if session.line.failure is not None:
            wire.abort()
        self.due_s = min(self.due_s, session.next_s)
        self._news.set()

    def _lose(self, wire: Wire) -> None:
        if wire is self._wire:
            self._session.line.fail(WorldLostError(f"the connection was lost{self._why_lost(wire)}"))
        self._news.set()

    def _why_lost(self, wire: Wire) -> str:
        """Say what may have been why."""
        if isinstance(wire.error, ssl.SSLError):
            return f": {handshake_trouble(wire.error)}"
        return "" if self._session.line.sequence else f" {left_in_silence(self._tls)}"

    async def _drop(self) -> None:
        """Leave nothing behind."""
        wire, keeper, self._wire, self._keeper = self._wire, self._keeper, None, None
        self._session.line.fail(WorldLostError("the connection was closed"))
        if keeper is not None:
            keeper.leave(self)
        if wire is None or not wire.was_open:
            return
        wire.close()
        with suppress(TimeoutError):  # what a peer does not read is not waited for
            await self._clock.within(self._settings.reply_s, wire.closed.wait())
        wire.abort()
        await wire.closed.wait()

    def _information(self, session: ApplicationSession) -> CabinetInfo:
        known = session.known
        if known is None:
            raise WorldLostError(f"{self._name}: nothing is known of it")
        try:
            return information(self._settings, known.facilities, known.groups, known.version, session.line.peer_ahead_s)
        except TlcfiError as error:
            raise CabinetRefusedError(f"{self._name}: what it says of itself cannot be: {error}") from error


def _refused(code: str, detail: str, now_s: float) -> Receipt:
    return Receipt(accepted=False, code=code, detail=detail, sent_s=now_s, answered_s=now_s)
