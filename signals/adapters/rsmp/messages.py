"""The messages of RSMP 3.1.3 to 3.2.2 as values.

Names of fields are ours; `encoding.py` and `decoding.py` know what the wire calls them. Times are text as on the wire
(`times.py`). A value that is a security code is in no `repr`.
"""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = [
    "HIDDEN",
    "AggregatedStatus",
    "AggregatedStatusRequest",
    "Alarm",
    "AlarmState",
    "Argument",
    "CommandRequest",
    "CommandResponse",
    "Message",
    "MessageAck",
    "MessageNotAck",
    "Returned",
    "StatusName",
    "StatusRequest",
    "StatusResponse",
    "StatusSubscribe",
    "StatusUnsubscribe",
    "StatusUpdate",
    "StatusValue",
    "Told",
    "Value",
    "Version",
    "Wanted",
    "Watchdog",
]

Value = str | list[dict[str, str]] | None
"""A status: text as almost all of them, rows since core 3.2, None where it is not known."""

HIDDEN: Final = "***"


def _shown(name: str, value: object) -> str:
    return HIDDEN if "securitycode" in name.lower() else repr(value)


class MessageAck(NamedTuple):
    """A message has come and was understood: the one with the id `of`."""

    of: str


class MessageNotAck(NamedTuple):
    """A message was not understood."""

    of: str
    reason: str = ""


class Version(NamedTuple):
    """Which versions somebody speaks, for which sites."""

    id: str
    versions: tuple[str, ...]
    sites: tuple[str, ...]
    sxl: str


class Watchdog(NamedTuple):
    """I am here, and this is my time."""

    id: str
    at: str


class AggregatedStatus(NamedTuple):
    """Eight bits about a component.

    Attributes
    ----------
    bits
        Local mode, no communication, high, medium, low priority fault, in use, idle, not connected.
    """

    id: str
    component: str
    at: str
    position: str | None
    state: str | None
    bits: tuple[bool, ...]


class AggregatedStatusRequest(NamedTuple):
    """Ask for the eight bits (core 3.1.5 and later)."""

    id: str
    component: str


class AlarmState(NamedTuple):
    """What a site says of an alarm."""

    acknowledged: bool
    active: bool
    suspended: bool
    at: str
    category: str
    priority: str
    values: tuple[tuple[str, str], ...] = ()


class Alarm(NamedTuple):
    """An alarm, or a wish about one.

    Attributes
    ----------
    kind
        ``Issue``, ``Request``, ``Acknowledge``, ``Suspend`` or ``Resume``.
    state
        What the site says; None where the supervisor asks.
    """

    id: str
    component: str
    code: str
    kind: str
    external: str = ""
    state: AlarmState | None = None


class StatusName(NamedTuple):
    """A value of a status."""

    code: str
    name: str


class Wanted(NamedTuple):
    """A value of a status that somebody wants to be told.

    Attributes
    ----------
    every_s
        How often, 0 = not by the clock.
    on_change
        Whether whenever it changes (core 3.1.5 and later; before, 0 seconds say the same).
    """

    code: str
    name: str
    every_s: int
    on_change: bool


class StatusValue(NamedTuple):
    """A value of a status and how good it is: ``recent``, ``old``, ``undefined`` or ``unknown``."""

    code: str
    name: str
    value: Value
    quality: str


class StatusRequest(NamedTuple):
    """Ask for values."""

    id: str
    component: str
    names: tuple[StatusName, ...]


class StatusSubscribe(NamedTuple):
    """Ask to be told values from now on."""

    id: str
    component: str
    wanted: tuple[Wanted, ...]


class StatusUnsubscribe(NamedTuple):
    """Ask not to be told any more."""

    id: str
    component: str
    names: tuple[StatusName, ...]


class StatusResponse(NamedTuple):
    """The values that were asked for."""

    id: str
    component: str
    at: str
    values: tuple[StatusValue, ...]


class StatusUpdate(NamedTuple):
    """Values that were subscribed."""

    id: str
    component: str
    at: str
    values: tuple[StatusValue, ...]


class Argument(NamedTuple):
    """An argument of a command; its order is the name of what shall be done (``cO``)."""

    command: str
    name: str
    order: str
    value: str

    def __repr__(self) -> str:
        return f"Argument({self.command}, {self.name}={_shown(self.name, self.value)})"


class CommandRequest(NamedTuple):
    """Ask for something to be done."""

    id: str
    component: str
    arguments: tuple[Argument, ...]


class Returned(NamedTuple):
    """What a command has led to, and how good that is: ``recent``, ``old``, ``undefined`` or ``unknown``."""

    command: str
    name: str
    value: str | None
    age: str

    def __repr__(self) -> str:
        return f"Returned({self.command}, {self.name}={_shown(self.name, self.value)}, {self.age})"


class CommandResponse(NamedTuple):
    """What has been done."""

    id: str
    component: str
    at: str
    returned: tuple[Returned, ...]


Told = (
    Version
    | Watchdog
    | AggregatedStatus
    | AggregatedStatusRequest
    | Alarm
    | StatusRequest
    | StatusSubscribe
    | StatusUnsubscribe
    | StatusResponse
    | StatusUpdate
    | CommandRequest
    | CommandResponse
)
"""What has an id of its own, and is acknowledged."""

Message = MessageAck | MessageNotAck | Told
