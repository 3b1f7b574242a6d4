"""A virtual TLC: TLC facilities for one firmware, over TCP, with TLS where it is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.handshakes import Handshakes
from signals.adapters.cabinet.listening import stop_listening
from signals.adapters.cabinet.station import VirtualFirmware
from signals.adapters.tlcfi.facilities import Facilities
from signals.adapters.tlcfi.settings import read_settings
from signals.adapters.tlcfi.tlc_session import Desk, TlcSession
from signals.adapters.tlcfi.wire import Wire
from signals.errors import WorldError
from signals.model.cabinets import CabinetAddress

__all__ = ["MAX_CONNECTIONS", "TlcfiServer"]

MAX_CONNECTIONS: Final = 16
"""How many applications may be connected at once."""

WATCH_S: Final = 1.0
"""How long it looks away at most."""


class TlcfiServer:
    """TLC facilities for one intersection; see `signals.adapters.cabinet.station.CabinetServer`.

    Parameters
    ----------
    firmware
        What decides at the intersection.
    address
        Where it listens; port 0 is any free one.
    clock
        Of everything that waits.

    Attributes
    ----------
    port
        Where it listens, once it was started.
    on_warning
        See `signals.adapters.cabinet.station.WarningServer`.

    Raises
    ------
    InputError
        When an option is wrong.
    """

    def __init__(self, firmware: VirtualFirmware, address: CabinetAddress, clock: Clock) -> None:
        self._settings = read_settings(firmware.site, address)
        self._firmware, self._address, self._clock = firmware, address, clock
        tls = self._settings.tls
        self._handshakes = (
            Handshakes(tls.server(), self._wire, self._settings.lets_in, clock, self._turned_away) if tls else None
        )
        self.on_warning: Callable[[str], object] = lambda _: None
        self._facilities = Facilities(firmware, self._settings)
        self._desk = Desk(self._facilities)
        self._sessions: dict[Wire, TlcSession] = {}
        self._server: asyncio.Server | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._last_ds = firmware.time_ds
        self.port = address.port

    async def start(self) -> None:
        """Listen. Raises `WorldError` where that cannot be done."""
        if self._server is not None:
            raise WorldError(f"the virtual TLC at port {self.port} has been started already")
        host, port = self._address.host, self._address.port
        try:
            self._server = await asyncio.get_running_loop().create_server(
                self._wire if self._handshakes is None else self._handshakes, host, port
            )
        except OSError as error:
            raise WorldError(f"a virtual TLC cannot listen at {host} port {port}: {error.strerror}") from error
        self.port = self._server.sockets[0].getsockname()[1]
        self._watcher = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Say so to everybody, and leave nothing running."""
        now_s = self._clock.now_s()
        if self._watcher is not None:
            self._watcher.cancel()
            with suppress(asyncio.CancelledError):
                await self._watcher
        if self._server is not None:
            await stop_listening(self._server)
        if self._handshakes is not None:
            await self._handshakes.end()
        wires = list(self._sessions)
        for wire, session in list(self._sessions.items()):
            wire.send(session.stopping(now_s))
            wire.close()
        for wire in wires:
            with suppress(TimeoutError):
                await self._clock.within(self._settings.reply_s, wire.closed.wait())
            wire.abort()
            await wire.closed.wait()
        self._server = self._watcher = None

    def ticked(self) -> None:
        """Tell whoever listens what has changed in this tick."""
        firmware = self._firmware
        if firmware.time_ds < self._last_ds:
            self.cut()  # it was switched off and on
        self._last_ds = firmware.time_ds
        if firmware.silent:
            return
        now_s = self._clock.now_s()
        changes = self._facilities.changes(self._settings.ticks(now_s))
        for wire, session in list(self._sessions.items()):
            wire.send(session.ticked(changes, now_s))

    def cut(self) -> None:
        """Break every connection without a word, as a cable that is cut; new ones are taken."""
        for wire in list(self._sessions):
            wire.abort()

    def _wire(self) -> Wire:
        return Wire(self._hear, self._open, self._end)

    def _turned_away(self, peer: str, why: str) -> None:
        self.on_warning(f"tlcfi: {peer} came and was turned away: {why}")

    def _open(self, wire: Wire) -> None:
        if len(self._sessions) >= MAX_CONNECTIONS or not self._settings.lets_in(wire.peer):
            wire.abort()
            return
        self._sessions[wire] = TlcSession(self._desk, self._clock.now_s(), self._utc_s)

    def _hear(self, wire: Wire, data: bytes) -> None:
        if self._firmware.silent:
            return
        session = self._sessions[wire]
        wire.send(session.receive(data, self._clock.now_s()))
        if session.is_over or session.line.failure is not None:
            wire.close()

    def _end(self, wire: Wire) -> None:
        if (session := self._sessions.pop(wire, None)) is not None:
            session.close()

    def _utc_s(self, now_s: float) -> float:
        """Return what the clock of the firmware shows at a time of ours."""
        return self._clock.utc_s() - self._clock.now_s() + now_s + self._firmware.clock_offset_s

    async def _watch(self) -> None:
        """Keep every session alive, and end those that are not."""
        while True:
            now_s = self._clock.now_s()
            due_s = min((session.due_s for session in self._sessions.values()), default=now_s + WATCH_S)
            await self._clock.sleep(min(max(due_s - now_s, WATCH_S / 20), WATCH_S))
            if self._firmware.silent:
                continue
            now_s = self._clock.now_s()
            for wire, session in list(self._sessions.items()):
                wire.send(session.poll(now_s))
                if session.line.failure is not None:
                    wire.abort()
