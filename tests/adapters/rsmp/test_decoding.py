"""Whatever comes becomes a message or one clear error; what was written is read again."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.adapters.rsmp.decoding import MessageError, decode
from signals.adapters.rsmp.encoding import encode
from signals.adapters.rsmp.messages import Alarm, Message, MessageAck, MessageNotAck, StatusSubscribe, Wanted
from tests.adapters.rsmp import test_encoding as written

AT = written.AT
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
MESSAGES: list[Message] = [
    MessageAck("7"),
    MessageNotAck("7", "no"),
    written.Version("1", ("3.1.5", "3.2.2"), ("S",), "1.2.1"),
    written.Watchdog("1", AT),
    written.AggregatedStatus("1", "C", AT, "p", None, (False,) * 8),
    written.AggregatedStatusRequest("1", "C"),
    Alarm("1", "C", "A0201", "Issue", "x", written.STATE),
    Alarm("1", "C", "A0201", "Suspend", "", written.STATE),
    Alarm("1", "C", "A0201", "Acknowledge"),
    Alarm("1", "C", "A0201", "Request"),
    written.StatusRequest("1", "C", (written.StatusName("S0001", "stage"),)),
    written.StatusUnsubscribe("1", "C", (written.StatusName("S0001", "stage"),)),
    StatusSubscribe("1", "C", (Wanted("S0001", "stage", 5, on_change=True),)),
    written.StatusResponse("1", "C", AT, (written.StatusValue("S0001", "stage", "1", "recent"),)),
    written.StatusUpdate("1", "C", AT, (written.StatusValue("S0035", "emergencyroutes", [{"id": "1"}], "old"),)),
    written.StatusUpdate("1", "C", AT, (written.StatusValue("S0035", "emergencyroutes", None, "undefined"),)),
    written.CommandRequest("1", "C", (written.Argument("M0002", "status", "setPlan", "True"),)),
    written.CommandResponse("1", "C", AT, (written.Returned("M0002", "status", None, "unknown"),)),
]


def row_of(message: Message) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(encode(message, (3, 2, 2)))
    return found


def read(row: object) -> Message:
    return decode(json.dumps(row).encode())


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_what_was_written_is_read(message: Message) -> None:
    assert decode(encode(message, (3, 2, 2))) == message


def test_keys_that_nobody_knows_are_passed_over() -> None:
    assert read({**row_of(MESSAGES[2]), "step": "Request", "SXLS": []}) == MESSAGES[2]


def test_a_refusal_may_have_no_reason() -> None:
    assert read({"mType": "rSMsg", "type": "MessageNotAck", "oMId": "7"}) == MessageNotAck("7")


def test_before_3_1_5_zero_seconds_mean_on_change() -> None:
    row = row_of(MESSAGES[12])
    row["sS"] = [{"sCI": "S0001", "n": "stage", "uRt": "0"}]
    assert read(row) == StatusSubscribe("1", "C", (Wanted("S0001", "stage", 0, on_change=True),))


def test_small_letters_of_an_alarm_are_understood() -> None:
    row = {**row_of(MESSAGES[6]), "aSp": "issue", "aS": "active", "ack": "NotAcknowledged", "sS": "Suspended"}
    assert read(row) == MESSAGES[6]


WRONG: list[tuple[int, dict[str, Any]]] = [
    (0, {"mType": "other"}),
    (0, {"type": "Nothing"}),
    (0, {"type": None}),
    (0, {"oMId": ""}),
    (0, {"oMId": "x" * 65}),
    (1, {"rea": 5}),
    (2, {"RSMP": [{"vers": "three"}]}),
    (2, {"RSMP": []}),
    (2, {"RSMP": {}}),
    (2, {"siteId": [5]}),
    (3, {"wTs": "noon"}),
    (4, {"se": [True]}),
    (4, {"se": ["False"] * 8}),
    (4, {"se": None}),
    (4, {"fP": 3}),
    (6, {"aSp": "Shout"}),
    (6, {"ack": "maybe"}),
    (6, {"aCId": "B1"}),
    (10, {"sS": []}),
    (10, {"sS": [{"sCI": "S0001"}] * 5000}),
    (12, {"sS": [{"sCI": "S0001", "n": "stage", "uRt": "-1", "sOc": True}]}),
    (12, {"sS": [{"sCI": "S0001", "n": "stage", "uRt": "0", "sOc": False}]}),
    (12, {"sS": [{"sCI": "S0001", "n": "stage", "uRt": "5", "sOc": "True"}]}),
    (13, {"sS": [{"sCI": "S0001", "n": "stage", "s": "1", "q": "good"}]}),
    (13, {"sS": [{"sCI": "S0001", "n": "stage", "s": 1, "q": "recent"}]}),
    (13, {"sS": [{"sCI": "S0001", "n": "stage", "s": [{"a": 1}], "q": "recent"}]}),
    (16, {"arg": [{"cCI": "M0002", "n": "status", "cO": "setPlan", "v": True}]}),
    (17, {"rvs": [{"cCI": "M0002", "n": "status", "v": "True", "age": "young"}]}),
]


@pytest.mark.parametrize(("which", "change"), WRONG)
def test_what_cannot_be_is_an_error_that_knows_the_id_and_no_value(which: int, change: dict[str, Any]) -> None:
    row = {**row_of(MESSAGES[which]), **change}
    with pytest.raises(MessageError, match="RSMP: ") as found:
        read(row)
    assert found.value.identity == row.get("mId", "")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"5",
        b"\xff",
        b"{" * 10,
        b'{"a":NaN}',
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"1" * 5_000,
        b'{"mType":"rSMsg","mId":5}',
        b'{"mType":"rSMsg","mId":"' + b"x" * 99 + b'"}',
    ],
)
def test_what_is_no_message_is_an_error_without_an_id(text: bytes) -> None:
    with pytest.raises(MessageError) as found:
        decode(text)
    assert found.value.identity == ""


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_but_that(text: bytes) -> None:
    with contextlib.suppress(MessageError):
        decode(text)


@given(st.sampled_from(MESSAGES), st.data())
def test_no_message_that_is_changed_does_anything_but_that(message: Message, data: st.DataObject) -> None:
    row = row_of(message)
    key = data.draw(st.sampled_from(sorted(row)))
    row[key] = data.draw(JSON)
    if isinstance(row.get("sS"), list) and row["sS"] and isinstance(row["sS"][0], dict):
        row["sS"][0][data.draw(st.sampled_from(["sCI", "n", "s", "q", "uRt", "sOc"]))] = data.draw(JSON)
    with contextlib.suppress(MessageError):
        encode(read(row), (3, 1, 3))
