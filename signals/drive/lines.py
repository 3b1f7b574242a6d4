"""The lines on which the adapters of a drive live: all work at the same time, and one that is stuck is left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, Final

from signals.adapters.cabinet.line import LATE, Line, Work, at_once

if TYPE_CHECKING:
    from signals.drive.seat import Seat

__all__ = ["Lines"]

PROOF_S: Final = 0.05
"""How long a line has in the end to show that it is not stuck, in seconds of the wall: the machine may be busy."""


class Lines:
    """Who lives where.

    Parameters
    ----------
    seats
        The seats of a drive; several may share a line.
    """

    def __init__(self, seats: Sequence[Seat]) -> None:
        self._seats = seats
        self._suspects: dict[Line, Future[object]] = {}
        self._mute: set[Line] = set()  # in this tick

    def each(self, works: Mapping[int, Work], within_s: float) -> dict[int, object]:
        """Do something for some seats, by their numbers, and return what came of it.

        Parameters
        ----------
        works
            What to do for whom.
        within_s
            For how long to wait, in seconds of the wall.
        """
        by_line: dict[Line, list[int]] = {}
        found: dict[int, object] = {}
        for k in works:
            line = self._seats[k].line
            if line in self._mute and not self._suspects[line].done():
                found[k] = LATE  # nobody waits twice in a tick for what is stuck
            else:
                by_line.setdefault(line, []).append(k)
        given = {line: [works[k] for k in members] for line, members in by_line.items()}
        for line, answers in at_once(given, within_s).items():
            found.update(zip(by_line[line], answers, strict=True))
            if line.behind or all(answer is LATE for answer in answers):
                self.suspect(line)
                self._mute.add(line)
        return found

    def suspect(self, line: Line) -> None:
        """Begin to see whether a line is stuck, or only its cabinets are silent."""
        if line not in self._suspects:
            self._suspects[line] = line.begin(_nothing)

    def replace_stuck(self) -> list[int]:
        """Leave behind every line on which nothing at all was done since it was suspected; call it once a tick.

        Returns
        -------
        list
            Numbers of the seats that have somebody new now.
        """
        renewed: list[int] = []
        wait(self._suspects.values(), PROOF_S)
        self._mute.clear()
        for line, nothing in list(self._suspects.items()):
            del self._suspects[line]
            if nothing.done() and not nothing.cancelled():
                continue
            members = [k for k, seat in enumerate(self._seats) if seat.line is line]
            line.abandon([self._seats[k].link.close for k in members])
            fresh = Line("anew")
            for k in members:
                self._seats[k].renew(fresh)
            renewed += members
        return renewed

    def close(self, within_s: float) -> None:
        """Let everybody leave, and end the lines."""
        lines = {seat.line for seat in self._seats}
        at_once({line: [seat.link.close for seat in self._seats if seat.line is line] for line in lines}, within_s)
        for line in lines:
            line.close()


async def _nothing() -> None:
    """Return: whoever does not do even that is stuck."""
