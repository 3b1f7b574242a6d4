"""The link to a cabinet in memory: everything that a link can do, and nothing that a wire can do to it, unless asked.

The firmware is given (whoever has it steps it), or it is one of its own without traffic that follows the clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.firmware import Firmware
from signals.errors import InputError, WorldLostError, WorldTimeoutError
from signals.model.cabinets import (
    CabinetAddress,
    CabinetInfo,
    CabinetRefusedError,
    CabinetReport,
    CabinetSite,
    Capability,
    GroupRequest,
    HoldRequest,
    Mode,
    PlanRequest,
    Receipt,
    Request,
    StageRequest,
)
from signals.model.values import Aspect

__all__ = ["PATIENCE_S", "VirtualCabinet"]

PATIENCE_S: Final = 2.0
"""How long it waits for a firmware that does not answer."""

OPTIONS: Final = ("backup_s", "firmware", "seed", "tick_s")


class VirtualCabinet:
    """A cabinet in memory; see `signals.model.cabinets.CabinetLink`.

    Parameters
    ----------
    site
        The intersection.
    address
        Its options: ``firmware``, a `Firmware` of the same site that somebody else steps; or, for one of its own,
        ``tick_s`` (1.0), ``backup_s`` (10.0) and ``seed`` (0).
    clock
        Time.

    Attributes
    ----------
    firmware
        The controller, to be told to misbehave.
    predicted
        The last request of groups, with its predictions.

    Raises
    ------
    InputError
        When an option is unknown or makes no sense.
    """

    capabilities = ~Capability(0)

    def __init__(self, site: CabinetSite, address: CabinetAddress, clock: Clock) -> None:
        self.site, self._clock = site, clock
        self._check_options(address.options)
        given = address.options.get("firmware")
        self._is_own = given is None
        self.firmware = given if isinstance(given, Firmware) else _own(site, address.options)
        self.predicted: GroupRequest | None = None
        self._connected = False
        self._began_s, self._stepped = clock.now_s(), 0
        self._counted = self.firmware.detector_count
        self._status = self._nothing()

    async def connect(self) -> CabinetInfo:
        """Connect; see `CabinetLink`."""
        self._connected = True
        await self._answered()
        firmware, groups = self.firmware, self.site.intersection.groups
        self._counted = firmware.detector_count
        return CabinetInfo(
            protocol="virtual",
            protocol_version="1",
            capabilities=self.capabilities,
            make="signals",
            model="virtual",
            min_green_ds=tuple(group.min_green_ds for group in groups),
            amber_ds=tuple(group.amber_ds or None for group in groups),
            red_amber_ds=tuple(group.red_amber_ds or None for group in groups),
            clearance_ds=tuple(group.clearance_ds or None for group in groups),
            intergreen_ds=self.site.intersection.intergreen_ds,
            backup_s=firmware.backup_s,
            clock_offset_s=firmware.clock_offset_s,
            plans=tuple(range(1, 1 + len(self.site.intersection.plans))),
        )

    async def close(self) -> None:
        """Leave; see `CabinetLink`."""
        self._lose()

    def cut(self) -> None:
        """Break the connection, as a cable that is cut; `connect` makes a new one."""
        self._lose()

    async def refresh(self) -> None:
        """Read what it shows and sees; see `CabinetLink`."""
        await self._answered()
        firmware = self.firmware
        self._status = self._status._replace(
            received_s=self._clock.now_s(),
            sequence=self._status.sequence + 1,
            mode=firmware.mode,
            aspect=firmware.aspect,
            call=firmware.call,
            detector_occupied=np.where(firmware.detector_fault, np.nan, firmware.detector_on).astype(np.float32),
            alarms=firmware.alarms,
            plan=firmware.plan,
            clock_offset_s=firmware.clock_offset_s,
        )

    def report(self) -> CabinetReport:
        """Return what is known; see `CabinetLink`. Occupancy is that of the moment of the last `refresh`."""
        status, count = self._status, self.firmware.detector_count
        came = np.where(np.isnan(status.detector_occupied), -1, count - self._counted).astype(np.int32)
        if self._connected:
            self._counted = count
        arrays = {name: getattr(status, name).copy() for name in ("aspect", "call", "detector_occupied")}
        return status._replace(detector_count=came, **arrays)

    async def take(self) -> None:
        """Ask for control; see `CabinetLink`. Raises `CabinetRefusedError` at once where it says no."""
        await self._answered()
        if not self.firmware.take():
            raise CabinetRefusedError(f'cabinet "{self.site.id}" gives no control: mode {self.firmware.mode.name}')

    async def send(self, request: Request) -> Receipt:
        """Ask for something; see `CabinetLink`."""
        sent_s = self._clock.now_s()
        await self._answered()
        why = self._refusal(request)
        return Receipt(not why, why or "accepted", _SENTENCE[why], sent_s, self._clock.now_s())

    async def heartbeat(self) -> None:
        """Say that all is well; see `CabinetLink`."""
        await self._answered()
        self.firmware.alive()

    async def release(self, reason: str) -> bool:  # noqa: ARG002  nobody here keeps it
        """Give everything back; see `CabinetLink`."""
        await self._answered()
        self.firmware.give_back()
        return self.firmware.mode is not Mode.OURS

    def _refusal(self, request: Request) -> str:
        """Hand a request on; return in a word why not, or nothing."""
        firmware = self.firmware
        if firmware.mode is not Mode.OURS:
            return "not-ours"
        match request:
            case GroupRequest():
                self.predicted = request
                firmware.request_groups(request.aspect)
            case HoldRequest():
                firmware.request_holds(*request)
            case StageRequest(stage):
                if not 0 <= stage < len(self.site.intersection.stages):
                    return "unknown-stage"
                firmware.request_stage(stage)
            case PlanRequest():
                return "" if firmware.request_plan(request) else "impossible-plan"
        return ""

    async def _answered(self) -> None:
        """Wait for the firmware. Raises `WorldError` where there is none, or it says nothing."""
        if not self._connected:
            raise WorldLostError(f'cabinet "{self.site.id}" is not connected')
        self._catch_up()
        if self.firmware.silent:
            await self._clock.sleep(PATIENCE_S)
            self._lose()
            raise WorldTimeoutError(f'cabinet "{self.site.id}" did not answer for {PATIENCE_S:g} s')

    def _catch_up(self) -> None:
        """Let a firmware of our own do what it did meanwhile."""
        if not self._is_own:
            return
        due = int(10 * (self._clock.now_s() - self._began_s)) // self.firmware.tick_ds
        nobody, nothing = np.zeros(len(self.site.groups), np.bool_), np.zeros(len(self.site.detectors), np.int32)
        for _ in range(due - self._stepped):
            self.firmware.step(nobody, nothing, nothing.astype(np.float32))
        self._stepped = due

    def _lose(self) -> None:
        self._connected = False
        self._status = self._nothing()._replace(sequence=self._status.sequence)

    def _nothing(self) -> CabinetReport:
        groups, detectors = len(self.site.groups), len(self.site.detectors)
        return CabinetReport(
            received_s=float("-inf"),
            sequence=0,
            mode=Mode.OFFLINE,
            aspect=np.full(groups, Aspect.UNKNOWN, np.int8),
            call=np.zeros(groups, np.bool_),
            detector_count=np.full(detectors, -1, np.int32),
            detector_occupied=np.full(detectors, np.nan, np.float32),
        )

    def _check_options(self, options: Mapping[str, object]) -> None:
        where = f'cabinet "{self.site.id}"'
        for name in options:
            if name not in OPTIONS:
                raise InputError(f'{where}: unknown option "{name}" of a virtual cabinet (known: {", ".join(OPTIONS)})')
        firmware = options.get("firmware")
        if firmware is not None and not (isinstance(firmware, Firmware) and firmware.site.groups == self.site.groups):
            raise InputError(f'{where}: option "firmware" must be a Firmware of the same signal groups')
        for name in ("backup_s", "seed", "tick_s"):
            value = options.get(name, 1)
            if isinstance(value, bool) or not isinstance(value, int | float) or not value >= (name == "tick_s") * 0.1:
                raise InputError(f'{where}: option "{name}" must be a number, at least 0 (tick_s: 0.1), got {value!r}')


_SENTENCE: Final = {
    "": "taken",
    "not-ours": "somebody else decides there",
    "unknown-stage": "there is no such stage",
    "impossible-plan": "the plan has other steps, another cycle, or a green that is too short",
}


def _own(site: CabinetSite, options: Mapping[str, object]) -> Firmware:
    """Make a firmware of the link's own; the options are checked."""
    tick_ds = round(10 * float(str(options.get("tick_s", 1.0))))
    backup_s, seed = float(str(options.get("backup_s", 10.0))), int(float(str(options.get("seed", 0))))
    return Firmware(site, tick_ds=tick_ds, backup_s=backup_s, seed=seed)
