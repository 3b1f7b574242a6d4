"""Latched intersections on disk, so that a restart does not forget what only a person may forgive.

A text file that is only ever added to, one JSON object a line: an intersection was latched, or a person reset it. Every
line carries a checksum over itself and the line before, and has reached the disk before the next command is sent. What
a crash leaves of the last line is cut off. Anything else that does not fit is damage, and then nobody can say who is
latched: the file is refused.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple, Self

from signals.errors import FileError, InputError, RecordError, UnknownNameError
from signals.model.values import Violation

__all__ = ["LATCH_HEADINGS", "Latch", "LatchFile", "LatchLog", "latch_rows", "read_latches", "reset_latches"]

SCHEMA: Final = "signals-latches/1"
HEADER: Final = {"kind": "file", "schema": SCHEMA}
CHECK_DIGITS: Final = 16

LATCH_HEADINGS: Final = ("intersection", "when", "time of the run, s", "rule", "times", "the first of them")

ADVICE: Final = (
    "who is latched cannot be told from it. Look at every intersection; "
    "then restore the file, or move it away and begin a new one"
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
        self.check = ""

    @property
    def latched(self) -> tuple[str, ...]:
        """The ids of the latched intersections."""
        return tuple(self.latches)

    def take(self, body: Mapping[str, object]) -> None:
        """Take one line in; raises `KeyError`, `TypeError` or `ValueError` where it is none that this version knows."""
        match body["kind"]:
            case "latch" if self.check:
                latch = Latch._make(body[name] for name in Latch._fields)
                self.latches.setdefault(latch.intersection, []).append(latch)
            case "reset" if self.check:
                del self.latches[str(body["intersection"])]
            case kind if self.check or body != HEADER:
                raise ValueError(kind)
        self.check = _check(self.check, body)


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
    return _parsed(path, _text_of(path))[0]


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
        self._path, self._now = path, now
        try:
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise self._not_written(error) from error
        try:
            self._lock()
            self._recover()
        except BaseException:
            os.close(self._handle)
            raise

    def __enter__(self) -> Self:
        """Do nothing: it is open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let another process have it."""
        os.close(self._handle)

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
        self._add(
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
        self._add({"kind": "reset", "intersection": name, "by": by, "why": why, "at": at} for name in names)

    def _lock(self) -> None:
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RecordError(f'another process has "{self._path}" open: wait for it to end') from error

    def _recover(self) -> None:
        """Read it, cut off what was never finished, and begin it where it is new."""
        text = _text_of(self._path)
        self._log, length = _parsed(self._path, text)
        try:
            os.ftruncate(self._handle, length)
            self._length = length
            if not self._log.check:
                self._add([HEADER])
                _sync_folder(self._path.parent)
            elif not text[:length].endswith(b"\n"):
                self._write(b"\n")
        except OSError as error:
            raise self._not_written(error) from error

    def _add(self, bodies: Iterable[Mapping[str, object]]) -> None:
        """Add lines, all or none."""
        check, lines, added = self._log.check, b"", list(bodies)
        for body in added:
            lines += _line(check, body)
            check = _check(check, body)
        if lines:
            self._write(lines)
        for body in added:
            self._log.take(body)

    def _write(self, text: bytes) -> None:
        try:
            _write_all(self._handle, text)
        except OSError as error:
            with suppress(OSError):  # what is left of the line then will be cut off when the file is opened again
                os.ftruncate(self._handle, self._length)
            raise self._not_written(error) from error
        self._length += len(text)

    def _not_written(self, error: OSError) -> RecordError:
        return RecordError(f'cannot write "{self._path}": {error.strerror}')


def _text_of(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise FileError(f'"{path}" is not a file')
        return path.read_bytes()
    except OSError as error:
        raise FileError(f'cannot read "{path}": {error.strerror}') from error


def _parsed(path: Path, text: bytes) -> tuple[LatchLog, int]:
    """Read what is whole, and say how long that is."""
    log, length = LatchLog(), 0
    *lines, rest = text.split(b"\n")
    for number, line in enumerate(lines, 1):
        if not _taken(log, line):
            what = "is damaged" if number > 1 else f"is not the beginning of a latch file ({SCHEMA})"
            raise FileError(f'"{path}", line {number} {what}: {ADVICE}')
        length += len(line) + 1
    if rest and _taken(log, rest):  # only its end is missing
        return log, len(text)
    if _is_whole(rest) or not (lines or _line("", HEADER).startswith(rest)):
        raise FileError(f'"{path}", line {len(lines) + 1} is damaged: {ADVICE}')
    log.torn = bool(rest)
    return log, length


def _taken(log: LatchLog, line: bytes) -> bool:
    """Take a line in if it is exactly what must have been written."""
    try:
        body = json.loads(line)
        del body["check"]
        if _line(log.check, body) != line + b"\n":
            return False
        log.take(body)
    except (KeyError, TypeError, ValueError, RecursionError):
        return False
    return True


def _is_whole(rest: bytes) -> bool:
    """Whether there is more to an unfinished line than its beginning."""
    try:
        json.JSONDecoder().raw_decode(rest.decode(errors="replace"))
    except (ValueError, RecursionError):
        return False
    return True


def _line(check: str, body: Mapping[str, object]) -> bytes:
    return json.dumps({"check": _check(check, body), **body}).encode() + b"\n"


def _check(before: str, body: Mapping[str, object]) -> str:
    """Return the checksum of a line that follows a line with a checksum."""
    return hashlib.sha256(f"{before}{json.dumps(body)}".encode()).hexdigest()[:CHECK_DIGITS]


def _write_all(handle: int, text: bytes) -> None:
    """Write everything, down to the disk."""
    if os.write(handle, text) < len(text):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(handle)


def _sync_folder(folder: Path) -> None:
    """Make a new name in a folder last."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
