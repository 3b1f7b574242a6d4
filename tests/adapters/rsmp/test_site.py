"""A site over several connections: what is told, what is kept, what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.adapters.rsmp import subscriptions
from signals.adapters.rsmp.messages import (
    AggregatedStatus,
    AggregatedStatusRequest,
    Alarm,
    Argument,
    CommandRequest,
    CommandResponse,
    StatusName,
    StatusRequest,
    StatusResponse,
    StatusSubscribe,
    StatusUnsubscribe,
    StatusUpdate,
    Wanted,
)
from signals.adapters.rsmp.session import Received, Refused
from signals.adapters.rsmp.sxl import COMMANDS, Part
from tests.adapters.rsmp.bench import MAIN, NAME, STAMP, Pair

EVERY = (Wanted("S0001", "cyclecounter", 1, on_change=False),)


def messages(events: list[Any], kind: type[Any]) -> list[Any]:
    return [event.message for event in events if isinstance(event, Received) and isinstance(event.message, kind)]


def refusals(events: list[Any]) -> list[str]:
    return [event.reason for event in events if isinstance(event, Refused)]


def test_it_greets_with_its_bits_and_every_alarm_that_was() -> None:
    pair = Pair()
    assert len(messages(pair.events, AggregatedStatus)) == 1
    pair.firmware.misbehave("fault")
    pair.tick()
    pair.firmware.misbehave("fault", on=False)
    pair.tick()
    pair.events.clear()
    pair.site.lost()
    pair.connect()
    assert [(alarm.code, alarm.state.active) for alarm in messages(pair.events, Alarm)] == [("A0001", False)]
    assert messages(pair.events, AggregatedStatus)[0].bits == (False,) * 5 + (True, False, False)


def test_its_bits_say_what_is_wrong() -> None:
    pair = Pair()
    for what, bits in (
        ("manual", (True, False, False, False, False, True, False, False)),
        ("fault", (False, False, True, True, False, False, False, False)),
        ("flash", (False, False, True, False, False, False, False, False)),
    ):
        pair.firmware.misbehave(what)
        pair.tick()
        assert messages(pair.events, AggregatedStatus)[-1].bits == bits
        pair.firmware.misbehave(what, on=False)
        for _ in range(8):
            pair.tick()


def test_alarms_of_detectors_belong_to_them() -> None:
    pair = Pair()
    pair.firmware.detector_fault = pair.firmware.detector_fault | True
    pair.site.ticked(pair.now)
    pair.pump()
    alarm = messages(pair.events, Alarm)[0]
    assert (alarm.code, alarm.component) == ("A0302", f"{NAME}=001DL001")
    assert dict(alarm.state.values)["logicerror"] == "always_off"


def test_what_nobody_heard_is_said_later_in_its_order_with_its_time() -> None:
    pair = Pair()
    pair.ask(StatusSubscribe("s", MAIN, EVERY))
    for _ in range(3):
        pair.now = pair.now._replace(s=pair.now.s + 1, utc_s=pair.now.utc_s + 1)
        pair.site.ticked(pair.now)
    pair.site.lost()
    for _ in range(300):
        pair.now = pair.now._replace(s=pair.now.s + 1, utc_s=pair.now.utc_s + 1)
        pair.site.ticked(pair.now)
    assert pair.site.kept == 303
    pair.events.clear()
    pair.connect()
    updates = messages(pair.events, StatusUpdate)
    assert len(updates) == 303
    assert {update.values[0].quality for update in updates} == {"old"}
    assert [update.at for update in updates] == sorted(update.at for update in updates)
    assert pair.site.kept == 0
    pair.tick()
    assert messages(pair.events, StatusUpdate)[-1].values[0].quality == "recent"


def test_answers_come_before_what_was_kept() -> None:
    pair = Pair()
    pair.ask(StatusSubscribe("s", MAIN, EVERY))
    pair.site.lost()
    for _ in range(500):
        pair.now = pair.now._replace(s=pair.now.s + 1, utc_s=pair.now.utc_s + 1)
        pair.site.ticked(pair.now)
    pair.connect()
    session = pair.site.session
    assert session is not None
    assert len(session.waiting) <= 100


def test_power_that_was_lost_ends_subscriptions() -> None:
    pair = Pair()
    pair.ask(StatusSubscribe("s", MAIN, EVERY))
    pair.site.forget()
    pair.events.clear()
    pair.tick()
    pair.tick()
    assert messages(pair.events, StatusUpdate) == []
    assert not pair.site.restarted


def test_rejected_priorities_are_told_once() -> None:
    pair = Pair()
    pair.ask(StatusSubscribe("s", MAIN, (Wanted("S0033", "status", 0, on_change=True),)))
    pair.site.state.rejected["bus"] = STAMP
    pair.events.clear()
    for _ in range(3):
        pair.tick()
    told = [update.values[0].value for update in messages(pair.events, StatusUpdate)]
    assert told == [[{"r": "bus", "t": STAMP, "s": "rejected"}], []]


def test_what_is_not_for_a_site_is_refused() -> None:
    pair, old = Pair(), Pair("3.1.4")
    name = (StatusName("S0001", "stage"),)
    wrong = [
        Alarm("3", MAIN, "A0001", "Issue"),
        Alarm("4", MAIN, "A9999", "Suspend"),
        Alarm("5", "nobody", "A0001", "Suspend"),
        Alarm("6", MAIN, "A0302", "Suspend"),
        Alarm("7", MAIN, "A0001", "Acknowledge"),
        AggregatedStatusRequest("8", "nobody"),
        StatusRequest("9", MAIN, (StatusName("S9999", "x"),)),
        StatusSubscribe("10", MAIN, (Wanted("S0001", "bad", 1, on_change=True),)),
    ]
    for message in wrong:
        assert len(refusals(pair.ask(message))) == 1, message
    assert refusals(old.ask(AggregatedStatusRequest("1", MAIN)))
    assert refusals(old.ask(Alarm("2", MAIN, "A0001", "Request")))
    assert not refusals(pair.ask(StatusUnsubscribe("11", MAIN, name)))
    assert messages(pair.ask(AggregatedStatusRequest("12", MAIN)), AggregatedStatus)
    assert messages(pair.ask(StatusRequest("13", MAIN, name)), StatusResponse)


def test_there_is_room_for_so_many_subscriptions_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "MOST", 2)
    pair = Pair()
    for number in range(2):
        assert not refusals(pair.ask(StatusSubscribe(str(number), f"nobody{number}", EVERY)))
    assert refusals(pair.ask(StatusSubscribe("2", MAIN, EVERY))) == ["too many subscriptions"]


def test_nothing_happens_without_a_connection() -> None:
    pair = Pair()
    pair.site.lost()
    pair.site.lost()
    pair.site.receive(b"nonsense\x0c", pair.now)
    pair.site.tick(pair.now)
    assert pair.site.session is None


TEXTS = st.sampled_from(
    ["True", "False", "1", "0", "255", "1-5", "1-5,2-3", "", "x", "2222", "Level2", "YellowFlash", "²"]
)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(sorted(COMMANDS)), st.lists(TEXTS, min_size=12, max_size=12)), max_size=8))
def test_no_command_does_harm(rows: list[tuple[str, list[str]]]) -> None:
    pair = Pair()
    parts = {Part.CONTROLLER: MAIN, Part.GROUP: f"{NAME}=001SG001", Part.DETECTOR: f"{NAME}=001DL001"}
    for number, (code, texts) in enumerate(rows):
        kind = COMMANDS[code]
        given_texts = [
            Argument(code, name, kind.order, "2222" if name == "securityCode" else text)
            for name, text in zip(kind.arguments, texts, strict=False)
        ]
        events = pair.ask(CommandRequest(str(number), parts[kind.part], tuple(given_texts)))
        assert len(messages(events, CommandResponse)) + len(refusals(events)) == 1
        pair.tick()
    assert pair.firmware.illegal == ()
