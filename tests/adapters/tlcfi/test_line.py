"""Calls find their answers, and who gives no signs of life is left."""

from __future__ import annotations

import pytest

from signals.adapters.tlcfi import messages
from signals.adapters.tlcfi.line import MAX_ECHOES, MAX_FLOW_BYTES, MAX_MESSAGES, MAX_REFUSED, Answer, Line
from signals.adapters.tlcfi.messages import Call, Failure, Result
from signals.adapters.tlcfi.objects import ErrorCode, TlcfiError
from signals.adapters.tlcfi.settings import read_settings
from signals.errors import WorldLostError, WorldTimeoutError
from tests.adapters.tlcfi.pairs import plain
from tests.adapters.tlcfi.places import crossing

SETTINGS = read_settings(crossing(), plain({}))


def serve(asked: Call, now_s: float) -> object:
    if asked.method == "bad":
        raise TlcfiError(ErrorCode.NO_RIGHTS, "no")
    return asked.params


def line() -> Line:
    return Line(SETTINGS, 0.0, lambda now_s: 1000.0 + now_s, serve)


def alive(ticks: int = 1, time: int = 1_000_000, rpc_id: int | str | None = "a") -> bytes:
    return messages.call("Alive", {"ticks": ticks, "time": time}, rpc_id)


def test_a_call_is_answered_only_where_somebody_waits() -> None:
    one = line()
    one.receive(messages.call("m", {"a": 1}, 5) + messages.call("m", {"a": 2}) + messages.call("bad", {}), 0.0)
    assert one.sent() == messages.result(5, {"a": 1})
    assert one.sent() == b""
    one.receive(messages.call("bad", {}, "x"), 0.0)
    assert one.sent() == messages.failure("x", 2, "no")
    assert (one.sequence, one.heard_s) == (4, 0.0)


def test_an_answer_comes_to_who_has_called_and_once() -> None:
    one = line()
    answers: list[Answer] = []
    one.call("m", {}, 0.0, lambda answer, _: answers.append(answer))
    one.call("m", {}, 0.0, lambda answer, _: answers.append(answer))
    assert one.sent() == messages.call("m", {}, 0) + messages.call("m", {}, 1)
    one.receive(messages.failure(1, 3, "t") + messages.result(0, 7) + messages.result(0, 8), 0.5)
    one.receive(messages.failure(None, 3, "t") + messages.result("0", 9), 0.5)
    assert answers == [Failure(1, 3, "t"), Result(0, 7)]


def test_no_answer_is_one_too_and_a_late_one_is_none() -> None:
    one = line()
    answers: list[Answer] = []
    one.call("m", {}, 0.0, lambda answer, _: answers.append(answer))
    assert one.due_s == SETTINGS.reply_s
    one.poll(0.9)
    assert answers == []
    one.poll(1.0)
    one.receive(messages.result(0, 7), 1.1)
    assert answers == [None]
    assert one.due_s == float("inf")


def test_signs_of_life_go_both_ways() -> None:
    one = line()
    one.live(0.0)
    assert one.sent() == messages.call("Alive", {"ticks": 0, "time": 1_000_000}, 0)
    one.receive(alive(7, 1_002_500) + messages.result(0, {"ticks": 0, "time": 1_000_000}), 0.5)
    assert one.sent() == messages.result("a", {"ticks": 7, "time": 1_002_500})
    assert one.peer_ahead_s == pytest.approx(2.0)
    assert one.echoed_s == 0.5
    one.poll(1.9)
    assert one.sent() == b""
    assert one.due_s == pytest.approx(2.0)
    one.poll(2.0)
    assert one.sent() == messages.call("Alive", {"ticks": 2000, "time": 1_002_000}, 1)


def test_who_gives_no_sign_of_life_is_dead() -> None:
    one = line()
    one.live(0.0)
    for tenth in range(1, 50):
        one.poll(tenth / 10)
        one.receive(messages.result(99, {}), tenth / 10)  # it says something, but not that
        for number in range(4):
            one.receive(
                messages.result(number, {"ticks": number * 2000, "time": 1_000_000 + number * 2000}), tenth / 10
            )
    assert one.failure is None
    one.poll(5.0)
    assert isinstance(one.failure, WorldTimeoutError)


@pytest.mark.parametrize("answer", [messages.result(0, {"ticks": 1, "time": 1}), messages.failure(0, 1, "no"), b""])
def test_who_does_not_answer_signs_of_life_is_dead(answer: bytes) -> None:
    one = line()
    one.live(0.0)
    for number in range(MAX_ECHOES):
        assert one.failure is None
        one.receive(alive() + answer.replace(b'"id":0', b'"id":%d' % number), 2.0 * number)
        one.poll(2.0 * number + 1.0)
        one.poll(2.0 * number + 2.0)
    assert isinstance(one.failure, WorldTimeoutError)


def test_one_answer_forgives_silence() -> None:
    one = line()
    one.live(0.0)
    for number in range(10):
        one.receive(alive(), 2.0 * number)
        if number % 2:
            one.receive(
                messages.result(number, {"ticks": 2000 * number, "time": 1_000_000 + 2000 * number}), 2.0 * number
            )
        one.poll(2.0 * number + 1.0)
        one.poll(2.0 * number + 2.0)
    assert one.failure is None


def test_who_is_mute_gives_no_signs_of_life_and_answers_none() -> None:
    one = line()
    one.live(0.0)
    one.sent()
    one.is_mute = True
    one.receive(alive(), 0.5)
    one.poll(2.5)
    one.ping(2.5)
    assert one.sent() == b""
    assert one.due_s == pytest.approx(5.5)


def test_who_is_not_known_is_refused_and_nonsense_is() -> None:
    one = line()
    one.is_known = False
    one.receive(alive(), 0.0)
    assert b'"code":1' in one.sent()
    one.is_known = True
    for params in (
        {},
        {"ticks": 1},
        {"ticks": 1, "time": -1},
        {"ticks": 1, "time": 1 << 49},
        {"ticks": "1", "time": 1},
    ):
        one.receive(messages.call("Alive", params, 1), 0.0)
        assert b'"error"' in one.sent()
    assert one.peer_ahead_s is None


def test_too_much_nonsense_ends_it_and_nothing_is_done_after() -> None:
    one = line()
    one.receive(messages.call("bad", {}) * MAX_REFUSED, 0.0)
    assert one.failure is None
    one.receive(messages.call("bad", {}) + messages.call("m", {}, 1), 0.0)
    assert isinstance(one.failure, WorldLostError)
    assert one.sent() == b""
    first = one.failure
    one.receive(b"garbage", 0.0)
    assert one.failure is first


def test_a_stream_that_is_none_ends_it() -> None:
    one = line()
    one.receive(messages.call("m", {}, 1) + b"garbage", 0.0)
    assert isinstance(one.failure, messages.StreamError)
    assert one.sent() == messages.result(1, {})


def test_a_flood_ends_it_and_a_busy_peer_does_not() -> None:
    one = line()
    for second in range(5):
        one.receive(messages.call("m", {}) * MAX_MESSAGES, float(second))
    assert one.failure is None
    one.receive(messages.call("m", {}, 1), 4.5)
    assert isinstance(one.failure, WorldLostError)
    assert one.sent() == b""
    other = line()
    whole = messages.call("m", {"a": "x" * 1_000_000})
    other.receive(whole * (MAX_FLOW_BYTES // len(whole)), 0.0)
    assert other.failure is None
    other.receive(whole, 0.5)
    assert isinstance(other.failure, WorldLostError)


@pytest.mark.parametrize("spaced", [False, True])
def test_an_echo_counts_once_however_it_is_written(spaced: bool) -> None:
    one = line()
    one.ping(0.5)
    echo = messages.alive_echo(SETTINGS.ticks(0.5), 1_000_500, 0)
    assert one.sent() == messages.alive(SETTINGS.ticks(0.5), 1_000_500, 0)
    one.receive(echo.replace(b":", b": ") if spaced else echo, 0.6)
    assert (one.echoed_s, one.heard_s, one.sequence, one.asked_s) == (0.6, 0.6, 1, float("inf"))
    one.receive(echo, 0.7)
    assert (one.echoed_s, one.sequence, one.failure) == (0.6, 2, None)


def test_an_echo_within_another_message_is_none() -> None:
    one = line()
    one.ping(0.5)
    echo = messages.alive_echo(SETTINGS.ticks(0.5), 1_000_500, 0)
    one.receive(b'{"jsonrpc":"2.0","method":"m","params":{"a":', 0.6)
    one.receive(echo, 0.6)
    assert one.echoed_s == float("-inf")
    assert one.asked_s == 0.5
