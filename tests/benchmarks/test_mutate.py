"""The command that mutates: a quick run as a part of the suite, and what it says when something is wrong."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.safety.mutation.equivalents import PATH, EquivalentsError, read_equivalents, stale
from benchmarks.safety.mutation.kills import Check, finder_of, killer
from benchmarks.safety.mutation.mutants import Specimen
from benchmarks.safety.mutation.side_by_side import side_by_side
from benchmarks.safety.mutation.targets import TARGETS

ROOT = Path(__file__).parents[2]
ENTRY = '[[equivalent]]\nwhere = "a.f"\nline = "x = 1"\nchanges = ["1 → 2"]\nwhy = "{}"\n'


def mutate(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "benchmarks/safety/mutate.py", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_quick_run_misses_nothing() -> None:
    done = mutate("--quick")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "verdict: every mutant and every bug was noticed" in done.stdout


def test_a_mutant_can_be_looked_at() -> None:
    name = next(mutant.name for mutant in TARGETS["bounds"].specimen().mutants)
    done = mutate("--mutant", name)
    assert "--- as it is" in done.stdout
    assert "twin: " in done.stdout
    assert name in mutate("--list", "--only", "bounds").stdout.splitlines()


@pytest.mark.parametrize(
    "arguments", [("--only", "nothing"), ("--jobs", "0"), ("--mutant", "bounds.f:1 x → y"), ("--mutant", "x")]
)
def test_what_does_not_exist_is_refused(arguments: tuple[str, ...]) -> None:
    done = mutate(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr


def test_every_argument_is_about_a_mutant() -> None:
    equivalents = read_equivalents(PATH.read_text(encoding="utf-8"))
    mutants = [mutant for target in TARGETS.values() for mutant in target.specimen().mutants]
    assert stale(equivalents, mutants, TARGETS) == []
    assert {where.partition(".")[0] for where, _, _ in equivalents} <= set(TARGETS)


def test_arguments_that_are_stale_are_found() -> None:
    found = read_equivalents(ENTRY.format("because") + ENTRY.format("because").replace("a.f", "bounds.f"))
    mutants = TARGETS["bounds"].specimen().mutants
    assert stale(found, mutants, ["bounds"]) == [("bounds.f", "x = 1", "1 → 2")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[equivalent", "equivalents.toml: "),
        (ENTRY.format(" "), "entry 1: a change and a reason are needed"),
        (ENTRY.format("because").replace("line =", "lines ="), "entry 1: expected where, line, changes and why"),
        (ENTRY.format("because") * 2, "entry 2: a.f | x = 1 | 1 → 2 is argued for twice"),
    ],
)
def test_arguments_that_are_no_arguments_are_refused(text: str, message: str) -> None:
    with pytest.raises(EquivalentsError) as caught:
        read_equivalents(text)
    assert message in str(caught.value)


def test_a_killer_is_whoever_notices_first() -> None:
    checks = [
        Check("twin", lambda names: "too small" if names["x"] < 0 else ""),
        Check("checks by hand", lambda names: "too big" if names["x"] > 1 / names["x"] else ""),
    ]
    outcomes = {
        1: "",
        -1: "twin: too small",
        2: "checks by hand: too big",
        0: "checks by hand: raises ZeroDivisionError",
    }
    for x, expected in outcomes.items():
        assert killer(compile(f"x = {x}", "m", "exec"), "m", checks, 1) == expected
    assert killer(compile("x = y", "m", "exec"), "m", checks, 1) == "loading: raises NameError"


def test_what_does_not_end_is_stopped_by_the_time_it_spends() -> None:
    begin = time.process_time()
    found = killer(compile("while True: pass", "m", "exec"), "m", [], 0.05)
    assert found == "loading: does not end"
    assert time.process_time() - begin < 1


def test_a_killing_is_summed_up() -> None:
    assert finder_of("twin: aspects in tick 3") == "the twin"
    assert finder_of("twin: raises KeyError") == finder_of("loading: raises ValueError") == "an error"
    assert finder_of("twin: does not end") == "the time limit"


def test_work_is_done_side_by_side_and_keeps_its_order() -> None:
    told: list[int] = []
    assert side_by_side(lambda number: number**2, range(20), 2, told.append) == [number**2 for number in range(20)]
    assert told == list(range(1, 21))


def test_a_process_that_dies_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.safety.mutation.side_by_side.PATIENCE_S", 0.1)
    with pytest.raises(RuntimeError, match="a process died"):
        side_by_side(lambda _: sys.exit(3), [1], 1, lambda _: None)


@pytest.mark.parametrize("name", TARGETS)
def test_the_planted_bugs_can_be_planted(name: str) -> None:
    specimen: Specimen = TARGETS[name].specimen()
    assert specimen.source.count(TARGETS[name].plant[0]) == 1
