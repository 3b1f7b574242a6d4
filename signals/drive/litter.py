"""Garbage is collected while a drive waits, and not while it works.

Looking through all objects of a thousand links takes some tenths of a second, in which nothing else happens. The
interpreter does that whenever it likes; here it is done in the pauses between ticks, and what has lasted through one
look is not looked at again.
"""

from __future__ import annotations

import gc
from typing import Final, Self

__all__ = ["OFTEN_TICKS", "Litter"]

OFTEN_TICKS: Final = 64
"""After so many ticks everything that is not known to last is looked through; at first after 1, 2, 4, 8 and so on."""


class Litter:
    """A context manager: within it, only `sweep` collects garbage.

    Attributes
    ----------
    sweeps
        How many there were.
    """

    def __init__(self) -> None:
        self.sweeps, self._was_on = 0, False

    def __enter__(self) -> Self:
        """Collect what getting ready has left (compilers leave a lot), and keep the interpreter from it from now on."""
        self._was_on = gc.isenabled()
        gc.disable()
        gc.collect()
        gc.freeze()
        return self

    def __exit__(self, *_: object) -> None:
        """Let it again."""
        gc.unfreeze()
        if self._was_on:
            gc.enable()

    def sweep(self) -> None:
        """Collect what is new; now and then everything that is not known to last. Call it when there is time."""
        self.sweeps += 1
        if self.sweeps % min(1 << self.sweeps.bit_length() - 1, OFTEN_TICKS):
            gc.collect(1)
        else:
            gc.collect()
            gc.freeze()
