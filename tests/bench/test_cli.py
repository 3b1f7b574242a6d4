from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from signals.adapters.sumo.install import find_sumo
from signals.bench.campaign import run_suite
from signals.bench.cli import parse_list
from signals.cli import app
from signals.errors import MissingDependencyError

SMALL = ("--maps", "crossroads", "--controllers", "net,max-pressure", "--tiers", "A", "--seeds", "1")


def ask(*words: str) -> Result:
    return CliRunner().invoke(app, ["bench", *words])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench") / "out"
    answer = ask(*SMALL, "--out", str(folder))
    assert answer.exit_code == 0, answer.output
    assert "Rules M, tier A, demand \N{MULTIPLICATION SIGN} 1" in answer.stdout
    assert f"leaderboard: {folder / 'leaderboard.html'}" in answer.stdout
    assert "max_pressure, seed 1: finished" in answer.stderr
    assert "(2 of 2)" in answer.stderr
    return folder


def test_again_it_runs_nothing_and_says_the_same(made: Path) -> None:
    before = (made / "leaderboard.md").read_bytes()
    answer = ask(*SMALL, "--out", str(made), "--json")
    assert answer.exit_code == 0
    assert answer.stderr == ""
    rows = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [(row["map"], row["controller"], row["runs"]) for row in rows] == [
        ("crossroads", "net", 1), ("crossroads", "max_pressure", 1),
    ]  # fmt: skip
    assert (made / "leaderboard.md").read_bytes() == before


def test_others_are_added(made: Path, tmp_path: Path) -> None:
    mine = ("--maps", "crossroads", "--controllers", "greedy", "--tiers", "A", "--seeds", "1")
    assert ask(*mine, "--out", str(tmp_path / "city")).exit_code == 0
    answer = ask("--out", str(made), "--add", str(tmp_path / "city"))
    assert answer.exit_code == 0, answer.output
    assert "greedy (city)" in answer.stdout
    path = tmp_path / "city" / "runs.csv"
    path.write_text(path.read_text().replace("valid", "valid "))
    broken = ask("--out", str(made), "--add", str(tmp_path / "city"))
    assert broken.exit_code == 2
    assert broken.stderr.count("\n") == 1
    assert "runs.csv" in broken.stderr


def test_a_run_that_fails_is_said_by_the_exit_code(tmp_path: Path) -> None:
    words = ("--maps", "crossroads", "--controllers", "tests.stub_controllers:LosesTheWorld", "--tiers", "A")
    answer = ask(*words, "--seeds", "1", "--out", str(tmp_path))
    assert answer.exit_code == 1
    assert "failed 1 of 1" in answer.stdout
    assert "the world is gone" in answer.stderr


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--suite", "quik"), 'did you mean "quick"'),
        (("--maps", "cologne2"), "unknown map"),
        (("--tiers", "Z"), "unknown tier"),
        (("--demand", "much"), "--demand: expected numbers"),
        (("--seeds", "x"), 'seeds "x"'),
        (("--seeds", "drawx"), "expected draw and how many"),
        (("--engine", "spark", "--maps", "crossroads"), "unknown engine"),
        (("--add", "nowhere"), "expected the folder of a suite"),
    ],
)
def test_wrong_words_are_one_line(tmp_path: Path, words: tuple[str, ...], text: str) -> None:
    answer = ask(*words, "--out", str(tmp_path / "out"))
    assert answer.exit_code == 2
    assert text in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_seeds_are_drawn_when_controllers_are_frozen(tmp_path: Path) -> None:
    words = ("--maps", "crossroads", "--controllers", "net", "--tiers", "A", "--seeds", "draw2", "--json")
    first, again = (ask(*words, "--out", str(tmp_path)) for _ in range(2))
    assert first.exit_code == again.exit_code == 0, first.output
    assert first.stdout == again.stdout
    drawn = json.loads((tmp_path / "drawn.json").read_text())
    assert len(drawn["seeds"]) == 2
    late = ask(*words[:3], "greedy", *words[4:], "--out", str(tmp_path))
    assert late.exit_code == 2
    assert "take another --out" in late.stderr


def test_a_foreign_folder_gets_no_seeds(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    answer = ask("--maps", "crossroads", "--seeds", "draw2", "--out", str(tmp_path))
    assert answer.exit_code == 2
    assert "not a benchmark" in answer.stderr
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == ["thesis.tex"]


def test_whoever_has_settings_takes_part_under_a_name(tmp_path: Path) -> None:
    lineup = tmp_path / "lineup.toml"
    lineup.write_text('[hasty]\ncontroller = "greedy"\nsettings = { decision_s = 5.0 }\n')
    words = ("--maps", "crossroads", "--tiers", "A", "--seeds", "1", "--controllers", "net,hasty")
    answer = ask(*words, "--lineup", str(lineup), "--out", str(tmp_path / "out"), "--json")
    assert answer.exit_code == 0, answer.output
    assert {json.loads(line)["controller"] for line in answer.stdout.splitlines()} == {"net", "hasty"}


def test_lists() -> None:
    assert parse_list(" a, b ,,c ") == ("a", "b", "c")
    assert parse_list("") == ()


def test_what_stands_beside_resco_runs_under_its_sumo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = str(find_sumo().home)
    monkeypatch.delenv("SUMO_HOME", raising=False)
    used: list[str | None] = []

    def noted(*words: object, **others: object) -> object:
        used.append(os.environ.get("SUMO_HOME"))
        return run_suite(*words, **others)  # type: ignore[arg-type]

    monkeypatch.setattr("signals.bench.legacy_sumo.legacy_home", lambda _: Path(home))
    words = ("--suite", "legacy", "--maps", "crossroads", "--controllers", "net,resco_greedy_grid", "--seeds", "1")
    monkeypatch.setattr("signals.bench.campaign.run_suite", noted)
    answer = ask(*words, "--out", str(tmp_path / "out"))
    assert answer.exit_code == 0, answer.output
    assert used == [home]
    assert "SUMO_HOME" not in os.environ
    text = (tmp_path / "out" / "leaderboard.md").read_text()
    assert "published: Greedy" in text
    assert "resco_greedy_grid" in text


def test_where_that_sumo_cannot_be_had_it_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: object) -> Path:
        raise MissingDependencyError("pip cannot install eclipse-sumo==1.9.2: no route to host")

    monkeypatch.setattr("signals.bench.legacy_sumo.legacy_home", fails)
    answer = ask("--suite", "legacy", "--maps", "crossroads", "--seeds", "1", "--out", str(tmp_path / "out"))
    assert answer.exit_code == 2
    assert "no route to host" in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()
