"""A controller in its safe seat: whatever it does and whatever it is told, there is always an answer.

The only place that may catch `Exception`. Every intersection stands on a ladder:

=======  ====================================================================================================
level 0  the controller is followed
level 1  its last good wish is held, for a cycle at most
level 2  the built-in backup decides
level 3  nothing is written, so that the intersection's own program takes over (`DO_NOT_WRITE` as its stage)
=======  ====================================================================================================

What throws it down: ``controller-raised``, ``controller-late``, ``controller-malformed`` (type, shape or dtype of its
decision), ``controller-unknown-stage``; ``snapshot-stale`` (time does not advance), ``snapshot-frozen`` (vehicles
stand and their waits do not grow), ``snapshot-impossible`` (not a number, negative, or of the wrong shape). Unknown
stages and impossible numbers concern their intersection, everything else concerns all. `signals.safety.ladder` says
when it returns. Every change of level is one event, and nothing else is; its code is the cause where an intersection
leaves level 0 and ``level-0`` to ``level-3`` after that.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from signals.model.roles import Controller
from signals.model.values import ByteArray, Decision, Event, Snapshot
from signals.safety.guard import DO_NOT_WRITE
from signals.safety.ladder import Ladder
from signals.safety.plausible import Plausibility, copied, unknown_stages

if TYPE_CHECKING:
    from signals.model.network import Network

__all__ = ["HOLD_DS", "Fallback"]

HOLD_DS: Final = 1_200
"""The longest cycle in common use."""

NAMES: Final = ("the controller is followed", "its last good wish is held", "the backup decides", "nothing is written")
FOLLOW: Final = 0
HOLD: Final = 1
BACKUP: Final = 2
LET_GO: Final = 3


class Trouble(NamedTuple):
    """What is wrong everywhere."""

    code: str
    detail: str


class Fallback:
    """Asks a controller, and does without it where it must.

    Parameters
    ----------
    controller
        Who is asked.
    network
        What it decides about.
    backup
        Who is asked next: a fixed-time plan, say. None = there is no level 2.
    tick_ds
        Length of a tick, > 0.
    deadline_s
        How long a decision may take; None = for ever, so that simulations do not depend on the machine.
    clock
        Measures that; monotonic.
    """

    def __init__(
        self,
        controller: Controller,
        network: Network,
        *,
        backup: Controller | None = None,
        tick_ds: int = 10,
        deadline_s: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        groups, intersections = len(network.arrays.min_green_ds), len(network.intersections)
        self._controller, self._backup = controller, backup
        self._deadline_s, self._clock = deadline_s, clock
        self._tick_ds = tick_ds
        self._events: list[Event] = []
        # One row for each level, and views of them; row 0 is what the controller answered, good or not.
        self._wants = np.zeros((4, groups), np.bool_)
        self._stages = np.full((4, intersections), DO_NOT_WRITE, np.int32)
        self._rows = [Decision(*row) for row in zip(self._wants, self._stages, strict=True)]
        self._level = np.zeros(intersections, np.int8)
        self._known, self._unknown = np.zeros((2, intersections), np.bool_)
        self._groups, self._intersections = np.arange(groups), np.arange(intersections)
        self._owner = np.repeat(self._intersections, np.diff(network.arrays.group_offset))
        self._stage_offset = network.arrays.stage_offset
        self._plausible = Plausibility(network, tick_ds)
        self._ladder, self._backup_ladder = Ladder(intersections, tick_ds), Ladder(1, tick_ds)
        unknown_stages(self._rows[FOLLOW].stage, self._stage_offset, self._unknown)  # compiles it

    @property
    def level(self) -> ByteArray:
        """int8 [nI] where each intersection stands on the ladder (a copy)."""
        return self._level.copy()

    def take_events(self) -> tuple[Event, ...]:
        """Return what happened since the last call, and forget it."""
        if not self._events:
            return ()
        events = tuple(self._events)
        self._events.clear()
        return events

    def decide(self, snapshot: Snapshot) -> Decision:
        """Say what is wanted; raises nothing.

        Parameters
        ----------
        snapshot
            What is believed.

        Returns
        -------
        Decision
            Its arrays are valid until the next call.
        """
        trouble, strange = self._judge(snapshot), 0
        if trouble is None and not self._ladder.all_resting:
            trouble = self._ask(self._controller, "controller", FOLLOW, snapshot)
            strange = unknown_stages(self._rows[FOLLOW].stage, self._stage_offset, self._unknown)
        else:
            self._unknown[:] = False
        if trouble is not None or strange or self._plausible.any_bad or not self._ladder.spotless:
            return self._descend(snapshot, trouble)
        followed, held = self._rows[FOLLOW], self._rows[HOLD]
        held.want[:], held.stage[:], self._known[:] = followed.want, followed.stage, True
        return followed

    def _judge(self, snapshot: Snapshot) -> Trouble | None:
        """Look for what makes the whole snapshot useless."""
        try:
            code = self._plausible.judge(snapshot)
        except Exception as error:  # noqa: BLE001  whatever it was given, it is no snapshot
            return Trouble("snapshot-impossible", _text(error))
        return Trouble(code, f"at {self._plausible.time_s:.1f} s") if code else None

    def _ask(self, controller: Controller, name: str, level: int, snapshot: Snapshot) -> Trouble | None:
        """Have a controller decide, and keep what it answers in the row of its level."""
        time_s = self._plausible.time_s
        start_s = 0.0 if self._deadline_s is None else self._clock()
        try:
            given = snapshot if snapshot.time_s == time_s else snapshot._replace(time_s=time_s)
            answer: object = controller.decide(given)
            want, stage = self._rows[level]
            sound = isinstance(answer, Decision) and copied(answer.want, want) and copied(answer.stage, stage)
        except Exception as error:  # noqa: BLE001  nothing that a controller does may stop the signals
            return Trouble(f"{name}-raised", _text(error))
        if self._deadline_s is not None and self._clock() - start_s > self._deadline_s:
            return Trouble(f"{name}-late", f"it took longer than {self._deadline_s} s")
        if not sound:
            return Trouble(f"{name}-malformed", "expected a Decision of bool [nG] and int32 [nI]")
        return None

    def _descend(self, snapshot: Snapshot, trouble: Trouble | None) -> Decision:
        """Go through the ladder of every intersection and put the decision together."""
        self._ladder.advance(self._plausible.bad | self._unknown | (trouble is not None))
        fallen = self._ladder.fallen
        good = ~fallen[self._owner]
        self._wants[HOLD, good], self._stages[HOLD, ~fallen] = self._wants[FOLLOW, good], self._stages[FOLLOW, ~fallen]
        self._known |= ~fallen
        held = self._known & (self._ladder.since_ticks * self._tick_ds < HOLD_DS)
        level = np.where(fallen, np.where(held, HOLD, BACKUP), FOLLOW).astype(np.int8)
        spare = self._ask_backup(snapshot) if (level == BACKUP).any() else ""
        if spare:
            level[level == BACKUP] = LET_GO
        self._tell(level, trouble, spare)
        self._level = level
        return Decision(self._wants[level[self._owner], self._groups], self._stages[level, self._intersections])

    def _ask_backup(self, snapshot: Snapshot) -> str:
        """Have the backup decide, or say why it does not."""
        if self._backup is None:
            return "there is no backup"
        trouble = None
        if not self._backup_ladder.all_resting:
            trouble = self._ask(self._backup, "backup", BACKUP, snapshot)
            if trouble is None and unknown_stages(
                self._stages[BACKUP], self._stage_offset, np.zeros_like(self._unknown)
            ):
                trouble = Trouble("backup-unknown-stage", "a stage that does not exist")
        self._backup_ladder.advance(np.array([trouble is not None]))
        if not self._backup_ladder.fallen[0]:
            return ""
        return f"{trouble.code}, {trouble.detail}" if trouble else "the backup is not trusted again yet"

    def _tell(self, level: ByteArray, trouble: Trouble | None, spare: str) -> None:
        """Keep one event for every change of level; a single one if all change alike."""
        changed = np.flatnonzero(level != self._level)
        alike = changed.size == level.size and not np.ptp(level) and not np.ptp(self._level)
        for i in changed[:1] if alike else changed:
            old, new = int(self._level[i]), int(level[i])
            local = "snapshot-impossible" if self._plausible.bad[i] else "controller-unknown-stage"
            cause = trouble or Trouble(local, "here")
            details = (NAMES[new], cause.detail if old == FOLLOW else "", spare if new == LET_GO else "")
            detail = f"level {new}: " + "; ".join(filter(None, details))
            code = cause.code if old == FOLLOW else f"level-{new}"
            self._events.append(Event(self._plausible.time_s, -1 if alike else int(i), code, detail))


def _text(error: Exception) -> str:
    """Describe an error on one line, even if it cannot describe itself."""
    return " ".join(traceback.format_exception_only(error)[-1].split())[:200]
