"""Many cabinets as one world, and the source of a fallback: whichever fails takes nobody else with it.

A tick of a drive:

1.  Whoever is connected is read, all at the same time. A cabinet is *ours* when it says so itself, in this tick.
2.  The loop decides and the guard permits. Intersections that are not ours are *lost* to them: nothing is permitted
    there, and whoever comes back is taken over as a cabinet of which nobody knows anything.
3.  What is ours is asked for what was permitted, and then told that all is well here, if *all* is well: the controller
    has answered, the guard writes, the cabinet has shown what it was asked for within two ticks, and what was read is
    not older than a tick. Otherwise it is given back, and has to say so. That is the whole dead-man: nothing else keeps
    a cabinet from returning to its own program.
4.  What is not ours and may be is asked for control, when nothing stands against it (`signals.drive.arming`) and it has
    been good for two seconds (`signals.safety.ladder`).

There is one order of the clock and no catching up: edges that were missed are counted and left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from signals.adapters.cabinet.line import LATE
from signals.drive.arming import is_at_rest
from signals.drive.beginnings import Beginnings
from signals.drive.config import Level
from signals.drive.cycles import Cycles
from signals.drive.diary import Diary, Done
from signals.drive.lines import Lines
from signals.drive.requests import Permitted, Requests
from signals.drive.seat import Seat, Standing
from signals.drive.shown import Shown, lag_ticks
from signals.drive.turns import Turns
from signals.errors import WorldError
from signals.model.cabinets import Capability, Mode, PlanRequest, Receipt, Request
from signals.model.trips import Incidents, Trips
from signals.model.values import BoolArray, Command, Event, Readings
from signals.safety.fallback import Trouble
from signals.safety.ladder import Ladder

if TYPE_CHECKING:
    from signals.drive.attention import Attentive
    from signals.drive.pacer import Pace
    from signals.model.network import Network

__all__ = ["EDGE_SHARE", "LEAVE_S", "Street"]

WOULD_LET_US: Final = (Mode.LOCAL, Mode.READY, Mode.BACKUP, Mode.OURS)
"""Some only say that they are ready when they have been asked."""

STANDINGS: Final = {standing: standing.name.lower() for standing in Standing}
LEVELS: Final = {level: level.name.lower() for level in Level}
READ_SHARE: Final = 0.4
SHARE: Final = 0.3
"""Of a tick: how long reading, and how long asking, may take. What is read must not reach into the next tick of a
cabinet (see `EDGE_SHARE`): where it times itself, that would be ahead of what is permitted."""
EDGE_SHARE: Final = 0.55
"""How far in a whole tick of the clock ours begin: away from the moments at which cabinets change that tick in whole
seconds or tenths. What is asked just then is shown now in one tick and now in the next."""
BUSY_SHARE: Final = 0.5
"""Where more of a tick than this was needed for those that are there, fewer others begin to connect."""
ANEW: Final = "it went on with its own program when it was taken; it begins anew"
LEAVE_S: Final = 1.5
"""How long giving everything back may take in the end, in seconds of the wall."""


class Street:
    """A world (`signals.model.roles.World`) of cabinets, and a `signals.safety.fallback.Source`.

    Parameters
    ----------
    network
        The whole network; an intersection without a seat is nobody's.
    seats
        One for each cabinet.
    pace
        The time.
    asked
        Whoever decides, as far as he answers.
    diary
        Where everything is written down.
    latched
        Tells which intersections violated a rule and were not reset by a person since, bool [nI].

    Attributes
    ----------
    last_tick
        After how many ticks it ends; None = never.
    troubled, lost, doubted
        See `signals.safety.fallback.Source`.
    let_go_s
        How long it took to give cabinets back, each from what was wrong to its word for it.
    ours_ticks
        int64 [n] in how many ticks each seat was ours.
    """

    def __init__(
        self,
        network: Network,
        seats: Sequence[Seat],
        pace: Pace,
        *,
        asked: Attentive,
        diary: Diary,
        latched: Callable[[], BoolArray],
    ) -> None:
        clock, self._pacer, tick_ds, self.last_tick = pace
        self.network, self.tick_ds, self._seats = network, tick_ds, list(seats)
        self._asked, self._diary, self._clock, self._latched = asked, diary, clock, latched
        self._tick = -1
        number = network.intersection_index
        self._places = [number[seat.site.id] for seat in seats]
        self._rows = [np.arange(*network.arrays.group_offset[[i, i + 1]].tolist()) for i in self._places]
        index = {detector.id: row for row, detector in enumerate(network.detectors)}
        self._sensors = [np.array([index[name] for name in seat.site.detectors], np.int64) for seat in seats]
        self._ladder = Ladder(len(seats), tick_ds)
        self._shown = Shown(network, tick_ds)
        self._cycles = Cycles([seat.site for seat in seats], self._rows, tick_ds)
        self._unkept: dict[int, str] = {}
        self._requests = Requests(network, self._seats, self._places, self._shown, tick_ds)
        self._begins, self._takes = Turns(tick_ds), Turns(tick_ds)
        self._faults: BoolArray = np.zeros(len(seats), np.bool_)
        self._beginnings = Beginnings(self._seats, tick_ds)
        self._wall_s = tick_ds / 10 / clock.speed
        self._lag_ticks = lag_ticks(tick_ds)
        self._begin_s = float(int(clock.utc_s()) % 86_400)
        self._read_s = 0.0
        self._lines = Lines(self._seats)
        places = len(network.intersections)
        self.lost: BoolArray = np.ones(places, np.bool_)
        self.doubted: BoolArray = np.zeros(places, np.bool_)
        self.troubled = True
        self.let_go_s: list[float] = []
        self.ours_ticks = np.zeros(len(seats), np.int64)
        self._lapsed: dict[int, str] = {}

    def __enter__(self) -> Self:
        """Do nothing: cabinets are connected as it goes."""
        tick_s = self.tick_ds / 10
        self._pacer.begin(self._clock.until_s(tick_s, EDGE_SHARE * tick_s) / self._clock.speed)
        return self

    def __exit__(self, *_: object) -> None:
        """Give back what is ours, and leave everybody; safe to call twice."""
        ours = [k for k, seat in enumerate(self._seats) if seat.standing >= Standing.ASKED]
        self._let_go(dict.fromkeys(ours, "the drive ends"), LEAVE_S)
        self._lines.close(LEAVE_S / 3)
        for seat in self._seats:
            seat.standing = Standing.AWAY

    @property
    def finished(self) -> bool:
        """Whether its time is over."""
        return self.last_tick is not None and self._tick + 1 >= self.last_tick

    @property
    def progress(self) -> float:
        """How much of its time has passed; 0 where it never ends."""
        return 0.0 if not self.last_tick else min(1.0, (self._tick + 1) / self.last_tick)

    @property
    def seats(self) -> tuple[Seat, ...]:
        """Everybody."""
        return tuple(self._seats)

    def why(self, intersection: int) -> Trouble:
        """Say why an intersection is lost."""
        for k, place in enumerate(self._places):
            if place == intersection:
                return Trouble("adapter-lost", self._seats[k].why or "it is not ours yet")
        return Trouble("adapter-none", "it has no cabinet")

    def take_events(self) -> tuple[Event, ...]:
        """Return nothing: the diary is told at once."""
        return ()

    def outcome(self) -> tuple[Trips, Incidents]:
        """Raise `WorldError`: a street does not know who travelled."""
        raise WorldError("a street does not account for its travellers")

    def read(self) -> Readings:
        """Report what all that answer have seen; nothing is known of the others."""
        self._tick += 1
        self._asked.forget()
        for k in self._lines.replace_stuck():
            self._seats[k].wrong = self._seats[k].why = "its adapter is stuck, and was replaced"
            self._note_fault(k)
        self._read_s = self._clock.now_s()
        self._connect()
        before = [seat.standing for seat in self._seats]
        works = {k: work for k, seat in enumerate(self._seats) if (work := seat.reading()) is not None}
        for k, answer in self._lines.each(works, self._wall_s * READ_SHARE).items():
            seat = self._seats[k]
            seat.took(answer)
            if seat.wrong:
                self._note_fault(k)
            if text := seat.note():
                self._diary.tell("note", self._places[k], code=LEVELS[seat.level], text=text)
            if before[k] is Standing.OURS and seat.standing is Standing.THERE:
                self._lapsed[k] = seat.why
        self._gather(before)
        self.doubted[:] = self._shown.strange & ~self.lost
        self.troubled = bool(self.lost.any() or self.doubted.any())
        return self._shown.readings(self._begin_s + self._tick * self.tick_ds / 10)

    def write(self, command: Command) -> None:
        """Ask for what is permitted, give back what must be, take what may be; and let one tick pass."""
        old = self._clock.now_s() - self._read_s > self.tick_ds / 10
        latched = self._latched()
        reasons, asked, advised, taken = self._lapsed, [], {}, []
        self._lapsed = {}  # given back, too: nothing that was asked may come into force later
        written, late_ticks = command.write.tolist(), self._shown.late_ticks().tolist()
        for k, seat in enumerate(self._seats):
            if k in reasons:
                continue
            if seat.standing is Standing.OURS:
                self.ours_ticks[k] += 1
                place = self._places[k]
                reason = self._reason_to_let_go(k, late_ticks[place], written=written[place], old=old)
                if reason:
                    reasons[k] = reason
                else:
                    asked.append(k)
            elif self._may_take(k, latched):
                taken.append(k)
            elif seat.standing is Standing.THERE and seat.level is Level.ADVISE:
                advised[k] = self._requests.planned(k, self._asked.want)
        want, coming, ends = self._asked.want, self._diary.coming, self._asked.ends
        requests = self._requests.of(asked, Permitted(command, want, coming, self._beginnings.begun, ends))
        receipts = self._ask(requests)
        self._let_go(reasons, self._wall_s * SHARE)
        self._take(taken[: self._takes.most])
        self._ladder.advance(self._faults)
        self._faults[:] = False
        self._write_down({**advised, **requests}, receipts)
        self._pass(self._pacer.wait())

    def _pass(self, ticks: int) -> None:
        """Go on after so many ticks; where edges were missed, cabinets that time themselves begin anew."""
        self._tick += ticks - 1
        self._begins.note(late=self._pacer.last_busy_s > BUSY_SHARE * self._wall_s)
        if ticks > 1:
            for k in self._beginnings.missed(self._tick, self._requests.last):
                self._shown.forget(self._rows[k])

    def _connect(self) -> None:
        """Begin to connect where that is due, and see what became of it."""
        resting, begun = self._ladder.resting, 0
        for k, seat in enumerate(self._seats):
            if seat.standing >= Standing.THERE and not seat.is_left_to_be_met_anew():
                continue
            connecting = seat.standing is Standing.CONNECTING
            seat.advance(resting=bool(resting[k]) or begun >= self._begins.most)
            begun += not connecting and seat.standing is Standing.CONNECTING
            if connecting and seat.wrong:
                self._lines.suspect(seat.line)
            self._note_fault(k)
            if connecting and seat.standing is Standing.THERE and (text := seat.introduce()):
                self._diary.tell("connected", self._places[k], code=LEVELS[seat.level], text=text)

    def _gather(self, before: Sequence[Standing]) -> None:
        """Put together what was reported, and say who is ours."""
        self._shown.blank()
        self.lost[:] = True
        told = {
            k: report
            for k, seat in enumerate(self._seats)
            if (report := seat.report) is not None and seat.standing >= Standing.THERE
        }
        self._shown.take([self._rows[k] for k in told], [self._sensors[k] for k in told], list(told.values()))
        driven = [k for k in told if self._seats[k].standing is Standing.OURS and self._seats[k].level is Level.DIRECT]
        for k in driven:
            if before[k] is not Standing.OURS:
                self._beginnings.leave(k)
            elif self._beginnings.goes_on_by_itself(k, told[k].aspect, self._tick):
                self._shown.forget(self._rows[k])
                self._diary.tell("note", self._places[k], code=LEVELS[Level.DIRECT], text=ANEW)
            elif self._beginnings.is_ahead(k, told[k].aspect, self._shown.asked(self._rows[k]), self._tick):
                self._shown.forget(self._rows[k])
            if self._beginnings.begins(k, told[k].aspect, self._tick):
                self._shown.forget(self._rows[k])
        self.lost[[self._places[k] for k in driven if self._beginnings.begun[k]]] = False
        self._shown.compare()
        self._unkept = self._cycles.see(self._shown.aspect, self._tick)
        self._note_settling()

    def _note_settling(self) -> None:
        """Say whose greens stay as they are."""
        settling = np.zeros(len(self.network.arrays.group_user), np.bool_)
        for k in self._beginnings.settling(self._tick):
            settling[self._rows[k]] = True
        self._asked.settling = settling if settling.any() else None

    def _reason_to_let_go(self, k: int, late_ticks: int, *, written: bool, old: bool) -> str:
        """Say why a cabinet that is ours is given back; empty = it is not."""
        seat = self._seats[k]
        obstacles = seat.obstacles()
        if old:
            return "what was decided is old"
        if not self._asked.answered:
            return "the controller has not answered in this tick"
        if obstacles:
            return obstacles[0].text
        if seat.level is not Level.DIRECT:
            return self._unkept.get(k, "")
        if self._beginnings.begun[k] and not written:
            return "the guard does not write it"
        late = late_ticks > self._lag_ticks
        return f"it has not shown what it was asked for, for {late_ticks} ticks" if late else ""

    def _may_take(self, k: int, latched: BoolArray) -> bool:
        seat = self._seats[k]
        if seat.standing is not Standing.THERE or seat.level < Level.PLAN or self._ladder.fallen[k]:
            return False
        if latched[self._places[k]]:
            seat.why = "it violated a rule; a person may reset it: signals latches"
            return False
        if not self._asked.answered or seat.report is None or seat.report.mode not in WOULD_LET_US:
            return False
        if seat.way is not None and not is_at_rest(seat.report.aspect):
            return False
        obstacles = seat.obstacles()
        if obstacles and seat.is_news(obstacles[0]):
            text = "; ".join(obstacle.text for obstacle in obstacles)
            self._diary.tell("refused", self._places[k], code="not-taken", text=text)
        return not obstacles

    def _take(self, taken: Sequence[int]) -> None:
        """Ask cabinets for control; what they were told before they do not run any more."""
        for k in taken:
            self._cycles.forget(k)
            self._requests.forget(k)
        answers = self._lines.each({k: self._seats[k].taking() for k in taken}, self._wall_s * SHARE)
        self._takes.note(late=any(answer is LATE for answer in answers.values()))
        for k, answer in answers.items():
            self._seats[k].taken(answer)
            self._note_fault(k)

    def _ask(self, requests: Mapping[int, Request | None]) -> dict[int, Receipt | None]:
        """Send to everybody what is asked of him, and the heartbeat behind it."""
        works = {k: self._seats[k].sending(request) for k, request in requests.items()}
        for k, request in requests.items():
            info = self._seats[k].info
            if isinstance(request, PlanRequest) and info is not None and Capability.SPLITS in info.capabilities:
                self._cycles.asked(k, request, self._tick)
        receipts: dict[int, Receipt | None] = {}
        refused = {}
        for k, answer in self._lines.each(works, self._wall_s * SHARE).items():
            seat = self._seats[k]
            receipts[k] = seat.sent(answer) or seat.changed()
            if not seat.wrong:
                continue
            if seat.standing is Standing.OURS:
                refused[k] = seat.wrong
            self._note_fault(k)
        self._let_go(refused, self._wall_s * SHARE)
        return receipts

    def _let_go(self, reasons: Mapping[int, str], within_s: float) -> None:
        """Give cabinets back, and see that they say so."""
        begin_s = self._clock.now_s()
        for k, reason in reasons.items():
            self._diary.tell("release", self._places[k], code="given-back", text=reason)
        works = {k: self._seats[k].releasing(reason) for k, reason in reasons.items()}
        for k, answer in self._lines.each(works, within_s).items():
            if self._seats[k].released(answer):
                self.let_go_s.append(self._clock.now_s() - begin_s)
                self._faults[k], self._seats[k].wrong = True, ""  # the reason was told
            self._note_fault(k)

    def _note_fault(self, k: int) -> None:
        """Have a fault counted, and written down once."""
        seat = self._seats[k]
        if seat.wrong:
            self._faults[k] = True
            self._diary.tell("fault", self._places[k], code=seat.standing.name.lower(), text=seat.wrong)
            seat.wrong = ""

    def _write_down(self, requests: Mapping[int, Request | None], receipts: Mapping[int, Receipt | None]) -> None:
        done = [
            Done(place, STANDINGS[seat.standing], LEVELS[seat.level], seat.report, requests.get(k), receipts.get(k))
            for k, (seat, place) in enumerate(zip(self._seats, self._places, strict=True))
        ]
        self._diary.did(done, self._asked.want, self._shown.aspect)
