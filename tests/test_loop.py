from __future__ import annotations

from typing import Self

import numpy as np
import pytest

from signals import loop
from signals.errors import WorldLostError
from signals.model.values import Command, Decision, Event, Readings, Snapshot, Verdict

NONE = np.zeros(0)


class Play:
    """All parts in one, so that the order of what happens is one list."""

    def __init__(self, ticks: int = 2, *, lost_at: int = -1) -> None:
        self.said: list[str] = []
        self.ticks, self.lost_at, self.tick = ticks, lost_at, 0

    def __enter__(self) -> Self:
        self.said.append("enter")
        return self

    def __exit__(self, *_: object) -> None:
        self.said.append("exit")

    @property
    def finished(self) -> bool:
        return self.tick >= self.ticks

    @property
    def progress(self) -> float:
        return self.tick / self.ticks

    def read(self) -> Readings:
        self.said.append("read")
        return Readings(self.tick, *[NONE] * 8)

    def update(self, readings: Readings) -> Snapshot:
        self.said.append("believe")
        return Snapshot(readings.time_s, NONE, NONE, f"demand {self.tick}", *[NONE] * 12)  # type: ignore[arg-type]

    def decide(self, snapshot: Snapshot) -> Decision:
        self.said.append("wish")
        return Decision(NONE, NONE)

    def take_events(self) -> tuple[Event, ...]:
        return (Event(self.tick, -1, "code", ""),)

    def permit(self, decision: Decision, readings: Readings, demand: object) -> Verdict:
        assert demand == f"demand {self.tick}"
        self.said.append("permit")
        return Verdict(Command(readings.time_s, NONE, NONE), (), NONE)

    def note(self, snapshot: Snapshot, decision: Decision, verdict: Verdict, events: tuple[Event, ...]) -> None:
        assert events[0].time_s == self.tick
        self.said.append("remember")

    def write(self, command: Command) -> None:
        assert command.time_s == self.tick
        if self.tick == self.lost_at:
            raise WorldLostError("gone")
        self.said.append("show")
        self.tick += 1


ROUND = ["read", "believe", "wish", "permit", "remember", "show"]


def test_values_go_round_once_a_tick() -> None:
    play, shares = Play(2), []
    loop.run(play, play, play, play, play, shares.append)
    assert play.said == ["enter", *ROUND, *ROUND, "exit"]
    assert shares == [0.5, 1.0]


def test_a_world_whose_time_is_over_is_entered_and_left() -> None:
    play = Play(0)
    loop.run(play, play, play, play, play)
    assert play.said == ["enter", "exit"]


def test_what_was_noted_is_noted_before_the_world_is_lost() -> None:
    play = Play(2, lost_at=1)
    with pytest.raises(WorldLostError):
        loop.run(play, play, play, play, play)
    assert play.said == ["enter", *ROUND, *ROUND[:-1], "exit"]
