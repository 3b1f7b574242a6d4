"""Objects are read and written in as few messages as the controller takes, whatever it answers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.adapters.ntcip.ber import INTEGER, oid_of
from signals.adapters.ntcip.exchange import Chunks, Steps, fetch, name_of_error, store
from signals.adapters.ntcip.messages import NO_SUCH_OBJECT, Answer, Ask, Binding, ErrorStatus, Kind, integer
from signals.errors import WorldTimeoutError
from signals.model.cabinets import CabinetRefusedError

OIDS = [oid_of((1, 3, k)) for k in range(40)]


class Peer:
    """A controller that takes so many objects, and has some."""

    def __init__(
        self, most: int = 99, missing: tuple[int, ...] = (), *, old: bool = True, index: int | None = None
    ) -> None:
        self.most, self.old, self.index = most, old, index
        self.missing = {OIDS[k] for k in missing}
        self.asks: list[Ask] = []

    @property
    def sizes(self) -> list[int]:
        return [len(ask.bindings) for ask in self.asks]

    def answer(self, ask: Ask) -> Answer:
        self.asks.append(ask)
        if len(ask.bindings) > self.most:
            return Answer(ErrorStatus.TOO_BIG, 0, ())
        found = []
        for k, binding in enumerate(ask.bindings, 1):
            if binding.oid in self.missing:
                if self.old:
                    return Answer(ErrorStatus.NO_SUCH_NAME, k if self.index is None else self.index, ask.bindings)
                found.append(Binding(binding.oid, NO_SUCH_OBJECT))
            else:
                found.append(integer(binding.oid, OIDS.index(binding.oid)))
        return Answer(0, 0, tuple(found))


def run(steps: Steps, answer: Callable[[Ask], Answer]) -> object:
    try:
        ask = next(steps)
        while True:
            try:
                found = answer(ask)
            except WorldTimeoutError as error:
                ask = steps.throw(error)
            else:
                ask = steps.send(found)
    except StopIteration as end:
        return end.value


def test_messages_grow_to_what_is_allowed() -> None:
    peer, chunks = Peer(), Chunks(8)
    assert run(fetch(chunks, OIDS), peer.answer) == {oid: k for k, oid in enumerate(OIDS)}
    assert peer.sizes == [1, 2, 4, 8, 8, 8, 8, 1]
    peer.asks.clear()
    run(fetch(chunks, OIDS[:6]), peer.answer)
    assert peer.sizes == [6]


def test_too_big_is_learnt_once() -> None:
    peer, chunks = Peer(most=5), Chunks(8)
    assert len(run(fetch(chunks, OIDS), peer.answer)) == 40  # type: ignore[arg-type]
    assert peer.sizes.count(8) == 1
    peer.asks.clear()
    run(fetch(chunks, OIDS), peer.answer)
    # Between what was taken (4) and what was not (8) it looks for more, and never asks for 8 again.
    assert max(peer.sizes) < 8


@pytest.mark.parametrize("writing", [False, True])
def test_what_was_never_answered_may_have_been_too_big(writing: bool) -> None:
    peer, chunks = Peer(most=5), Chunks(16)

    def answer(ask: Ask) -> Answer:
        found = peer.answer(ask)
        if found.error == ErrorStatus.TOO_BIG:
            raise WorldTimeoutError("silence")
        return found

    rows = [integer(oid, k) for k, oid in enumerate(OIDS)]
    run(store(chunks, rows) if writing else fetch(chunks, OIDS), answer)
    assert peer.sizes.count(8) == 1
    assert max(peer.sizes[4:]) < 8


def test_silence_at_what_was_answered_before_is_silence() -> None:
    peer, chunks = Peer(), Chunks(8)
    run(fetch(chunks, OIDS), peer.answer)
    for steps in (fetch(chunks, OIDS), store(chunks, [integer(OIDS[0], 1)])):
        next(steps)
        with pytest.raises(WorldTimeoutError):
            steps.throw(WorldTimeoutError("silence"))
    assert chunks.size == 8


def test_one_object_that_is_too_big_is_a_refusal() -> None:
    with pytest.raises(CabinetRefusedError, match="too-big"):
        run(fetch(Chunks(8), OIDS), Peer(most=0).answer)


@pytest.mark.parametrize("old", [True, False], ids=["v1", "v2c"])
@pytest.mark.parametrize("index", [None, 0, 99], ids=["index", "no index", "wrong index"])
@pytest.mark.parametrize("missing", [(0,), (39,), (7, 8, 9), tuple(range(0, 40, 3)), tuple(range(40))], ids=len)
def test_what_is_missing_is_left_out(missing: tuple[int, ...], index: int | None, old: bool) -> None:
    peer = Peer(missing=missing, old=old, index=index)
    got = run(fetch(Chunks(8), OIDS), peer.answer)
    assert got == {oid: k for k, oid in enumerate(OIDS) if k not in missing}
    assert len(peer.asks) < 130


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(-2, 70)), max_size=60), st.integers(1, 64), st.booleans())
def test_whatever_is_answered_it_ends(errors: list[tuple[int, int]], most: int, writing: bool) -> None:
    rest, count = iter(errors), 0
    peer = Peer()

    def answer(ask: Ask) -> Answer:
        nonlocal count
        count += 1
        error, index = next(rest, (0, 0))
        return Answer(error, index, ()) if error else peer.answer(ask)

    bindings = [integer(oid, 1) for oid in OIDS]
    with suppress(CabinetRefusedError):
        run(store(Chunks(most), bindings) if writing else fetch(Chunks(most), OIDS), answer)
    assert count <= 140


def test_other_objects_than_were_asked_for_are_refused() -> None:
    with pytest.raises(CabinetRefusedError, match=r"1\.3\.0 was asked for and 1\.3\.1 answered"):
        run(fetch(Chunks(8), OIDS), lambda ask: Answer(0, 0, (integer(OIDS[1], 0),)))
    with pytest.raises(CabinetRefusedError, match="1 objects were asked for and 2 answered"):
        run(fetch(Chunks(8), OIDS), lambda ask: Answer(0, 0, (*ask.bindings, *ask.bindings)))


def test_an_object_without_a_value_is_missing() -> None:
    assert run(fetch(Chunks(8), OIDS[:1]), lambda ask: Answer(0, 0, ask.bindings)) == {}


def test_everything_is_written_in_one_message_or_in_several() -> None:
    bindings = [integer(oid, 7) for oid in OIDS[:12]]
    peer, chunks = Peer(most=5), Chunks(8)
    run(fetch(chunks, OIDS), Peer(most=99).answer)
    assert run(store(chunks, bindings), peer.answer) is None
    assert peer.sizes[0] == 8
    taken = [b for ask in peer.asks if len(ask.bindings) <= 5 for b in ask.bindings]
    assert taken == bindings
    assert {ask.kind for ask in peer.asks} == {Kind.SET}


@pytest.mark.parametrize(("index", "named"), [(2, "1.3.1"), (0, "1.3.0"), (9, "1.3.3"), (-4, "1.3.0")])
def test_a_refused_write_names_what_was_refused(index: int, named: str) -> None:
    chunks = Chunks(8)
    chunks.taken(1), chunks.taken(2)
    with pytest.raises(CabinetRefusedError, match=f"writing {named} = 1 was refused: bad-value"):
        run(store(chunks, [integer(oid, 1) for oid in OIDS[:4]]), lambda ask: Answer(ErrorStatus.BAD_VALUE, index, ()))


def test_errors_have_names() -> None:
    assert name_of_error(ErrorStatus.NOT_WRITABLE) == "not-writable"
    assert name_of_error(77) == "error-77"
    assert INTEGER == 2
