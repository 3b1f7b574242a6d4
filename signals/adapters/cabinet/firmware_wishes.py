"""What a virtual cabinet can be asked for from far away, and what it makes of it.

Exact aspects are shown where they are legal. A stage is served as soon as everybody else is out of its way. Hold,
force-off, omit and call work in the manner of a controller that times the rest itself:

* A green that is held stays, whatever else is asked.
* A green that is forced off ends as soon as its minimum is over; the force-off ends with it.
* Any other green rests for as long as nobody conflicting is called, and ends at once after its minimum when somebody is
  (nothing here extends it: that is what holds are for).
* A group that is omitted does not start; a green that is omitted goes on. Its call is not forgotten.
* Groups that are called start in the order of their calls. A later one goes first only where it is in nobody's way, or
  where the earlier one waits for a held green.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from signals.adapters.cabinet.firmware_lamps import Lamps
from signals.model.values import Aspect, BoolArray

__all__ = ["Aspects", "Greens", "Holds", "Wish"]

RED, GREEN = int(Aspect.RED), int(Aspect.GREEN)


class Wish(Protocol):
    """Something that was asked for and stands until something else is."""

    def show(self, lamps: Lamps, called_ds: Sequence[int]) -> list[tuple[int, str]]:
        """Move the lamps by a tick.

        Parameters
        ----------
        lamps
            What is moved.
        called_ds
            [nG] since when somebody waits for a group; -1 = nobody does.

        Returns
        -------
        list of (int, str)
            Groups of which something illegal is asked, and why it is.
        """
        ...


class Aspects(NamedTuple):
    """Exactly these aspects [nG]; -1 = nothing is asked of a group."""

    aspect: list[int]

    def show(self, lamps: Lamps, called_ds: Sequence[int]) -> list[tuple[int, str]]:  # noqa: ARG002  nobody else counts
        """Move the lamps by a tick; see `Wish`."""
        return lamps.obey(self.aspect)


class Greens(NamedTuple):
    """These groups green, every other one not [nG]."""

    wanted: list[bool]

    def show(self, lamps: Lamps, called_ds: Sequence[int]) -> list[tuple[int, str]]:  # noqa: ARG002  nobody else counts
        """Move the lamps by a tick; see `Wish`."""
        lamps.follow(self.wanted)
        return []


class Holds:
    """Which greens are held and forced off, and which groups are omitted.

    Parameters
    ----------
    hold, force_off, omit
        bool [nG] each.
    """

    def __init__(self, hold: BoolArray, force_off: BoolArray, omit: BoolArray) -> None:
        self._hold: list[bool] = hold.tolist()
        self._force_off: list[bool] = force_off.tolist()
        self._omit: list[bool] = omit.tolist()

    def show(self, lamps: Lamps, called_ds: Sequence[int]) -> list[tuple[int, str]]:
        """Move the lamps by a tick; see `Wish`. Nothing that is held or ended this way can be illegal."""
        waiting = [
            g for g, shown in enumerate(lamps.aspect) if shown == RED and called_ds[g] >= 0 and not self._omit[g]
        ]
        waiting.sort(key=lambda g: (called_ds[g], g))
        asked, hold = set(waiting), self._hold
        wanted = [
            shown == GREEN and (hold[g] or (not self._force_off[g] and asked.isdisjoint(lamps.rivals[g])))
            for g, shown in enumerate(lamps.aspect)
        ]
        held = {g for g, shown in enumerate(lamps.aspect) if shown == GREEN and hold[g]}
        ahead: set[int] = set()
        for g in waiting:
            wanted[g] = ahead.isdisjoint(lamps.rivals[g])
            if held.isdisjoint(lamps.rivals[g]):
                ahead.add(g)
        lamps.follow(wanted, waiting)
        self._force_off = [asked and shown == GREEN for asked, shown in zip(self._force_off, lamps.aspect, strict=True)]
        return []
