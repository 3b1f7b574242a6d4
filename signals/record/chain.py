"""Text files that are only ever added to, and show when they are not what was written.

One JSON object a line. Every line carries a checksum over itself and the checksum of the line before, so that nothing
can be changed, left out or put in between without all that follows being wrong. What a crash leaves of the last line is
cut off when the file is opened again. Anything else that does not fit is damage, which is refused, not guessed around.

Checksums guard against accidents and against whoever cannot rewrite the whole file; against those who can, the last
checksum has to be kept elsewhere.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from signals.errors import FileError, RecordError
from signals.record.files import not_written

__all__ = ["ChainFile", "ChainKind", "Tail", "read_chain", "sync_folder"]

CHECK_DIGITS: Final = 16

Body = Mapping[str, object]
Take = Callable[[Body], None]


class ChainKind(NamedTuple):
    """What a file is for.

    Attributes
    ----------
    schema
        Name and version of what is in it.
    name
        What people call such a file.
    advice
        What to do where it is damaged.
    says_more
        Whether its first line may say more than what it is; then `take` is given that line, too.
    """

    schema: str
    name: str
    advice: str
    says_more: bool = False


class Tail(NamedTuple):
    """Where a file ends.

    Attributes
    ----------
    check
        The checksum of its last whole line; empty where there is none.
    length
        How many bytes are whole.
    torn
        Whether a last line was left out because it was never finished.
    """

    check: str
    length: int
    torn: bool


def read_chain(path: Path, kind: ChainKind, take: Take) -> Tail:
    """Read a file without changing it.

    Parameters
    ----------
    path
        The file.
    kind
        What it must be.
    take
        Is given every line after the first, without its checksum; raises `KeyError`, `TypeError` or `ValueError` for
        one that it does not know.

    Raises
    ------
    FileError
        When it is not there, cannot be read, is of another kind, or is damaged; names the line and what to do.
    """
    return _parsed(path, _text_of(path), kind, take)


class ChainFile:
    """A file that is open for adding to, by one process at a time.

    Parameters
    ----------
    path
        The file; a new one is made where there is none, in a folder that must exist.
    kind
        What it is.
    take
        As in `read_chain`; it is given what is added, too.
    header
        Returns what a new file says about itself in its first line; called only where one is begun.

    Raises
    ------
    FileError
        As `read_chain`.
    RecordError
        When it cannot be written, or another process has it open.

    Attributes
    ----------
    tail
        Where it ends.
    """

    def __init__(self, path: Path, kind: ChainKind, take: Take, header: Callable[[], Body] = dict) -> None:
        self._path, self._kind, self._take = path, kind, take
        self.tail = Tail("", 0, torn=False)
        self._header = header
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

    def close(self) -> None:
        """Let another process have it; safe to call twice."""
        if self._handle >= 0:
            os.close(self._handle)
        self._handle = -1

    def add(self, bodies: Iterable[Body], *, sync: bool = True) -> None:
        """Add lines, all or none.

        Parameters
        ----------
        bodies
            What to add, in order.
        sync
            Whether it has reached the disk when this returns; otherwise the system does that in its own time.

        Raises
        ------
        RecordError
            When they cannot be written; then nothing was added.
        """
        check, lines, added = self.tail.check, b"", list(bodies)
        for body in added:
            check, line = _line(check, body)
            lines += line
        if lines:
            self._write(lines, sync=sync)
        self.tail = self.tail._replace(check=check)
        for body in added:
            self._take(body)

    def sync(self) -> None:
        """Return when all that was added is on the disk. Raises `RecordError`."""
        try:
            os.fsync(self._handle)
        except OSError as error:
            raise self._not_written(error) from error

    def _lock(self) -> None:
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RecordError(f'another process has "{self._path}" open: wait for it to end') from error

    def _recover(self) -> None:
        """Read it, cut off what was never finished, and begin it where it is new."""
        text = _text_of(self._path)
        self.tail = _parsed(self._path, text, self._kind, self._take)
        try:
            os.ftruncate(self._handle, self.tail.length)
            if not self.tail.check:
                self._begin()
            elif not text[: self.tail.length].endswith(b"\n"):
                self._write(b"\n", sync=True)
        except OSError as error:
            raise self._not_written(error) from error

    def _begin(self) -> None:
        """Write the first line, or leave no file that says nothing."""
        header = {"kind": "file", "schema": self._kind.schema, **self._header()}
        check, line = _line("", header)
        try:
            self._write(line, sync=True)
        except RecordError:
            with suppress(OSError):  # what is left is begun the next time
                self._path.unlink()
            raise
        self.tail = self.tail._replace(check=check)
        if self._kind.says_more:
            self._take(header)
        sync_folder(self._path.parent)

    def _write(self, text: bytes, *, sync: bool) -> None:
        try:
            _write_all(self._handle, text)
            if sync:
                os.fsync(self._handle)
        except OSError as error:
            with suppress(OSError):  # what is left of the line then will be cut off when the file is opened again
                os.ftruncate(self._handle, self.tail.length)
            raise self._not_written(error) from error
        self.tail = self.tail._replace(length=self.tail.length + len(text))

    def _not_written(self, error: OSError) -> RecordError:
        return not_written(self._path, error)


def _write_all(handle: int, text: bytes) -> None:
    if os.write(handle, text) < len(text):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def sync_folder(folder: Path) -> None:
    """Make a new name in a folder last. Raises `OSError`."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _text_of(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise FileError(f'"{path}" is not a file')
        return path.read_bytes()
    except OSError as error:
        raise FileError(f'cannot read "{path}": {error.strerror}') from error


def _parsed(path: Path, text: bytes, kind: ChainKind, take: Take) -> Tail:
    """Read what is whole, and say how long that is."""
    check, length = "", 0
    *lines, rest = text.split(b"\n")
    for number, line in enumerate(lines, 1):
        after = _taken(check, line, kind, take)
        if after is None:
            what = "is damaged" if number > 1 else f"is not how one of its kind begins ({kind.name}, {kind.schema})"
            raise FileError(f'"{path}", line {number} {what}: {kind.advice}')
        check, length = after, length + len(line) + 1
    if rest:
        after = _taken(check, rest, kind, take)
        if after is not None:  # only its end is missing
            return Tail(after, len(text), torn=False)
        if _is_whole(rest) or not (lines or _begins_header(rest, kind)):
            raise FileError(f'"{path}", line {len(lines) + 1} is damaged: {kind.advice}')
    return Tail(check, length, torn=bool(rest))


def _taken(before: str, line: bytes, kind: ChainKind, take: Take) -> str | None:
    """Take a line in if it is exactly what must have been written; return its checksum."""
    try:
        body = json.loads(line)
        del body["check"]
        check, must = _line(before, body)
        if must != line + b"\n":
            return None
        if not before and not _is_header(body, kind):
            return None
        if before or kind.says_more:
            take(body)
    except (KeyError, TypeError, ValueError, RecursionError):
        return None
    return check


def _is_header(body: Body, kind: ChainKind) -> bool:
    """Whether a first line says what the file must be, and nothing more where nothing more is expected."""
    about = {"kind": "file", "schema": kind.schema}
    return body == about or (kind.says_more and {**body, **about} == body)


def _begins_header(rest: bytes, kind: ChainKind) -> bool:
    """Whether an unfinished first line may be the beginning of one that says what the file is."""
    start = b'{"check": "'
    about = f'", "kind": "file", "schema": {json.dumps(kind.schema)}'.encode()
    known, after = rest[: len(start) + CHECK_DIGITS], rest[len(start) + CHECK_DIGITS :]
    digits = known[len(start) :]
    return (
        start.startswith(known[: len(start)])
        and all(byte in b"0123456789abcdef" for byte in digits)
        and (about.startswith(after[: len(about)]))
    )


def _is_whole(rest: bytes) -> bool:
    """Whether there is more to an unfinished line than its beginning."""
    try:
        json.JSONDecoder().raw_decode(rest.decode(errors="replace"))
    except (ValueError, RecursionError):
        return False
    return True


def _line(before: str, body: Body) -> tuple[str, bytes]:
    """Return the checksum of a line that follows one with a checksum, and the line."""
    text = json.dumps(body)
    check = hashlib.sha256(f"{before}{text}".encode()).hexdigest()[:CHECK_DIGITS]
    return check, f'{{"check": "{check}", {text[1:]}\n'.encode()
