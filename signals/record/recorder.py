"""Keeps what happened, cheaply: on most ticks nothing changes, and then only sums are touched.

Nothing that is kept names or numbers a traveller.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from signals.model.network import Network
from signals.model.values import Aspect, Comparison, Decision, Event, Snapshot, Verdict, Violation
from signals.record.changes import AspectLog, WishLog, WriteLog
from signals.record.queues import QueueLog
from signals.record.tables import Columns, write_table

__all__ = ["RECORDED", "Recorder"]

RECORDED = ("signals", "written", "decisions", "comparisons", "queues", "events", "violations")
"""The tables that `Recorder.write` writes."""

_DS_PER_S = 10
_REASONS = 128


class Recorder:
    """The witness of the loop.

    Parameters
    ----------
    network
        What is recorded.
    tick_ds
        Length of a tick.
    interval_s
        Queues are summed up over this time.
    compared
        What a controller that explains itself has for it (`take_comparisons`): returns what it weighed at the changes
        since the last call.
    happened
        What a controller to whom things happen has for it (`take_events`): returns them since the last call.
    """

    def __init__(
        self,
        network: Network,
        tick_ds: int,
        *,
        interval_s: float = 10.0,
        compared: Callable[[], tuple[Comparison, ...]] = tuple,
        happened: Callable[[], tuple[Event, ...]] = tuple,
    ) -> None:
        self._network = network
        self._aspects = AspectLog(tick_ds / _DS_PER_S, len(network.arrays.group_user))
        self._writes = WriteLog([place.id for place in network.intersections])
        self._wishes = WishLog(network)
        self._queues = QueueLog(len(network.arrays.approach_lane), tick_ds / _DS_PER_S, interval_s)
        self._nothing_refused = bytes(len(network.arrays.group_user))
        self._refused = np.zeros(_REASONS, np.int64)
        self._violations: list[Violation] = []
        self._events: list[Event] = []
        self._compared, self._happened = compared, happened
        self._said: list[Event] = []
        self._comparisons = [*compared()]

    def note(self, snapshot: Snapshot, decision: Decision, verdict: Verdict, events: tuple[Event, ...]) -> None:
        """Keep one tick."""
        self._aspects.note(snapshot.time_s, snapshot.aspect)
        self._writes.note(snapshot.time_s, verdict.command.write)
        self._wishes.note(snapshot.time_s, decision)
        self._comparisons += self._compared()
        self._said += self._happened()
        self._queues.note(snapshot.time_s, snapshot.queue_veh, snapshot.count_veh)
        if verdict.reason.tobytes() != self._nothing_refused:
            self._refused += np.bincount(verdict.reason, minlength=_REASONS)
        if verdict.violations:
            self._violations += verdict.violations
        if events:
            self._events += events

    @property
    def violations(self) -> tuple[Violation, ...]:
        """What the monitor saw."""
        return tuple(self._violations)

    @property
    def events(self) -> tuple[Event, ...]:
        """What was done without the controller, or by it again (`signals.safety.fallback`)."""
        return tuple(self._events)

    @property
    def said(self) -> tuple[Event, ...]:
        """What the controller itself says that happened to it."""
        return tuple(self._said)

    @property
    def refusals(self) -> dict[str, int]:
        """Reason → group-ticks during which a group did not show what was wanted."""
        from signals.safety.interstage import REASONS  # noqa: PLC0415  compiled code; not needed to write tables

        names = (*REASONS, *(f"reason {k}" for k in range(len(REASONS), _REASONS)))
        return {names[k]: int(n) for k, n in enumerate(self._refused) if k and n}

    def mean_queue_veh(self, since_s: float = -np.inf) -> float:
        """Return the mean number of standing vehicles on all approaches together; NaN where nothing was noted.

        Parameters
        ----------
        since_s
            Only intervals that begin at this time or later are counted (end of the warm-up).
        """
        return self._queues.mean_veh(since_s)

    def write(self, folder: Path) -> None:
        """Write the tables `RECORDED`; may be called again later, and after a run that was interrupted.

        Raises
        ------
        RecordError
            When a file cannot be written.
        """
        write_table(folder, "signals", self._signal_columns())
        write_table(folder, "written", self._writes.columns())
        write_table(folder, "decisions", self._wishes.columns())
        write_table(folder, "comparisons", self._comparison_columns())
        write_table(folder, "queues", self._queue_columns())
        write_table(folder, "events", self._event_columns())
        write_table(folder, "violations", self._violation_columns())

    def _signal_columns(self) -> Columns:
        spans = self._aspects.spans()
        places = [(place.id, group.id) for place in self._network.intersections for group in place.groups]
        names = {int(aspect): aspect.name.lower() for aspect in Aspect}
        return {
            "time_s": np.round(spans.time_s, 3),
            "intersection": [places[group][0] for group in spans.group],
            "group": [places[group][1] for group in spans.group],
            "aspect": [names[aspect] for aspect in spans.aspect.tolist()],
            "duration_s": np.round(spans.duration_s, 3),
        }

    def _comparison_columns(self) -> Columns:
        places, seen = self._network.intersections, self._comparisons
        return {
            "time_s": [one.time_s for one in seen],
            "intersection": [places[one.intersection].id for one in seen],
            "stage": [places[one.intersection].stages[one.stage].id for one in seen],
            "chosen": [int(one.chosen) for one in seen],
            "cost_s": [round(one.cost_s, 2) for one in seen],
            "waiting_veh": [round(one.waiting_veh, 2) for one in seen],
            "longest_wait_s": [round(one.longest_wait_s, 2) for one in seen],
            "in_time": [int(one.in_time) for one in seen],
            "due_group": [
                places[one.intersection].groups[one.due_group].id if one.due_group >= 0 else "" for one in seen
            ],
            "due_s": [round(one.due_s, 2) for one in seen],
        }

    def _queue_columns(self) -> Columns:
        arrays = self._network.arrays
        counts = np.diff(arrays.approach_offset)
        owners = [place.id for place, n in zip(self._network.intersections, counts, strict=True) for _ in range(n)]
        return self._queues.columns(owners, [self._network.lanes[lane].id for lane in arrays.approach_lane])

    def _event_columns(self) -> Columns:
        events = sorted((*self._events, *self._said), key=lambda event: event.time_s)
        return {
            "time_s": [event.time_s for event in events],
            "intersection": [self._place(event.intersection) for event in events],
            "code": [event.code for event in events],
            "detail": [event.detail for event in events],
        }

    def _violation_columns(self) -> Columns:
        groups = [group.id for place in self._network.intersections for group in place.groups]
        return {
            "time_s": [seen.time_s for seen in self._violations],
            "intersection": [self._place(seen.intersection) for seen in self._violations],
            "rule": [seen.rule for seen in self._violations],
            "group": [groups[seen.group] if seen.group >= 0 else "" for seen in self._violations],
            "other": [groups[seen.other] if seen.other >= 0 else "" for seen in self._violations],
            "detail": [seen.detail for seen in self._violations],
        }

    def _place(self, intersection: int) -> str:
        return self._network.intersections[intersection].id if intersection >= 0 else ""
