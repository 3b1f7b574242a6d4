"""The letters with which a site tells what its signal groups show (S0001)."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from signals.model.lanes import User
from signals.model.values import Aspect

__all__ = ["DARK", "FLASH", "MANUAL", "START", "aspect_of", "letter_of"]

DARK: Final = "a"
FLASH: Final = "c"
START: Final = "efg"
"""Start-up: dark or flashing, amber (people on foot: red), red."""
MANUAL: Final = "bcdh"
"""Somebody at the cabinet: dark, flashing amber, flashing red, red."""

ASPECTS: Final = MappingProxyType(
    dict.fromkeys("ABCDEFGPgh", Aspect.RED)
    | {"0": Aspect.RED_AMBER}
    | dict.fromkeys("123456789", Aspect.GREEN)
    | dict.fromkeys("NO", Aspect.AMBER)
    | {"f": Aspect.AMBER}
)


def aspect_of(letter: str, user: User) -> Aspect:
    """Return what a letter means; unknown where it is dark or flashing, or no letter of the list.

    Flashing green (9) of people on foot is their clearance: nobody starts any more, whoever walks goes on.

    Parameters
    ----------
    letter
        One letter of S0001.
    user
        Who obeys the group.
    """
    if user is User.PEDESTRIAN and letter in "9f":
        return Aspect.CLEARANCE if letter == "9" else Aspect.RED
    return ASPECTS.get(letter, Aspect.UNKNOWN)


def letter_of(aspect: int, *, called: bool, in_minimum: bool) -> str:
    """Return the letter for what a group shows.

    Parameters
    ----------
    aspect
        What it shows.
    called
        Whether somebody asks for it.
    in_minimum
        Whether its green has not had its minimum.
    """
    if aspect == Aspect.GREEN:
        return "1" if in_minimum else "4"
    if aspect == Aspect.RED:
        return "F" if called else "B"
    return {Aspect.RED_AMBER: "0", Aspect.AMBER: "N", Aspect.CLEARANCE: "9"}.get(Aspect(aspect), "-")
