from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("sb3_contrib", reason="needs the extra rl")

from benchmarks.learning import train, train_many
from signals import trial
from signals.env.policy_files import load_policy
from signals.errors import InputError
from signals.scenario import load
from tests.env.made import two_junctions

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::UserWarning")


def test_what_was_trained_runs_beside_the_controllers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train.main(["crossroads", "--steps", "20000", "--out", str(tmp_path / "policy")])
    card = load_policy(tmp_path / "policy").card
    assert card is not None
    assert (card.training.scenario, card.training.world, card.training.steps) == ("crossroads", "sim", 20000)
    assert card.training.seeds == (1, 2)
    assert "policy: 20,000 steps in" in capsys.readouterr().out
    record = trial.run(load("crossroads", end_s=300), f"policy={tmp_path / 'policy'}")
    assert record.controller == "learned"
    assert not trial.falls_of(record)


@pytest.mark.parametrize("script", [train.__file__, train_many.__file__])
def test_wrong_input_is_one_line(script: str) -> None:
    done = subprocess.run([sys.executable, script, "nowhere"], check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith('error: unknown scenario "nowhere"')
    assert done.stderr.count("\n") == 1


def test_many_agents_have_one_policy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train_many.main(["crossroads", "--steps", "256", "--out", str(tmp_path / "policy")])
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("signals compare crossroads ")
    assert f"--policy {tmp_path / 'policy'} " in last
    assert not trial.falls_of(trial.run(load("crossroads", end_s=300), f"policy={tmp_path / 'policy'}"))


def test_agents_that_are_not_alike_are_refused_before_anybody_learns(tmp_path: Path) -> None:
    two_junctions(tmp_path)
    with pytest.raises(InputError, match="not alike"):
        train_many.main([str(tmp_path), "--out", str(tmp_path / "policy")])
    assert not (tmp_path / "policy").exists()
