"""Whole runs at full speed: no loop, no guard, only a timetable of signals; many at a time, a core each.

Nothing here drives a controller: it is for plans that are known before the run, hundreds of thousands of times as fast
as the clock.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import NamedTuple

import numpy as np

from signals.adapters.sim.layout import Layout, Traffic
from signals.adapters.sim.outcome import incidents_of, trips_of
from signals.adapters.sim.timetable import Timetable, timetable
from signals.kernels.traffic import advance
from signals.kernels.walkers import walk
from signals.model.network import Network
from signals.model.travel import Travel
from signals.model.trips import Incidents, Trips

__all__ = ["Replay", "replay", "replay_all"]

WALK_S = 1.0
AHEAD = 2
"""Runs that are asked for before their turn, as a multiple of those that are made at the same time."""


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
    return _replayed(wanted, _prepared(wanted))


def replay_all(wanted: Iterable[Replay], jobs: int = 0) -> Iterator[tuple[Trips, Incidents]]:
    """Make many runs, several at the same time, and yield what came of each, in order.

    The compiled functions, and most of what NumPy does, need no lock of Python, so that threads are enough. What
    belongs to a network alone is made once for all runs of it that follow each other.

    Parameters
    ----------
    wanted
        The runs; may be endless, since only those are asked for that are made next.
    jobs
        How many at the same time; 0 = as many as there are processors.

    Raises
    ------
    ScenarioError
        When a route of the run whose turn it is cannot be driven.
    """
    jobs = jobs or os.cpu_count() or 1
    last = _LastPrepared()
    with ThreadPoolExecutor(jobs) as pool:
        begun: deque[Future[tuple[Trips, Incidents]]] = deque()
        try:
            for one in wanted:
                begun.append(pool.submit(_replayed_with, last, one))
                if len(begun) > AHEAD * jobs:
                    yield begun.popleft().result()
            while begun:
                yield begun.popleft().result()
        finally:  # after an error, or when nobody wants the rest
            pool.shutdown(wait=False, cancel_futures=True)


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


class _Prepared(NamedTuple):
    """What runs of the same network and time share."""

    layout: Layout
    shown: Timetable


class _LastPrepared:
    """Keeps what was prepared for the last run for the next one."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last: tuple[Replay, _Prepared] | None = None

    def of(self, wanted: Replay) -> _Prepared:
        """Return what a run needs; may be called by several threads."""
        with self._lock:
            if self._last is None or self._last[0].network is not wanted.network:
                self._last = wanted, _prepared(wanted)
            elif (self._last[0].begin_s, self._last[0].end_s) != (wanted.begin_s, wanted.end_s):
                self._last = wanted, self._last[1]._replace(shown=_timetable(wanted))
            return self._last[1]


def _prepared(wanted: Replay) -> _Prepared:
    return _Prepared(Layout(wanted.network), _timetable(wanted))


def _timetable(wanted: Replay) -> Timetable:
    return timetable(wanted.network, wanted.begin_s, wanted.end_s)


def _replayed_with(last: _LastPrepared, wanted: Replay) -> tuple[Trips, Incidents]:
    return _replayed(wanted, last.of(wanted))


def _replayed(wanted: Replay, prepared: _Prepared) -> tuple[Trips, Incidents]:
    """Make one run and account for everybody in it."""
    first = prepared.layout.traffic(wanted.travel, wanted.begin_s)
    duration_s = wanted.end_s - wanted.begin_s
    run(first, prepared.shown, duration_s)
    return trips_of(first, wanted.travel, duration_s), incidents_of(first, duration_s)
