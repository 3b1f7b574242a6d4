"""A virtual controller that remembers what was asked of it, and who decided when."""

from __future__ import annotations

from typing import NamedTuple

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.firmware import Firmware
from signals.model.cabinets import CabinetSite, Mode, PlanRequest
from signals.model.values import BoolArray, ByteArray, FloatArray, IntArray

__all__ = ["Asked", "Watched"]


class Asked(NamedTuple):
    """Something that was asked.

    Attributes
    ----------
    time_s
        When, by the clock of the bench.
    what
        ``take``, ``groups``, ``holds``, ``stage`` or ``plan``.
    """

    time_s: float
    what: str


class Watched(Firmware):
    """A firmware with a memory.

    Parameters
    ----------
    site, clock
        The intersection, and the time.
    tick_ds, backup_s
        As in `Firmware`.

    Attributes
    ----------
    asked
        What was asked of it.
    modes
        Time → mode, a row for each tick in which another decided than before.
    ready_ticks
        For how many ticks it has been ready to be taken; of the last time that it was, once it is taken.
    """

    def __init__(self, site: CabinetSite, clock: Clock, *, tick_ds: int, backup_s: float) -> None:
        super().__init__(site, tick_ds=tick_ds, backup_s=backup_s)
        self._clock, self.ready_ticks = clock, 0
        self.asked: list[Asked] = []
        self.modes: list[tuple[float, Mode]] = []

    def step(self, call: BoolArray, detector_entered: IntArray, detector_occupied: FloatArray) -> ByteArray:
        """Go on by a tick; see `Firmware.step`."""
        shown = super().step(call, detector_entered, detector_occupied)
        if not self.modes or self.modes[-1][1] is not self.mode:
            self.modes.append((self._clock.now_s(), self.mode))
            self.ready_ticks = self.ready_ticks if self.mode is Mode.OURS else 0
        self.ready_ticks += self.mode is Mode.READY
        return shown

    def take(self) -> bool:
        """See `Firmware.take`."""
        self._note("take")
        return super().take()

    def request_groups(self, aspect: ByteArray) -> None:
        """See `Firmware.request_groups`."""
        self._note("groups")
        super().request_groups(aspect)

    def request_holds(self, hold: BoolArray, force_off: BoolArray, omit: BoolArray, call: BoolArray) -> None:
        """See `Firmware.request_holds`."""
        self._note("holds")
        super().request_holds(hold, force_off, omit, call)

    def request_stage(self, stage: int) -> None:
        """See `Firmware.request_stage`."""
        self._note("stage")
        super().request_stage(stage)

    def request_plan(self, request: PlanRequest) -> bool:
        """See `Firmware.request_plan`."""
        self._note("plan")
        return super().request_plan(request)

    def _note(self, what: str) -> None:
        self.asked.append(Asked(self._clock.now_s(), what))
