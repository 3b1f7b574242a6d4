"""What each cabinet is asked for in a tick, from what is permitted and wanted everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from signals.drive.config import Level
from signals.drive.foresight import Ends
from signals.drive.seat import Seat
from signals.drive.shown import Shown
from signals.drive.splits import SplitPlanner
from signals.drive.translator import Wish, translate
from signals.model.cabinets import PlanRequest, Request
from signals.model.values import BoolArray, Command

if TYPE_CHECKING:
    from signals.model.network import Network

__all__ = ["Permitted", "Requests"]


class Permitted(NamedTuple):
    """What is permitted and wanted in a tick.

    Attributes
    ----------
    command
        What the guard has permitted.
    want
        bool [nG] what the controller wants; None where it has not answered.
    coming
        bool [nG] groups that wait for nothing but the ends of conflicting ones.
    begun
        For each seat whether it is driven from a beginning that is known; the others are asked for nothing yet.
    ends
        When what is permitted will change; None where nobody knows.
    """

    command: Command
    want: BoolArray | None
    coming: BoolArray
    begun: Sequence[bool]
    ends: Ends | None = None


class Requests:
    """Says it to each cabinet in its own way.

    Parameters
    ----------
    network
        The whole network.
    seats, places
        The cabinets, and the number of the intersection of each.
    shown
        What is shown; it is told what was asked for.
    tick_ds
        Length of a tick.
    """

    def __init__(
        self, network: Network, seats: Sequence[Seat], places: Sequence[int], shown: Shown, tick_ds: int
    ) -> None:
        self._seats, self._places, self._shown = seats, places, shown
        offset = network.arrays.group_offset.tolist()
        self._rows = [slice(offset[place], offset[place + 1]) for place in places]
        self._planners = [SplitPlanner(seat.site, tick_ds) if seat.site.intersection.plans else None for seat in seats]
        self._intersections = len(network.intersections)

    def of(self, who: Sequence[int], permitted: Permitted) -> dict[int, Request | None]:
        """Return what each of some seats is asked for, by its number, and remember what it shall show."""
        command, want, coming, begun, ends = permitted
        requests: dict[int, Request | None] = {}
        exact = []
        for k in who:
            if want is None or self._seats[k].way is None:
                requests[k] = self.planned(k, want)
            else:
                requests[k] = None
                exact += [k] * begun[k]
        if want is None or not exact:
            return requests
        places: BoolArray = np.zeros(self._intersections, np.bool_)
        places[[self._places[k] for k in exact]] = True
        self._shown.command(places, command)
        shown, coming = self._shown.aspect, want & coming
        for k in exact:
            seat, rows = self._seats[k], self._rows[k]
            until = None if ends is None else ends.of(rows)
            wish = Wish(command.aspect[rows], want[rows], shown[rows], coming[rows], -1, until)
            requests[k] = None if seat.way is None else translate(wish, seat.way, seat.site)
        return requests

    def forget(self, k: int) -> None:
        """Remember nothing of what a cabinet that is taken now was asked before: it runs its own plan."""
        planner = self._planners[k]
        if planner is not None:
            planner.restart()

    def planned(self, k: int, want: BoolArray | None) -> PlanRequest | None:
        """Return the plan that a cabinet is asked to run from the next cycle on, or would be."""
        planner = self._planners[k]
        if planner is None or self._seats[k].level is Level.OBSERVE:
            return None
        return planner.note(None if want is None else want[self._rows[k]])
