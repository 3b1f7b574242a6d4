"""A session as it is on the wire, byte by byte through both ends.

``transcript.txt`` has a message a line, ``CLA>`` from the application and ``TLC>`` from the TLC, in the order in which they were said,
and what makes a side say something of its own accord: ``!tick`` a second of both clocks, ``!show`` one of the street, others what is asked of
the application. The forms are those of the interface specification (IRS TLC-FI 1.1) as applications and TLCs in the field
write them.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from signals.adapters.tlcfi.objects import ControlState
from signals.adapters.tlcfi.session import ApplicationSession
from signals.adapters.tlcfi.settings import read_settings
from signals.adapters.tlcfi.tlc_session import TlcSession
from signals.model.cabinets import CabinetSite, Mode
from signals.model.intersections import Intersection, SignalGroup, Stage
from signals.model.lanes import User
from tests.adapters.tlcfi.pairs import Pair, plain
from tests.adapters.tlcfi.places import asked

LINES = (Path(__file__).parent / "transcript.txt").read_text().splitlines()
SITE = CabinetSite(
    Intersection(
        "K1",
        (
            SignalGroup("north", User.VEHICLE, (0,), min_green_ds=40),
            SignalGroup("east", User.VEHICLE, (1,), min_green_ds=40, permissive_links=(1,)),
        ),
        ((None, 45), (50, None)),
        (Stage("a", (0,)), Stage("b", (1,))),
    ),
    ("loop",),
)
OPTIONS = {"groups": ["02", "05"], "uri": "http://10.0.0.1:12345"}
SECRETS = {"username": "u", "password": "p"}


def pair() -> Pair:
    both = Pair(SITE, **OPTIONS)
    both.settings = read_settings(SITE, plain(OPTIONS, SECRETS))
    both.facilities.settings = both.settings
    both.tlc = TlcSession(both.desk, 0.0, both.tlc_utc_s)
    both.app = ApplicationSession(SITE, both.settings, 0.0, both.utc_s)
    return both


class Side:
    """One end that hears what the other is written to have said, and must say what it is written to say."""

    def __init__(self, name: str, hear: Callable[[bytes, float], bytes]) -> None:
        self.name, self._hear, self.said = name, hear, deque[bytes]()

    def say(self, data: bytes) -> None:
        self.said.extend(data.splitlines(keepends=True))

    def play(self, line: str, now_s: float, size: int) -> None:
        who, text = line[:3], line[4:].encode() + b"\n"
        if who == self.name:
            assert self.said, f"it should have said {line}"
            assert self.said.popleft() == text
            return
        for at in range(0, len(text), size):
            self.say(self._hear(text[at : at + size], now_s))


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_the_application_says_its_lines(size: int) -> None:
    both = pair()
    app, now_s = both.app, 0.0
    side = Side("CLA", app.receive)
    for line in LINES:
        match line:
            case "!register":
                side.say(app.start(now_s))
            case "!tick":
                now_s += 1.0
                app.beat(now_s)
                side.say(app.poll(now_s))
            case "!show":
                pass  # it is heard
            case "!take":
                side.say(app.take(now_s))
            case "!ask":
                assert app.mode is Mode.OURS
                side.say(app.ask(asked(SITE, [2, 0], 40, 90), now_s))
            case "!leave":
                assert app.board.aspects(now_s).tolist() == [2, 0]
                assert app.alarms(now_s) == ()
                side.say(app.leave(now_s))
            case "!deregister":
                assert app.seat.is_left
                side.say(app.deregister(now_s, lambda answer, _: None))
            case _:
                side.play(line, now_s, size)
    assert not side.said
    assert app.line.failure is None


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_the_tlc_says_its_lines(size: int) -> None:
    both = pair()
    tlc, firmware, now_s = both.tlc, both.firmware, 0.0
    side = Side("TLC", tlc.receive)
    for line in LINES:
        if line == "!tick":
            now_s += 1.0
            side.say(tlc.poll(now_s))
        elif line == "!show":
            firmware.step(np.zeros(2, np.bool_), np.zeros(1, np.int32), np.zeros(1, np.float32))
            side.say(tlc.ticked(both.facilities.changes(both.settings.ticks(now_s)), now_s))
        elif line[0] != "!":
            side.play(line, now_s, size)
    assert not side.said
    assert tlc.is_over
    assert (tlc.control, firmware.mode) == (ControlState.OFFLINE, Mode.READY)


def rewritten(text: str) -> str:
    """Return a message as somebody else may write it: other blanks, another order, no delimiter after it."""
    return json.dumps(json.loads(text), indent=1, sort_keys=True)


@pytest.mark.parametrize("heard", ["TLC", "CLA"])
def test_who_writes_otherwise_is_understood(heard: str) -> None:
    """All that one side hears comes at once where it may, rewritten; what it answers is the same."""
    both = pair()
    hear = both.app.receive if heard == "TLC" else both.tlc.receive
    if heard == "TLC":
        both.app.start(0.0)
    until = LINES.index("!tick")
    said = [line[4:] for line in LINES[:until] if line[0] != "!" and not line.startswith(heard)]
    answers = b"".join(hear(rewritten(line[4:]).encode(), 0.0) for line in LINES[:until] if line.startswith(heard))
    expected = said[1:] if heard == "TLC" else said  # the registration has been said
    assert answers.decode().splitlines() == expected


def transcript() -> list[str]:
    """Return what both sides say to each other now, as the file has it."""
    both = pair()
    log = both.log
    log.append("!register")
    both.start()

    def tick() -> None:
        log.append("!tick")
        both.now_s += 1.0
        both.app.beat(both.now_s)
        both.carry(both.app.poll(both.now_s), both.tlc.poll(both.now_s))
        log.append("!show")
        both.firmware.step(both.call, both.entered, both.occupied)
        changes = both.facilities.changes(both.settings.ticks(both.now_s))
        both.carry(to_app=both.tlc.ticked(changes, both.now_s))

    tick()
    log.append("!take")
    both.take()
    tick()
    log.append("!ask")
    both.carry(both.app.ask(asked(SITE, [2, 0], 40, 90), both.now_s))
    for _ in range(5):
        tick()
    log.append("!leave")
    both.carry(both.app.leave(both.now_s))
    log.append("!deregister")
    both.carry(both.app.deregister(both.now_s, lambda answer, _: None))
    return [line.replace(">", "CLA>", 1) if line[0] == ">" else line.replace("<", "TLC>", 1) for line in log]


def test_both_together_say_it() -> None:
    assert transcript() == LINES
