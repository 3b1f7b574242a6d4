"""A virtual controller at a bench, with or without sockets: what the tests of this folder stand on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.firmware import Firmware
from signals.adapters.ntcip.adapter import NtcipCabinet
from signals.adapters.ntcip.agent import Agent, Bounds, Tree
from signals.adapters.ntcip.board import Board
from signals.adapters.ntcip.exchange import Steps
from signals.adapters.ntcip.messages import Answer, Ask, Kind, Message, Version, decode, encode
from signals.adapters.ntcip.settings import AgentSettings
from signals.adapters.ntcip.virtual import NtcipServer
from signals.model.cabinets import CabinetAddress, CabinetSite, HoldRequest, sites_of
from signals.model.crossroads import crossroads
from signals.model.network import Network

T = TypeVar("T")
NOON_S = 94.0 * 10_000_000
"""A time at which a cycle of the crossroads begins."""
READ, WRITE = "canary-read-7", "canary-write-9"
SECRETS = {"read_community": READ, "write_community": WRITE}


def network() -> Network:
    return crossroads()


def site() -> CabinetSite:
    return sites_of(network())[0]


def firmware(**settings: object) -> Firmware:
    return Firmware(site(), **settings)  # type: ignore[arg-type]


def step(cabinet: Firmware, *, call: tuple[int, ...] = (), occupied: tuple[int, ...] = ()) -> None:
    size, count = len(cabinet.site.groups), len(cabinet.site.detectors)
    calls = np.zeros(size, np.bool_)
    calls[list(call)] = True
    share = np.zeros(count, np.float32)
    share[list(occupied)] = 1
    cabinet.step(calls, (share > 0).astype(np.int32), share)


def address(port: int = 0, **options: object) -> CabinetAddress:
    return CabinetAddress(scheme="ntcip", host="127.0.0.1", port=port, options=options, secrets=SECRETS)


def holds(
    *,
    hold: tuple[int, ...] = (),
    force_off: tuple[int, ...] = (),
    omit: tuple[int, ...] = (),
    call: tuple[int, ...] = (),
) -> HoldRequest:
    rows = np.zeros((4, len(site().groups)), np.bool_)
    for row, groups in zip(rows, (hold, force_off, omit, call), strict=True):
        row[list(groups)] = True
    return HoldRequest(*rows)


@dataclass
class Desk:
    """A virtual controller without a socket: asks go straight to its agent, as octets."""

    cabinet: Firmware = field(default_factory=firmware)
    options: dict[str, object] = field(default_factory=dict)
    version: Version = Version.V1
    asks: list[Ask] = field(default_factory=list)
    change: Callable[[Ask, Answer], Answer] = lambda ask, answer: answer

    def __post_init__(self) -> None:
        self.clock = Clock(wall=lambda: NOON_S, monotonic=lambda: self.cabinet.time_ds / 10)
        self.settings = AgentSettings.of(self.cabinet.site, address(**self.options))
        self.board = Board(self.cabinet, self.settings, self.clock)
        bounds = Bounds(self.settings.varbinds, self.settings.octets)
        tree = Tree(self.board.leaves())
        self.agent = Agent(tree, self.board.write, (READ.encode(), WRITE.encode()), bounds, self.board.allowed)

    def ask(self, ask: Ask) -> Answer:
        self.asks.append(ask)
        community = WRITE if ask.kind is Kind.SET else READ
        data = self.agent.answer(encode(Message(self.version, community.encode(), ask.kind, 1, 0, 0, ask.bindings)))
        assert data is not None
        response = decode(data)
        return self.change(ask, Answer(response.error, response.at, response.bindings))

    def tick(self, count: int = 1, **seen: tuple[int, ...]) -> None:
        for _ in range(count):
            step(self.cabinet, **seen)
            self.board.ticked()

    def run(self, steps: Steps[T]) -> T:
        try:
            ask = next(steps)
            while True:
                ask = steps.send(self.ask(ask))
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


@dataclass
class Bench:
    """A virtual controller at a socket, and an adapter that drives it."""

    cabinet: Firmware
    server: NtcipServer
    link: NtcipCabinet
    clock: Clock

    def tick(self, count: int = 1, **seen: tuple[int, ...]) -> None:
        for _ in range(count):
            step(self.cabinet, **seen)
            self.server.ticked()


@asynccontextmanager
async def bench(
    *,
    speed: float = 20.0,
    server: dict[str, object] | None = None,
    link: dict[str, object] | None = None,
    **made: object,
) -> AsyncIterator[Bench]:
    """Start both ends on loopback. Waiting for an answer is generous: the machine may be busy."""
    clock, cabinet = Clock(speed, wall=lambda: NOON_S), firmware(**made)
    cabinet.set_clock(clock.utc_s())
    there = NtcipServer(cabinet, address(**(server or {})), clock)
    await there.start()
    try:
        options = {"timeout_s": 2.0, "tries": 2, **(link or {})}
        here = NtcipCabinet(cabinet.site, address(there.port, **options), clock)
        try:
            yield Bench(cabinet, there, here, clock)
        finally:
            await here.close()
    finally:
        await there.stop()
        await asyncio.sleep(0)
