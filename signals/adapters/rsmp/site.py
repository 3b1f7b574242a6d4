"""A virtual site of RSMP: sessions come and go, subscriptions, alarms and what was not heard stay. No clock, no I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from signals.adapters.cabinet.station import VirtualFirmware
from signals.adapters.rsmp.alarms import AlarmBook, AlarmKey, Values
from signals.adapters.rsmp.commands import against, perform
from signals.adapters.rsmp.encoding import REQUESTS_SINCE
from signals.adapters.rsmp.messages import (
    AggregatedStatus,
    AggregatedStatusRequest,
    Alarm,
    CommandRequest,
    CommandResponse,
    StatusRequest,
    StatusResponse,
    StatusSubscribe,
    StatusUnsubscribe,
    StatusUpdate,
    Told,
)
from signals.adapters.rsmp.options import Options
from signals.adapters.rsmp.outbox import Outbox
from signals.adapters.rsmp.plan_tables import PlanTables
from signals.adapters.rsmp.session import Ready, Received, Role, Session
from signals.adapters.rsmp.site_state import SiteState
from signals.adapters.rsmp.statuses import StatusReader
from signals.adapters.rsmp.subscriptions import Subscriptions
from signals.adapters.rsmp.sxl import ALARMS
from signals.adapters.rsmp.times import Now, stamp
from signals.model.cabinets import Mode

__all__ = ["Site"]

WINDOW: Final = 100
"""So much of what was kept may wait for its acknowledgement, so that answers find room between."""
CODES: Final = {"fault": "A0001"}
"""Alarms of a firmware by their names here; the others are A0009."""


class Site:
    """A site with one supervisor.

    Parameters
    ----------
    firmware
        What decides and counts.
    options
        How it is called.
    codes
        Security codes by level.
    identify
        Makes the ids of messages.
    beside
        The same site as another supervisor has it: what either commands, both can read.

    Attributes
    ----------
    session
        The connection that is there, or None.
    state
        What was commanded.
    """

    state: SiteState

    def __init__(
        self,
        firmware: VirtualFirmware,
        options: Options,
        codes: Mapping[int, str],
        identify: Callable[[], str],
        beside: Site | None = None,
    ) -> None:
        self._firmware, self._options, self._identify = firmware, options, identify
        built = SiteState(PlanTables(firmware.site.intersection.plans, options.bands))
        self.state = built if beside is None else beside.state
        self.state.codes.update(codes)
        self._reader = StatusReader(firmware, self.state, options)
        self._subscriptions, self._alarms, self._outbox = Subscriptions(), AlarmBook(), Outbox()
        self._bits: tuple[bool, ...] = ()
        self.session: Session | None = None

    @property
    def kept(self) -> int:
        """How many messages wait for a supervisor."""
        return len(self._outbox)

    @property
    def restarted(self) -> bool:
        """Whether it was told to start anew, and has not yet."""
        return self.state.restarted

    def begin(self, now: Now) -> None:
        """Take a connection."""
        self.lost()
        self.session = Session(Role.SITE, self._options.id, self._options.settings, self._identify)
        self.session.start(self._local(now))

    def lost(self) -> None:
        """Take it that the connection is gone; what nobody has acknowledged is said again, later."""
        if self.session is not None:
            for message in self.session.waiting:
                self._outbox.keep(message)
            self.session = None

    def forget(self) -> None:
        """Lose power: subscriptions, and what was commanded, are gone; what was kept for the supervisor is not."""
        self._subscriptions = Subscriptions()
        self.state.release()
        self.state.restarted = False

    def receive(self, data: bytes, now: Now) -> None:
        """Take bytes from the supervisor."""
        session = self.session
        if session is None:
            return
        local = self._local(now)
        self._reader.tick(local)
        for event in session.receive(data, local):
            if isinstance(event, Ready):
                self._greet(session, local)
            elif isinstance(event, Received):
                self._answer(session, event.message, local)
        self._pump(local)

    def tick(self, now: Now) -> None:
        """Look at the time."""
        if self.session is not None:
            self.session.tick(self._local(now))
            if self.session.ready and not self.session.closed:
                self._firmware.alive()

    def ticked(self, now: Now) -> None:
        """Take a tick of the firmware: tell whoever listens what has changed."""
        local = self._local(now)
        self.state.tick(self._firmware, local.s)
        self._reader.tick(local)
        self._reader.count()
        self.tick(now)
        for key in self._alarms.update(self._active(), stamp(local.utc_s)):
            self._say(self._alarm(key, "Issue", local), local)
        bits = self._aggregate()
        if bits != self._bits:
            self._bits = bits
            self._say(self._aggregated(local), local)
        self._update(local)
        self._pump(local)

    def _local(self, now: Now) -> Now:
        """Return the time by the clock of the site."""
        return Now(now.s, now.utc_s + self._firmware.clock_offset_s)

    def _say(self, message: Told, now: Now) -> None:
        if self.session is not None and self.session.ready and not self.session.closed and not self._outbox:
            self.session.send(message, now)
        else:
            self._outbox.keep(message)

    def _greet(self, session: Session, now: Now) -> None:
        """Begin with the aggregated status and all alarms; what was kept follows."""
        self._bits = self._aggregate()
        session.send(self._aggregated(now), now)
        for key in self._alarms.known:
            session.send(self._alarm(key, "Issue", now), now)

    def _pump(self, now: Now) -> None:
        session = self.session
        while session is not None and session.ready and len(session.waiting) < WINDOW and not session.closed:
            message = self._outbox.next()
            if message is None:
                return
            session.send(message, now)

    def _update(self, now: Now) -> None:
        due = self._subscriptions.due(now.s, self._reader.read)
        for component, values in due.items():
            self._say(StatusUpdate(self._identify(), component, stamp(now.utc_s), tuple(values)), now)
            for code in {row.code for row in values}:
                self._reader.told(component, code)
        if due and self.state.rejected and any(row.code == "S0033" for rows in due.values() for row in rows):
            self.state.rejected.clear()  # what is decided is told once

    def _answer(self, session: Session, message: Told, now: Now) -> None:
        reason = self._against(message)
        if reason:
            session.refuse(message.id, reason)
            return
        session.acknowledge(message.id)
        match message:
            case StatusRequest():
                self._respond(session, message, now)
            case StatusSubscribe():
                self._update(now)
            case StatusUnsubscribe():
                self._subscriptions.unsubscribe(message.component, tuple(message.names))
            case CommandRequest():
                returned = perform(self._reader, message)
                self._reader.tick(now)
                answer = CommandResponse(self._identify(), message.component, stamp(now.utc_s), returned)
                session.send(answer, now)
            case AggregatedStatusRequest():
                session.send(self._aggregated(now), now)
            case Alarm():
                self._about_alarm(message, now)

    def _against(self, message: Told) -> str:
        match message:
            case StatusRequest() | StatusUnsubscribe():
                return self._against_rows(message.component, tuple(message.names))
            case StatusSubscribe():
                return self._subscribe(message)
            case CommandRequest():
                return against(self._reader, message)
            case Alarm():
                return self._against_alarm(message)
        if not isinstance(message, AggregatedStatusRequest) or not self._newer():
            return "a message that is not for a site, or of a later version"
        return "" if message.component == self._options.component else "unknown component"

    def _subscribe(self, message: StatusSubscribe) -> str:
        """Take a subscription; or return why not."""
        rows = tuple((row.code, row.name) for row in message.wanted)
        reason = self._against_rows(message.component, rows)
        if reason or self._subscriptions.subscribe(message.component, message.wanted, self._reader.now.s):
            return reason
        return "too many subscriptions"

    def _newer(self) -> bool:
        return self.session is not None and self.session.core >= REQUESTS_SINCE

    def _against_rows(self, component: str, rows: tuple[tuple[str, str], ...]) -> str:
        reasons = (self._reader.against(component, code, name) for code, name in rows)
        return next((reason for reason in reasons if reason), "")

    def _against_alarm(self, message: Alarm) -> str:
        kind, part = ALARMS.get(message.code), self._reader.parts.get(message.component)
        if kind is None:
            return f"unknown alarm {message.code[:8]}"
        if part is None or part[0] is not kind.part:
            return "that component has no such alarm"
        if message.kind == "Issue" or (message.kind == "Request" and not self._newer()):
            return "alarms are issued by the site"
        known = AlarmKey(message.component, message.code) in self._alarms.known
        return "" if known or message.kind != "Acknowledge" else "an alarm that never was"

    def _respond(self, session: Session, message: StatusRequest, now: Now) -> None:
        values = tuple(self._reader.read(message.component, row.code, row.name) for row in message.names)
        session.send(StatusResponse(self._identify(), message.component, stamp(now.utc_s), values), now)
        for code in {row.code for row in message.names}:
            self._reader.told(message.component, code)

    def _about_alarm(self, message: Alarm, now: Now) -> None:
        key, at = AlarmKey(message.component, message.code), stamp(now.utc_s)
        if message.kind == "Acknowledge":
            self._alarms.acknowledge(key, at)
        elif message.kind in {"Suspend", "Resume"}:
            self._alarms.suspend(key, at, on=message.kind == "Suspend")
        answer = "Issue" if message.kind == "Request" else message.kind
        self._say(self._alarm(key, answer, now), now)

    def _alarm(self, key: AlarmKey, kind: str, now: Now) -> Alarm:
        state = self._alarms.state(key, stamp(now.utc_s))
        return Alarm(self._identify(), key.component, key.code, kind, "", state)

    def _active(self) -> dict[AlarmKey, Values]:
        firmware, options = self._firmware, self._options
        found: dict[AlarmKey, Values] = {}
        for name in firmware.alarms:
            found[AlarmKey(options.component, CODES.get(name, "A0009"))] = ()
        for number, failed in enumerate(firmware.detector_fault.tolist()):
            if failed:
                on = bool(firmware.detector_on[number])
                rows = (("detector", firmware.site.detectors[number]), ("type", "loop"), ("errormode", "on"))
                more = (("manual", "False"), ("logicerror", "always_on" if on else "always_off"))
                found[AlarmKey(options.detector_component(number), "A0302")] = (*rows, *more)
        return found

    def _aggregate(self) -> tuple[bool, ...]:
        mode, urgent = self._firmware.mode, self._alarms.priorities()
        safe = mode in {Mode.FLASH, Mode.FAULT}
        dark = self.state.position == "Dark"
        use = not safe and not dark
        return (
            mode in {Mode.MANUAL, Mode.LOCAL},
            False,
            safe and not dark,
            "2" in urgent,
            "3" in urgent,
            use,
            dark,
            False,
        )

    def _aggregated(self, now: Now) -> AggregatedStatus:
        bits = self._bits or self._aggregate()
        return AggregatedStatus(self._identify(), self._options.component, stamp(now.utc_s), None, None, bits)
