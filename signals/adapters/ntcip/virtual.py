"""A virtual controller of NTCIP 1202: an SNMP agent (1 and 2c) for one firmware, and its signal data."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Any, Final

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.station import VirtualFirmware
from signals.adapters.ntcip.agent import Agent, Bounds, Tree
from signals.adapters.ntcip.board import Board
from signals.adapters.ntcip.countdown import times_of
from signals.adapters.ntcip.settings import AgentSettings
from signals.adapters.ntcip.tscbm import Spat, encode_spat
from signals.errors import WorldLostError
from signals.model.cabinets import CabinetAddress

__all__ = ["NtcipServer"]

MOST_MASTERS: Final = 256
DAY_S: Final = 86_400

Master = tuple[str, int]


class NtcipServer:
    """A virtual controller; see `signals.adapters.cabinet.station.CabinetServer`.

    Parameters
    ----------
    firmware
        What it is.
    address
        Where it listens. Secrets: ``read_community`` (``public``), ``write_community`` (that for reading). Options:
        `signals.adapters.ntcip.settings.AgentSettings`.
    clock
        The true time.

    Raises
    ------
    InputError
        When an option is wrong, or a time of the site does not fit into its object.
    """

    def __init__(self, firmware: VirtualFirmware, address: CabinetAddress, clock: Clock) -> None:
        self._settings = AgentSettings.of(firmware.site, address)
        self._firmware, self._host, self._clock = firmware, address.host, clock
        self.port = self._settings.port
        self._board = Board(firmware, self._settings, clock)
        read = address.secrets.get("read_community", "public")
        communities = read.encode(), address.secrets.get("write_community", read).encode()
        bounds = Bounds(self._settings.varbinds, self._settings.octets)
        tree = Tree(self._board.leaves())
        self._agent = Agent(tree, self._board.write, communities, bounds, self._board.allowed)
        self._socket: asyncio.DatagramTransport | None = None
        self._heard: OrderedDict[Master, None] = OrderedDict()
        self._cut: OrderedDict[Master, None] = OrderedDict()
        self._sequence = 0

    async def start(self) -> None:
        """Listen. Raises `WorldLostError` where that cannot be done."""
        loop = asyncio.get_running_loop()
        address = (self._host, self._settings.port)
        try:
            self._socket, _ = await loop.create_datagram_endpoint(lambda: _Ears(self), local_addr=address)
        except OSError as error:
            raise WorldLostError(f"NTCIP: cannot listen at {self._host}:{self._settings.port}: {error}") from error
        self.port = self._socket.get_extra_info("sockname")[1]

    async def stop(self) -> None:
        """Listen no longer; safe to call twice."""
        if self._socket is not None:
            self._socket.abort()
            self._socket = None
        # A socket is closed in the next turn of the event loop.
        await asyncio.sleep(0)

    def ticked(self) -> None:
        """Look what the firmware did, and send signal data where they were enabled."""
        self._board.ticked()
        if self._socket is not None and self._board.spat_on and not self._firmware.silent:
            self._sequence = (self._sequence + 1) % 256
            self._socket.sendto(encode_spat(self._spat()), (self._settings.spat_host, self._settings.spat_port))

    def cut(self) -> None:
        """Never answer again whoever has asked until now; a new socket of theirs is answered."""
        for master in self._heard:
            self._remember(self._cut, master)
        self._heard.clear()

    def hear(self, data: bytes, master: Master) -> None:
        """Answer a datagram, if whoever sent it is answered at all."""
        if self._firmware.silent or not (master in self._heard or self._may_be_heard(master)):
            return
        answer = self._agent.answer(data)
        if answer is not None and self._socket is not None:
            self._remember(self._heard, master)
            self._socket.sendto(answer, master)

    def _may_be_heard(self, master: Master) -> bool:
        return master not in self._cut and master[0] in self._settings.peers

    def _remember(self, masters: OrderedDict[Master, None], master: Master) -> None:
        masters[master] = None
        masters.move_to_end(master)
        if len(masters) > MOST_MASTERS:
            masters.popitem(last=False)

    def _spat(self) -> Spat:
        """Return the signal data of now."""
        utc_s = self._clock.utc_s() + self._firmware.clock_offset_s
        lamps, calls = self._board.lamps, self._board.ped_calls
        firmware, services = self._firmware, self._settings.phases.services
        aspect, age_ds = firmware.aspect.tolist(), firmware.age_ds.tolist()
        times = times_of(firmware.site, services, aspect, age_ds, firmware.tick_ds)
        day_s, milliseconds = divmod(int(1000 * utc_s) % (1000 * DAY_S), 1000)
        return Spat(times, lamps, 0, 0, 0, 0, 0, 0, 0, 0, self._sequence, day_s, milliseconds, calls, calls)


class _Ears(asyncio.DatagramProtocol):
    """Hands requests to a virtual controller."""

    def __init__(self, server: NtcipServer) -> None:
        self._server = server

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self._server.hear(data, (str(addr[0]), int(addr[1])))
