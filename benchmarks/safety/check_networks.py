"""What `signals check` finds in the signal programs of every network that comes with `eclipse-sumo` and `sumo-rl`.

    python benchmarks/safety/check_networks.py [--profile rilsa] [--no-sumo]

Prints a Markdown table: a row for each network, and one for each file of programs beside it (``*.add.xml``,
``*.tll.xml``), with how many rules are broken how often and the worst case; then the totals, and what SUMO itself says
when it loads the same files. Before that it plants known faults into a program that has none of them, and the run is
void if one of them is not found. Nothing is random. Exit status 1 if the run is void.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final, NamedTuple

from signals.adapters.sumo.harmless import harmless, write_xml, xml
from signals.adapters.sumo.install import find_sumo, package_path
from signals.adapters.sumo.program_texts import read_program_texts
from signals.adapters.sumo.safe_xml import events
from signals.checks import RULES, Report, check_file
from signals.checks.breaches import ERROR, WARNING

PACKAGES: Final = {"eclipse-sumo": ("sumo", "tools"), "sumo-rl": ("sumo_rl", "nets")}
"""Package → module, and the folder in it that holds networks."""
HEALTHY: Final = "tools/sumolib/scenario/scenarios/RealWorld/RiLSA_example1/rilsa1.net.xml"
"""A program in which nothing is wrong, from the guideline itself."""
SAID: Final = re.compile(r"Warning: (Missing yellow|Missing green|Unsafe green)[^']*'([^']*)'[^']*'([^']*)'")
"""What SUMO says when it loads a program, with the signal and the program."""
MEANT: Final = {
    "Missing yellow": {"skipped-amber"},
    "Missing green": {"never-green"},
    "Unsafe green": {"conflict", "implied-yield", "merging-lanes"},
}
"""Which of our rules say the same."""

Steps = list[tuple[str, str]]
"""Duration and state."""


class Row(NamedTuple):
    """A file that was checked: the package it came with, the network, the file, and what was found."""

    package: str
    net: Path
    file: Path
    report: Report

    @property
    def name(self) -> str:
        """The folder, the network, and the file beside it."""
        beside = "" if self.file == self.net else f" + {self.file.name}"
        return f"{self.net.parent.name}/{self.net.name}{beside}"


def without_amber(steps: Steps) -> Steps:
    """Leave out the steps that show amber."""
    return [step for step in steps if "y" not in step[1]]


PLANTED: Final[Mapping[str, Callable[[Steps], Steps]]] = {
    "conflict": lambda steps: [(duration, state.replace("r", "G")) for duration, state in steps],
    "skipped-amber": without_amber,
    "intergreen": without_amber,
    "short-amber": lambda steps: [("1" if "y" in state else duration, state) for duration, state in steps],
    "short-green": lambda steps: [("2" if "y" not in state else duration, state) for duration, state in steps],
    "illegal-transition": lambda steps: [(duration, state.replace("G", "u")) for duration, state in steps],
    "never-green": lambda steps: [(duration, "r" + state[1:]) for duration, state in steps],
    "unknown-aspect": lambda steps: [(duration, "X" + state[1:]) for duration, state in steps],
    "state-length": lambda steps: [(duration, state[1:]) for duration, state in steps],
    "impossible-time": lambda steps: [("nan", state) for _, state in steps],
    "impossible-step": lambda _: [],
}
"""Rule → what breaks it in a program that keeps all of them."""


def missed(folder: Path, name: str) -> list[str]:
    """Plant one fault after the other; return what was not found, or found where nothing was planted."""
    net = package_path("eclipse-sumo", HEALTHY)
    (program,) = read_program_texts(net)
    steps = [(f"{step.duration_ds / 10:g}", step.state) for step in program.steps]

    def rules(planted: Steps, level: str = WARNING) -> set[str]:
        phases = "".join(f'<phase duration="{duration}" state="{state}"/>' for duration, state in planted)
        path = folder / "planted.add.xml"
        path.write_text(f'<additional><tlLogic id="{program.signal}" programID="x">{phases}</tlLogic></additional>')
        return {breach.rule for breach in check_file(path, net=net, profile=name, level=level).breaches}

    lost = [rule for rule, plant in PLANTED.items() if rule not in rules(plant(steps))]
    return lost + [f"{rule} where nothing is wrong" for rule in rules(steps, ERROR)]


def networks() -> Iterator[tuple[str, Path]]:
    """Yield every network with the package it came with."""
    for package, (module, folder) in PACKAGES.items():
        found = importlib.util.find_spec(module)
        if found is None or found.origin is None:
            sys.exit(f"the networks come with the package {package}: pip install {package}")
        for net in sorted((Path(found.origin).parent / folder).rglob("*.net.xml*")):
            yield package, net


def programs_beside(net: Path) -> Iterator[Path]:
    """Yield the files of programs in a network's folder that belong to it."""
    signals = {program.signal for program in read_program_texts(net)}
    for path in sorted((*net.parent.glob("*.add.xml"), *net.parent.glob("*.tll.xml"))):
        named = {program.signal for program in read_program_texts(path)}
        if signals & named:
            yield path


def all_rows(name: str) -> Iterator[Row]:
    """Check everything."""
    for package, net in networks():
        for file in (net, *programs_beside(net)):
            yield Row(package, net, file, check_file(file, net=None if file == net else net, profile=name))


def sumo_says(folder: Path, row: Row) -> set[tuple[str, str, str]]:
    """Have SUMO load a file, and return what it says: the warning, the signal, the program.

    Only the programs of a file beside a network are handed over, so that nothing in it can make SUMO write.
    """
    home = find_sumo()
    command = [home.binary, "-n", row.net, "-e", "1", "--no-step-log", "--xml-validation", "never"]
    if row.file != row.net:
        lines = [xml(harmless(element)) for element in events(row.file, {"tlLogic"})]
        command += ["-a", write_xml(folder / "programs.add.xml", "additional", lines)]
    done = subprocess.run(
        list(map(str, command)), cwd=folder, env=home.environment(), check=False, capture_output=True, text=True
    )
    return set(SAID.findall(done.stderr))


def print_table(rows: Sequence[Row]) -> None:
    """Print a row for each file in which something was found, and name the others."""
    print("| network | intersections | programs | errors | warnings | rules broken | worst |")
    print("|---|---:|---:|---:|---:|---|---|")
    for row in rows:
        breaches = row.report.breaches
        if not breaches:
            continue
        programs, _, signals = row.report.checked.partition(" of ")
        levels = Counter(breach.level for breach in breaches)
        rules = ", ".join(f"{rule} {count}" for rule, count in Counter(breach.rule for breach in breaches).items())
        worst = max(breaches, key=lambda breach: (breach.level == ERROR, breach.short_ds))
        what = f"{worst.rule} at `{worst.intersection[:24]}`: {worst.seen}; required: {worst.required}"
        numbers = (signals.split()[0], programs.split()[0], levels[ERROR], levels[WARNING])
        print(f"| {row.name} | {' | '.join(map(str, numbers))} | {rules} | {what} |")
    clean = [row for row in rows if not row.report.breaches]
    empty = [row.name for row in clean if row.report.checked.startswith("0 ")]
    print(f"\nNo finding: {', '.join(row.name for row in clean if row.name not in empty)}.")
    print(f"\nNo program to check: {', '.join(empty)}.")


def print_totals(rows: Sequence[Row]) -> None:
    """Print how often each rule is broken, and in how many files."""
    found = [(row.name, breach) for row in rows for breach in row.report.breaches]
    print("\n| rule | broken by | errors | warnings | files |\n|---|---|---:|---:|---:|")
    for rule, meaning in RULES.items():
        mine = [(name, breach) for name, breach in found if breach.rule == rule]
        if mine:
            levels = Counter(breach.level for _, breach in mine)
            files = len({name for name, _ in mine})
            print(f"| {rule} | {meaning} | {levels[ERROR]} | {levels[WARNING]} | {files} |")
    levels = Counter(breach.level for _, breach in found)
    clean = sum(not row.report.breaches for row in rows)
    print(f"| all | | {levels[ERROR]} | {levels[WARNING]} | {len(rows) - clean} |")
    print(f"\n{len({row.net for row in rows})} networks, {len(rows)} files; nothing found in {clean} of the files.")


def print_against_sumo(folder: Path, rows: Sequence[Row]) -> None:
    """Print what SUMO says about the same files, and what of that we do not say."""
    said, alone = 0, []
    for row in rows:
        ours = {(breach.rule, breach.intersection, breach.program) for breach in row.report.breaches}
        inside = {(program.signal, program.id) for program in read_program_texts(row.file)}
        for words, signal, program in sorted(sumo_says(folder, row)):
            if (signal, program) in inside:
                said += 1
                if not any((rule, signal, program) in ours for rule in MEANT[words]):
                    alone.append(f"- {words}: {row.name}, signal `{signal}`, program `{program}`")
    found = f"{said - len(alone)} of these are found here"
    print(f"\nSUMO itself warns {said} times about a program when it loads it; {found}.")
    print("\n".join(["Not found here:", "", *alone]) if alone else "None is missed.")


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", default="rilsa")
    parser.add_argument("--no-sumo", action="store_true", help="do not ask SUMO what it says")
    options = parser.parse_args()
    names = ("signals", *PACKAGES)
    print(f"versions: {', '.join(f'{name} {version(name)}' for name in names)}; timing profile {options.profile}")
    with tempfile.TemporaryDirectory() as folder:
        lost = missed(Path(folder), options.profile)
        print(f"planted: {len(PLANTED)} faults in a program that has none; not found: {', '.join(lost) or 'none'}\n")
        if lost:
            sys.exit("void: the check does not find what was planted")
        rows = list(all_rows(options.profile))
        print_table(rows)
        print_totals(rows)
        if not options.no_sumo:
            print_against_sumo(Path(folder), rows)


if __name__ == "__main__":
    main()
