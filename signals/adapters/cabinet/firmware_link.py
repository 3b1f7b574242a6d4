"""A link to a firmware in this process: what a link can do without a wire. Cabinets in memory and lamps stand on it."""

from __future__ import annotations

from typing import Final

import numpy as np

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.firmware import Firmware
from signals.errors import WorldLostError, WorldTimeoutError
from signals.model.cabinets import (
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

__all__ = ["PATIENCE_S", "FirmwareLink"]

PATIENCE_S: Final = 2.0
"""How long it waits for a firmware that does not answer."""


class FirmwareLink:
    """A cabinet that is a firmware in this process; see `signals.model.cabinets.CabinetLink`.

    Parameters
    ----------
    site
        The intersection.
    firmware
        The controller.
    clock
        Time.
    protocol
        What it is called.

    Attributes
    ----------
    firmware
        The controller, to be told to misbehave.
    predicted
        The last request of groups, with its predictions.
    """

    capabilities = ~Capability(0)

    def __init__(self, site: CabinetSite, firmware: Firmware, clock: Clock, protocol: str) -> None:
        self.site, self.firmware, self._clock, self._protocol = site, firmware, clock, protocol
        self.predicted: GroupRequest | None = None
        self._connected = False
        self._counted = firmware.detector_count
        self._status = self._nothing()

    async def connect(self) -> CabinetInfo:
        """Connect; see `CabinetLink`."""
        self._connected = True
        await self._answered()
        firmware, groups = self.firmware, self.site.intersection.groups
        self._counted = firmware.detector_count
        return CabinetInfo(
            protocol=self._protocol,
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
        """Do what is due before the firmware is asked anything."""

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


_SENTENCE: Final = {
    "": "taken",
    "not-ours": "somebody else decides there",
    "unknown-stage": "there is no such stage",
    "impossible-plan": "the plan has other steps, another cycle, or a green that is too short",
}
