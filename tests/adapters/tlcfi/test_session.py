"""An application's session, against a virtual TLC without sockets, and against whatever bytes there are."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signals.adapters.tlcfi import messages
from signals.adapters.tlcfi.objects import ControlState, IntersectionState, ObjectType
from signals.adapters.tlcfi.session import EVENT_S, LATEST_PULSE_S, WRITES, ApplicationSession
from signals.adapters.tlcfi.setup import Known
from signals.errors import WorldLostError, WorldTimeoutError
from signals.model.cabinets import CabinetRefusedError, Mode
from signals.model.values import Aspect
from tests.adapters.tlcfi.pairs import Pair
from tests.adapters.tlcfi.places import asked, crossing

SITE = crossing()
PLACE = SITE.id


def update(pair: Pair, kind: int, states: dict[str, dict[str, Any]], ticks: int | None = None) -> dict[str, Any]:
    told = pair.settings.ticks(pair.now_s) if ticks is None else ticks
    return {
        "ticks": told,
        "update": [{"objects": {"type": kind, "ids": list(states)}, "states": list(states.values())}],
    }


def control(pair: Pair, state: int) -> None:
    assert pair.app.known is not None
    pair.tell("UpdateState", update(pair, 0, {pair.app.known.session: {"controlState": state}}))


def ours(**options: Any) -> Pair:
    pair = Pair(SITE, **options).start()
    pair.tick()
    pair.take()
    assert pair.app.mode is Mode.OURS
    return pair


def test_setting_up_reads_everything_in_order_and_asks_for_nothing() -> None:
    pair = Pair(SITE)
    assert pair.app.mode is Mode.OFFLINE
    pair.start()
    assert pair.app.is_set_up
    calls = [json.loads(line[1:]) for line in pair.log if line[0] == ">"]
    steps = [
        (row["method"], row["params"].get("type")) for row in calls if "method" in row and row["method"] != "Alive"
    ]
    assert steps == [
        ("Register", 2),
        ("ReadMeta", 0),
        ("Subscribe", 0),
        ("ReadMeta", 1),
        ("ReadMeta", 2),
        ("Subscribe", 2),
        ("ReadMeta", 3),
        ("ReadMeta", 4),
        ("Subscribe", 3),
        ("Subscribe", 4),
        ("UpdateState", None),
    ]
    (configured,) = pair.said(">", "UpdateState")
    assert configured["update"][0]["states"] == [
        {"startCapability": 2, "endCapability": 2, "reqIntersection": PLACE, "reqControlState": 2}
    ]
    assert pair.app.seat.state is ControlState.OFFLINE
    assert pair.app.mode is Mode.LOCAL
    assert pair.firmware.mode is Mode.READY


def test_a_site_without_detectors_asks_for_none() -> None:
    pair = Pair(type(SITE)(crossing(pedestrians=False).intersection, ())).start()
    assert pair.app.is_set_up
    assert not any('"type":4' in line for line in pair.log if line[0] == ">")


def test_the_way_to_control_and_back() -> None:
    pair = ours()
    assert pair.firmware.mode is Mode.OURS
    states = [row["update"][0]["states"][0].get("reqControlState") for row in pair.said(">", "UpdateState")]
    assert states == [2, 3, 5]
    pair.carry(pair.app.leave(pair.now_s))
    states = [row["update"][0]["states"][0].get("reqControlState") for row in pair.said(">", "UpdateState")]
    assert states == [2, 3, 5, 6, 2]
    assert pair.app.seat.is_left
    assert (pair.app.mode, pair.firmware.mode) == (Mode.LOCAL, Mode.READY)


def test_an_intersection_that_is_not_controlled_is_asked_for_once_and_before_groups() -> None:
    pair = Pair(SITE).start()
    pair.tell("UpdateState", update(pair, 2, {PLACE: {"state": 6}}))
    assert pair.app.mode is Mode.LOCAL
    pair.take()
    pair.tell("UpdateState", update(pair, 2, {PLACE: {"state": 4}}))
    rows = [row["update"][0] for row in pair.said(">", "UpdateState")]
    assert [row["states"] for row in rows if row["objects"]["type"] == 2] == [[{"reqState": 7}]]
    assert pair.app.mode is Mode.LOCAL
    pair.tell("UpdateState", update(pair, 2, {PLACE: {"state": 7}}))
    assert pair.app.mode is Mode.OURS


def test_only_changes_are_asked_for_and_all_of_them_at_once() -> None:
    pair = ours()
    pair.log.clear()
    count = len(SITE.groups)
    pair.carry(pair.app.ask(asked(SITE, [Aspect.RED] * count, 30, 50), pair.now_s))
    (whole,) = pair.said(">", "UpdateState")
    assert len(whole["update"]) == 1
    assert whole["update"][0]["objects"] == {"type": 3, "ids": [f"{number:02d}" for number in range(1, count + 1)]}
    ticks = pair.settings.ticks(pair.now_s)
    prediction = [{"state": 3, "minEnd": ticks + 3000, "likelyEnd": ticks + 5000}]
    assert whole["update"][0]["states"] == [{"reqState": 3, "reqPredictions": prediction}] * count
    nothing = np.zeros(count, np.bool_)
    again = asked(SITE, [Aspect.RED] * count, 30, 50)._replace(news=nothing)
    assert pair.app.ask(again, pair.now_s) == b""
    pair.log.clear()
    other = asked(SITE, [Aspect.GREEN, *[Aspect.RED] * (count - 1)], 30, 50)._replace(news=nothing)
    pair.carry(pair.app.ask(other, pair.now_s))
    (change,) = pair.said(">", "UpdateState")
    assert change["update"][0]["objects"]["ids"] == ["01"]
    pair.tick()
    assert (
        pair.firmware.aspect[0] == Aspect.RED_AMBER or pair.firmware.aspect[0] == Aspect.GREEN or pair.firmware.alarms
    )


def test_what_was_asked_before_is_not_taken_for_asked_in_another_turn() -> None:
    pair = ours()
    request = asked(SITE, [Aspect.RED] * len(SITE.groups))
    pair.carry(pair.app.ask(request, pair.now_s))
    pair.carry(pair.app.leave(pair.now_s))
    pair.take()
    assert pair.app.mode is Mode.OURS
    assert pair.app.ask(request, pair.now_s) != b""


def test_without_a_heartbeat_control_is_given_up() -> None:
    pair = ours()
    pair.wait(1.5, beats=False)
    assert pair.app.mode is Mode.OURS
    pair.wait(1.0, beats=False)
    assert pair.app.mode is Mode.LOCAL
    assert pair.firmware.mode is Mode.READY
    assert "dead-man" in pair.app.alarms(pair.now_s)
    assert not pair.app.line.is_mute
    pair.wait(30.0, beats=False)
    assert pair.app.line.failure is None
    assert pair.app.alarms(pair.now_s) == ()


def test_whoever_gives_up_and_is_not_heard_gives_no_signs_of_life() -> None:
    pair = ours(refresh_s=60)
    pair.mute = True
    pair.wait(2.0, beats=False)
    assert pair.app.line.is_mute
    pair.log.clear()
    pair.wait(4.0, beats=False)
    assert not [line for line in pair.log if line[0] == ">"]
    pair.mute = False
    pair.wait(1.5, beats=False)
    assert isinstance(pair.app.line.failure, WorldTimeoutError)
    assert pair.app.mode is Mode.OFFLINE
    assert isinstance(pair.tlc.line.failure, WorldTimeoutError)
    pair.tlc.close()
    assert pair.firmware.mode is Mode.READY


def test_a_tlc_that_does_not_take_control_back_is_left() -> None:
    pair = ours(refresh_s=60)
    pair.mute = True
    pair.wait(2.0, beats=False)
    for _ in range(12):  # it lives, and does nothing
        pair.wait(0.5, beats=False)
        pair.tell("Alive", {"ticks": 1, "time": 2})
    assert "did not take control back" in str(pair.app.line.failure)


def test_a_tlc_that_ends_control_is_left() -> None:
    pair = ours()
    pair.firmware.misbehave("preempt")
    pair.tick()
    assert pair.app.mode is Mode.LOCAL
    assert pair.tlc.control is ControlState.OFFLINE
    pair.tick()
    assert pair.app.mode is Mode.LOCAL


def test_what_is_still_asked_for_when_control_has_ended_is_no_alarm() -> None:
    pair = ours()
    count = len(SITE.groups)
    request = pair.app.ask(asked(SITE, [Aspect.GREEN] * count), pair.now_s)
    pair.firmware.misbehave("manual")
    pair.tick()
    pair.carry(request)
    assert pair.app.mode is Mode.LOCAL


@pytest.mark.parametrize(
    ("state", "mode"),
    [
        (IntersectionState.ERROR, Mode.FAULT),
        (IntersectionState.DARK, Mode.FLASH),
        (IntersectionState.STANDBY, Mode.FLASH),
        (IntersectionState.FLASH, Mode.FLASH),
        (IntersectionState.SWITCH_ON, Mode.LOCAL),
        (IntersectionState.SWITCH_OFF, Mode.LOCAL),
        (IntersectionState.ALL_RED, Mode.LOCAL),
        (IntersectionState.CONTROL, Mode.OURS),
    ],
)
def test_the_mode_is_that_of_the_intersection(state: IntersectionState, mode: Mode) -> None:
    pair = ours()
    pair.tell("UpdateState", update(pair, 2, {PLACE: {"state": int(state)}}))
    assert pair.app.mode is mode


def test_the_mode_is_that_of_the_session() -> None:
    pair = Pair(SITE).start()
    pair.firmware.misbehave("refuses")
    pair.tick()
    pair.take()
    assert pair.app.mode is Mode.READY
    pair.firmware.misbehave("refuses", on=False)
    pair.tick()
    assert pair.app.mode is Mode.OURS
    control(pair, 0)
    assert pair.app.mode is Mode.FAULT


def test_an_order_that_is_not_allowed_is_an_alarm() -> None:
    pair = Pair(SITE).start()
    control(pair, 5)
    assert pair.app.mode is Mode.LOCAL
    assert pair.app.alarms(pair.now_s) == (
        "control-state-order",
        "session-event:1000",
    )  # it was asked to end, in Offline


def test_a_stale_update_changes_nothing() -> None:
    pair = Pair(SITE).start()
    pair.tick()
    pair.tell("UpdateState", update(pair, 3, {"01": {"state": 6}}, ticks=2000))
    pair.tell("UpdateState", update(pair, 3, {"01": {"state": 8}}, ticks=1999))
    assert pair.app.board.aspects(pair.now_s)[0] == Aspect.GREEN
    assert pair.app.alarms(pair.now_s) == ("stale-update",)
    pair.tell("UpdateState", update(pair, 3, {"01": {"state": 8}}, ticks=2000))
    assert pair.app.board.aspects(pair.now_s)[0] == Aspect.AMBER
    pair.wait(EVENT_S + 1)
    assert pair.app.alarms(pair.now_s) == ()


def test_ticks_may_go_round() -> None:
    pair = ours(ticks_from=(1 << 32) - 2500)
    count = len(SITE.groups)
    for _ in range(4):
        pair.tick()
        pair.carry(pair.app.ask(asked(SITE, [Aspect.RED] * count, 30, 40), pair.now_s))
    assert pair.settings.ticks(pair.now_s) < 10_000
    assert pair.app.mode is Mode.OURS
    assert pair.app.alarms(pair.now_s) == ()
    assert (pair.app.board.aspects(pair.now_s)[:8] == pair.firmware.aspect[:8]).all()


def test_somebody_elses_session_is_refused() -> None:
    pair = Pair(SITE).start()
    pair.tell("UpdateState", update(pair, 0, {"S99": {"controlState": 5}}))
    assert pair.app.seat.state is ControlState.OFFLINE
    pair.tell("UpdateState", update(pair, 0, {"S1": {"reqHandover": 2}}))
    assert pair.app.seat.state is ControlState.OFFLINE


def test_events_of_a_session() -> None:
    pair = Pair(SITE).start()
    event = {"objects": {"type": 0, "ids": ["S1"]}, "events": [{"code": 1002}], "ticks": 1}
    pair.tell("NotifyEvent", event)
    pair.tell("NotifyEvent", {**event, "objects": {"type": 4, "ids": ["D1"]}})
    assert pair.app.alarms(pair.now_s) == ("session-event:1002",)
    pair.tell("NotifyEvent", {**event, "events": [{"code": 1}]})
    assert isinstance(pair.app.line.failure, WorldLostError)


def test_calls_that_an_application_does_not_know() -> None:
    pair = Pair(SITE).start()
    pair.carry(to_app=messages.call("ReadMeta", {}, "x"))
    assert '"error":{"code":0' in pair.log[-1]
    pair.carry(to_app=messages.call("UpdateState", {"ticks": 5000, "update": []}, "y"))
    assert pair.log[-1] == '>{"jsonrpc":"2.0","result":{},"id":"y"}'


def test_before_it_is_registered_nothing_is_believed() -> None:
    app = ApplicationSession(SITE, Pair(SITE).settings, 0.0, lambda now_s: now_s)
    app.start(0.0)
    assert b'"result":{"ticks":1' in app.receive(messages.call("Alive", {"ticks": 1, "time": 1}, 1), 0.0)
    assert b'"code":1' in app.receive(messages.call("ReadMeta", {}, 1), 0.0)
    assert b'"result":{}' in app.receive(
        messages.call(
            "UpdateState",
            {"ticks": 1, "update": [{"objects": {"type": 0, "ids": ["S1"]}, "states": [{"controlState": 5}]}]},
            2,
        ),
        0.0,
    )
    assert app.take(0.0) == b""
    assert app.mode is Mode.OFFLINE


@pytest.mark.parametrize(("session", "state"), [("S1", ControlState.READY), ("S9", ControlState.NOT_CONFIGURED)])
def test_a_control_state_that_is_told_while_setting_up_counts(session: str, state: ControlState) -> None:
    app = Pair(SITE).app
    app.start(0.0)
    row = {"objects": {"type": 0, "ids": [session]}, "states": [{"controlState": 3}]}
    app.receive(messages.call("UpdateState", {"ticks": 0, "update": [row]}), 0.0)
    assert app.seat.state is None
    app._configure(Known("S1", (1, 1, 0), ControlState.NOT_CONFIGURED, {}, {}), 0.0)
    assert app.seat.state is state


def test_a_refusal_names_why_and_not_the_secret() -> None:
    pair = Pair(SITE)
    app = ApplicationSession(SITE, pair.settings, 0.0, pair.utc_s)
    object.__setattr__(pair.settings, "password", "canary")
    app.start(0.0)
    app.receive(messages.failure(0, 1, "Incorrect password canary\n\x1b[31m"), 0.0)
    assert isinstance(app.line.failure, CabinetRefusedError)
    assert str(app.line.failure) == "the TLC refused Register: not authorized (1: Incorrect password ***??[31m)"
    other = ApplicationSession(SITE, pair.settings, 0.0, pair.utc_s)
    other.start(0.0)
    other.receive(messages.failure(0, 77, "?"), 0.0)
    assert "unknown (77" in str(other.line.failure)


def test_no_answer_and_nonsense_while_setting_up() -> None:
    pair = Pair(SITE)
    pair.app.start(0.0)
    pair.app.poll(1.0)
    assert isinstance(pair.app.line.failure, WorldTimeoutError)
    assert pair.app.due_s >= 1.0
    other = Pair(SITE)
    other.app.start(0.0)
    other.app.receive(messages.result(0, {"sessionid": 5}), 0.0)
    assert "cannot be" in str(other.app.line.failure)


def test_another_version_is_refused() -> None:
    pair = Pair(SITE)
    pair.app.start(0.0)
    answer = {
        "sessionid": "S1",
        "facilities": {"type": 1, "ids": ["T"]},
        "version": {"major": 2, "minor": 0, "revision": 0},
    }
    pair.app.receive(messages.result(0, answer), 0.0)
    assert isinstance(pair.app.line.failure, CabinetRefusedError)
    assert 'speaks version 2.0.0, not 1.1.0; see option "version"' in str(pair.app.line.failure)


def test_deregistering_is_answered() -> None:
    pair = Pair(SITE).start()
    answers: list[object] = []
    pair.carry(pair.app.deregister(pair.now_s, lambda answer, _: answers.append(answer)))
    assert len(answers) == 1
    assert pair.tlc.is_over


def test_a_sign_of_life_on_demand() -> None:
    pair = Pair(SITE).start()
    pair.now_s = 1.0
    pair.carry(pair.app.ping(1.0))
    assert pair.app.line.echoed_s == 1.0


def test_a_tlc_that_says_nothing_is_found_out_within_a_second() -> None:
    pair = ours()
    pair.deaf, begin_s = True, pair.now_s
    pair.carry(pair.app.ping(pair.now_s))
    while pair.app.line.failure is None:
        pair.wait(max(pair.app.due_s - pair.now_s, 0.01), step_s=0.1)
    assert pair.now_s - begin_s == pytest.approx(0.8, abs=0.05)
    assert isinstance(pair.app.line.failure, WorldTimeoutError)
    assert pair.app.mode is Mode.OFFLINE


def asked_s(pair: Pair, tick_s: float, for_s: float) -> list[float]:
    """Return when signs of life were asked for, with a heartbeat every tick."""
    found, count, step_s = [], 0, 0.05
    pair.log.clear()
    beat_s = end_s = pair.now_s
    while pair.now_s < end_s + for_s:
        if pair.now_s >= beat_s - 1e-9:
            pair.app.beat(pair.now_s)
            beat_s += tick_s
        pair.wait(step_s, beats=False, step_s=step_s)
        assert pair.now_s - pair.app.line.heard_s <= LATEST_PULSE_S + step_s
        before, count = count, len(pair.said(">", "Alive"))
        found += [pair.now_s] * (count > before)
    return found


def test_nobody_is_asked_while_the_tick_of_the_others_goes_on() -> None:
    pair = ours()
    begin_s = pair.now_s
    after_s = [(at_s - begin_s) % 1.0 for at_s in asked_s(pair, 1.0, 12.0)][4:]
    assert len(after_s) >= 12
    assert min(after_s) >= 0.29


@pytest.mark.parametrize("tick_s", [0.1, 1.0])
def test_it_is_never_long_until_a_quiet_tlc_is_asked(tick_s: float) -> None:
    assert len(asked_s(ours(), tick_s, 8.0)) >= 10


def test_a_quiet_tlc_is_asked_and_lives_on() -> None:
    pair = ours()
    pair.log.clear()
    pair.wait(4.0, step_s=0.1)
    assert pair.app.line.failure is None
    assert len(pair.said(">", "Alive")) >= 6


def test_nothing_is_ever_written_but_what_may_be() -> None:
    """Whatever is asked through every door, what comes out is on the list."""
    pair = ours()
    rng = np.random.default_rng(1)
    count = len(SITE.groups)
    for _ in range(50):
        request = asked(SITE, rng.integers(0, 5, count), int(rng.integers(-1, 99)), int(rng.integers(-1, 99)))
        pair.carry(pair.app.ask(request, pair.now_s))
        pair.tick(beats=bool(rng.integers(0, 8)))
        if rng.integers(0, 6) == 0:
            pair.carry(pair.app.leave(pair.now_s))
        pair.take()
    rows = [row for params in pair.said(">", "UpdateState") for row in params["update"]]
    written = {(row["objects"]["type"], key) for row in rows for state in row["states"] for key in state}
    assert written <= {(int(kind), key) for kind, key in WRITES}
    states = [s["reqState"] for row in rows if row["objects"]["type"] == 3 for s in row["states"] if "reqState" in s]
    assert set(states) <= {3, 4, 5, 6, 7, 8}
    methods = {json.loads(line[1:]).get("method") for line in pair.log if line[0] == ">"}
    assert methods <= {None, "Register", "ReadMeta", "Subscribe", "UpdateState", "Alive"}


def test_what_must_not_be_written_cannot_be() -> None:
    pair = ours()
    with pytest.raises(AssertionError, match="never be written"):
        pair.app._write(ObjectType.SIGNAL_GROUP, {"01": {"timing": []}}, 0.0)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.binary(max_size=80), max_size=5))
def test_arbitrary_bytes_raise_nothing(pieces: list[bytes]) -> None:
    app = Pair(SITE).app
    app.start(0.0)
    for piece in pieces:
        app.receive(piece, 0.0)
    app.poll(0.5)
    assert app.mode is Mode.OFFLINE


numbers = st.integers(-2, 12) | st.sampled_from([1000, 2**32 - 1, 2**32])
rows = st.dictionaries(
    st.sampled_from(["state", "controlState", "faultstate", "swico", "stateticks", "predictions"]),
    numbers | st.none() | st.text(max_size=3),
    max_size=4,
)
told = st.builds(
    lambda kind, states, ticks: {
        "ticks": ticks,
        "update": [{"objects": {"type": kind, "ids": list(states)}, "states": list(states.values())}],
    },
    numbers,
    st.dictionaries(st.sampled_from(["S1", "01", "02", "D1", "K09", PLACE, "zz"]), rows, max_size=3),
    numbers,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(told, max_size=25), st.lists(st.sampled_from(["take", "leave", "ask", "poll"]), max_size=25))
def test_whatever_a_tlc_says_nothing_is_raised_and_nothing_grows(said: list[dict[str, Any]], done: list[str]) -> None:
    pair = Pair(SITE).start()
    app, now_s = pair.app, 0.0
    for number in range(max(len(said), len(done))):
        now_s += 0.3
        if number < len(said):
            app.receive(messages.call("UpdateState", said[number], number), now_s)
        match done[number] if number < len(done) else "":
            case "take":
                app.take(now_s)
            case "leave":
                app.leave(now_s)
            case "ask":
                app.ask(asked(SITE, [0] * len(SITE.groups)), now_s)
            case "poll":
                app.poll(now_s)
        assert app.mode in Mode
        assert len(app.alarms(now_s)) < 40
        assert not app.line._out
        assert len(app.line._calls) < 20
        assert app.board.aspects(now_s).shape == (len(SITE.groups),)
