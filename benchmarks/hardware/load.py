"""How many junctions one drive can have: so many virtual controllers, spoken to over sockets, tick after tick.

    python -m benchmarks.hardware.load [--protocol tlcfi] [--junctions 1000] [--hz 1] [--minutes 10]

Two processes: one has the virtual controllers (a four-arm junction each, 12 signal groups) with a server for each, the
other the drive: reading, estimating, deciding (one stage after the other), guard, monitor, asking, audit log. All are
connected and asked for first, and time is counted from when all are ours. At 10 Hz a tick is a tenth of a second at
both ends. As on a street, controllers do not tick at the same moment: there are ten moments in a tick. All change
their stage in the same tick of the drive, which is the worst that can happen to it.

Printed are: deadlines that were missed, how long the work of a tick took (median, 99.9 %, worst), seats that were lost,
violations, memory and open files of the drive at the beginning and the end. Exit status: 0 nothing was missed and
99.9 % of the ticks took less than 100 ms; 1 not so.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple, cast

import numpy as np

from benchmarks.hardware.wired import SECRETS, StagesInTurn
from signals import plugins
from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.firmware import Firmware
from signals.adapters.cabinet.host import host
from signals.adapters.cabinet.line import Line
from signals.adapters.cabinet.station import CabinetServer
from signals.drive.attention import Attentive
from signals.drive.config import Level
from signals.drive.diary import Diary
from signals.drive.foresight import Foresight
from signals.drive.litter import Litter
from signals.drive.pacer import Pace, Pacer
from signals.drive.seat import Seat, Standing
from signals.drive.shown import lag_ticks
from signals.drive.street import Street
from signals.model.cabinets import CabinetAddress, CabinetLink, sites_of
from signals.model.copies import copies
from signals.model.crossroads import crossroads
from signals.model.network import Network
from signals.model.roles import Controller
from signals.model.timed_by_group import TIMED_BY_GROUP, timed_by_group
from signals.record.audit import AuditLog
from signals.safety.fallback import Fallback
from signals.safety.guard import Guard
from signals.safety.punctual import Punctual
from signals.sensing.loops import LoopEstimator

__all__ = ["Measured", "main", "network_of", "verdict"]

FIRST_PORT: Final = 30_000
SUPERVISOR_PORT: Final = 29_999
CONNECT_S: Final = 300.0
MOMENTS: Final = 10
DEADLINE_S: Final = 0.5
MOST_BUSY_S: Final = 0.1
READY: Final = "ready"
LOST: Final = (" fault ", " release ")
TROUBLE: Final = (" fault ", " violation ", " release ")
MOST_TOLD: Final = 6


class Measured(NamedTuple):
    """What was measured.

    Attributes
    ----------
    junctions, ticks
        How many.
    connected_s
        Until all were ours, in seconds of the wall.
    missed
        Deadlines that were missed.
    busy_s
        How long the work of a tick took: median, 99.9 %, worst.
    lost
        How many cabinets had a fault, or were given back.
    violations
        What the monitor saw.
    memory_mib, files
        Of the drive, at the beginning and at the end.
    drive_ms, field_ms
        Time of a processor that a tick took: of the drive, and of the process that has the virtual controllers. Unlike
        `busy_s`, whoever else has work for the machine changes little of it.
    trouble
        The first sentences about faults and violations.
    """

    junctions: int
    ticks: int
    connected_s: float
    missed: int
    busy_s: tuple[float, float, float]
    lost: int
    violations: int
    memory_mib: tuple[float, float]
    files: tuple[int, int]
    drive_ms: float
    field_ms: float
    trouble: tuple[str, ...] = ()


def network_of(protocol: str, junctions: int, tick_ds: int) -> Network:
    """Return so many four-arm junctions that know nothing of each other, as the controllers of a protocol time them."""
    one = crossroads()
    return copies(timed_by_group(one, tick_ds) if protocol in TIMED_BY_GROUP else one, junctions)


def verdict(found: Measured) -> bool:
    """Whether the target is met."""
    return not found.missed and found.busy_s[1] <= MOST_BUSY_S and not found.lost and not found.violations


def main(words: Sequence[str] | None = None) -> int:
    """Run what the command line asks for."""
    asked = _parser().parse_args(words)
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    tick_ds = round(10 / asked.hz)
    if asked.field:
        _field(asked.protocol, asked.junctions, tick_ds)
        return 0
    command = [sys.executable, "-m", "benchmarks.hardware.load", "--field", "--protocol", asked.protocol]
    command += ["--junctions", str(asked.junctions), "--hz", str(asked.hz)]
    field = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert field.stdout is not None  # noqa: S101  it was asked for
        if field.stdout.readline().strip() != READY:
            print("error: the virtual controllers did not start", file=sys.stderr)
            return 1
        with TemporaryDirectory(prefix="signals-") as folder, AuditLog(Path(folder), {}) as log:
            ticks = round(asked.minutes * 60 * asked.hz)
            found = _driven(asked.protocol, asked.junctions, tick_ds, ticks, log, partial(_worked_s, field.pid))
    finally:
        field.send_signal(signal.SIGTERM)
        field.communicate(timeout=60)
    _show(asked.protocol, asked.hz, found)
    return 0 if verdict(found) else 1


def _field(protocol: str, junctions: int, tick_ds: int) -> None:
    """Be the virtual controllers until SIGTERM."""
    clock, network = Clock(), network_of(protocol, junctions, tick_ds)
    firmwares = [Firmware(site, tick_ds=tick_ds, backup_s=30.0) for site in sites_of(network)]
    maker = cast("Callable[..., CabinetServer]", plugins.load("servers", protocol))
    servers = [maker(firmware, _address(protocol, number), clock) for number, firmware in enumerate(firmwares)]
    with suppress(asyncio.CancelledError):
        asyncio.run(_hosted(firmwares, servers, clock, tick_ds))


async def _hosted(firmwares: Sequence[Firmware], servers: Sequence[CabinetServer], clock: Clock, tick_ds: int) -> None:
    """Let controllers tick at several moments of a tick, until SIGTERM."""
    moments = min(MOMENTS, len(servers))
    started: list[int] = []

    async def some(moment: int) -> None:
        own, speak = firmwares[moment::moments], servers[moment::moments]
        past_s = moment * tick_ds / 10 / moments
        await host(_Field(own, tick_ds), speak, clock, lambda: started.append(moment), past_s)

    hosts = asyncio.gather(*map(some, range(moments)))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, hosts.cancel)
    while len(started) < moments and not hosts.done():
        await clock.sleep(0.1)
    # Looking through all objects of a thousand controllers takes a second in which none answers; on a street each has
    # a computer of its own.
    gc.collect()
    gc.freeze()
    print(READY, flush=True)
    await hosts


class _Field:
    """Controllers at which everybody waits and nobody comes."""

    def __init__(self, firmwares: Sequence[Firmware], tick_ds: int) -> None:
        self.tick_ds, self._firmwares = tick_ds, firmwares
        site = firmwares[0].site
        self._everybody = np.ones(len(site.groups), np.bool_)
        self._nobody = np.zeros(len(site.detectors), np.int32)
        self._nowhere = np.zeros(len(site.detectors), np.float32)

    def tick(self) -> bool:
        for firmware in self._firmwares:
            firmware.step(self._everybody, self._nobody, self._nowhere)
        return True


def _driven(
    protocol: str, junctions: int, tick_ds: int, ticks: int, log: AuditLog, field_s: Callable[[], float]
) -> Measured:
    """Drive them, and measure from when all are ours."""
    clock, network = Clock(), network_of(protocol, junctions, tick_ds)
    guard = Guard(network, tick_ds=tick_ds, cold_start="street", max_lag_ticks=lag_ticks(tick_ds) + 1)
    foresight = Foresight(cast("Controller", StagesInTurn(network)), network, guard.prospects(), tick_ds)
    asked = Attentive(Punctual(foresight, min(DEADLINE_S, tick_ds / 20)), foresight)
    told: list[str] = []
    diary = Diary(network, log, told.append, foresight.take_events)
    litter = Litter()
    pacer = Pacer(tick_ds / 10, idle=litter.sweep)
    seats = _seats(protocol, network, clock, tick_ds)
    street = Street(
        network,
        seats,
        Pace(clock, pacer, tick_ds),
        asked=asked,
        diary=diary,
        latched=lambda: guard.latched,
    )
    mind = Fallback(asked, network, tick_ds=tick_ds, source=street)
    estimator = LoopEstimator(network, tick_ds=tick_ds)

    def tick() -> None:
        readings = street.read()
        snapshot = estimator.update(readings)
        decision = mind.decide(snapshot)
        verdict = guard.permit(decision, readings, snapshot.demand)
        diary.note(snapshot, decision, verdict, mind.take_events())
        street.write(verdict.command)

    with litter, street:
        begin_s = time.monotonic()
        while not all(seat.standing is Standing.OURS for seat in seats):
            tick()
            if time.monotonic() - begin_s > CONNECT_S:
                reasons = {seat.why for seat in seats if seat.standing is not Standing.OURS}
                raise SystemExit(f"error: not all are ours after {CONNECT_S:g} s: {sorted(reasons)[:5]}; {told[-3:]}")
        connected_s, before = time.monotonic() - begin_s, _resources()
        worked_s, theirs_s = time.process_time(), field_s()
        pacer.forget()
        events = len(told)
        for _ in range(ticks):
            tick()
        after = _resources()
        worked_s, theirs_s = time.process_time() - worked_s, field_s() - theirs_s
        lost = len({sentence.partition(":")[0] for sentence in told[events:] if any(word in sentence for word in LOST)})
        trouble = tuple(sentence for sentence in told if any(word in sentence for word in TROUBLE))[:MOST_TOLD]
        busy_s = (pacer.busy_s(0.5), pacer.busy_s(0.999), pacer.busy_s(1.0))
        missed = pacer.missed
    memory, files = zip(before, after, strict=True)
    return Measured(
        junctions, ticks, connected_s, missed, busy_s, lost, diary.violations, cast("tuple[float, float]", memory),
        cast("tuple[int, int]", files), 1000 * worked_s / ticks, 1000 * theirs_s / ticks, trouble,
    )  # fmt: skip


def _seats(protocol: str, network: Network, clock: Clock, tick_ds: int) -> list[Seat]:
    maker = cast("Callable[..., CabinetLink]", plugins.load("cabinets", protocol))
    line = Line(protocol)
    return [
        Seat(
            partial(maker, site, _address(protocol, number), clock),
            line,
            wanted=Level.DIRECT,
            armed=True,
            clock=clock,
            tick_ds=tick_ds,
        )
        for number, site in enumerate(sites_of(network))
    ]


def _address(protocol: str, number: int) -> CabinetAddress:
    secrets = SECRETS.get(protocol, {})
    port = SUPERVISOR_PORT if secrets else FIRST_PORT + number
    name = f"J{number}"
    return CabinetAddress(scheme=protocol, host="127.0.0.1", port=port, name=name, secrets=secrets)


def _resources() -> tuple[float, int]:
    """Return the memory (MiB) and the open files of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20, len(list(Path("/proc/self/fd").iterdir()))


def _worked_s(process: int) -> float:
    """Return the time of a processor that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _show(protocol: str, hz: float, found: Measured) -> None:
    median, most, worst = (1000 * value for value in found.busy_s)
    print(
        f"{protocol}, {found.junctions} junctions at {hz:g} Hz, {found.ticks} ticks: {found.missed} missed; "
        f"a tick took {median:.0f} ms (median), {most:.0f} ms (99.9 %), {worst:.0f} ms (worst); {found.lost} faults, "
        f"{found.violations} violations; all ours after {found.connected_s:.0f} s; memory {found.memory_mib[0]:.0f} to "
        f"{found.memory_mib[1]:.0f} MiB, open files {found.files[0]} to {found.files[1]}; a processor worked "
        f"{found.drive_ms:.0f} ms a tick for the drive, {found.field_ms:.0f} ms for the controllers"
    )
    for sentence in found.trouble:
        print(f"  {sentence}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--protocol", default="tlcfi")
    parser.add_argument("--junctions", type=int, default=1000)
    parser.add_argument("--hz", type=float, default=1.0)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--field", action="store_true", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
