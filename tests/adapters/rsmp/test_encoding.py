"""Messages are written as the standard wants them; the shapes here are written by hand, from its text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from signals.adapters.rsmp.encoding import encode
from signals.adapters.rsmp.messages import (
    AggregatedStatus,
    AggregatedStatusRequest,
    Alarm,
    AlarmState,
    Argument,
    CommandRequest,
    CommandResponse,
    Message,
    MessageAck,
    MessageNotAck,
    Returned,
    StatusName,
    StatusRequest,
    StatusResponse,
    StatusSubscribe,
    StatusUnsubscribe,
    StatusUpdate,
    StatusValue,
    Version,
    Wanted,
    Watchdog,
)

AT = "2026-01-31T12:00:00.000Z"
HEAD = {"mType": "rSMsg", "mId": "1", "ntsOId": "", "xNId": "", "cId": "C"}
STATE = AlarmState(False, True, True, AT, "D", "2", (("color", "red"),))
TOLD = {
    "ack": "notAcknowledged",
    "aS": "Active",
    "aTs": AT,
    "cat": "D",
    "pri": "2",
    "rvs": [{"n": "color", "v": "red"}],
}
ABOUT = {"aCId": "A0201", "xACId": "", "xNACId": ""}
NEW, OLD = (3, 2, 2), (3, 1, 3)


def text(message: Message, core: tuple[int, int, int] = NEW) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(encode(message, core))
    return found


def test_acknowledgements_name_the_message_only() -> None:
    assert text(MessageAck("7")) == {"mType": "rSMsg", "type": "MessageAck", "oMId": "7"}
    assert text(MessageNotAck("7", "no")) == {"mType": "rSMsg", "type": "MessageNotAck", "oMId": "7", "rea": "no"}


def test_versions_and_watchdogs_have_no_component() -> None:
    assert text(Version("1", ("3.1.5", "3.2.2"), ("S",), "1.2.1")) == {
        "mType": "rSMsg",
        "type": "Version",
        "mId": "1",
        "RSMP": [{"vers": "3.1.5"}, {"vers": "3.2.2"}],
        "siteId": [{"sId": "S"}],
        "SXL": "1.2.1",
    }
    assert text(Watchdog("1", AT)) == {"mType": "rSMsg", "type": "Watchdog", "mId": "1", "wTs": AT}


def test_aggregated_status_is_the_one_with_real_truth() -> None:
    found = text(AggregatedStatus("1", "C", AT, None, None, (False,) * 7 + (True,)))
    assert found == {
        **HEAD,
        "type": "AggregatedStatus",
        "aSTS": AT,
        "fP": None,
        "fS": None,
        "se": [False] * 7 + [True],
    }
    assert text(AggregatedStatusRequest("1", "C")) == {**HEAD, "type": "AggregatedStatusRequest"}


@pytest.mark.parametrize(("kind", "word"), [("Issue", "suspended"), ("Suspend", "Suspended"), ("Resume", "Suspended")])
def test_an_alarm_says_suspended_in_two_ways(kind: str, word: str) -> None:
    found = text(Alarm("1", "C", "A0201", kind, "", STATE))
    assert found == {**HEAD, **ABOUT, **TOLD, "type": "Alarm", "aSp": kind, "sS": word}


def test_a_wish_about_an_alarm_says_nothing_of_it() -> None:
    assert text(Alarm("1", "C", "A0201", "Request")) == {**HEAD, **ABOUT, "type": "Alarm", "aSp": "Request"}
    calm = AlarmState(True, False, False, AT, "D", "3")
    found = text(Alarm("1", "C", "A0201", "Acknowledge", "", calm))
    assert (found["ack"], found["aS"], found["sS"], found["rvs"]) == ("Acknowledged", "inActive", "notSuspended", [])


def test_on_change_is_said_since_3_1_5() -> None:
    message = StatusSubscribe("1", "C", (Wanted("S0001", "stage", 5, on_change=True),))
    row = {"sCI": "S0001", "n": "stage", "uRt": "5"}
    assert text(message) == {**HEAD, "type": "StatusSubscribe", "sS": [{**row, "sOc": True}]}
    assert text(message, OLD) == {**HEAD, "type": "StatusSubscribe", "sS": [row]}


@pytest.mark.parametrize("kind", [StatusRequest, StatusUnsubscribe])
def test_statuses_are_named(kind: type[StatusRequest | StatusUnsubscribe]) -> None:
    found = text(kind("1", "C", (StatusName("S0001", "stage"),)))
    assert found == {**HEAD, "type": kind.__name__, "sS": [{"sCI": "S0001", "n": "stage"}]}


@pytest.mark.parametrize("kind", [StatusResponse, StatusUpdate])
def test_rows_are_told_since_3_2(kind: type[StatusResponse | StatusUpdate]) -> None:
    rows: list[dict[str, str]] = [{"id": "1"}]
    message = kind("1", "C", AT, (StatusValue("S0035", "emergencyroutes", rows, "recent"),))
    head = {**HEAD, "type": kind.__name__, "sTs": AT}
    value = {"sCI": "S0035", "n": "emergencyroutes"}
    assert text(message) == {**head, "sS": [{**value, "s": rows, "q": "recent"}]}
    assert text(message, OLD) == {**head, "sS": [{**value, "s": None, "q": "unknown"}]}


def test_commands_and_what_came_of_them() -> None:
    asked = CommandRequest("1", "C", (Argument("M0002", "status", "setPlan", "True"),))
    row = {"cCI": "M0002", "n": "status"}
    assert text(asked) == {**HEAD, "type": "CommandRequest", "arg": [{**row, "cO": "setPlan", "v": "True"}]}
    done = CommandResponse("1", "C", AT, (Returned("M0002", "status", None, "undefined"),))
    assert text(done) == {
        **HEAD,
        "type": "CommandResponse",
        "cTS": AT,
        "rvs": [{**row, "v": None, "age": "undefined"}],
    }


def test_half_a_letter_breaks_nothing() -> None:
    assert json.loads(encode(MessageAck("\ud800"), NEW))["oMId"] == "\ud800"
