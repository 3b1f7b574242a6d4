"""What each cabinet is asked for in a tick, from what is permitted and wanted everywhere.

Where nothing is news since the last tick, whoever remembers is given the same request again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from signals.drive.config import Level
from signals.drive.foresight import Ends
from signals.drive.news import News
from signals.drive.seat import Seat
from signals.drive.shown import Shown
from signals.drive.splits import SplitPlanner
from signals.drive.translator import Wish, translate
from signals.model.cabinets import PlanRequest, Request
from signals.model.values import Aspect, BoolArray, Command

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
        self._owner = np.repeat(np.arange(len(network.intersections)), np.diff(offset))
        self._asked_aspect = np.full(len(self._owner), Aspect.UNKNOWN, np.int8)
        self._news = News(len(self._owner))
        self._made: dict[int, Request | None] = {}

    def of(self, who: Sequence[int], permitted: Permitted) -> dict[int, Request | None]:
        """Return what each of some seats is asked for, by its number, and remember what it shall show."""
        command, want, _, begun, ends = permitted
        requests: dict[int, Request | None] = {}
        exact = []
        for k in who:
            if want is None or self._seats[k].way is None:
                requests[k] = self.planned(k, want)
            else:
                requests[k] = None
                exact += [k] * begun[k]
        if want is None or not exact:
            self._made = {}
            return requests
        places = np.zeros(len(command.write), np.bool_)
        places[[self._places[k] for k in exact]] = True
        self._shown.command(places, command)
        news, is_new = self._take_note(places[self._owner], command, ends)
        self._made = {
            k: self._made[k]
            if k in self._made and not is_new[self._places[k]] and self._seats[k].remembers
            else self._wished(k, permitted, want, news)
            for k in exact
        }
        requests.update(self._made)
        return requests

    def _take_note(self, asked: BoolArray, command: Command, ends: Ends | None) -> tuple[BoolArray | None, list[bool]]:
        """Return whose moments are news, and for each intersection whether they or its aspects are."""
        news = None if ends is None else self._news.of(asked, command.aspect, ends, round(10 * command.time_s))
        changed = command.aspect != self._asked_aspect
        self._asked_aspect[:] = command.aspect
        is_new = np.zeros(len(command.write), np.bool_)
        is_new[self._owner[changed if news is None else changed | news]] = True
        return news, is_new.tolist()

    def _wished(self, k: int, permitted: Permitted, want: BoolArray, news: BoolArray | None) -> Request | None:
        command, _, coming, _, ends = permitted
        seat, rows = self._seats[k], self._rows[k]
        if seat.way is None:
            return None
        until, fresh = (None, None) if ends is None or news is None else (ends.of(rows), news[rows])
        shown = self._shown.aspect[rows]
        wish = Wish(command.aspect[rows], want[rows], shown, want[rows] & coming[rows], -1, until, fresh)
        return translate(wish, seat.way, seat.site)

    def forget(self, k: int) -> None:
        """Remember nothing of what a cabinet that is taken now was asked before: it runs its own plan."""
        planner = self._planners[k]
        if planner is not None:
            planner.restart()

    def last(self, k: int) -> Request | None:
        """Return what a seat that is driven second by second was asked for in this tick."""
        return self._made.get(k)

    def planned(self, k: int, want: BoolArray | None) -> PlanRequest | None:
        """Return the plan that a cabinet is asked to run from the next cycle on, or would be."""
        planner = self._planners[k]
        if planner is None or self._seats[k].level is Level.OBSERVE:
            return None
        return planner.note(None if want is None else want[self._rows[k]])
