"""Latched intersections on disk, so that a restart does not forget what only a person may forgive.

A file of `signals.record.chain`, a line for every intersection that was latched and every one that a person reset. A
line has reached the disk before the next command is sent. Where the file is damaged nobody can say who is latched: it
is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple, Self

from signals.errors import InputError, UnknownNameError
from signals.model.values import Violation
from signals.record.chain import ChainFile, ChainKind, read_chain

__all__ = ["LATCH_HEADINGS", "Latch", "LatchFile", "LatchLog", "latch_rows", "read_latches", "reset_latches"]

LATCH_HEADINGS: Final = ("intersection", "when", "time of the run, s", "rule", "times", "the first of them")

KIND: Final = ChainKind(
    "signals-latches/1",
    "latch file",
    "who is latched cannot be told from it. Look at every intersection; "
    "then restore the file, or move it away and begin a new one",
)


class Latch(NamedTuple):
    """Why an intersection is latched.

    Attributes
    ----------
    intersection
        Its id.
    rule, detail
        What was violated, as in `signals.model.values.Violation`.
    time_s
        When, in the world's time.
    at
        When, by the clock on the wall (UTC).
    """

    intersection: str
    rule: str
    detail: str
    time_s: float
    at: str


class LatchLog:
    """What a latch file says.

    Attributes
    ----------
    latches
        Id → why it is latched, in the order of being latched; what was reset is gone.
    torn
        Whether a last line was left out because it was never finished.
    """

    def __init__(self) -> None:
        self.latches: dict[str, list[Latch]] = {}
        self.torn = False

    @property
    def latched(self) -> tuple[str, ...]:
        """The ids of the latched intersections."""
        return tuple(self.latches)

    def take(self, body: Mapping[str, object]) -> None:
        """Take one line in; raises `KeyError`, `TypeError` or `ValueError` where it is none that this version knows."""
        match body["kind"]:
            case "latch":
                latch = Latch._make(body[name] for name in Latch._fields)
                self.latches.setdefault(latch.intersection, []).append(latch)
            case "reset":
                del self.latches[str(body["intersection"])]
            case kind:
                raise ValueError(kind)


def latch_rows(latches: Iterable[Latch]) -> list[tuple[str, ...]]:
    """Return cells for people (`LATCH_HEADINGS`): of every intersection and rule the first, and how many.

    Parameters
    ----------
    latches
        Why intersections are latched.
    """
    found: dict[tuple[str, str], list[Latch]] = {}
    for latch in latches:
        found.setdefault((latch.intersection, latch.rule), []).append(latch)
    return [
        (name, rows[0].at, f"{rows[0].time_s:.1f}", rule, str(len(rows)), rows[0].detail)
        for (name, rule), rows in found.items()
    ]


def read_latches(path: Path) -> LatchLog:
    """Read a latch file without changing it.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    FileError
        When it is not there, cannot be read, is no latch file, or is damaged; names the line and what to do.
    """
    log = LatchLog()
    log.torn = read_chain(path, KIND, log.take).torn
    return log


def reset_latches(path: Path, intersections: Iterable[str], by: str, why: str = "") -> LatchLog:
    """Trust intersections again, all of them or none, and return what is left.

    Parameters
    ----------
    path
        The file; it must be there.
    intersections, by, why
        As in `LatchFile.reset`.

    Raises
    ------
    FileError, RecordError, InputError
        As `read_latches` and `LatchFile.reset`.
    """
    read_latches(path)
    with LatchFile(path) as file:
        file.reset(intersections, by, why)
        return file.log


class LatchFile:
    """A latch file that is open for adding to, by one process at a time. Used as a context manager.

    Parameters
    ----------
    path
        The file; a new one is made where there is none, in a folder that must exist.
    now
        The clock on the wall.

    Raises
    ------
    FileError
        As `read_latches`.
    RecordError
        When it cannot be written, or another process has it open.
    """

    def __init__(self, path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now, self._log = now, LatchLog()
        self._file = ChainFile(path, KIND, self._log.take)
        self._log.torn = self._file.tail.torn

    def __enter__(self) -> Self:
        """Do nothing: it is open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let another process have it."""
        self._file.close()

    @property
    def log(self) -> LatchLog:
        """What it says; changes with what is added."""
        return self._log

    def note(self, violations: Iterable[Violation], names: Sequence[str]) -> None:
        """Latch the intersections that violated a rule and are not latched yet; returns when it is on disk.

        Parameters
        ----------
        violations
            What the monitor saw.
        names
            The ids of all intersections, in the order of the network.

        Raises
        ------
        RecordError
            When it cannot be written; then nothing was added.
        """
        known = set(self._log.latched)
        at = self._now().isoformat(timespec="seconds")
        self._file.add(
            {
                "kind": "latch",
                "intersection": names[seen.intersection],
                "rule": seen.rule,
                "detail": seen.detail,
                "time_s": float(seen.time_s),
                "at": at,
            }
            for seen in violations
            if names[seen.intersection] not in known
        )

    def reset(self, intersections: Iterable[str], by: str, why: str = "") -> None:
        """Trust intersections again, all of them or none.

        Parameters
        ----------
        intersections
            Their ids.
        by, why
            Who decided that, and why.

        Raises
        ------
        UnknownNameError
            When one is not latched.
        InputError
            When nobody takes the responsibility.
        RecordError
            When it cannot be written; then all are still latched.
        """
        names = dict.fromkeys(intersections)
        if not by.strip():
            raise InputError(f"who resets {', '.join(names)}? A name is needed (--by)")
        for name in names:
            if name not in self._log.latches:
                raise UnknownNameError("latched intersection", name, self._log.latched)
        at = self._now().isoformat(timespec="seconds")
        self._file.add({"kind": "reset", "intersection": name, "by": by, "why": why, "at": at} for name in names)
