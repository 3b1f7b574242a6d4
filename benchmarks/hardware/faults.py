"""What a drive does when something goes wrong: the fault matrix of wires and controllers, on real sockets.

    python -m benchmarks.hardware.faults [--protocols tlcfi,ntcip,rsmp] [--rows N1,H2] [--speed 4] [--seed 1]

Two virtual controllers of a protocol are driven, one of them over a wire with a fault or with a fault of its own
(`benchmarks.hardware.rows`). A row passes when

1. an independent monitor of the lamps sees no violation, at either controller, in the whole row;
2. where the fault must end our control, it ends: at the latest 2 s later we no longer say that it is ours (the time is
   printed), and the controller has its own program again within its backup time (RSMP counts in minutes, from when its
   site has missed us); where the fault must not end it, it does not;
3. where we must stand back, nothing is asked of the controller for as long as it lasts, and nobody is fought with;
4. the other controller stays ours all the time;
5. what is told about it is told once, not tick after tick, and the audit log is whole;
6. when the fault is over, the first is ours again (within the back-off), after a person has reset it where it has shown
   what it must never show.

Some rows go their own way: N6e breaks 1,000 connections of an adapter, A1 lets 30 adapters fail at once, each in its
own manner, T3 stops processes (`benchmarks.hardware.cycles`, `bad_adapters`, `paused`).

Times are in seconds of the controllers' clock, which runs faster than the wall, from when it happens: what a controller
does begins with a tick of its own. The target is 1.0 s. Exit status: 0 all
rows pass; 1 not so.
"""

from __future__ import annotations

import argparse
import math
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from benchmarks.hardware import bad_adapters, cycles, paused
from benchmarks.hardware.cycles import memory_mib
from benchmarks.hardware.rows import PROTOCOLS, ROWS, Row
from benchmarks.hardware.wired import WiredDrive
from signals.model.cabinets import Mode

__all__ = ["NOTICED_S", "Course", "Outcome", "main", "table", "tried"]

NOTICED_S: Final = 2.0
"""To a tenth of a second: what happens just behind a tick is seen in the second one after it."""
BACKUP_S: Final = 10.0
OURS_S: Final = 90.0
STEADY_S: Final = 15.0
BACK_S: Final = 120.0
LATCHED_S: Final = 15.0
PLAN_BACKUP_S: Final = 125.0
"""RSMP: a site that hears nothing misses acknowledgements after 30 s or the watchdog after 60 s; then its minute."""
PLAN_PATIENCE: Final = 3.0
SETTLED_TICKS: Final = 2
SENTENCES: Final = 20
"""So many may be told of a controller while a fault lasts: some for each time that it is tried again."""
MEMORY_MIB: Final = 30.0


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
    note
        What else there is to say.
    """

    noticed_s: float
    own_s: float
    back_s: float
    trouble: str
    note: str = ""


def tried(row: Row, protocol: str, speed: float, seed: int) -> Outcome:
    """Try a row, and say what became of it."""
    if row.own_way == "cycles":
        return Outcome(math.nan, math.nan, math.nan, *cycles.tried(protocol))
    if row.own_way == "adapters":
        found = bad_adapters.tried(protocol, seed)
        return Outcome(found.noticed_s, math.nan, found.back_s, found.trouble, found.note)
    if row.own_way == "paused":
        stood = paused.tried(row.id, protocol)
        return Outcome(stood.noticed_s, math.nan, stood.back_s, stood.trouble)
    threads = threading.active_count()
    with WiredDrive(protocol, speed=1.0 if row.burdens else speed, backup_s=BACKUP_S, seed=seed) as drive:
        cycle_s = drive.firmwares[0].cycle_ds / 10
        course = Course(drive, row.at(protocol, cycle_s))
        try:
            course.run()
        except TimeoutError as error:
            course.trouble.append(str(error))
        course.look()
    if not drive.entries:
        course.trouble.append("the audit log is not whole")
    if threading.active_count() > threads:
        course.trouble.append(f"{threading.active_count() - threads} threads were left")
    trouble = "; ".join(dict.fromkeys(course.trouble))
    return Outcome(course.noticed_s, course.own_s, course.back_s, trouble, course.note)


class Course:
    """The way through a row.

    Parameters
    ----------
    drive, row
        What is driven, and what happens to it.

    Attributes
    ----------
    back_s
        After how long it was ours again when the fault was over.
    trouble
        Why it did not pass.
    note
        What else there is to say.
    """

    def __init__(self, drive: WiredDrive, row: Row) -> None:
        self._drive, self._row = drive, row
        self._plan = drive.protocol == "rsmp"
        self._noticed_at_s = self._own_at_s = self.back_s = float("nan")
        self.trouble: list[str] = []
        self.note = ""
        self._begin_s = 0.0
        self._why = ""
        self._other: dict[str, str] = {}

    def run(self) -> None:
        """Go through it. Raises `TimeoutError` where it does not go on."""
        drive, patience = self._drive, PLAN_PATIENCE if self._plan else 1.0
        drive.until(lambda: drive.ours(0) and drive.ours(1), OURS_S * patience)
        self._pass(STEADY_S)
        told, missed, before_mib = len(drive.sentences), drive.pacer.missed, memory_mib()
        self._begin_s = drive.clock.now_s()
        happened = len(drive.happened_s)
        self._watch_while(lambda: self._row.begin(drive))
        self._begin_s = next(iter(drive.happened_s[happened:]), self._begin_s)
        while not self._is_over():
            drive.pause()
            self._look_now()
        self._weigh(told, missed, before_mib)
        self._row.end(drive)
        self.come_back(BACK_S * patience)

    def look(self) -> None:
        """Hold everything against the rules."""
        row, drive = self._row, self._drive
        if drive.trouble:
            self.trouble.append(f"the drive ended: {drive.trouble[0]!r}")
        if drive.violations:
            self.trouble.append(f"the lamps: {drive.violations[0].detail}")
        if row.ends and not round(self.noticed_s, 1) <= NOTICED_S + row.shows_s:
            self.trouble.append(f"noticed after {_seconds(self.noticed_s) or 'never'}")
        if row.ends and not row.shared and not self.own_s <= self._own_limit_s:
            self.trouble.append(f"its own again after {_seconds(self.own_s) or 'never'}")
        if row.ends is False and not math.isnan(self.noticed_s):
            self.trouble.append(f"it was lost after {self.noticed_s:.1f} s: {self._why}")
        if self._other:
            self.trouble.append(f"the other controller was lost, too: {self._other['why']}")
        if drive.rival is not None and drive.rival.trouble:
            self.trouble.append(drive.rival.trouble)

    @property
    def noticed_s(self) -> float:
        """After how long we noticed it."""
        return self._noticed_at_s - self._begin_s

    @property
    def own_s(self) -> float:
        """After how long the controller decided by itself."""
        return self._own_at_s - self._begin_s

    @property
    def _own_limit_s(self) -> float:
        backup_s = PLAN_BACKUP_S if self._plan else BACKUP_S
        return backup_s + 2 * NOTICED_S + self._row.shows_s + self._row.late_s

    def _is_over(self) -> bool:
        """Whether it has lasted long enough: where it ends our control, until the controller decides by itself."""
        row, passed_s = self._row, self._passed_s
        least_s = max(BACKUP_S + 2 * NOTICED_S + row.late_s, row.lasts_s)
        if row.ends and row.shows_s and math.isnan(self.noticed_s):
            least_s += row.shows_s
        if passed_s < least_s:
            return False
        return not row.ends or row.shared or not math.isnan(self.own_s) or passed_s > self._own_limit_s

    @property
    def _passed_s(self) -> float:
        return self._drive.clock.now_s() - self._begin_s

    def _watch_while(self, what: Callable[[], None]) -> None:
        """Look on while something is begun that takes its time."""
        beginning = threading.Thread(target=what)
        beginning.start()
        while beginning.is_alive():
            self._look_now()
            beginning.join(0.002)

    def _look_now(self) -> None:
        """See how things stand, once."""
        drive, row, passed_s = self._drive, self._row, self._passed_s
        ours = drive.ours(0)
        if math.isnan(self._noticed_at_s) and not ours:
            self._noticed_at_s, self._why = drive.clock.now_s(), drive.seats[0].why
        if math.isnan(self._own_at_s) and drive.firmwares[0].mode is not Mode.OURS:
            self._own_at_s = drive.clock.now_s()
        if not drive.ours(1):
            self._other.setdefault("why", drive.seats[1].why)
        late_s = NOTICED_S + row.shows_s
        if (row.barred or row.shared) and passed_s > late_s and ours and not math.isnan(self.noticed_s):
            self.trouble.append("it was taken while it lasted")

    def _weigh(self, told: int, missed: int, before_mib: float) -> None:
        """See what was asked of it, told about it and spent on it while it lasted."""
        drive, row = self._drive, self._row
        quiet_s = self._begin_s + NOTICED_S + row.shows_s
        asked = [ask for ask in drive.firmwares[0].asked if ask.time_s > quiet_s]
        if row.barred and asked:
            what = f"{asked[0].what} after {asked[0].time_s - self._begin_s:.1f} s"
            self.trouble.append(f"it was asked {len(asked)} times while it lasted ({what})")
        name = f"{drive.firmwares[0].site.id}: "
        sentences = [sentence for sentence in drive.sentences[told:] if sentence.startswith(name)]
        if len(sentences) > SENTENCES:
            self.trouble.append(f"{len(sentences)} sentences were told")
        if row.burdens:
            missed, grown_mib = drive.pacer.missed - missed, memory_mib() - before_mib
            self.note = f"{missed} edges missed, {grown_mib:+.0f} MiB"
            if missed or grown_mib > MEMORY_MIB:
                self.trouble.append(self.note)

    def come_back(self, limit_s: float) -> None:
        """See that it is ours again, after a person has reset it where it is latched."""
        drive, row = self._drive, self._row
        if drive.latched(0):
            self.note = "latched; a person reset it"
            if not row.person:
                seen = [text for text in drive.sentences if " violation " in text]
                self.trouble.append(f"only a person could let it back: {seen[:1]}")
            self._pass(LATCHED_S)
            if drive.ours(0):
                self.trouble.append("it was taken in spite of its latch")
            drive.reset(0)
        self.back_s = drive.until(lambda: drive.ours(0), limit_s)
        if row.settled and drive.firmwares[0].ready_ticks < SETTLED_TICKS:
            self.trouble.append(f"it was taken after {drive.firmwares[0].ready_ticks} ticks")
        self._pass(STEADY_S)

    def _pass(self, for_s: float) -> None:
        end_s = self._drive.clock.now_s() + for_s
        self._drive.until(lambda: self._drive.clock.now_s() >= end_s, for_s + 10.0)


def table(found: Sequence[tuple[str, Row, Outcome]]) -> list[str]:
    """Return what became of all rows, as Markdown."""
    lines = ["| protocol | row | what | noticed | its own again | ours again | |", "|---|---|---|---|---|---|---|"]
    for protocol, row, outcome in found:
        times = [_seconds(value) for value in outcome[:3]]
        verdict = f"**failed**: {outcome.trouble}" if outcome.trouble else "passed"
        note = f"; {outcome.note}" if outcome.note and outcome.note not in outcome.trouble else ""
        lines.append(f"| {protocol} | {row.id} | {row.what} | {' | '.join(times)} | {verdict}{note} |")
    return lines


def main(words: Sequence[str] | None = None) -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--protocols", default=",".join(PROTOCOLS))
    parser.add_argument("--rows", default="")
    parser.add_argument("--speed", type=float, default=4.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(words)
    chosen = [row for row in ROWS if not asked.rows or row.id.startswith(tuple(asked.rows.split(",")))]
    found = []
    for protocol in asked.protocols.split(","):
        for row in chosen:
            if protocol in row.protocols:
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
