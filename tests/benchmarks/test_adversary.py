"""The adversary alone: it may do anything but break the rules of the game."""

from __future__ import annotations

import numpy as np

from benchmarks.safety.adversary import EVENTS
from benchmarks.safety.matches import LAGS, Batch, Match, batches, play
from signals.model.values import Aspect
from signals.safety.guard import DO_NOT_WRITE


def history(match: Match) -> list[tuple[np.ndarray, ...]]:
    return [
        (
            now.decision.want.copy(),
            now.decision.stage.copy(),
            now.demand.copy(),
            np.array(now.readings.preempt),
            now.readings.aspect.copy(),
            now.verdict.command.aspect.copy(),
            now.verdict.command.write.copy(),
        )
        for now in match.rounds()
    ]


def test_an_intersection_alone_does_what_it_does_among_others() -> None:
    for number in range(2 * len(LAGS)):
        batch = Batch(5, number, 12, 300)
        offset = Match(batch).network.arrays.group_offset
        rows = slice(offset[7], offset[8])
        for crowd, alone in zip(history(Match(batch)), history(Match(batch, [7])), strict=True):
            for all_of_them, mine in zip(crowd, alone, strict=True):
                own = all_of_them[7:8] if len(all_of_them) == batch.width else all_of_them[rows]
                assert own.tolist() == mine.tolist()


def test_the_same_seed_gives_the_same_match_and_another_seed_another() -> None:
    one, again, other = (play(Batch(seed, 0, 5, 200))._replace(cpu_s=0) for seed in (1, 1, 2))
    assert one == again
    assert one.events != other.events


def test_displays_follow_commands() -> None:
    for number, lag in enumerate(LAGS):
        batch = Batch(3, number, 10, 400)
        match = Match(batch)
        owner = np.repeat(np.arange(batch.width), np.diff(match.network.arrays.group_offset))
        commands: list[np.ndarray] = []
        ours = np.zeros(batch.width, np.int64)
        for now in match.rounds():
            ours = np.where(now.decision.stage == DO_NOT_WRITE, 0, ours + 1)
            settled = (ours > lag + 1)[owner]  # before, what was shown at the take-over may still be seen
            shown = now.readings.aspect
            recent = np.array(commands[-1 - lag :])
            known = settled & (shown != Aspect.UNKNOWN)
            if known.any():
                same = (recent == shown).any(axis=0)
                dark_lamp = (shown == Aspect.RED) & (recent == Aspect.CLEARANCE).any(axis=0)
                assert (same | dark_lamp)[known].all()
            commands.append(now.verdict.command.aspect.copy())


def test_it_comes_everywhere() -> None:
    outcome = play(Batch(1, 0, 50, 3_000))
    assert not outcome.violations
    assert [name for name, count in zip(EVENTS, outcome.events, strict=True) if not count] == []


def test_ticks_are_divided_into_batches() -> None:
    for ticks in (1, 7, 9_999, 10_000, 123_456, 5_000_000, 12_345_678, 10**9):
        plan = batches(1, ticks)
        played = sum(batch.width * batch.ticks for batch in plan)
        assert ticks <= played < ticks + 500
        assert [batch.number for batch in plan] == list(range(len(plan)))
