"""Files that are whole or absent, and folders with one writer."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from signals.errors import RecordError
from signals.input_files import check_regular

__all__ = ["check_writable", "locked", "not_written", "sha256_of", "write_whole"]

_LOCK_NAME = ".lock"


def write_whole(path: Path, content: bytes | Callable[[BinaryIO], object]) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part.

    The bytes go to a temporary file in the same folder, reach the disk, and only then take the file's name.

    Parameters
    ----------
    path
        The file; its folder is made where it is missing.
    content
        The bytes, or a function that writes them to the open file it is given.

    Raises
    ------
    RecordError
        When the disk is full or the file cannot be written; what was there before is still there.
    """
    part = _part(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            if callable(content):
                content(file)
            else:
                file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise not_written(path, error) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def check_writable(path: Path) -> None:
    """Raise `RecordError` where `write_whole` could not write a file; makes its folder, and leaves nothing else."""
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        path.parent.mkdir(parents=True, exist_ok=True)
        _part(path).touch()
        _part(path).unlink()
    except OSError as error:
        raise not_written(path, error) from error


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.part")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal. Raises `RecordError` where it cannot be read, `FileError`."""
    check_regular(path)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise RecordError(f'cannot read "{path}": {error.strerror}') from error


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep a results folder for one writer; the system lets go of it even when the writer is killed.

    Parameters
    ----------
    folder
        The folder; it is made where it is missing.

    Raises
    ------
    RecordError
        When somebody else writes into it.
    """
    path = folder / _LOCK_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise not_written(path, error) from error
    try:
        _take(handle, path)
        yield
        path.unlink(missing_ok=True)
    finally:
        os.close(handle)


def _take(handle: int, path: Path) -> None:
    """Lock an open lock file, and make sure that it is still the one in the folder."""
    busy = f'another run writes into "{path.parent}": wait for it or choose another folder'
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        same = os.stat(path).st_ino == os.fstat(handle).st_ino  # noqa: PTH116  beside fstat
    except (BlockingIOError, FileNotFoundError) as error:
        raise RecordError(busy) from error
    if not same:
        raise RecordError(busy)


def _sync_folder(folder: Path) -> None:
    """Make a new name in a folder last."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def not_written(path: Path, error: OSError) -> RecordError:
    """Say why a file or a folder could not be written, and what to do about it."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return RecordError(f'cannot write "{path}": the disk is full; make room and run again')
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        file = next((place for place in (path, *path.parents) if place.is_file()), path)
        return RecordError(f'cannot write "{path}": "{file}" is a file, and a folder is expected there; choose another')
    return RecordError(f'cannot write "{path}": {error.strerror}')
