"""A site of RSMP as a cabinet: it is told a plan with its cycle, offset and splits, and shows what it makes of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, cast
from uuid import uuid4

from signals.adapters.cabinet.clock import Clock
from signals.adapters.rsmp.asking import Asking
from signals.adapters.rsmp.messages import (
    AggregatedStatus,
    Alarm,
    CommandRequest,
    CommandResponse,
    Message,
    StatusName,
    StatusRequest,
    StatusResponse,
    StatusSubscribe,
    StatusUnsubscribe,
    StatusUpdate,
    Wanted,
)
from signals.adapters.rsmp.options import PORT, Options
from signals.adapters.rsmp.orders import Order
from signals.adapters.rsmp.planning import TIMES, Planning
from signals.adapters.rsmp.supervisor import Connection, Supervisor, supervisor_at
from signals.adapters.rsmp.sxl import STATUSES
from signals.adapters.rsmp.times import Now
from signals.adapters.rsmp.view import View, is_number
from signals.errors import WorldError, WorldLostError, WorldTimeoutError
from signals.model.cabinets import (
    CabinetAddress,
    CabinetInfo,
    CabinetRefusedError,
    CabinetReport,
    CabinetSite,
    Capability,
    PlanRequest,
    Receipt,
    Request,
)

__all__ = ["RsmpCabinet"]

SEEN: Final = Capability.STATUS | Capability.DETECTORS
DRIVEN: Final = Capability.PLANS | Capability.SPLITS | Capability.BACKUP_TIMER

IDENTITY: Final = ("S0016", "S0017", "S0022", "S0023", "S0024", "S0028", "S0034", "S0095", "S0096")
STANDING: Final = (
    Wanted("S0001", "signalgroupstatus", 1, on_change=True),
    Wanted("S0006", "status", 10, on_change=True),
    Wanted("S0008", "status", 10, on_change=True),
    Wanted("S0011", "status", 10, on_change=True),
    Wanted("S0013", "status", 10, on_change=True),
    Wanted("S0014", "status", 10, on_change=True),
    Wanted("S0014", "source", 10, on_change=True),
    Wanted("S0020", "controlmode", 10, on_change=True),
    *[Wanted(code, "status", 10, on_change=True) for code in TIMES],
    Wanted("S0034", "status", 10, on_change=True),
)
"""What is subscribed: what the groups show, every second; who decides, and the times of plans, when they change and in
case that is missed."""

FRESH_S: Final = 1.2
"""Whoever has told within this what its groups show need not be asked: an update comes every second, and not to the
moment. A drive that is to be told within a second and a half has the time to ask whoever has missed one."""

PULSE_S: Final = 0.5
"""How often it is seen that the site hears us."""

COUNTING: Final = (("S0205", "vehicles"), ("S0207", "occupancy"))
"""Counts and occupancy of all detectors; where a site has none, S0002 is watched instead."""

NO_CODE: Final = (
    'the secret "security_code_2" is not given; name its environment variable (secrets_env = { security_code_2 = '
    '"J_CODE" }), or write it in the file secrets_file'
)


class RsmpCabinet:
    """A link to one site (`signals.model.cabinets.CabinetLink`); the site connects to us.

    ``host`` and ``port`` of the address are where we listen, ``name`` is the site id; `Options` has the options. The
    secret ``security_code_2`` is needed to send anything; without it the site is only looked at.

    Parameters
    ----------
    site
        What it must be.
    address
        Where we listen, and how the site is called.
    clock
        The time.
    identify
        Makes the ids of messages, UUIDs of version 4.

    Raises
    ------
    InputError
        When an option is not what it must be.
    """

    def __init__(
        self,
        site: CabinetSite,
        address: CabinetAddress,
        clock: Clock,
        *,
        identify: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        self.site, self.options = site, Options.of(site, address)
        if self.options.tls is not None:
            self.options.tls.server()  # what is wrong with a certificate is said before anybody listens
        self._address, self._clock, self._identify = address, clock, identify
        code = address.secrets.get("security_code_2", "")
        self.capabilities = SEEN | DRIVEN if code else SEEN
        self.view = View(site, self.options)
        self._planning = Planning(self, code)
        self._asking = Asking()
        self._supervisor: Supervisor | None = None
        self._connection: Connection | None = None
        self._arrived = asyncio.Event()
        self._alive_s = 0.0
        self._gone = ""
        self._subscribed: tuple[StatusName, ...] = ()

    async def connect(self) -> CabinetInfo:
        """Wait until the site has come, identify it, and subscribe to what it shows."""
        await self.close()
        self.view, self._gone = View(self.site, self.options), ""
        self._planning.forget()
        self._arrived.clear()
        self._supervisor = supervisor_at(self._address.host, self._address.port or PORT, self._clock)
        try:
            await self._supervisor.expect(self, self._identify)
            await self._arrival(self._supervisor)
            return await self._identify_site()
        except WorldError:
            await self.close()
            raise

    async def close(self) -> None:
        """Leave; safe to call twice, and after everything has failed."""
        supervisor, self._supervisor = self._supervisor, None
        if self._connection is not None and self._connection.wire.is_open:
            self._unsubscribe(self._connection)
        self._connection = None
        self._asking.fail(WorldLostError("rsmp: the link was closed"))
        if supervisor is not None:
            await supervisor.leave(self)

    async def refresh(self) -> None:
        """Ask what it shows, if it has not told so of late; a site tells it every second."""
        if not self.is_fresh():
            await self.read(("S0001",))

    def is_fresh(self) -> bool:
        """Whether the last status is fresh; see `PromptLink.is_fresh`. Raises `WorldLostError` where it is deaf."""
        self._need_connection()
        if not self._hears():
            raise WorldLostError("rsmp: the site acknowledges nothing")
        return self._clock.now_s() - self.view.received_s <= FRESH_S

    def is_prompt(self, request: Request | None) -> bool:
        """Whether it is no plan, which waits for an answer; see `PromptLink.is_prompt`."""
        return request is None

    def report(self) -> CabinetReport:
        """Return what is known, and begin to count vehicles anew."""
        found = self.view.report(self._clock.now_s(), heard=self._heard())
        return found._replace(alarms=(*found.alarms, "plan-changed")) if self._planning.disturbed else found

    async def take(self) -> None:
        """Set the time-out of the site, and choose the plan that runs: the site says that it is ours."""
        self._alive_s = self._clock.now_s()
        await self._planning.take()

    async def send(self, request: Request) -> Receipt:
        """Send the times of a plan that differ from those sent before, at most once a cycle, and read them back."""
        self._need_connection()
        if isinstance(request, PlanRequest):
            return await self._planning.send(request)
        now_s = self._clock.now_s()
        detail = "a site of RSMP takes plans only"
        return Receipt(accepted=False, code="cannot", detail=detail, sent_s=now_s, answered_s=now_s)

    async def heartbeat(self) -> None:
        """Say that all is well here.

        A site falls back some minutes (M0023) after it has lost the connection. So a heartbeat keeps the connection:
        without one for `dead_man_s`, while the plan is ours, it is cut, and the minutes begin. It is a watchdog, which
        the site acknowledges: one that goes on talking may not hear us.
        """
        self._need_connection().bark(PULSE_S)
        self._alive_s = self._clock.now_s()
        if "backup-changed" in self.view.report_alarms():
            raise CabinetRefusedError("rsmp: somebody has changed the time after which the site returns to its program")

    async def release(self, reason: str) -> bool:  # noqa: ARG002  RSMP has no place for it
        """Let the site choose its plan again, and restore the times that were found."""
        try:
            self._need_connection()
            return await self._planning.release()
        except WorldError:
            return False

    # What the supervisor tells a link.

    def attached(self, connection: Connection) -> None:
        """Take the connection: the handshake is done."""
        self._connection = connection
        self._arrived.set()

    def told(self, message: Message, now: Now) -> bool:
        """Take a message; whether it is understood."""
        match message:
            case StatusUpdate() | StatusResponse():
                if message.component == self.options.component:
                    self.view.tell(message.values, message.at, now)
            case AggregatedStatus():
                if message.component == self.options.component:
                    self.view.aggregated(message.bits)
            case Alarm():
                self.view.alarm(message)
            case CommandResponse():
                pass
            case _:
                return False
        self._asking.told(message)
        return True

    def refused(self, identity: str, reason: str) -> None:
        """Take it that the site did not understand a message."""
        self._asking.refused(identity, self._planning.without_code(reason))

    def lost(self, reason: str) -> None:
        """Take it that the connection is gone."""
        self._connection, self._gone = None, reason
        self._asking.fail(WorldLostError(f"rsmp: {reason}"))

    def looked(self, now: Now) -> None:
        """Cut the connection where the plan is ours and nobody says that all is well."""
        late = now.s - self._alive_s > self.options.seconds["dead_man_s"]
        if late and self.view.plan_from_us and self._connection is not None:
            connection, self._connection = self._connection, None
            connection.leave(at_once=True)
            self.lost("nobody said that all is well here")

    # What the parts of a link ask for.

    async def command(self, order: Order) -> CommandResponse:
        """Send a command and wait for what came of it. Raises `CabinetRefusedError` where it is not understood."""
        answer = await self._ask(CommandRequest(self._identify(), self.options.component, order))
        return cast("CommandResponse", answer)

    async def read(self, codes: Sequence[str]) -> None:
        """Ask for whole statuses; the view has them then."""
        names = tuple(StatusName(code, name) for code in codes for name in STATUSES[code].names)
        await self._ask(StatusRequest(self._identify(), self.options.component, names))

    def now_s(self) -> float:
        """Return the time."""
        return self._clock.now_s()

    async def pause(self, for_s: float) -> None:
        """Wait."""
        await self._clock.sleep(for_s)

    async def _ask(self, message: CommandRequest | StatusRequest) -> Message:
        connection = self._need_connection()
        answer = self._asking.expect(message)
        try:
            connection.send(message)
            return await self._clock.within(self.options.seconds["answer_s"], answer)
        except TimeoutError:
            raise WorldTimeoutError("rsmp: the site does not answer") from None
        finally:
            self._asking.forget(message.id)

    async def _identify_site(self) -> CabinetInfo:
        await self.read(IDENTITY)
        self._expect_number("S0017", "signal groups", self.options.group_at)
        self._expect_number("S0016", "detector logics", self.options.detector_at)
        await self.read(tuple(dict.fromkeys(row.code for row in STANDING)))
        counts = False
        if self.site.detectors:
            counts = await self._counts()
        self._subscribe(counts=counts)
        return self._info()

    def _expect_number(self, code: str, what: str, places: tuple[int, ...]) -> None:
        found, needed = self.view.values.get((code, "number"), ""), max(places, default=0)
        if is_number(found) and int(found) < needed:
            raise CabinetRefusedError(f'rsmp: the site "{self.options.id}" has {found} {what}, expected {needed}')

    async def _counts(self) -> bool:
        """Whether the site counts vehicles by itself."""
        try:
            await self.read(tuple(code for code, _ in COUNTING))
        except CabinetRefusedError:
            return False
        return all(name in self.view.values for name in COUNTING)

    def _subscribe(self, *, counts: bool) -> None:
        rows = list(STANDING)
        if counts:
            rows += [Wanted(code, name, 1, on_change=False) for code, name in COUNTING]
        elif self.site.detectors:
            rows.append(Wanted("S0002", "detectorlogicstatus", 1, on_change=True))
        self._subscribed = tuple(StatusName(row.code, row.name) for row in rows)
        self._need_connection().send(StatusSubscribe(self._identify(), self.options.component, tuple(rows)))

    def _unsubscribe(self, connection: Connection) -> None:
        names, self._subscribed = self._subscribed, ()
        if names and not connection.session.closed:
            connection.send(StatusUnsubscribe(self._identify(), self.options.component, names))

    def _info(self) -> CabinetInfo:
        core = self._need_connection().session.core
        plans = [part for part in self.view.values.get(("S0022", "status"), "").split(",") if is_number(part)]
        words = self.view.values.get(("S0095", "status"), "").split()
        return CabinetInfo(
            protocol="RSMP",
            protocol_version=".".join(map(str, core)),
            capabilities=self.capabilities,
            make=words[0] if words else "",
            model=" ".join(words[1:-1]),
            version=words[-1] if len(words) > 1 else "",
            backup_s=60.0 * self.options.backup_min,
            clock_offset_s=self.view.clock_offset_s,
            plans=tuple(map(int, plans[:255])),
            lacks="" if self.capabilities & DRIVEN else NO_CODE,
        )

    def _heard(self) -> bool:
        if self._connection is None or not self._hears():
            return False
        return self._clock.now_s() - self.view.received_s <= self.options.seconds["silent_s"]

    def _hears(self) -> bool:
        """Whether a site whose plan is ours has acknowledged what we said, in time."""
        if self._connection is None or not self.view.plan_from_us:
            return True
        return self._connection.waited_s() <= self.options.seconds["hears_s"]

    def _need_connection(self) -> Connection:
        if self._connection is None or not self._connection.wire.is_open:
            raise WorldLostError(f"rsmp: {self._gone or 'the site is not connected'}")
        return self._connection

    async def _arrival(self, supervisor: Supervisor) -> None:
        """Wait until the site has come. Raises `WorldTimeoutError`, with what is known of those who came instead."""
        try:
            await self._clock.within(self.options.seconds["connect_s"], self._arrived.wait())
        except TimeoutError:
            instead = supervisor.turned_away or self._gone
            more = f"; {instead}" if instead else ""
            raise WorldTimeoutError(f'rsmp: the site has not come (site "{self.options.id}"){more}') from None
