"""The fuzz: a short one as a part of the suite, and what it says when something is wrong."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.safety import decoys, fuzz
from benchmarks.safety.adversary import EVENTS, REASONS
from benchmarks.safety.matches import Batch, Outcome, play
from benchmarks.safety.replays import replay

COMMAND = Path(fuzz.__file__)


def fuzzed(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(COMMAND), *options], check=False, capture_output=True, text=True)


def test_a_short_fuzz_violates_nothing() -> None:
    done = fuzzed("--ticks", "3e5", "--seed", "1", "--jobs", "1")
    assert done.returncode == fuzz.SOUND, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "verdict: 0 violations in 300,000 ticks"


def test_a_fuzz_in_which_something_never_happens_is_void() -> None:
    done = fuzzed("--ticks", "100", "--jobs", "1")
    assert done.returncode == fuzz.VOID
    assert done.stdout.splitlines()[-1].startswith("verdict: void, these never happened:")


@pytest.mark.parametrize("options", ["--ticks many", "--ticks 0", "--jobs 0", "--replay 1/2", "--replay 1/2/-3"])
def test_wrong_options_are_refused(
    options: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["fuzz.py", *options.split()])
    with pytest.raises(SystemExit) as refused:
        fuzz.main()
    assert refused.value.code == 2
    option, value = options.split()
    message = capsys.readouterr().err.splitlines()[-1]
    assert f"{option}: expected" in message
    assert message.endswith(f"got {value!r}")


def test_a_replay_can_be_asked_for(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["fuzz.py", "--seed", "3", "--replay", "2/1/70"])
    assert fuzz.main() == fuzz.SOUND
    assert capsys.readouterr().out.splitlines()[-1].startswith("    70 ")


def test_what_is_violated_without_a_bug_is_a_violation(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class OneProcess(AbstractContextManager):
        def __exit__(self, *_: object) -> None:
            """Leave what happens to the caller."""

        def apply(self, call: Callable[..., Outcome], given: tuple[Batch]) -> Outcome:
            return call(*given)

    context = SimpleNamespace(Pool=lambda *_, **__: OneProcess())
    monkeypatch.setattr(fuzz, "multiprocessing", SimpleNamespace(get_context=lambda _: context))
    monkeypatch.setattr(sys, "argv", ["fuzz.py", "--ticks", "1000"])
    with decoys._planted(decoys.DECOYS[0]):
        assert fuzz.main() == fuzz.VIOLATED
    said = capsys.readouterr().out
    assert "verdict: VIOLATED, short-amber at intersection" in said
    assert "planted" not in said


@pytest.mark.parametrize("decoy", decoys.DECOYS, ids=lambda decoy: decoy.name)
def test_every_planted_bug_is_caught_by_its_rule(decoy: decoys.Decoy) -> None:
    caught = decoys.catch(decoy, 2)
    assert caught.right, caught


def test_a_bug_that_changes_nothing_is_not_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoys, "TICKS", 200)
    harmless = decoys.Decoy("harmless", "SATURATED: Final = 100_000_000", "SATURATED: Final = 200_000_000", "conflict")
    assert decoys.catch(harmless, 1) == decoys.Catch(harmless, set(), decoys.WIDTH * 200)


def test_a_bug_whose_passage_is_gone_is_an_error() -> None:
    with pytest.raises(ValueError, match="this must be there once, not 0 times: no such passage"):
        decoys.catch(decoys.Decoy("gone", "no such passage", "", "conflict"), 1)


def test_a_violation_is_played_again(capsys: pytest.CaptureFixture[str]) -> None:
    amber = decoys.DECOYS[0]
    with decoys._planted(amber):
        outcome = play(Batch(1, 0, 20, 500))
        assert fuzz._say_what_was_violated(outcome) == fuzz.VIOLATED
    said = capsys.readouterr().out
    number, tick = outcome.violations[0][0], outcome.rounds - 1
    assert f"--seed 1 --replay 0/{number}/{tick}\n" in said
    assert f"\n{tick:6} yes" in said
    assert "short-amber: command of intersection" in said
    assert "alone it does not do it" not in said


def test_a_violation_that_does_not_come_again_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = Outcome(Batch(1, 0, 5, 100), 100, [0], [0], [(3, "conflict", "x")], 0.1)
    assert fuzz._say_what_was_violated(outcome) == fuzz.VIOLATED
    assert capsys.readouterr().out.splitlines()[-1].startswith("alone it does not do it")


def test_a_replay_shows_what_was_asked_and_answered(capsys: pytest.CaptureFixture[str]) -> None:
    assert not replay(Batch(1, 0, 1, 200), 3)
    rows = capsys.readouterr().out.splitlines()
    assert rows[0] == 'intersection "0/3", ticks of 1 s, displays up to 2 ticks late'
    assert [row.split()[0] for row in rows[-60:]] == [str(tick) for tick in range(140, 200)]
    shown, commanded = zip(*(row.split()[3].split(">") for row in rows[-60:]), strict=True)
    assert set(shown + commanded) <= set("rRGac-?")


def test_progress_is_told_now_and_then(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "PROGRESS_S", 0)
    tally = fuzz._Tally(1_000)
    tally.add(Outcome(Batch(1, 0, 5, 50), 50, [1] * len(EVENTS), [5] + [0] * (len(REASONS) - 1), [], 0.1))
    assert capsys.readouterr().err.startswith(" 25%  250 ticks, ")
    assert tally.never == [name for name in REASONS[1:] if name != "not written"]
