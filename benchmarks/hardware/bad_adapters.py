"""Thirty adapters of one drive that go wrong at the same moment, each in another manner, and two that do not.

The adapters are real, and speak to virtual controllers over sockets; around each of the thirty is something that
raises, returns nonsense, never returns, or blocks its thread. Each has a line of its own, as adapters of others have.
Whatever one does, its seat must be given up within 2.5 seconds of when it first did it (a tick waits for those that
block, once; a plan that is never acknowledged has `CHANGE_S` more, beside heartbeats that go on). The two must stay
ours, and at most one edge of a tick be missed for those that block at once, and one for those that block when they are
sent a plan. When they behave again, all must come back. Where cabinets run plans, it lasts until each was sent one.
"""

from __future__ import annotations

import asyncio
import inspect
import math
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import numpy as np

from benchmarks.hardware.wired import WiredDrive
from signals.drive.seat import CHANGE_S
from signals.errors import WorldLostError
from signals.model.cabinets import (
    CabinetInfo,
    CabinetLink,
    CabinetRefusedError,
    CabinetReport,
    CabinetSite,
    Capability,
    Receipt,
    Request,
)
from signals.model.copies import copies
from signals.model.crossroads import crossroads
from signals.model.timed_by_group import TIMED_BY_GROUP, timed_by_group

__all__ = ["KINDS", "BadLink", "Found", "tried"]

SPEED: Final = 0.5
"""Forty cabinets with both ends in one process, on a machine that may have other work: half as fast as the wall."""
HEALTHY: Final = 2
OURS_S: Final = 300.0
STEADY_S: Final = 10.0
LASTS_S: Final = 14.0
PLANS_LAST_S: Final = 125.0
"""Where cabinets run plans: a cycle, until each is sent one, what that may take, and some more."""
PLAN_PATIENCE: Final = 3.0
"""A plan that a blocked adapter has left behind is there until its site has missed it for a minute or more."""
PLANS: Final = ("rsmp",)
BACK_S: Final = 150.0
NOTICED_S: Final = 2.5
"""Two seconds, and half of one for which those that block are waited for, once."""
BLOCKED_S: Final = 300.0
MISSED: Final = 1
"""Edges of ticks: those who block at once are waited for once."""
NEVER_SENDS: Final = "send never returns"

Act = Callable[["BadLink", Any], object]
"""What is done in place of a method, given the link and what the method would have returned (of ``report``) or None."""


def _raises(error: BaseException) -> Act:
    def act(*_: object) -> object:
        raise error

    return act


def _returns(value: object) -> Act:
    return lambda *_: value


def _changed(**fields: object) -> Act:
    return lambda _, report: report._replace(**fields)


def _never(*_: object) -> object:
    return asyncio.Event().wait()


def _blocks(link: BadLink, _: object) -> object:
    return link.free.wait(BLOCKED_S)


def _info(**fields: object) -> Act:
    row = {"protocol": "bad", "protocol_version": "0", "capabilities": Capability.GROUPS, **fields}
    return lambda *_: CabinetInfo(**row)  # type: ignore[arg-type]


def _refusal(*_: object) -> object:
    return Receipt(accepted=False, code="no", detail="not today", sent_s=0.0, answered_s=0.0)


LOST: Final = _raises(WorldLostError("cut"))
KINDS: Final[Mapping[str, Mapping[str, Act]]] = {
    "refresh raises ValueError": {"refresh": _raises(ValueError("a bug"))},
    "refresh says that the wire is cut": {"refresh": LOST},
    "refresh has no memory": {"refresh": _raises(MemoryError())},
    "refresh cancels itself": {"refresh": _raises(asyncio.CancelledError())},
    "refresh ends the program": {"refresh": _raises(SystemExit(3))},
    "refresh is interrupted": {"refresh": _raises(KeyboardInterrupt())},
    "refresh never returns": {"refresh": _never},
    "refresh blocks": {"refresh": _blocks},
    "report raises": {"report": _raises(AttributeError("a bug"))},
    "report recurses": {"report": _raises(RecursionError())},
    "report ends the program": {"report": _raises(SystemExit("bye"))},
    "report blocks": {"report": _blocks},
    "report is None": {"report": _returns(None)},
    "report is a table": {"report": _returns({"aspect": [1]})},
    "report has too many groups": {"report": _changed(aspect=np.zeros(99, np.int8))},
    "report has floats": {"report": _changed(aspect=np.full(12, np.nan))},
    "report shows what is no aspect": {"report": lambda _, report: report._replace(aspect=report.aspect + np.int8(77))},
    "report has no mode": {"report": _changed(mode="ours")},
    "report is of no time": {"report": _changed(received_s=math.nan)},
    "report is of the future": {"report": _changed(received_s=1e9)},
    "report is of the past": {"report": _changed(received_s=-1e9)},
    "report came at a word": {"report": _changed(received_s="now")},
    "report has a number of alarms": {"report": _changed(alarms=7)},
    "send raises": {"send": _raises(ZeroDivisionError())},
    "send is refused": {"send": _raises(CabinetRefusedError("no"))},
    "send returns nothing": {"send": _returns(None)},
    "send returns a word": {"send": _returns("ok")},
    "send says no": {"send": _refusal},
    "send never returns": {"send": _never},
    "send blocks": {"send": _blocks},
    "heartbeat raises": {"heartbeat": _raises(OSError("a bug"))},
    "heartbeat never returns": {"heartbeat": _never},
    "heartbeat ends the program": {"heartbeat": _raises(SystemExit(1))},
    "connect returns nothing after that": {"refresh": LOST, "connect": _returns(None)},
    "connect returns nonsense after that": {"refresh": LOST, "connect": _info(capabilities=None, min_green_ds="x")},
    "connect never returns after that": {"refresh": LOST, "connect": _never},
    "nothing works any more": dict.fromkeys(
        ("connect", "close", "refresh", "report", "take", "send", "heartbeat", "release"), _raises(ValueError("all"))
    ),
    "release says yes to all and close never returns": {"refresh": LOST, "release": _returns("yes"), "close": _never},
}
"""What goes wrong, by its name: what is done in place of which method."""


class BadLink:
    """A link that does what it must, until it is told to go wrong; see `signals.model.cabinets.CabinetLink`.

    Parameters
    ----------
    link
        The real one.
    acts
        What is done in place of which method.
    mischief
        Set while it goes wrong.
    free
        Set when what blocks shall go on.

    Attributes
    ----------
    acted
        Set when it has gone wrong for the first time.
    """

    def __init__(
        self, link: CabinetLink, acts: Mapping[str, Act], mischief: threading.Event, free: threading.Event
    ) -> None:
        self._link, self._acts, self._mischief, self.free = link, acts, mischief, free
        self.acted = threading.Event()
        self.site: CabinetSite = link.site
        self.capabilities: Capability = link.capabilities

    async def connect(self) -> CabinetInfo:
        """See `CabinetLink.connect`."""
        return await self._do("connect", self._link.connect)  # type: ignore[no-any-return]

    async def close(self) -> None:
        """See `CabinetLink.close`."""
        await self._do("close", self._link.close)

    async def refresh(self) -> None:
        """See `CabinetLink.refresh`."""
        await self._do("refresh", self._link.refresh)

    def report(self) -> CabinetReport:
        """See `CabinetLink.report`."""
        found: Any = self._link.report()
        act = self._act("report")
        return found if act is None else act(self, found)  # type: ignore[no-any-return,return-value]

    async def take(self) -> None:
        """See `CabinetLink.take`."""
        await self._do("take", self._link.take)

    async def send(self, request: Request) -> Receipt:
        """See `CabinetLink.send`."""
        return await self._do("send", self._link.send, request)  # type: ignore[no-any-return]

    async def heartbeat(self) -> None:
        """See `CabinetLink.heartbeat`."""
        await self._do("heartbeat", self._link.heartbeat)

    async def release(self, reason: str) -> bool:
        """See `CabinetLink.release`."""
        return await self._do("release", self._link.release, reason)  # type: ignore[no-any-return]

    def _act(self, name: str) -> Act | None:
        act = self._acts.get(name) if self._mischief.is_set() else None
        if act is not None:
            self.acted.set()
        return act

    async def _do(self, name: str, real: Callable[..., Any], *words: object) -> Any:
        act = self._act(name)
        found: Any = real(*words) if act is None else act(self, None)
        return await found if inspect.isawaitable(found) else found


class Found(NamedTuple):
    """What became of it.

    Attributes
    ----------
    noticed_s
        After how long the last of them was not ours any more.
    back_s
        After how long all were ours again.
    trouble
        Why it did not pass; empty = it did.
    note
        What else there is to say.
    """

    noticed_s: float
    back_s: float
    trouble: str
    note: str


def tried(protocol: str, seed: int) -> Found:
    """Let them all go wrong at once, and say what became of it."""
    one = crossroads(pedestrians=False)
    network = copies(timed_by_group(one, 10) if protocol in TIMED_BY_GROUP else one, len(KINDS) + HEALTHY)
    mischief, free = threading.Event(), threading.Event()
    acts, links = [*KINDS.values(), *[{}] * HEALTHY], dict[int, BadLink]()  # type: ignore[list-item]

    def wrap(k: int, link: CabinetLink) -> CabinetLink:
        links[k] = BadLink(link, acts[k], mischief, free)
        return links[k]

    with WiredDrive(protocol, speed=SPEED, seed=seed, network=network, wrap=wrap) as drive:
        trial = _Trial(drive, links, mischief, free)
        try:
            trial.run()
        except TimeoutError as error:
            trial.trouble.append(str(error)[:300])
        finally:
            mischief.clear()
            free.set()
    return trial.found()


class _Trial:
    """The way through it."""

    def __init__(
        self, drive: WiredDrive, links: Mapping[int, BadLink], mischief: threading.Event, free: threading.Event
    ) -> None:
        self._drive, self._links, self._mischief, self._free = drive, links, mischief, free
        self._plans = drive.protocol in PLANS
        self._acted_s: dict[str, float] = {}
        self._noticed_s: dict[str, float] = {}
        self._back_s, self._missed = math.nan, 0
        self.trouble: list[str] = []

    def run(self) -> None:
        drive, names = self._drive, list(KINDS)
        everybody = range(len(names) + HEALTHY)
        drive.until(lambda: all(map(drive.ours, everybody)), OURS_S)
        self._pass(STEADY_S)
        missed, begin_s, bad = drive.pacer.missed, drive.clock.now_s(), [self._links[k] for k in range(len(names))]
        self._mischief.set()
        while drive.clock.now_s() - begin_s < (PLANS_LAST_S if self._plans else LASTS_S):
            drive.pause()
            self._look(names, bad)
            for k in everybody[len(names) :]:
                if not drive.ours(k):
                    self.trouble.append(f"one that behaved was lost: {drive.seats[k].why}")
                    return
        self._missed = drive.pacer.missed - missed
        self._mischief.clear()
        self._free.set()
        limit_s = BACK_S * (PLAN_PATIENCE if self._plans else 1.0)
        try:
            self._back_s = drive.until(lambda: all(map(drive.ours, everybody)), limit_s)
        except TimeoutError:
            left = [f"{name}: {drive.seats[k].why}" for k, name in enumerate(names) if not drive.ours(k)]
            self.trouble.append(f"not back after {limit_s:g} s: {'; '.join(left)}")
        self._pass(STEADY_S)

    def _look(self, names: list[str], bad: list[BadLink]) -> None:
        """See who has gone wrong, and who is given up."""
        now_s = self._drive.clock.now_s()
        for k, name in enumerate(names):
            if bad[k].acted.is_set():
                self._acted_s.setdefault(name, now_s)
            if name not in self._noticed_s and not self._drive.ours(k):
                self._noticed_s[name] = now_s - self._acted_s.get(name, math.nan)

    def found(self) -> Found:
        """Hold everything against the rules."""
        drive = self._drive
        if drive.trouble:
            self.trouble.append(f"the drive ended: {drive.trouble[0]!r}")
        if drive.violations:
            self.trouble.append(f"the lamps: {drive.violations[0].detail}")
        if not drive.entries:
            self.trouble.append("the audit log is not whole")
        late = [f"{name}: {self._noticed_s.get(name, math.nan):.1f} s" for name in KINDS if not self._in_time(name)]
        if late:
            self.trouble.append(f"not noticed in time: {', '.join(late)}")
        if self._missed > MISSED * (1 + self._plans):
            self.trouble.append(f"{self._missed} edges were missed")
        slow = [name for name in KINDS if self._limit_s(name) == NOTICED_S]
        worst_s = max([self._noticed_s[name] for name in slow if name in self._noticed_s], default=math.nan)
        note = f"{len(KINDS)} at once, {self._missed} edges missed"
        return Found(worst_s, self._back_s, "; ".join(self.trouble), note)

    def _in_time(self, name: str) -> bool:
        return self._noticed_s.get(name, math.inf) <= self._limit_s(name)

    def _limit_s(self, name: str) -> float:
        return NOTICED_S + CHANGE_S * (self._plans and name == NEVER_SENDS)

    def _pass(self, for_s: float) -> None:
        end_s = self._drive.clock.now_s() + for_s
        self._drive.until(lambda: self._drive.clock.now_s() >= end_s, for_s + 10.0)
