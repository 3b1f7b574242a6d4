"""Connections that end badly leave nothing."""

from __future__ import annotations

import pytest

from benchmarks.hardware import cycles
from benchmarks.hardware.cycles import Held, memory_mib, tried


def test_a_process_has_memory() -> None:
    assert memory_mib() > 10.0


def test_what_is_left_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    async def left(protocol: str, count: int) -> tuple[Held, Held, int]:
        return Held(10, 1, 1, 50.0), Held(11, 1, 1, 50.0), count

    monkeypatch.setattr(cycles, "_cycles", left)
    assert tried("tlcfi", 7) == (
        "something was left",
        "7 connections: files 10 to 11, threads 1 to 1, tasks 1 to 1, +0.0 MiB",
    )


def test_what_was_never_connected_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody(*_: object) -> tuple[Held, Held, int]:
        return Held(1, 1, 1, 1.0), Held(1, 1, 1, 1.0), 3

    monkeypatch.setattr(cycles, "_cycles", nobody)
    assert tried("tlcfi", 7)[0] == "only 3 were connected at all"


@pytest.mark.slow
@pytest.mark.parametrize("protocol", ["tlcfi", "ntcip", "rsmp"])
def test_sixty_connections(protocol: str) -> None:
    assert tried(protocol, 60)[0] == ""
