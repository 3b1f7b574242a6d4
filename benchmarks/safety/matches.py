"""Matches of the fuzz: intersections drawn from a seed, the guard before them, an adversary behind each.

Everything about an intersection follows from the seed, the number of its batch and its own number, so that it can be
played again alone.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from benchmarks.safety.adversary import Adversary
from benchmarks.safety.layouts import Times, draw_layout
from signals.model.intersections import Intersection
from signals.model.network import Network
from signals.model.values import BoolArray, Decision, Readings, Verdict, Violation
from signals.safety.guard import Guard

__all__ = ["Batch", "Match", "Outcome", "Round", "batches", "play"]

WIDTH: Final = 500
"""Intersections in a batch: enough for one call of a kernel, few enough for the cache of a processor."""
TICKS: Final = 10_000
"""Ticks of a batch: the longest waits take some hundred."""

TICK_DS: Final = (10, 10, 5, 10, 20, 10, 7, 1)
LAGS: Final = (2, 0, 1, 0, 3)
COLD_STARTS: Final = ("simulated", "street", "street")


class Batch(NamedTuple):
    """Intersections that are played together."""

    seed: int
    number: int
    width: int
    ticks: int

    @property
    def tick_ds(self) -> int:
        """Length of a tick."""
        return TICK_DS[self.number % len(TICK_DS)]

    @property
    def lag(self) -> int:
        """How many ticks late its displays may be."""
        return LAGS[self.number % len(LAGS)]

    def draw(self, i: int) -> tuple[Intersection, int]:
        """Draw an intersection, and the seed of its adversary."""
        rng = random.Random(f"{self.seed}/{self.number}/{i}")
        unit_ds, longest_s, wait_s = rng.choice((10, 10, 10, 5, 1)), rng.randint(1, 9), rng.choice((30, 120, 400))
        times = Times(unit_ds, longest_s * 10 // unit_ds, wait_s * 10 // unit_ds)
        return draw_layout(rng, rng.randint(2, 8), times, f"{self.number}/{i}"), rng.getrandbits(64)


class Round(NamedTuple):
    """What was asked, and what was answered; its arrays are valid until the next round."""

    decision: Decision
    readings: Readings
    demand: BoolArray
    verdict: Verdict


class Outcome(NamedTuple):
    """What came of a batch, or of what was played of it.

    Attributes
    ----------
    batch, rounds
        What was played, and for how many ticks.
    events, reasons
        How often each of `EVENTS` was seen, and each of `REASONS` given.
    violations
        Of the last round: intersection, rule and detail.
    cpu_s
        How long it took, in time of a processor.
    """

    batch: Batch
    rounds: int
    events: list[int]
    reasons: list[int]
    violations: list[tuple[int, str, str]]
    cpu_s: float

    @property
    def ticks(self) -> int:
        """How many intersections for how many ticks."""
        return self.rounds * self.batch.width


def batches(seed: int, ticks: int) -> list[Batch]:
    """Divide a number of ticks, one of an intersection each; rounded up."""
    full, rest = divmod(ticks, WIDTH * TICKS)
    plan = [Batch(seed, number, WIDTH, TICKS) for number in range(full)]
    if rest:
        width = max(1, rest // TICKS)
        plan.append(Batch(seed, full, width, -(-rest // width)))
    return plan


class Match:
    """A batch, or some intersections of it, ready to be played.

    Parameters
    ----------
    batch
        What to play.
    numbers
        Intersections of it; all by default. Each does what it does among the others.
    """

    def __init__(self, batch: Batch, numbers: Sequence[int] | None = None) -> None:
        drawn = [batch.draw(i) for i in (range(batch.width) if numbers is None else numbers)]
        self.network = Network("fuzz", (), (), tuple(place for place, _ in drawn))
        self.batch = batch
        self.adversary = Adversary(
            self.network, [seed for _, seed in drawn], tick_ds=batch.tick_ds, max_lag_ticks=batch.lag
        )
        self._guard = Guard(
            self.network,
            tick_ds=batch.tick_ds,
            max_lag_ticks=batch.lag,
            cold_start=COLD_STARTS[batch.number % len(COLD_STARTS)],
            on_violation="count",
        )

    def rounds(self) -> Iterator[Round]:
        """Play it once."""
        command, reason = np.zeros((2, len(self.network.arrays.min_green_ds)), np.int8)
        for _ in range(self.batch.ticks):
            asked = self.adversary.attack(command, reason)
            verdict = self._guard.permit(*asked)
            command, reason = verdict.command.aspect, verdict.reason
            yield Round(*asked, verdict)


def play(batch: Batch) -> Outcome:
    """Play a batch to its end, or to its first violation."""
    began_s = time.process_time()
    match = Match(batch)
    violations: tuple[Violation, ...] = ()
    count = 0
    for now in match.rounds():
        count += 1
        violations = now.verdict.violations
        if violations:
            break
    found = [(violation.intersection, violation.rule, violation.detail) for violation in violations]
    events, reasons = match.adversary.events.tolist(), match.adversary.reasons.tolist()
    return Outcome(batch, count, events, reasons, found, time.process_time() - began_s)
