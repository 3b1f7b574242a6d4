"""The listening end of a supervisor: one for all links of a process with the same host and port.

A site connects and says who it is; the link that waits for it gets the connection. Whoever is not a peer, is not waited
for, or is connected already, is turned away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol
from weakref import WeakKeyDictionary

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.handshakes import Handshakes
from signals.adapters.cabinet.listening import stop_listening
from signals.adapters.cabinet.tls import Tls
from signals.adapters.rsmp.messages import Told
from signals.adapters.rsmp.options import Options, is_peer
from signals.adapters.rsmp.session import Barked, Ready, Received, Refused, Role, Session, Settings
from signals.adapters.rsmp.times import Now
from signals.adapters.rsmp.wire import Wire
from signals.errors import InputError, WorldLostError

__all__ = ["Connection", "Link", "Supervisor", "supervisor_at"]

LOOK_S: Final = 0.5
"""How often time-outs are looked at."""
STRANGERS: Final = 64
"""So many connections may be open without having said who they are."""
STRANGER_S: Final = 10.0
NO_NAME: Final = "it left without saying which site it is; it may want to speak TLS where we do not"


class Link(Protocol):
    """Whoever waits for a site.

    Attributes
    ----------
    options
        The site, and how it is spoken to.
    """

    options: Options

    def attached(self, connection: Connection) -> None:
        """Take the connection: the handshake is done."""
        ...

    def told(self, message: Told, now: Now) -> bool:
        """Take a message; whether it is understood."""
        ...

    def refused(self, identity: str, reason: str) -> None:
        """Take it that the site did not understand a message."""
        ...

    def lost(self, reason: str) -> None:
        """Take it that the connection is gone."""
        ...

    def looked(self, now: Now) -> None:
        """Look at the time."""
        ...


class Connection:
    """A site that is connected, or a stranger.

    Parameters
    ----------
    supervisor
        Where it came in.
    clock
        The time.
    identify
        Makes the ids of messages.
    """

    def __init__(self, supervisor: Supervisor, clock: Clock, identify: Callable[[], str]) -> None:
        self._supervisor, self._clock = supervisor, clock
        self.session = Session(Role.SUPERVISOR, "", Settings(ack_s=STRANGER_S), identify, self._admit)
        self.wire = Wire(self._opened, self._received, self._lost)
        self.link: Link | None = None
        self.site = ""

    def send(self, message: Told) -> None:
        """Send a message. Raises `WorldLostError` where the connection is gone."""
        if not self.wire.is_open or self.session.closed:
            raise WorldLostError("rsmp: the site is not connected")
        self.session.send(message, self._now())
        self.flush()

    def bark(self, every_s: float) -> None:
        """Send a watchdog, unless one was sent a moment ago; its acknowledgement shows that the site hears us."""
        self.session.bark(self._now(), every_s)
        self.flush()

    def waited_s(self) -> float:
        """Return for how long the oldest message has been waiting for its acknowledgement; 0 = none waits."""
        return self.session.waited_s(self._now())

    def flush(self) -> None:
        """Send what waits; end the connection where the session is over."""
        self.wire.write(self.session.take())
        if self.session.closed:
            self.wire.close()

    def look(self) -> None:
        """Look at the time."""
        now = self._now()
        self.session.tick(now)
        if self.link is not None:
            self.link.looked(now)
        self.flush()

    def leave(self, *, at_once: bool = False) -> None:
        """End the connection; the link hears nothing more."""
        self.link = None
        (self.wire.abort if at_once else self.wire.close)()

    def _now(self) -> Now:
        return Now(self._clock.now_s(), self._clock.utc_s())

    def _admit(self, site: str) -> str:
        link = self._supervisor.waiting.get(site)
        if link is None:
            known = site in self._supervisor.connected
            return "the site is connected already" if known else "nobody waits for this site"
        if not is_peer(self.wire.peer, link.options.peers):
            return "not a peer"
        if link.options.client_name and link.options.client_name not in self.wire.names:
            return "the certificate is not that of this site"
        self.session.settings = link.options.settings
        del self._supervisor.waiting[site]
        self._supervisor.connected[site] = self
        self.link, self.site = link, site
        self._supervisor.turned_away = ""
        return ""

    def _opened(self, wire: Wire) -> None:
        if not self._supervisor.lets_in(wire.peer):
            wire.abort()
            return
        self._supervisor.connections.add(self)
        self.session.start(self._now())

    def _received(self, data: bytes) -> None:
        now = self._now()
        for event in self.session.receive(data, now):
            link = self.link
            if link is None:
                break
            match event:
                case Ready():
                    link.attached(self)
                case Received(message):
                    if link.told(message, now):
                        self.session.acknowledge(message.id)
                    else:
                        self.session.refuse(message.id, "not for a supervisor")
                case Refused(identity, reason):
                    link.refused(identity, reason)
                case Barked():
                    pass
        self.flush()

    def _lost(self) -> None:
        was_let_in = self in self._supervisor.connections
        self._supervisor.forget(self)
        link, self.link = self.link, None
        if link is not None:
            link.lost(self.session.closed or "the connection is gone")
        elif was_let_in and not self.site:
            self._supervisor.turn_away(self.wire.peer, self.session.closed or NO_NAME)


class Supervisor:
    """Listens for sites.

    Parameters
    ----------
    host, port
        Where.
    clock
        The time.
    ended
        Called when nobody listens any more.

    Attributes
    ----------
    waiting
        For each site id the link that waits for it.
    connected
        For each site id its connection.
    connections
        All that are open.
    turned_away
        Who came last and was not let in, and why; empty = nobody since the last site that was.
    """

    def __init__(self, host: str, port: int, clock: Clock, ended: Callable[[], object]) -> None:
        self._host, self._port, self._clock, self._ended = host, port, clock, ended
        self.waiting: dict[str, Link] = {}
        self.connected: dict[str, Connection] = {}
        self.connections: set[Connection] = set()
        self.turned_away = ""
        self._links: dict[str, Link] = {}
        self._server: asyncio.Server | None = None
        self._handshakes: Handshakes | None = None
        self._task: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()

    async def expect(self, link: Link, identify: Callable[[], str]) -> None:
        """Wait for the site of a link; listen, if nobody has before. Raises `WorldLostError` where it cannot."""
        site = link.options.id
        if site in self._links:
            raise WorldLostError(f'rsmp: two links for the site "{site}" at {self._host}:{self._port}')
        other = next(iter(self._links.values()), link)
        if link.options.tls != other.options.tls:
            raise WorldLostError(
                f'rsmp: the sites "{site}" and "{other.options.id}" come in at {self._host}:{self._port}: '
                "give both the same options of TLS, or another port"
            )
        self._links[site] = self.waiting[site] = link
        async with self._lock:
            if self._server is None:
                await self._listen(link, identify)

    async def leave(self, link: Link) -> None:
        """Wait no longer; who leaves last ends the listening."""
        site = link.options.id
        if self._links.get(site) is not link:
            return
        del self._links[site]
        self.waiting.pop(site, None)
        connection = self.connected.get(site)
        if connection is not None:
            connection.leave()
        async with self._lock:
            if not self._links:
                await self._end()
        if connection is not None:
            await self._see_off(connection)

    async def _see_off(self, connection: Connection) -> None:
        for _ in range(10):  # what was said last goes out, if the other side still reads
            if connection not in self.connections:
                return
            await self._clock.sleep(0)
        connection.leave(at_once=True)
        await self._clock.sleep(0)

    def lets_in(self, peer: str) -> bool:
        """Whether a stranger may say who he is."""
        if not any(is_peer(peer, link.options.peers) for link in self._links.values()):
            self.turn_away(peer, "it is not among the peers")
            return False
        return sum(connection.link is None for connection in self.connections) < STRANGERS

    def turn_away(self, peer: str, why: str) -> None:
        """Remember who came and was not let in, for those who wait for a site."""
        self.turned_away = f"{peer} came and was turned away: {why}"

    def forget(self, connection: Connection) -> None:
        """Take it that a connection is gone; its site is waited for again when its link asks."""
        self.connections.discard(connection)
        site = connection.site
        if self.connected.get(site) is connection:
            del self.connected[site]
            link = self._links.get(site)
            if link is not None and not connection.session.ready:
                self.waiting[site] = link  # it never was with its link

    async def _listen(self, link: Link, identify: Callable[[], str]) -> None:
        try:
            self._server = await self._bound(link.options.tls, identify)
        except (OSError, InputError) as error:
            del self._links[link.options.id], self.waiting[link.options.id]
            if not self._links:
                self._ended()
            why = getattr(error, "strerror", None) or error
            raise WorldLostError(f"rsmp: cannot listen at {self._host}:{self._port}: {why}") from None
        self._task = asyncio.create_task(self._look())

    async def _bound(self, tls: Tls | None, identify: Callable[[], str]) -> asyncio.Server:
        def make() -> asyncio.Protocol:
            return Connection(self, self._clock, identify).wire

        self._handshakes = (
            None if tls is None else Handshakes(tls.server(), make, self.lets_in, self._clock, self.turn_away)
        )
        return await asyncio.get_running_loop().create_server(
            make if self._handshakes is None else self._handshakes, self._host, self._port
        )

    async def _look(self) -> None:
        while True:
            await self._clock.sleep(LOOK_S)
            for connection in tuple(self.connections):
                connection.look()

    async def _end(self) -> None:
        server, self._server = self._server, None
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})
        if server is not None:
            await stop_listening(server)
        if self._handshakes is not None:
            await self._handshakes.end()
        for connection in tuple(self.connections):
            connection.leave(at_once=True)
        for _ in range(5):  # who has come in at the last moment is turned away
            await self._clock.sleep(0)
        if server is not None:
            await server.wait_closed()
        self._ended()


_SUPERVISORS: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, int], Supervisor]] = WeakKeyDictionary()


def supervisor_at(host: str, port: int, clock: Clock) -> Supervisor:
    """Return the supervisor of the running event loop at a host and port.

    A port can be listened at once only, and hundreds of sites come in at the same one: hence one for each event loop.
    """
    known = _SUPERVISORS.setdefault(asyncio.get_running_loop(), {})
    key = (host, port)
    if key not in known:
        known[key] = Supervisor(host, port, clock, lambda: known.pop(key, None))
    return known[key]
