"""Setting up asks one thing after another, and stops where a TLC is not what was expected."""

from __future__ import annotations

import contextlib
import copy
import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signals.adapters.tlcfi.board import Board
from signals.adapters.tlcfi.described import information
from signals.adapters.tlcfi.messages import Call
from signals.adapters.tlcfi.objects import ControlState, TlcfiError
from signals.adapters.tlcfi.setup import Known, set_up
from signals.model.cabinets import CabinetRefusedError
from signals.model.values import Aspect
from tests.adapters.tlcfi.pairs import Pair
from tests.adapters.tlcfi.places import crossing

SITE = crossing()


def run(changed: dict[tuple[str, int], Any] | None = None) -> tuple[Known, Board]:
    """Set up with the answers of a virtual TLC, some of them changed, by method and type of object."""
    pair = Pair(SITE)
    board = Board(SITE, pair.settings, 0.0)
    steps = set_up(pair.settings, board)
    method, params = next(steps)
    while True:
        answer = copy.deepcopy(pair.tlc._serve(Call(method, params, 0), 0.0))
        change = (changed or {}).get((method, params["type"]))
        answer = change(answer) if change else answer
        try:
            method, params = steps.send((answer, 1.0))
        except StopIteration as end:
            return end.value, board


def test_all_is_known_afterwards() -> None:
    known, board = run()
    assert known.session == "S1"
    assert known.version == (1, 1, 0)
    assert known.control is ControlState.NOT_CONFIGURED
    assert known.facilities["companyname" if "companyname" in known.facilities else "id"] == "TLC1"
    assert set(known.groups) == {f"{number:02d}" for number in range(1, len(SITE.groups) + 1)}
    assert (board.aspects(1.0)[:8] == Aspect.RED).all()
    assert board.alarms(1.0) == []


def but(**values: Any) -> Any:
    return lambda answer: {**answer, **values}


def row(**values: Any) -> Any:
    def change(answer: dict[str, Any]) -> dict[str, Any]:
        key = "meta" if "meta" in answer else "data"
        return {**answer, key: [{**answer[key][0], **values}, *answer[key][1:]]}

    return change


@pytest.mark.parametrize(
    ("step", "change"),
    [
        (("Register", 2), lambda answer: []),
        (("Register", 2), but(sessionid=None)),
        (("Register", 2), but(sessionid="a b")),
        (("Register", 2), but(facilities=None)),
        (("Register", 2), but(facilities={"type": 2, "ids": ["a"]})),
        (("Register", 2), but(facilities={"type": 1, "ids": []})),
        (("Register", 2), but(version=None)),
        (("ReadMeta", 0), row(type=0)),
        (("ReadMeta", 0), but(meta=[])),
        (("Subscribe", 0), row(controlState=7)),
        (("ReadMeta", 1), row(intersections=5)),
        (("ReadMeta", 1), row(intersections=["a\x1bb"])),
        (("ReadMeta", 2), row(signalgroups=5)),
        (("Subscribe", 2), row(state="x")),
        (("Subscribe", 3), row(state=99)),
        (("Subscribe", 3), but(ticks=None)),
        (("Subscribe", 4), row(state=2)),
    ],
)
def test_what_cannot_be_is_refused(step: tuple[str, int], change: Any) -> None:
    with pytest.raises(TlcfiError):
        run({step: change})


@pytest.mark.parametrize(
    ("step", "change", "why"),
    [
        (("Register", 2), but(version={"major": 1, "minor": 2, "revision": 0}), "speaks version 1.2.0, not 1.1.0"),
        (("ReadMeta", 1), row(intersections=["K1", "K2"]), r'no intersection ".*" \(but K1, K2\)'),
        (("ReadMeta", 1), row(intersections=None), r"\(but none\)"),
        (("ReadMeta", 2), row(signalgroups=["01"]), "no signal group 02"),
    ],
)
def test_another_tlc_is_refused(step: tuple[str, int], change: Any, why: str) -> None:
    with pytest.raises(CabinetRefusedError, match=why):
        run({step: change})


def test_what_may_be_left_out() -> None:
    known, _ = run({("Subscribe", 0): row(controlState=None), ("ReadMeta", 0): row(type=None)})
    assert known.control is None
    known, _ = run({("Register", 2): but(version={"major": 1, "minor": 1, "revision": 7})})
    assert known.version == (1, 1, 7)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**33) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a value of JSON."""
    found = [path]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found += places(inner, (*path, key))
    return found


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    place = value
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = new
    return value


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([("Register", 2), *itertools.product(["ReadMeta", "Subscribe"], [0, 1, 2, 3, 4])]), st.data())
def test_whatever_a_tlc_answers_nothing_else_is_raised(step: tuple[str, int], data: Any) -> None:
    def change(answer: Any) -> Any:
        path = data.draw(st.sampled_from(places(answer)))
        return put(answer, path, data.draw(json_values))

    with contextlib.suppress(TlcfiError, CabinetRefusedError):
        known, _ = run({step: change})
        information(Pair(SITE).settings, known.facilities, known.groups, known.version, None)
