"""Two virtual controllers, a wire to each that can be made bad, and a drive: all in one process, on real sockets."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, cast

import numpy as np

from benchmarks.hardware.proxy import Fault, TcpProxy, UdpProxy
from benchmarks.hardware.watched import Watched
from signals import loop, plugins
from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.line import LATE, Line
from signals.adapters.cabinet.station import CabinetServer
from signals.drive.attention import Attentive
from signals.drive.config import Level
from signals.drive.diary import Diary
from signals.drive.foresight import Foresight
from signals.drive.pacer import Pace, Pacer
from signals.drive.seat import Seat, Standing
from signals.drive.shown import lag_ticks
from signals.drive.street import Street
from signals.errors import WorldLostError
from signals.model.cabinets import CabinetAddress, CabinetLink, CabinetSite, sites_of
from signals.model.network import Network
from signals.model.roles import Controller
from signals.model.timed_by_group import TIMED_BY_GROUP, timed_by_group
from signals.model.values import Aspect, BoolArray, ByteArray, Decision, Snapshot, Violation
from signals.record.audit import AuditLog, read_audit
from signals.safety.fallback import Fallback
from signals.safety.guard import Guard
from signals.safety.monitor import Monitor
from signals.sensing.loops import LoopEstimator
from signals.testing import two_crossroads

if TYPE_CHECKING:
    from benchmarks.hardware.rivals import Rival

__all__ = ["SECRETS", "StagesInTurn", "WiredDrive", "free_port"]

TICK_DS: Final = 10
STAGE_TICKS: Final = 15
LOOK_S: Final = 0.002
SECRETS: Final = {"rsmp": {"security_code_1": "1111", "security_code_2": "2222"}}
DATAGRAMS: Final = ("ntcip",)
CLIENTS: Final = ("rsmp",)
"""Protocols in which the controller connects to us."""


class StagesInTurn:
    """A controller that wants one stage after the other, whatever it sees."""

    def __init__(self, network: Network) -> None:
        self._ticks = 0
        stages = max(len(place.stages) for place in network.intersections)
        self._wants = np.zeros((math.lcm(*range(1, stages + 1)), len(network.arrays.group_user)), np.bool_)
        for place, first in zip(network.intersections, network.arrays.group_offset, strict=False):
            for turn, want in enumerate(self._wants):
                groups = place.stages[turn % len(place.stages)].groups
                want[[first + group for group in groups]] = True
        self._free = np.full(len(network.intersections), -1, np.int32)

    def decide(self, snapshot: Snapshot) -> Decision:  # noqa: ARG002  whatever it sees
        """Want the next stage every 15 s."""
        self._ticks += 1
        return Decision(self._wants[self._ticks // STAGE_TICKS % len(self._wants)], self._free)


class WiredDrive:
    """A context manager: within it, time passes at both ends.

    Parameters
    ----------
    protocol
        A name of the plug-ins ``cabinets`` and ``servers``.
    speed
        Seconds in a second of the wall.
    backup_s
        The backup time of the controllers.
    seed
        Of the wires.
    network
        What is driven; two crossroads where it is not given.
    wrap
        Puts something around the adapter of a cabinet, by its number; then each has a line of its own, as the adapters
        of others have.

    Attributes
    ----------
    rival
        Somebody else at the first controller, while there is one.
    happened_s
        When controllers began or ceased to misbehave.
    entries
        How many lines the audit log has, once it was verified in the end.
    """

    def __init__(
        self,
        protocol: str,
        *,
        speed: float = 4.0,
        backup_s: float = 10.0,
        seed: int = 1,
        network: Network | None = None,
        wrap: Callable[[int, CabinetLink], CabinetLink] | None = None,
    ) -> None:
        if network is None:
            whole = two_crossroads()
            network = timed_by_group(whole, TICK_DS) if protocol in TIMED_BY_GROUP else whole
        self.network, self._wrap = network, wrap
        self._maker = cast("Callable[..., CabinetLink]", plugins.load("cabinets", protocol))
        self.protocol, self.clock, self._seed = protocol, Clock(speed), seed
        self.firmwares = [
            Watched(site, self.clock, tick_ds=TICK_DS, backup_s=backup_s) for site in sites_of(self.network)
        ]
        self.wires: list[TcpProxy | UdpProxy] = []
        self.servers: list[CabinetServer] = []
        self.sentences: list[str] = []
        self.violations: list[Violation] = []
        self._witness = Monitor(self.network, tick_ds=TICK_DS)
        self._field, self._stack = Line("field"), ExitStack()
        self._ends = threading.Event()
        self._resets: list[int] = []
        self._coming: list[tuple[Callable[[], object], asyncio.Event]] = []
        self.happened_s: list[float] = []
        self.pacer = Pacer(TICK_DS / 10 / speed)
        self.rival: Rival | None = None
        self.entries = 0
        self.trouble: list[BaseException] = []

    def __enter__(self) -> Self:
        """Start both ends."""
        ports = self.ask(self._start())
        folder = Path(self._stack.enter_context(TemporaryDirectory(prefix="signals-")))
        self._stack.callback(self._verify, folder)  # when the log is closed
        log = self._stack.enter_context(AuditLog(folder, {}))
        self.street, mind, guard, diary = self._drive(ports, log)
        estimator = LoopEstimator(self.network, tick_ds=TICK_DS)
        self._thread = threading.Thread(target=self._run, args=(mind, guard, diary, estimator), name="drive")
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End both."""
        self.street.last_tick = 0
        self._thread.join(30.0)
        self._ends.set()
        self.ask(self._stop())
        self._field.close()
        self._stack.__exit__(kind, error, at)

    def until(self, reached: Callable[[], bool], limit_s: float) -> float:
        """Wait, and return for how long, in seconds of the clock. Raises `TimeoutError`."""
        begin_s = self.clock.now_s()
        while not reached():
            if self.clock.now_s() - begin_s > limit_s:
                raise TimeoutError(f"not reached in {limit_s:g} s: {[(s.standing.name, s.why) for s in self.seats]}")
            self.pause()
        return self.clock.now_s() - begin_s

    @staticmethod
    def pause() -> None:
        """Let the others work until it is time to look again: they share an interpreter with whoever looks."""
        time.sleep(LOOK_S)

    @property
    def seats(self) -> tuple[Seat, ...]:
        """The seats of the drive."""
        return self.street.seats

    def ours(self, which: int) -> bool:
        """Whether a cabinet is ours, as the drive sees it."""
        return self.seats[which].standing is Standing.OURS

    def latched(self, which: int) -> bool:
        """Whether a cabinet violated a rule, as the drive saw it, and no person has reset that."""
        return bool(self._guard.latched[which])

    def reset(self, which: int) -> None:
        """Be the person who resets it."""
        self._resets.append(which)

    def address_at(self, which: int, port: int = 0) -> CabinetAddress:
        """Return the address of a controller itself, or the same at another port: no wire lies between."""
        return self._address(self.firmwares[which].site, port or self.servers[which].port)

    @staticmethod
    def free_port() -> int:
        """Return a port that nobody listens at now."""
        return free_port()

    def spoil(self, which: int, fault: Fault) -> None:
        """Let something be wrong with a wire."""
        self.ask(_done(partial(self.wires[which].set, fault)))

    def misbehave(self, which: int, what: str, *, on: bool = True) -> None:
        """Let a controller misbehave from its next tick on, and wait for that tick."""
        self.ask(self._in_tick(partial(self.firmwares[which].misbehave, what, on)))

    def _run(self, mind: Fallback, guard: Guard, diary: Diary, estimator: LoopEstimator) -> None:
        try:
            loop.run(self.street, estimator, mind, guard, diary)
        except BaseException as error:  # noqa: BLE001  whoever waits for it is told
            self.trouble.append(error)

    def ask(self, work: object) -> object:
        """Do something in the event loop of the controllers; raises what it raises."""
        (answer,) = self._field.each([lambda: work], 20.0)  # type: ignore[arg-type,list-item,return-value]
        if answer is LATE:
            raise WorldLostError("the field does not answer")
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def _start(self) -> list[int]:
        ports = []
        for number, firmware in enumerate(self.firmwares):
            proxy = UdpProxy if self.protocol in DATAGRAMS else TcpProxy
            maker = cast("Callable[..., CabinetServer]", plugins.load("servers", self.protocol))
            if self.protocol in CLIENTS:
                ours = free_port()
                self.wires.append(proxy("127.0.0.1", ours, self._seed + number))
                server = maker(firmware, self._address(firmware.site, await self.wires[-1].start()), self.clock)
                ports.append(ours)
                await server.start()
            else:
                server = maker(firmware, self._address(firmware.site, 0), self.clock)
                await server.start()
                self.wires.append(proxy("127.0.0.1", server.port, self._seed + number))
                ports.append(await self.wires[-1].start())
            firmware.set_clock(self.clock.utc_s())
            self.servers.append(server)
        self._ticking = asyncio.ensure_future(self._tick())
        return ports

    async def _stop(self) -> None:
        self._ticking.cancel()
        await asyncio.gather(self._ticking, return_exceptions=True)
        for server in self.servers:
            await server.stop()
        for wire in self.wires:
            await wire.stop()

    async def _in_tick(self, what: Callable[[], object]) -> None:
        done = asyncio.Event()
        self._coming.append((what, done))
        await done.wait()

    def _let_happen(self) -> None:
        """Do what shall happen in this tick."""
        for what, done in self._coming:
            what()
            self.happened_s.append(self.clock.now_s())
            done.set()
        self._coming.clear()

    async def _tick(self) -> None:
        """Let time pass at the controllers, and watch their lamps."""
        shown: ByteArray = np.full(len(self.network.arrays.group_user), Aspect.UNKNOWN, np.int8)
        due_s, calm = self.clock.now_s(), np.zeros(len(shown), np.int8)
        while True:
            before = shown
            self._let_happen()
            shown = np.concatenate([_stepped(firmware) for firmware in self.firmwares])
            lit = np.array([firmware.aspect[0] >= 0 for firmware in self.firmwares])
            self.violations += self._witness.check(due_s, calm > 0, calm, before, shown, lit)
            for server in self.servers:
                server.ticked()
            due_s = max(due_s + TICK_DS / 10, self.clock.now_s())
            await self.clock.sleep(due_s - self.clock.now_s())

    def _drive(self, ports: Iterable[int], log: AuditLog) -> tuple[Street, Fallback, Guard, Diary]:
        guard = Guard(self.network, tick_ds=TICK_DS, cold_start="street", max_lag_ticks=lag_ticks(TICK_DS) + 1)
        self._guard = guard
        foresight = Foresight(cast("Controller", StagesInTurn(self.network)), self.network, guard.prospects(), TICK_DS)
        asked = Attentive(foresight, foresight)
        diary = Diary(self.network, log, self.sentences.append, foresight.take_events)
        line = Line(self.protocol)
        seats = [
            Seat(
                partial(self._link, k, self._address(site, port)),
                line if self._wrap is None else Line(site.id),
                wanted=Level.DIRECT,
                armed=True,
                clock=self.clock,
                tick_ds=TICK_DS,
            )
            for k, (site, port) in enumerate(zip(sites_of(self.network), ports, strict=True))
        ]
        street = Street(
            self.network,
            seats,
            Pace(self.clock, self.pacer, TICK_DS),
            asked=asked,
            diary=diary,
            latched=self._latched,
        )
        return street, Fallback(asked, self.network, tick_ds=TICK_DS, source=street), guard, diary

    def _link(self, k: int, address: CabinetAddress) -> CabinetLink:
        link = self._maker(self.firmwares[k].site, address, self.clock)
        return link if self._wrap is None else self._wrap(k, link)

    def _latched(self) -> BoolArray:
        """Do what a person wants, in the thread of the drive, and say who is latched."""
        while self._resets:
            self._guard.reset(self._resets.pop())
        return self._guard.latched

    def _verify(self, folder: Path) -> None:
        self.entries = read_audit(folder, lambda _: None).entries

    def _address(self, site: CabinetSite, port: int) -> CabinetAddress:
        secrets = SECRETS.get(self.protocol, {})
        return CabinetAddress(scheme=self.protocol, host="127.0.0.1", port=port, name=site.id, secrets=secrets)


def free_port() -> int:
    """Return a port that nobody listens at now."""

    async def found() -> int:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port = int(server.sockets[0].getsockname()[1])
        server.close()
        await server.wait_closed()
        return port

    line = Line("port")
    (port,) = line.each([found], 5.0)
    line.close()
    return cast("int", port)


def _stepped(firmware: Watched) -> ByteArray:
    nobody = np.zeros(len(firmware.site.detectors), np.int32)
    everybody = np.ones(len(firmware.site.groups), np.bool_)
    return firmware.step(everybody, nobody, nobody.astype(np.float32))


async def _done(what: Callable[[], object]) -> object:
    return what()
