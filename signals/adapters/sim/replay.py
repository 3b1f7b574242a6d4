"""Whole runs at full speed: no loop, no guard, only a timetable of signals; many at a time, a core each.

Nothing here drives a controller: it is for plans that are known before the run, hundreds of thousands of times as fast
as the clock.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import NamedTuple

import numpy as np

from signals.adapters.sim.layout import Traffic, traffic
from signals.adapters.sim.outcome import incidents_of, trips_of
from signals.adapters.sim.timetable import Timetable, timetable
from signals.kernels.traffic import advance
from signals.kernels.walkers import walk
from signals.model.network import Network
from signals.model.travel import Travel
from signals.model.trips import Incidents, Trips

__all__ = ["Replay", "replay", "replay_all"]

WALK_S = 1.0


class Replay(NamedTuple):
    """A run to be made.

    Attributes
    ----------
    network
        The network; its first plans run.
    travel
        Who travels.
    begin_s, end_s
        When it begins and ends, in the time of the travellers.
    """

    network: Network
    travel: Travel
    begin_s: float = 0.0
    end_s: float = 3600.0


def replay(wanted: Replay) -> tuple[Trips, Incidents]:
    """Make one run and account for everybody in it.

    Raises
    ------
    ScenarioError
        When a route cannot be driven.
    """
    return _replayed(wanted, timetable(wanted.network, wanted.begin_s, wanted.end_s))


def replay_all(wanted: Iterable[Replay], jobs: int = 0) -> Iterator[tuple[Trips, Incidents]]:
    """Make many runs, several at the same time, and yield what came of each, in order.

    The compiled functions need no lock of Python, so that threads are enough. What comes before them does: runs of the
    same network and time, one after the other, share their timetable.

    Parameters
    ----------
    wanted
        The runs.
    jobs
        How many at the same time; 0 = as many as there are processors.
    """
    shown = _LastTimetable()
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        yield from pool.map(lambda one: _replayed(one, shown.of(one)), wanted)


def run(first: Traffic, signals: Timetable, duration_s: float) -> None:
    """Let the whole time of a run pass; the arrays are changed in place.

    Parameters
    ----------
    first
        The beginning.
    signals
        What is shown when.
    duration_s
        How long.
    """
    roads, travellers, state, people = (tuple(part) for part in first[:4])
    if not len(first.people.walk):
        advance(0.0, duration_s, signals.change_s, signals.change, roads, travellers, state)
        return
    # People on foot and those who yield to them see each other once a second.
    starts_s = np.arange(0.0, duration_s, WALK_S)
    rows = np.searchsorted(signals.change_s, [*starts_s, duration_s], side="left")
    for number, from_s in enumerate(starts_s):
        part = slice(rows[number], rows[number + 1])
        until_s = min(from_s + WALK_S, duration_s)
        advance(from_s, until_s, signals.change_s[part], signals.change[part], roads, travellers, state)
        walk(until_s, roads, state, people)


class _LastTimetable:
    """Keeps the timetable of the last run for the next one."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last: tuple[Replay, Timetable] | None = None

    def of(self, wanted: Replay) -> Timetable:
        """Return the timetable of a run; may be called by several threads."""
        with self._lock:
            if self._last is None or not _same_signals(self._last[0], wanted):
                self._last = wanted, timetable(wanted.network, wanted.begin_s, wanted.end_s)
            return self._last[1]


def _same_signals(one: Replay, other: Replay) -> bool:
    return one.network is other.network and (one.begin_s, one.end_s) == (other.begin_s, other.end_s)


def _replayed(wanted: Replay, shown: Timetable) -> tuple[Trips, Incidents]:
    """Make one run under a timetable and account for everybody in it."""
    first = traffic(wanted.network, wanted.travel, wanted.begin_s)
    duration_s = wanted.end_s - wanted.begin_s
    run(first, shown, duration_s)
    return trips_of(first, wanted.travel, duration_s), incidents_of(first, duration_s)
