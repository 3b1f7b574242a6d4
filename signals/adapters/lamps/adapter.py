"""Lamps on a bench: a controller in this process whose display is written to the coils of a Modbus output module.

Not for a road. The interlock is that of a virtual cabinet, but nothing watches the lamps themselves, and they stay as
they are when this process dies.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any, Final

import numpy as np

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.firmware import Firmware
from signals.adapters.cabinet.firmware_link import FirmwareLink
from signals.adapters.lamps.coils import Settings, coils_of
from signals.errors import MissingDependencyError, WorldError, WorldLostError, WorldTimeoutError
from signals.model.cabinets import CabinetAddress, CabinetInfo, CabinetSite, Capability
from signals.model.values import Aspect, BoolArray

__all__ = ["LampsCabinet"]

_CURE: Final = 'lamps need pymodbus: pip install "signals[lamps]"'


class LampsCabinet(FirmwareLink):
    """Lamps and push buttons on a bench; see `signals.model.cabinets.CabinetLink`.

    The controller runs while it is connected; when it is not, the lamps are dark as far as they can be reached.

    Parameters
    ----------
    site
        The intersection.
    address
        Host and port of the output module; `signals.adapters.lamps.coils.Settings` has the options.
    clock
        Time.

    Raises
    ------
    InputError
        When an option is wrong, or it does not say that this is a bench.
    MissingDependencyError
        When pymodbus is not there.
    """

    capabilities = (
        Capability.STATUS | Capability.CALLS | Capability.GROUPS | Capability.TIMING | Capability.BACKUP_TIMER
    )

    def __init__(self, site: CabinetSite, address: CabinetAddress, clock: Clock) -> None:
        self._settings = settings = Settings.of(site, address)
        tick_ds = round(10 * settings.tick_s)
        firmware = Firmware(site, tick_ds=tick_ds, backup_s=settings.backup_s, seed=settings.seed)
        super().__init__(site, firmware, clock, "lamps")
        self._client = _client(settings, clock)
        self._task: asyncio.Task[None] | None = None
        self._trouble: WorldError | None = None

    async def connect(self) -> CabinetInfo:
        """Connect to the output module, and begin; see `CabinetLink`."""
        await self.close()
        self._trouble = None
        if not await self._client.connect():
            raise WorldLostError(f'lamps of "{self.site.id}": nobody answers at {self._client.comm_params.host}')
        await self._show()
        self._task = asyncio.create_task(self._run())
        return await super().connect()

    async def close(self) -> None:
        """Stop, and put the lamps out; see `CabinetLink`."""
        await super().close()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if self._client.connected:
            with suppress(WorldError):  # they are out, or nobody can reach them
                await self._write([False] * len(coils_of(self.firmware.aspect.tolist())))
        self._client.close()

    def _catch_up(self) -> None:
        """Say what happened to the wire meanwhile."""
        if self._trouble is not None:
            trouble, self._trouble = self._trouble, None
            self._lose()
            raise trouble

    async def _run(self) -> None:
        """Let the controller tick, until the wire breaks."""
        tick_s, due_s = self._settings.tick_s, self._clock.now_s()
        nothing = np.zeros(len(self.site.detectors), np.int32)
        unseen = np.full(len(self.site.detectors), np.nan, np.float32)
        try:
            while True:
                self.firmware.step(await self._buttons(), nothing - 1, unseen)
                await self._show()
                due_s = max(due_s + tick_s, self._clock.now_s())
                await self._clock.sleep(due_s - self._clock.now_s())
        except WorldError as error:
            self._trouble = error

    async def _buttons(self) -> BoolArray:
        count, first = len(self.site.groups), self._settings.first_button
        if first < 0:
            return np.zeros(count, np.bool_)
        answer = await self._answer(
            self._client.read_discrete_inputs(first, count=count, device_id=self._settings.unit)
        )
        return np.array(answer.bits[:count], np.bool_)

    async def _show(self) -> None:
        """Write the lamps, and read them back."""
        coils = coils_of([int(Aspect(aspect)) for aspect in self.firmware.aspect])
        await self._write(coils)
        answer = await self._answer(
            self._client.read_coils(self._settings.first_coil, count=len(coils), device_id=self._settings.unit)
        )
        if answer.bits[: len(coils)] != coils:
            raise WorldLostError(f'lamps of "{self.site.id}" do not show what was written to them')

    async def _write(self, coils: list[bool]) -> None:
        await self._answer(self._client.write_coils(self._settings.first_coil, coils, device_id=self._settings.unit))

    async def _answer(self, question: Awaitable[Any]) -> Any:
        """Wait for an answer. Raises `WorldError` where there is none, or it is no."""
        from pymodbus.exceptions import ModbusException  # noqa: PLC0415  an extra

        try:
            answer = await self._clock.within(self._settings.reply_s, question)
        except (TimeoutError, ModbusException, OSError) as error:
            raise WorldTimeoutError(f'lamps of "{self.site.id}" do not answer: {type(error).__name__}') from error
        if answer.isError():
            raise WorldLostError(f'lamps of "{self.site.id}" refuse: {answer}')
        return answer


def _client(settings: Settings, clock: Clock) -> Any:
    try:
        from pymodbus.client import AsyncModbusTcpClient  # noqa: PLC0415  an extra
    except ImportError as error:
        raise MissingDependencyError(_CURE) from error
    # Whoever owns the link connects again; nothing that was written is written twice.
    return AsyncModbusTcpClient(
        settings.host, port=settings.port, timeout=settings.reply_s / clock.speed, retries=0, reconnect_delay=0
    )
