"""A virtual TLC lets in who may, answers as TLC-FI has it, and gives control only by its way."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signals.adapters.tlcfi import messages
from signals.adapters.tlcfi.objects import ControlState
from signals.adapters.tlcfi.settings import read_settings
from signals.adapters.tlcfi.tlc_session import END_S, MAX_ATTEMPTS, REGISTER_S, TlcSession
from signals.model.cabinets import Mode
from tests.adapters.tlcfi.pairs import Pair, plain
from tests.adapters.tlcfi.places import asked, crossing

SITE = crossing()
VERSION = {"major": 1, "minor": 1, "revision": 0}
REGISTER = {"username": "", "password": "", "type": 2, "version": VERSION, "uri": "http://a"}


class Caller:
    """Somebody at the other end who says what a test says."""

    def __init__(self, pair: Pair | None = None, secrets: dict[str, str] | None = None) -> None:
        self.pair = pair or Pair(SITE)
        if secrets is not None:
            self.pair.facilities.settings = read_settings(SITE, plain({}, secrets))
        self.tlc = TlcSession(self.pair.desk, self.pair.now_s, self.pair.tlc_utc_s)
        self.pushed: list[dict[str, Any]] = []
        self._next = 100

    def call(self, method: str, params: dict[str, Any]) -> Any:
        """Call and return the result, or the code of the error."""
        self._next += 1
        found = None
        for row in self.rows(self.tlc.receive(messages.call(method, params, self._next), self.pair.now_s)):
            if row.get("id") == self._next and "method" not in row:
                found = row["result"] if "result" in row else row["error"]["code"]
        return found

    def rows(self, data: bytes) -> list[dict[str, Any]]:
        rows = [json.loads(line) for line in data.splitlines()]
        self.pushed += [row for row in rows if "method" in row]
        return rows

    def register(self, **changed: Any) -> Any:
        return self.call("Register", {**REGISTER, **changed})

    def session(self, **state: Any) -> Any:
        row = {"objects": {"type": 0, "ids": [self.tlc._id]}, "states": [state]}
        return self.call("UpdateState", {"ticks": 0, "update": [row]})

    def configure(self) -> Any:
        return self.session(startCapability=2, endCapability=2, reqIntersection=SITE.id, reqControlState=2)

    def request(self, kind: int, **states: dict[str, Any]) -> Any:
        row = {"objects": {"type": kind, "ids": list(states)}, "states": list(states.values())}
        return self.call("UpdateState", {"ticks": 0, "update": [row]})

    def tick(self) -> list[dict[str, Any]]:
        pair = self.pair
        pair.now_s += 1.0
        pair.firmware.step(pair.call, pair.entered, pair.occupied)
        changes = pair.facilities.changes(pair.settings.ticks(pair.now_s))
        return self.rows(self.tlc.ticked(changes, pair.now_s))

    def events(self) -> list[int]:
        return [row["params"]["events"][0]["code"] for row in self.pushed if row["method"] == "NotifyEvent"]

    def states(self) -> list[int]:
        found = [row["params"]["update"] for row in self.pushed if row["method"] == "UpdateState"]
        return [row["states"][0]["controlState"] for rows in found for row in rows if row["objects"]["type"] == 0]


def secret(username: str, password: str) -> dict[str, str]:
    return {"username": username, "password": password}


def in_control() -> Caller:
    caller = Caller()
    caller.register()
    caller.configure()
    caller.tick()
    caller.session(reqControlState=3)
    caller.session(reqControlState=5)
    assert caller.tlc.control is ControlState.IN_CONTROL
    return caller


def test_nothing_goes_before_registering() -> None:
    caller = Caller()
    for method in ("ReadMeta", "Subscribe", "UpdateState", "NotifyEvent", "Alive", "Deregister", "Nonsense"):
        assert caller.call(method, {"ticks": 1, "time": 1}) == 1
    assert caller.tick() == []
    assert caller.tlc.stopping(0.0) == b""


def test_registering() -> None:
    caller = Caller()
    assert caller.register() == {"sessionid": "S1", "facilities": {"type": 1, "ids": ["TLC1"]}, "version": VERSION}
    assert [row["method"] for row in caller.pushed] == ["Alive"]  # after the answer
    assert caller.register() == 4
    assert caller.call("Nonsense", {}) == 0
    assert caller.call("NotifyEvent", {}) == 2


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"version": {"major": 1, "minor": 2, "revision": 0}}, 3),
        ({"version": {"major": 2, "minor": 1, "revision": 0}}, 3),
        ({"version": None}, 6),
        ({"username": None}, 6),
        ({"uri": None}, 6),
        ({"type": 3}, 8),
        ({"type": "2"}, 7),
        ({"password": 5}, 7),
    ],
)
def test_registrations_that_are_refused(changed: dict[str, Any], code: int) -> None:
    assert Caller().register(**changed) == code


def test_the_password_counts_and_attempts_do() -> None:
    caller = Caller(secrets=secret("u", "p"))
    call = messages.call("Register", {**REGISTER, "username": "u", "password": "x"}, 0)
    expected = b'{"jsonrpc":"2.0","error":{"code":1,"message":"Incorrect credentials"},"id":0}\n'
    assert caller.tlc.receive(call, 0.0) == expected
    assert caller.register(**secret("u", "\ud800")) == 1
    assert caller.tlc.line.failure is None
    assert caller.register(**secret("x", "p")) == 1
    assert caller.tlc.line.failure is not None
    assert MAX_ATTEMPTS == 3
    again = Caller(secrets=secret("u", "p"))
    assert again.register(**secret("u", "p"))["sessionid"] == "S1"


def test_a_second_application_for_control_is_refused_until_the_first_has_left() -> None:
    first = Caller()
    first.register()
    second, third = Caller(first.pair), Caller(first.pair)
    assert second.register() == 4
    assert third.register(type=0)["sessionid"] == "S2"
    third.tlc.close()
    assert second.register() == 4
    first.tlc.close()
    assert second.register()["sessionid"] == "S3"


def test_whoever_does_not_register_is_left() -> None:
    caller = Caller()
    assert caller.tlc.due_s == REGISTER_S
    caller.tlc.poll(REGISTER_S - 0.1)
    assert caller.tlc.line.failure is None
    caller.tlc.poll(REGISTER_S)
    assert caller.tlc.line.failure is not None
    registered = Caller()
    registered.register()
    assert registered.tlc.due_s < REGISTER_S


def test_reading_and_subscribing() -> None:
    caller = Caller()
    caller.register()
    assert caller.call("ReadMeta", {"type": 0, "ids": ["S1"]})["meta"] == [{"sessionid": "S1", "type": 2}]
    assert caller.call("ReadMeta", {"type": 0, "ids": ["S2"]}) == 9
    assert caller.call("ReadMeta", {"type": 9, "ids": []}) == 5
    assert caller.call("ReadMeta", {"type": 3, "ids": ["99"]}) == 9
    assert caller.call("ReadMeta", {"type": 6, "ids": []}) == {
        "objects": {"type": 6, "ids": []},
        "meta": [],
        "ticks": 0,
    }
    assert caller.call("Subscribe", {"type": 1, "ids": ["TLC1"]}) == 9
    assert caller.call("Subscribe", {"type": 0, "ids": ["S1"]})["data"] == [{"controlState": 1, "reqHandover": 2}]
    data = caller.call("Subscribe", {"type": 3, "ids": ["02", "01"]})
    assert data["objects"]["ids"] == ["02", "01"]
    assert [row["state"] for row in data["data"]] == [3, 3]


def test_only_what_was_subscribed_to_is_told_and_a_subscription_replaces_the_one_before() -> None:
    caller = Caller()
    caller.register()
    caller.call("Subscribe", {"type": 3, "ids": ["01", "02"]})
    caller.call("Subscribe", {"type": 3, "ids": ["02"]})
    told: set[str] = set()
    for _ in range(60):
        for row in caller.tick():
            assert [update["objects"]["type"] for update in row["params"]["update"]] == [3]
            told |= set(row["params"]["update"][0]["objects"]["ids"])
    assert told == {"02"}


def test_several_listen() -> None:
    caller = in_control()
    listener = Caller(caller.pair)
    listener.register(type=0)
    for who in (caller, listener):
        who.call("Subscribe", {"type": 3, "ids": ["01"]})
    prediction = [{"state": 3, "minEnd": 5000}]
    assert caller.request(3, **{"01": {"reqState": 3, "reqPredictions": prediction}}) == {}
    pair = caller.pair
    changes = pair.facilities.changes(0)
    assert caller.rows(caller.tlc.ticked(changes, 0.0)) == []  # it has said so itself
    (row,) = listener.rows(listener.tlc.ticked(changes, 0.0))
    assert row["params"]["update"][0]["states"] == [{"predictions": [{"state": 3, "minEnd": 6000}]}]


def test_only_a_control_application_requests() -> None:
    caller = Caller()
    caller.register(type=0)
    assert caller.session(reqControlState=2) == 2
    assert caller.events() == [1001]


def test_the_way_to_control_and_back() -> None:
    caller = in_control()
    assert caller.states() == [2, 3, 4, 5]
    assert caller.pair.firmware.mode is Mode.OURS
    caller.session(reqControlState=6)
    assert caller.pair.firmware.mode is Mode.READY
    caller.session(reqControlState=6)
    caller.session(reqControlState=3)
    assert caller.states() == [2, 3, 4, 5, 6, 3, 4]
    caller.session(reqControlState=2)
    assert caller.tlc.control is ControlState.OFFLINE
    assert caller.events() == []


@pytest.mark.parametrize("wanted", [2, 3])
def test_control_may_be_left_at_once(wanted: int) -> None:
    caller = in_control()
    assert caller.session(reqControlState=wanted) == {}
    assert caller.pair.firmware.mode is Mode.READY


def test_a_way_that_is_not_allowed() -> None:
    caller = Caller()
    caller.register()
    assert caller.session(reqControlState=2) == 8  # nothing is configured
    assert caller.session(reqIntersection="other", startCapability=2, endCapability=2) == 9
    assert caller.events() == [1000, 1002]
    assert caller.session(reqIntersection=SITE.id, startCapability=2, endCapability=2) == {}
    assert caller.tlc.control is ControlState.NOT_CONFIGURED
    caller.configure()
    for wrong in (0, 1, 4, 5, 6):
        assert caller.session(reqControlState=wrong) == 8
    assert caller.session(reqControlState=7) == 8
    assert caller.session(startCapability=3) == 8
    assert caller.tlc.control is ControlState.OFFLINE


def test_groups_can_only_be_requested_in_control() -> None:
    caller = Caller()
    caller.register()
    caller.configure()
    assert caller.request(3, **{"01": {"reqState": 3}}) == 2
    assert caller.request(2, **{SITE.id: {"reqState": 7}}) == 2
    assert caller.events() == [1000, 1000]
    assert caller.request(4, D1={"state": 1}) == 2
    assert caller.request(3, **{"99": {"reqState": 3}}) == 9


def test_an_intersection_can_only_be_asked_for_control() -> None:
    caller = in_control()
    assert caller.request(2, **{SITE.id: {"reqState": 7}}) == {}
    for wrong in (0, 1, 2, 3, 6):
        assert caller.request(2, **{SITE.id: {"reqState": wrong}}) == 8


def test_a_firmware_against_which_nothing_can_be_done_is_waited_for() -> None:
    caller = Caller()
    caller.register()
    caller.configure()
    caller.pair.firmware.misbehave("manual")
    caller.session(reqControlState=3)
    caller.tick()
    assert caller.tlc.control is ControlState.READY
    caller.pair.firmware.misbehave("manual", on=False)
    caller.tick()
    assert caller.tlc.control is ControlState.START
    caller.pair.firmware.misbehave("preempt")
    caller.session(reqControlState=5)
    assert caller.tlc.control is ControlState.OFFLINE


@pytest.mark.parametrize("what", ["manual", "preempt", "flash", "refuses"])
def test_whoever_comes_first_takes_control_back(what: str) -> None:
    caller = in_control()
    caller.pair.firmware.misbehave(what)
    caller.tick()
    assert caller.tlc.control is ControlState.END
    assert caller.request(3, **{"01": {"reqState": 6}}) == {}  # it does not know yet
    assert caller.session(reqControlState=6) == {}
    assert caller.session(reqControlState=2) == {}
    assert caller.tlc.control is ControlState.OFFLINE


def test_who_does_not_leave_ends_in_error() -> None:
    caller = in_control()
    caller.pair.firmware.misbehave("manual")
    caller.tick()
    caller.pair.now_s += END_S
    caller.tick()
    assert caller.tlc.control is ControlState.ERROR
    assert caller.session(reqControlState=2) == 8
    caller.pair.now_s += 5.0
    caller.tick()
    assert caller.tlc.control is ControlState.NOT_CONFIGURED
    assert caller.session(reqControlState=1) == {}
    assert caller.tlc.control is ControlState.OFFLINE


def test_illegal_requests_end_in_error_and_never_in_the_street() -> None:
    caller = in_control()
    count = len(SITE.groups)
    greens = {f"{number:02d}": {"reqState": 6} for number in range(1, count + 1)}
    caller.request(3, **greens)
    for _ in range(6):
        caller.tick()
        green = np.flatnonzero(caller.pair.firmware.aspect == 2).tolist()
        assert not any(SITE.intersection.conflict(a, b) for a in green for b in green)
    assert caller.tlc.control is ControlState.ERROR
    assert caller.pair.firmware.mode is Mode.FAULT


def test_whoever_goes_gives_control_back() -> None:
    caller = in_control()
    caller.tlc.close()
    assert caller.pair.firmware.mode is Mode.READY
    assert Caller(caller.pair).register()["sessionid"] == "S2"


def test_whatever_comes_from_who_controls_is_a_sign_of_life() -> None:
    pair = Pair(SITE).start()
    pair.tick()
    pair.take()
    for _ in range(40):
        pair.tick()
    assert pair.firmware.mode is Mode.OURS
    pair.mute = True
    for _ in range(3):
        pair.tick()
    assert pair.tlc.line.failure is None
    for _ in range(2):
        pair.tick()
    assert pair.tlc.line.failure is not None


def test_deregistering_ends_it() -> None:
    caller = in_control()
    assert caller.call("Deregister", {}) == {}
    assert caller.tlc.is_over
    assert caller.call("ReadMeta", {"type": 0, "ids": []}) == 1


def test_stopping_is_told() -> None:
    caller = Caller()
    caller.register()
    caller.rows(caller.tlc.stopping(0.0))
    assert caller.events() == [1]


def test_its_clock_is_that_of_the_firmware() -> None:
    pair = Pair(SITE)
    pair.firmware.misbehave("clock_jump")
    pair.start()
    assert pair.app.line.peer_ahead_s == pytest.approx(pair.firmware.clock_offset_s)
    assert pair.firmware.clock_offset_s > 3600


def test_random_requests_never_show_a_conflict() -> None:
    pair = Pair(SITE).start()
    rng = np.random.default_rng(3)
    pair.tick()
    pair.take()
    count = len(SITE.groups)
    for _ in range(150):
        pair.carry(pair.app.ask(asked(SITE, rng.integers(0, 5, count)), pair.now_s))
        pair.tick()
        pair.take()
        lit = np.flatnonzero(pair.firmware.aspect > 0).tolist()
        assert not any(SITE.intersection.conflict(a, b) for a in lit for b in lit)


names = st.sampled_from(["S1", "S2", "01", "02", "D1", SITE.id, "TLC1", "x"])
small = st.integers(-1, 12) | st.none() | st.text(max_size=2)
keys = ["type", "ids", "ticks", "time", "update", "username", "password", "uri", "version", "objects", "states"]
state = st.dictionaries(
    st.sampled_from(
        ["reqState", "reqControlState", "startCapability", "endCapability", "reqIntersection", "reqPredictions"]
    ),
    small | names | st.lists(st.dictionaries(st.sampled_from(["state", "minEnd"]), small), max_size=2),
    max_size=4,
)
update = st.builds(
    lambda kind, states: {"objects": {"type": kind, "ids": list(states)}, "states": list(states.values())},
    small,
    st.dictionaries(names, state, max_size=2),
)
call = st.one_of(
    st.tuples(
        st.just("UpdateState"), st.builds(lambda rows: {"ticks": 1, "update": rows}, st.lists(update, max_size=2))
    ),
    st.tuples(
        st.sampled_from(["ReadMeta", "Subscribe"]),
        st.builds(lambda kind, ids: {"type": kind, "ids": ids}, small, st.lists(names, max_size=3)),
    ),
    st.tuples(
        st.sampled_from(["Register", "Alive", "NotifyEvent", "UpdateState", "x"]),
        st.dictionaries(st.sampled_from(keys), small | names | st.lists(small, max_size=2), max_size=5),
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.booleans(), st.lists(call, max_size=20))
def test_whatever_an_application_says_nothing_is_raised(
    registered: bool, calls: list[tuple[str, dict[str, Any]]]
) -> None:
    caller = Caller()
    if registered:
        caller.register()
        caller.configure()
        caller.session(reqControlState=3)
        caller.session(reqControlState=5)
    for method, params in calls:
        caller.call(method, params)
        if caller.tlc.line.failure is None:
            caller.tick()
    assert caller.tlc.control in ControlState


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=5))
def test_arbitrary_bytes_raise_nothing(pieces: list[bytes]) -> None:
    caller = Caller()
    for piece in pieces:
        caller.tlc.receive(piece, 0.0)
    caller.tlc.close()
