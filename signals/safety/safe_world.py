"""Several worlds as one, each in its safe seat: whichever fails takes nobody else with it.

An adapter that raises, is late, or reports what are no readings has *failed*. From that very tick on its intersections
are *lost*, and `signals.safety.fallback` does not write to them. It rests, is left and entered anew, and after two
seconds of good readings its intersections are taken over like any that were not ours: whether they show what was
commanded when it failed, nobody knows. Readings that cannot be (`signals.safety.intake`) make their intersections
*doubted*: they are written on, but not as the controller wishes.

A command that is older than `DEAD_S` is not written: a process that slept in between does not know what is shown. All
intersections are lost then, until readings have been good for two seconds (invariant I13).

Time is counted in ticks from the first reading. What each world says of the time is compared with what it said before.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from signals.errors import NetworkError, WorldError, WorldLostError
from signals.model.roles import World
from signals.model.trips import Incidents, Trips
from signals.model.values import Aspect, BoolArray, ByteArray, Command, Event, Readings
from signals.safety.adapter_seat import BUSY, LATE, AdapterSeat, Call, still_entering
from signals.safety.fallback import Failure, LateError, Trouble, attempt
from signals.safety.ladder import Ladder
from signals.safety.punctual import Worker

if TYPE_CHECKING:
    from signals.model.network import Network

__all__ = ["DEAD_S", "ENTER_S", "LEAVE_S", "SafeWorld"]

ENTER_S: Final = 30.0
LEAVE_S: Final = 2.0
"""Where there is a deadline: how long the first entering and the leaving may take."""

DEAD_S: Final = 2.0
"""Where there is a deadline: how old a command may be, counted from when the readings were asked for."""

NAMED: Final = 5
"""How many detectors an event names."""


class SafeWorld:
    """A world (`signals.model.roles.World`) of worlds, and the `source` of a `Fallback`.

    Parameters
    ----------
    network
        The whole network.
    worlds
        One for every part of it; their intersections, groups and detectors are found in it by their ids.
    deadline_s
        How long the worlds may take together to be read, and to be written, in monotonic time; each of them then works
        in a thread of its own. None = for ever, on one thread, so that simulations do not depend on the machine.
    pace
        Waits for the end of the tick, where the worlds' `write` does not.
    clock
        Measures the age of commands; monotonic.

    Attributes
    ----------
    troubled, lost, doubted
        See `signals.safety.fallback.Source`.

    Raises
    ------
    UnknownNameError, NetworkError
        When an intersection is not in the network, is not the same in it, or is driven by no world or by two.
    ValueError
        When `deadline_s` is not positive, or the ticks of the worlds differ.
    """

    def __init__(
        self,
        network: Network,
        worlds: Sequence[World],
        *,
        deadline_s: float | None = None,
        pace: Callable[[], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        ticks = {world.tick_ds for world in worlds}
        if len(ticks) != 1:
            raise ValueError(f"expected worlds with one length of a tick, got {sorted(ticks)}")
        if deadline_s is not None and not deadline_s > 0:
            raise ValueError(f"deadline_s must be > 0, got {deadline_s}")
        self.network, self.tick_ds = network, ticks.pop()
        self._deadline_s, self._pace, self._clock = deadline_s, pace, clock
        self._asked_s = clock()
        self._seats = [AdapterSeat(world, network) for world in worlds]
        self._workers = [Worker(seat.name) for seat in self._seats]
        self._seat_of = _owners(network, self._seats)
        self._ladder = Ladder(len(self._seats), self.tick_ds)
        self._begin_s, self._tick = 0.0, -1
        self._events: list[Event] = []
        self.lost: BoolArray = np.zeros(len(network.intersections), np.bool_)
        self.doubted: BoolArray = np.zeros(len(network.intersections), np.bool_)
        self.troubled, self._let_go = False, [False] * len(self._seats)
        self._preempt: ByteArray = np.zeros(len(network.arrays.min_green_ds), np.int8)
        self._known = _nothing_known(network, self._preempt)

    def __enter__(self) -> Self:
        """Enter every world; one that cannot be entered has failed."""
        for k, answer in self._answers({k: seat.enter() for k, seat in enumerate(self._seats)}, ENTER_S).items():
            self._seats[k].entered(answer)
        return self

    def __exit__(self, *_: object) -> None:
        """Leave every world. Raises `WorldError` where one that had not failed cannot be left."""
        answers = self._answers({k: seat.leave() for k, seat in enumerate(self._seats)}, LEAVE_S)
        wrong = [self._seats[k].left(answer) for k, answer in answers.items()]
        if any(wrong):
            raise WorldError(f"could not be left: {'; '.join(filter(None, wrong))}")

    @property
    def finished(self) -> bool:
        """Whether the time of one of its worlds is over."""
        return any(seat.finished for seat in self._seats)

    @property
    def progress(self) -> float:
        """How much of its time has passed, 0 to 1."""
        return max(seat.progress for seat in self._seats)

    @property
    def rejected(self) -> int:
        """How many values that cannot be have been rejected so far."""
        return sum(seat.intake.rejected for seat in self._seats)

    def why(self, intersection: int) -> Trouble:
        """Say what is, or was last, wrong with the adapter of an intersection."""
        return self._seats[self._seat_of[intersection]].trouble

    def take_events(self) -> tuple[Event, ...]:
        """Return what happened to detectors since the last call, and forget it."""
        events = tuple(self._events)
        self._events.clear()
        return events

    def read(self) -> Readings:
        """Report what all that answer have seen; nothing is known of the others. Valid until the next call."""
        self._tick += 1
        self._asked_s = self._clock()
        resting = self._ladder.resting
        calls = {k: seat.read() for k, seat in enumerate(self._seats) if not (resting[k] or seat.failed)}
        answers = self._answers(calls, self._deadline_s)
        for k, seat in enumerate(self._seats):
            if k in answers:
                seat.took(answers[k])
            else:
                seat.rest()
        # One that is blocked has not failed again and again; its rest begins when it returns.
        blocked = resting & np.array([worker.busy for worker in self._workers])
        self._ladder.advance(blocked | np.array([seat.failed for seat in self._seats]))
        for k, seat in enumerate(self._seats):
            self._mark(k, seat)
        self.troubled = bool(self.lost.any() or self.doubted.any())
        return self._joined()

    def write(self, command: Command) -> None:
        """Show what is commanded, and let one tick pass. Raises `WorldLostError` where nobody is left to do that."""
        age_s = self._clock() - self._asked_s
        if self._deadline_s is not None and age_s > DEAD_S:
            for k, seat in enumerate(self._seats):
                seat.distrust(Trouble("command-old", f"made from readings {age_s:.1f} s ago"))
                self._let_go[k] = True
        calls = {
            k: seat.write(command, allowed=not self._let_go[k]) for k, seat in enumerate(self._seats) if seat.awake
        }
        for k, answer in self._answers(calls, self._deadline_s).items():
            self._seats[k].wrote(answer)
        if self._pace is not None:
            self._pace()
        elif not calls:
            reasons = [f"{seat.name}: {seat.trouble.code}, {seat.trouble.detail}" for seat in self._seats]
            raise WorldLostError(f"no world answers: {'; '.join(reasons)}")

    def outcome(self) -> tuple[Trips, Incidents]:
        """Account for every traveller of every world. Raises `WorldError` where one of them cannot."""
        found = []
        for seat in self._seats:
            account = seat.account()
            if isinstance(account, Failure):
                raise WorldError(f"{seat.name}: {account.of('adapter').detail}") from account.error
            found.append(account)
        return _together(found)

    def _answers(self, calls: Mapping[int, Call], within_s: float | None) -> dict[int, object]:
        """Have the worlds do something, all at once where there is a deadline, and return what came of it."""
        if self._deadline_s is None:
            return {k: attempt(call) for k, call in calls.items()}
        begun = {k: call is still_entering or self._workers[k].begin(call) for k, call in calls.items()}
        end_s = time.monotonic() + (within_s or 0.0)
        return {k: _answer(self._workers[k], end_s) if begun[k] else BUSY for k in calls}

    def _mark(self, k: int, seat: AdapterSeat) -> None:
        """Say which intersections of a world are lost or doubted, and which of its detectors are not listened to."""
        seat.failed, places = False, seat.share.intersections
        lost = bool(self._ladder.fallen[k]) or not seat.trusted
        self._let_go[k] = self.lost[places] = lost
        self.doubted[places] = (seat.doubted | seat.intake.strange) & (not lost)
        now = seat.intake.quarantined
        for code, changed in (
            ("detector-quarantined", now & ~seat.quarantined),
            ("detector-trusted", seat.quarantined & ~now),
        ):
            ids = [self.network.detectors[seat.share.detectors[d]].id for d in np.flatnonzero(changed)]
            if ids:
                more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
                place = int(places[0]) if len(places) == 1 else -1
                self._events.append(Event(self._time_s, place, code, ", ".join(ids[:NAMED]) + more))
        seat.quarantined = now.copy()

    @property
    def _time_s(self) -> float:
        return self._begin_s + self._tick * self.tick_ds / 10

    def _joined(self) -> Readings:
        """Put together what the worlds have reported."""
        known, found = self._known, []
        for k, seat in enumerate(self._seats):
            told, share = seat.intake, seat.share
            known.aspect[share.groups], known.call[share.groups] = told.aspect, told.call
            self._preempt[share.groups] = told.preempt
            known.detector_count[share.detectors] = told.count
            known.detector_occupied[share.detectors] = told.occupied
            handles = told.vehicles.handle * len(self._seats) + k  # no two worlds may have the same
            seen = told.vehicles._replace(lane=share.lanes[told.vehicles.lane], handle=handles)
            found.append(seen.those(seen.lane >= 0))
        lanes, positions, speeds, handles, classes = (np.concatenate(column) for column in zip(*found, strict=True))
        if not self._tick:
            self._begin_s = next((seat.intake.time_s for seat in self._seats if seat.awake), 0.0)
        return known._replace(
            time_s=self._time_s,
            vehicle_lane=lanes,
            vehicle_position_m=positions,
            vehicle_speed_mps=speeds,
            vehicle_handle=handles,
            vehicle_class=classes,
        )


def _answer(worker: Worker, end_s: float) -> object:
    """Wait for an answer until a time."""
    try:
        return worker.answer(end_s - time.monotonic())
    except LateError:
        return LATE


def _owners(network: Network, seats: Sequence[AdapterSeat]) -> list[int]:
    """Find who drives each intersection: everybody exactly one."""
    drivers: list[list[int]] = [[] for _ in network.intersections]
    for k, seat in enumerate(seats):
        for i in seat.share.intersections:
            drivers[i].append(k)
    for place, who in zip(network.intersections, drivers, strict=True):
        if len(who) != 1:
            raise NetworkError(f'intersection "{place.id}" is driven by {len(who)} worlds, expected one')
    return [who for (who,) in drivers]


def _nothing_known(network: Network, preempt: ByteArray) -> Readings:
    """Make readings in which nothing is known."""
    groups, detectors = len(network.arrays.min_green_ds), len(network.detectors)
    none = np.zeros(0, np.float32)
    return Readings(
        time_s=0.0,
        aspect=np.full(groups, Aspect.UNKNOWN, np.int8),
        call=np.zeros(groups, np.bool_),
        vehicle_lane=np.zeros(0, np.int32),
        vehicle_position_m=none,
        vehicle_speed_mps=none,
        vehicle_handle=np.zeros(0, np.int64),
        detector_count=np.full(detectors, -1, np.int32),
        detector_occupied=np.full(detectors, np.nan, np.float32),
        preempt=preempt,
    )


def _together(found: Sequence[tuple[Trips, Incidents]]) -> tuple[Trips, Incidents]:
    """Join accounts: the trips one after the other, the incidents added up."""
    trips = {column.name: np.concatenate([getattr(rows, column.name) for rows, _ in found]) for column in fields(Trips)}
    incidents = [each for _, each in found]
    counts = {
        name: sum(getattr(each, name) for each in incidents)
        for name in ("teleports", "collisions", "emergency_braking", "emergency_stops")
    }
    longest_wait_s = max(each.longest_wait_s for each in incidents)
    warnings = tuple(warning for each in incidents for warning in each.warnings)
    return Trips(**trips), Incidents(**counts, longest_wait_s=longest_wait_s, warnings=warnings)
