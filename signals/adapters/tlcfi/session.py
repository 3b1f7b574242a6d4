"""An application's session with a TLC: registration, subscriptions, control, requests. Pure.

It is fed bytes and the time, and returns the bytes to send. Whatever comes, it raises nothing: what ends a session is
the `failure` of its line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import isinf
from typing import Any, Final

from signals.adapters.tlcfi.board import Board
from signals.adapters.tlcfi.control import Seat
from signals.adapters.tlcfi.line import Answer, Line
from signals.adapters.tlcfi.messages import Call, Result, group_requests
from signals.adapters.tlcfi.objects import (
    LAST_CONTROL_STATE,
    ControlState,
    ErrorCode,
    Handover,
    IntersectionState,
    ObjectType,
    SessionEvent,
    TlcfiError,
    Update,
    number_in,
    optional_number_in,
    reference_in,
    rows_in,
    ticks_after,
    update_row,
    updates_in,
)
from signals.adapters.tlcfi.requests import Requests
from signals.adapters.tlcfi.settings import Settings
from signals.adapters.tlcfi.setup import Known, set_up
from signals.errors import WorldLostError, WorldTimeoutError
from signals.model.cabinets import CabinetRefusedError, CabinetSite, GroupRequest, Mode

__all__ = ["EVENT_S", "LATEST_PULSE_S", "PULSE_S", "WRITES", "ApplicationSession"]

WRITES: Final = frozenset(
    {
        (ObjectType.SESSION, "startCapability"),
        (ObjectType.SESSION, "endCapability"),
        (ObjectType.SESSION, "reqIntersection"),
        (ObjectType.SESSION, "reqControlState"),
        (ObjectType.INTERSECTION, "reqState"),
        (ObjectType.SIGNAL_GROUP, "reqState"),
        (ObjectType.SIGNAL_GROUP, "reqPredictions"),
    }
)
"""All that an application ever writes. An intersection is only ever asked for `IntersectionState.CONTROL`."""

PULSE_S: Final = 0.4
"""After how long without a word from the TLC it is asked for a sign of life, while control is ours."""

STEADY_S: Final = 1.0
"""And however much it says: what comes steadily may come late."""

QUIET_S: Final = 0.3
"""For how long after a heartbeat nobody is asked: the tick of all the others has not ended yet, and waits for nothing
that may be said later."""

LATEST_PULSE_S: Final = 0.55
"""But not for longer than this without a word from the TLC."""

EVENT_S: Final = 10.0
"""For how long something that happened to a session is an alarm."""

_DARK: Final = (IntersectionState.DARK, IntersectionState.STANDBY, IntersectionState.FLASH)


class ApplicationSession:
    """A session from its registration to its end.

    Parameters
    ----------
    site
        The intersection.
    settings
        Of the protocol.
    now_s
        The time.
    utc_s
        Gives the seconds since 1970 at a time.

    Attributes
    ----------
    line
        The connection; its `failure` ends the session.
    board
        What is known of the intersection.
    seat
        Who has control.
    known
        What was read while setting up.
    """

    def __init__(self, site: CabinetSite, settings: Settings, now_s: float, utc_s: Callable[[float], float]) -> None:
        self._settings = settings
        self.line = Line(settings, now_s, utc_s, self._serve)
        self.board, self.seat = Board(site, settings, now_s), Seat()
        self._requests = Requests(site, settings)
        self.known: Known | None = None
        self._id = ""
        self._early: dict[str, ControlState] = {}
        self._lamps_asked = False
        self._beat_s, self._left_s = now_s, float("inf")
        self._told_ticks: int | None = None
        self._events: dict[str, float] = {}
        self._set_up = set_up(settings, self.board)

    @property
    def is_set_up(self) -> bool:
        """Whether everything has been read, and the TLC has said that it lives."""
        return self.known is not None and self.line.peer_ahead_s is not None

    @property
    def mode(self) -> Mode:
        """Who decides at the intersection."""
        state, place = self.seat.state, self.board.intersection
        if self.line.failure is not None or not self.is_set_up:
            return Mode.OFFLINE
        if state is ControlState.ERROR or place is IntersectionState.ERROR:
            return Mode.FAULT
        if place in _DARK:
            return Mode.FLASH
        if place is not IntersectionState.CONTROL:
            return Mode.LOCAL
        if self.seat.is_ours:
            return Mode.OURS
        return Mode.READY if state in (ControlState.READY, ControlState.START) else Mode.LOCAL

    @property
    def due_s(self) -> float:
        """When `poll` has something to do again, as far as is known now."""
        line, settings = self.line, self._settings
        due_s = min(line.due_s, self._left_s + settings.alive_timeout_s)
        if not self.seat.is_ours:
            return due_s
        return min(
            due_s,
            self.next_s,
            self._pulse_s,
            line.asked_s + settings.refresh_s,
            self._beat_s + settings.dead_man_s,
        )

    @property
    def waits(self) -> bool:
        """Whether a group that is to start waits until it shows what it was asked for before."""
        return self._requests.waits is not None

    @property
    def next_s(self) -> float:
        """When what waits may be asked for, as far as is known; inf where nothing does."""
        return float("inf") if self._requests.waits is None else self.board.starts.ready_s

    @property
    def _pulse_s(self) -> float:
        """When it is to be asked for a sign of life; inf while it owes us one."""
        line = self.line
        if not isinf(line.asked_s):
            return float("inf")
        heard_s = line.heard_s
        quiet_s = max(heard_s + PULSE_S, min(self._beat_s + QUIET_S, heard_s + LATEST_PULSE_S))
        return min(quiet_s, line.said_alive_s + STEADY_S)

    def start(self, now_s: float) -> bytes:
        """Register."""
        self._beat_s = now_s
        self._go_on(None)
        return self.line.sent()

    def receive(self, data: bytes, now_s: float) -> bytes:
        """Take what came; return what to send."""
        self.line.receive(data, now_s)
        return self.line.sent()

    def poll(self, now_s: float) -> bytes:
        """Do what is due by now: signs of life, time-outs, and giving control up when nobody says that all is well."""
        if self.seat.is_ours and now_s - self._beat_s >= self._settings.dead_man_s:
            # Without signs of life the TLC takes control back even if it does not hear that we leave.
            self.line.is_mute, self._left_s = True, now_s
            self._note("dead-man", now_s)
            self._ask_control(self.seat.leave(), now_s)
        elif now_s - self._left_s >= self._settings.alive_timeout_s:
            self.line.fail(WorldTimeoutError("the TLC did not take control back"))
        elif self.seat.is_ours:
            self._feel_the_pulse(now_s)
            if self._requests.waits is not None and self.mode is Mode.OURS:
                self._say(self._requests.waits, self._requests.held(self.board.starts.early(now_s)), now_s)
        self.line.poll(now_s)
        return self.line.sent()

    def _feel_the_pulse(self, now_s: float) -> None:
        """Find out within two seconds whether the TLC still answers: the owner looks only once a tick."""
        line = self.line
        if now_s - line.asked_s >= self._settings.refresh_s:
            line.fail(WorldTimeoutError(f"no sign of life within {self._settings.refresh_s:g} s"))
        elif now_s >= self._pulse_s:
            line.ping(now_s)

    def ping(self, now_s: float) -> bytes:
        """Ask for a sign of life."""
        self.line.ping(now_s)
        return self.line.sent()

    def beat(self, now_s: float) -> None:
        """Say that all is well here."""
        self._beat_s = now_s

    def take(self, now_s: float) -> bytes:
        """Ask for control."""
        self._ask_control(self.seat.take(), now_s)
        return self.line.sent()

    def leave(self, now_s: float) -> bytes:
        """Give control back."""
        self._ask_control(self.seat.leave(), now_s)
        return self.line.sent()

    def ask(self, request: GroupRequest, now_s: float) -> bytes:
        """Ask for what groups shall show; nothing where nothing has changed. Raises `InputError`.

        A group that is to start waits until it shows what it was asked for before.
        """
        early = self.board.starts.early(now_s)
        self._say(request, self._requests.rows(request, self._settings.ticks(now_s), early), now_s)
        return self.line.sent()

    def _say(self, request: GroupRequest, news: tuple[Mapping[str, str], Mapping[int, int]], now_s: float) -> None:
        """Say what is new of a request, and remember it."""
        rows, states = news
        self.board.asked(request.aspect.tolist(), states, now_s)
        if rows:
            self.line.say(group_requests(self._settings.ticks(now_s), rows))

    def deregister(self, now_s: float, then: Callable[[Answer, float], None]) -> bytes:
        """End the session as one should."""
        self.line.call("Deregister", {}, now_s, then)
        return self.line.sent()

    def alarms(self, now_s: float) -> tuple[str, ...]:
        """Name what is wrong."""
        if not self._events:
            return tuple(self.board.alarms(now_s))
        for name in [name for name, at_s in self._events.items() if now_s - at_s > EVENT_S]:
            del self._events[name]
        return (*self.board.alarms(now_s), *sorted(self._events))

    def _note(self, event: str, now_s: float) -> None:
        self._events[event] = now_s

    def _go_on(self, came: tuple[object, float] | None) -> None:
        """Go on with setting up."""
        now_s = came[1] if came else self._beat_s
        try:
            method, params = self._set_up.send(came) if came else next(self._set_up)
        except StopIteration as end:
            self._configure(end.value, now_s)
        except TlcfiError as error:
            self.line.fail(CabinetRefusedError(f"what the TLC says of itself cannot be: {error}"))
        except CabinetRefusedError as error:
            self.line.fail(error)
        else:
            self.line.call(method, params, now_s, lambda answer, at_s: self._answered(method, answer, at_s))

    def _answered(self, method: str, answer: Answer, now_s: float) -> None:
        if isinstance(answer, Result):
            if method == "Register":
                self.line.live(now_s)
            self._go_on((answer.result, now_s))
        elif answer is None:
            self.line.fail(WorldTimeoutError(f"the TLC did not answer {method} within {self._settings.reply_s:g} s"))
        else:
            names = {int(code): code.name.lower().replace("_", " ") for code in ErrorCode}
            why, said = names.get(answer.code, "unknown"), self._settings.redacted(answer.text)
            self.line.fail(CabinetRefusedError(f"the TLC refused {method}: {why} ({answer.code}: {said})"))

    def _configure(self, known: Known, now_s: float) -> None:
        """Say what we can do, and that we do not want control."""
        self.known, self._id = known, known.session
        self.seat.state = self._early.get(known.session, known.control)
        self.seat.asked = ControlState.OFFLINE
        self._write_session(
            {
                "startCapability": int(self._settings.start),
                "endCapability": int(Handover.DIRECT),
                "reqIntersection": self._settings.intersection,
                "reqControlState": int(ControlState.OFFLINE),
            },
            now_s,
        )

    def _serve(self, asked: Call, now_s: float) -> object:
        """Do what the TLC calls."""
        if self.known is None and asked.method not in ("UpdateState", "NotifyEvent"):
            raise TlcfiError(ErrorCode.NOT_AUTHORIZED, "an application has no such method")
        if asked.method == "UpdateState":
            self._be_told(asked, now_s)
        elif asked.method == "NotifyEvent":
            self._be_notified(asked.params, now_s)
        else:
            raise TlcfiError(ErrorCode.ERROR, "an application has no such method")
        return {}

    def _be_told(self, asked: Call, now_s: float) -> None:
        ticks, updates = updates_in(asked.params)
        if self._told_ticks is not None and ticks_after(ticks, self._told_ticks) < 0:
            self._note("stale-update", now_s)
            return
        for update in updates:
            if update.objects.type is ObjectType.SESSION:
                self._be_told_control(update, now_s)
            else:
                self.board.update(update, ticks, now_s)
        self._told_ticks = ticks
        self._ask_for_lamps(now_s)

    def _be_told_control(self, update: Update, now_s: float) -> None:
        value = optional_number_in(update.states[0], "controlState", 0, LAST_CONTROL_STATE)
        if self.known is None and value is not None:  # what it is called is not known yet
            self._early = {update.objects.ids[0]: ControlState(value)}
            return
        if update.objects.ids != (self._id,):
            raise TlcfiError(ErrorCode.INVALID_OBJECT_REFERENCE, "this is not our session")
        if value is None:
            return
        was_ours, state = self.seat.is_ours, ControlState(value)
        requests = self.seat.told(state)
        if self.seat.is_ours and not was_ours:
            self._requests.forget()
            self._beat_s, self._lamps_asked = now_s, False
        if not self.seat.is_ours:  # also where we wanted it no more before it was taken
            self.board.forget_asked()
            self._requests.forget()
        if self.seat.is_left:
            self.line.is_mute, self._left_s = False, float("inf")
        if self.seat.broken:
            self.seat.broken = False
            self._note("control-state-order", now_s)
        self._ask_control(requests, now_s)

    def _be_notified(self, params: Mapping[str, Any], now_s: float) -> None:
        number_in(params, "ticks")
        reference, events = reference_in(params.get("objects")), rows_in(params, "events")
        if reference.type is not ObjectType.SESSION:
            return
        for event in events:
            code = number_in(event, "code")
            if code in (SessionEvent.DEREGISTERED, SessionEvent.FACILITIES_STOPPING):
                self.line.fail(WorldLostError(f"the TLC has ended the session (event {code})"))
            else:
                self._note(f"session-event:{code}", now_s)

    def _ask_for_lamps(self, now_s: float) -> None:
        """Ask once for an intersection that is controlled, where control is ours and it is not."""
        if self.seat.is_ours and not self._lamps_asked and self.board.intersection is not IntersectionState.CONTROL:
            self._lamps_asked = True
            state = {"reqState": int(IntersectionState.CONTROL)}
            self._write(ObjectType.INTERSECTION, {self._settings.intersection: state}, now_s)

    def _ask_control(self, states: Iterable[ControlState], now_s: float) -> None:
        for state in states:
            self._write_session({"reqControlState": int(state)}, now_s)

    def _write_session(self, state: Mapping[str, Any], now_s: float) -> None:
        self._write(ObjectType.SESSION, {self._id: state}, now_s)

    def _write(self, kind: ObjectType, states: Mapping[str, Mapping[str, Any]], now_s: float) -> None:
        """Write, and never anything else than may be written."""
        forbidden = {key for state in states.values() for key in state if (kind, key) not in WRITES}
        if forbidden:
            raise AssertionError(f"{sorted(forbidden)} of {kind.name} must never be written")
        self.line.tell("UpdateState", {"ticks": self._settings.ticks(now_s), "update": [update_row(kind, states)]})
