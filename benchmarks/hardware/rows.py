"""The rows of the fault matrix: what happens, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from benchmarks.hardware.proxy import RETRANSMISSION_S, Fault
from benchmarks.hardware.rivals import PatternMaster, PhaseMaster, PlanTaker, Rival, TimesChanger, WaitingApplication
from benchmarks.hardware.wired import WiredDrive

__all__ = ["PROTOCOLS", "ROWS", "Row"]

PROTOCOLS: Final = ("tlcfi", "ntcip", "rsmp")
DATAGRAMS: Final = ("ntcip",)
PLANS: Final = ("rsmp",)
GONE_S: Final = 20.0
LONG_S: Final = 30.0


class Row(NamedTuple):
    """A row of the matrix.

    Attributes
    ----------
    id, what
        Its name, and what happens.
    begin, end
        Make it happen, and make it good again, at the first controller of a drive.
    ends
        Whether it must end our control; None where it may.
    shows_s
        How long it may take until it can be seen at all: one that does nothing is seen when something must change.
    cycles
        The same where plans are driven, in cycles of the plan; see `Row.at`.
    late_s
        How late what we send arrives: so much later the controller can know that it is free.
    lasts_s
        How long it lasts at least.
    barred
        Whether we must stand back for as long as it lasts: not take it, and from 2 s on not ask it for anything.
    shared
        Whether it does what somebody else says meanwhile: then it does not decide by itself.
    settled
        Whether it must have been ready for two ticks before it is taken again.
    person
        Whether it may show what latches it, so that a person has to reset it before it may come back.
    burdens
        Whether ticks must be kept and memory must not grow meanwhile, at the speed of the wall.
    own_way
        A row that is tried in a way of its own: ``cycles``, ``adapters`` or ``paused``.
    protocols
        Where it can happen.
    """

    id: str
    what: str
    begin: Callable[[WiredDrive], None]
    end: Callable[[WiredDrive], None]
    ends: bool | None = None
    shows_s: float = 0.0
    cycles: int = 0
    late_s: float = 0.0
    lasts_s: float = 0.0
    barred: bool = False
    shared: bool = False
    settled: bool = False
    person: bool = False
    burdens: bool = False
    own_way: str = ""
    protocols: tuple[str, ...] = PROTOCOLS

    def at(self, protocol: str, cycle_s: float) -> Row:
        """Return the row as it is for a protocol, at controllers with a cycle: plans change once in it."""
        return self._replace(shows_s=self.cycles * cycle_s) if protocol in PLANS and self.cycles else self


def _wire(kind: str, share: float = 1.0, delay_s: float = 0.0, jitter_s: float = 0.0) -> Callable[[WiredDrive], None]:
    def begin(drive: WiredDrive) -> None:
        speed = drive.clock.speed
        drive.spoil(0, Fault(kind, share, delay_s / speed, jitter_s / speed))

    return begin


def _good(drive: WiredDrive) -> None:
    drive.spoil(0, Fault())


def _mischief(what: str, *, on: bool = True) -> Callable[[WiredDrive], None]:
    return lambda drive: drive.misbehave(0, what, on=on)


def _controller(row: str, what: str, name: str, **expected: object) -> Row:
    return Row(row, what, _mischief(name), _mischief(name, on=False), **{"ends": True, **expected})  # type: ignore[arg-type]


def _backup_gone(drive: WiredDrive) -> None:
    """Take its backup time away, and let it be taken from us so that we have to take it again."""
    drive.misbehave(0, "backup_changed")
    drive.misbehave(0, "refuses")
    drive.until(lambda: not drive.ours(0), GONE_S)
    drive.misbehave(0, "refuses", on=False)


def _rival(make: Callable[[WiredDrive], Rival], *, gets_it: bool = True) -> Callable[[WiredDrive], None]:
    def begin(drive: WiredDrive) -> None:
        rival = drive.rival = make(drive)
        rival.begin()
        drive.until(lambda: rival.has_it or not gets_it, LONG_S)

    return begin


def _rival_gone(drive: WiredDrive) -> None:
    if drive.rival is not None:
        drive.rival.end()


def _place_taken(drive: WiredDrive) -> None:
    """Break our connection, and let somebody else have control before we are back."""
    drive.spoil(0, Fault("refuse"))
    rival = drive.rival = WaitingApplication(drive, 0, expected=True)
    rival.begin()
    drive.until(lambda: rival.has_it, GONE_S)
    drive.spoil(0, Fault())


LOST: Final = {"ends": True, "barred": True}
SHARED: Final = {"ends": True, "shared": True, "lasts_s": LONG_S}

ROWS: Final = (
    Row("N1a", "1 % is lost", _wire("loss", 0.01, RETRANSMISSION_S), _good, ends=False),
    Row("N1b", "10 % is lost", _wire("loss", 0.1, RETRANSMISSION_S), _good),
    Row("N1c", "50 % is lost", _wire("loss", 0.5, RETRANSMISSION_S), _good),
    Row("N1d", "all is lost; what TCP held comes afterwards", _wire("hold"), _good, ends=True, barred=True),
    Row("N2a", "50 ms late, jitter 50 ms", _wire("delay", delay_s=0.05, jitter_s=0.05), _good, ends=False),
    Row("N2b", "5 s late", _wire("delay", delay_s=5.0), _good, ends=True, late_s=10.0, lasts_s=20.0),
    Row("N2c", "0.5 s late, jitter 0.5 s", _wire("delay", delay_s=0.5, jitter_s=0.5), _good, lasts_s=20.0),
    Row("N3", "everything comes twice", _wire("duplicate"), _good, ends=False, protocols=DATAGRAMS),
    Row("N4", "the order changes", _wire("reorder", 0.3, 0.05), _good, ends=False, protocols=DATAGRAMS),
    Row("N5a", "half of it ends early", _wire("truncate", 0.5), _good),
    Row("N5b", "a bit is turned in half of it", _wire("flip", 0.5), _good),
    Row("N5c", "pieces of three bytes", _wire("slice"), _good, ends=False),
    Row("N6a", "nothing comes any more", _wire("black_hole"), _good, ends=True, barred=True),
    Row("N6b", "nothing comes back", _wire("half_open"), _good, ends=True),
    Row("N6c", "connections are broken", _wire("reset"), _good),
    Row("N6d", "nobody is let in", _wire("refuse"), _good, ends=True, barred=True),
    Row("N6e", "1,000 connections end badly", _good, _good, own_way="cycles"),
    Row("N7", "10,000 pieces of garbage a second", _wire("flood"), _good, burdens=True),
    _controller("H1", "it starts anew", "reboot", settled=True),
    _controller("H2a", "it says yes and does nothing", "lies", shows_s=22.0, cycles=5, person=True),
    _controller("H2b", "it lets nobody decide", "refuses"),
    _controller("H3a", "a person decides there", "manual", barred=True),
    _controller("H3b", "an emergency vehicle comes", "preempt", barred=True),
    _controller("H3c", "it flashes", "flash", barred=True),
    _controller("H3d", "a fault of its own", "fault", barred=True),
    Row("H4a", "a second master asks it for phases, too", _rival(lambda drive: PhaseMaster(drive, 0)), _rival_gone,
        protocols=("ntcip",), **SHARED),  # type: ignore[arg-type]
    Row("H4b", "a second master asks it for a pattern", _rival(lambda drive: PatternMaster(drive, 0)), _rival_gone,
        protocols=("ntcip",), **SHARED),  # type: ignore[arg-type]
    Row("H4c", "a second application wants control",
        _rival(lambda drive: WaitingApplication(drive, 0, expected=False), gets_it=False), _rival_gone, ends=False,
        protocols=("tlcfi",)),
    Row("H4d", "a second application has control when we come back", _place_taken, _rival_gone,
        protocols=("tlcfi",), **SHARED),  # type: ignore[arg-type]
    Row("H4e", "a second supervisor changes the plan that is ours", _rival(lambda drive: TimesChanger(drive, 0)),
        _rival_gone, protocols=("rsmp",), **SHARED),  # type: ignore[arg-type]
    Row("H4f", "a second supervisor gives our plan back", _rival(lambda drive: PlanTaker(drive, 0)), _rival_gone,
        ends=True, protocols=("rsmp",)),
    _controller("H5a", "its backup time becomes 0 while it is ours", "backup_changed",
                protocols=("ntcip", "rsmp")),
    Row("H5b", "its backup time is 0 when it is to be taken", _backup_gone, _mischief("backup_changed", on=False),
        ends=True, barred=True, lasts_s=LONG_S, protocols=("ntcip", "rsmp")),
    Row("A1", "adapters that raise, return nonsense, hang or block", _good, _good, own_way="adapters"),
    _controller("T1", "its clock is set by an hour", "clock_jump", barred=True, shows_s=2.0),
    _controller("T2a", "its clock stands still", "clock_stopped", barred=True, shows_s=2.0),
    _controller("T2b", "its clock runs twice as fast", "clock_fast", barred=True, shows_s=2.0),
    Row("T3a", "the drive stands still for 3 s (SIGSTOP)", _good, _good, own_way="paused"),
    Row("T3b", "the drive stands still for 15 s", _good, _good, own_way="paused"),
    Row("T3c", "the controllers stand still for 3 s", _good, _good, own_way="paused"),
    _controller("S1", "it does not answer", "silent", barred=True),
)  # fmt: skip
