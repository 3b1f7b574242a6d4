"""What the tests of RSMP share: a junction, a firmware that is stepped, and peers that know nothing of our code.

The peers write and read JSON by themselves, so that a mistake of the codec cannot hide behind itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from random import Random
from typing import Any, Self
from uuid import UUID

import numpy as np

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.firmware import Firmware
from signals.adapters.rsmp.options import Options
from signals.adapters.rsmp.session import Received, Role, Session
from signals.adapters.rsmp.site import Site
from signals.adapters.rsmp.times import Now
from signals.adapters.rsmp.virtual import RsmpServer
from signals.model.cabinets import CabinetAddress, CabinetSite, sites_of
from signals.model.crossroads import crossroads

SITE = sites_of(crossroads())[0]
NAME = "RN+SI0001"
MAIN = f"{NAME}=001TC000"
CODES = {"security_code_1": "1111", "security_code_2": "2222"}
SPEED = 50.0
STAMP = "2026-01-31T12:00:00.000Z"
Row = dict[str, Any]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


PATIENT = {
    "ack_s": 300.0,
    "answer_s": 300.0,
    "connect_s": 600.0,
    "silent_s": 60.0,
    "dead_man_s": 600.0,
    "hears_s": 60.0,
}
"""At a bench fifty times as fast as the wall, a machine that is busy for a moment is busy for long."""


def address(port: int = 0, **options: object) -> CabinetAddress:
    given = {**PATIENT, "reconnect_s": 1.0, **options}
    return CabinetAddress(scheme="rsmp", host="127.0.0.1", port=port, name=NAME, options=given, secrets=CODES)


def identities(seed: int = 1) -> Callable[[], str]:
    """Ids of messages that are the same in every run."""
    rng = Random(seed)
    return lambda: str(UUID(int=rng.getrandbits(128), version=4))


def step(firmware: Firmware, *, entered: int = -1) -> None:
    """A tick in which nobody waits, and one vehicle comes over one detector."""
    counts = np.zeros(len(SITE.detectors), np.int32)
    if entered >= 0:
        counts[entered] = 1
    firmware.step(np.zeros(len(SITE.groups), np.bool_), counts, np.minimum(counts, 1).astype(np.float32))


@contextlib.asynccontextmanager
async def stepping(firmware: Firmware, server: RsmpServer, clock: Clock) -> AsyncIterator[None]:
    """The firmware is stepped once a second of the clock."""

    async def run() -> None:
        while True:
            step(firmware, entered=0)
            server.ticked()
            await clock.sleep(firmware.tick_ds / 10)

    task = asyncio.create_task(run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


class Peer:
    """One end of a connection that speaks JSON with form feeds.

    Attributes
    ----------
    log
        Every message with its direction, ``in`` or ``out``.
    refuses
        Statuses that it does not know.
    """

    refuses: tuple[str, ...] = ()

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.log: list[tuple[str, Row]] = []
        self._rest = b""
        self._next_id = identities(2)
        self.answers = True

    def put(self, kind: str, **fields: Any) -> str:
        """Send a message, return its id."""
        row = {"mType": "rSMsg", "type": kind, **fields}
        if kind not in ("MessageAck", "MessageNotAck"):
            row.setdefault("mId", self._next_id())
        if "cId" in row:
            row = {**row, "ntsOId": "", "xNId": ""}
        self.log.append(("out", row))
        self.writer.write(json.dumps(row).encode() + b"\x0c")
        return str(row.get("mId", ""))

    async def get(self) -> Row:
        """Take the next message, and acknowledge it."""
        while b"\x0c" not in self._rest:
            data = await self.reader.read(1 << 16)
            if not data:
                raise ConnectionError("closed")
            self._rest += data
        text, self._rest = self._rest.split(b"\x0c", 1)
        row: Row = json.loads(text)
        self.log.append(("in", row))
        refused = row["type"] == "StatusRequest" and any(one["sCI"] in self.refuses for one in row["sS"])
        if self.answers and row["type"] not in ("MessageAck", "MessageNotAck") and not refused:
            self.put("MessageAck", oMId=row["mId"])
        return row

    async def until(self, wanted: Callable[[Row], bool]) -> Row:
        """Take messages until one is the one."""
        while True:
            row = await self.get()
            if wanted(row):
                return row

    async def kind(self, *kinds: str) -> Row:
        return await self.until(lambda row: row["type"] in kinds)

    async def verdict(self, identity: str) -> Row:
        """Return the acknowledgement of a message, or its refusal."""
        return await self.until(lambda row: row.get("oMId") == identity)

    async def is_closed(self) -> bool:
        try:
            while True:
                await self.get()
        except ConnectionError:
            return True

    async def command(self, code: str, order: str, component: str = MAIN, **values: str) -> Row:
        """Send a command, return its answer or the refusal."""
        rows = [{"cCI": code, "n": name, "cO": order, "v": value} for name, value in values.items()]
        verdict = await self.verdict(self.put("CommandRequest", cId=component, arg=rows))
        if verdict["type"] == "MessageNotAck":
            return verdict
        return await self.kind("CommandResponse")

    async def status(self, code: str, *names: str, component: str = MAIN) -> Row:
        """Ask for a status, return its values by name, or the refusal."""
        rows = [{"sCI": code, "n": name} for name in names]
        verdict = await self.verdict(self.put("StatusRequest", cId=component, sS=rows))
        if verdict["type"] == "MessageNotAck":
            return verdict
        answer = await self.until(lambda row: row["type"] == "StatusResponse" and row["sS"][0]["sCI"] == code)
        return {row["n"]: row["s"] for row in answer["sS"]}

    async def close(self) -> None:
        with contextlib.suppress(OSError):  # gone already
            self.writer.close()
            await self.writer.wait_closed()


class ForeignSupervisor:
    """A supervisor that waits for sites and does what it is told to."""

    def __init__(self, *, versions: tuple[str, ...] = ("3.2.2",), sxl: str = "1.2.1") -> None:
        self.versions, self.sxl = versions, sxl
        self.port = free_port()
        self._came: asyncio.Queue[Peer] = asyncio.Queue()
        self._peers: list[Peer] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for peer in self._peers:
            await peer.close()
        await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(reader, writer)
        self._peers.append(peer)
        await self._came.put(peer)

    async def peer(self) -> Peer:
        """Return the next connection; nothing has been said."""
        return await self._came.get()

    async def site(self) -> Peer:
        """Return the next connection, with the handshake done."""
        peer = await self.peer()
        await peer.kind("Version")
        self.say_version(peer)
        await peer.kind("Watchdog")
        peer.put("Watchdog", wTs=STAMP)
        await peer.kind("AggregatedStatus")
        return peer

    def say_version(self, peer: Peer) -> None:
        versions = [{"vers": version} for version in self.versions]
        peer.put("Version", RSMP=versions, siteId=[{"sId": NAME}], SXL=self.sxl)


class Bench:
    """A virtual site that is stepped, and its foreign supervisor."""

    def __init__(
        self, versions: tuple[str, ...] = ("3.2.2",), sxl: str = "1.2.1", speed: float = SPEED, **options: object
    ) -> None:
        self.clock = Clock(speed)
        self.firmware = Firmware(SITE, backup_s=30.0)
        self.supervisor = ForeignSupervisor(versions=versions, sxl=sxl)
        self._options = options

    async def __aenter__(self) -> Self:
        await self.supervisor.__aenter__()
        where = address(self.supervisor.port, **self._options)
        self.server = RsmpServer(self.firmware, where, self.clock, identify=identities())
        self._steps = stepping(self.firmware, self.server, self.clock)
        await self._steps.__aenter__()
        await self.server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._steps.__aexit__(None, None, None)
        await self.server.stop()
        await self.supervisor.__aexit__()


async def eventually(found: Callable[[], object]) -> None:
    """Wait until something is so; `run` knows when it never is."""
    while not found():  # noqa: ASYNC110  it is other people's state
        await asyncio.sleep(0.002)


def run(test: Callable[[], Any]) -> None:
    """Run a coroutine to its end, and be sure that nothing is left of it."""

    async def whole() -> None:
        async with asyncio.timeout(20):
            await test()
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        assert not left, left

    asyncio.run(whole())


def lines(text: bytes) -> Iterator[Row]:
    """The messages in what a session has sent."""
    for part in text.split(b"\x0c"):
        if part:
            yield json.loads(part)


class Pair:
    """A pure site and a pure session of a supervisor, with nothing between them but this.

    Attributes
    ----------
    log
        What was said: ``site`` or ``supervisor``, and the message as JSON.
    events
        What the supervisor's session has told.
    """

    def __init__(self, core: str = "3.2.2", site: CabinetSite = SITE, **options: object) -> None:
        self.firmware = Firmware(site, backup_s=30.0)
        self.options = Options.of(site, address(0, core=core, **options))
        codes = {1: CODES["security_code_1"], 2: CODES["security_code_2"]}
        self.site = Site(self.firmware, self.options, codes, identities(3))
        self.now = Now(0.0, 1_769_860_800.0)
        self.log: list[tuple[str, Row]] = []
        self.events: list[Any] = []
        self.connect()

    def connect(self) -> None:
        self.supervisor = Session(Role.SUPERVISOR, "", self.options.settings, identities(4))
        self.supervisor.start(self.now)
        self.site.begin(self.now)
        self.pump()

    def pump(self, *, acknowledge: bool = True) -> None:
        """Carry bytes until nobody says anything more."""
        while self.site.session is not None:
            there, back = self.site.session.take(), self.supervisor.take()
            self.log += [("site", row) for row in lines(there)] + [("supervisor", row) for row in lines(back)]
            if not there and not back:
                return
            for event in self.supervisor.receive(there, self.now):
                self.events.append(event)
                if isinstance(event, Received) and acknowledge:
                    self.supervisor.acknowledge(event.message.id)
            self.site.receive(back, self.now)

    def tick(self, *, entered: int = -1) -> None:
        """Let a second pass."""
        self.now = Now(self.now.s + 1.0, self.now.utc_s + 1.0)
        step(self.firmware, entered=entered)
        self.site.ticked(self.now)
        self.supervisor.tick(self.now)
        self.pump()

    def ask(self, message: Any) -> list[Any]:
        """Send a message, return what has happened since."""
        seen = len(self.events)
        self.supervisor.send(message, self.now)
        self.pump()
        return self.events[seen:]


class ForeignSite(Peer):
    """A site that connects and does what it is told to.

    Attributes
    ----------
    obeys
        Whether it says that its plan was chosen by us, once it was.
    """

    obeys = False

    @classmethod
    async def connect(cls, port: int, *, name: str = NAME, versions: tuple[str, ...] = ("3.2.2",)) -> ForeignSite:
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                break
            except OSError:  # nobody listens yet
                await asyncio.sleep(0.01)
        site = cls(reader, writer)
        rows = [{"vers": version} for version in versions]
        site.put("Version", RSMP=rows, siteId=[{"sId": name}], SXL="1.2.1", step="Request")
        return site

    async def greet(self) -> None:
        """Go on after the versions, as a site does."""
        await self.kind("Version")
        self.put("Watchdog", wTs=STAMP)
        await self.kind("Watchdog")
        self.put("AggregatedStatus", cId=MAIN, aSTS=STAMP, fP=None, fS=None, se=[False] * 5 + [True, False, False])

    def update(self, at: str, quality: str = "recent", component: str = MAIN, **values: str) -> None:
        """Tell values: ``S0001_signalgroupstatus="..."``."""
        rows = [
            {"sCI": key.split("_")[0], "n": key.split("_")[1], "s": value, "q": quality}
            for key, value in values.items()
        ]
        self.put("StatusUpdate", cId=component, sTs=at, sS=rows)

    async def answer(self, known: dict[str, str]) -> None:
        """Answer questions until the connection is gone; what is not in `known` is unknown."""
        with contextlib.suppress(OSError):
            while True:
                row = await self.get()
                if row["type"] == "StatusRequest" and any(one["sCI"] in self.refuses for one in row["sS"]):
                    self.put("MessageNotAck", oMId=row["mId"], rea="unknown status")
                elif row["type"] == "StatusRequest":
                    values = [
                        {**one, "s": known.get(f"{one['sCI']}_{one['n']}"), "q": "recent"}
                        if f"{one['sCI']}_{one['n']}" in known
                        else {**one, "s": None, "q": "unknown"}
                        for one in row["sS"]
                    ]
                    self.put("StatusResponse", cId=row["cId"], sTs=STAMP, sS=values)
                elif row["type"] == "CommandRequest":
                    if self.obeys and row["arg"][0]["cCI"] == "M0002":
                        known["S0014_source"] = "forced"
                    rvs = [{"cCI": one["cCI"], "n": one["n"], "v": one["v"], "age": "recent"} for one in row["arg"]]
                    self.put("CommandResponse", cId=row["cId"], cTS=STAMP, rvs=rvs)
