"""A virtual site on a socket: it connects to its supervisor, and does so again whenever the connection is gone."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Final
from uuid import uuid4

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.station import VirtualFirmware
from signals.adapters.cabinet.tls import handshake_trouble, left_in_silence
from signals.adapters.rsmp.options import PORT, Options
from signals.adapters.rsmp.site import Site
from signals.adapters.rsmp.times import Now
from signals.adapters.rsmp.wire import Wire
from signals.model.cabinets import CabinetAddress

__all__ = ["RsmpServer"]

LOOK_S: Final = 1.0
"""How often time-outs are looked at while the firmware stands still."""
SPREAD: Final = (0.5, 1.0)
"""After which share of ``reconnect_s`` a site tries again: sites that lost their supervisor together do not all come
back in the same second."""


class RsmpServer:
    """A virtual site for one firmware (`signals.adapters.cabinet.station.CabinetServer`).

    A site is a client: ``host`` and ``port`` of the address are those of its supervisor, ``name`` is its site id. Its
    secrets are ``security_code_1`` and ``security_code_2``; without one, nobody knows it.

    Parameters
    ----------
    firmware
        What decides and counts.
    address
        Where its supervisor is; `Options` has the options.
    clock
        Its time.
    identify
        Makes the ids of messages, UUIDs of version 4.
    beside
        The server of the same site for another supervisor: a site may have several.

    Attributes
    ----------
    port
        The port of its supervisor.
    on_warning
        See `signals.adapters.cabinet.station.WarningServer`.
    site
        What it speaks for.
    """

    site: Site

    def __init__(
        self,
        firmware: VirtualFirmware,
        address: CabinetAddress,
        clock: Clock,
        *,
        identify: Callable[[], str] = lambda: str(uuid4()),
        beside: RsmpServer | None = None,
    ) -> None:
        self._firmware, self._clock = firmware, clock
        self._host, self.port = address.host, address.port or PORT
        self._options = Options.of(firmware.site, address)
        tls = self._options.tls
        self._tls = None if tls is None else tls.client()
        self._tls_name = None if tls is None else tls.server_name or address.host
        codes = {level: address.secrets.get(f"security_code_{level}", "") for level in (1, 2)}
        same: Site | None = None if beside is None else beside.site
        self.site = Site(firmware, self._options, codes, identify, same)
        self._wire = Wire(self._opened, self._received, self._lost)
        self._patience = Random(self._options.id)
        self._gone = asyncio.Event()
        self._heard = False
        self.on_warning: Callable[[str], object] = lambda _: None
        self._task: asyncio.Task[None] | None = None
        self._time_ds, self._silent = firmware.time_ds, False

    @property
    def connected(self) -> bool:
        """Whether a supervisor listens, and the handshake is done."""
        session = self.site.session
        return session is not None and session.ready and self._wire.is_open

    @property
    def kept(self) -> int:
        """How many messages wait for a supervisor."""
        return self.site.kept

    async def start(self) -> None:
        """Begin to connect; a supervisor that is not there is tried again."""
        if self._task is None:
            self._task = asyncio.create_task(self._stay_connected())

    async def stop(self) -> None:
        """Leave nothing running; safe to call twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})
        if self._wire.is_open:
            self._wire.abort()
            await self._gone.wait()

    def ticked(self) -> None:
        """Tell whoever listens what has changed in this tick."""
        if self._firmware.time_ds < self._time_ds or self.site.restarted:  # it lost power
            self.site.forget()
            self.cut()
        self._time_ds = self._firmware.time_ds
        if self._is_silent():
            return
        self.site.ticked(self._now())
        self._flush()

    def cut(self) -> None:
        """Break the connection without a word; the site connects again."""
        self._wire.abort()

    def _is_silent(self) -> bool:
        silent = bool(getattr(self._firmware, "silent", False))
        if silent != self._silent:
            self._silent = silent
            self._wire.listen(not silent)
        return silent

    def _now(self) -> Now:
        return Now(self._clock.now_s(), self._clock.utc_s())

    async def _stay_connected(self) -> None:
        loop = asyncio.get_running_loop()
        while self._task is not None:  # a cancellation that comes with a connection is lost
            self._gone = asyncio.Event()
            self._wire = wire = Wire(self._opened, self._received, self._lost)
            try:
                connecting = loop.create_connection(
                    partial(_same, wire), self._host, self.port, ssl=self._tls, server_hostname=self._tls_name
                )
                await self._clock.within(self._options.seconds["connect_s"], connecting)
                await self._attend(wire)
            except (OSError, TimeoutError) as error:  # nobody is there yet: it is tried again
                self._see_why(error)
            if self._task is not None:
                await self._clock.sleep(self._options.seconds["reconnect_s"] * self._patience.uniform(*SPREAD))

    async def _attend(self, wire: Wire) -> None:
        """Look at the time until the connection is gone."""
        while not self._gone.is_set() and self._task is not None:
            await self._clock.sleep(LOOK_S)
            if wire.is_open and not self._silent:
                self.site.tick(self._now())
                self._flush()

    def _see_why(self, error: Exception) -> None:
        """Warn where somebody was there, and did not speak TLS as we do."""
        if self._tls is not None and isinstance(error, (ssl.SSLError, ConnectionResetError, ConnectionAbortedError)):
            self._warn(f"cannot be spoken to: {handshake_trouble(error)}")

    def _warn(self, what: str) -> None:
        self.on_warning(f"rsmp: the supervisor at {self._host}:{self.port} {what}")

    def _opened(self, wire: Wire) -> None:
        self._heard = False
        if self._silent:
            wire.listen(False)  # noqa: FBT003  a switch
        self.site.begin(self._now())
        self._flush()

    def _received(self, data: bytes) -> None:
        self._heard = True
        self.site.receive(data, self._now())
        self._flush()

    def _lost(self) -> None:
        if not self._heard and self._task is not None:  # with TLS 1.3 that is how a client learns of it
            self._warn(f"has left {left_in_silence(self._tls)}")
        self.site.lost()
        self._gone.set()

    def _flush(self) -> None:
        session = self.site.session
        if session is None:
            return
        self._wire.write(session.take())
        if session.closed:
            self._wire.close()


def _same(wire: Wire) -> Wire:
    return wire
