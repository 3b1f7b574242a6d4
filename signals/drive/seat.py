"""One cabinet and how far we have got with it: away, there, asked, ours.

A seat says what to do next and is told what came of it; `signals.drive.street` owns the time and does the calling.
Whatever goes wrong leads one way: give back what is ours, leave, rest, and begin again with connecting, identifying and
reading everything anew. Nothing that was meant to be sent before is sent after.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from enum import IntEnum
from functools import partial
from typing import Final, cast

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.line import LATE, Line, Work
from signals.adapters.cabinet.plan_changes import PlanChange, release
from signals.drive.arming import Obstacle, level_of, obstacles, obstacles_now
from signals.drive.config import Level
from signals.drive.errands import NO_ANSWER, Heard, connect, part, read, read_now, send, send_now
from signals.drive.sound import Soundness
from signals.drive.translator import best_of
from signals.errors import SignalsError, WorldLostError, WorldTimeoutError
from signals.model.cabinets import (
    CabinetInfo,
    CabinetLink,
    CabinetRefusedError,
    CabinetReport,
    Capability,
    Mode,
    PlanRequest,
    Receipt,
    Request,
)
from signals.model.prompt_links import PromptLink

__all__ = ["ANEW_S", "CHANGE_S", "CONNECT_S", "Seat", "Standing"]

CONNECT_S: Final = 30.0
"""How long connecting, identifying and reading the timing may take."""
TAKE_S: Final = 60.0
"""How long a cabinet may wait for a good moment to let us."""
STALE_TICKS: Final = 1.0
"""How many ticks a status may be old where a cabinet is driven second by second: what is lost is noticed within two."""
REPORTS_S: Final = 1.5
"""How old it may be elsewhere, however short a tick is: RSMP reports once a second at best, and not to the moment."""
ANEW_S: Final = 60.0
"""After how long one that is not what it must be is met anew."""
SILENCES: Final = 1
"""How many requests in a row need not be acknowledged in time, where it goes on reporting: one may be lost."""
CHANGE_S: Final = 10.0
"""How long a cabinet may take for a change of its plan: several questions and answers, on which no tick depends."""
AS_BEFORE: Final = "nothing has changed"


class Standing(IntEnum):
    """How far we have got."""

    AWAY = 0
    CONNECTING = 1
    THERE = 2
    ASKED = 3
    OURS = 4


class Seat:
    """One cabinet.

    Parameters
    ----------
    make
        Makes who speaks to it: a new one, that knows nothing.
    line
        Where that lives.
    wanted
        How much the configuration allows.
    armed
        Whether the command line allows it, too.
    clock
        The time.
    tick_ds
        Length of a tick.

    Attributes
    ----------
    link, line
        Who speaks to it now, and where that lives.
    site
        The intersection.
    info, report
        What it says it is; what it reported last. None before that.
    level
        How much is done there.
    way
        How it is driven second by second; None where it is not.
    why
        What is, or was last, wrong with it, or why it is not ours; empty = nothing.
    wrong
        What went wrong since the last tick; empty = nothing.
    """

    def __init__(
        self, make: Callable[[], CabinetLink], line: Line, *, wanted: Level, armed: bool, clock: Clock, tick_ds: int
    ) -> None:
        self._make, self.link, self.line = make, make(), line
        self._clock, self._tick_ds = clock, tick_ds
        self._wanted, self._armed = wanted, armed
        self._standing = self._furthest = Standing.AWAY
        self.info: CabinetInfo | None = None
        self.report: CabinetReport | None = None
        self.way: Capability | None = None
        self.level = min(wanted, Level.ADVISE)
        self.why, self.wrong = "", ""
        self._connecting: Future[object] | None = None
        self._since_s = 0.0
        self._fixed: tuple[Obstacle, ...] = ()
        self._barred = ""
        self._introduced, self._silences = "", 0
        self._noted: tuple[str, ...] = ()
        self._asked: Request | None = None
        self._is_again = False
        self._change: PlanChange | None = None
        self.site = self.link.site
        self._sound = Soundness(self.site)
        self._speak_through(self.link)

    @property
    def standing(self) -> Standing:
        """How far we have got."""
        return self._standing

    @standing.setter
    def standing(self, new: Standing) -> None:
        self._standing = new
        self._furthest = max(self._furthest, new)

    @property
    def reached(self) -> str:
        """How far it got at most, in a word."""
        return self._furthest.name.lower()

    def _is_fresh(self, at_s: float) -> bool:
        """Whether what it reported last was news at a time."""
        limit_s = STALE_TICKS * self._tick_ds / 10
        if self.way is None:
            limit_s = max(limit_s, REPORTS_S)
        return self.report is not None and abs(at_s - self.report.received_s) <= limit_s

    def reading(self) -> Work | None:
        """Return what to do in order to read it; None where there is nothing to read yet."""
        return self._reading if self._standing >= Standing.THERE else None

    def advance(self, *, resting: bool) -> None:
        """Begin to connect where that is due, and see what became of it. Call it once a tick, before reading."""
        self.wrong = ""
        if self.standing is Standing.AWAY and not resting:
            self.standing, self._since_s = Standing.CONNECTING, self._clock.now_s()
            self._connecting = self.line.begin(partial(connect, self.link))
        elif self.standing is Standing.CONNECTING and self._connecting is not None:
            if self._connecting.done():
                self._connected(self._connecting)
            elif self._clock.now_s() - self._since_s > CONNECT_S:
                self._connecting.cancel()
                self.fail("it cannot be connected in time")

    def is_left_to_be_met_anew(self) -> bool:
        """Leave one that is not what it must be, after a while, and say so: somebody may have put it right."""
        if not self._fixed or self.standing is not Standing.THERE or self._clock.now_s() - self._since_s <= ANEW_S:
            return False
        self.standing, self.report = Standing.AWAY, None
        return True

    def took(self, answer: object) -> None:
        """Take what reading it came to."""
        if answer is LATE:
            self._missed("it did not answer in time")
        elif isinstance(answer, BaseException):
            self.fail(told(answer))
        elif not isinstance(answer, Heard) or not self._sound.of_report(answer.report):
            self.fail("it reported what is no report")
        else:
            self._reported(answer)

    def obstacles(self) -> tuple[Obstacle, ...]:
        """Return why it is not to be taken over now; empty = nothing stands against it."""
        if self.standing < Standing.THERE or self.report is None or self.info is None:
            return (Obstacle("away", self.why or "it is not connected yet"),)
        return (*self._fixed, *obstacles_now(self.info, self.report))

    def is_news(self, obstacle: Obstacle) -> bool:
        """Take what stands against it; whether that is something else than before, or it was ours meanwhile."""
        before, self._barred, self.why = self._barred, obstacle.code, obstacle.text
        return obstacle.code != before

    def introduce(self) -> str:
        """Say what `describe` says, or nothing where it is what was said before."""
        before, self._introduced = self._introduced, self.describe()
        return "" if self._introduced == before else self._introduced

    def describe(self) -> str:
        """Say what it is, why it is not driven as was wanted, and what stands against taking it over."""
        if self.info is None:
            return ""
        info = self.info
        who = " ".join(filter(None, (info.protocol, info.protocol_version, info.make, info.model, info.version)))
        return "; ".join(filter(None, (who, self.why, *(obstacle.text for obstacle in self._fixed))))

    def note(self) -> str:
        """Return what it tells those who only look on, where that is another thing than what was told last."""
        notes = () if self.report is None or self.level >= Level.PLAN else self.report.notes
        if not notes or notes == self._noted:
            return ""
        self._noted = notes
        return "; ".join(notes)

    def taking(self) -> Work:
        """Return what asks it for control."""
        self.standing, self._since_s = Standing.ASKED, self._clock.now_s()
        return self.link.take

    def sending(self, request: Request | None) -> Work:
        """Return what sends a request, and then says that all is well here.

        A plan is sent beside that, for as long as it takes; `changed` says what came of it. The very request that was
        accepted last is not sent again.
        """
        if isinstance(request, PlanRequest) and self._change is None:
            self._change = PlanChange(self.link, self.line, request, self._clock.now_s())
        self._is_again = request is not None and request is self._asked and self.remembers
        self._asked = request
        return self._beating if self._is_again or isinstance(request, PlanRequest) else partial(self._sending, request)

    def releasing(self, reason: str) -> Work:
        """Return what gives everything back."""
        self.why = self.wrong = reason
        self.standing = Standing.THERE if self.standing is Standing.OURS else self.standing
        return partial(release, self.link, self._end_change(), reason)

    def sent(self, answer: object) -> Receipt | None:
        """Take what sending came to; a request that was refused, or not answered, is a fault."""
        self._silences = self._silences + 1 if answer is LATE else 0
        if answer is LATE:
            self._asked = None  # whether it has heard us nobody knows
            self._missed("it did not acknowledge in time")
            if self._silences > SILENCES:
                self.wrong = self.why
        elif isinstance(answer, BaseException):
            self.fail(told(answer))
        elif isinstance(answer, Receipt):
            if not answer.accepted:
                self._asked, self.wrong = None, f"it refused: {answer.code}, {answer.detail}"
                self.why = self.wrong
            return answer
        elif answer is not None:
            self.fail("it answered what is no answer")
        elif self._is_again:
            now_s = self._clock.now_s()
            return Receipt(accepted=True, code="accepted", detail=AS_BEFORE, sent_s=now_s, answered_s=now_s)
        return None

    def changed(self) -> Receipt | None:
        """Return what came of a plan that was sent, once that is known; where it took too long, that is a fault."""
        change = self._change
        if change is None:
            return None
        if change.done:
            self._change, answer = None, change.answer()
            return self.sent(NO_ANSWER if answer is None else answer)
        if self._clock.now_s() - change.since_s > CHANGE_S:
            self.fail("it did not acknowledge its plan in time")
        return None

    def taken(self, answer: object) -> None:
        """Take what asking for control came to."""
        if answer is LATE:
            self.standing = Standing.THERE  # whether it has heard us nobody knows: it is asked again
            self._missed("it did not answer when asked for control")
        elif isinstance(answer, BaseException):
            self.fail(told(answer))

    def released(self, answer: object) -> bool:
        """Take what giving back came to, and return whether the cabinet says so itself; else it is left."""
        if answer is not True:
            self.fail(f"{self.why}; it did not confirm that it decides itself")
        return answer is True

    def fail(self, why: str) -> None:
        """Leave it; connecting begins anew when it has rested.

        What was ours is given back first: we may only be deaf, and it would wait for its backup time.
        """
        was_ours = self.standing >= Standing.ASKED
        self.why, self.wrong, self._introduced = why, why, ""
        self.standing, self.report = Standing.AWAY, None
        change = self._end_change()
        self.line.begin(partial(part, self.link, self._clock, change, why) if was_ours else self.link.close)

    def renew(self, line: Line) -> None:
        """Have somebody new speak to it, on another line; where no new one can be made, the old one stays."""
        with suppress(SignalsError):
            self._speak_through(self._make())
        self.line, self._connecting, self._change = line, None, None
        self.standing, self.report = Standing.AWAY, None

    @property
    def remembers(self) -> bool:
        """Whether it is not to be asked again for signal groups while nothing of that is news; see `PromptLink`."""
        return self.way is Capability.GROUPS and self._is_prompt

    def _end_change(self) -> PlanChange | None:
        """Wait for no plan any more; return the one that may still be on its way, which is to be ended."""
        change, self._change = self._change, None
        return change

    def _speak_through(self, link: CabinetLink) -> None:
        self.link, self._is_prompt = link, isinstance(link, PromptLink)
        if isinstance(link, PromptLink):
            self._reading: Work = partial(read_now, link, self._clock)
            self._sending: Callable[[Request | None], object] = partial(send_now, link)
        else:
            self._reading, self._sending = partial(read, link, self._clock), partial(send, link)
        self._beating: Work = partial(self._sending, None)

    def _connected(self, found: Future[object]) -> None:
        self._connecting = None
        error = None if found.cancelled() else found.exception()
        answer = None if found.cancelled() or error is not None else found.result()
        if not self._sound.of_info(answer):
            self.fail(told(error) if error is not None else "it did not say what it is")
            return
        info = self.info = cast("CabinetInfo", answer)
        self.standing, self.why = Standing.THERE, ""
        self.level = level_of(self._wanted, armed=self._armed, capabilities=info.capabilities)
        self.way = best_of(info.capabilities) if self.level is Level.DIRECT else None
        self._fixed = obstacles(self.site, info, self._tick_ds)
        if self._armed and self.level < self._wanted:
            less = f"{self._wanted.name.lower()} is wanted, but it can do no more than {self.level.name.lower()}"
            self.why = ": ".join(filter(None, (less, info.lacks)))

    def _reported(self, heard: Heard) -> None:
        report = self.report = heard.report
        if report.mode is Mode.OURS and self.standing is Standing.ASKED:
            self.standing, self.why, self._barred = Standing.OURS, "", ""
        elif report.mode is not Mode.OURS and self.standing is Standing.OURS:
            self.standing = Standing.THERE
            self.wrong = self.why = f"it is not ours any more: {report.mode.name.lower()}"
        elif self.standing is Standing.ASKED and self._clock.now_s() - self._since_s > TAKE_S:
            self.fail("it does not let us")
        if self.standing >= Standing.THERE and not self._is_fresh(heard.at_s):
            self.fail("what it reports is old")

    def _missed(self, why: str) -> None:
        """Note an answer that did not come; where what is known is old, the link is lost."""
        self.why = why
        if not self._is_fresh(self._clock.now_s()):
            self.fail(why)


def told(error: BaseException) -> str:
    """Say on one line what a link raised."""
    names: dict[type[BaseException], str] = {
        WorldLostError: "the connection broke",
        WorldTimeoutError: "it did not answer in time",
        CabinetRefusedError: "it refused",
    }
    kind = names.get(type(error), type(error).__name__)
    return f"{kind}: {' '.join(str(error).split())}"[:300]
