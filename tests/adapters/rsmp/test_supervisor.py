"""Who may come in, who is turned away, and that nothing stays open: over real sockets."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from signals.adapters.cabinet.clock import Clock
from signals.adapters.rsmp.messages import Told, Watchdog
from signals.adapters.rsmp.options import Options
from signals.adapters.rsmp.supervisor import Connection, Supervisor, supervisor_at
from signals.adapters.rsmp.times import Now
from signals.errors import WorldLostError
from tests.adapters.rsmp.bench import (
    MAIN,
    SITE,
    SPEED,
    STAMP,
    ForeignSite,
    address,
    eventually,
    free_port,
    identities,
    run,
)


class Waiting:
    """A link that notes what it is told."""

    def __init__(self, port: int, name: str = "S1", **options: object) -> None:
        self.address = address(port, **options)
        self.options = Options.of(SITE, self.address.__class__(**{**vars_of(self.address), "name": name}))
        self.came: asyncio.Queue[Connection] = asyncio.Queue()
        self.messages: list[Told] = []
        self.refusals: list[str] = []
        self.gone: list[str] = []
        self.looks = 0
        self.understands = True

    def attached(self, connection: Connection) -> None:
        self.came.put_nowait(connection)

    def told(self, message: Told, now: Now) -> bool:
        self.messages.append(message)
        return self.understands

    def refused(self, identity: str, reason: str) -> None:
        self.refusals.append(reason)

    def lost(self, reason: str) -> None:
        self.gone.append(reason)

    def looked(self, now: Now) -> None:
        self.looks += 1


def vars_of(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in ("scheme", "host", "port", "name", "options", "secrets")}


async def listening(*links: Waiting) -> Supervisor:
    supervisor = supervisor_at("127.0.0.1", links[0].address.port, Clock(SPEED))
    for link in links:
        await supervisor.expect(link, identities())
    return supervisor


async def leave(supervisor: Supervisor, *links: Waiting) -> None:
    for link in links:
        await supervisor.leave(link)
        await supervisor.leave(link)


def test_each_site_comes_to_its_link() -> None:
    async def test() -> None:
        port = free_port()
        first, second = Waiting(port), Waiting(port, "S2")
        supervisor = await listening(first, second)
        assert supervisor_at("127.0.0.1", port, Clock()) is supervisor
        for link, name in ((second, "S2"), (first, "S1")):
            site = await ForeignSite.connect(port, name=name)
            await site.greet()
            connection = await link.came.get()
            assert connection.session.site == name
            site.put("StatusUpdate", cId=MAIN, sTs=STAMP, sS=[{"sCI": "S0001", "n": "stage", "s": "1", "q": "recent"}])
            await site.kind("MessageAck")
            await site.close()
            await eventually(lambda link=link: link.gone)  # type: ignore[misc]
        assert first.looks + second.looks >= 0
        await leave(supervisor, first, second)
        assert supervisor_at("127.0.0.1", port, Clock()) is not supervisor

    run(test)


@pytest.mark.parametrize(
    ("name", "options", "why"),
    [("S9", {}, "nobody waits"), ("S1", {"peers": ["10.0.0.0/8", "127.0.0.1/32"], "core": "3.1.3"}, "no common")],
)
def test_who_is_not_waited_for_or_does_not_fit_is_refused(name: str, options: dict[str, object], why: str) -> None:
    async def test() -> None:
        link = Waiting(free_port(), **options)
        supervisor = await listening(link)
        site = await ForeignSite.connect(link.address.port, name=name)
        assert why in (await site.kind("MessageNotAck"))["rea"]
        assert await site.is_closed()
        await site.close()
        await eventually(lambda: not supervisor.connections)
        assert set(supervisor.waiting) == {"S1"}
        told = supervisor.turned_away if name == "S9" else "".join(link.gone)
        assert why in told
        await leave(supervisor, link)

    run(test)


def test_a_stranger_from_elsewhere_is_not_even_heard() -> None:
    async def test() -> None:
        link = Waiting(free_port(), peers=["10.0.0.0/8"])
        supervisor = await listening(link)
        site = await ForeignSite.connect(link.address.port, name="S1")
        with pytest.raises(OSError, match=r"closed|reset"):
            await site.get()
        await site.close()
        assert not supervisor.connections
        assert supervisor.turned_away == "127.0.0.1 came and was turned away: it is not among the peers"
        await leave(supervisor, link)

    run(test)


def test_whoever_leaves_without_a_name_is_told_of_until_a_site_has_come() -> None:
    async def test() -> None:
        link = Waiting(free_port())
        supervisor = await listening(link)
        _, writer = await asyncio.open_connection("127.0.0.1", link.address.port)
        writer.write(bytes((22, 3, 1, 0, 5)))  # how TLS begins
        writer.close()
        await eventually(lambda: supervisor.turned_away)
        assert "it left without saying which site it is; it may want to speak TLS" in supervisor.turned_away
        site = await ForeignSite.connect(link.address.port, name="S1")
        await site.greet()
        await link.came.get()
        assert not supervisor.turned_away
        await site.close()
        await leave(supervisor, link)

    run(test)


def test_peers_are_those_of_the_site_that_is_named() -> None:
    async def test() -> None:
        port = free_port()
        near, far = Waiting(port, "S1"), Waiting(port, "S2", peers=["10.0.0.0/8"])
        supervisor = await listening(near, far)
        site = await ForeignSite.connect(port, name="S2")
        assert (await site.kind("MessageNotAck"))["rea"] == "not a peer"
        await site.close()
        await leave(supervisor, near, far)

    run(test)


def test_a_second_one_of_the_same_name_is_turned_away() -> None:
    async def test() -> None:
        link = Waiting(free_port())
        supervisor = await listening(link)
        site = await ForeignSite.connect(link.address.port, name="S1")
        await site.greet()
        await link.came.get()
        other = await ForeignSite.connect(link.address.port, name="S1")
        assert "connected already" in (await other.kind("MessageNotAck"))["rea"]
        assert link.gone == []
        await site.close()
        await other.close()
        await leave(supervisor, link)

    run(test)


def test_strangers_that_say_nothing_are_few_and_do_not_stay() -> None:
    async def test() -> None:
        link = Waiting(free_port())
        supervisor = await listening(link)
        silent = [await asyncio.open_connection("127.0.0.1", link.address.port) for _ in range(70)]
        await asyncio.sleep(0.02)
        assert len(supervisor.connections) <= 64
        await eventually(lambda: not supervisor.connections)  # ten seconds of the clock
        for _, writer in silent:
            writer.close()
        site = await ForeignSite.connect(link.address.port, name="S1")
        await site.greet()
        await link.came.get()
        await site.close()
        await leave(supervisor, link)

    run(test)


def test_a_site_that_goes_before_it_is_known_is_waited_for_again() -> None:
    async def test() -> None:
        link = Waiting(free_port())
        supervisor = await listening(link)
        site = await ForeignSite.connect(link.address.port, name="S1")
        await site.kind("Version")
        await site.close()
        await eventually(lambda: link.gone)
        assert "S1" in supervisor.waiting
        await leave(supervisor, link)

    run(test)


def test_what_is_not_for_a_supervisor_is_refused_and_refusals_are_told() -> None:
    async def test() -> None:
        link = Waiting(free_port())
        link.understands = False
        supervisor = await listening(link)
        site = await ForeignSite.connect(link.address.port, name="S1")
        await site.greet()
        connection = await link.came.get()
        identity = site.put("AggregatedStatusRequest", cId=MAIN)
        assert (await site.verdict(identity))["type"] == "MessageNotAck"
        site.answers = False
        connection.send(Watchdog("mine", STAMP))
        await site.until(lambda row: row.get("mId") == "mine")
        site.put("MessageNotAck", oMId="mine", rea="no")
        await eventually(lambda: link.refusals)
        await site.close()
        await eventually(lambda: link.gone)
        with pytest.raises(WorldLostError, match="not connected"):
            connection.send(Watchdog("2", STAMP))
        await leave(supervisor, link)

    run(test)


def test_a_port_that_is_taken_and_a_site_that_is_waited_for_twice_are_errors() -> None:
    async def test() -> None:
        link, twin = Waiting(free_port()), Waiting(0)
        supervisor = await listening(link)
        with pytest.raises(WorldLostError, match="two links"):
            await supervisor.expect(twin, identities())
        blocked = Supervisor("127.0.0.1", link.address.port, Clock(), lambda: None)
        with pytest.raises(WorldLostError, match="cannot listen"):
            await blocked.expect(twin, identities())
        await leave(supervisor, link)
        await blocked.expect(twin, identities())
        await blocked.leave(twin)

    run(test)


def test_whoever_does_not_read_is_left_when_the_link_leaves() -> None:
    async def test() -> None:
        port = free_port()
        link, other = Waiting(port), Waiting(port, "S2")
        supervisor = await listening(link, other)
        site = await ForeignSite.connect(port, name="S1")
        await site.greet()
        connection = await link.came.get()
        connection.wire.write(b"x" * (3 << 20))
        await supervisor.leave(link)
        assert not supervisor.connections
        await site.close()
        await leave(supervisor, other)

    run(test)
