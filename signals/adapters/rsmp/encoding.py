"""Messages as the wire wants them. Almost every value there is text, also numbers and truth."""

from __future__ import annotations

import json
from typing import Any, Final

from signals.adapters.rsmp.messages import (
    AggregatedStatus,
    Alarm,
    CommandRequest,
    CommandResponse,
    Message,
    MessageAck,
    MessageNotAck,
    StatusRequest,
    StatusResponse,
    StatusSubscribe,
    StatusUnsubscribe,
    StatusUpdate,
    StatusValue,
    Told,
    Value,
    Version,
    Wanted,
    Watchdog,
)
from signals.adapters.rsmp.times import Triple

__all__ = ["ARRAYS_SINCE", "ON_CHANGE_SINCE", "REQUESTS_SINCE", "encode"]

ON_CHANGE_SINCE: Triple = (3, 1, 5)
REQUESTS_SINCE: Triple = (3, 1, 5)
"""Since when aggregated status and alarms can be asked for."""
ARRAYS_SINCE: Triple = (3, 2, 0)
"""Since when a status may be rows."""

Row = dict[str, Any]


def encode(message: Message, core: Triple) -> bytes:
    """Return a message as JSON, without the form feed.

    Parameters
    ----------
    message
        The message.
    core
        The version of the core that both sides agreed on.
    """
    row: Row = {"mType": "rSMsg", "type": type(message).__name__, **_content(message, core)}
    return _ENCODER.encode(row).encode()


_ENCODER: Final = json.JSONEncoder(separators=(",", ":"))
"""Making one takes as long as a short message."""


def _content(message: Message, core: Triple) -> Row:
    match message:
        case MessageAck(of):
            return {"oMId": of}
        case MessageNotAck(of, reason):
            return {"oMId": of, "rea": reason}
        case Version(identity, versions, sites, sxl):
            rows = {"RSMP": [{"vers": text} for text in versions], "siteId": [{"sId": text} for text in sites]}
            return {"mId": identity, **rows, "SXL": sxl}
        case Watchdog(identity, at):
            return {"mId": identity, "wTs": at}
        case _:
            return {"mId": message.id, "ntsOId": "", "xNId": "", "cId": message.component, **_about(message, core)}


def _about(message: Told, core: Triple) -> Row:
    match message:
        case StatusRequest() | StatusUnsubscribe():
            return {"sS": [{"sCI": row.code, "n": row.name} for row in message.names]}
        case StatusSubscribe():
            return {"sS": [_wanted(row, core) for row in message.wanted]}
        case StatusResponse() | StatusUpdate():
            return {"sTs": message.at, "sS": [_value(row, core) for row in message.values]}
        case CommandRequest():
            rows = message.arguments
            return {"arg": [{"cCI": row.command, "n": row.name, "cO": row.order, "v": row.value} for row in rows]}
        case CommandResponse():
            given = message.returned
            rvs = [{"cCI": row.command, "n": row.name, "v": row.value, "age": row.age} for row in given]
            return {"cTS": message.at, "rvs": rvs}
        case _:
            return _alarm(message) if isinstance(message, Alarm) else _aggregated(message)


def _aggregated(message: Told) -> Row:
    if isinstance(message, AggregatedStatus):
        return {"aSTS": message.at, "fP": message.position, "fS": message.state, "se": list(message.bits)}
    return {}  # a request says nothing but the component


def _alarm(message: Alarm) -> Row:
    row: Row = {"aCId": message.code, "xACId": message.external, "xNACId": "", "aSp": message.kind}
    if message.state is None:
        return row
    state = message.state
    # The same word is written small where an alarm is issued and tall where it is suspended.
    suspended = "suspended" if message.kind == "Issue" else "Suspended"
    return row | {
        "ack": "Acknowledged" if state.acknowledged else "notAcknowledged",
        "aS": "Active" if state.active else "inActive",
        "sS": suspended if state.suspended else "notSuspended",
        "aTs": state.at,
        "cat": state.category,
        "pri": state.priority,
        "rvs": [{"n": name, "v": value} for name, value in state.values],
    }


def _wanted(row: Wanted, core: Triple) -> Row:
    wanted: Row = {"sCI": row.code, "n": row.name, "uRt": str(row.every_s)}
    return wanted | {"sOc": row.on_change} if core >= ON_CHANGE_SINCE else wanted


def _value(row: StatusValue, core: Triple) -> Row:
    value: Value = row.value
    quality = row.quality
    if isinstance(value, list) and core < ARRAYS_SINCE:  # it cannot be said in this version
        value, quality = None, "unknown"
    return {"sCI": row.code, "n": row.name, "s": value, "q": quality}
