"""When which virtual controller misbehaves: texts such as ``A:manual@60-120``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from signals.adapters.cabinet.firmware_faults import misbehaviour
from signals.errors import InputError, UnknownNameError

__all__ = ["Mischief", "read_mischief"]

_FORM: Final = re.compile(r"(?P<place>.+):(?P<what>[a-z_]+)@(?P<begin>\d+(\.\d+)?)(-(?P<end>\d+(\.\d+)?))?")


class Mischief(NamedTuple):
    """A misbehaviour that begins or ends.

    Attributes
    ----------
    at_s
        When, in seconds since the controllers were switched on.
    place
        Index of the intersection.
    what
        A name of `signals.adapters.cabinet.firmware_faults.MISBEHAVIOURS`.
    on
        Whether it begins.
    """

    at_s: float
    place: int
    what: str
    on: bool


def read_mischief(texts: Iterable[str], intersections: Sequence[str]) -> tuple[Mischief, ...]:
    """Read what shall go wrong, in the order of time.

    Parameters
    ----------
    texts
        ``intersection:what@begin`` or ``intersection:what@begin-end`` each, in seconds from the start.
    intersections
        Their ids.

    Raises
    ------
    InputError
        When a text is none of that, or names nothing that there is.
    """
    found = []
    for text in texts:
        match = _FORM.fullmatch(text)
        if match is None:
            raise InputError(f'misbehaviour "{text}": expected intersection:what@begin or …@begin-end, in seconds')
        place, what = match["place"], misbehaviour(match["what"])
        if place not in intersections:
            raise UnknownNameError("intersection", place, intersections)
        begin_s, end_s = float(match["begin"]), None if match["end"] is None else float(match["end"])
        found.append(Mischief(begin_s, list(intersections).index(place), what, on=True))
        if end_s is not None:
            if end_s <= begin_s:
                raise InputError(f'misbehaviour "{text}": it ends before it begins')
            found.append(Mischief(end_s, found[-1].place, what, on=False))
    return tuple(sorted(found))
