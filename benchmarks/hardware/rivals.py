"""Somebody else who speaks to a controller that we drive: a second master, a second supervisor.

They do not come over our wire, and they are rude: they ask for what they want and do not look who is there. Each says
in the end whether it was left alone from when we must have noticed it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from signals.adapters.ntcip.exchange import Chunks, Steps, fetch, store
from signals.adapters.ntcip.messages import Binding, Version, integer
from signals.adapters.ntcip.objects import CONTROLS, PATTERN, instance
from signals.adapters.ntcip.settings import Settings
from signals.adapters.ntcip.transport import CommunityTransport, Dialogue
from signals.adapters.rsmp.adapter import RsmpCabinet
from signals.adapters.rsmp.orders import choose_plan, set_offset
from signals.adapters.rsmp.virtual import RsmpServer
from signals.adapters.tlcfi.adapter import TlcfiCabinet
from signals.errors import WorldError, WorldTimeoutError
from signals.model.cabinets import CabinetRefusedError, HoldRequest, Mode
from signals.model.values import Aspect

if TYPE_CHECKING:
    from benchmarks.hardware.wired import WiredDrive

__all__ = ["PatternMaster", "PhaseMaster", "PlanTaker", "Rival", "TimesChanger", "WaitingApplication"]

T = TypeVar("T")

GRACE_S: Final = 2.0
"""Within this we must have noticed it; until then one may overwrite the other."""
REPEAT_S: Final = 0.5
CODE: Final = "2222"


class Rival:
    """Somebody else.

    Parameters
    ----------
    drive, which
        Which controller of which drive he speaks to.

    Attributes
    ----------
    has_it
        Whether the controller does what he wants.
    trouble
        What we did to him, or he could do and must not; empty = nothing.
    """

    def __init__(self, drive: WiredDrive, which: int) -> None:
        self.drive, self.which, self.clock = drive, which, drive.clock
        self.site = drive.firmwares[which].site
        self.has_it, self.trouble = False, ""
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Let him begin, in the event loop of the controllers."""
        self.drive.ask(self._begin())

    def end(self) -> None:
        """Let him give back what he has, and go."""
        self.drive.ask(self._end())

    async def _begin(self) -> None:
        self._task = asyncio.ensure_future(self._live())

    async def _end(self) -> None:
        if self._task is not None:
            if self._task.done() and not self._task.cancelled() and self._task.exception() is not None:
                self.trouble = f"the other one failed: {self._task.exception()!r}"
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.leave()

    async def _live(self) -> None:
        await self.come()
        self.has_it = True
        quiet_s = self.clock.now_s() + GRACE_S
        while True:
            await self.clock.sleep(REPEAT_S)
            with suppress(WorldTimeoutError):
                await self.stay(judges=self.clock.now_s() > quiet_s)

    def acts(self) -> None:
        """Note that he asks for something for the first time now."""
        self.drive.happened_s.append(self.clock.now_s())

    async def come(self) -> None:
        """Come and take."""
        raise NotImplementedError

    async def stay(self, *, judges: bool) -> None:
        """Ask again for what he wants, and look whether it is still so."""
        raise NotImplementedError

    async def leave(self) -> None:
        """Give it back, and go."""
        raise NotImplementedError


class PhaseMaster(Rival):
    """A second master of NTCIP, which holds the phases of the first stage and omits the others."""

    def __init__(self, drive: WiredDrive, which: int) -> None:
        super().__init__(drive, which)
        settings = Settings.of(self.site, drive.address_at(which))
        dialogue = Dialogue(settings.version or Version.V1, b"public", b"public", 7)
        self._transport = CommunityTransport("127.0.0.1", settings, dialogue, self.clock)
        self._chunks, self._settings = Chunks(settings.varbinds), settings

    async def come(self) -> None:
        """Write for the first time."""
        await self._transport.open()
        self.acts()
        await self._run(store(self._chunks, self._wanted()))

    async def stay(self, *, judges: bool) -> None:
        """Read, compare, write again."""
        wanted = self._wanted()
        got = await self._run(fetch(self._chunks, [oid for oid, _, _ in wanted]))
        if judges and any(got.get(oid) != value for oid, _, value in wanted):
            self.trouble = "what the other one asked for was overwritten"
        await self._run(store(self._chunks, wanted))

    async def leave(self) -> None:
        """Write zeros."""
        with suppress(WorldError):
            await self._run(store(self._chunks, [row._replace(value=0) for row in self._wanted()]))
            await self._run(store(self._chunks, [integer(instance(PATTERN, 0), 0)]))
        self._transport.close()

    def _wanted(self) -> list[Binding]:
        hold = np.zeros(len(self.site.groups), np.bool_)
        hold[list(self.site.intersection.stages[0].groups)] = True
        none = np.zeros_like(hold)
        masks = self._settings.phases.masks_of(HoldRequest(hold, none, ~hold, none))
        octets = self._settings.phases.octets
        rows = zip(CONTROLS[:3], masks[:3], strict=True)
        return [integer(instance(name, k), mask >> (8 * k - 8) & 0xFF) for name, mask in rows for k in octets]

    async def _run(self, steps: Steps[T]) -> T:
        try:
            ask = next(steps)
            while True:
                ask = steps.send(await self._transport.ask(ask, self.clock.now_s() + 1.0))
        except StopIteration as end:
            result: T = end.value
            return result


class PatternMaster(PhaseMaster):
    """A second master of NTCIP, which asks for the first pattern."""

    def _wanted(self) -> list[Binding]:
        return [integer(instance(PATTERN, 0), 1)]


class WaitingApplication(Rival):
    """A second Control application of TLC-FI, which registers as soon as it is let in, and takes control.

    Parameters
    ----------
    drive, which
        See `Rival`.
    expected
        Whether it must get in.
    """

    def __init__(self, drive: WiredDrive, which: int, *, expected: bool) -> None:
        super().__init__(drive, which)
        self._link = TlcfiCabinet(self.site, drive.address_at(which), self.clock)
        self._expected = expected
        self.refused = 0

    async def come(self) -> None:
        """Knock until it is let in, wait until nothing is on its way, and take control."""
        while not await self._is_let_in():
            await self.clock.sleep(REPEAT_S)
        if not self._expected:
            self.trouble = "the other one got in"
        while not self._is_at_rest():
            await self.clock.sleep(REPEAT_S / 5)
        await self._link.take()
        while self._link.report().mode is not Mode.OURS:
            await self._link.heartbeat()
            await self.clock.sleep(REPEAT_S / 5)

    async def stay(self, *, judges: bool) -> None:
        """Say that it lives."""
        await self._link.heartbeat()
        if judges and self._link.report().mode is not Mode.OURS:
            self.trouble = "control was taken from the other one"

    async def leave(self) -> None:
        """Give control back and go."""
        with suppress(WorldError):
            await self._link.release("the other one goes")
        await self._link.close()
        if not self._expected and not self.refused:
            self.trouble = self.trouble or "the other one never knocked"

    async def _is_let_in(self) -> bool:
        try:
            await self._link.connect()
        except CabinetRefusedError:
            self.refused += 1
            return False
        return True

    def _is_at_rest(self) -> bool:
        return bool(np.isin(self._link.report().aspect, (Aspect.RED, Aspect.GREEN)).all())


class TimesChanger(Rival):
    """A second supervisor of an RSMP site, which changes the offset of the plan that runs."""

    def __init__(self, drive: WiredDrive, which: int) -> None:
        super().__init__(drive, which)
        address = drive.address_at(which, drive.free_port())
        self._link = RsmpCabinet(self.site, address, self.clock)
        self._server = RsmpServer(
            drive.firmwares[which],
            address,
            self.clock,
            beside=drive.servers[which],  # type: ignore[arg-type]
        )
        self._offset_s = 0

    async def come(self) -> None:
        """Let the site connect to him, too, and command."""
        await self._server.start()
        self.drive.servers.append(self._server)
        await self._link.connect()
        self._offset_s = (self._told_offset_s() + 7) % (self.drive.firmwares[self.which].cycle_ds // 10)
        self.acts()
        await self._link.command(set_offset(1, self._offset_s, CODE))

    async def stay(self, *, judges: bool) -> None:
        """Read it back."""
        await self._link.read(("S0014", "S0024"))
        if judges and (self._told_offset_s() != self._offset_s or not self._link.view.forced):
            self.trouble = "what the other one commanded was overwritten"

    async def leave(self) -> None:
        """Let the site choose again, and go."""
        with suppress(WorldError):
            await self._link.command(choose_plan(1, CODE, on=False))
        await self._link.close()
        if self._server in self.drive.servers:
            self.drive.servers.remove(self._server)
        await self._server.stop()

    def _told_offset_s(self) -> int:
        rows: Iterable[str] = self._link.view.values[("S0024", "status")].split(",")
        return next(int(row.partition("-")[2]) for row in rows if row.startswith("1-"))


class PlanTaker(TimesChanger):
    """A second supervisor of an RSMP site, which lets the site choose its plan again, once."""

    async def come(self) -> None:
        """Let the site connect to him, too, and command."""
        await super().come()
        await self._link.command(choose_plan(1, CODE, on=False))

    async def stay(self, *, judges: bool) -> None:
        """Look on."""
        del judges
        await self._link.read(("S0014",))
