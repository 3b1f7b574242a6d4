"""The proof: a short one as a part of the suite, and what it says when something is wrong."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from benchmarks.safety import pairs, planting, prove
from benchmarks.safety.families import FAMILIES, drawn
from benchmarks.safety.layouts import intersection
from benchmarks.safety.planting import BUGS, catch
from signals.errors import MissingDependencyError
from signals.model.intersections import SignalGroup
from signals.model.lanes import User
from signals.safety.bounds import waiting_bounds
from signals.safety.interstage import REASONS
from tests.safety.planted import plain_step

COMMAND = Path(prove.__file__)


def outcome(**changes: object) -> prove.Outcome:
    reasons = np.ones(len(REASONS), np.int64)
    return prove.Outcome("family", 3, 3, 70, 900, (), 4, 50, 0, reasons, (), 1.5)._replace(**changes)


def test_a_short_proof_breaks_nothing() -> None:
    command = [sys.executable, str(COMMAND), "--quick", "--layouts", "10", "--seed", "2", "--jobs", "1"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == prove.PROVED, done.stdout + done.stderr
    assert done.stdout.startswith("prove: 10 layouts in 5 searches, seed 2, 1 processes")
    assert done.stdout.splitlines()[-1].startswith("verdict: 10 layouts closed with ")
    assert done.stdout.splitlines()[-1].endswith(" moves, 0 broken promises")


@pytest.mark.parametrize("option", ["--layouts", "--jobs"])
def test_wrong_options_are_refused(
    option: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["prove.py", option, "0"])
    with pytest.raises(SystemExit) as refused:
        prove.main()
    assert refused.value.code == 2
    assert f"{option}: expected a number from 1 on, got '0'" in capsys.readouterr().err


def test_a_bug_that_is_nowhere_to_be_planted_is_an_error() -> None:
    with pytest.raises(ValueError, match="this must be there once, not 0 times: no such line"):
        catch(BUGS[0]._replace(old="no such line"), 1)


def test_a_broken_promise_is_told_tick_by_tick(capsys: pytest.CaptureFixture[str]) -> None:
    (bug,) = (bug for bug in BUGS if bug.name == "minimum green a tick too short")
    found = prove.prove(next(drawn(bug.family, 1, bug.family.share)), plain_step((bug.old, bug.new)))
    assert found.closed < found.layouts
    assert prove._verdict([outcome(), found]) == prove.BROKEN
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "verdict: BROKEN, the shortest way to it:"
    assert said[2].endswith("the monitor's rules")
    assert "it begins as a simulated world; 2 ticks:" in said
    assert said[-1].strip().startswith("short-green: command of intersection")


def test_a_wish_that_is_never_served_is_not_told_for_ever() -> None:
    (bug,) = (bug for bug in BUGS if bug.breaks == "serves")
    found = prove.prove(next(drawn(bug.family, 1, bug.family.share)), plain_step((bug.old, bug.new)))
    assert found.broken[-1].strip() == "and so on"


def test_a_run_is_void_if_a_bug_is_not_caught(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Pool:
        imap = staticmethod(map)

    harmless = BUGS[0]._replace(name="no bug at all", new=BUGS[0].old)
    monkeypatch.setattr(prove, "BUGS", (harmless,))
    assert not prove._bugs_are_caught(Pool(), 1)  # type: ignore[arg-type]
    said = capsys.readouterr().out
    assert "nothing: NOT conflict" in said
    assert said.endswith("verdict: void, a planted bug was not caught\n")


def test_the_verdict_depends_on_everything_that_was_found(capsys: pytest.CaptureFixture[str]) -> None:
    never = np.ones(len(REASONS), np.int64)
    never[3] = 0
    verdicts = {
        "verdict: 6 layouts closed with 1,800 moves, 0 broken promises": [outcome(), outcome()],
        "verdict: void, a row does not stand for its memories": [outcome(), outcome(missed=1)],
        "verdict: void, these reasons were never given: amber": [outcome(reasons=never)],
    }
    said = [prove._verdict(done) for done in verdicts.values()]
    assert said == [prove.PROVED, prove.VOID, prove.VOID]
    assert capsys.readouterr().out.splitlines() == list(verdicts)


def test_what_is_not_closed_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    prove._report([outcome(closed=2, open=("family, layout 7",))], 12.0)
    assert "not closed, and not counted: family, layout 7" in capsys.readouterr().out


def test_an_interrupted_run_says_so(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> pairs.RealCards:
        raise KeyboardInterrupt

    monkeypatch.setattr(prove, "real_cards", interrupted)
    monkeypatch.setattr(sys, "argv", ["prove.py"])
    assert prove.main() == prove.VOID
    assert capsys.readouterr().out.splitlines()[-1] == "verdict: none, it was interrupted"


def test_all_layouts_of_a_run_differ_and_the_same_seed_draws_them_again() -> None:
    tasks = prove.planned(5, prove.LAYOUTS, quick=False)
    assert prove.planned(5, 50, quick=True) == prove.planned(5, 50, quick=True) != prove.planned(6, 50, quick=True)
    layouts = [(task.name, layout.id) for task in tasks for layout in task.layouts]
    assert len(layouts) == len(set(layouts)) == prove.LAYOUTS
    for family in FAMILIES:
        drawn_layouts = [layout for task in tasks if task.name == family.name for layout in task.layouts]
        different = {(repr(layout.groups), layout.intergreen_ds) for layout in drawn_layouts}
        assert len(different) == len(drawn_layouts) > 0


def test_groups_that_wait_have_some_patience() -> None:
    (family,) = (family for family in FAMILIES if family.name == "waiting of 3 groups")
    patience = set()
    for task in drawn(family, 1, 60):
        network = task.machine().fleet.network
        patience |= {int(wait) for wait in waiting_bounds(network.arrays, task.tick_ds)[0] // task.tick_ds}
    assert {1, 2, 3, 4} <= patience


def test_real_cards_are_taken_to_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    if find_spec("sumo_rl") is None:
        pytest.skip("needs the networks of sumo-rl")
    read = pairs._read
    monkeypatch.setattr(pairs, "RESCO", ("ingolstadt7",))
    monkeypatch.setattr(pairs, "PROFILES", ("rilsa", "ite"))
    monkeypatch.setattr(pairs, "_read", lambda name, given: read(name.replace(pairs.DEMO, "ingolstadt1"), given))
    real = pairs.real_cards()
    assert (real.networks, real.cards, real.missing, real.uncovered) == (2, 16, [], [])
    assert real.count > len(real.pairs) > 5
    assert {len(card.groups) for card in real.whole} == {4}  # one of the eight intersections has no more
    tasks = list(prove.real_tasks(real))
    assert sum(len(task.layouts) for task in tasks) == len(real.pairs) + len(real.whole)
    found = [prove.prove(task) for task in tasks]
    assert all(one.closed == one.layouts for one in found)


def test_networks_that_are_not_installed_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> None:
        raise MissingDependencyError("sumo-rl")

    monkeypatch.setattr(pairs, "_read", missing)
    real = pairs.real_cards()
    assert real.missing == [pairs.DEMO, *pairs.RESCO]
    assert not real.pairs


def test_a_pair_that_proves_nothing_is_told_apart() -> None:
    walk = SignalGroup("walk", User.PEDESTRIAN, (0,), amber_ds=0, clearance_ds=0)
    car = SignalGroup("car", User.VEHICLE, (1,), red_amber_ds=10)
    assert not pairs.covered(intersection("x", [walk, car], {(0, 1): (10, 40)}))
    assert pairs.covered(intersection("x", [walk, car], {(0, 1): (20, 40)}))
    assert pairs.covered(intersection("x", [replace(walk, clearance_ds=10), car], {(0, 1): (0, 40)}))


def test_every_bug_is_another() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS) == len({(bug.old, bug.new) for bug in BUGS})
    assert planting.SAFETY.wait_ticks == 0 < planting.WAITING.wait_ticks
