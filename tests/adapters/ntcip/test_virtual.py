"""A virtual controller at its socket: who is answered, who is not, and what it sends by itself."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.firmware import Firmware
from signals.adapters.cabinet.station import CabinetServer
from signals.adapters.ntcip.ber import oid_of
from signals.adapters.ntcip.messages import Kind, Message, Version, decode, encode, integer, nothing
from signals.adapters.ntcip.objects import instance
from signals.adapters.ntcip.tscbm import OCTETS, Spat, decode_spat
from signals.adapters.ntcip.virtual import MOST_MASTERS, NtcipServer
from signals.errors import WorldError

from .street import READ, WRITE, address, firmware, step

GET = encode(Message(Version.V1, READ.encode(), Kind.GET, 5, 0, 0, (nothing(instance("maxPhases", 0)),)))


class Master(asyncio.DatagramProtocol):
    """Asks, and keeps what comes."""

    def __init__(self) -> None:
        self.came: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.came.put_nowait(data)

    async def answer(self, for_s: float = 1.0) -> bytes | None:
        try:
            return await asyncio.wait_for(self.came.get(), for_s)
        except TimeoutError:
            return None


async def master(port: int) -> tuple[asyncio.DatagramTransport, Master]:
    return await asyncio.get_running_loop().create_datagram_endpoint(Master, remote_addr=("127.0.0.1", port))


def story(tell: Callable[[Firmware, NtcipServer], Awaitable[None]], **options: object) -> None:
    async def run() -> None:
        cabinet = firmware()
        server = NtcipServer(cabinet, address(**options), Clock())
        await server.start()
        try:
            await tell(cabinet, server)
        finally:
            await server.stop()
            await server.stop()
            await asyncio.sleep(0)

    asyncio.run(run())


def test_it_is_a_cabinet_server() -> None:
    server: CabinetServer = NtcipServer(firmware(), address(), Clock())
    assert server.port == 0
    server.ticked()  # before it is started
    server.cut()


def test_it_answers_where_it_listens() -> None:
    async def tell(cabinet: Firmware, server: NtcipServer) -> None:
        way, ears = await master(server.port)
        way.sendto(b"rubbish")
        way.sendto(GET)
        data = await ears.answer()
        assert data is not None
        assert decode(data).bindings == (integer(instance("maxPhases", 0), 16),)
        way.abort()

    story(tell)


def test_a_port_that_is_taken_is_named() -> None:
    async def tell(cabinet: Firmware, server: NtcipServer) -> None:
        with pytest.raises(WorldError, match=f"cannot listen at 127.0.0.1:{server.port}"):
            await NtcipServer(firmware(), address(server.port), Clock()).start()

    story(tell)


def test_after_a_cut_the_same_socket_is_not_answered_and_a_new_one_is() -> None:
    async def tell(cabinet: Firmware, server: NtcipServer) -> None:
        old, ears = await master(server.port)
        old.sendto(GET)
        assert await ears.answer()
        server.cut()
        old.sendto(GET)
        assert await ears.answer(0.1) is None
        new, fresh = await master(server.port)
        new.sendto(GET)
        assert await fresh.answer()
        old.abort()
        new.abort()

    story(tell)


def test_who_is_silent_is_silent() -> None:
    async def tell(cabinet: Firmware, server: NtcipServer) -> None:
        way, ears = await master(server.port)
        cabinet.misbehave("silent")
        way.sendto(GET)
        assert await ears.answer(0.1) is None
        cabinet.misbehave("silent", on=False)
        way.sendto(GET)
        assert await ears.answer()
        way.abort()

    story(tell)


def test_strangers_are_not_answered() -> None:
    async def tell(cabinet: Firmware, server: NtcipServer) -> None:
        way, ears = await master(server.port)
        way.sendto(GET)
        assert await ears.answer(0.1) is None
        assert not server._heard
        way.abort()

    story(tell, peers=["10.0.0.0/8"])


def test_who_has_asked_is_remembered_within_bounds() -> None:
    async def tell(cabinet: Firmware, server: NtcipServer) -> None:
        for port in range(1024, 1024 + 3 * MOST_MASTERS):
            server.hear(GET, ("127.0.0.1", port))
        assert len(server._heard) == MOST_MASTERS
        server.cut()
        assert (len(server._heard), len(server._cut)) == (0, MOST_MASTERS)
        server.hear(b"rubbish", ("127.0.0.1", 9))
        assert not server._heard

    story(tell)


def test_signal_data_are_sent_once_they_are_enabled() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink:
        sink.bind(("127.0.0.1", 0))
        sink.settimeout(2.0)

        async def tell(cabinet: Firmware, server: NtcipServer) -> None:
            def tick() -> None:
                step(cabinet, call=(8,))
                server.ticked()

            tick()
            oid = oid_of((1, 3, 6, 1, 4, 1, 1206, 3, 5, 2, 9, 44, 1, 0))
            server._agent.answer(encode(Message(Version.V1, WRITE.encode(), Kind.SET, 5, 0, 0, (integer(oid, 6),))))
            found: list[Spat] = []
            for _ in range(20):
                tick()
                data = sink.recv(4096)
                assert len(data) == OCTETS
                found.append(decode_spat(data))
                assert found[-1].lamps == tuple(lamps & 0xFFFF for lamps in server._board.lamps)
            assert [spat.sequence for spat in found] == list(range(1, 21))
            assert any(row.vehicle_min_ds or row.people_min_ds for spat in found for row in spat.times)
            assert found[0].ped_calls == 256
            cabinet.misbehave("silent")
            tick()
            sink.settimeout(0.05)
            with pytest.raises(TimeoutError):
                sink.recv(4096)

        story(tell, spat_port=sink.getsockname()[1])


def test_passwords_are_in_no_repr() -> None:
    server = NtcipServer(firmware(), address(), Clock())
    assert "canary" not in f"{server!r} {server._agent!r} {server._settings!r} {address()!r}"
