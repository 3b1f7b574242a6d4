"""Names of files and folders made of names that may be anything: a controller's, an intersection's."""

from __future__ import annotations

import hashlib
import re

__all__ = ["file_name"]

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 100
_MARK_DIGITS = 8


def file_name(name: str, otherwise: str) -> str:
    """Return a name as a file's: itself where it can be one, else what is left of it and a mark of the whole.

    The mark keeps it apart from all others. It is never hidden, never a path, and at most 109 characters long.

    Parameters
    ----------
    name
        Any text.
    otherwise
        What stands before the mark where nothing is left.
    """
    stem = _NOT_IN_NAMES.sub("-", name).lstrip(".")[:_LONGEST] or otherwise
    return stem if stem == name else f"{stem}-{hashlib.sha256(name.encode()).hexdigest()[:_MARK_DIGITS]}"
