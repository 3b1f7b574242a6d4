"""The two sides of a virtual cabinet: its firmware, which knows no protocol, and the server that speaks one for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from signals.model.cabinets import CabinetSite, Mode, PlanRequest
from signals.model.values import BoolArray, ByteArray, FloatArray, IntArray

__all__ = ["CabinetServer", "VirtualFirmware", "WarningServer"]


class VirtualFirmware(Protocol):
    """What a server may ask and tell the firmware of a virtual cabinet (`signals.adapters.cabinet.firmware.Firmware`).

    Its state changes once a tick, when its plant has it go on and report (not part of this protocol), and by the calls
    below.

    Attributes
    ----------
    site
        The intersection.
    tick_ds
        Length of its tick.
    time_ds
        Time since it was switched on.
    clock_offset_s
        How much its clock is ahead of the true time; a misbehaviour may set it.
    backup_s
        After how long without `alive` it returns to its own program; 0 = never.
    mode
        Who decides.
    aspect
        int8 [nG] what each group shows now.
    call
        bool [nG] somebody has pushed a button and is not served yet.
    detector_on
        bool [nD] whether a detector was occupied in the last tick.
    detector_occupied
        float32 [nD] for how much of the last tick it was.
    detector_count
        int32 [nD] vehicles since it was switched on.
    detector_fault
        bool [nD] detectors that it knows to have failed.
    plan, cycle_position_ds, cycle_ds
        The plan that runs (1 is the first), and where it stands.
    stage
        The stage that is shown, -1 between stages.
    alarms
        What is wrong, a short name each.
    silent
        Whether its server must not answer: nothing is sent, what comes is thrown away, connections stay as they are.
    """

    site: CabinetSite
    tick_ds: int
    time_ds: int
    clock_offset_s: float
    backup_s: float
    mode: Mode
    aspect: ByteArray
    call: BoolArray
    detector_on: BoolArray
    detector_occupied: FloatArray
    detector_count: IntArray
    detector_fault: BoolArray
    plan: int
    cycle_position_ds: int
    cycle_ds: int
    stage: int
    alarms: tuple[str, ...]
    silent: bool

    @property
    def age_ds(self) -> IntArray:
        """For how long each group has been showing it, int32 [nG]."""
        ...

    def take(self) -> bool:
        """Let somebody far away decide from now on; False where a person, a fault or flashing stands against it."""
        ...

    def give_back(self) -> None:
        """Return to the own program, by way of whatever makes that safe."""
        ...

    def alive(self) -> None:
        """Start the backup timer anew."""
        ...

    def request_groups(self, aspect: ByteArray) -> None:
        """Take what each group shall show, int8 [nG]; what is not safe is not shown, and is an alarm."""
        ...

    def request_holds(self, hold: BoolArray, force_off: BoolArray, omit: BoolArray, call: BoolArray) -> None:
        """Take which greens stay, which end, which groups are left out and which are called, bool [nG] each."""
        ...

    def request_stage(self, stage: int) -> None:
        """Take which stage shall be served next, or stay."""
        ...

    def request_plan(self, request: PlanRequest) -> bool:
        """Take other times for a plan from the next cycle on; False where they are impossible."""
        ...


class CabinetServer(Protocol):
    """A server that speaks a protocol for one firmware. Made as ``Class(firmware, address, clock)``.

    All of it lives in one event loop, the one in which the firmware is stepped.

    Attributes
    ----------
    port
        Where it listens, once it was started.
    """

    port: int

    async def start(self) -> None:
        """Listen (or connect to the supervisor, where sites do that). Raises `WorldError` where that cannot be done."""
        ...

    async def stop(self) -> None:
        """Leave nothing running; safe to call twice."""
        ...

    def ticked(self) -> None:
        """Tell whoever listens what has changed in this tick."""
        ...

    def cut(self) -> None:
        """Break every connection without a word, as a cable that is cut; new ones are taken."""
        ...


@runtime_checkable
class WarningServer(Protocol):
    """A server that says so where somebody comes and cannot be spoken to.

    Attributes
    ----------
    on_warning
        Is told a sentence, again and again as long as that goes on.
    """

    on_warning: Callable[[str], object]
