"""The fuzz: an adversary tries to make the guard do something forbidden, and the monitor watches.

    python benchmarks/safety/fuzz.py [--ticks 1e9] [--seed 1] [--jobs 2]
    python benchmarks/safety/fuzz.py --seed 1 --replay 17/203/4711

A tick is one intersection for one tick. Intersections of 2 to 8 signal groups are drawn at random; behind each stands
an adversary (`adversary`, `moods`) that wishes, demands, calls emergency vehicles, lets go and shows nonsense before it
is taken over, where it hurts most. What comes out of `signals.safety.guard` has passed its monitor, which says whether
a rule was violated. Before that the run has to catch the bugs of `decoys`, and it proves nothing unless everything that
is counted happened.

``--replay`` plays one intersection again: its batch, its number and the last tick, as a violation is reported.

Exit status: 0 nothing was violated; 1 a rule was; 2 the run proves nothing (a planted bug was not caught, something
never happened, or it was interrupted).
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing.pool import Pool
from typing import Final

import numpy as np

from benchmarks.safety.adversary import EVENTS, REASONS
from benchmarks.safety.decoys import DECOYS, catch, field
from benchmarks.safety.matches import Batch, Outcome, batches, play
from benchmarks.safety.replays import replay
from signals.record.provenance import provenance

SOUND, VIOLATED, VOID = 0, 1, 2

PROGRESS_S: Final = 10


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ticks", type=_ticks, default=10**9, help="how many; 1e9 by default")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=_jobs, default=os.cpu_count() or 1, help="processes; all processors by default")
    parser.add_argument("--replay", type=_place, metavar="BATCH/INTERSECTION/TICK")
    chosen = parser.parse_args()
    if chosen.replay:
        batch, i, tick = chosen.replay
        return VIOLATED if replay(Batch(chosen.seed, batch, 1, tick + 1), i) else SOUND
    plan = batches(chosen.seed, chosen.ticks)
    _say_what_is_tried(plan, chosen.seed, chosen.jobs)
    with multiprocessing.get_context("spawn").Pool(chosen.jobs, initializer=_leave_interrupts_to_parent) as pool:
        try:
            sober = pool.apply(play, (field(chosen.seed),))
            if sober.violations:
                return _say_what_was_violated(sober)
            return _fuzz(pool, plan) if _bugs_are_caught(pool, chosen.seed) else VOID
        except KeyboardInterrupt:
            print("\nverdict: none, it was interrupted")
            return VOID


def _ticks(text: str) -> int:
    with suppress(ValueError, OverflowError):
        if 1 <= int(float(text)) <= 10**15:
            return int(float(text))
    raise argparse.ArgumentTypeError(f"expected a number of ticks from 1 to 1e15, got {text!r}")


def _jobs(text: str) -> int:
    with suppress(ValueError):
        if int(text) >= 1:
            return int(text)
    raise argparse.ArgumentTypeError(f"expected 1 or more processes, got {text!r}")


def _place(text: str) -> tuple[int, int, int]:
    with suppress(ValueError):
        batch, i, tick = map(int, text.split("/"))
        if min(batch, i, tick) >= 0:
            return batch, i, tick
    raise argparse.ArgumentTypeError(f"expected three numbers such as 17/203/4711, got {text!r}")


def _leave_interrupts_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _say_what_is_tried(plan: Sequence[Batch], seed: int, jobs: int) -> None:
    width, ticks = sum(batch.width for batch in plan), sum(batch.width * batch.ticks for batch in plan)
    source = provenance([], {}, seed)
    print(f"fuzz: {ticks:,} ticks, {width:,} intersections in {len(plan):,} batches, seed {seed}, {jobs} processes")
    print(f"ticks of {_list(b.tick_ds / 10 for b in plan)} s, displays up to {_list(b.lag for b in plan)} ticks late")
    print(f"versions {json.dumps(source['versions'])}, source {str(source['source_sha256'])[:12]}")
    print(f"machine {source['platform']}, {os.cpu_count()} processors", flush=True)


def _list(values: Iterable[float]) -> str:
    return ", ".join(f"{value:g}" for value in sorted(set(values)))


def _bugs_are_caught(pool: Pool, seed: int) -> bool:
    """Plant bugs, and tell whether each was caught and called by its name."""
    print("\nbugs planted on purpose, and what the monitor said")
    caught = list(pool.imap(partial(catch, seed=seed), DECOYS))
    for one in caught:
        said = ", ".join(sorted(one.rules)) or "nothing"
        wrong = "" if one.right else f": NOT {one.decoy.rule}"
        print(f"  {one.decoy.name:40} {said}{wrong} (after {one.ticks:,} ticks)")
    if all(one.right for one in caught):
        return True
    print("\nverdict: void, a planted bug was not caught")
    return False


def _fuzz(pool: Pool, plan: Sequence[Batch]) -> int:
    """Play all batches, or up to the first that violates a rule."""
    tally, last = _Tally(sum(batch.width * batch.ticks for batch in plan)), None
    try:
        for last in pool.imap(play, plan):
            tally.add(last)
            if last.violations:
                break
    finally:  # an interrupted run says how far it came
        tally.report()
    if last is not None and last.violations:
        return _say_what_was_violated(last)
    if tally.never:
        print(f"verdict: void, these never happened: {', '.join(tally.never)}")
        return VOID
    print(f"verdict: 0 violations in {tally.ticks:,} ticks")
    return SOUND


class _Tally:
    """Sums up outcomes, and says how far it is.

    Parameters
    ----------
    planned
        How many ticks there will be.
    """

    def __init__(self, planned: int) -> None:
        self.ticks = 0
        self._cpu_s = 0.0
        self._planned = planned
        self._events, self._reasons = np.zeros(len(EVENTS), np.int64), np.zeros(len(REASONS), np.int64)
        self._began_s = self._said_s = time.perf_counter()

    @property
    def never(self) -> list[str]:
        """What did not happen, and should have."""
        events = [name for name, count in zip(EVENTS, self._events, strict=True) if not count]
        # What is not written is not looked at: it is counted as let go.
        reasons = zip(REASONS, self._reasons, strict=True)
        return events + [name for name, count in reasons if not count and name != "not written"]

    def add(self, outcome: Outcome) -> None:
        """Add an outcome."""
        self.ticks += outcome.ticks
        self._cpu_s += outcome.cpu_s
        self._events += outcome.events
        self._reasons += outcome.reasons
        now_s = time.perf_counter()
        if now_s - self._said_s > PROGRESS_S:
            self._said_s = now_s
            left_s = (now_s - self._began_s) * (self._planned / self.ticks - 1)
            print(f"{self.ticks / self._planned:4.0%}  {self.ticks:,} ticks, {left_s:.0f} s left", file=sys.stderr)

    def report(self) -> None:
        """Print it."""
        spent_s = time.perf_counter() - self._began_s
        print("\nwhat happened, and how often")
        for name, count in zip(EVENTS, self._events.tolist(), strict=True):
            print(f"  {name:40} {count:>15,}")
        print("why a group showed what it did, in groups and ticks")
        for name, count in zip(REASONS, self._reasons.tolist(), strict=True):
            if name != "not written":
                print(f"  {name:40} {count:>15,}")
        print(
            f"\n{self.ticks:,} of {self._planned:,} ticks in {spent_s:.1f} s: {self.ticks / spent_s:,.0f} a second, "
            f"{self._cpu_s / max(self.ticks, 1) * 1e6:.2f} us of a processor for a tick"
        )


def _say_what_was_violated(outcome: Outcome) -> int:
    """Print the first violation, and the way to it."""
    batch, tick, (i, rule, _) = outcome.batch, outcome.rounds - 1, outcome.violations[0]
    print(f"\nverdict: VIOLATED, {rule} at intersection {i} of batch {batch.number}, tick {tick}; played again alone:")
    print(f"  python benchmarks/safety/fuzz.py --seed {batch.seed} --replay {batch.number}/{i}/{tick}\n")
    if not replay(batch._replace(width=1, ticks=tick + 1), i):
        print("alone it does not do it: the intersections of this network are not independent")
    return VIOLATED


if __name__ == "__main__":
    sys.exit(main())
