"""A cabinet that does whatever a test wants: it follows, lies, refuses, falls silent, raises, blocks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import numpy as np

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.firmware import Firmware
from signals.errors import WorldLostError
from signals.model.cabinets import (
    CabinetInfo,
    CabinetReport,
    CabinetSite,
    Capability,
    GroupRequest,
    HoldRequest,
    Mode,
    PlanRequest,
    Receipt,
    Request,
)
from signals.model.values import Aspect

EVERYTHING = (
    Capability.STATUS
    | Capability.DETECTORS
    | Capability.CALLS
    | Capability.GROUPS
    | Capability.TIMING
    | Capability.BACKUP_TIMER
)


@dataclass
class Plan:
    """What a test wants of a cabinet."""

    capabilities: Capability = EVERYTHING
    away: bool = False
    raises: Exception | None = None
    blocks: object = None
    garbage: object = None
    answers: object = None
    frozen: bool = False
    refuses: bool = False
    lies: bool = False
    deaf: int = 0
    hurries: int = 0
    mode: Mode | None = None
    alarms: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    backup_s: float = 10.0
    lacks: str = ""
    stubborn: bool = False
    log: list[str] = field(default_factory=list)


class MyCabinet:
    """A link and its cabinet in one; the firmware goes on by a tick whenever it is read."""

    def __init__(self, site: CabinetSite, plan: Plan, clock: Clock) -> None:
        self.site, self.plan, self._clock = site, plan, clock
        self.capabilities = plan.capabilities
        self.firmware = Firmware(site, backup_s=plan.backup_s)
        self._sequence, self._received_s = 0, -np.inf
        self.heartbeats = 0
        self.requests: list[Request] = []

    async def connect(self) -> CabinetInfo:
        if self.plan.away:
            raise WorldLostError("nobody there")
        self.plan.log.append("connect")
        groups = self.site.intersection.groups
        return CabinetInfo(
            protocol="mine",
            protocol_version="1",
            capabilities=self.capabilities,
            min_green_ds=tuple(group.min_green_ds for group in groups),
            amber_ds=tuple(group.amber_ds for group in groups),
            intergreen_ds=self.site.intersection.intergreen_ds,
            backup_s=self.plan.backup_s,
            lacks=self.plan.lacks,
        )

    async def close(self) -> None:
        self.plan.log.append("close")

    async def refresh(self) -> None:
        if self.plan.raises is not None:
            raise self.plan.raises
        if self.plan.blocks is not None:
            self.plan.blocks.wait(5.0)  # type: ignore[attr-defined]
        if not self.plan.frozen:
            self._step()
            self._sequence += 1
            self._received_s = self._clock.now_s()
        await asyncio.sleep(0)

    def _step(self) -> None:
        detectors = len(self.site.detectors)
        self.firmware.step(
            np.ones(len(self.site.groups), np.bool_), np.zeros(detectors, np.int32), np.zeros(detectors, np.float32)
        )

    def report(self) -> CabinetReport:
        if self.plan.garbage is not None:
            return self.plan.garbage  # type: ignore[return-value]
        detectors = len(self.site.detectors)
        return CabinetReport(
            self._received_s,
            self._sequence,
            self.firmware.mode if self.plan.mode is None else self.plan.mode,
            self.firmware.aspect.copy(),
            self.firmware.call.copy(),
            np.zeros(detectors, np.int32),
            np.zeros(detectors, np.float32),
            self.plan.alarms,
            notes=self.plan.notes,
        )

    async def take(self) -> None:
        self.plan.log.append("take")
        self.firmware.take()

    async def send(self, request: Request) -> Receipt:
        now_s = self._clock.now_s()
        self.requests.append(request)
        for _ in range(self.plan.hurries):
            self._step()
        self.plan.hurries = 0
        if self.plan.answers is not None:
            return self.plan.answers  # type: ignore[return-value]
        if self.plan.refuses:
            return Receipt(False, "refused", "not today", now_s, now_s)
        self.plan.deaf -= 1
        if not self.plan.lies and self.plan.deaf < 0:
            self._do(request)
        return Receipt(True, "accepted", "", now_s, now_s)

    async def heartbeat(self) -> None:
        self.heartbeats += 1
        self.firmware.alive()

    async def release(self, reason: str) -> bool:
        self.plan.log.append(f"release: {reason}")
        self.firmware.give_back()
        return not self.plan.stubborn

    def _do(self, request: Request) -> None:
        match request:
            case GroupRequest():
                self.firmware.request_groups(request.aspect)
            case HoldRequest():
                self.firmware.request_holds(*request)
            case PlanRequest():
                self.firmware.request_plan(request)


def dark(site: CabinetSite) -> np.ndarray:
    return np.full(len(site.groups), Aspect.UNKNOWN, np.int8)
