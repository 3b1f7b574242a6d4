"""The proof: everything that can happen to small intersections does happen, and nothing that happens breaks a promise.

    python benchmarks/safety/prove.py [--layouts 1050] [--seed 1] [--jobs 2] [--quick]

Intersections of 2 to 8 signal groups are drawn at random, with times of a few ticks (`layouts`, `families`). For each
the product of the interstage kernel, an adversary and the monitor is searched breadth first until nothing new is left:
from every memory that can be reached, every wish, every call of emergency vehicles, every demand, letting go, and at a
take-over every display (`memory`, `choices`, `machine`, `search`). The kernel and the monitor are the compiled ones,
moved by the thousands side by side (`fleet`).

*Safety* is searched without demand, so that rules 3 and 4 of the kernel rest. They only replace one wish by another,
and a call cuts walks: the adversary, who has every wish with every call, does all that itself. *Waiting* is searched
with every demand, the rules of maximum green and maximum red, and calls that get stuck. Real site cards are searched as
pairs of groups, with their own times (`pairs`), and whole where they have few groups.

Where there are many groups not everything is tried together: calls come one at a time (4 and 5 groups) or not at all
(6 and more), displays that are taken over show two groups at most or all alike (4 and more), and a dual ring of 8 is
wished two groups at a time (that is all it can show), or all. A layout whose search is not finished does not count.

Before that the run has to catch the bugs of `planting`. Beside it walks of memories are compared with walks of the rows
that stand for them (`walks`). If either fails, or the kernel never gave one of its reasons, it proves nothing.

Exit status: 0 nothing was broken; 1 a promise was, and the shortest way to it is printed; 2 the run proves nothing.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing.pool import Pool
from typing import Final, NamedTuple

import numpy as np

from benchmarks.safety.choices import FEW
from benchmarks.safety.counterexample import tell
from benchmarks.safety.families import FAMILIES, Task, drawn
from benchmarks.safety.machine import Step
from benchmarks.safety.pairs import MOST_GROUPS, TICK_DS, RealCards, real_cards
from benchmarks.safety.planting import BUGS, catch
from benchmarks.safety.search import Search
from benchmarks.safety.walks import misses
from signals.model.values import IntArray
from signals.record.provenance import provenance
from signals.safety import interstage
from signals.safety.interstage import REASONS

PROVED, BROKEN, VOID = 0, 1, 2

LAYOUTS: Final = 1_050
QUICK: Final = 40
QUICK_SHARE: Final = 90
WALK_TICKS: Final = 120
REAL_AT_ONCE: Final = 60
PROGRESS_S: Final = 10


class Outcome(NamedTuple):
    """What one search found.

    Attributes
    ----------
    name
        The family.
    layouts, closed, rows, moves
        How many layouts were searched, and to the end; how many rows were found and moves tried in those.
    open
        Layouts whose search was not finished.
    longest_ticks
        The longest time to green of a group that is wished.
    walked, missed
        How many ticks of walks were compared with their rows, and in how many they differed.
    reasons
        How often the kernel gave each of its reasons.
    broken
        A counterexample, in lines; empty where there is none.
    cpu_s
        What it took.
    """

    name: str
    layouts: int
    closed: int
    rows: int
    moves: int
    open: tuple[str, ...]
    longest_ticks: int
    walked: int
    missed: int
    reasons: IntArray
    broken: tuple[str, ...]
    cpu_s: float


def prove(task: Task, step: Step = interstage.step) -> Outcome:
    """Search the layouts of a task, with the kernel or with another."""
    began_s = time.process_time()
    machine, moves = task.machine(step), task.moves()
    search = Search(machine, moves, task.most_rows)
    search.run()
    missed = misses(machine, moves, np.random.default_rng(task.seed), WALK_TICKS)
    told = tell(task, min(search.broken, key=lambda one: len(one.path)), step).lines if search.broken else ()
    return Outcome(
        task.name,
        len(task.layouts),
        int(np.count_nonzero(search.closed)),
        int(search.rows[search.closed].sum()),
        int(search.moved[search.closed].sum()),
        tuple(f"{task.name}, {task.layouts[i].id}" for i in np.flatnonzero(~search.closed)),
        search.longest_ticks,
        2 * len(task.layouts) * WALK_TICKS,
        missed,
        machine.reasons,
        told,
        time.process_time() - began_s,
    )


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layouts", type=_count, default=None, help=f"how many are drawn; {LAYOUTS} by default")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=_count, default=os.cpu_count() or 1, help="processes; all processors by default")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} layouts of 2 to 4 groups, no real ones")
    chosen = parser.parse_args()
    layouts = chosen.layouts or (QUICK if chosen.quick else LAYOUTS)
    try:
        real = RealCards() if chosen.quick else real_cards()
        tasks = [*planned(chosen.seed, layouts, quick=chosen.quick), *real_tasks(real)]
        _say_what_is_tried(tasks, real, chosen.seed, chosen.jobs)
        with multiprocessing.get_context("spawn").Pool(chosen.jobs, initializer=_leave_interrupts_to_parent) as pool:
            return _prove(pool, tasks) if _bugs_are_caught(pool, chosen.seed) else VOID
    except KeyboardInterrupt:
        print("\nverdict: none, it was interrupted")
        return VOID


def planned(seed: int, layouts: int, *, quick: bool) -> list[Task]:
    """Draw so many layouts of all families together, the largest searches first."""
    families = [family for family in FAMILIES if family.share >= QUICK_SHARE or not quick]
    ends = np.cumsum([0, *(family.share for family in families)])
    counts = np.diff(np.round(ends / ends[-1] * layouts)).astype(int).tolist()
    tasks = [task for family, count in zip(families, counts, strict=True) for task in drawn(family, seed, count)]
    return sorted(tasks, key=lambda task: -len(task.layouts[0].groups))


def real_tasks(real: RealCards) -> Iterator[Task]:
    """Yield the searches of real site cards."""
    for name, layouts in (("real cards, pair by pair", real.pairs), ("real cards, whole", real.whole)):
        for groups in sorted({len(layout.groups) for layout in layouts}):
            those = tuple(layout for layout in layouts if len(layout.groups) == groups)
            for first in range(0, len(those), REAL_AT_ONCE):
                calls = groups if groups <= FEW else 1
                yield Task(name, those[first : first + REAL_AT_ONCE], TICK_DS, first, calls=calls)


def _count(text: str) -> int:
    with suppress(ValueError):
        if int(text) >= 1:
            return int(text)
    raise argparse.ArgumentTypeError(f"expected a number from 1 on, got {text!r}")


def _leave_interrupts_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _say_what_is_tried(tasks: Sequence[Task], real: RealCards, seed: int, jobs: int) -> None:
    source = provenance([], {}, seed)
    layouts = sum(len(task.layouts) for task in tasks)
    print(f"prove: {layouts:,} layouts in {len(tasks):,} searches, seed {seed}, {jobs} processes")
    print(f"ticks of {', '.join(f'{tick / 10:g}' for tick in sorted({task.tick_ds for task in tasks}))} s")
    if real.networks:
        print(
            f"real: {real.networks} networks, {real.cards} site cards with all profiles, {real.count:,} pairs of groups"
        )
        print(
            f"      {len(real.pairs)} different pairs, {len(real.whole)} different cards of up to {MOST_GROUPS} groups"
        )
    if real.missing:
        print(f"not read, because their package is not installed: {', '.join(real.missing)}")
    if real.uncovered:
        print(f"pairs that prove nothing (see `pairs.covered`): {', '.join(real.uncovered)}")
    print(f"versions {json.dumps(source['versions'])}, source {str(source['source_sha256'])[:12]}")
    print(f"machine {source['platform']}, {os.cpu_count()} processors", flush=True)


def _bugs_are_caught(pool: Pool, seed: int) -> bool:
    """Plant bugs, and tell whether each was caught and called by its name."""
    print("\nbugs planted on purpose, and what was found broken")
    caught = list(pool.imap(partial(catch, seed=seed), BUGS))
    for one in caught:
        said = ", ".join(sorted(one.broken)) or "nothing"
        wrong = "" if one.right else f": NOT {one.bug.breaks}"
        print(f"  {one.bug.name:36} {said}{wrong} (in {one.ticks} ticks, {one.moves:,} moves)")
    if all(one.right for one in caught):
        return True
    print("\nverdict: void, a planted bug was not caught")
    return False


def _prove(pool: Pool, tasks: Sequence[Task]) -> int:
    """Search everything, or up to the first counterexample."""
    done: list[Outcome] = []
    layouts, began_s = sum(len(task.layouts) for task in tasks), time.perf_counter()
    said_s = began_s
    try:
        for outcome in pool.imap_unordered(prove, tasks):
            done.append(outcome)
            if outcome.broken:
                break
            if time.perf_counter() - said_s > PROGRESS_S:
                said_s = time.perf_counter()
                moves = sum(one.moves for one in done)
                print(f"{sum(one.layouts for one in done):,} of {layouts:,} layouts, {moves:,} moves", file=sys.stderr)
    finally:  # an interrupted run says how far it came
        _report(done, time.perf_counter() - began_s)
    return _verdict(done)


def _report(done: Sequence[Outcome], spent_s: float) -> None:
    """Print what was searched, family by family."""
    print(f"\n  {'':32} {'layouts':>7} {'closed':>7} {'memories':>11} {'moves':>13} {'to green':>9} {'CPU s':>7}")
    for name in [*sorted({one.name for one in done}), "all"]:
        those = [one for one in done if name in ("all", one.name)]
        layouts, closed, rows, moves = (sum(one[column] for one in those) for column in range(1, 5))
        slowest = max((one.longest_ticks for one in those), default=0)
        cpu_s = sum(one.cpu_s for one in those)
        print(f"  {name:32} {layouts:7,} {closed:7,} {rows:11,} {moves:13,} {slowest:3} ticks {cpu_s:7.1f}")
    walked, missed = sum(one.walked for one in done), sum(one.missed for one in done)
    print(f"memories walked beside their rows for {walked:,} ticks: in {missed:,} of them they differed")
    print("\nwhy a group showed what it did, in groups and moves")
    for name, count in _reasons(done).items():
        print(f"  {name:36} {count:15,}")
    left = [layout for one in done for layout in one.open if not one.broken]
    if left:
        print(f"not closed, and not counted: {', '.join(left)}")
    print(f"\n{spent_s:.0f} s")


def _reasons(done: Sequence[Outcome]) -> dict[str, int]:
    """Sum up how often each reason was given."""
    counts = sum((one.reasons for one in done), np.zeros(len(REASONS), np.int64))
    return dict(zip(REASONS, counts.tolist(), strict=True))


def _verdict(done: Sequence[Outcome]) -> int:
    """Say what it comes to."""
    closed, moves = sum(one.closed for one in done), sum(one.moves for one in done)
    never = [name for name, count in _reasons(done).items() if not count]
    for one in done:
        if one.broken:
            print("verdict: BROKEN, the shortest way to it:\n", *one.broken, sep="\n")
            return BROKEN
    if any(one.missed for one in done):
        print("verdict: void, a row does not stand for its memories")
        return VOID
    if never:
        print(f"verdict: void, these reasons were never given: {', '.join(never)}")
        return VOID
    print(f"verdict: {closed:,} layouts closed with {moves:,} moves, 0 broken promises")
    return PROVED


if __name__ == "__main__":
    sys.exit(main())
