"""A virtual TLC's side of a session with one application. Pure: it is fed bytes and the time, and returns bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hmac import compare_digest
from typing import Any, Final

from signals.adapters.tlcfi.facilities import Changes, Facilities
from signals.adapters.tlcfi.line import Line
from signals.adapters.tlcfi.messages import Call
from signals.adapters.tlcfi.objects import (
    LAST_APPLICATION_TYPE,
    LAST_CONTROL_STATE,
    LAST_HANDOVER,
    LAST_INTERSECTION_STATE,
    ApplicationType,
    ControlState,
    ErrorCode,
    Handover,
    IntersectionState,
    ObjectType,
    Reference,
    SessionEvent,
    TlcfiError,
    Update,
    number_in,
    optional_number_in,
    reference_in,
    reference_row,
    text_in,
    update_row,
    updates_in,
)
from signals.errors import WorldLostError, WorldTimeoutError
from signals.model.cabinets import Mode

__all__ = ["END_S", "MAX_ATTEMPTS", "REGISTER_S", "Desk", "TlcSession"]

REGISTER_S: Final = 10.0
"""How long a connection may remain without a session."""

MAX_ATTEMPTS: Final = 3
"""How many registrations of a connection may fail."""

END_S: Final = 180.0
"""How long an application may take to leave control (IRS TLC-FI)."""

ERROR_S: Final = 5.0
"""For how long an application stays in error at least."""


class Desk:
    """Where applications register: at most one of them may control.

    Parameters
    ----------
    facilities
        What they register with.
    """

    def __init__(self, facilities: Facilities) -> None:
        self.facilities = facilities
        self._controls: object | None = None
        self._sessions = 0

    def register(self, who: object, kind: ApplicationType) -> str:
        """Return the id of a new session. Raises `TlcfiError` where somebody else has the place."""
        if kind is ApplicationType.CONTROL:
            if self._controls is not None:
                raise TlcfiError(ErrorCode.ALREADY_REGISTERED, "another application is registered for control")
            self._controls = who
        self._sessions += 1
        return f"S{self._sessions}"

    def leave(self, who: object) -> None:
        """Let the next one have the place."""
        if self._controls is who:
            self._controls = None


class TlcSession:
    """One connection of an application, from its first byte to its last.

    Parameters
    ----------
    desk
        Where it registers.
    now_s
        The time.
    utc_s
        Gives the seconds since 1970 that the TLC's clock shows at a time.

    Attributes
    ----------
    line
        The connection; its `failure` ends the session.
    control
        Its control state.
    is_over
        Whether the application has left, and the connection may be closed once all is sent.
    """

    def __init__(self, desk: Desk, now_s: float, utc_s: Callable[[float], float]) -> None:
        self._desk, self._facilities, self._settings = desk, desk.facilities, desk.facilities.settings
        self._firmware = desk.facilities.firmware
        self.line = Line(self._settings, now_s, utc_s, self._serve)
        self.line.is_known = False
        self.control, self.is_over = ControlState.NOT_CONFIGURED, False
        self._id, self._kind = "", ApplicationType.CONSUMER
        self._subscribed: dict[ObjectType, frozenset[str]] = {}
        self._is_configured = False
        self._attempts, self._began_s, self._changed_s = 0, now_s, now_s

    @property
    def due_s(self) -> float:
        """When `poll` has something to do again, as far as is known now."""
        return self.line.due_s if self._id else self._began_s + REGISTER_S

    def receive(self, data: bytes, now_s: float) -> bytes:
        """Take what came; return what to send."""
        self.line.receive(data, now_s)
        if self._id and not self.line.is_known:
            self.line.is_known = True
            self.line.live(now_s)  # after the answer to the registration
        if self.control is ControlState.IN_CONTROL:
            self._firmware.alive()
        return self.line.sent()

    def poll(self, now_s: float) -> bytes:
        """Do what is due by now."""
        self.line.poll(now_s)
        if not self._id and now_s - self._began_s >= REGISTER_S:
            self.line.fail(WorldTimeoutError("nobody registered"))
        return self.line.sent()

    def ticked(self, changes: Changes, now_s: float) -> bytes:
        """Tell what has changed in this tick, as far as it was subscribed to."""
        if not self._id:
            return b""
        self._follow(now_s)
        rows = []
        for kind, states in changes:
            wanted = self._subscribed.get(kind, frozenset())
            found = {name: self._own_left_out(kind, state) for name, state in states.items() if name in wanted}
            if found := {name: state for name, state in found.items() if state}:
                rows.append(update_row(kind, found))
        if rows:
            self.line.tell("UpdateState", {"ticks": self._settings.ticks(now_s), "update": rows})
        return self.line.sent()

    def stopping(self, now_s: float) -> bytes:
        """Say that the TLC stops."""
        if self._id:
            self._notify(SessionEvent.FACILITIES_STOPPING, now_s)
        return self.line.sent()

    def close(self) -> None:
        """Leave everything; control goes back to the TLC."""
        if self.control is ControlState.IN_CONTROL:
            self._firmware.give_back()
        self.control = ControlState.NOT_CONFIGURED
        self._desk.leave(self)

    def _own_left_out(self, kind: ObjectType, state: dict[str, Any]) -> dict[str, Any]:
        """Leave out what the application has said itself."""
        if kind is ObjectType.SIGNAL_GROUP and self._kind is ApplicationType.CONTROL and "predictions" in state:
            return {key: value for key, value in state.items() if key != "predictions"}
        return state

    def _serve(self, asked: Call, now_s: float) -> object:
        if asked.method == "Register":
            return self._try_to_register(asked.params)
        if not self._id or self.is_over:
            raise TlcfiError(ErrorCode.NOT_AUTHORIZED, "register first")
        match asked.method:
            case "ReadMeta":
                return self._read_meta(reference_in(asked.params), now_s)
            case "Subscribe":
                return self._subscribe(reference_in(asked.params), now_s)
            case "UpdateState":
                return self._update(asked.params, now_s)
            case "NotifyEvent":
                raise TlcfiError(ErrorCode.NO_RIGHTS, "this TLC takes no events")
            case "Deregister":
                self.is_over = True
                return {}
            case _:
                raise TlcfiError(ErrorCode.ERROR, "there is no such method")

    def _try_to_register(self, params: Mapping[str, Any]) -> object:
        try:
            return self._register(params)
        except TlcfiError:
            self._attempts += 1
            if self._attempts >= MAX_ATTEMPTS:
                self.line.fail(WorldLostError("too many registrations failed"))
            raise

    def _register(self, params: Mapping[str, Any]) -> object:
        if self._id:
            raise TlcfiError(ErrorCode.ALREADY_REGISTERED, "this connection has a session")
        kind = ApplicationType(number_in(params, "type", 0, LAST_APPLICATION_TYPE))
        given = text_in(params, "username"), text_in(params, "password")
        text_in(params, "uri", 1024)
        told, settings = params.get("version"), self._settings
        version = [number_in(told if isinstance(told, dict) else {}, key) for key in _VERSION]
        if tuple(version[:2]) != settings.version[:2]:
            raise TlcfiError(ErrorCode.INVALID_PROTOCOL, "another version of TLC-FI is spoken here")
        if not _lets_in((settings.username, settings.password), given):
            raise TlcfiError(ErrorCode.NOT_AUTHORIZED, "Incorrect credentials")
        self._id, self._kind = self._desk.register(self, kind), kind
        return {
            "sessionid": self._id,
            "facilities": reference_row(ObjectType.FACILITIES, self._facilities.ids[ObjectType.FACILITIES]),
            "version": dict(zip(_VERSION, settings.version, strict=True)),
        }

    def _read_meta(self, asked: Reference, now_s: float) -> object:
        self._check_known(asked)
        if asked.type is ObjectType.SESSION:
            meta = [{"sessionid": self._id, "type": int(self._kind)}]
        else:
            meta = [self._facilities.meta(asked.type, name) for name in asked.ids]
        return {"objects": reference_row(*asked), "meta": meta, "ticks": self._settings.ticks(now_s)}

    def _subscribe(self, asked: Reference, now_s: float) -> object:
        self._check_known(asked)
        if asked.type is ObjectType.FACILITIES:
            raise TlcfiError(ErrorCode.INVALID_OBJECT_REFERENCE, "the facilities have no state")
        ticks = self._settings.ticks(now_s)
        if asked.type is ObjectType.SESSION:
            data = [self._state()]
        else:
            self._subscribed[asked.type] = frozenset(asked.ids)
            data = [self._facilities.state(asked.type, name, ticks) for name in asked.ids]
        return {"objects": reference_row(*asked), "data": data, "ticks": ticks}

    def _check_known(self, asked: Reference) -> None:
        known = (self._id,) if asked.type is ObjectType.SESSION else self._facilities.ids[asked.type]
        if not set(asked.ids) <= set(known):
            raise TlcfiError(ErrorCode.INVALID_OBJECT_REFERENCE, "an object is not known here")

    def _update(self, params: Mapping[str, Any], now_s: float) -> object:
        if self._kind is not ApplicationType.CONTROL:
            self._notify(SessionEvent.WRONG_APPLICATION_TYPE, now_s)
            raise TlcfiError(ErrorCode.NO_RIGHTS, "only a Control application may request something")
        ticks, updates = updates_in(params)
        for update in updates:
            self._check_known(update.objects)
            if update.objects.type not in _REQUESTED:
                raise TlcfiError(ErrorCode.NO_RIGHTS, "nothing can be requested of these objects")
        for update in updates:
            if update.objects.type is ObjectType.SESSION:
                self._ask_session(update.states[0], now_s)
            elif update.objects.type is ObjectType.INTERSECTION:
                self._ask_intersection(update.states[0], now_s)
            else:
                self._ask_groups(update, ticks, now_s)
        return {}

    def _ask_session(self, state: Mapping[str, Any], now_s: float) -> None:
        place = text_in(state, "reqIntersection") if state.get("reqIntersection") is not None else None
        capabilities = [
            optional_number_in(state, key, 0, LAST_HANDOVER) for key in ("startCapability", "endCapability")
        ]
        wanted = optional_number_in(state, "reqControlState", 0, LAST_CONTROL_STATE)
        if place is not None and place != self._settings.intersection:
            self._notify(SessionEvent.WRONG_INTERSECTION, now_s)
            raise TlcfiError(ErrorCode.INVALID_OBJECT_REFERENCE, "this intersection is not known here")
        self._is_configured = self._is_configured or (place is not None and None not in capabilities)
        if wanted is not None:
            self._ask_control(ControlState(wanted), now_s)

    def _ask_control(self, wanted: ControlState, now_s: float) -> None:
        """Do what an application requests for itself, where it may."""
        now = self.control
        if wanted is now and now is not ControlState.NOT_CONFIGURED:
            return
        if (now, wanted) in _BEFORE and self._is_configured:
            self._become(ControlState.OFFLINE, now_s)
        elif (now, wanted) in _GRANTED:
            if now is ControlState.IN_CONTROL:
                self._firmware.give_back()
            self._become(wanted, now_s)
        elif (now, wanted) == (ControlState.START, ControlState.IN_CONTROL):
            self._hand_over(now_s)
        else:
            self._notify(SessionEvent.WRONG_CONTROL_STATE, now_s)
            raise TlcfiError(ErrorCode.INVALID_ATTRIBUTE_VALUE, f"{wanted.name} cannot follow {now.name}")
        self._follow(now_s)

    def _hand_over(self, now_s: float) -> None:
        if not self._firmware.take():
            self._become(ControlState.OFFLINE, now_s)
            return
        self._facilities.begin()
        self._become(ControlState.IN_CONTROL, now_s)

    def _follow(self, now_s: float) -> None:
        """Go on by ourselves, as the firmware allows."""
        mode, for_s = self._firmware.mode, now_s - self._changed_s
        match self.control:
            case ControlState.READY if mode is Mode.READY:
                self._become(ControlState.START, now_s)
            case ControlState.IN_CONTROL if mode is Mode.FAULT:
                self._become(ControlState.ERROR, now_s)
            case ControlState.IN_CONTROL if mode is not Mode.OURS:
                self._become(ControlState.END, now_s)
            case ControlState.END if for_s >= END_S:
                self._become(ControlState.ERROR, now_s)
            case ControlState.ERROR if mode is not Mode.FAULT and for_s >= ERROR_S:
                self._become(ControlState.NOT_CONFIGURED, now_s)

    def _become(self, state: ControlState, now_s: float) -> None:
        self.control, self._changed_s = state, now_s
        row = update_row(ObjectType.SESSION, {self._id: self._state()})
        self.line.tell("UpdateState", {"ticks": self._settings.ticks(now_s), "update": [row]})

    def _state(self) -> dict[str, int]:
        return {"controlState": int(self.control), "reqHandover": int(Handover.DIRECT)}

    def _ask_intersection(self, state: Mapping[str, Any], now_s: float) -> None:
        wanted = optional_number_in(state, "reqState", 0, LAST_INTERSECTION_STATE)
        self._check_control(now_s)
        if wanted not in (None, IntersectionState.CONTROL):
            raise TlcfiError(ErrorCode.INVALID_ATTRIBUTE_VALUE, "an intersection can only be asked for Control (7)")

    def _ask_groups(self, update: Update, ticks: int, now_s: float) -> None:
        if self.control is ControlState.END:
            return  # it has not heard yet that we have ended it
        self._check_control(now_s)
        states = dict(zip(update.objects.ids, update.states, strict=True))
        self._facilities.ask(states, ticks, self._settings.ticks(now_s))

    def _check_control(self, now_s: float) -> None:
        if self.control is not ControlState.IN_CONTROL:
            self._notify(SessionEvent.WRONG_CONTROL_STATE, now_s)
            raise TlcfiError(ErrorCode.NO_RIGHTS, "only an application in control may request this")

    def _notify(self, event: SessionEvent, now_s: float) -> None:
        about = reference_row(ObjectType.SESSION, [self._id])
        self.line.tell(
            "NotifyEvent", {"objects": about, "events": [{"code": int(event)}], "ticks": self._settings.ticks(now_s)}
        )


_VERSION: Final = ("major", "minor", "revision")
_REQUESTED: Final = (ObjectType.SESSION, ObjectType.INTERSECTION, ObjectType.SIGNAL_GROUP)
_BEFORE: Final = {
    (ControlState.NOT_CONFIGURED, ControlState.NOT_CONFIGURED),
    (ControlState.NOT_CONFIGURED, ControlState.OFFLINE),
}
_GRANTED: Final = {
    (ControlState.OFFLINE, ControlState.READY),
    (ControlState.READY, ControlState.OFFLINE),
    (ControlState.START, ControlState.OFFLINE),
    (ControlState.IN_CONTROL, ControlState.END),
    (ControlState.IN_CONTROL, ControlState.READY),
    (ControlState.IN_CONTROL, ControlState.OFFLINE),
    (ControlState.END, ControlState.READY),
    (ControlState.END, ControlState.OFFLINE),
}


def _lets_in(expected: tuple[str, str], given: tuple[str, str]) -> bool:
    """Whether somebody may register; anybody may where nothing is expected."""
    if not any(expected):
        return True
    same = [
        compare_digest(ours.encode(), theirs.encode(errors="replace"))
        for ours, theirs in zip(expected, given, strict=True)
    ]
    return all(same)
