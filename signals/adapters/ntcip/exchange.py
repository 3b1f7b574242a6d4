"""Reading and writing objects in as few messages as the controller takes: pure, as generators of asks.

A generator yields an `Ask` and is sent its `Answer`; whoever has a socket carries them to and fro. How many objects a
message may name is found out: controllers answer tooBig to what others take.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from functools import lru_cache
from typing import Final, TypeVar

from signals.adapters.ntcip.ber import arcs_of
from signals.adapters.ntcip.messages import (
    END_OF_VIEW,
    NO_SUCH_INSTANCE,
    NO_SUCH_OBJECT,
    Answer,
    Ask,
    Binding,
    ErrorStatus,
    Kind,
)
from signals.errors import WorldTimeoutError
from signals.model.cabinets import CabinetRefusedError

__all__ = ["Chunks", "Steps", "fetch", "name_of_error", "store"]

T = TypeVar("T")
Steps = Generator[Ask, Answer, T]
"""Asks that are yielded, answers that are sent, and in the end a result."""

MISSING_TAGS: Final = frozenset({NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_VIEW})
MISSING_ERRORS: Final = frozenset(
    {ErrorStatus.NO_SUCH_NAME, ErrorStatus.GEN_ERR, ErrorStatus.NO_ACCESS, ErrorStatus.AUTHORIZATION_ERROR}
)
NAMES: Final = {int(error): error.name.lower().replace("_", "-") for error in ErrorStatus}


class Chunks:
    """How many objects a message names: 1 at first, twice as many as long as the controller takes them.

    Parameters
    ----------
    most
        The bound.

    Attributes
    ----------
    size
        How many the next message names.
    """

    def __init__(self, most: int) -> None:
        self.size, self._most, self._proven = 1, most, 1

    def taken(self, count: int) -> None:
        """Note that so many were taken."""
        self._proven = max(self._proven, count)
        if count >= self.size:
            self.size = min(2 * self.size, self._most)

    def refused(self, count: int) -> None:
        """Note that so many were too many, for as long as this lasts."""
        self._most = max(1, count - 1)
        self.size = max(1, count // 2)

    def unheard(self, count: int) -> bool:
        """Note that so many were not answered; whether they may have been too many, and fewer are to be tried."""
        if count <= self._proven:
            return False
        self.refused(count)
        return True


def name_of_error(error: int) -> str:
    """Return an error in a word."""
    return NAMES.get(error, f"error-{error}")


def fetch(chunks: Chunks, oids: Iterable[bytes]) -> Steps[dict[bytes, int | bytes]]:
    """Read objects.

    Parameters
    ----------
    chunks
        How many a message names.
    oids
        Their identifiers.

    Returns
    -------
    dict
        The values by identifier; those that the controller does not have are not in it.

    Raises
    ------
    CabinetRefusedError
        When it answers with an error that is no answer, or about other objects.
    WorldTimeoutError
        When it does not answer, not even where less is asked for.
    """
    rest, got = list(oids), dict[bytes, int | bytes]()
    alone = 0  # how many are asked for one by one, since an error did not say whose it was
    while rest:
        part = rest[: 1 if alone else chunks.size]
        try:
            answer = yield _ask_for(tuple(part))
        except WorldTimeoutError:
            if not chunks.unheard(len(part)):
                raise
            continue
        if answer.error == ErrorStatus.TOO_BIG and len(part) > 1:
            chunks.refused(len(part))
        elif answer.error in MISSING_ERRORS and (1 <= answer.at <= len(part) or len(part) == 1):
            del rest[max(answer.at, 1) - 1 if len(part) > 1 else 0]
            alone = max(0, alone - 1)
        elif answer.error in MISSING_ERRORS:
            alone = len(part)
        else:
            _take(part, answer, got)
            del rest[: len(part)]
            alone = max(0, alone - 1)
            chunks.taken(len(part))
    return got


@lru_cache(maxsize=1024)
def _ask_for(oids: tuple[bytes, ...]) -> Ask:
    """Return a question: whoever reads, asks the same every second."""
    return Ask(Kind.GET, tuple([Binding(oid) for oid in oids]))


def _take(part: Sequence[bytes], answer: Answer, got: dict[bytes, int | bytes]) -> None:
    """Keep the values of an answer."""
    if answer.error:
        raise CabinetRefusedError(f"NTCIP: reading {_text(part[0])} was refused: {name_of_error(answer.error)}")
    if len(answer.bindings) != len(part):
        raise CabinetRefusedError(f"NTCIP: {len(part)} objects were asked for and {len(answer.bindings)} answered")
    for oid, (answered, tag, value) in zip(part, answer.bindings, strict=True):
        if answered != oid:
            raise CabinetRefusedError(f"NTCIP: {_text(oid)} was asked for and {_text(answered)} answered")
        if value is not None and tag not in MISSING_TAGS:
            got[oid] = value


def store(chunks: Chunks, bindings: Sequence[Binding]) -> Steps[None]:
    """Write objects, in one message where the controller takes them.

    Parameters
    ----------
    chunks
        How many a message names.
    bindings
        Identifiers and values, in the order in which they are written.

    Raises
    ------
    CabinetRefusedError
        When it does not take one.
    """
    rest = list(bindings)
    while rest:
        part = tuple(rest[: chunks.size])
        try:
            answer = yield Ask(Kind.SET, part)
        except WorldTimeoutError:
            if not chunks.unheard(len(part)):
                raise
            continue
        if answer.error == ErrorStatus.TOO_BIG and len(part) > 1:
            chunks.refused(len(part))
        elif answer.error:
            which = part[min(max(answer.at, 1), len(part)) - 1]
            what = f"{_text(which.oid)} = {which.value!r}"
            raise CabinetRefusedError(f"NTCIP: writing {what} was refused: {name_of_error(answer.error)}")
        else:
            del rest[: len(part)]
            chunks.taken(len(part))


def _text(oid: bytes) -> str:
    return ".".join(map(str, arcs_of(oid)))
