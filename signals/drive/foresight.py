"""When signals will change, for whoever is told: what the guard promises, and what the controller expects.

What is promised (`signals.safety.prospects`) bounds what is expected. How sure that is, nobody can know beforehand: it
is counted how often expectations as far ahead came true, in this drive, and that share is told.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from signals.errors import InputError
from signals.model.predictions import Prediction, Predicts
from signals.model.values import Aspect, BoolArray, ByteArray, Decision, Event, IntArray, Snapshot

if TYPE_CHECKING:
    from signals.model.network import Network
    from signals.model.roles import Controller
    from signals.safety.prospects import Prospects

__all__ = ["NOBODY_KNOWS", "Ends", "Foresight"]

NOBODY_KNOWS: Final = -1
SURE: Final = 100
MOST_EVENTS: Final = 1_000
"""That wait for somebody who asks."""
MOST_S: Final = 3_600.0
"""What is farther away than an hour (the hour of SPaT) is not told."""

SLACK_DS: Final = 20
"""An expectation has come true when the change comes within two seconds of it."""
BIN_DS: Final = 50
BINS: Final = 12
"""Expectations are counted by how far ahead they look: in steps of five seconds, up to a minute."""
LEAST: Final = 30
"""So many of a kind must have been held against what came, before anything is told."""
MEMORY: Final = 0.998
"""What was long ago counts less: the share is about the last few hundred of a kind."""


class Ends(NamedTuple):
    """In how long groups will show something else, counted from the command of this tick; -1 = not known.

    Its arrays are new in every tick, and nobody writes to them.

    Attributes
    ----------
    min_ds, likely_ds, max_ds
        int32 [nG] at the earliest, probably, at the latest.
    confidence
        int8 [nG] how sure the probable one is, in percent.
    """

    min_ds: IntArray
    likely_ds: IntArray
    max_ds: IntArray
    confidence: ByteArray

    def of(self, rows: slice) -> Ends:
        """Return those of some groups, as views."""
        first, likely, last, confidence = self
        return Ends(first[rows], likely[rows], last[rows], confidence[rows])


class Foresight:
    """Asks a controller what it expects, in the breath in which it decides, and holds that against what is promised.

    Stands between `signals.safety.punctual.Punctual`, in whose thread it works, and whoever decides. A controller whose
    expectations cannot be asked for, or are none, has failed: that is seen before anybody relies on them.

    Parameters
    ----------
    controller
        Who is asked.
    network
        What it decides about.
    prospects
        Of the guard.
    tick_ds
        Length of a tick.
    """

    def __init__(self, controller: Controller, network: Network, prospects: Prospects, tick_ds: int) -> None:
        self._controller, self._prospects = controller, prospects
        self._predictor = controller if isinstance(controller, Predicts) else None
        self._red_amber_ds, groups = network.arrays.red_amber_ds, len(network.arrays.group_user)
        self._shape = (groups,)
        self._expected: Prediction | None = None
        self._happened: Callable[[], Iterable[object]] = getattr(controller, "take_events", tuple)
        self._said: deque[Event] = deque(maxlen=MOST_EVENTS)
        self._places = len(network.intersections)
        self._record = _Record(groups, tick_ds)

    def decide(self, snapshot: Snapshot) -> Decision:
        """Say what the controller wants; raises what it raises.

        Raises
        ------
        InputError
            When what it expects is no prediction, or what it says that happened are no events.
        """
        decision = self._controller.decide(snapshot)
        self._said.extend(self._taken())
        if self._predictor is not None:
            expected: object = self._predictor.predict(snapshot)
            if not isinstance(expected, Prediction) or not all(np.shape(part) == self._shape for part in expected):
                raise InputError(f"a prediction: expected a Prediction of two float32 [{self._shape[0]}]")
            self._expected = expected
        return decision

    def take_events(self) -> tuple[Event, ...]:
        """Return what the controller says that happened to it, since the last call; it may be thinking meanwhile."""
        return tuple(self._said.popleft() for _ in range(len(self._said)))

    def _taken(self) -> list[Event]:
        found = []
        for event in self._happened():
            if not isinstance(event, Event) or not -1 <= event.intersection < self._places:
                raise InputError(f"an event: expected one about an intersection from -1 to {self._places - 1}")
            found.append(event)
        return found

    def ends(self, believed: BoolArray) -> Ends:
        """Say when groups will change; ask once a tick, after the guard has permitted something.

        Parameters
        ----------
        believed
            bool [nG] groups of which it counts what the controller expects.
        """
        aspect, earliest_ds, latest_ds = self._prospects.look()
        known = earliest_ds >= 0
        likely_ds = self._likely_ds(aspect, known & believed)
        most_ds = np.where(latest_ds < 0, likely_ds, latest_ds)
        likely_ds[:] = np.where(
            likely_ds < 0, likely_ds, np.clip(likely_ds, earliest_ds, np.maximum(most_ds, earliest_ds))
        )
        confidence = self._record.note(likely_ds, aspect == Aspect.GREEN, known)
        exact = known & (aspect != Aspect.GREEN) & (aspect != Aspect.RED)
        likely_ds[exact], confidence[exact] = earliest_ds[exact], SURE
        return Ends(earliest_ds.copy(), likely_ds, latest_ds.copy(), confidence)

    def _likely_ds(self, aspect: ByteArray, believed: BoolArray) -> IntArray:
        """Return in how long the green or red that is permitted will probably end, as far as somebody expects it to."""
        found = np.full(self._shape, NOBODY_KNOWS, np.int32)
        if self._expected is None:
            return found
        start_s, end_s = self._expected
        until_s = np.where(aspect == Aspect.GREEN, end_s, start_s - self._red_amber_ds / 10)
        told = believed & np.isfinite(until_s) & ((aspect == Aspect.GREEN) | (aspect == Aspect.RED))
        found[told] = np.rint(10 * np.clip(until_s[told], 0.0, MOST_S))
        return found


class _Record:
    """How often expectations came true, by how far they looked ahead.

    Every change of a group from or to green is held against all that was expected of it since the one before, with one
    vote for each step of looking ahead: what was last said there.
    """

    def __init__(self, groups: int, tick_ds: int) -> None:
        self._now_ds, self._tick_ds = 0, tick_ds
        self._said_ds = np.full((BINS, groups), -1, np.int64)
        self._green = np.zeros(groups, np.bool_)
        self._true, self._all = np.zeros((2, BINS))

    def note(self, likely_ds: IntArray, green: BoolArray, known: BoolArray) -> ByteArray:
        """Take what is expected and permitted in a tick; return how sure the expectations are, in percent.

        Parameters
        ----------
        likely_ds
            int32 [nG] in how long groups change; -1 = nobody expects anything.
        green
            bool [nG] what is permitted.
        known
            bool [nG] groups that are ours; of the others everything is forgotten.
        """
        self._now_ds += self._tick_ds
        self._said_ds[:, ~known] = -1
        changed = np.flatnonzero(green != self._green)
        if changed.size:
            self._judge(changed)
            self._green[:] = green
        told = np.flatnonzero(likely_ds >= 0)
        step = np.minimum(likely_ds[told] // BIN_DS, BINS - 1)
        self._said_ds[step, told] = self._now_ds + likely_ds[told]
        share = np.where(self._all >= LEAST, 100 * self._true / np.maximum(self._all, 1), NOBODY_KNOWS)
        confidence = np.full(len(likely_ds), NOBODY_KNOWS, np.int8)
        confidence[told] = share[step]
        return confidence

    def _judge(self, changed: np.ndarray[tuple[int], np.dtype[np.intp]]) -> None:
        said_ds = self._said_ds[:, changed]
        told = said_ds >= 0
        came = told & (np.abs(said_ds - self._now_ds) <= SLACK_DS)
        judged = told.sum(axis=1)
        fade = MEMORY**judged
        self._true = self._true * fade + came.sum(axis=1)
        self._all = self._all * fade + judged
        self._said_ds[:, changed] = -1
