"""Would anybody notice? Every small slip that could be made in the safety layer is made on purpose.

    python benchmarks/safety/mutate.py [--only interstage,watch] [--quick] [--seed 1] [--jobs 2]
    python benchmarks/safety/mutate.py --list
    python benchmarks/safety/mutate.py --mutant 'interstage._end:317 age_ds >= least_ds → age_ds > least_ds'

A mutant is a module with one small change (see `mutation/operators`). It runs as plain Python beside the naive twin of
its module, on cases drawn from the seed, until a check kills it. Those that no input can tell from the original are
argued for in `mutation/equivalents.toml`. Then come bugs as people write them (`tests/safety/bugs.py`): in a guard that
runs, the monitor has to see each and name the rule, or the twin has to differ where no rule of safety is broken.

Before that the code as it is has to pass every check, and a bug planted in each module has to be found.

Exit status: 0 every mutant and every bug was noticed; 1 a mutant survives that is not argued for, an argument is wrong
or has lost its mutant, or a bug is missed; 2 the run proves nothing.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

os.environ["NUMBA_DISABLE_JIT"] = "1"  # before anything compiles: a mutant does not live long enough

from benchmarks.safety.mutation.equivalents import PATH, EquivalentsError, Key, read_equivalents, stale
from benchmarks.safety.mutation.kills import Check, finder_of, killer
from benchmarks.safety.mutation.mutants import Mutant, Specimen
from benchmarks.safety.mutation.side_by_side import side_by_side
from benchmarks.safety.mutation.targets import TARGETS
from signals.record.provenance import provenance
from tests.safety.bugs import BUGS, TWIN, Bug
from tests.safety.hostile import rules_broken, site
from tests.safety.planted import guard_with

NOTICED, MISSED, VOID = 0, 1, 2

LIMIT_S: Final = 0.3
"""How long a check of a mutant may take, in time of its process; the original needs a tenth of it at most."""
QUICK_EVERY: Final = 50
QUICK_SHARE: Final = 0.2
"""Which mutants a quick run takes, and which share of the cases."""


class Run:
    """Some modules, their mutants, and the checks that are to kill them."""

    def __init__(self, names: Sequence[str], seed: int, share: float = 1) -> None:
        self.specimens: dict[str, Specimen] = {name: TARGETS[name].specimen() for name in names}
        self.checks: dict[str, list[Check]] = {name: TARGETS[name].checks(seed, share) for name in names}

    def killer_of(self, mutant: Mutant) -> str:
        """Say what kills a mutant; nothing if it survives."""
        name = mutant.place.partition(".")[0]
        return killer(self.specimens[name].code(mutant), name, self.checks[name], LIMIT_S)

    def killer_of_text(self, name: str, text: str) -> str:
        """Say what finds something wrong in a module; nothing if nothing does."""
        return killer(compile(text, f"<{name}>", "exec"), name, self.checks[name], LIMIT_S)

    def is_found(self, bug: Bug) -> bool:
        """Tell whether a bug is found by what has to find it."""
        if bug.found == TWIN:
            return bool(self.killer_of_text(bug.place, self.specimens[bug.place].source.replace(bug.old, bug.new)))
        guard = guard_with(site(), (bug.old, bug.new), module=bug.module, on_violation="count")
        return bug.found in rules_broken(guard, bug.found)


def main(arguments: Sequence[str]) -> int:
    """Run the command and return its exit status."""
    chosen = _chosen(arguments)
    try:
        equivalents = read_equivalents(PATH.read_text(encoding="utf-8"))
    except EquivalentsError as error:
        print(error, file=sys.stderr)
        return VOID
    if chosen.list:
        for name in chosen.only:
            print("\n".join(mutant.name for mutant in TARGETS[name].specimen().mutants))
        return NOTICED
    if chosen.mutant:
        return _show(chosen.mutant, chosen.seed, equivalents)
    try:
        return _run(chosen, equivalents)
    except KeyboardInterrupt:
        print("\nverdict: none, it was interrupted")
        return VOID


def _chosen(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(TARGETS), help="modules, separated by commas: " + ", ".join(TARGETS))
    parser.add_argument(
        "--quick", action="store_true", help=f"every {QUICK_EVERY}th mutant and {QUICK_SHARE:.0%} of the cases"
    )
    parser.add_argument("--seed", type=int, default=1, help="what the cases are drawn from")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes; all processors by default")
    parser.add_argument("--list", action="store_true", help="name all mutants, and stop")
    parser.add_argument("--mutant", default="", metavar="NAME", help="show a mutant and what kills it, and stop")
    chosen = parser.parse_args(arguments)
    chosen.only = chosen.only.split(",")
    if unknown := [name for name in chosen.only if name not in TARGETS]:
        parser.error(f"there is no module {', '.join(unknown)}; there are {', '.join(TARGETS)}")
    if chosen.jobs < 1:
        parser.error("--jobs must be at least 1")
    return chosen


def _run(chosen: argparse.Namespace, equivalents: Mapping[Key, str]) -> int:
    source, begin = provenance([], {}, chosen.seed), time.perf_counter()
    print(f"mutate: {', '.join(chosen.only)}, seed {chosen.seed}, {chosen.jobs} processes")
    print(f"versions {json.dumps(source['versions'])}, source {str(source['source_sha256'])[:12]}")
    print(f"machine {source['platform']}, {os.cpu_count()} processors", flush=True)
    run = Run(chosen.only, chosen.seed, QUICK_SHARE if chosen.quick else 1)
    if not _can_be_trusted(run):
        print("\nverdict: void, the checks cannot be trusted")
        return VOID
    wrong = [*_mutants(run, equivalents, chosen), *_bugs(run, chosen)]
    print(f"\n{time.perf_counter() - begin:.0f} s")
    if not wrong:
        print("verdict: every mutant and every bug was noticed")
        return NOTICED
    print("\n".join([f"verdict: {len(wrong)} not noticed, or wrongly argued for", *wrong]))
    return MISSED


def _can_be_trusted(run: Run) -> bool:
    """Show that the code as it is passes every check, and that a planted bug does not."""
    print("\nthe code as it is, and with a planted bug")
    trusted = True
    for name, specimen in run.specimens.items():
        old, new = TARGETS[name].plant
        wrong = run.killer_of_text(name, specimen.source)
        found = run.killer_of_text(name, specimen.source.replace(old, new)) if specimen.source.count(old) == 1 else ""
        print(
            f"  {name:12} {wrong or f'passes {len(run.checks[name])} checks'}; planted: {found or 'NOT FOUND'}",
            flush=True,
        )
        trusted = trusted and not wrong and bool(found)
    return trusted


def _mutants(run: Run, equivalents: Mapping[Key, str], chosen: argparse.Namespace) -> list[str]:
    """Make all mutants, print a line for each module, and return what is wrong."""
    print("\nmutants")
    every = [mutant for specimen in run.specimens.values() for mutant in specimen.mutants]
    wrong = [
        f"  {' | '.join(key)}\n    is argued for, and no mutant" for key in stale(equivalents, every, run.specimens)
    ]
    for name, specimen in run.specimens.items():
        mutants = specimen.mutants[:: QUICK_EVERY if chosen.quick else 1]
        killers = side_by_side(run.killer_of, mutants, chosen.jobs, _progress(name, len(mutants)))
        ways: Counter[str] = Counter()
        for mutant, found in zip(mutants, killers, strict=True):
            argued = mutant.key in equivalents
            ways[f"by {finder_of(found)}" if found else "the same as the original" if argued else "SURVIVE"] += 1
            if argued and found:
                wrong.append(f"  {mutant.name}\n    is argued for, and killed: {found}")
            elif not argued and not found:
                wrong.append(f"  {mutant.name}\n    survives")
        print(
            f"  {name:12} {len(mutants):5}: " + ", ".join(f"{count} {way}" for way, count in ways.most_common()),
            flush=True,
        )
    return wrong


def _bugs(run: Run, chosen: argparse.Namespace) -> list[str]:
    """Plant bugs as people write them, and return those that are not found as they have to be."""
    bugs = [bug for bug in BUGS if bug.place in run.specimens]
    if not bugs:
        return []
    print("\nbugs as people write them")
    fates = side_by_side(run.is_found, bugs, chosen.jobs, _progress("bugs", len(bugs)))
    count = Counter(bug.by for bug, fate in zip(bugs, fates, strict=True) if fate)
    print(
        f"  {len(bugs)}: " + ", ".join(f"{number} found by the {by}" for by, number in count.most_common()), flush=True
    )
    return [
        f"  {bug.place}: {bug.name}\n    {bug.found}: not found"
        for bug, fate in zip(bugs, fates, strict=True)
        if not fate
    ]


def _progress(name: str, total: int) -> Callable[[int], None]:
    """Tell a terminal how far it is; nobody else needs to know."""

    def tell(done: int) -> None:
        if sys.stderr.isatty():
            end = "\r\033[K" if done == total else ""
            print(f"\r  {name} {done}/{total}{end}", end="", file=sys.stderr, flush=True)

    return tell


def _show(name: str, seed: int, equivalents: Mapping[Key, str]) -> int:
    """Print the change of one mutant, and what kills it or why nothing can."""
    target = name.partition(".")[0]
    if target not in TARGETS:
        print(f'no mutant is called "{name}"; --list has the names', file=sys.stderr)
        return VOID
    run = Run([target], seed)
    specimen = run.specimens[target]
    mutant = next((mutant for mutant in specimen.mutants if mutant.name == name), None)
    if mutant is None:
        print(f'no mutant is called "{name}"; --list has the names', file=sys.stderr)
        return VOID
    lines = [text.splitlines() for text in (specimen.text(), specimen.text(mutant))]
    print("\n".join(difflib.unified_diff(*lines, "as it is", "mutant", lineterm="", n=4)))
    found = run.killer_of(mutant)
    print(f"\n{found or 'survives'}")
    if mutant.key in equivalents:
        print(f"argued for: {equivalents[mutant.key]}")
    return NOTICED if found or mutant.key in equivalents else MISSED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
