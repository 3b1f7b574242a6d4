"""A controller in its safe seat: whatever it does and whatever it is told, there is always an answer.

The only place that may catch `Exception`. Every intersection stands on a ladder:

=======  ====================================================================================================
level 0  the controller is followed
level 1  its last good wish is held, for ten seconds at most
level 2  the built-in backup decides
level 3  nothing is written, so that the intersection's own program takes over (`DO_NOT_WRITE` as its stage)
=======  ====================================================================================================

What throws it down, with the code of its event:

========================== ===================================================================== ============
controller-raised          it raised an exception                                                everywhere
controller-late            it did not answer in time (`signals.safety.punctual`)                 everywhere
controller-malformed       not a decision, or arrays of another shape or type                    everywhere
controller-unknown-stage   a stage that does not exist                                           there
snapshot-stale             its time does not advance                                             everywhere
snapshot-impossible        not a number, negative, or of another shape                           there
snapshot-frozen            somebody waits and nothing changes                                    there
clock-stepped              time jumps, or runs at another rate than the ticks                    everywhere
readings-…                 the source of the readings is doubted (`signals.safety.safe_world`)   there
adapter-…                  the adapter failed: level 3 at once (`signals.safety.safe_world`)     there
========================== ===================================================================== ============

`signals.safety.ladder` says when it returns. Every change of level is one event, and nothing else is; its code is the
cause where an intersection leaves level 0 or its adapter fails, and ``level-0`` to ``level-3`` otherwise.

Time that jumps is not followed (`signals.safety.steady`): controller and backup are told a time that only moves on, so
that no plan jumps with a clock.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, TypeVar

import numpy as np

from signals.model.roles import Controller
from signals.model.values import BoolArray, ByteArray, Decision, Event, Snapshot
from signals.safety.guard import DO_NOT_WRITE
from signals.safety.ladder import Ladder
from signals.safety.plausible import FROZEN, Plausibility, copied, unknown_stages

if TYPE_CHECKING:
    from signals.model.network import Network

__all__ = ["HOLD_DS", "Failure", "Fallback", "LateError", "Source", "Trouble", "attempt"]

T = TypeVar("T")

HOLD_DS: Final = 100
"""Until a single fault is forgiven; a wish is one stage, and if it is held for a whole cycle, all others wait."""

NAMES: Final = ("the controller is followed", "its last good wish is held", "the backup decides", "nothing is written")
FOLLOW: Final = 0
HOLD: Final = 1
BACKUP: Final = 2
LET_GO: Final = 3


class LateError(Exception):
    """Somebody did not answer in time."""


class Trouble(NamedTuple):
    """What is wrong: the code of the event, and a sentence for people."""

    code: str
    detail: str


class Failure(NamedTuple):
    """What a call raised."""

    error: Exception

    def of(self, whom: str) -> Trouble:
        """Name it as somebody's trouble."""
        if isinstance(self.error, LateError):
            return Trouble(f"{whom}-late", str(self.error))
        return Trouble(f"{whom}-raised", _text(self.error))


def attempt(call: Callable[[], T]) -> T | Failure:
    """Call a stranger's code, and return what it returns or the exception that it raises."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001  nothing that a stranger does may stop the signals
        return Failure(error)


class Source(Protocol):
    """Where the readings come from (`signals.safety.safe_world.SafeWorld`).

    Attributes
    ----------
    troubled
        Whether anything is wrong in this tick.
    lost
        bool [nI] its adapter failed: nothing can be written.
    doubted
        bool [nI] what is reported of it cannot be.
    """

    troubled: bool
    lost: BoolArray
    doubted: BoolArray

    def why(self, intersection: int) -> Trouble:
        """Say what is wrong at an intersection that is lost or doubted."""
        ...

    def take_events(self) -> tuple[Event, ...]:
        """Return what happened to detectors since the last call, and forget it."""
        ...


class Fallback:
    """Asks a controller, and does without it where it must.

    Parameters
    ----------
    controller
        Who is asked; a `signals.safety.punctual.Punctual` where there is a deadline.
    network
        What it decides about.
    backup
        Who is asked next: a fixed-time plan, say. None = there is no level 2.
    tick_ds
        Length of a tick, > 0.
    source
        Who tells which adapters failed; None = nobody, so that a world that fails ends the run.
    """

    def __init__(
        self,
        controller: Controller,
        network: Network,
        *,
        backup: Controller | None = None,
        tick_ds: int = 10,
        source: Source | None = None,
    ) -> None:
        groups, intersections = len(network.arrays.min_green_ds), len(network.intersections)
        self._controller, self._backup, self._source = controller, backup, source
        self._tick_ds = tick_ds
        self._events: list[Event] = []
        # One row for each level, and views of them; row 0 is what the controller answered, good or not.
        self._wants = np.zeros((4, groups), np.bool_)
        self._stages = np.full((4, intersections), DO_NOT_WRITE, np.int32)
        self._rows = [Decision(*row) for row in zip(self._wants, self._stages, strict=True)]
        self._level, self._down = np.zeros(intersections, np.int8), False
        self._known, self._unknown, self._nowhere = np.zeros((3, intersections), np.bool_)
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
        events = tuple(self._events) if self._source is None else (*self._source.take_events(), *self._events)
        if self._events:
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
        if trouble is not None or strange or self._doubtful:
            return self._descend(snapshot, trouble)
        followed, held = self._rows[FOLLOW], self._rows[HOLD]
        held.want[:], held.stage[:], self._known[:] = followed.want, followed.stage, True
        return followed

    @property
    def _doubtful(self) -> bool:
        """Whether anything but the controller's answer is, or was, not as it should be."""
        troubled = self._source is not None and self._source.troubled
        return troubled or self._plausible.any_fault or not self._ladder.spotless or self._down

    def _judge(self, snapshot: Snapshot) -> Trouble | None:
        """Look for what makes the whole snapshot useless."""
        code = attempt(lambda: self._plausible.judge(snapshot))
        if isinstance(code, Failure):  # whatever it was given, it is no snapshot
            return Trouble("snapshot-impossible", code.of("snapshot").detail)
        return Trouble(code, f"at {self._plausible.time_s:.1f} s") if code else None

    def _ask(self, controller: Controller, name: str, level: int, snapshot: Snapshot) -> Trouble | None:
        """Have a controller decide, and keep what it answers in the row of its level."""
        time_s, row = self._plausible.time_s, self._rows[level]

        def taken() -> bool:
            given = snapshot if snapshot.time_s == time_s else snapshot._replace(time_s=time_s)
            answer: object = controller.decide(given)
            return isinstance(answer, Decision) and copied(answer.want, row.want) and copied(answer.stage, row.stage)

        sound = attempt(taken)
        if isinstance(sound, Failure):
            return sound.of(name)
        return None if sound else Trouble(f"{name}-malformed", "expected a Decision of bool [nG] and int32 [nI]")

    def _descend(self, snapshot: Snapshot, trouble: Trouble | None) -> Decision:
        """Go through the ladder of every intersection and put the decision together."""
        lost, doubted = (self._nowhere,) * 2 if self._source is None else (self._source.lost, self._source.doubted)
        self._ladder.advance((self._plausible.fault > 0) | self._unknown | doubted | (trouble is not None))
        fallen = self._ladder.fallen
        good = ~fallen[self._owner]
        self._wants[HOLD, good], self._stages[HOLD, ~fallen] = self._wants[FOLLOW, good], self._stages[FOLLOW, ~fallen]
        self._known |= ~fallen
        held = self._known & (self._ladder.since_ticks * self._tick_ds < HOLD_DS)
        level = np.where(lost, LET_GO, np.where(fallen, np.where(held, HOLD, BACKUP), FOLLOW)).astype(np.int8)
        spare = self._ask_backup(snapshot) if (level == BACKUP).any() else ""
        if spare:
            level[level == BACKUP] = LET_GO
        self._tell(level, trouble, spare)
        self._level, self._down = level, bool(level.any())
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
        changed = np.flatnonzero(level != self._level).tolist()
        told = [(i, self._change(i, int(level[i]), trouble, spare)) for i in changed]
        alike = len(told) == level.size and len({change for _, change in told}) == 1
        for i, change in told[:1] if alike else told:
            self._events.append(Event(self._plausible.time_s, -1 if alike else i, change.code, change.detail))

    def _change(self, i: int, new: int, trouble: Trouble | None, spare: str) -> Trouble:
        """Put the change of an intersection's level into words."""
        lost = new == LET_GO and self._source is not None and bool(self._source.lost[i])
        left = self._level[i] == FOLLOW or lost
        cause = self._cause(i, trouble, lost=lost) if left else Trouble(f"level-{new}", "")
        details = (NAMES[new], cause.detail, spare if new == LET_GO and not lost else "")
        return Trouble(cause.code, f"level {new}: " + "; ".join(filter(None, details)))

    def _cause(self, i: int, trouble: Trouble | None, *, lost: bool) -> Trouble:
        """Say why an intersection is not left to the controller any more."""
        if trouble is not None and not lost:
            return trouble
        if self._source is not None and (lost or self._source.doubted[i]):
            return self._source.why(i)
        if self._plausible.fault[i]:
            return Trouble("snapshot-frozen" if self._plausible.fault[i] == FROZEN else "snapshot-impossible", "here")
        return Trouble("controller-unknown-stage", "here")


def _text(error: Exception) -> str:
    """Describe an error on one line, even if it cannot describe itself."""
    return " ".join(traceback.format_exception_only(error)[-1].split())[:200]
