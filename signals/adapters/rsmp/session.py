"""One connection between a site and a supervisor: versions, acknowledgements and watchdogs; no clock, no socket.

The site speaks first: versions, then a watchdog from each side, then everything else. Every message but an
acknowledgement is acknowledged before anything else is said about it. Whoever owns a session feeds it bytes and the
time, sends what `take` gives, and closes the connection when `closed` says why.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, NamedTuple

from signals.adapters.rsmp.decoding import MessageError, decode
from signals.adapters.rsmp.encoding import encode
from signals.adapters.rsmp.framing import Deframer, FramingError, frame
from signals.adapters.rsmp.messages import Message, MessageAck, MessageNotAck, Told, Version, Watchdog
from signals.adapters.rsmp.times import CORES, Now, Triple, latest_shared, seconds_of, stamp

__all__ = ["Barked", "Ready", "Received", "Refused", "Role", "Session", "SessionEvent", "Settings"]

PENDING: Final = 1_000
"""So many messages may wait for their acknowledgement."""
FAULTS: Final = 20
"""So many times may a peer send something that is no message."""
REMEMBERED: Final = 512
"""Of so many messages the ids are remembered: one that comes twice changes nothing."""


class Role(Enum):
    """Which side we are."""

    SITE = auto()
    SUPERVISOR = auto()


@dataclass(frozen=True, slots=True)
class Settings:
    """How a session is run.

    Parameters
    ----------
    cores
        The versions of the core that are spoken.
    sxl
        The version of the signal exchange list; both sides must have the same.
    ack_s
        How long is waited for an acknowledgement, and for the whole handshake.
    watchdog_s
        How often a watchdog is sent.
    silence_s
        How long is waited for a watchdog; None = one interval and the time of an acknowledgement.
    """

    cores: tuple[str, ...] = CORES
    sxl: str = "1.2.1"
    ack_s: float = 30.0
    watchdog_s: float = 60.0
    silence_s: float | None = None

    @property
    def patience_s(self) -> float:
        """How long is waited for a watchdog."""
        return self.watchdog_s + self.ack_s if self.silence_s is None else self.silence_s


class Ready(NamedTuple):
    """Both sides know each other; from now on everything may be sent."""

    core: Triple


class Received(NamedTuple):
    """A message came that must be answered by `Session.acknowledge` or `Session.refuse`."""

    message: Told


class Barked(NamedTuple):
    """The other side is there; by its own clock it is so late (seconds since 1970)."""

    utc_s: float


class Refused(NamedTuple):
    """The other side did not understand the message with this id."""

    id: str
    reason: str


SessionEvent = Ready | Received | Refused | Barked


class Session:
    """A connection.

    Parameters
    ----------
    role
        Which side we are.
    site
        The id of the site; as a supervisor, empty: whoever `admit` lets in.
    settings
        How it is run.
    identify
        Makes the id of each message, a UUID of version 4.
    admit
        Asked by a supervisor with the ids of a site: why it may not come in, or "".

    Attributes
    ----------
    site
        The id of the site, "" while it is not known.
    core
        The version that was agreed on.
    ready
        Whether the handshake is done.
    closed
        Why the connection must be closed, or "".
    """

    def __init__(
        self,
        role: Role,
        site: str,
        settings: Settings,
        identify: Callable[[], str],
        admit: Callable[[str], str] = lambda _: "",
    ) -> None:
        self.role, self.site, self.settings = role, site, settings
        self.core: Triple = (0, 0, 0)
        self.ready, self.closed = False, ""
        self._identify, self._admit = identify, admit
        self._deframer, self._out = Deframer(), bytearray()
        self._pending: dict[str, tuple[float, Told]] = {}
        self._seen: set[str] = set()
        self._order: deque[str] = deque()
        self._faults = 0
        self._began_s = self._heard_s = self._barked_s = 0.0
        self._heard = self._barked = False

    def start(self, now: Now) -> None:
        """Begin: the connection is there."""
        self._began_s = self._heard_s = now.s
        if self.role is Role.SITE:
            self._say_version(now, (self.site,))

    def take(self) -> bytes:
        """Return what must be sent now."""
        out = bytes(self._out)
        self._out.clear()
        return out

    def identity(self) -> str:
        """Return the id for a new message."""
        return self._identify()

    def send(self, message: Message, now: Now) -> None:
        """Send a message and wait for its acknowledgement."""
        self._put(message)
        if not isinstance(message, MessageAck | MessageNotAck):
            self._pending[message.id] = (now.s + self.settings.ack_s, message)
            if len(self._pending) > PENDING:
                self._close("too many messages without an acknowledgement")

    def acknowledge(self, identity: str) -> None:
        """Say that a message was understood."""
        self._put(MessageAck(identity))

    def refuse(self, identity: str, reason: str) -> None:
        """Say that a message was not understood."""
        self._put(MessageNotAck(identity, reason))

    @property
    def waiting(self) -> tuple[Told, ...]:
        """What was sent and is not acknowledged yet, the oldest first."""
        return tuple(message for _, message in self._pending.values())

    def waited_s(self, now: Now) -> float:
        """Return for how long the oldest message has been waiting for its acknowledgement; 0 = none waits."""
        oldest = next(iter(self._pending.values()), None)
        return 0.0 if oldest is None else now.s - (oldest[0] - self.settings.ack_s)

    def bark(self, now: Now, every_s: float) -> None:
        """Send a watchdog, unless one was sent a moment ago."""
        if self.ready and not self.closed and now.s - self._barked_s >= every_s:
            self._bark(now)

    def receive(self, data: bytes, now: Now) -> list[SessionEvent]:
        """Take bytes, return what has happened."""
        events: list[SessionEvent] = []
        try:
            texts = self._deframer.feed(data)
        except FramingError as error:
            self._close(str(error))
            return events
        for text in texts:
            if self.closed:
                break
            try:
                self._one(decode(text), now, events)
            except MessageError as error:
                self._fault(error)
        return events

    def tick(self, now: Now) -> None:
        """Look at the time: send a watchdog, or give the connection up."""
        if self.closed:
            return
        oldest = next(iter(self._pending.values()), None)
        if oldest is not None and now.s > oldest[0]:
            self._close("a message was not acknowledged in time")
        elif not self.ready:
            if now.s > self._began_s + self.settings.ack_s:
                self._close("the handshake was not finished in time")
        elif now.s > self._heard_s + self.settings.patience_s:
            self._close("no watchdog in time")
        elif now.s >= self._barked_s + self.settings.watchdog_s:
            self._bark(now)

    def _one(self, message: Message, now: Now, events: list[SessionEvent]) -> None:
        if isinstance(message, MessageAck):
            self._pending.pop(message.of, None)
        elif isinstance(message, MessageNotAck):
            if self._pending.pop(message.of, None) is not None:
                events.append(Refused(message.of, message.reason))
                if not self.ready:
                    self._close("the other side refused the handshake")
        elif isinstance(message, Version):
            self._versions(message, now)
        elif self.core == (0, 0, 0):
            return  # before the versions nothing is acknowledged, so that the other side begins anew
        elif self._is_new(message.id):
            self._told(message, now, events)
        self._maybe_ready(events)

    def _told(self, message: Told, now: Now, events: list[SessionEvent]) -> None:
        if not isinstance(message, Watchdog):
            events.append(Received(message))
            return
        self._heard, self._heard_s = True, now.s
        self.acknowledge(message.id)
        events.append(Barked(seconds_of(message.at) or 0.0))
        if self.role is Role.SUPERVISOR and not self._barked:
            self._bark(now)

    def _versions(self, message: Version, now: Now) -> None:
        reason = self._against(message)
        agreed = latest_shared(self.settings.cores, message.versions)
        if agreed is None and not reason:
            reason = f"no common version of RSMP; known here: {', '.join(self.settings.cores)}"
        if reason or agreed is None:
            self.refuse(message.id, reason)
            self._close(reason)
            return
        self.acknowledge(message.id)
        self.core = agreed
        if self.role is Role.SUPERVISOR:
            self.site = message.sites[0]
            self._say_version(now, message.sites)
        else:
            self._bark(now)

    def _against(self, message: Version) -> str:
        if self.core != (0, 0, 0):
            return "versions were exchanged before"
        if self.role is Role.SUPERVISOR:
            reason = self._admit(message.sites[0])  # which may also change the settings
        else:
            reason = "" if self.site in message.sites else "another site was meant"
        if reason:
            return reason
        if message.sxl != self.settings.sxl:
            return f"another version of the signal exchange list; known here: {self.settings.sxl}"
        return ""

    def _maybe_ready(self, events: list[SessionEvent]) -> None:
        # The first two messages of ours are the version and the watchdog; both must have been understood.
        if not self.ready and not self.closed and self._heard and self._barked and not self._pending:
            self.ready = True
            events.append(Ready(self.core))

    def _is_new(self, identity: str) -> bool:
        if identity in self._seen:
            self.refuse(identity, "the id was used before")
            return False
        self._seen.add(identity)
        self._order.append(identity)
        if len(self._order) > REMEMBERED:
            self._seen.discard(self._order.popleft())
        return True

    def _fault(self, error: MessageError) -> None:
        self._faults += 1
        if error.identity and self.core != (0, 0, 0):
            self.refuse(error.identity, error.reason)
        if self._faults > FAULTS:
            self._close("too much that is no message")

    def _say_version(self, now: Now, sites: tuple[str, ...]) -> None:
        self.send(Version(self._identify(), self.settings.cores, sites, self.settings.sxl), now)

    def _bark(self, now: Now) -> None:
        self._barked, self._barked_s = True, now.s
        self.send(Watchdog(self._identify(), stamp(now.utc_s)), now)

    def _put(self, message: Message) -> None:
        if not self.closed:
            self._out += frame(encode(message, self.core))

    def _close(self, reason: str) -> None:
        self.closed = self.closed or reason
