"""JSON-RPC 2.0 as TLC-FI streams it: bytes in, messages out, and back. No clock, no sockets, no meaning.

A TLC puts no length before a message and need not put anything between two. So a message ends where its first brace is
closed. Everything is bounded: a message has at most `MAX_BYTES`, and brackets are nested `MAX_DEPTH` deep at most.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from signals.adapters.tlcfi.objects import ObjectType
from signals.errors import WorldLostError

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "Call",
    "Decoder",
    "Failure",
    "Message",
    "Result",
    "RpcId",
    "StreamError",
    "alive",
    "alive_echo",
    "call",
    "failure",
    "result",
]

MAX_BYTES: Final = 1 << 20
"""The meta of 100 groups that all conflict takes 0.4 MB."""

MAX_DEPTH: Final = 16
"""Predictions, the deepest part of TLC-FI, are nested 9 deep."""

MAX_NAME: Final = 64

_BLANK: Final = b" \t\r\n"
_NOT_SHAPE: Final = bytes(set(range(256)) - set(b'[]{}"\\'))
_INNERMOST: Final = re.compile(rb"\{\}|\[\]")
_MARK: Final = re.compile(rb'[\[\]{}"\\]')
_OPENS, _CLOSES, _QUOTE, _ESCAPE = b"[{", b"]}", ord('"'), ord("\\")

RpcId = int | str
"""What a caller calls its call; it comes back as it is."""


class StreamError(WorldLostError):
    """What came is no JSON-RPC 2.0, or more of it than is bearable. Nothing after it can be trusted."""


class Call(NamedTuple):
    """Somebody calls a method; without an id nobody waits for an answer."""

    method: str
    params: dict[str, Any]
    id: RpcId | None = None


class Result(NamedTuple):
    """The answer to a call."""

    id: RpcId
    result: Any


class Failure(NamedTuple):
    """The answer to a call that failed."""

    id: RpcId | None
    code: int
    text: str


Message = Call | Result | Failure


class Decoder:
    """Finds the messages in a stream that comes in arbitrary pieces."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._depth = 0
        self._in_text = self._escaped = False

    @property
    def is_within(self) -> bool:
        """Whether a message has begun and not ended."""
        return self._depth > 0

    def feed(self, data: bytes) -> Iterator[Message]:
        """Yield every message that is whole now.

        Whoever asks for the next one must have asked for all before: the pieces are one stream.

        Raises
        ------
        StreamError
            After the last good message, whatever the pieces were. The decoder is of no use any more.
        """
        whole = not self._depth and data.endswith(b"}\n")
        lines = data[:-1].split(b"\n") if whole else []
        # The usual case, a message a line, is ten times faster by the line. Both ways yield the same.
        for text in lines if whole and all(map(_is_one, lines)) else self._texts(data):
            yield _message(text)

    def _texts(self, data: bytes) -> Iterator[bytes]:
        start, skip = 0, 0 if self._escaped else -1
        self._escaped = False
        for mark in _MARK.finditer(data):
            at = mark.start()
            byte = data[at]
            if self._in_text:
                if at == skip:
                    continue
                if byte == _ESCAPE:
                    skip = at + 1
                elif byte == _QUOTE:
                    self._in_text = False
            elif byte in _OPENS:
                self._open(data[start:at], byte)
            elif not self._depth:
                raise StreamError("a message of JSON-RPC begins with a brace")
            elif byte == _QUOTE:
                self._in_text = True
            elif byte in _CLOSES:
                self._depth -= 1
                if not self._depth:
                    yield self._take(data[start : at + 1])
                    start = at + 1
        self._escaped = self._in_text and skip == len(data)
        self._hold(data[start:])

    def _open(self, before: bytes, byte: int) -> None:
        if not self._depth and (before.strip(_BLANK) or byte != _OPENS[1]):
            raise StreamError("a message of JSON-RPC begins with a brace")
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise StreamError(f"a message is nested more than {MAX_DEPTH} deep")

    def _take(self, rest: bytes) -> bytes:
        self._bound(len(rest))
        text = bytes(self._held) + rest
        self._held.clear()
        return text

    def _hold(self, rest: bytes) -> None:
        if not self._depth:
            if rest.strip(_BLANK):
                raise StreamError("a message of JSON-RPC begins with a brace")
            return
        self._bound(len(rest))
        self._held += rest

    def _bound(self, more: int) -> None:
        if len(self._held) + more > MAX_BYTES:
            raise StreamError(f"a message has more than {MAX_BYTES} bytes")


def call(method: str, params: Mapping[str, Any], rpc_id: RpcId | None = None) -> bytes:
    """Write a call; without an id, one that nobody answers."""
    row: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params}
    if rpc_id is not None:
        row["id"] = rpc_id
    return _bytes(row)


def alive(ticks: int, time_ms: int, rpc_id: int) -> bytes:
    """Write a sign of life: what `call` writes, in a tenth of the time."""
    return b'{"jsonrpc":"2.0","method":"Alive","params":{"ticks":%d,"time":%d},"id":%d}\n' % (ticks, time_ms, rpc_id)


def alive_echo(ticks: int, time_ms: int, rpc_id: int) -> bytes:
    """Write the answer to a sign of life: what `result` writes."""
    return b'{"jsonrpc":"2.0","result":{"ticks":%d,"time":%d},"id":%d}\n' % (ticks, time_ms, rpc_id)


def group_requests(ticks: int, rows: Mapping[str, str]) -> bytes:
    """Write an ``UpdateState`` about signal groups: what `call` writes, in a third of the time.

    Parameters
    ----------
    ticks
        Ours, now.
    rows
        What is asked of each group, as JSON, by its id.
    """
    objects = f'{{"type":{ObjectType.SIGNAL_GROUP:d},"ids":[{",".join(map(_quoted, rows))}]}}'
    update = f'{{"objects":{objects},"states":[{",".join(rows.values())}]}}'
    params = f'{{"ticks":{ticks},"update":[{update}]}}'
    return f'{{"jsonrpc":"2.0","method":"UpdateState","params":{params}}}\n'.encode("ascii")


@lru_cache(maxsize=4096)
def _quoted(name: str) -> str:
    """Return a name as JSON: a TLC has the same ones all the time."""
    return _ENCODER.encode(name)


def result(rpc_id: RpcId, value: object) -> bytes:
    """Write the answer to a call."""
    return _bytes({"jsonrpc": "2.0", "result": value, "id": rpc_id})


def failure(rpc_id: RpcId | None, code: int, text: str) -> bytes:
    """Write the answer to a call that failed."""
    return _bytes({"jsonrpc": "2.0", "error": {"code": code, "message": text}, "id": rpc_id})


def _is_one(line: bytes) -> bool:
    """Whether a line is surely one message if it is JSON: its brackets, the innermost first, come out even."""
    shape = line.translate(None, _NOT_SHAPE).replace(b'""', b"")
    if len(line) > MAX_BYTES or b'"' in shape or b"\\" in shape:
        return False
    for _ in range(MAX_DEPTH - 1):
        if shape == b"{}":
            return True
        shape = _INNERMOST.sub(b"", shape)
    return shape == b"{}"


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


_ENCODER: Final = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
_DECODER: Final = json.JSONDecoder(parse_constant=_no_number)


def _bytes(row: dict[str, Any]) -> bytes:
    return _ENCODER.encode(row).encode("ascii") + b"\n"


def _message(text: bytes) -> Message:
    try:
        row = _DECODER.decode(text.decode("utf-8"))
    except ValueError as error:
        # `from None`: the error holds the whole text, and there may be a password in it.
        where = f" at {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
        raise StreamError(f"a message is no JSON{where}") from None
    if row.get("jsonrpc") != "2.0":
        raise StreamError("a message is no JSON-RPC 2.0")
    rpc_id = row.get("id")
    if not (rpc_id is None or type(rpc_id) is int or (isinstance(rpc_id, str) and len(rpc_id) <= MAX_NAME)):
        raise StreamError("the id of a call is neither a whole number nor a short text")
    return _call(row, rpc_id) if "method" in row else _answer(row, rpc_id)


def _call(row: dict[str, Any], rpc_id: RpcId | None) -> Call:
    method, params = row["method"], row.get("params", {})
    if not isinstance(method, str) or len(method) > MAX_NAME or not isinstance(params, dict):
        raise StreamError("a call needs a method, and its parameters by name")
    return Call(method, params, rpc_id)


def _answer(row: dict[str, Any], rpc_id: RpcId | None) -> Result | Failure:
    error = row.get("error")
    if isinstance(error, dict):
        code, text = error.get("code"), error.get("message", "")
        if type(code) is int and isinstance(text, str):
            return Failure(rpc_id, code, text)
    elif error is None and "result" in row and rpc_id is not None:
        return Result(rpc_id, row["result"])
    raise StreamError("an answer has neither a result nor an error")
