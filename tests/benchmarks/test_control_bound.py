"""The whole command, for a minute of a small network."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.control import bound
from benchmarks.control.bound_run import BOUND, Case
from signals.bench.disturbed import DisturbedScenario
from signals.errors import InputError
from signals.jobs import Message
from signals.scenario import load
from tests.adapters.sumo_pair import pair_inputs


@pytest.fixture
def _short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every map is the small one."""
    inputs = pair_inputs(tmp_path)
    found = load(inputs.net, [inputs.routes[0].path], begin_s=0.0, end_s=80.0)
    plain = DisturbedScenario(found.file, found.folder)
    monkeypatch.setattr(
        bound, "Stage", lambda *_: SimpleNamespace(plain=plain, scenario=lambda _tier, _demand, _seed: plain)
    )


def words(folder: Path, *more: str) -> list[str]:
    return ["--maps", "cologne1", "--seeds", "2", "--lookahead-s", "20", "--out", str(folder), *more]


@pytest.mark.sumo
@pytest.mark.usefixtures("_short")
def test_it_runs_keeps_and_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "out"
    assert bound.main(words(folder, "--beside", "rolling_horizon")) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "2 runs, 0 of them are there"
    assert any("cologne1 M7 bound seed 2: [2/2] delay" in line for line in said)
    assert said[-1].startswith("| M7 | cologne1 | 2 |")
    text = (folder / "bound.md").read_text()
    assert said[-1] in text
    assert "seconds were looked at" in text
    rows = [json.loads(line) for line in (folder / "diagnosis" / "cologne1-M7-2.jsonl").read_text().splitlines()]
    assert rows
    assert {row["intersection"] for row in rows} <= {"b", "c"}

    assert bound.main(words(folder, "--beside", "rolling_horizon")) == 0
    again = capsys.readouterr().out.splitlines()
    assert again[0] == "2 runs, 2 of them are there"
    assert again[-1] == said[-1]
    assert (folder / "bound.md").read_text() == text


@pytest.mark.sumo
@pytest.mark.usefixtures("_short")
def test_a_run_that_fails_is_told_and_the_others_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bound.main(words(tmp_path / "out", "--beside", "tests.stub_controllers:Raises")) == 1
    said = capsys.readouterr().out
    assert "failed: the run does not count" in said
    assert "bound seed 2: [2/2] delay" in said


@pytest.mark.parametrize("text", ["", "a", "5-3", "1-2-3", "1,,2"])
def test_seeds_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="--seeds"):
        bound.seeds_of(text)


def test_seeds_are_read() -> None:
    assert bound.seeds_of("11-13") == (11, 12, 13)
    assert bound.seeds_of("5") == (5,)
    assert bound.seeds_of("3,1") == (3, 1)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--maps", "nowhere"], "nowhere"),
        (["--rules", "X"], '"X"'),
        (["--maps", "crossroads"], 'map "crossroads" does not run in SUMO'),
    ],
)
def test_what_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], said: str
) -> None:
    assert bound.main(words(tmp_path / "out", *more)) == 2
    assert said in capsys.readouterr().err


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def hearing(at_once: int = 1) -> tuple[Clock, Callable[[int, Message], None]]:
    clock = Clock()
    cases = [Case("M", "a", "net", 1), Case("M", "a", BOUND, 1), Case("M", "a", BOUND, 2)]
    return clock, bound.Progress(cases, at_once, clock).hear


@pytest.mark.parametrize(("at_once", "left_min"), [(1, 6), (2, 3)])
def test_the_rest_is_estimated_from_what_is_under_way(
    capsys: pytest.CaptureFixture[str], at_once: int, left_min: int
) -> None:
    clock, hear = hearing(at_once)
    hear(0, {"share": 0.0})
    hear(0, {"exit": 0, "said": "", "delay_s": 30.0})
    assert "[1/3] delay 30.00 s" in capsys.readouterr().out
    hear(1, {"share": 0.0})
    clock.now_s = 60.0
    hear(1, {"share": 0.3})  # 200 s in all: 140 s of this one, 200 s of the other
    said = capsys.readouterr().out
    assert "a M bound seed 1: 30%" in said
    assert f"about {left_min} min left" in said


def test_what_went_wrong_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    _, hear = hearing()
    hear(0, {"error": "WorldError", "text": "SUMO failed"})
    hear(0, {"exit": 1, "said": ""})
    hear(1, {"exit": -9, "said": "killed"})
    said = capsys.readouterr().out
    assert "failed: SUMO failed" in said
    assert "failed: exit -9: killed" in said
