"""Tuned baselines: what is tuned is what the lineup names, once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.control import tuned
from signals.bench.lineup import read_lineup
from signals.control.plan_file import read_plans
from signals.scenario import Scenario
from signals.tuning import TUNING_SEEDS, tune_plans

pytestmark = pytest.mark.sumo


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Scenario]]:
    """Tune a little only, and note for whom."""
    found: list[tuple[str, Scenario]] = []

    def plans(scenario: Scenario, *, tries: int, on_progress: Any) -> Any:
        found.append(("plans", scenario))
        assert tries == 9
        return tune_plans(scenario, tries=1, jobs=1, seeds=TUNING_SEEDS[:1], on_progress=on_progress)

    def actuated(scenario: Scenario) -> tuple[dict[str, float], float]:
        found.append(("actuated", scenario))
        return {"gap_s": 2.0, "max_green_s": 30.0}, 33.3

    monkeypatch.setattr(tuned, "tune_plans", plans)
    monkeypatch.setattr(tuned, "tune_actuated", actuated)
    return found


def test_each_map_is_tuned_once_and_stands_in_the_lineup(
    tmp_path: Path, asked: list[tuple[str, Scenario]], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--tries", "9", "--out", str(tmp_path / "tuned")]
    assert tuned.main(["--maps", "flemish_junction", *words]) == 0
    assert [what for what, _ in asked] == ["plans", "actuated"]
    assert all(scenario.file.time.warmup_s >= 600.0 for _, scenario in asked)
    assert all(scenario.file.sensing.level == "full" for _, scenario in asked)
    row = capsys.readouterr().out.splitlines()[-1]
    assert row.startswith("| flemish_junction | ")
    assert row.endswith(" | 33.3 | {'gap_s': 2.0, 'max_green_s': 30.0} |")

    lineup = read_lineup(tmp_path / "tuned" / "lineup.toml")
    assert {name: chosen.controller for name, chosen in lineup.items()} == {
        "tuned_fixed": "fixed_time",
        "tuned_actuated": "actuated",
    }
    assert lineup["tuned_actuated"].maps == {"flemish_junction": {"gap_s": 2.0, "max_green_s": 30.0}}
    plans = Path(str(lineup["tuned_fixed"].maps["flemish_junction"]["plan_file"]))
    assert list(read_plans(plans, asked[0][1].network))

    before = {path.name: path.read_bytes() for path in (tmp_path / "tuned").iterdir()}
    assert tuned.main(["--maps", "flemish_junction", *words]) == 0
    assert len(asked) == 2
    assert {path.name: path.read_bytes() for path in (tmp_path / "tuned").iterdir()} == before


def test_what_was_tuned_for_something_else_is_not_taken(
    tmp_path: Path, asked: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--maps", "flemish_junction", "--out", str(tmp_path)]
    assert tuned.main([*words, "--tries", "9"]) == 0
    assert tuned.main([*words, "--tries", "10"]) == 2
    assert "flemish_junction was tuned for suite full with 9 tries; choose another folder" in capsys.readouterr().err
    assert len(asked) == 2
    (tmp_path / "file").touch()
    assert tuned.main(["--maps", "flemish_junction", "--out", str(tmp_path / "file")]) == 2
    assert 'file" is a file, and a folder is expected there' in capsys.readouterr().err


def test_who_needs_no_settings_has_none(tmp_path: Path, asked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuned, "tune_actuated", lambda _: ({}, 20.0))
    tuned.main(["--maps", "flemish_junction", "--tries", "9", "--out", str(tmp_path)])
    assert len(asked) == 1
    assert read_lineup(tmp_path / "lineup.toml")["tuned_actuated"].maps == {}


def test_what_was_not_finished_is_not_in_the_lineup(
    tmp_path: Path, asked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tuned, "tune_actuated", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    assert tuned.main(["--maps", "flemish_junction", "--tries", "9", "--out", str(tmp_path)]) == 130
    assert [path.name for path in tmp_path.iterdir()] == ["flemish_junction.plans.toml"]
    assert "flemish" not in tuned.lineup_text(tmp_path)


@pytest.mark.parametrize("words", [["--maps", "nowhere"], ["--tries", "0"], ["--suite", "none"]])
def test_what_makes_no_sense_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        tuned.main(words)
    assert words[0] in capsys.readouterr().err
