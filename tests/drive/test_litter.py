"""Garbage is collected in the pauses, and only there."""

from __future__ import annotations

import gc
import weakref

import pytest

from signals.drive.litter import OFTEN_TICKS, Litter


class Cycle:
    def __init__(self) -> None:
        self.me = self


def test_what_is_new_is_swept_and_nothing_before() -> None:
    with Litter() as litter:
        assert not gc.isenabled()
        gone = weakref.ref(Cycle())
        assert gone() is not None
        litter.sweep()
        assert gone() is None
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_what_has_lasted_is_not_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    monkeypatch.setattr(gc, "collect", lambda generation=2: looked.append(generation))
    with Litter() as litter:
        for _ in range(3 * OFTEN_TICKS):
            litter.sweep()
        assert gc.get_freeze_count() > 0
    assert looked[0] == 2  # before anything else: what getting ready has left
    assert [number for number, generation in enumerate(looked[1:], 1) if generation == 2] == [
        1,
        2,
        4,
        8,
        16,
        32,
        64,
        128,
        192,
    ]


def test_where_it_was_off_it_stays_off() -> None:
    gc.disable()
    try:
        with Litter():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
