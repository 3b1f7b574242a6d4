"""Files that a user names: what would keep its reader waiting for ever is refused before it is opened."""

from __future__ import annotations

import stat
from contextlib import suppress
from pathlib import Path

from signals.errors import FileError

__all__ = ["check_regular"]


def check_regular(path: Path) -> None:
    """Refuse a named pipe, a socket or a device; what is not there, or is a folder, is told by whoever opens it.

    Parameters
    ----------
    path
        What is about to be read; links are followed.

    Raises
    ------
    FileError
        Where it is none that has an end.
    """
    with suppress(OSError, ValueError):
        mode = path.stat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise FileError(
                f'"{path}" is a named pipe, a socket or a device, and reading it may never end: '
                "expected a regular file; write what it gives to a file and name that"
            )
