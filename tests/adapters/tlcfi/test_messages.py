"""Messages are found in a stream however it is cut, and nothing that comes in it crashes, hangs or grows it."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signals.adapters.tlcfi import messages
from signals.adapters.tlcfi.messages import Call, Decoder, Failure, Message, Result, StreamError
from signals.adapters.tlcfi.objects import ObjectType, update_row

ALIVE = {"ticks": 1, "time": 2}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ids = st.integers(-(2**62), 2**62) | st.text(max_size=20)
params = st.dictionaries(st.text(max_size=8), json_values, max_size=4)
sent = st.one_of(
    st.builds(Call, st.text(max_size=20), params, st.none() | ids),
    st.builds(Result, ids, json_values),
    st.builds(Failure, st.none() | ids, st.integers(-40_000, 40_000), st.text(max_size=20)),
)


def bytes_of(message: Message) -> bytes:
    if isinstance(message, Call):
        return messages.call(message.method, message.params, message.id)
    if isinstance(message, Result):
        return messages.result(message.id, message.result)
    return messages.failure(message.id, message.code, message.text)


def decoded(pieces: list[bytes]) -> tuple[list[Message], str]:
    """All that comes of a stream, and how it ended."""
    decoder, found = Decoder(), []
    try:
        for piece in pieces:
            found.extend(decoder.feed(piece))
    except StreamError as error:
        return found, str(error)
    return found, ""


def sliced(data: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(places)]


def test_what_is_written_is_compact_and_a_line() -> None:
    assert messages.call("Alive", ALIVE, 0) == (
        b'{"jsonrpc":"2.0","method":"Alive","params":{"ticks":1,"time":2},"id":0}\n'
    )
    assert messages.call("Alive", ALIVE) == b'{"jsonrpc":"2.0","method":"Alive","params":{"ticks":1,"time":2}}\n'
    assert messages.result("a", {}) == b'{"jsonrpc":"2.0","result":{},"id":"a"}\n'
    assert messages.failure(None, 1, "no") == b'{"jsonrpc":"2.0","error":{"code":1,"message":"no"},"id":null}\n'


@given(
    st.lists(sent, max_size=6), st.lists(st.integers(0, 5_000), max_size=12), st.sampled_from([b"", b"\n", b" \r\n\t"])
)
def test_whatever_is_sent_arrives_however_it_is_cut(what: list[Message], cuts: list[int], between: bytes) -> None:
    data = between.join(bytes_of(message).rstrip() for message in what) + between
    assert decoded(sliced(data, cuts)) == (what, "")


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_a_stream_in_tiny_pieces(size: int) -> None:
    call = Call("m", {"t": '\\"{[}]\\', "u": "ä€"}, 7)
    data = json.dumps({"jsonrpc": "2.0", "method": "m", "params": call.params, "id": 7}, indent=2, ensure_ascii=False)
    raw = (data + data + "\n" + data).encode()
    assert decoded([raw[at : at + size] for at in range(0, len(raw), size)]) == ([call] * 3, "")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"x", "begins with a brace"),
        (b"}", "begins with a brace"),
        (b'"{}"', "begins with a brace"),
        (b"[{}]", "begins with a brace"),
        (b'x{"jsonrpc":"2.0"}', "begins with a brace"),
        (b"{]", "no JSON at"),
        (b"{]\n", "no JSON at"),
        (b'{"a":1,}\n', "no JSON at"),
        (b'{"a":NaN}', "no JSON"),
        (b'{"a":-Infinity}\n', "no JSON"),
        (b'{"a":' + b"9" * 5000 + b"}", "no JSON"),
        (b'{"a":"\xff"}', "no JSON"),
        (b"{}", "no JSON-RPC 2.0"),
        (b'{"jsonrpc":"1.0","method":"m"}\n', "no JSON-RPC 2.0"),
        (b'{"jsonrpc":"2.0","method":"m","id":1.5}', "id of a call"),
        (b'{"jsonrpc":"2.0","method":"m","id":true}', "id of a call"),
        (b'{"jsonrpc":"2.0","method":"m","id":"' + b"x" * 65 + b'"}', "id of a call"),
        (b'{"jsonrpc":"2.0","method":"m","id":{}}', "id of a call"),
        (b'{"jsonrpc":"2.0","method":3}', "needs a method"),
        (b'{"jsonrpc":"2.0","method":"' + b"m" * 65 + b'"}', "needs a method"),
        (b'{"jsonrpc":"2.0","method":"m","params":[]}', "by name"),
        (b'{"jsonrpc":"2.0","id":1}', "neither a result nor an error"),
        (b'{"jsonrpc":"2.0","result":1}', "neither a result nor an error"),
        (b'{"jsonrpc":"2.0","error":{"code":"1","message":""},"id":1}', "neither a result nor an error"),
        (b'{"jsonrpc":"2.0","error":{"code":1,"message":2},"id":1}', "neither a result nor an error"),
        (b'{"jsonrpc":"2.0","error":[],"id":1}', "neither a result nor an error"),
    ],
)
def test_what_is_no_json_rpc_ends_the_stream(data: bytes, why: str) -> None:
    with pytest.raises(StreamError, match=why):
        list(Decoder().feed(data))


def test_a_call_may_leave_out_its_parameters_and_an_error_its_message() -> None:
    data = b'{"jsonrpc":"2.0","method":"m"}{"jsonrpc":"2.0","error":{"code":3},"id":null}'
    assert decoded([data]) == ([Call("m", {}), Failure(None, 3, "")], "")


def test_nothing_of_a_password_is_in_an_error() -> None:
    data = b'{"jsonrpc":"2.0","method":"Register","params":{"password":"canary"}'
    for end in (b",}", b"]", b"}x", b',"params":[]}', b',"id":[]}'):
        with pytest.raises(StreamError) as caught:
            list(Decoder().feed(data + end + b"}"))
        chain: BaseException | None = caught.value
        while chain is not None:
            assert "canary" not in f"{chain!r}{chain}{getattr(chain, 'doc', '')}"
            chain = chain.__cause__
        assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_nesting_is_bounded(closed: bool, end: bytes) -> None:
    deep, deepest = 100_000, messages.MAX_DEPTH - 2  # the message and its parameters are two
    data = b'{"jsonrpc":"2.0","method":"m","params":{"a":' + b"[" * deep + (b"]" * deep + b"}}") * closed + end
    assert "nested more than" in decoded([data])[1]
    whole = b'{"jsonrpc":"2.0","method":"m","params":{"a":' + b"[" * deepest + b"]" * deepest + b"}}" + end
    assert len(decoded([whole])[0]) == 1
    assert "nested more than" in decoded([whole.replace(b"[", b"[[", 1).replace(b"]", b"]]", 1)])[1]


def test_a_message_that_never_ends_is_not_kept() -> None:
    decoder, piece = Decoder(), b"x" * 65_536
    list(decoder.feed(b'{"a":"'))
    with pytest.raises(StreamError, match="more than 1048576 bytes"):
        all(list(decoder.feed(piece)) == [] for _ in range(200))
    assert len(decoder._held) <= messages.MAX_BYTES


@pytest.mark.parametrize("end", [b"}", b"}\n"])
def test_a_message_that_is_too_long_is_refused_in_one_piece_as_well(end: bytes) -> None:
    data = b'{"jsonrpc":"2.0","method":"m","params":{"a":"' + b"x" * messages.MAX_BYTES + b'"}' + end
    with pytest.raises(StreamError, match="more than 1048576 bytes"):
        list(Decoder().feed(data))


def test_a_flood_in_tiny_pieces_takes_time_in_proportion() -> None:
    data = messages.call("m", {"a": 'x\\"{' * 8_000})
    begin = time.perf_counter()
    assert len(decoded([data[at : at + 3] for at in range(0, len(data), 3)])[0]) == 1
    assert time.perf_counter() - begin < 5.0


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=6))
def test_arbitrary_bytes_end_the_same_however_they_are_cut(data: bytes, cuts: list[int]) -> None:
    whole, pieces = decoded([data]), decoded(sliced(data, cuts))
    assert bool(whole[1]) == bool(pieces[1])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(sent, min_size=1, max_size=3), st.data())
def test_mutated_messages_raise_nothing_else(what: list[Message], data: Any) -> None:
    raw = bytearray(b"".join(map(bytes_of, what)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        kind = data.draw(st.integers(0, 2))
        if kind == 0:
            raw[at] ^= 1 << data.draw(st.integers(0, 7))
        elif kind == 1 and len(raw) > 1:
            del raw[at]
        else:
            raw.insert(at, data.draw(st.integers(0, 255)))
    line_by_line, by_byte = decoded([bytes(raw)]), decoded([bytes([byte]) for byte in raw])
    assert line_by_line[0] == by_byte[0]
    assert bool(line_by_line[1]) == bool(by_byte[1])


@pytest.mark.parametrize(("ticks", "time_ms", "number"), [(0, 0, 0), (4_294_967_295, 1_764_500_000_123, 12_345)])
def test_signs_of_life_are_what_calls_and_results_are(ticks: int, time_ms: int, number: int) -> None:
    sign = {"ticks": ticks, "time": time_ms}
    assert messages.alive(ticks, time_ms, number) == messages.call("Alive", sign, number)
    assert messages.alive_echo(ticks, time_ms, number) == messages.result(number, sign)


@pytest.mark.parametrize("rows", [{"01": {"reqState": 3}}, {'k"1': {"reqPredictions": []}, "ü": {"reqState": 6}}])
def test_requests_of_groups_are_what_calls_are(rows: dict[str, dict[str, object]]) -> None:
    written = {name: json.dumps(row, separators=(",", ":")) for name, row in rows.items()}
    params = {"ticks": 5, "update": [update_row(ObjectType.SIGNAL_GROUP, rows)]}
    assert messages.group_requests(5, written) == messages.call("UpdateState", params)
