"""Foreign text, made safe to print."""

from __future__ import annotations

__all__ = ["plain"]


def plain(text: str) -> str:
    """Return the text with everything that cannot be printed (line breaks, colours, bells, marks of direction) escaped.

    Nobody can then forge a line of a log, or colour one, with the id of a lane.
    """
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)
