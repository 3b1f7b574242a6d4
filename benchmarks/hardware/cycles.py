"""A thousand connections of one adapter that end badly: cut, left, or given up while they are made.

Nothing of them may be left: no socket, no thread, no task, no memory.
"""

from __future__ import annotations

import asyncio
import gc
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple, cast

from benchmarks.hardware.wired import CLIENTS, SECRETS, free_port
from signals import plugins
from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.firmware import Firmware
from signals.adapters.cabinet.station import CabinetServer
from signals.errors import WorldError
from signals.model.cabinets import CabinetAddress, CabinetLink, sites_of
from signals.model.crossroads import crossroads

__all__ = ["Held", "memory_mib", "tried"]

CYCLES: Final = 1_000
WARM: Final = 100
"""After so many everything has been loaded that is loaded once."""
SPEED: Final = 20.0
CONNECTED: Final = 0.6
"""Two thirds of them are left alone until they are connected; so many must have been."""
GROWN_MIB: Final = 10.0
OPTIONS: Final = {"rsmp": {"reconnect_s": 0.2}, "tlcfi": {"settle_s": 0.1}}


class Held(NamedTuple):
    """What a process holds: open files, threads, tasks of its event loop, memory."""

    files: int
    threads: int
    tasks: int
    memory_mib: float


def memory_mib() -> float:
    """Return the memory of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def tried(protocol: str, cycles: int = CYCLES) -> tuple[str, str]:
    """Break connections; return why that did not pass (empty = it did), and what was held before and after."""
    before, after, connected = asyncio.run(_cycles(protocol, cycles))
    note = (
        f"{cycles} connections: files {before.files} to {after.files}, threads {before.threads} to {after.threads}, "
        f"tasks {before.tasks} to {after.tasks}, {after.memory_mib - before.memory_mib:+.1f} MiB"
    )
    grown = any(new > old for new, old in zip(after[:3], before[:3], strict=True))
    if grown or after.memory_mib - before.memory_mib > GROWN_MIB:
        return "something was left", note
    if connected < CONNECTED * cycles:
        return f"only {connected} were connected at all", note
    return "", note


async def _cycles(protocol: str, cycles: int) -> tuple[Held, Held, int]:
    clock, site = Clock(SPEED), sites_of(crossroads())[0]
    firmware = Firmware(site)
    firmware.set_clock(clock.utc_s())
    serve = cast("Callable[..., CabinetServer]", plugins.load("servers", protocol))
    make = cast("Callable[..., CabinetLink]", plugins.load("cabinets", protocol))

    def address(port: int, *, ours: bool) -> CabinetAddress:
        options = OPTIONS.get(protocol, {}) if ours is (protocol not in CLIENTS) else {}
        secrets = SECRETS.get(protocol, {})
        return CabinetAddress(
            scheme=protocol, host="127.0.0.1", port=port, name=site.id, options=options, secrets=secrets
        )

    server = serve(firmware, address(free_port() if protocol in CLIENTS else 0, ours=False), clock)
    await server.start()
    link, connected, before = make(site, address(server.port, ours=True), clock), 0, None
    for cycle in range(WARM + cycles):
        if cycle == WARM:
            before, connected = await _held(), 0
        connected += await _one(link, server, cycle % 3)
    after = await _held()
    await server.stop()
    return cast("Held", before), after, connected


async def _one(link: CabinetLink, server: CabinetServer, way: int) -> bool:
    """Connect and end it; return whether it was connected."""
    connecting = asyncio.ensure_future(link.connect())
    if way == 0:  # given up while it is made
        await asyncio.sleep(0.005)
        connecting.cancel()
    with suppress(WorldError, asyncio.CancelledError):
        await connecting
    connected = connecting.done() and not connecting.cancelled() and connecting.exception() is None
    if way == 1:
        server.cut()
        with suppress(WorldError):
            await link.refresh()
    await link.close()
    return connected


async def _held() -> Held:
    """Look for a while, and return the least: a site that is not expected knocks now and then."""
    files, tasks = [], []
    for _ in range(20):
        await asyncio.sleep(0.02)
        files.append(len(os.listdir("/proc/self/fd")))  # noqa: PTH208  the same, and nothing is blocked
        tasks.append(len(asyncio.all_tasks()))
    gc.collect()
    return Held(min(files), threading.active_count(), min(tasks), memory_mib())
