from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from signals.errors import InputError, RecordError, UnknownNameError
from signals.record.files import locked
from signals.record.run_folder import is_whole, read_comparison, read_run, run_path
from signals.scenario import Scenario, load
from signals.study import Progress, RunOptions, compare, parse_seeds
from signals.trial import run

STUB = "tests.stub_controllers"
MINE = "tests.policies_of_mine"
Heard = list[Progress]


@pytest.fixture
def scenario() -> Scenario:
    return load("crossroads", end_s=60.0)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of two controllers and two seeds."""
    folder = tmp_path_factory.mktemp("made")
    compare(load("crossroads", end_s=60.0), ["net", "actuated"], [1, 2], out=folder)
    return folder


@pytest.fixture
def study(made: Path, tmp_path: Path) -> Path:
    """The same, to play with."""
    return shutil.copytree(made, tmp_path / "study")


def ended(heard: Heard) -> dict[tuple[str, int], str]:
    return {(step.controller, step.seed): step.state for step in heard if step.state != "running"}


def test_every_controller_meets_every_seed(tmp_path: Path, scenario: Scenario) -> None:
    heard: Heard = []
    record = compare(scenario, ["net", "max-pressure"], [4, 7], out=tmp_path / "study", on_progress=heard.append)
    assert [row.controller for row in record.rows] == ["net", "max_pressure"]
    assert [(row.runs, row.interrupted, row.violations) for row in record.rows] == [(2, 0, 0)] * 2
    assert {(row.controller, row.seed) for row in record.runs} == {
        (name, seed) for name in ("net", "max_pressure") for seed in (4, 7)
    }
    assert set(ended(heard).values()) == {"finished"}
    assert record.difference("net", "max_pressure").runs == 2
    again = read_comparison(tmp_path / "study")
    assert again.rows[0].delay == pytest.approx(record.rows[0].delay)
    assert again.provenance["seed"] == [4, 7]
    for name in ("net", "max_pressure"):
        assert is_whole(run_path(tmp_path / "study", name, 4))
    assert not list((tmp_path / "study").rglob("*.partial"))


def test_the_table_says_what_single_runs_say(study: Path, scenario: Scenario) -> None:
    alone = run(scenario, "actuated", seed=2)
    (row,) = (row for row in read_comparison(study).runs if (row.controller, row.seed) == ("actuated", 2))
    assert row.metrics["delay_s"] == pytest.approx(alone.metrics["delay_s"])


def test_what_is_done_is_not_done_again(study: Path, scenario: Scenario) -> None:
    stamp = (study / "net" / "seed-1" / "run.json").stat().st_mtime_ns
    heard: Heard = []
    record = compare(scenario, ["net", "actuated"], [1, 2, 3], out=study, on_progress=heard.append)
    assert {job for job, state in ended(heard).items() if state == "finished"} == {("net", 3), ("actuated", 3)}
    assert (study / "net" / "seed-1" / "run.json").stat().st_mtime_ns == stamp
    assert [row.runs for row in record.rows] == [3, 3]


def spoil(folder: Path) -> None:
    (folder / "trips.csv").write_text("gone")


def truncate(folder: Path) -> None:
    (folder / "run.json").write_text((folder / "run.json").read_text()[:99])


def remove(folder: Path) -> None:
    (folder / "run.json").unlink()
    folder.rename(folder.with_name("seed-1.partial"))


@pytest.mark.parametrize("damage", [spoil, truncate, remove])
def test_what_is_not_whole_is_done_again(study: Path, scenario: Scenario, damage: Callable[[Path], None]) -> None:
    damage(study / "net" / "seed-1")
    heard: Heard = []
    compare(scenario, ["net", "actuated"], [1, 2], out=study, on_progress=heard.append)
    assert [job for job, state in ended(heard).items() if state == "finished"] == [("net", 1)]
    assert is_whole(study / "net" / "seed-1")


def test_policies_are_compared_by_their_names(scenario: Scenario) -> None:
    record = compare(scenario, ["net", f"policy={MINE}:Busiest", f"policy={MINE}:Busiest"], [1, 2])
    assert [(row.controller, row.runs) for row in record.rows] == [("net", 2), ("busiest", 2)]


@pytest.mark.parametrize("rival", ["Namesake", "CalledNet"])
def test_two_that_are_called_alike_are_refused(scenario: Scenario, rival: str) -> None:
    with pytest.raises(InputError, match="called"):
        compare(scenario, ["net", f"policy={MINE}:Busiest", f"policy={MINE}:{rival}"], [1])


def test_a_policy_that_does_not_fit_stops_the_study_before_it_begins(scenario: Scenario) -> None:
    heard: Heard = []
    with pytest.raises(InputError, match=r"made for ticks of 0\.5 s"):
        compare(scenario, ["net", f"policy={MINE}:other_tick"], [1], on_progress=heard.append)
    assert not heard


def test_other_settings_are_another_run(study: Path) -> None:
    heard: Heard = []
    compare(load("crossroads", end_s=70.0), ["net"], [1], out=study, on_progress=heard.append)
    assert ended(heard) == {("net", 1): "finished"}
    assert read_run(study / "net" / "seed-1").settings["time"]["end_s"] == 70.0  # type: ignore[index]


def test_a_run_that_fails_is_told_and_the_rest_goes_on(tmp_path: Path, scenario: Scenario) -> None:
    heard: Heard = []
    record = compare(
        scenario, [f"{STUB}:Dies", f"{STUB}:LosesTheWorld", "net"], [1], out=tmp_path, on_progress=heard.append
    )
    notes = {step.controller: step.note for step in heard if step.state == "failed"}
    assert notes[f"{STUB}:Dies"] == "its process was ended by signal 9"
    assert notes[f"{STUB}:LosesTheWorld"] == "the world is gone"
    assert [(row.runs, row.interrupted) for row in record.rows] == [(0, 1), (0, 1), (1, 0)]


@pytest.mark.parametrize(
    ("controllers", "sentence"),
    [
        (["net", "actuatd"], 'unknown controller "actuatd"; did you mean "actuated"'),
        (["net", "no_such_module_here:Thing"], "cannot be imported"),
        ([], "there is no controller"),
    ],
)
def test_wrong_controllers_are_said_before_anything_runs(
    tmp_path: Path, scenario: Scenario, controllers: list[str], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        compare(scenario, controllers, [1], out=tmp_path / "study")
    assert not (tmp_path / "study").exists()


def test_wrong_input_stops_the_study_and_keeps_what_is_finished(study: Path, scenario: Scenario) -> None:
    with pytest.raises(InputError, match="Mute"):
        compare(scenario, ["net", f"{STUB}:Mute"], [1], out=study, options=RunOptions(jobs=1))
    assert [row.controller for row in read_comparison(study).rows] == ["net"]


def test_a_study_can_be_interrupted_and_taken_up_again(tmp_path: Path, scenario: Scenario) -> None:
    def stop(step: Progress) -> None:
        if step.state == "finished":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare(scenario, ["net"], [1, 2, 3], out=tmp_path, options=RunOptions(jobs=1), on_progress=stop)
    assert [(row.controller, row.seed) for row in read_comparison(tmp_path).runs] == [("net", 1)]
    heard: Heard = []
    compare(scenario, ["net"], [1, 2, 3], out=tmp_path, on_progress=heard.append)
    assert ended(heard) == {("net", 1): "kept", ("net", 2): "finished", ("net", 3): "finished"}


def test_a_study_that_was_killed_early_is_taken_up_again(tmp_path: Path, scenario: Scenario) -> None:
    (tmp_path / "net" / "seed-1.partial").mkdir(parents=True)
    (tmp_path / "net" / "seed-1.partial" / "signals.csv").write_text("half a ta")
    (tmp_path / "actuated").mkdir()
    (tmp_path / "runs.csv").write_text("half a ta")
    (tmp_path / ".lock").write_text("")
    assert compare(scenario, ["net"], [1], out=tmp_path).rows[0].runs == 1


def test_nothing_is_kept_where_nothing_is_asked(
    tmp_path: Path, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert compare(scenario, ["net"], [1]).rows[0].runs == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["file", "foreign", "run"])
def test_what_is_not_a_study_is_left_alone(tmp_path: Path, scenario: Scenario, kind: str) -> None:
    out = tmp_path / "out"
    if kind == "file":
        out.write_text("a file")
    else:
        out.mkdir()
        (out / ("run.json" if kind == "run" else "thesis.tex")).write_text("a file")
    with pytest.raises(RecordError, match=r"is not a folder|is not a comparison"):
        compare(scenario, ["net"], [1], out=out)


def test_a_study_has_one_writer(study: Path, scenario: Scenario) -> None:
    with locked(study), pytest.raises(RecordError, match="another run writes into"):
        compare(scenario, ["net"], [1], out=study)


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        ("5", (1, 2, 3, 4, 5)),
        ("11-13", (11, 12, 13)),
        ("1,4,9", (1, 4, 9)),
        ("0", ()),
        ("1, 3-4,3", (1, 3, 4)),
        ("7-7", (7,)),
    ],
)
def test_seeds_are_read_as_people_write_them(text: str, seeds: tuple[int, ...]) -> None:
    if seeds:
        assert parse_seeds(text) == seeds
    else:
        with pytest.raises(InputError, match="expected a number such as 5"):
            parse_seeds(text)


def test_one_high_number_is_most_likely_one_seed_so_it_is_asked_for_as_such() -> None:
    with pytest.raises(InputError, match='write "3001-3001" for that one, or "1-3001" for all'):
        parse_seeds("3001")
    assert parse_seeds("3001-3001") == (3001,)
    assert len(parse_seeds("1-3001")) == 3001
    assert len(parse_seeds("1000")) == 1000


@pytest.mark.parametrize("text", ["", "x", "1-2-3", "-3", "1,,2", "5-3", "1.5", "999999999"])
def test_other_seeds_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="seeds"):
        parse_seeds(text)


def test_a_scenario_can_be_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match='did you mean "crossroads"'):
        compare("crosroads", ["net"], [1], out=tmp_path)


def test_without_a_seed_there_is_nothing_to_run(tmp_path: Path, scenario: Scenario) -> None:
    with pytest.raises(InputError, match="no seed is given"):
        compare(scenario, ["net"], [], out=tmp_path / "study")
