"""What street controllers show, as a command to the world that their lamps stand in.

Nobody decides anything here, so that there is nothing to guard: a virtual controller has shown it already, by an
interlock of its own, and a simulator that is its street has only to look like it. It stands in this room because only
this room builds commands, and because whoever reads who may build one shall find all of them together.
"""

from __future__ import annotations

import numpy as np

from signals.model.values import Aspect, ByteArray, Command

__all__ = ["displayed"]


def displayed(time_s: float, aspect: ByteArray, intersections: int) -> Command:
    """Make a command of what is shown.

    Parameters
    ----------
    time_s
        The world's time.
    aspect
        int8 [nG] what each group shows. What is no aspect (-1: dark, flashing) becomes red: nobody drives, which is the
        most that a simulator can do about it.
    intersections
        How many there are; all are written.
    """
    shown = np.where(aspect == Aspect.UNKNOWN, Aspect.RED, aspect).astype(np.int8)
    return Command(time_s, shown, np.ones(intersections, np.bool_))
