"""What a drive does when something goes wrong: the fault matrix of wires and controllers, on real sockets.

    python -m benchmarks.hardware.faults [--protocols tlcfi,ntcip,rsmp] [--rows N1,H2] [--speed 4] [--seed 1]

Two virtual controllers of a protocol are driven, one of them over a wire with a fault or with a fault of its own. A row
passes when

1. an independent monitor of the lamps sees no violation, at either controller, in the whole row;
2. where the fault must end our control, it ends: at the latest 2 s later we no longer say that it is ours (the time is
   printed), and the controller has its own program again within its backup time;
3. the other controller stays ours all the time;
4. when the fault is over, the first is ours again (within the back-off).

Times are in seconds of the controllers' clock, which runs faster than the wall; the target is 1.0 s. Exit status: 0 all
rows pass; 1 not so.
"""

from __future__ import annotations

import argparse
import math
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from benchmarks.hardware.proxy import RETRANSMISSION_S, Fault
from benchmarks.hardware.wired import WiredDrive
from signals.model.cabinets import Mode

__all__ = ["ROWS", "Outcome", "Row", "main", "table", "tried"]

NOTICED_S: Final = 2.0
BACKUP_S: Final = 10.0
OURS_S: Final = 90.0
STEADY_S: Final = 15.0
BACK_S: Final = 120.0
PLAN_BACKUP_S: Final = 70.0
"""RSMP counts in minutes."""


class Row(NamedTuple):
    """A row of the matrix.

    Attributes
    ----------
    id, what
        Its name, and what happens.
    begin, end
        Make it happen, and make it good again, at a controller of a drive.
    ends
        Whether it must end our control; None where it may.
    shows_s
        How long it may take until it can be seen at all: one that does nothing is seen when something must change.
    """

    id: str
    what: str
    begin: Callable[[WiredDrive], None]
    end: Callable[[WiredDrive], None]
    ends: bool | None = None
    shows_s: float = 0.0


class Outcome(NamedTuple):
    """What became of a row.

    Attributes
    ----------
    noticed_s
        After how long we no longer said that it was ours; NaN = we always did.
    own_s
        After how long the controller decided by itself; NaN = it never did.
    back_s
        After how long it was ours again when the fault was over.
    trouble
        Why it did not pass; empty = it did.
    """

    noticed_s: float
    own_s: float
    back_s: float
    trouble: str


def _wire(kind: str, share: float = 1.0, delay_s: float = 0.0, jitter_s: float = 0.0) -> Callable[[WiredDrive], None]:
    def begin(drive: WiredDrive) -> None:
        speed = drive.clock.speed
        drive.spoil(0, Fault(kind, share, delay_s / speed, jitter_s / speed))

    return begin


def _good(drive: WiredDrive) -> None:
    drive.spoil(0, Fault())


def _mischief(what: str, *, on: bool = True) -> Callable[[WiredDrive], None]:
    return lambda drive: drive.misbehave(0, what, on=on)


def _controller(row: str, what: str, name: str, *, ends: bool | None = True) -> Row:
    return Row(row, what, _mischief(name), _mischief(name, on=False), ends=ends)


ROWS: Final = (
    Row("N1a", "1 % is lost", _wire("loss", 0.01, RETRANSMISSION_S), _good),
    Row("N1b", "10 % is lost", _wire("loss", 0.1, RETRANSMISSION_S), _good),
    Row("N1c", "50 % is lost", _wire("loss", 0.5, RETRANSMISSION_S), _good),
    Row("N2a", "50 ms late, jitter 50 ms", _wire("delay", delay_s=0.05, jitter_s=0.05), _good),
    Row("N2b", "5 s late", _wire("delay", delay_s=5.0), _good, ends=True),
    Row("N3", "everything comes twice", _wire("duplicate"), _good),
    Row("N4", "the order changes", _wire("reorder", 0.3), _good),
    Row("N5a", "half of it ends early", _wire("truncate", 0.5), _good),
    Row("N5b", "a bit is turned in half of it", _wire("flip", 0.5), _good),
    Row("N5c", "pieces of three bytes", _wire("slice"), _good),
    Row("N6a", "nothing comes any more", _wire("black_hole"), _good, ends=True),
    Row("N6b", "nothing comes back", _wire("half_open"), _good, ends=True),
    Row("N6c", "connections are broken", _wire("reset"), _good),
    Row("N6d", "nobody is let in", _wire("refuse"), _good, ends=True),
    Row("N7", "10,000 pieces of garbage a second", _wire("flood"), _good),
    _controller("H1", "it starts anew", "reboot"),
    Row("H2a", "it says yes and does nothing", _mischief("lies"), _mischief("lies", on=False), ends=True, shows_s=22.0),
    _controller("H2b", "it lets nobody decide", "refuses", ends=None),
    _controller("H3a", "a person decides there", "manual"),
    _controller("H3b", "an emergency vehicle comes", "preempt"),
    _controller("H3c", "it flashes", "flash"),
    _controller("H3d", "a fault of its own", "fault"),
    _controller("H5", "its backup time becomes 0", "backup_changed", ends=None),
    _controller("T1", "its clock is set by an hour", "clock_jump", ends=None),
    _controller("S1", "it does not answer", "silent"),
)


def tried(row: Row, protocol: str, speed: float, seed: int) -> Outcome:
    """Try a row, and say what became of it."""
    threads = threading.active_count()
    with WiredDrive(protocol, speed=speed, backup_s=BACKUP_S, seed=seed) as drive:
        course = _Course(drive, row)
        try:
            course.run()
        except TimeoutError as error:
            course.trouble.append(str(error))
        course.look()
    if threading.active_count() > threads:
        course.trouble.append(f"{threading.active_count() - threads} threads were left")
    return Outcome(course.noticed_s, course.own_s, course.back_s, "; ".join(course.trouble))


class _Course:
    """The way through a row."""

    def __init__(self, drive: WiredDrive, row: Row) -> None:
        self._drive, self._row = drive, row
        self._plan = drive.protocol == "rsmp"
        self.noticed_s = self.own_s = self.back_s = float("nan")
        self.trouble: list[str] = []
        self._other = True

    def run(self) -> None:
        drive = self._drive
        drive.until(lambda: self._driven(0) and self._driven(1), OURS_S * (3 if self._plan else 1))
        self._pass(STEADY_S)
        self._row.begin(drive)
        begin_s = drive.clock.now_s()
        limit_s = (PLAN_BACKUP_S if self._plan else BACKUP_S) + 2 * NOTICED_S + self._row.shows_s
        while drive.clock.now_s() - begin_s < limit_s:
            self._pass(0.05)
            passed_s = drive.clock.now_s() - begin_s
            if math.isnan(self.noticed_s) and not self._driven(0):
                self.noticed_s = passed_s
            if math.isnan(self.own_s) and drive.firmwares[0].mode is not Mode.OURS:
                self.own_s = passed_s
            self._other = self._other and self._driven(1)
        self._row.end(drive)
        self.back_s = drive.until(lambda: self._driven(0), BACK_S * (3 if self._plan else 1))
        self._pass(STEADY_S)

    def look(self) -> None:
        """Hold everything against the rules."""
        if self._drive.trouble:
            self.trouble.append(f"the drive ended: {self._drive.trouble[0]!r}")
        if self._drive.violations:
            self.trouble.append(f"the lamps: {self._drive.violations[0].detail}")
        if self._row.ends and not self.noticed_s <= NOTICED_S + self._row.shows_s:
            self.trouble.append(f"noticed after {self.noticed_s:.1f} s")
        if self._row.ends and math.isnan(self.own_s):
            self.trouble.append("the controller never decided by itself")
        if not self._other:
            self.trouble.append("the other controller was lost, too")

    def _driven(self, which: int) -> bool:
        return self._drive.ours(which)

    def _pass(self, for_s: float) -> None:
        end_s = self._drive.clock.now_s() + for_s
        self._drive.until(lambda: self._drive.clock.now_s() >= end_s, for_s + 10.0)


def table(found: Sequence[tuple[str, Row, Outcome]]) -> list[str]:
    """Return what became of all rows, as Markdown."""
    lines = ["| protocol | row | what | noticed | its own again | ours again | |", "|---|---|---|---|---|---|---|"]
    for protocol, row, outcome in found:
        times = [_seconds(value) for value in outcome[:3]]
        lines.append(f"| {protocol} | {row.id} | {row.what} | {' | '.join(times)} | {outcome.trouble or 'passed'} |")
    return lines


def main(words: Sequence[str] | None = None) -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--protocols", default="tlcfi,ntcip,rsmp")
    parser.add_argument("--rows", default="")
    parser.add_argument("--speed", type=float, default=4.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(words)
    chosen = [row for row in ROWS if not asked.rows or row.id.startswith(tuple(asked.rows.split(",")))]
    found = []
    for protocol in asked.protocols.split(","):
        for row in chosen:
            found.append((protocol, row, tried(row, protocol, asked.speed, asked.seed)))
            print(table(found[-1:])[-1], file=sys.stderr, flush=True)
    print("\n".join(table(found)))
    passed = sum(not outcome.trouble for _, _, outcome in found)
    print(f"\n{passed} of {len(found)} rows pass")
    return 0 if passed == len(found) else 1


def _seconds(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.1f} s"


if __name__ == "__main__":
    sys.exit(main())
